"""From a report to its final version in a real browser; the school answers without a session."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page

from tests.support.reports import secrets_in
from tests.support.walk import DESK, Served, Walk, looker, pictured


def approve(walk: Walk, what: str) -> None:
    walk.sign_in("hos")
    walk.go("/proposals")
    walk.follow(what)
    walk.choose("Approve")
    walk.press("Confirm the decision")
    walk.served.issue()


def test_a_report_is_answered_and_becomes_final(
    served: Served,
    page_at: Callable[[int], Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    look = looker(assert_accessible)
    walk, school = (Walk(served, page_at(DESK), look) for _ in range(2))
    walk.sign_in("seo")
    walk.go("/schools/900001/reports/new")
    pictured(walk, "report-form")
    walk.type_day("What is the date of the report?", date(2026, 11, 20))
    for section in served.policy.programme.report_sections:
        walk.type(section, "There are 210 pupils.")
    walk.press("Put forward for approval")
    walk.sees("is waiting for approval", "Waiting for approval")
    approve(walk, "Send the written report")

    secrets = secrets_in(served.settings.home)
    school.go(f"/report-accuracy/{secrets['headteacher@school-900001.example']}")
    pictured(school, "report-link")
    school.choose("No, something is not accurate")
    school.press("Send your answer")
    school.sees("There is a problem", "Enter what is not accurate")
    school.type("What is not accurate?", "There are 212 pupils.")
    school.press("Send your answer")
    school.sees("Thank you: your answer has been recorded", "There are 212 pupils.")
    pictured(school, "report-link-answered")
    school.go(f"/report-accuracy/{secrets['chair.of.governors@school-900001.example']}")
    school.choose("Yes, they are accurate")
    school.press("Send your answer")

    walk.sign_in("seo")
    walk.go("/reports/1")
    pictured(walk, "report-answered")
    walk.follow("Reply to Headteacher of Ashfield Primary School, headteacher")
    walk.type("What is your reply?", "We have put it right.")
    walk.press("Save the reply")
    walk.page.get_by_role("button", name="Put the final version forward").click()
    walk.press("Put forward for approval")
    approve(walk, "Send the final version of a written report")
    walk.go("/reports/1")
    walk.sees("Final", "We have put it right.")
    pictured(walk, "report-final")
