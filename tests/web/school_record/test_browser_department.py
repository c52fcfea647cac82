"""A notice of the Department is recorded, its day watched, and answered, in a real browser."""

from datetime import date

from tests.support.walk import Walk, pictured


def test_a_notice_from_the_department_is_answered(walk: Walk) -> None:
    walk.sign_in("seo")
    walk.go("/schools/900001/record")
    walk.follow("Record a notice of the Department")
    walk.press("Record the notice")
    walk.sees("Choose which notice it is", "Enter what the notice would require")
    pictured(walk, "department-notice-form")
    walk.choose("Notice to enter into arrangements")
    walk.type_day("When was the council told?", date(2026, 11, 20))
    walk.type("What would the notice require", "The governing body is to work with a trust.")
    walk.type_day("By when does the Department ask for comments?", date(2026, 12, 4))
    walk.press("Record the notice")
    walk.sees("and the day for the comment set as a deadline")
    walk.follow("Record RISE support")
    walk.type("Who is the adviser?", "Ms R. Tolland")
    walk.type_day("When did the support begin?", date(2026, 9, 14))
    pictured(walk, "rise-form")
    walk.press("Save the support")
    walk.served.wait(days=14)
    walk.sign_in("hos")
    walk.go("/schools/900001/record")
    walk.sees("Missed")
    pictured(walk, "record-department")
    walk.page.get_by_role("link", name="Record what the council answered").click()
    walk.type_day("When did the council answer?", date(2026, 12, 7))
    walk.type("What did it answer?", "We agree with the notice.")
    pictured(walk, "department-answer-form")
    walk.press("Save the answer")
    walk.sees("What the council answered has been recorded", "We agree with the notice.", "Met")
