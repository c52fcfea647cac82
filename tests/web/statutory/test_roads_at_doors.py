"""An inspection's outcome at pages and API: entered, corrected, and what follows on the case."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.statute import problem
from tests.support.statutory import inspected
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OUTCOME = {
    "category": "special_measures",
    "published_on": "2026-11-16",
    "source": "Report 10012345, national file of November.",
}
SCHOOL = "/schools/900001"


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


def test_it_is_entered_and_corrected_by_the_api(callers: Callers) -> None:
    entered = callers.seo.post(f"{SCHOOL}/inspections", key="k1", **OUTCOME)
    assert {name: entered[name] for name in OUTCOME} == OUTCOME
    assert (entered["counts"], entered["corrected"], entered["corrects"]) == (True, False, None)
    assert callers.seo.post(f"{SCHOOL}/inspections", key="k1", **OUTCOME) == entered
    corrected = callers.sm.post(
        f"{SCHOOL}/inspections",
        **{**OUTCOME, "category": None},
        corrects=entered["id"],
        reason="It was another school.",
    )
    items = callers.viewer.get(f"{SCHOOL}/inspections")["items"]
    assert [(each["id"], each["corrected"], each["counts"]) for each in items] == [
        (corrected["id"], False, False),
        (entered["id"], True, False),
    ]
    problem(callers.viewer, f"{SCHOOL}/inspections", 403, **OUTCOME)
    problem(callers.seo, "/schools/900999/inspections", 404, **OUTCOME)
    wrong = problem(callers.seo, f"{SCHOOL}/inspections", 422, **{**OUTCOME, "source": ""})
    assert [each["field"] for each in wrong["errors"]] == ["source"]


def test_what_the_case_says_then(callers: Callers, case: Case) -> None:
    case.started()
    address = f"/escalations/{case.reference}"
    problem(callers.hos, f"{address}/proposals", 409, action="intervene", reason="Now.")
    callers.seo.post(f"{SCHOOL}/inspections", **OUTCOME)
    shown = callers.legal.get(f"{address}/eligibility")
    [road] = [each for each in shown["roads"] if each["holds"]]
    assert (road["section"], road["title"]) == ("62", "Requires special measures")
    assert [fact["on"] for fact in road["facts"]] == ["2026-11-16", "2026-11-16"]
    problem(callers.seo, f"{address}/proposals", 403, action="intervene", reason="Now.")
    proposal = callers.hos.post(f"{address}/proposals", action="intervene", reason="Now.")
    assert (proposal["action"], proposal["step"]) == ("intervene", "intervention")
    callers.dcs.approve(proposal["id"])
    assert callers.seo.get(address)["step"]["key"] == "intervention"
    kinds = [each["kind"] for each in callers.seo.get(f"{address}/events")["items"]]
    assert {"inspection_recorded", "moved_to_powers"} <= set(kinds)


def test_it_is_entered_and_corrected_at_the_page_of_the_school(visitors: Visitors) -> None:
    page = visitors.seo.get(SCHOOL).follow("Record the outcome of an inspection")
    refused = page.submit(422)
    assert [message for message, _ in refused.errors] == [
        "Choose what the report says",
        "Enter the date on which the report was published",
        "Enter where this is known from",
    ]
    saved = refused.submit(
        category="special_measures", published_on=NOW.date(), source="Report 10012345."
    )
    assert "The outcome of the inspection has been recorded" in saved.response.text
    assert "The school requires special measures (counts today)" in saved.text
    form = saved.visitor.get(saved.tree.xpath("string(//a[contains(., 'Correct this')]/@href)"))
    assert [message for message, _ in form.submit(422).errors] == ["Enter why it is corrected"]
    corrected = form.submit(category="no_report", reason="It was another school.")
    assert "There was no such report" in corrected.text
    assert "The school requires special measures (corrected by a later entry)" in corrected.text
    assert "It was another school." in corrected.text


def test_who_may_only_read_it(visitors: Visitors, case: Case) -> None:
    case.started()
    inspected(case, "special_measures")
    page = visitors.viewer.get(SCHOOL)
    assert "The school requires special measures (counts today)" in page.text
    assert "Record the outcome" not in page.text
    assert "Correct this outcome" not in page.text
    visitors.viewer.get(f"{SCHOOL}/inspections/new", 403)
    visitors.seo.get(f"{SCHOOL}/inspections/new", 404, corrects="99")


def test_only_a_head_of_service_is_offered_the_straight_way(visitors: Visitors, case: Case) -> None:
    case.started()
    inspected(case, "special_measures")
    address = f"/escalations/{case.reference}"
    words = "Move straight to the powers (sections 61 and 62)"
    assert words not in visitors.seo.get(address).links
    assert "straight" not in visitors.seo.get(f"{address}/propose").text
    visitors.seo.get(f"{address}/propose/intervene", 403)
    form = visitors.hos.get(address).follow(words)
    assert "no warning notice is needed" in form.text
    form.submit(reason="The report leaves no other way.")
    [waits] = case.awaiting
    assert (waits.action, waits.step_key) == ("intervene", "intervention")
