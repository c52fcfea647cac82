"""Which guidance a case goes by, and that it is asked when the policy names another."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import read
from models.escalations.guidance import GuidanceChoice, asked, choose_guidance
from models.letters.tables import Letter
from models.letters.writing import letter_body
from models.matters.case import find_case
from models.people.access import THE_MACHINE
from models.policy import PolicyError
from models.policy.guidance import Guidance
from models.refusals import InvalidInput, NotPossible
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.policies import council_policy
from tests.support.visitors import Visitors

LATER = Guidance(
    title="Support and intervention in schools",
    edition=date(2026, 9, 1),
    address="https://guidance.example/2026",
)


def later(case: Case) -> Case:
    """The same case, after the policy came to name another edition."""
    return replace(case, policy=case.policy.model_copy(update={"guidance": LATER}))


def choose(case: Case, choice: str, by: str = "seo") -> None:
    with case.acting(by) as acting:
        given = GuidanceChoice(choice=choice, reason="The notice rests on it.")
        choose_guidance(acting, case.reference, given)


def is_asked(case: Case) -> bool:
    with read(case.engine) as session:
        return asked(find_case(session, case.policy, THE_MACHINE, case.reference)) is not None


@pytest.mark.parametrize(
    "line",
    [
        'title = "Support and intervention in schools"',
        "edition = 2024-11-01",
        'address = "https://www.gov.uk/government/publications/schools-causing-concern--2"',
    ],
)
def test_a_policy_without_one_of_the_three_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(PolicyError, match="guidance"):
        council_policy(tmp_path / "own", ("policy.toml", line, ""))


def test_a_case_keeps_its_own_and_is_asked_once(case: Case) -> None:
    case.started()
    assert not is_asked(case)
    with pytest.raises(NotPossible, match="nothing to say"):
        choose(case, "keep")
    case = later(case)
    assert is_asked(case)
    with pytest.raises(InvalidInput, match="keep, adopt"):
        choose(case, "perhaps")
    choose(case, "keep")
    assert not is_asked(case)
    assert case.escalation.guidance_edition == date(2024, 11, 1)
    assert case.kinds[-1] == "guidance_chosen"


def test_letters_cite_the_edition_that_was_adopted(case: Case) -> None:
    case = later(case.started())
    choose(case, "adopt")
    assert not is_asked(case)
    case.climb_to("formal_governing_body")
    with read(case.engine) as session:
        body = letter_body(session, case.all(Letter)[-1])
    assert "edition of 1 September 2026" in body
    assert "https://guidance.example/2026" in body


def test_a_closed_case_is_not_asked(case: Case) -> None:
    case.started().change("withdraw")
    assert not is_asked(later(case))


def test_the_page_of_the_case_asks(
    case: Case, engine: Engine, council: Council, tmp_path: Path
) -> None:
    case.started()
    visitors = Visitors(engine, council, tmp_path)
    visitors.seo.get(f"/escalations/{case.reference}/guidance", 409)
    set_guidance(visitors, LATER)
    page = visitors.seo.get(f"/escalations/{case.reference}")
    form = page.follow("Choose which one this case follows")
    done = form.submit(choice="adopt", reason="It is in force.")
    assert "It is on record which guidance the case follows" in done.text
    assert "edition of 1 September 2026" in done.text
    assert "Choose which one this case follows" not in done.text


def set_guidance(at: Visitors | Callers, guidance: Guidance) -> None:
    """What the application has after its policy came to name another edition."""
    at.app.state.policy = at.app.state.policy.model_copy(update={"guidance": guidance})


def test_the_api_takes_the_choice(
    case: Case, engine: Engine, council: Council, tmp_path: Path
) -> None:
    case.started()
    callers = Callers(engine, council, tmp_path)
    address = f"/escalations/{case.reference}/guidance"
    callers.seo.post(address, 409, choice="adopt", reason="It is in force.")
    set_guidance(callers, LATER)
    callers.legal.post(address, 403, choice="adopt", reason="It is in force.")
    chosen = callers.seo.post(address, 200, choice="adopt", reason="It is in force.")
    assert (chosen["guidance_edition"], chosen["guidance_address"]) == (
        "2026-09-01",
        "https://guidance.example/2026",
    )
