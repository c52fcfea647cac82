"""The support programme in a real browser, at a desk and as on a telephone."""

from datetime import date

import pytest

from models.schools.tables import RiskLevel
from tests.support.assessing import Register
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.walk import Served, Walk, pictured


@pytest.fixture
def programme(served: Served) -> Programme:
    """Schools at two levels, of which one is behind; the day is Monday 23 November 2026."""
    found = Programme(served.engine, served.policy, served.council)
    found.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    found.level(RiskLevel.NONE, urn=900003, on=WHOLE_YEAR)
    found.evaluates(served.council.seo)
    found.report(dated=date(2026, 10, 9))
    found.pass_()
    return found


def test_a_school_that_is_behind_is_visited(walk: Walk, programme: Programme) -> None:
    walk.sign_in("seo")
    walk.go("/programme")
    walk.sees("Ashfield Primary School", "0 of up to 24", "0 of 6 done", "1 late", "Behind")
    pictured(walk, "schools")
    walk.follow("Ashfield Primary School")
    walk.sees(
        "A visit, a written report or other support that counts is late.",
        "Autumn term",
        "Sam Ellison",
    )
    pictured(walk, "school")
    walk.follow("Record a visit")
    walk.press("Save the visit")
    walk.sees("Enter the date of the visit")
    pictured(walk, "visit-form")
    walk.type_day("When was the visit?", date(2026, 11, 20))
    walk.type("What was it for?", "To look at the teaching of mathematics")
    walk.type("What did you see and hear?", "Four lessons were seen.")
    walk.press("Save the visit")
    walk.sees("The visit has been recorded")
    walk.follow("20 November 2026: To look at the teaching of mathematics")
    walk.sees("Four lessons were seen.", "23 October 2026")
    pictured(walk, "visit")
    walk.go("/schools/900001/reports/new")
    walk.press("Save as a draft")
    pictured(walk, "report-form")
    walk.go("/reports/1")
    pictured(walk, "report")


def test_what_is_due_and_the_weekly_review(walk: Walk, programme: Programme) -> None:
    walk.sign_in("hos")
    walk.go("/programme/duties")
    walk.sees("Weekly review of actions", "Late")
    pictured(walk, "duties")
    walk.go("/programme/duties?kind=action_review")
    walk.arrive_by(walk.page.get_by_role("link", name="Record of 27 November 2026"))
    pictured(walk, "review-form")
    walk.type_day("When was it?", date(2026, 11, 23))
    walk.type("Summary", "All actions were looked at.")
    walk.press("Save the review")
    walk.sees("The review has been recorded")
    walk.go("/schools/900001/programme")
    walk.page.get_by_text("Summer term:").click()
    walk.arrive_by(walk.page.get_by_role("link", name="Cancel of 22 July 2027: visit"))
    walk.type("Why should it not be done?", "The school is closed on that day.")
    pictured(walk, "cancel-form")
    walk.press("Cancel it")
    walk.page.get_by_text("Summer term:").click()
    walk.sees("The planned work has been cancelled", "The school is closed on that day.")
    walk.follow("Assign somebody")
    walk.press("Assign them")
    walk.sees("Choose what they do for the school")
    pictured(walk, "supporter-form")
    walk.page.get_by_label("Local Leader of Education (LLE)").check()
    walk.type("Name, if they are neither an officer nor on the list", "Mrs A. Example")
    walk.type_day("First day", date(2026, 11, 23))
    walk.press("Assign them")
    walk.sees("The support has been assigned", "Mrs A. Example")
    walk.arrive_by(walk.page.get_by_role("link", name="End the support of Mrs A. Example"))
    pictured(walk, "supporter-end-form")


def test_a_promised_visit_and_what_is_required(walk: Walk, programme: Programme) -> None:
    Register(programme.engine, programme.policy, programme.council).in_force("medium")
    walk.sign_in("seo")
    walk.go("/schools/900001/programme")
    walk.sees("What it has if it is required", "Visit about the change of level")
    pictured(walk, "if-required")
    walk.arrive_by(walk.page.get_by_role("link", name="Plan and invite of 7 December 2026"))
    pictured(walk, "invite-leaders-and-governors")
    walk.go("/schools/900001/programme")
    walk.arrive_by(walk.page.get_by_role("link", name="Record of 7 December 2026: visit about"))
    walk.type_day("When was the visit?", date(2026, 11, 23))
    walk.type("What was it for?", "The change of level")
    walk.type("What did you see and hear?", "We met.")
    walk.page.get_by_label("Headteacher", exact=True).check()
    walk.press("Save the visit")
    walk.sees("Say who of the governors was there")
    pictured(walk, "governors-wanting")
    walk.page.get_by_label("Chair of governors").check()
    walk.press("Save the visit")
    walk.sees("The visit has been recorded")
    walk.follow("23 November 2026: The change of level")
    walk.sees("Who was there", "Chair of governors")
    pictured(walk, "who-was-there")
    walk.go("/schools/900001/requirements/new?what=governance_audit")
    walk.press("Save")
    walk.sees("Enter why the school requires it")
    pictured(walk, "requirement-form")
    walk.type("Why does it require this?", "Two governors resigned.")
    walk.press("Save")
    walk.sees("Since 23 November 2026: Two governors resigned.")
    pictured(walk, "required")
    walk.page.get_by_text("Spring term:").click()
    walk.arrive_by(walk.page.get_by_role("link", name="Record of 18 January 2027: audit"))
    walk.press("Save the outcome")
    walk.sees("Enter what came of it")
    pictured(walk, "outcome-form")
    walk.type_day("When was it done?", date(2026, 11, 20))
    walk.type("What came of it?", "Minutes name no actions.")
    walk.press("Save the outcome")
    walk.sees("The outcome has been recorded")
    walk.go("/schools/900001/programme")
    walk.arrive_by(walk.page.get_by_role("link", name="No longer required for the school: Audit"))
    pictured(walk, "requirement-end-form")
    walk.go("/schools/900001/contacts/headteacher")
    pictured(walk, "headteacher-form")
