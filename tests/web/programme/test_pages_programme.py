"""The pages of the support programme: what is due, what was done, who helps."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from models.policy import Policy
from models.programme.tables import DutyKind
from models.schools.tables import RiskLevel
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
VISIT, REPORT = DutyKind.VISIT, DutyKind.REPORT


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    """A school at high risk since September; the day is Monday 23 November 2026."""
    found = Programme(engine, policy, council)
    found.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    found.pass_()
    return found


@pytest.fixture
def visitors(programme: Programme, tmp_path: Path) -> Visitors:
    return Visitors(programme.engine, programme.council, tmp_path)


def test_all_schools_with_their_progress(programme: Programme, visitors: Visitors) -> None:
    programme.evaluates(programme.council.seo)
    programme.visit(visited_on=date(2026, 9, 8))
    programme.level(RiskLevel.NONE, urn=900003, on=WHOLE_YEAR)
    page = visitors.seo.get("/programme")
    assert "2 schools" in page.text
    progress = "1 of up to 24 Least number: 1 of 6 done"
    assert f"Ashfield Primary School Behind High risk Sam Ellison {progress}" in page.text
    church = (
        "St Brannoc's Church of England Primary School No risk None 0 of 2 done 0 of 2 done None"
    )
    assert church in page.text
    page = visitors.seo.get(
        "/programme", behind="yes", level="high", officer="seo@fernshire.example"
    )
    assert "1 school" in page.text
    assert "No schools match" in visitors.seo.get("/programme", level="low").text
    assert visitors.seo.get("/programme", 422, level="dire").errors
    assert visitors.seo.get("/programme", 422, officer="nobody@fernshire.example").errors


def test_the_lists_cost_the_same_few_queries(programme: Programme, visitors: Visitors) -> None:
    seen: list[str] = []
    seo = visitors.seo
    event.listen(programme.engine, "before_cursor_execute", lambda *of: seen.append(str(of[2])))
    costs: list[list[str]] = []
    for urn in (None, 900002, 900003):
        if urn:
            programme.level(RiskLevel.HIGH, urn=urn, on=WHOLE_YEAR)
        costs.append([])
        for address in ("/programme", "/programme/duties"):
            seen.clear()
            seo.get(address)
            costs[-1].append(len(seen))
    assert costs[0] == costs[1] == costs[2]


def test_what_is_due_is_found_and_recorded(programme: Programme, visitors: Visitors) -> None:
    page = visitors.seo.get("/programme/duties", kind="action_review")
    assert "27 Nov 2026 The whole register Weekly review of actions None Planned" in page.text
    words = "Record of 27 November 2026: weekly review of actions"
    form = page.follow(words)
    assert "Weekly review of actions that is due by 27 November 2026." in form.text
    done = form.submit(
        held_on=date(2026, 11, 23), summary="All actions were looked at.\nTwo are behind."
    )
    assert "The review has been recorded" in done.text
    [first, *_] = programme.duties(DutyKind.ACTION_REVIEW, urn=None)
    assert (first.due_on, first.state) == (date(2026, 11, 27), "done")
    listed = visitors.seo.get("/programme/duties", kind="action_review", state="done")
    shown = listed.follow("Read of 27 November 2026: weekly review of actions")
    assert shown.heading == "Weekly review of actions on 23 November 2026"
    assert "Two are behind." in shown.text


def test_the_filters_of_what_is_due(visitors: Visitors) -> None:
    seo = visitors.seo
    late = seo.get("/programme/duties", state="late", kind="visit", due_before="2026-11-01")
    assert "1 found" in late.text
    assert "Nothing matches." in seo.get("/programme/duties", state="cancelled").text
    assert seo.get("/programme/duties", officer="hos@fernshire.example").status == 200
    for wrong in ({"state": "lost"}, {"kind": "party"}, {"due_before": "soon"}):
        assert seo.get("/programme/duties", 422, **wrong).errors


def test_a_visit(programme: Programme, visitors: Visitors) -> None:
    seo = visitors.seo
    page = seo.get("/schools/900001/programme")
    assert "with up to 24 visits in the year" in page.text
    assert "Visits in this school year: 0 of up to 24." in page.text
    assert "A visit, a written report or other support that counts is late." in page.text
    form = page.follow("Record a visit")
    empty = form.submit(422)
    assert empty.errors == [
        ("Enter the date of the visit", "#visited_on-day"),
        ("Enter what the visit was for", "#purpose"),
        ("Enter what you saw and heard", "#notes"),
    ]
    future = empty.submit(422, visited_on=date(2026, 11, 24), purpose="Mathematics", notes="Seen.")
    assert future.errors == [("The date must be today or in the past.", "#visited_on-day")]
    done = future.submit(visited_on=date(2026, 11, 20))
    assert "The visit has been recorded" in done.text
    assert programme.duties(VISIT)[0].done_on == date(2026, 11, 20)
    again = future.submit(422, visited_on=date(2026, 11, 20))
    assert "This visit is already on record." in again.text
    shown = done.follow("20 November 2026: Mathematics")
    assert shown.heading == "Visit on 20 November 2026"
    assert "Recorded by Sam Ellison" in shown.text


def test_a_named_visit(programme: Programme, visitors: Visitors) -> None:
    second = programme.duties(VISIT)[1]
    words = "Record of 18 December 2026: visit, Ashfield Primary School"
    form = visitors.seo.get("/schools/900001/programme").links[words]
    visitors.seo.get(form).submit(visited_on=date(2026, 11, 19), purpose="Reading", notes="Seen.")
    assert [duty.state.value for duty in programme.duties(VISIT)[:2]] == ["planned", "done"]
    assert programme.duties(VISIT)[1].id == second.id
    again = visitors.seo.get(form).submit(
        422, visited_on=date(2026, 11, 20), purpose="Reading", notes="Seen."
    )
    assert "This has already been done." in again.text
    visitors.seo.get("/schools/900001/visits/new", 404, duty="987654")
    visitors.seo.get("/schools/900001/visits/new", 404, duty="x")


def test_a_written_report(programme: Programme, visitors: Visitors) -> None:
    form = visitors.seo.get("/schools/900001/programme").follow("Write a report")
    partly = form.submit(422, dated=date(2026, 11, 20), **{"section-1": "Attainment rose."})
    assert partly.errors[0] == ("Enter the section “Impact of teaching on learning”.", "#section-2")
    assert len(partly.errors) == 4
    whole = {f"section-{place}": f"Seen ({place})." for place in range(1, 6)}
    torn = partly.submit(422, **whole | {"section-2": "Seen.\0", "section-4": "\0"})
    assert [(message.partition("”: ")[2], where) for message, where in torn.errors] == [
        ("The character U+0000 cannot be stored. Remove it.", "#section-2"),
        ("The character U+0000 cannot be stored. Remove it.", "#section-4"),
    ]
    done = torn.submit(**whole)
    assert "The written report has been drafted and is waiting for approval" in done.text
    assert done.heading == "Written report of 20 November 2026"
    assert "Behaviour and safety Seen (4)." in done.text
    school = visitors.seo.get("/schools/900001/programme")
    assert "20 November 2026: written report" in school.links
    assert programme.duties(REPORT)[0].state == "planned"


def test_a_monthly_evaluation(programme: Programme, visitors: Visitors) -> None:
    form = visitors.seo.get("/schools/900001/programme").follow("Record a review")
    wrong = form.submit(422, kind="evaluation", held_on=date(2026, 11, 20), summary="Progress.")
    assert wrong.errors == [("Enter what the impact was", "#impact")]
    done = wrong.submit(impact="Two of three actions are done.")
    assert "The review has been recorded" in done.text
    programme.evaluates(programme.council.seo)
    visitors.seo2.get("/schools/900001/reviews/new").submit(
        403, kind="evaluation", held_on=date(2026, 11, 19), summary="Progress.", impact="Some."
    )


def test_cancelling(programme: Programme, visitors: Visitors) -> None:
    visit = "Cancel of 23 October 2026: visit, Ashfield Primary School"
    page = visitors.seo.get("/schools/900001/programme")
    assert visit not in page.links, "a Head of Service decides"
    form = visitors.hos.get("/schools/900001/programme").follow(visit)
    assert form.submit(422).errors == [("Enter a reason", "#reason")]
    done = form.submit(reason="The school is on a trip.")
    assert "The planned work has been cancelled" in done.text
    assert "The school is on a trip." in done.text
    assert programme.duties(VISIT)[0].state == "cancelled"
    number = programme.duties(REPORT)[0].id
    visitors.seo.post(f"/duties/{number}/cancel", 403, {"reason": "No."})


def test_who_supports_a_school(programme: Programme, visitors: Visitors) -> None:
    page = visitors.hos.get("/schools/900001/programme")
    assert "Nobody yet." in page.text
    form = page.follow("Assign somebody")
    assert form.submit(422).errors == [
        ("Choose what they do for the school", "#role"),
        ("Enter their name", "#name"),
        ("Enter the first day", "#first_day-day"),
    ]
    role = "school_evaluation_officer"
    nobody = form.submit(422, role=role, first_day=WHOLE_YEAR)
    assert nobody.errors == [("Choose the officer who is to evaluate the school.", "#email")]
    done = nobody.submit(email="seo@fernshire.example")
    assert "The support has been assigned" in done.text
    assert "Sam Ellison School Evaluation Officer 1 Sep 2026 No end In force" in done.text
    two = form.submit(422, role=role, email="seo2@fernshire.example", first_day=WHOLE_YEAR)
    assert "a school has one at a time" in two.text
    ending = done.follow("End the support of Sam Ellison as School Evaluation Officer")
    assert ending.submit(422).errors == [("Enter the last day", "#last_day-day")]
    assert (
        "The end of the support has been recorded"
        in ending.submit(last_day=date(2026, 11, 20)).text
    )
    outside = form.submit(
        role="local_leader",
        name="Mrs A. Example",
        organisation="Brookside Academy",
        first_day=WHOLE_YEAR,
        last_day=date(2026, 12, 18),
    )
    assert "Mrs A. Example Brookside Academy Local Leader of Education (LLE)" in outside.text
    assert "Assign somebody" not in visitors.seo.get("/schools/900001/programme").links


def test_a_school_without_a_level_or_in_a_year_without_terms(visitors: Visitors) -> None:
    page = visitors.seo.get("/schools/900002/programme")
    assert "The school has no risk level yet" in page.text
    page = visitors.seo.get("/schools/900001/programme", year="2019")
    assert "Support in 2019 to 2020" in page.text
    assert "The terms of this school year are not in the policy" in page.text
    assert visitors.seo.get("/schools/900001/programme", year="zz").status == 200
    visitors.seo.get("/schools/999999/programme", 404)


def test_who_only_reads(visitors: Visitors) -> None:
    page = visitors.legal.get("/schools/900001/programme")
    assert "Record a visit" not in page.links
    assert not [link for link in page.links if link.startswith(("Record of", "Cancel of"))]
    visitors.viewer.get("/programme", 403)
    visitors.admin.get("/schools/900001/programme", 403)


def test_hostile_text_stays_text(programme: Programme, visitors: Visitors) -> None:
    programme.visit(purpose="<b>Bold</b> & ⟦marks⟧", notes="<script>alert(1)</script>\n{{ 7*7 }}")
    page = visitors.seo.get("/visits/1")
    assert "<script>alert(1)</script> {{ 7*7 }}" in page.text
    assert "<b>Bold</b> & ⟦marks⟧" in visitors.seo.get("/schools/900001/programme").text
