"""Deadlines and who a case is restricted to, as doors show them: of one case or across all."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.escalations.tables import Escalation
from models.matters import tables
from models.matters.at_hand import find_id
from models.matters.deadlines import RUNNING, is_late
from models.matters.sight import visible_to
from models.matters.tables import (
    WRITTEN,
    DeadlineKind,
    DeadlineState,
    Matter,
    NamedOfficer,
    ReminderKind,
    ReminderState,
)
from models.outbox import Message, MessageState
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader
from models.people.tables import Officer
from models.policy import Policy
from models.policy.editions import step_of
from models.refusals import NotFound
from models.rows import find, select_columns
from models.schools.tables import School
from models.shown import Shown
from models.text import check_line

AGREED = "Something that was agreed"  # to those who see no more than outlines


class Reminder(Shown):
    """One reminder of a deadline."""

    kind: ReminderKind
    state: ReminderState
    due_at: AwareDatetime
    sent_at: AwareDatetime | None


class Deadline(Shown):
    """A deadline; `days_left` are working days while its escalation is paused."""

    id: int
    reference: str
    urn: int
    school: str
    case_officer: str
    case_officer_name: str
    kind: DeadlineKind
    step: str | None
    step_number: str | None
    step_title: str | None
    due_on: date
    rule: str
    state: DeadlineState
    overdue: bool
    days_left: int | None
    reminders: list[Reminder]


def named_on(session: Session, reader: Reader, reference: str) -> list[str]:
    """The e-mail addresses of the officers to whom a case is restricted.

    Raises NotFound.
    """
    statement = (
        select(Officer.email)
        .join(NamedOfficer, col(NamedOfficer.officer_id) == col(Officer.id))
        .where(NamedOfficer.matter_id == find_id(session, reader, reference))
        .order_by(col(Officer.email))
    )
    return list(find(session, statement))


def deadlines_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    today: date,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Deadline]:
    """The deadlines of one escalation in the order they were set; raises NotFound. Four queries."""
    mine = col(tables.Deadline.matter_id) == find_id(session, reader, reference)
    statement = _statement().where(mine).order_by(col(tables.Deadline.id))
    return _page(session, policy, reader, statement, today, page, per_page)


def deadline(
    session: Session, policy: Policy, reader: Reader, deadline_id: int, *, today: date
) -> Deadline:
    """One deadline; raises NotFound."""
    mine = _statement().where(col(tables.Deadline.id) == deadline_id, visible_to(reader))
    found = find(session, mine)
    if not found:
        raise NotFound(tables.Deadline.missing.format(deadline_id))
    return _describe(session, policy, reader, found, today)[0]


def deadlines(
    session: Session,
    policy: Policy,
    reader: Reader,
    *,
    today: date,
    due_from: date | None = None,
    due_before: date | None = None,
    state: str | None = None,
    running: bool = False,
    case_officer: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Deadline]:
    """The deadlines across all escalations that the reader sees, earliest first.

    `due_from` is the first day, `due_before` leaves out its own; `running` leaves out those that
    have been met, missed or cancelled, and those of paused escalations. Raises InvalidInput. Three
    queries.
    """
    statement = _statement().where(visible_to(reader))
    statement = statement.order_by(col(tables.Deadline.due_on), col(tables.Deadline.id))
    if due_from is not None:
        statement = statement.where(col(tables.Deadline.due_on) >= due_from)
    if running:
        statement = statement.where(RUNNING)
    if due_before is not None:
        statement = statement.where(col(tables.Deadline.due_on) < due_before)
    if state is not None:
        statement = statement.where(
            col(tables.Deadline.state) == chosen("state", state, DeadlineState)
        )
    if case_officer is not None:
        email = check_line("case_officer", case_officer).lower()
        statement = statement.where(col(Officer.email) == email)
    return _page(session, policy, reader, statement, today, page, per_page)


def _statement() -> Any:
    return (
        select_columns(tables.Deadline, Matter, Escalation, School, Officer)
        .join(Matter, col(Matter.id) == col(tables.Deadline.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .outerjoin(Officer, col(Officer.id) == col(Matter.officer_id))
    )


def _page(
    session: Session,
    policy: Policy,
    reader: Reader,
    statement: Any,
    today: date,
    page: int,
    per_page: int,
) -> Page[Deadline]:
    return paged(
        session,
        statement,
        tables.Deadline.id,
        lambda found: _describe(session, policy, reader, found, today),
        page=page,
        per_page=per_page,
    )


def _describe(
    session: Session,
    policy: Policy,
    reader: Reader,
    found: Sequence[tuple[Any, ...]],
    today: date,
) -> list[Deadline]:
    reminders: dict[int, list[Reminder]] = {deadline.id: [] for deadline, *_ in found}
    reminded = (
        select_columns(
            tables.Reminder.deadline_id,
            tables.Reminder.kind,
            tables.Reminder.state,
            tables.Reminder.due_at,
            Message.state,
            Message.settled_at,
        )
        .outerjoin(Message, col(Message.id) == col(tables.Reminder.message_id))
        .where(col(tables.Reminder.deadline_id).in_(reminders))
        .order_by(col(tables.Reminder.due_at), col(tables.Reminder.id))
    )
    for deadline_id, kind, state, due_at, message, settled_at in find(session, reminded):
        sent_at = settled_at if message is MessageState.SENT else None
        reminders[deadline_id].append(
            Reminder(kind=kind, state=state, due_at=due_at, sent_at=sent_at)
        )
    described = []
    for deadline, matter, escalation, school, officer in found:
        rule = step_of(session, policy, escalation, deadline.step_key)
        described.append(
            Deadline(
                id=deadline.id,
                reference=matter.reference,
                urn=school.urn,
                school=school.name,
                case_officer=officer.email,
                case_officer_name=officer.name,
                kind=deadline.kind,
                step=deadline.step_key,
                step_number=rule.number if rule else None,
                step_title=rule.title if rule else None,
                due_on=deadline.due_on,
                rule=deadline.rule if reader.whole or deadline.kind not in WRITTEN else AGREED,
                state=deadline.state,
                overdue=is_late(deadline, today),
                days_left=deadline.days_left,
                reminders=reminders[deadline.id],
            )
        )
    return described
