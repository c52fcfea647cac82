"""The clock of the factual check: the school is reminded, and the asking comes to its end."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.clocks import in_office_hours, london_date, subtract_working_days
from models.database import read, write
from models.events import THE_CLOCK, append
from models.matters.at_hand import find_row
from models.matters.deadlines import cancel_reminders
from models.matters.tables import Deadline, DeadlineState, Matter
from models.outbox import Message, MessageKind, MessageState
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy
from models.programme.tables import WrittenReport
from models.reports.checking import check_answering, end_asking
from models.reports.events import AccuracyReminded
from models.reports.found import rule_of
from models.reports.links import Opened, standing
from models.reports.tables import AccuracyLink, ReportIssue, ReportState
from models.reports.told import AccuracyReminder
from models.rows import add, change, find, get_row


def go_round(engine: Engine, policy: Policy, now: datetime) -> int:
    """One pass: remind the schools whose day is near, in office hours; how many people.

    What has run past its day is ended, and its final version is due by another. Twice is once.
    """
    with read(engine) as session:
        asked = _asked(session)
    due = [each for each in asked if _near(policy, *each, now) or _over(each[0], now)]
    reminded = 0
    for issue, report in due:
        with write(engine) as session:
            if _over(issue, now):
                _end(session, policy, issue, report, now)
            elif in_office_hours(now):
                reminded += _remind(session, issue, now)
    return reminded


def _asked(session: Session) -> list[tuple[ReportIssue, WrittenReport]]:
    """What schools are asked about now, or were until their day passed."""
    running = (
        select(ReportIssue, WrittenReport)
        .join(WrittenReport, col(WrittenReport.id) == col(ReportIssue.report_id))
        .join(Matter, col(Matter.id) == col(ReportIssue.matter_id))
        .where(col(WrittenReport.state) == ReportState.ISSUED)
        .where(col(ReportIssue.answer_by).is_not(None))
        .where(col(ReportIssue.final_deadline_id).is_(None))
        .where(col(Matter.restricted).is_(False))
    )
    return find(session, running.order_by(col(ReportIssue.id)))


def _over(issue: ReportIssue, now: datetime) -> bool:
    return issue.answer_by is not None and london_date(now) > issue.answer_by


def _near(policy: Policy, issue: ReportIssue, report: WrittenReport, now: datetime) -> bool:
    rule = rule_of(policy, report)
    if issue.answer_by is None or rule is None or not rule.remind_school_working_days_before:
        return False
    first = subtract_working_days(issue.answer_by, rule.remind_school_working_days_before)
    return first <= london_date(now)


def _end(
    session: Session, policy: Policy, issue: ReportIssue, report: WrittenReport, now: datetime
) -> None:
    """The day has passed: what became of the question stands in the final version."""
    fresh = get_row(session, ReportIssue, issue.id)
    if fresh.final_deadline_id is not None or fresh.deadline_id is None:
        return
    missed = {"id": fresh.deadline_id, "state": DeadlineState.OPEN}
    change(session, Deadline, missed, state=DeadlineState.MISSED)
    cancel_reminders(session, [fresh.deadline_id])
    ended = end_asking(session, policy, fresh, rule_of(policy, report), now, met=False)
    append(session, now, THE_CLOCK, *ended)


def _remind(session: Session, issue: ReportIssue, now: datetime) -> int:
    silent = select(AccuracyLink).where(
        AccuracyLink.issue_id == issue.id,
        col(AccuracyLink.answer).is_(None),
        col(AccuracyLink.reminded_at).is_(None),
    )
    links = [standing(session, each, now) for each in find(session, silent)]
    for link in links:
        _send(session, link, now, THE_CLOCK, key=f"accuracy:{link.link.id}:reminder")
    return len(links)


def remind_now(acting: Acting, link_id: int) -> AccuracyLink:
    """Send somebody at the school their personal link once more.

    Raises NotAllowed, NotFound, and NotPossible where no answer is awaited any more.
    """
    session = acting.session
    link = find_row(session, acting.officer, Act.RECORD_SUPPORT_WORK, AccuracyLink, link_id)
    found = standing(session, link, acting.now)
    check_answering(found)
    key = f"accuracy:{link.id}:{acting.now.isoformat()}"
    _send(session, found, acting.now, acting.officer.email, key=key)
    return get_row(session, AccuracyLink, link_id)


def _send(session: Session, found: Opened, now: datetime, actor: str, *, key: str) -> None:
    link = found.link
    change(session, AccuracyLink, {"id": link.id}, reminded_at=now)
    add(
        session,
        Message,
        key=key,
        kind=MessageKind.REMINDER,
        matter_id=found.matter.id,
        to_name=link.name,
        to_email=link.email,
        data=AccuracyReminder(link=link.id).facts,
        state=MessageState.PENDING,
        queued_at=now,
        next_attempt_at=now,
    )
    reminded = AccuracyReminded(
        found.matter.id, link=link.id, report=found.report.id, role=link.role, to=link.name
    )
    append(session, now, actor, reminded)
