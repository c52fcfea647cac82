"""Month end in a real browser: compiled, presented, and read by the lead member; the strategy."""

from datetime import date

import pytest

from tests.support.presentations import MONTH_END, Presented
from tests.support.walk import Served, Walk, pictured


@pytest.fixture
def presented(served: Served) -> Presented:
    """Two schools, of which one was evaluated in November; the month is over."""
    found = Presented(served.engine, served.policy, served.council).november()
    served.now = MONTH_END
    return found


def test_month_end_as_the_lead_member_sees_it(walk: Walk, presented: Presented) -> None:
    walk.sign_in("hos")
    walk.go("/presentations")
    walk.sees("Nothing has been compiled yet.")
    walk.follow("Compile evaluations")
    walk.press("Compile")
    walk.sees("Choose a month or term")
    pictured(walk, "presentation-compile")
    walk.page.get_by_label("Month or term").select_option("monthly:2026-11")
    walk.press("Compile")
    walk.sees("This is a draft", "Mrs Grey leads the work on reading.", "The headteacher agrees.")
    pictured(walk, "presentation-draft")
    walk.follow("Present")
    walk.choose("Vera Wexford", "Amira Edwards")
    pictured(walk, "presentation-present")
    walk.press("Present")
    walk.sees("The evaluations have been presented", "Not yet")
    pictured(walk, "presentation-presented")
    walk.sign_in("viewer")
    walk.arrive_by(walk.page.get_by_role("link", name="Evaluations", exact=True))
    pictured(walk, "presentations-of-a-member")
    walk.follow("Monthly evaluation: November 2026")
    walk.sees("Lessons are better planned.", "Brookside’s leaders wrote the new plan.")
    assert "Mrs Grey" not in walk.page.locator("main").inner_text()
    pictured(walk, "presentation-of-a-member")
    walk.press("I have read this")
    walk.sees("It is on record that you have read this")
    walk.sign_in("hos")
    walk.go("/presentations")
    walk.sees("1 of 2 opened it, 1 acknowledged it")
    pictured(walk, "presentations")


def test_the_term_for_the_board_and_the_quarterly_review(walk: Walk, presented: Presented) -> None:
    presented.review("board_report", presented.council.hos, external_impact="One school gained.")
    number = presented.compile(kind="termly", period="2026-1").id
    walk.sign_in("hos")
    walk.go(f"/presentations/{number}")
    walk.sees("Two of three are done.", "Impact of external support One school gained.")
    pictured(walk, "presentation-of-a-term")
    walk.go("/reviews/new?kind=quarterly_review")
    pictured(walk, "quarterly-review")
    walk.type_day("When was it?", date(2026, 11, 27))
    walk.type("Summary", "Every level was looked at.")
    walk.press("Save the review")
    walk.sees("The review has been recorded")


def test_a_level_that_is_another_than_the_criteria_suggest(
    walk: Walk, presented: Presented
) -> None:
    walk.sign_in("hos")
    walk.go("/schools/900001/risk")
    walk.sees("the criteria suggest no level")
    walk.page.get_by_text("When a school belongs to each level").click()
    pictured(walk, "level-criteria")
    presented.escalate()
    walk.go("/schools/900001/assess")
    walk.press("Start the assessment")
    walk.sees("The criteria suggest Medium risk")
    pictured(walk, "assessment-suggested")


def test_the_strategy_is_for_everybody(walk: Walk, served: Served) -> None:
    served.settings.public_strategy = True
    walk.go("/strategy")
    walk.sees("Our strategy for schools causing concern", "Support at each level (Table 1)")
    pictured(walk, "strategy")
