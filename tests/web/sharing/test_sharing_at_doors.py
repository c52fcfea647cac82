"""Sharing decisions at pages and API: from question one to the letter that leaves."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.school_records import SchoolRecord
from tests.support.sharing import ANSWERS, POLICE
from tests.support.statute import problem
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/schools/900001/record"
ASKED = {
    name: value.isoformat() if isinstance(value, date) else value for name, value in ANSWERS.items()
}
LETTER = {"subject": "The playground", "words": "This is what we know.", "reason": "Asked."}
TYPED: dict[str, Any] = {
    **{
        name: value for name, value in ANSWERS.items() if name not in ("recipients", "confidential")
    },
    "confidential": "yes",
    "recipient-2-kind": "police",
    "recipient-2-name": "Fernshire Police",
    "recipient-2-email": "desk@police.example",
}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    visitors = Visitors(engine, council, tmp_path)
    visitors.at(NOW)
    return visitors


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    callers = Callers(engine, council, tmp_path)
    callers.at(NOW)
    return callers


def approve(callers: Callers, proposal: int, status: int = 200) -> Any:
    """Approve a proposal as it is shown now."""
    seen = callers.hos.get(f"/proposals/{proposal}")["seen"]
    decided = {"decision": "approve", "seen": seen}
    return callers.hos.post(f"/proposals/{proposal}/decision", status, **decided)


def test_by_the_api_a_decision_goes_from_question_one_to_the_letter(callers: Callers) -> None:
    made = callers.seo.post(f"{HERE}/sharing", key="s1", **ASKED)
    assert (made["state"], made["in_force"]) == ("proposed", False)
    assert callers.seo.post(f"{HERE}/sharing", key="s1", **ASKED) == made
    here = f"/sharing/{made['id']}"
    letter = callers.seo.post(f"{here}/letters", **LETTER)
    [basis] = callers.hos.get(f"/proposals/{letter['id']}")["sharing"]
    assert (basis["who"], basis["kind"], basis["decision"]) == ("Fernshire Police", "none", None)
    refused = approve(callers, letter["id"], 409)
    assert "Nothing lets this go to Fernshire Police" in refused["detail"]
    approve(callers, made["proposal"])
    [basis] = callers.hos.get(f"/proposals/{letter['id']}")["sharing"]
    assert (basis["kind"], basis["decision"]) == ("decision", made["id"])
    approve(callers, letter["id"])
    found = callers.seo.get(here)
    assert (found["state"], found["authorised_by"]) == ("authorised", callers.council.hos.name)
    assert [each["role"] for each in found["letters"]] == ["police"]
    problem(callers.seo, f"{here}/review", 403, found="Fine.", review_on="2027-03-01")
    reviewed = callers.hos.post(f"{here}/review", 200, found="Fine.", review_on="2027-03-01")
    assert reviewed["review_on"] == "2027-03-01"
    gone = callers.seo.post(f"{here}/withdraw", 200, reason="It was a mistake.")
    assert (gone["state"], gone["in_force"], gone["letters"][0]["state"]) == (
        "withdrawn",
        False,
        "withdrawn",
    )
    problem(callers.seo, f"{here}/letters", 409, **LETTER)
    assert callers.seo.get(f"{HERE}/sharing")["items"] == [gone]
    standing = callers.viewer.get("/standing-decisions")["items"]
    assert standing[0]["to"] == ["headteacher", "chair_of_governors", "clerk"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a refusal that is not respected": (
        {"consent": "refused", "consent_said": "No."},
        "override",
    ),
    "no day": ({"review_on": "soon"}, "review_on"),
    "what nobody knows": ({"secret": True}, "secret"),
    "nobody": ({"recipients": []}, "recipients"),
    "no such kind": ({"recipients": [{**POLICE, "kind": "press"}]}, "recipient-1-kind"),
    "an answer that is none": ({"confidential": "perhaps"}, "confidential"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_api_refuses_it_says_at_the_field(callers: Callers, wrong: str) -> None:
    values, field = WRONG[wrong]
    refused = problem(callers.seo, f"{HERE}/sharing", 422, **{**ASKED, **values})
    assert field in str(refused["errors"])
    problem(callers.legal, f"{HERE}/sharing", 403, **ASKED)


def test_a_letter_to_a_contact_whom_nothing_names_needs_a_decision(
    callers: Callers, engine: Engine, policy: Policy, council: Council
) -> None:
    partner = {"name": "Pat Reed", "email": "pat@partner.example"}
    callers.admin.put("/schools/900001/contacts/school_improvement_partner", **partner)
    record = SchoolRecord(engine, policy, council)
    letter = record.letter(copies=["school_improvement_partner"])
    assert "the school improvement partner" in approve(callers, letter.id, 409)["detail"]
    contact = {"kind": "contact", "role": "school_improvement_partner"}
    made = callers.seo.post(f"{HERE}/sharing", **{**ASKED, "recipients": [contact]})
    before = callers.hos.get(f"/proposals/{letter.id}")["seen"]
    approve(callers, made["proposal"])
    stale = {"decision": "approve", "seen": before}
    changed = callers.hos.post(f"/proposals/{letter.id}/decision", 409, **stale)
    assert "what lets it go there was changed" in changed["detail"]
    approve(callers, letter.id)
    assert [each["role"] for each in callers.seo.get(f"/sharing/{made['id']}")["letters"]] == [
        "school_improvement_partner"
    ]


def test_at_the_pages_a_decision_goes_from_question_one_to_the_letter(
    visitors: Visitors, engine: Engine, policy: Policy, council: Council
) -> None:
    case = Case(engine, policy, council).started()
    page = visitors.seo.get(f"/escalations/{case.reference}").follow("Sharing")
    assert "No sharing decisions yet" in page.text
    form = page.follow("Decide whether to share")
    for question in ("1. Is there a clear", "3. If it is confidential", "6. Is the decision"):
        assert question in form.text
    empty = form.submit(422)
    assert ("Choose what is shared", "#kinds") in empty.errors
    assert ("Enter the date of the review", "#review_on-day") in empty.errors
    form = form.submit(422, **{**TYPED, "consent": "refused", "recipient-2-email": "desk"})
    assert [at for _, at in form.errors] == ["#recipient-1-email", "#override"]
    form = form.submit(
        422, **{"consent": "given", "recipient-1-email": POLICE["email"], "recipient-1-kind": ""}
    )
    assert [at for _, at in form.errors] == ["#recipient-1-kind"]
    page = form.submit(**{"recipient-1-kind": "police"})
    assert "Your answers have been recorded" in page.text
    assert "Nothing leaves on it before it is authorised" in page.text
    letter = page.follow("Write a letter").submit(422)
    assert letter.errors[0] == ("Enter the subject", "#subject")
    waits = letter.submit(**LETTER)
    assert "nothing lets it go there" in waits.text
    proposal = visitors.hos.get(page.links["The proposal to authorise it"])
    assert "A parent told us in confidence." in proposal.text
    proposal.submit(decision="approve")
    shown = visitors.hos.get(waits.path)
    assert "Fernshire Police: sharing decision" in shown.text
    shown.submit(decision="approve")
    page = visitors.seo.get(f"/escalations/{case.reference}/sharing").follow("Fernshire Police")
    assert "Letter that shares information" in page.text
    gone = page.follow("Withdraw it").submit(reason="It was a mistake.")
    assert "Nothing leaves on this decision any more" in gone.text
    visitors.viewer.get(f"/escalations/{case.reference}/sharing", 403)
    assert "Standing decisions" in visitors.viewer.get("/standing-decisions").text


def test_at_the_pages_files_are_handed_over_and_cannot_be_called_back(visitors: Visitors) -> None:
    form = visitors.seo.get(HERE).follow("Sharing decisions about this school")
    form = form.follow("Decide whether to share")
    urgent = {
        "consent": "not_sought",
        "override": "serious_harm",
        "override_because": "A child is in danger.",
        "urgent_because": "It is today.",
    }
    page = form.submit(**{**TYPED, "kinds": ["files"], **urgent})
    assert "It can be shared now, because of imminent danger of harm" in page.text
    assert "Write a letter" not in page.links
    form = page.follow("Record what was handed over")
    wrong = form.submit(422)
    assert ("Choose to whom it was given", "#recipient") in wrong.errors
    given = {
        "recipient": "1",
        "kind": "files",
        "what": "The photographs.",
        "how": "By hand.",
        "handed_over_on": NOW.date(),
    }
    page = wrong.submit(**given)
    assert "The photographs." in page.text
    page = page.follow("Withdraw it")
    assert "cannot be called back" in page.text
    page = page.submit(reason="It was wrong.")
    assert "cannot be called back" in page.text
    assert "overdue" not in visitors.hos.get("/standing-decisions").text
