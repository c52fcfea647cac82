"""A meeting is planned, moved and called off in a real browser."""

from datetime import date

from tests.support.walk import Walk, pictured


def test_a_visit_is_planned_moved_and_called_off(walk: Walk) -> None:
    walk.sign_in("seo")
    walk.go("/schools/900001/record")
    walk.follow("Plan a visit or meeting")
    walk.press("Save")
    walk.sees("There is a problem", "Choose what you are planning", "Enter the date")
    pictured(walk, "appointment-form-wrong")
    walk.choose("Visit", "Headteacher", "Chair of governors")
    walk.type_day("On which day?", date(2026, 12, 3))
    walk.type("When does it start?", "10am")
    walk.type("When does it end?", "11:30am")
    walk.type("Where is it, or how do people join?", "The school")
    pictured(walk, "appointment-form")
    walk.press("Save")
    walk.sees("the invitations are on their way", "3 December 2026, 10am to 11:30am")
    walk.served.issue()
    walk.follow("Change day, time, place or people")
    walk.page.get_by_label("Chair of governors", exact=True).uncheck()
    walk.type("When does it end?", "midday")
    walk.press("Save the change")
    walk.sees("Enter a time, such as 10:30 or 2:30pm.")
    walk.type("When does it end?", "12:15pm")
    pictured(walk, "appointment-move")
    walk.press("Save the change")
    walk.sees("3 December 2026, 10am to 12:15pm", "Comes no more", "Cancellation")
    pictured(walk, "appointment")
    walk.follow("Cancel it")
    pictured(walk, "appointment-cancel")
    walk.type("Why does it not take place?", "The headteacher is ill.")
    walk.press("Cancel the visit")
    walk.sees("It has been cancelled", "The headteacher is ill.")
    walk.go("/schools/900001/record")
    walk.sees("Visit with the headteacher", "Cancelled", "was cancelled")
    pictured(walk, "record-appointments")
