"""More or less needed at pages and API: said, listed, answered; the level beside the case."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.escalations.holding import Restriction, restrict
from models.needs.tables import NeedSource
from models.policy import Policy
from models.schools.tables import RiskLevel
from models.upkeep.clock import tick
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.needs import Needs
from tests.support.statute import problem
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
VISIT = {
    "urn": 900001,
    "visited_on": "2026-11-20",
    "purpose": "Reading",
    "notes": "Six lessons.",
    "needed": "more",
    "needed_because": "Reading falls.",
}
START = {"urn": 900001, "triggers": ["safety"], "summary": "Reading falls."}


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
def needs(engine: Engine, policy: Policy, council: Council) -> Needs:
    found = Needs(engine, policy, council)
    found.level(RiskLevel.NONE)
    return found


@pytest.fixture
def at_iii(needs: Needs) -> Case:
    """A school at no risk whose escalation has come to step iii."""
    case = Case(needs.engine, needs.policy, needs.council)
    return case.started().climb_to("formal_headteacher")


def test_by_the_api_a_visit_leads_to_an_escalation_that_names_it(
    callers: Callers, council: Council
) -> None:
    visit = callers.seo.post("/visits", **VISIT)
    assert (visit["needed"], visit["needed_because"]) == ("more", "Reading falls.")
    [need] = callers.hos.get("/needs", state="open")["items"]
    assert (need["source"], need["source_id"], need["came_from"]) == (
        "visit",
        visit["id"],
        "Visit of 20 November 2026",
    )
    now = callers.hos.get(f"/needs/{need['id']}")
    assert now["summary"] == "Visit of 20 November 2026: Reading falls."
    assert {each["act"]: each["allowed"] for each in now["possible"]} == {
        "assess": True,
        "escalate": True,
        "close": True,
    }
    start = {**START, "case_officer": council.seo.email, "need": need["id"]}
    made = callers.hos.post("/escalations", key="s1", **start)
    assert callers.hos.post("/escalations", key="s1", **start) == made
    beside = callers.hos.get(f"/escalations/{made['reference']}")["beside"]
    [rests_on] = beside["rests_on"]
    assert (rests_on["source"], rests_on["source_id"]) == ("visit", visit["id"])
    assert rests_on["escalation"] == made["reference"]
    assert beside["programme"]["urn"] == 900001
    assert callers.viewer.get(f"/escalations/{made['reference']}")["beside"] is None
    problem(callers.hos, f"/needs/{need['id']}/closing", 409, reason="No.")
    problem(callers.hos, f"/needs/{need['id']}/assessment", 409)


def test_by_the_api_less_is_assessed_or_closed(callers: Callers) -> None:
    callers.seo.post("/visits", **VISIT | {"needed": "less"})
    callers.seo.post("/visits", **VISIT | {"needed": "less", "purpose": "Again"})
    first, second = callers.hos.get("/needs")["items"]
    assessment = callers.seo.post(f"/needs/{first['id']}/assessment", key="a1")
    assert callers.seo.post(f"/needs/{first['id']}/assessment", key="a1") == assessment
    assert [piece["kind"] for piece in assessment["evidence"]] == ["local_intelligence"]
    [behind] = callers.seo.get("/needs", assessment=assessment["id"])["items"]
    assert behind["id"] == first["id"]
    problem(callers.seo, f"/needs/{second['id']}/closing", 403, reason="No.")
    closed = callers.hos.post(f"/needs/{second['id']}/closing", 200, reason="It stays.")
    assert (closed["state"], closed["closed_because"]) == ("closed", "It stays.")
    assert callers.hos.get("/needs", state="open")["items"] == []
    problem(callers.viewer, f"/needs/{second['id']}/closing", 403, reason="No.")


def test_callers_of_before_go_on_without_an_answer(callers: Callers) -> None:
    before = {name: value for name, value in VISIT.items() if not name.startswith("needed")}
    visit = callers.seo.post("/visits", **before)
    assert (visit["needed"], visit["needed_because"], visit["good_practice"]) == (None, "", "")
    assert callers.hos.get("/needs")["items"] == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such answer": ({"needed": "much"}, "needed"),
    "a number": ({"needed": 3}, "needed"),
    "no reason": ({"needed_because": ""}, "needed_because"),
    "a reason for nothing": ({"needed": None}, "needed"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_api_refuses_it_says_at_the_field(callers: Callers, wrong: str) -> None:
    values, field = WRONG[wrong]
    refused = problem(callers.seo, "/visits", 422, **{**VISIT, **values})
    assert [each["field"] for each in refused["errors"]] == [field]
    assert callers.hos.get("/visits")["items"] == []


def test_good_practice_is_found_by_its_words(callers: Callers, visitors: Visitors) -> None:
    seen = {"good_practice": "Phonics every morning, in small groups"}
    plain = {name: value for name, value in VISIT.items() if not name.startswith("needed")}
    callers.seo.post("/visits", **plain)
    callers.seo.post("/visits", **plain | seen | {"purpose": "Phonics"})
    for query, number in (("small groups", 1), ("mathematics", 0), ("Ashfield", 1)):
        found = callers.seo.get("/visits", good_practice=True, query=query)["items"]
        assert len(found) == number
    page = visitors.seo.get("/visits/good-practice", query="morning")
    assert "Phonics every morning, in small groups" in page.text
    assert "Ashfield Primary School" in page.text
    assert "No visit matches" in visitors.seo.get("/visits/good-practice", query="chess").text


def test_at_the_pages_more_is_said_and_becomes_an_escalation(visitors: Visitors) -> None:
    form = visitors.seo.get("/schools/900001/visits/new")
    visited = {"visited_on": date(2026, 11, 20), "purpose": "Reading", "notes": "Six lessons."}
    form = form.submit(422, **visited, needed="more")
    assert form.errors == [("Enter why more or less is needed", "#needed_because")]
    form.submit(needed_because="Reading falls.")
    page = visitors.hos.get("/dashboard").follow("1 answers that more or less is needed")
    page = page.follow("Ashfield Primary School: more is needed, visit of 20 november 2026")
    assert "Why Reading falls." in page.text
    form = page.follow("Start an escalation")
    assert "It rests on: Visit of 20 November 2026, where more is needed." in form.text
    check = form.submit(triggers=["safety"])
    assert "Summary Visit of 20 November 2026: Reading falls." in check.text
    case = check.submit()
    assert "What it rests on More is needed: Visit of 20 November 2026" in case.text
    page = case.follow("Visit of 20 November 2026")
    assert "More is needed: Visit of 20 November 2026 Escalated" in page.text


def test_at_the_pages_it_becomes_an_assessment_or_is_closed(
    visitors: Visitors, needs: Needs
) -> None:
    needs.say(NeedSource.VISIT, "less")
    needs.say(NeedSource.REPORT, "more")
    page = visitors.hos.get("/needs/1")
    assert "Start an escalation" not in page.links
    page = page.submit()
    assert "The assessment has what was said as evidence" in page.text
    assert "What it rests on Less is needed: Visit of 23 November 2026" in page.text
    form = visitors.hos.get("/needs/2").follow("Close it with a reason")
    assert form.submit(422).errors == [("Enter a reason", "#reason")]
    page = form.submit(reason="It is being seen to.")
    assert "The reason It is being seen to." in page.text
    visitors.hos.get("/needs/2/closing", 409)
    assert "Less is needed" in visitors.hos.get("/needs", state="any").text
    assert "Nothing matches" in visitors.hos.get("/needs").text
    visitors.hos.get("/needs", 422, state="lost")


def test_the_weekly_review_says_it_with_its_line(visitors: Visitors, needs: Needs) -> None:
    needs.level(RiskLevel.HIGH)
    needs.line()
    form = visitors.seo.get("/reviews/actions")
    form = form.submit(422, held_on=date(2026, 11, 23), **{"line-1-needed": "more"})
    assert [error for _, error in form.errors] == ["#line-1"]
    form = form.submit(422, **{"line-1": "Half of it."})
    assert [error for _, error in form.errors] == ["#line-1-needed_because"]
    form.submit(**{"line-1-needed_because": "It does not move."})
    assert "Weekly review of actions of 23 November 2026" in visitors.hos.get("/needs").text
    assert "More is needed" in visitors.hos.get("/actions/1").text


# --- the level beside the escalation


def test_no_risk_at_step_iii_is_seen_everywhere(
    visitors: Visitors, callers: Callers, at_iii: Case
) -> None:
    reference = at_iii.reference
    callers.at(at_iii.now)
    visitors.at(at_iii.now)
    assert callers.hos.get(f"/escalations/{reference}")["beside"]["at_odds"] is True
    warning = "its escalation has come to step iii"
    for address in (f"/escalations/{reference}", "/schools/900001", "/schools/900001/risk"):
        assert warning in visitors.hos.get(address).text, address
    page = visitors.hos.get("/dashboard").follow(
        "1 schools whose level does not fit their escalation"
    )
    assert f"{reference}, step iii Level does not fit" in page.text
    assert "1 school" in page.text
    tick(at_iii.engine, at_iii.policy, at_iii.now)
    assert "No risk" in visitors.hos.get("/needs").text
    sees_no_warning = visitors.viewer.get("/schools/900001")
    assert warning not in sees_no_warning.text


def test_a_restricted_escalation_is_neither_shown_nor_counted_beside_the_level(
    visitors: Visitors, at_iii: Case
) -> None:
    with at_iii.acting("hos") as acting:
        restrict(acting, at_iii.reference, Restriction(officers=[], reason="Delicate."))
    tick(at_iii.engine, at_iii.policy, at_iii.now)
    visitors.at(at_iii.now + timedelta(hours=1))
    for address in (
        "/risk",
        "/risk?at_odds=yes",
        "/schools/900001",
        "/schools/900001/risk",
        "/dashboard",
        "/needs",
        "/needs?state=any",
    ):
        for who in ("hos2", "aed", "seo2"):
            page = getattr(visitors, who).get(address)
            assert at_iii.reference not in page.text, (address, who)
            assert "step iii" not in page.text, (address, who)
    assert "No schools match" in visitors.hos2.get("/risk?at_odds=yes").text
    assert "No schools match" not in visitors.hos.get("/risk?at_odds=yes").text
    assert at_iii.reference in visitors.dcs.get("/risk").text
    dashboard = visitors.hos2.get("/dashboard").text
    assert "Schools whose level does not fit their escalation 0" in dashboard
    assert "More or less needed, not answered yet 0" in dashboard
