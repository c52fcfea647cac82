"""The meetings of step v, who answered, and an academy that does not engage, on pages."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.escalations.tables import Discussion
from models.letters.tables import Letter
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.visitors import Visitors


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def test_the_form_of_the_meetings_asks_who_held_them(case: Case, visitors: Visitors) -> None:
    case.started().climb_to("performance_meetings")
    form = visitors.seo.get(f"/escalations/{case.reference}/discussions/new")
    assert "the chair of governors, then the headteacher" in form.text
    told = {"held_on": case.now.date(), "notes": "We met.", "with": ["chair_of_governors"]}
    refused = form.submit(status=422, **told)
    assert "Enter who held the meeting" in refused.text
    assert refused.submit(held_by="aed@fernshire.example").path == f"/escalations/{case.reference}"
    section = visitors.seo.get(f"/escalations/{case.reference}/discussions")
    assert "Held by" in section.text
    assert case.all(Discussion)[-1].held_by_id == case.council.aed.id


def test_a_page_says_who_answered(case: Case, visitors: Visitors) -> None:
    case.started().climb_to("formal_governing_body")
    case.issue()
    form = visitors.seo.get(f"/escalations/{case.reference}/responses/new")
    form.submit(
        received_on=case.now.date(), summary="Yes.", judgement="later", **{"from": "headteacher"}
    )
    assert case.all(Letter)[-1].to_role == "headteacher"
    section = visitors.seo.get(f"/escalations/{case.reference}/discussions")
    assert "From Headteacher" in section.text


def test_an_academy_that_does_not_engage_is_started_at_step_iii(
    case: Case, visitors: Visitors
) -> None:
    address = f"/escalations/new/{case.council.academy.urn}"
    check = visitors.seo.get(address).submit(
        triggers=["safety"],
        summary="It does not answer.",
        not_engaging="yes",
        why_not_engaging="No visit was agreed to since May.",
        case_officer="seo@fernshire.example",
    )
    assert "No visit was agreed to since May." in check.text
    done = check.submit()
    case.reference = done.path.split("/")[-1]
    waiting = visitors.hos.get(f"/proposals/{case.awaiting[0].id}")
    assert "Start the escalation at step iii" in waiting.text
    assert "No visit was agreed to since May." in waiting.text
    case.approve(case.awaiting[0])
    assert case.states["informal_governing_body"] == "passed_over"
