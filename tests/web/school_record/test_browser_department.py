"""A notice of the Department is recorded, its day watched, and answered, in a real browser."""

from datetime import date, timedelta
from pathlib import Path

from tests.support.smtp import SmtpServer
from tests.support.walk import Served, Walk, pictured

RECORD = "/schools/900002/record"
WARNING = "The trust is to put the leadership of the academy in order within 15 working days."
ANSWER = "We share the concern. Attendance and staffing have got worse since the spring."


def test_a_notice_from_the_department_is_answered(
    served: Served, walk: Walk, tmp_path: Path
) -> None:
    walk.sign_in("seo")
    walk.go(RECORD)
    _announce(walk)
    _support(walk)
    assert _reminded(served, date(2026, 12, 4)) == {
        "seo@fernshire.example",
        "seo2@fernshire.example",
    }
    walk.sign_in("seo2")
    walk.go(RECORD)
    walk.sees("Sofia Eze comments on the termination warning notice", "4 December 2026")
    pictured(walk, "record-department")
    _answer(walk, tmp_path)
    walk.sees("What the council answered has been recorded", ANSWER, "Met")
    walk.sees("Answered on 4 December 2026", "the council commented on the termination")
    assert _reminded(served, date(2026, 12, 11)) == set()


def _announce(walk: Walk) -> None:
    walk.follow("Record a notice of the Department")
    walk.press("Record the notice")
    walk.sees("Choose which notice it is", "Enter what the notice would require")
    pictured(walk, "department-notice-form")
    walk.choose("Termination warning notice")
    walk.type_day("When was the council told?", date(2026, 11, 20))
    walk.type("What would the notice require", WARNING)
    walk.type_day("By when does the Department ask for comments?", date(2026, 12, 4))
    walk.page.get_by_label("Who answers?").select_option(label="Sofia Eze")
    walk.press("Record the notice")
    walk.sees("and the day for the comment set as a deadline")


def _support(walk: Walk) -> None:
    walk.follow("Record RISE support")
    walk.type("Who is the adviser?", "Ms R. Tolland")
    walk.type_day("When did the support begin?", date(2026, 9, 14))
    pictured(walk, "rise-form")
    walk.press("Save the support")


def _reminded(served: Served, day: date) -> set[str]:
    """To whom a mail goes that names the academy, with the clock going round on a morning."""
    served.now += timedelta(days=(day - served.now.date()).days, minutes=-1)
    with SmtpServer() as post:
        served.settings = served.settings.model_copy(update={"mail_url": post.url})
        served.wait(minutes=1)
        served.issue()
    texts = {each.recipients[0]: each.content.decode() for each in post.messages}
    return {to for to, text in texts.items() if "Brookside Academy" in text}


def _answer(walk: Walk, folder: Path) -> None:
    kept = folder / "Answer to the Department.txt"
    kept.write_text(ANSWER)
    walk.follow("Add a file")
    walk.page.locator("input[type=file]").set_input_files(kept)
    walk.type("What is it, and what", "The answer as it was sent.")
    walk.press("Add the file")
    walk.arrive_by(walk.page.get_by_role("link", name="Record what the council answered"))
    walk.type_day("When did the council answer?", date(2026, 12, 4))
    walk.type("What did it answer?", ANSWER)
    pictured(walk, "department-answer-form")
    walk.press("Save the answer")
