"""The school has a report: it is asked about the facts, or has the final version."""

from datetime import date, datetime

from sqlmodel import Session

from models.happened import Happened
from models.letters.tables import Letter
from models.matters.deadlines import close_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind
from models.policy import Policy
from models.programme.tables import WrittenReport
from models.reports.found import first_issue
from models.reports.putting_forward import APPROVED
from models.reports.tables import AccuracyLink, ReportIssue, ReportState
from models.rows import add, change, get_row

ISSUED = {False: ReportState.ISSUED, True: ReportState.FINAL}


def note_issue(
    session: Session, policy: Policy, letter: Letter, issue: ReportIssue, today: date, now: datetime
) -> list[Happened]:
    """A report's letter was issued: the report stands as issued, and the asking begins or ends."""
    about = {"id": issue.report_id, "state": APPROVED[issue.final]}
    issued = {"state": ISSUED[issue.final]}
    change(session, WrittenReport, about, **issued, **({} if issue.final else {"issued_on": today}))
    change(session, ReportIssue, {"id": issue.id}, issued_on=today)
    if issue.final:
        return _close(session, issue)
    return _ask(session, policy, letter, issue, now) if letter.respond_by else []


def _ask(
    session: Session, policy: Policy, letter: Letter, issue: ReportIssue, now: datetime
) -> list[Happened]:
    """Everybody who has the letter is asked, by the day that it names."""
    by = letter.respond_by
    assert by is not None  # noqa: S101 - asked of no other
    due = set_deadline(
        session,
        policy,
        issue.matter_id,
        step_key=None,
        due_on=by,
        rule="The school says whether the facts in our written report are accurate",
        now=now,
        kind=DeadlineKind.ACCURACY,
    )
    asked = {"answer_by": by, "deadline_id": due.deadline}
    change(session, ReportIssue, {"id": issue.id}, **asked)
    for person in letter.goes_to or ():
        add(
            session,
            AccuracyLink,
            issue_id=issue.id,
            role=person.role,
            name=person.name,
            email=person.email,
        )
    return [due]


def _close(session: Session, issue: ReportIssue) -> list[Happened]:
    """The final version is with the school: nobody is reminded of it any more."""
    first = first_issue(session, issue.report_id)
    if first is not None and first.final_deadline_id is not None:
        close_deadline(session, get_row(session, Deadline, first.final_deadline_id), met=True)
    return []
