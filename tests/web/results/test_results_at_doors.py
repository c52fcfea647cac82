"""Results and report cards at pages and API: entered, corrected, and shown beside the evidence."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support.callers import Callers
from tests.support.council import NOW, Council
from tests.support.statute import problem
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SCHOOL = "/schools/900001"
RESULT = {"school_year": 2024, "measure": "ks2_expected", "value": 48, "source": "The school."}
CARD = {
    "category": "none",
    "published_on": "2026-11-16",
    "inspected_on": "2026-10-13",
    "source": "Report 10012345.",
    "safeguarding": "not_met",
    "grades": {"inclusion": "strong_standard", "achievement": "needs_attention"},
}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    callers = Callers(engine, council, tmp_path)
    callers.at(NOW)
    return callers


def test_a_result_by_the_api(callers: Callers) -> None:
    entered = callers.seo.post(f"{SCHOOL}/results", key="k1", **RESULT, benchmark=62.0)
    assert {name: entered[name] for name in RESULT} == RESULT
    assert (entered["difference"], entered["counts"]) == (-14.0, True)
    assert callers.seo.post(f"{SCHOOL}/results", key="k1", **RESULT, benchmark=62.0) == entered
    wrong = problem(callers.seo, f"{SCHOOL}/results", 422, **{**RESULT, "value": 49})
    assert [each["field"] for each in wrong["errors"]] == ["reason"]
    callers.sm.post(f"{SCHOOL}/results", **{**RESULT, "value": 49}, reason="A misprint.")
    counts = callers.viewer.get(f"{SCHOOL}/results")["items"]
    assert [each["value"] for each in counts] == [49.0]
    every = callers.viewer.get(f"{SCHOOL}/results", history=True)["items"]
    assert [(each["value"], each["counts"]) for each in every] == [(49.0, True), (48.0, False)]
    assert callers.viewer.get("/results", below=True)["total"] == 0
    assert callers.viewer.get("/results", measure="ks2_expected", school_year=2024)["total"] == 1
    problem(callers.viewer, f"{SCHOOL}/results", 403, **RESULT)
    problem(callers.seo, "/schools/900999/results", 404, **RESULT)
    assert callers.seo.call("GET", "/results?measure=x").status_code == 422


def test_a_report_card_by_the_api(callers: Callers) -> None:
    entered = callers.seo.post(f"{SCHOOL}/inspections", **CARD)
    assert {name: entered[name] for name in CARD} == CARD
    assert entered["framework"] == "report_card"
    [listed] = callers.viewer.get("/inspections", safeguarding="not_met")["items"]
    assert (listed["id"], listed["school"]) == (entered["id"], "Ashfield Primary School")
    assert callers.viewer.get("/inspections", category="special_measures")["items"] == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an area": ({"grades": {"art": "strong_standard"}}, "grades"),
    "a grade": ({"grades": {"inclusion": "good"}}, "grades-inclusion"),
    "both kinds": (
        {"grades": {"inclusion": "strong_standard", "overall_effectiveness": "good"}},
        "grades",
    ),
    "safeguarding": ({"safeguarding": "maybe"}, "safeguarding"),
    "a card of before": (
        {"published_on": "2025-10-01", "inspected_on": "2025-09-01"},
        "grades",
    ),
    "older grades of today": ({"grades": {"overall_effectiveness": "good"}}, "grades"),
    "after its report": ({"inspected_on": "2026-11-17"}, "inspected_on"),
    "two lines": ({"outcome": "a\nb"}, "outcome"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_report_says_is_refused_at_its_field(callers: Callers, what: str) -> None:
    values, field = WRONG[what]
    wrong = problem(callers.seo, f"{SCHOOL}/inspections", 422, **{**CARD, **values})
    assert [each["field"] for each in wrong["errors"]] == [field]
    assert callers.seo.get(f"{SCHOOL}/inspections")["items"] == []


def test_a_report_card_at_the_page(visitors: Visitors) -> None:
    form = visitors.seo.get(SCHOOL).follow("Record the outcome of an inspection")
    typed = {
        "category": "none",
        "published_on-day": "16",
        "published_on-month": "11",
        "published_on-year": "2026",
        "source": "Report 10012345.",
        "safeguarding": "met",
        "grades-inclusion": "exceptional",
    }
    both = form.submit(422, **typed, **{"grades-overall_effectiveness": "good"})
    says = "Enter the grades of a report card or those of an older inspection, not both."
    assert both.errors == [(says, "#grades")]
    page = form.submit(**typed)
    assert "Exceptional" in page.text
    again = page.follow("Correct this outcome of the report published on 16 November 2026")
    [chosen] = again.tree.xpath("//select[@id='grades-inclusion']/option[@selected]/@value")
    assert chosen == "exceptional"
    page = again.submit(reason="A misprint.", **{"grades-inclusion": "urgent_improvement"})
    assert "Urgent improvement" in page.text


def test_a_result_at_the_page(visitors: Visitors) -> None:
    page = visitors.seo.get(SCHOOL).follow("Results")
    form = page.follow("Record a result")
    assert form.submit(422).errors == [
        ("Choose a measure", "#measure"),
        ("Choose a school year", "#school_year"),
        ("Enter where this is known from", "#source"),
    ]
    typed = {"measure": "ks2_expected", "school_year": "2025", "source": "The school."}
    wrong = form.submit(422, **typed, value="many").errors
    assert wrong == [("Result must be a number, like 61.5", "#value")]
    page = form.submit(**typed, value="48.5 %", benchmark="62")
    assert "13.5 points below" in page.text
    again = page.follow("Correct Reading, writing and maths: expected standard, 2025 to 2026")
    assert "48.5%" in again.text
    page = again.submit(source="The school.", value="50", reason="Two were counted twice.")
    assert "What was corrected" in page.text
    assert "50%" in visitors.viewer.get(SCHOOL).text
    assert "50%" in visitors.viewer.get("/results").text


def test_both_stand_beside_the_evidence_of_an_assessment(
    visitors: Visitors, callers: Callers
) -> None:
    callers.seo.post(f"{SCHOOL}/inspections", **CARD)
    callers.seo.post(f"{SCHOOL}/results", **RESULT, benchmark=62.0)
    number = callers.seo.post("/assessments", urn=900001)["id"]
    for address in (f"/assessments/{number}", f"/assessments/{number}/evidence/new"):
        text = visitors.seo.get(address).text
        assert "14 points below" in text
        assert "safeguarding not met; inclusion: strong standard" in text
