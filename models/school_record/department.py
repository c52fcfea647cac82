"""A notice that the Department announces to the council: asked for comment, and answered.

A notice to enter into arrangements (Education and Inspections Act 2006, section 66A) goes to the
governing body of a maintained school, a termination warning notice to an academy's trust. Before
either the Department asks the council what it knows and thinks of it.
"""

from sqlmodel import Session

from models.clocks import london_date, long_date, past_day
from models.events import append
from models.inputs import Day, Email, Input, Text, Word
from models.matters.at_hand import find_row, sees
from models.matters.deadlines import LONGEST_PERIOD, close_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind, Matter
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.officers import find_officer
from models.people.tables import Officer
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, change, get_row
from models.school_record.events import DepartmentNoticeAnswered, DepartmentNoticeRecorded
from models.school_record.opening import enter_record
from models.school_record.tables import DepartmentNotice, DepartmentNoticeKind
from models.school_record.told import DepartmentAsks
from models.schools.tables import School, SchoolKind
from models.telling import tell
from models.text import check_prose

GIVEN_TO = {
    DepartmentNoticeKind.ARRANGEMENTS: SchoolKind.MAINTAINED,
    DepartmentNoticeKind.TERMINATION_WARNING: SchoolKind.ACADEMY,
}


class NoticeAnnounced(Input):
    """What the Department announced, by when it asks for comments, and who is to answer.

    `kind` is `notice_to_enter_into_arrangements` or `termination_warning_notice`; `answering` is an
    officer's e-mail address.
    """

    kind: Word
    received_on: Day
    comment_by: Day
    summary: Text
    answering: Email


class NoticeAnswered(Input):
    """What the council answered, and when."""

    answered_on: Day
    answer: Text


def record_department_notice(
    acting: Acting, urn: object, given: NoticeAnnounced
) -> DepartmentNotice:
    """Record that the Department asks for a comment; the day for it is a deadline of the record.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    record = enter_record(acting, Act.RECORD_DEPARTMENT, urn)
    session, now = acting.session, acting.now
    kind = _kind(given.kind, record.school)
    past_day("received_on", given.received_on, now)
    if not given.received_on <= given.comment_by <= london_date(now) + LONGEST_PERIOD:
        received = long_date(given.received_on)
        raise InvalidInput("comment_by", f"Enter a date from {received} on and within a year.")
    check_prose("summary", given.summary)
    answering = _answering(session, record.matter, given.answering)
    due = set_deadline(
        session,
        acting.policy,
        record.matter.id,
        step_key=None,
        due_on=given.comment_by,
        rule=f"{answering.name} comments on the {kind.label} of the Department",
        now=now,
        kind=DeadlineKind.COMMENT,
    )
    key = add(
        session,
        DepartmentNotice,
        matter_id=record.matter.id,
        kind=kind,
        received_on=given.received_on,
        summary=given.summary,
        deadline_id=due.deadline,
        answering_id=answering.id,
        recorded_by_id=acting.officer.id,
        recorded_at=now,
    )
    recorded = DepartmentNoticeRecorded(
        record.matter.id,
        notice=key,
        kind_=kind,
        received_on=given.received_on,
        comment_by=given.comment_by,
        answering=answering.name,
    )
    append(session, now, acting.officer.email, recorded, due)
    if answering.id != acting.officer.id:
        asks = DepartmentAsks(notice=key)
        about = record.matter.id
        tell(session, now, [answering], key=f"department:{key}", about=about, told=asks)
    return get_row(session, DepartmentNotice, key)


def kinds_for(school: School) -> list[DepartmentNoticeKind]:
    """Which notices the Department may announce about a school of its kind."""
    return [kind for kind, to in GIVEN_TO.items() if to is school.kind]


def _kind(kind: str, school: School) -> DepartmentNoticeKind:
    if kind not in list(DepartmentNoticeKind):
        raise InvalidInput("kind", f"Choose from: {', '.join(DepartmentNoticeKind)}.")
    chosen = DepartmentNoticeKind(kind)
    if chosen not in kinds_for(school):
        to = {SchoolKind.MAINTAINED: "maintained schools", SchoolKind.ACADEMY: "academies"}
        raise InvalidInput("kind", f"A {chosen.label} is for {to[GIVEN_TO[chosen]]} only.")
    return chosen


def _answering(session: Session, matter: Matter, email: str) -> Officer:
    """The officer who is to answer: one who may, and who sees the record."""
    try:
        found = find_officer(session, email)
    except NotFound:
        found = None
    able = found is not None and may(found, Act.RECORD_DEPARTMENT)
    hidden = matter.restricted
    if found is None or not able or not sees(session, found, matter.id, restricted=hidden):
        raise InvalidInput(
            "answering", "Choose an officer who works on cases and sees this school’s record."
        )
    return found


def answer_department_notice(
    acting: Acting, notice_id: int, given: NoticeAnswered
) -> DepartmentNotice:
    """Record what the council answered the Department; nobody is reminded any more.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where it was answered already.
    """
    session = acting.session
    notice = find_to_answer(session, acting.officer, notice_id)
    past_day("answered_on", given.answered_on, acting.now)
    if given.answered_on < notice.received_on:
        received = long_date(notice.received_on)
        raise InvalidInput("answered_on", f"Enter a date on or after {received}.")
    check_prose("answer", given.answer)
    close_deadline(session, get_row(session, Deadline, notice.deadline_id), met=True)
    change(
        session,
        DepartmentNotice,
        {"id": notice.id},
        answered_on=given.answered_on,
        answer=given.answer,
        answered_by_id=acting.officer.id,
    )
    answered = DepartmentNoticeAnswered(
        notice.matter_id, notice=notice.id, kind_=notice.kind, answered_on=given.answered_on
    )
    append(session, acting.now, acting.officer.email, answered)
    return get_row(session, DepartmentNotice, notice.id)


def find_to_answer(session: Session, officer: Officer, notice_id: int) -> DepartmentNotice:
    """A notice that waits for an answer; raises what `answer_department_notice` does."""
    notice = find_row(session, officer, Act.RECORD_DEPARTMENT, DepartmentNotice, notice_id)
    if notice.answered_on is not None:
        raise NotPossible("What the council answered has already been recorded.")
    return notice
