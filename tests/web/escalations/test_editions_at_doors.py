"""Pages and API of cases of one edition of the policy while another is in force."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.database import write
from models.people.access import THE_MACHINE
from models.policy import Policy
from models.upkeep.condition import examine
from tests.support.callers import Callers, start
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.policies import LONGER, council_policy
from tests.support.visitors import Visitors


@pytest.fixture
def longer(tmp_path: Path) -> Policy:
    """A policy with one step more than that which comes with the product."""
    return council_policy(tmp_path / "longer", *LONGER)


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, with the policy in force that comes with the product."""
    return Visitors(engine, council, tmp_path)


def test_a_case_is_read_and_moved_at_a_step_that_the_policy_has_no_more(
    visitors: Visitors, case: Case, longer: Policy
) -> None:
    case = replace(case, policy=longer).started().climb_to("action_plan")
    case.issue()
    seo = visitors.seo
    here = f"/escalations/{case.reference}"
    page = seo.get(here)
    assert "Formal request for an action plan" in page.text
    assert "Letter to all governors" in page.text
    for part in ("letters", "discussions", "record", "evidence", "law"):
        assert case.reference in seo.get(f"{here}/{part}").response.text
    assert "Formal request for an action plan" in visitors.viewer.get(here).text
    found = seo.get("/escalations", view="all", step="action_plan")
    assert case.reference in found.links
    assert "Formal request for an action plan" in seo.get("/dashboard").text
    case.respond("unsatisfactory")
    proposed = seo.get(f"{here}/propose/pass_over").submit(reason="Nobody questions the head.")
    assert "Meetings with the chair" in proposed.text


def test_the_api_names_the_edition_and_finds_by_its_steps(
    engine: Engine, council: Council, tmp_path: Path, longer: Policy
) -> None:
    callers = Callers(engine, council, tmp_path)
    callers.app.state.policy = longer
    begun = start(callers.hos)
    callers.app.state.policy = council_policy(tmp_path / "today")
    other = start(callers.hos, urn=900002)
    assert begun["edition"] != other["edition"]
    assert len(begun["edition"]) == 64
    again = callers.seo.get(f"/escalations/{begun['reference']}")
    assert [step["key"] for step in again["steps"]][4] == "action_plan"
    assert callers.seo.get("/escalations", step="action_plan")["total"] == 0
    refused = callers.seo.call("GET", "/escalations", params={"step": "nowhere"})
    assert refused.status_code == 422
    assert "action_plan" in refused.text


def test_an_edition_that_was_changed_is_told_at_every_door(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    own = council_policy(tmp_path / "own", ("policy.toml", 'edition = "2026"', 'edition = "own"'))
    case = Case(engine, own, council).started()
    with write(engine) as session:
        session.connection().execute(text("UPDATE policy_edition SET content = '{}'"))
    visitors, callers = Visitors(engine, council, tmp_path), Callers(engine, council, tmp_path)
    why = "was changed in the database"
    assert why in visitors.seo.get(f"/escalations/{case.reference}", 409).text
    answer = callers.seo.call("GET", f"/escalations/{case.reference}")
    assert (answer.status_code, why in answer.text) == (409, True)
    [finding] = [
        found
        for found in examine(engine, own, NOW, reader=THE_MACHINE, outside=())
        if found.about == "editions of the policy"
    ]
    assert (finding.health, why in finding.says) == ("problem", True)
