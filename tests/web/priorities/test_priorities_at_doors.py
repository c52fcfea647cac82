"""Priorities of improvement plans at pages and API, and on the form of an evaluation."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from tests.support.callers import Callers
from tests.support.council import NOW, Council
from tests.support.school_records import SchoolRecord
from tests.support.statute import problem
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/schools/900001/record/priorities"
PLAN = {
    "priority": "Every child reads by six",
    "success_criteria": "90 % pass the phonics check.",
    "owner": "Ms Lee",
    "first_day": "2026-09-01",
    "last_day": "2027-07-31",
}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    callers = Callers(engine, council, tmp_path)
    callers.at(NOW)
    return callers


@pytest.fixture
def record(engine: Engine, policy: Policy, council: Council) -> SchoolRecord:
    return SchoolRecord(engine, policy, council)


def test_by_the_api_a_priority_is_kept_from_its_first_day_to_its_last(callers: Callers) -> None:
    made = callers.seo.post(HERE, key="p1", **PLAN)
    assert {name: made[name] for name in PLAN} == PLAN
    assert callers.seo.post(HERE, key="p1", **PLAN) == made
    here = f"/priorities/{made['id']}"
    problem(callers.seo, f"{here}/change", 409, **PLAN, reason="So.")
    changed = callers.seo.post(
        f"{here}/change", 200, **{**PLAN, "owner": "Mr Fox"}, reason="She left."
    )
    assert [each["owner"] for each in changed["versions"]] == ["Mr Fox", "Ms Lee"]
    how_far = {"month": "2026-10", "rating": "On track", "said": "Daily."}
    followed = callers.hos.post(f"{here}/months", **how_far)
    assert [each["month"] for each in followed["months"]] == ["2026-10"]
    refused = problem(callers.seo, f"{here}/months", 422, **how_far)
    assert [each["field"] for each in refused["errors"]] == ["month"]
    action = {"what": "Buy books", "person": "Ms Lee", "due_on": "2026-12-04", "why": "So."}
    under = callers.seo.post("/schools/900001/record/actions", **action, priority=made["id"])
    assert callers.seo.get("/actions", priority=made["id"])["items"] == [under]
    ended = callers.seo.post(
        f"{here}/end", 200, met=True, ended_on="2026-11-20", outcome="93 % passed."
    )
    assert (ended["state"], ended["outcome"]) == ("met", "93 % passed.")
    assert callers.seo.get(HERE)["items"] == [ended]
    assert callers.seo.get("/priorities", only_open=True)["items"] == []
    problem(callers.viewer, HERE, 403, **PLAN)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no day": ({"first_day": "soon"}, "first_day"),
    "a number for words": ({"priority": 3}, "priority"),
    "what nobody knows": ({"urgent": True}, "urgent"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_api_refuses_it_says_at_the_field(callers: Callers, wrong: str) -> None:
    values, field = WRONG[wrong]
    refused = problem(callers.seo, HERE, 422, **{**PLAN, **values})
    assert [each["field"] for each in refused["errors"]] == [field]
    assert callers.seo.get(HERE)["items"] == []


def test_at_the_pages_a_priority_is_recorded_changed_followed_and_met(visitors: Visitors) -> None:
    page = visitors.seo.get("/schools/900001/record").follow("Priorities of the improvement plan")
    form = page.follow("Record a priority")
    assert [error for error, _ in form.submit(422).errors] == [
        "Enter the priority",
        "Enter how one sees that it is met",
        "Enter who at the school owns it",
        "Enter the first day",
        "Enter the last day",
    ]
    days = {"first_day": date(2026, 9, 1), "last_day": date(2027, 7, 31)}
    words = {name: PLAN[name] for name in ("priority", "success_criteria", "owner")}
    page = form.submit(**words, **days)
    assert "The priority has been recorded" in page.text
    page = page.follow("Every child reads by six").follow("Change it")
    page = page.submit(owner="Mr Fox", reason="She left.")
    assert "Why it was changed after that She left." in page.text
    form = page.follow("Say how far it was in a month")
    assert form.submit(422, month="November").errors[0][1] == "#rating"
    page = form.submit(month="2026-11", rating="On track", said="Daily.")
    assert "November 2026 On track Daily. Sam Ellison" in page.text
    form = page.follow("Record an action under this priority")
    page = form.submit(what="Buy books", person="Ms Lee", due_on=date(2026, 12, 4), why="So.")
    page = page.follow("Buy books")
    page = page.follow("Every child reads by six")
    assert "Buy books Open" in page.text
    form = page.follow("It is met, or given up").submit(422)
    assert [error for error, _ in form.errors] == [
        "Choose what became of it",
        "Enter the date",
        "Enter what was achieved, or why it is given up",
    ]
    page = form.submit(became="met", ended_on=date(2026, 11, 20), outcome="93 % passed.")
    assert "What was achieved 93 % passed." in page.text
    assert "Change it" not in page.links
    visitors.seo.get("/priorities/1/change", 409)


def test_the_form_of_an_evaluation_asks_of_each_open_priority(
    visitors: Visitors, record: SchoolRecord
) -> None:
    number = record.priority().id
    record.month(number, "2026-10", rating="Some progress")
    form = visitors.seo.get("/schools/900001/reviews/new", kind="evaluation")
    assert "Said last: October 2026, some progress." in form.text
    given = {"kind": "evaluation", "held_on": date(2026, 11, 20), "summary": "S.", "impact": "I."}
    form = form.submit(422, **given, **{f"priority-{number}-rating": "On track"})
    assert [where for _, where in form.errors] == [f"#priority-{number}-said"]
    form.submit(
        **{f"priority-{number}-said": "Phonics every day."},
        council_response="A consultant head came.",
        leaders_response="Governors ask after it.",
    )
    page = visitors.hos.get("/reviews/1")
    for text in (
        "November 2026: On track",
        "Phonics every day.",
        "How the council responded to the priorities A consultant head came.",
        "How the school’s leaders responded to the priorities Governors ask after it.",
    ):
        assert text in page.text
    assert "Governors ask after it." in visitors.hos.client.get("/reviews.csv").text
