"""The written statement of action at pages and API: due, drafted, approved, or not made here."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from tests.support.callers import Callers
from tests.support.council import NOW, Council
from tests.support.school_records import SchoolRecord
from tests.support.statute import problem
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SCHOOL = "/schools/900001"
HERE = f"{SCHOOL}/record/statements"
REPORT = {
    "category": "special_measures",
    "published_on": "2026-11-16",
    "source": "Report 10012345.",
}
STATEMENT = {
    "action": "A review of governance.",
    "period": "By 29 January 2027.",
    "parents": "A meeting at the school on 3 December.",
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
def record(engine: Engine, council: Council, policy: Policy) -> SchoolRecord:
    """The record of Ashfield Primary School, on which nothing is yet."""
    return SchoolRecord(engine, policy, council)


def test_by_the_api_it_is_due_drafted_and_made(callers: Callers) -> None:
    callers.seo.post(f"{SCHOOL}/inspections", **REPORT)
    [owed] = callers.seo.get(HERE)["items"]
    assert (owed["state"], owed["due_on"], owed["category"]) == (
        *("owed", "2026-11-30"),
        "special_measures",
    )
    deadlines = callers.seo.get(f"{SCHOOL}/record/deadlines")["items"]
    [deadline] = [each for each in deadlines if each["kind"] == "statement_of_action"]
    assert deadline["kind"] == "statement_of_action"
    settled = {"done": True}
    problem(callers.seo, f"/deadlines/{deadline['id']}/outcome", 404, **settled)
    wrong = problem(callers.seo, HERE, 422, **{**STATEMENT, "period": "", "parents": ""})
    assert [each["field"] for each in wrong["errors"]] == ["period", "parents"]
    proposal = callers.seo.post(HERE, key="s1", **STATEMENT)
    assert callers.seo.post(HERE, key="s1", **STATEMENT) == proposal
    problem(callers.seo, HERE, 409, **STATEMENT)
    problem(callers.seo, f"{HERE}/release", 403, reason="It was made.")
    problem(callers.hos, f"{HERE}/release", 409, reason="It was made.")
    callers.dcs.approve(proposal["id"])
    [made] = callers.seo.get(HERE)["items"]
    assert {name: made[name] for name in STATEMENT} == STATEMENT
    assert (made["state"], made["given_on"]) == ("given", "2026-11-23")


def test_by_the_api_none_is_to_be_made_here(callers: Callers) -> None:
    callers.seo.post(f"{SCHOOL}/inspections", **REPORT)
    released = callers.hos.post(f"{HERE}/release", 200, reason="It was made by post.")
    assert (released["state"], released["released_by"]) == (*("released", "hos@fernshire.example"),)
    assert callers.seo.get("/schools/900003/record/statements")["items"] == []


def test_at_the_pages_it_is_drafted_and_made(visitors: Visitors, record: SchoolRecord) -> None:
    record.inspect("special_measures")
    page = visitors.seo.get(SCHOOL)
    assert "Written statement of action after the report published on 23 November 2026" in page.text
    assert "due by 7 December 2026" in page.text
    page = page.follow("Written statement of action")
    assert "Say that none is to be made here" not in page.text
    form = page.follow("Draft the written statement of action")
    assert "goes to the chair of governors, with copies to the Chief Inspector and" in form.text
    assert "where an address is known, the headteacher." in form.text
    assert "once the Director of Children’s Services has approved it" in form.text
    form = form.submit(422, action="A review.", parents="")
    assert "Enter how parents are informed and their views heard" in form.text
    form = form.submit(422, action="A review.", parents="A meeting.")
    assert "Enter the period within which the action will be taken" in form.text
    page = form.submit(**STATEMENT)
    assert "The statement has been drafted and is waiting for approval" in page.text
    assert "Due by 7 December 2026, waiting for approval" in page.text
    waiting = visitors.dcs.get("/proposals").follow("Send the written statement of action")
    assert "A review of governance." in waiting.text
    page = waiting.submit(decision="approve")
    assert "Made on 23 November 2026" in page.text
    assert "The written statement of action was made on 23 November 2026." in page.text
    assert "made on 23 November 2026" in visitors.seo.get(SCHOOL).text


def test_at_the_pages_a_head_of_service_says_that_none_is_made_here(
    visitors: Visitors, record: SchoolRecord
) -> None:
    record.inspect("significant_improvement")
    form = visitors.hos.get(f"{SCHOOL}/record").follow("Say that none is to be made here")
    form = form.submit(422, reason="")
    assert "Enter why none is to be made here" in form.text
    page = form.submit(reason="It was made by post on 20 November.")
    assert "It has been recorded that none is to be made here" in page.text
    assert "It was made by post on 20 November." in page.text
    assert "not to be made here" in visitors.seo.get(SCHOOL).text
    assert "Written statement of action" not in visitors.viewer.get(SCHOOL).text
