"""An action is agreed, seen late, spoken of at the weekly review, and done, in a real browser."""

from datetime import date, timedelta

from tests.support.walk import Served, Walk, pictured

RECORD = "/schools/900002/record"


def test_an_action_is_followed_until_it_is_done(served: Served, walk: Walk) -> None:
    walk.sign_in("seo")
    walk.go(RECORD)
    walk.follow("Actions of this school")
    walk.follow("Record an action")
    walk.press("Save the action")
    walk.sees("Enter what is to be done")
    pictured(walk, "action-form")
    walk.type("What is to be done?", "Send the plan for reading")
    walk.page.get_by_label("Role at the school").select_option(label="Headteacher")
    walk.type_day("By when?", date(2026, 11, 24))
    walk.type("Why?", "Reading has fallen behind.")
    walk.press("Save the action")
    walk.sees("The action has been recorded", "Headteacher, by 24 November 2026")
    served.now += timedelta(days=3)
    walk.sign_in("seo")
    walk.go(f"{RECORD}/actions")
    walk.sees("Overdue")
    pictured(walk, "actions")
    walk.go("/reviews/actions")
    walk.type_day("When was it?", date(2026, 11, 26))
    walk.press("Save the review")
    walk.sees("Say how far “Send the plan for reading” is")
    pictured(walk, "weekly-review")
    walk.type("How far is “Send the plan for reading”?", "A draft is there.")
    walk.press("Save the review")
    walk.sees("The review has been recorded")
    walk.go("/reviews/1")
    pictured(walk, "review-with-lines")
    walk.follow("Send the plan for reading")
    walk.sees("A draft is there.", "at a weekly review")
    pictured(walk, "action")
    walk.follow("It is done")
    pictured(walk, "action-finish")
    walk.type_day("When was it done?", date(2026, 11, 26))
    walk.type("What was achieved?", "The plan is good.")
    walk.press("Record that it is done")
    walk.sees("The action has been recorded as done", "The plan is good.")
