"""One pass of the clock: deadlines that were missed, reminders and digests that are due.

Every pass does all that is due by its moment, however long the clock had stood still, and a
second pass at the same moment does nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row
from sqlmodel import Session, col

from models.actions.tables import AgreedAction
from models.clocks import in_office_hours, is_recent, london_date
from models.database import read, write
from models.escalations.tables import Escalation
from models.events import THE_CLOCK, append
from models.level_letters.opening import open_due_batches
from models.matters.at_hand import sees
from models.matters.deadlines import RUNNING, next_chaser, what_is_due
from models.matters.events import DeadlineMissed, ReminderQueued
from models.matters.tables import (
    OWED,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Matter,
    Reminder,
    ReminderKind,
    ReminderState,
)
from models.outbox import ClockPass
from models.people import repeated_refusals
from models.people.tables import Officer, Role
from models.policy import Policy
from models.policy.editions import policy_of
from models.presentations.due import compile_due
from models.reports import reminding
from models.reports.tables import ReportIssue, is_of_report
from models.rows import (
    Statement,
    add_all,
    by_key,
    change_all,
    find,
    kept,
    select_columns,
)
from models.school_record.tables import DepartmentNotice
from models.upkeep import school_year
from models.upkeep.at_odds import ask_of_levels
from models.upkeep.digests import TO_DO_IT, queue_digests
from models.upkeep.queueing import active_officers, add_messages, stamp_pass, tell_of

CLOCK, DELIVERY = "clock", "delivery"  # who goes round
BATCH = 1000  # rows of one transaction: short enough that an officer's click need not wait long


@dataclass(frozen=True)
class Tick:
    """What one pass did."""

    as_of: datetime
    deadlines_missed: int
    reminders: int
    digests: int
    duties_reminded: int = 0  # of the support programme
    batches_begun: int = 0  # of letters about risk levels
    evaluations_compiled: int = 0  # of a month or term, to be presented
    levels_asked_of: int = 0  # of schools that stand at a formal step
    schools_reminded: int = 0  # to say whether the facts in a report are accurate


def tick(engine: Engine, policy: Policy, now: datetime) -> Tick:
    """Do all that is due by `now`; see the module for what it promises."""
    missed = _mark_missed(engine, now)
    reminders = digests = 0
    if in_office_hours(now):
        reminders = _queue_reminders(engine, policy, now)
        digests = queue_digests(engine, policy, now)
    repeated_refusals.put_ended_on_record(engine, now)
    asked = ask_of_levels(engine, policy, now)
    duties = school_year.run(engine, policy, now).duties_reminded
    schools = reminding.go_round(engine, policy, now)
    batches, compiled = open_due_batches(engine, now), compile_due(engine, policy, now)
    return Tick(now, missed, reminders, digests, duties, batches, compiled, asked, schools)


def stamp(engine: Engine, now: datetime, name: str = CLOCK) -> None:
    """Say that the clock (or `DELIVERY`) has gone round, for those who watch it."""
    with write(engine) as session:
        stamp_pass(session, name, now)


def last_pass(engine: Engine, name: str = CLOCK) -> datetime | None:
    """When the clock (or `DELIVERY`) last went round by itself; None if it never did."""
    with read(engine) as session:
        row = by_key(session, ClockPass, name)
        return row.at if row else None


def goes_round(engine: Engine, now: datetime, within: timedelta) -> bool:
    """Whether the clock went round by itself less than so long ago.

    A stamp from the future is of a clock that was wrong: it tells of no pass, and the next one
    puts it right.
    """
    last = last_pass(engine)
    return last is not None and is_recent(last, now, within)


# Deadlines ---------------------------------------------------------------------------------


def overdue_deadlines(session: Session, today: date) -> list[Row[Any]]:
    """The open deadlines whose day has passed, the earliest first, at most a batch."""
    return find(session, _overdue(today))


def _mark_missed(engine: Engine, now: datetime) -> int:
    today = london_date(now)
    total = 0
    while True:
        with read(engine) as session:
            if not overdue_deadlines(session, today):
                return total
        with write(engine) as session:
            overdue = overdue_deadlines(session, today)
            marks = [{"id": row.id, "state": DeadlineState.MISSED} for row in overdue]
            change_all(session, Deadline, marks)
            append(session, now, THE_CLOCK, *(_missed(row) for row in overdue))
            total += len(overdue)


def _missed(row: Row[Any]) -> DeadlineMissed:
    return DeadlineMissed(
        row.matter_id,
        deadline=row.id,
        kind_=row.kind.value,
        step=row.step_key,
        due_on=row.due_on,
        what=what_is_due(row.kind, row.rule),
    )


@kept
def _overdue(today: date) -> Statement:
    return (
        select_columns(
            Deadline.id,
            Deadline.kind,
            Deadline.matter_id,
            Deadline.step_key,
            Deadline.due_on,
            Deadline.rule,
        )
        .where(RUNNING, col(Deadline.due_on) < today)
        .order_by(col(Deadline.due_on), col(Deadline.id))
        .limit(BATCH)
    )


# Reminders ---------------------------------------------------------------------------------


def due_reminders(session: Session, now: datetime) -> list[Row[Any]]:
    """The reminders whose moment has come, the earliest first, at most a batch."""
    return find(session, _due(now, most=BATCH))


def _any_due(engine: Engine, now: datetime) -> bool:
    with read(engine) as session:
        return bool(find(session, _due(now, most=1)))


@kept
def _due(now: datetime, *, most: int) -> Statement:
    return (
        select_columns(
            col(Reminder.id),
            col(Reminder.deadline_id),
            col(Reminder.kind),
            col(Deadline.kind).label("deadline_kind"),
            col(Deadline.due_on),
            col(Deadline.matter_id),
            col(Deadline.step_key),
            col(Deadline.rule),
            col(Matter.officer_id),
            TO_DO_IT,
            col(Escalation.head_of_service_id),
            col(Matter.restricted),
            col(Escalation.edition),
            col(Escalation.ladder),
        )
        .join(Deadline, col(Deadline.id) == col(Reminder.deadline_id))
        .join(Matter, col(Matter.id) == col(Deadline.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .outerjoin(DepartmentNotice, col(DepartmentNotice.deadline_id) == col(Deadline.id))
        .outerjoin(AgreedAction, col(AgreedAction.deadline_id) == col(Deadline.id))
        .outerjoin(ReportIssue, is_of_report(col(Deadline.id)))
        .where(col(Reminder.state) == "open", col(Reminder.due_at) <= now)
        .order_by(col(Reminder.due_at), col(Reminder.id))
        .limit(most)
    )


def _queue_reminders(engine: Engine, policy: Policy, now: datetime) -> int:
    total = 0
    while _any_due(engine, now):
        with write(engine) as session:
            total += _queue_batch(session, policy, due_reminders(session, now), now)
    return total


def _queue_batch(session: Session, policy: Policy, due: list[Row[Any]], now: datetime) -> int:
    """One message to each officer about everything that is due, and the chasers after it."""
    officers = active_officers(session)
    gone_by = {row.id: policy_of(session, policy, row) for row in due}
    whom = {
        row.id: _seeing(session, row, _whom(gone_by[row.id], row, officers), officers)
        for row in due
    }
    told: dict[int, list[int]] = defaultdict(list)
    for reminder, officer_ids in whom.items():
        for officer_id in officer_ids:
            told[officer_id].append(reminder)
    keys = add_messages(session, told, officers, now)
    about = {row.id: row.matter_id for row in due}
    for officer_id, reminders in told.items():
        tell_of(session, keys[officer_id], {about[reminder] for reminder in reminders})
    queued = ReminderState.QUEUED
    marks = [
        {"id": reminder, "state": queued, "message_id": keys[ids[0]] if ids else None}
        for reminder, ids in whom.items()
    ]
    change_all(session, Reminder, marks)
    add_all(session, Reminder, list(_chasers(gone_by, due, now)))
    append(session, now, THE_CLOCK, *_reminded(due, whom, officers))
    return len(due)


def _whom(policy: Policy, row: Row[Any], officers: dict[int, Officer]) -> list[int]:
    """The case officer, and whoever is to do it; once overdue, also those whom the policy names.

    Of a last day that the law fixes, the Head of Service and the Director hear each time.

    When the case officer has left, the Head of Service hears of it, so that nobody is silent.
    """
    whom = [row.officer_id, row.to_do_it]
    if row.deadline_kind is DeadlineKind.NEED:
        whom += _heads(officers)
    if row.deadline_kind not in OWED:
        whom += _in_charge(row, officers)
    elif row.kind is ReminderKind.OVERDUE or row.officer_id not in officers:
        whom += _also(policy, row, officers)
    return [officer_id for officer_id in dict.fromkeys(whom) if officer_id in officers]


def _seeing(
    session: Session, row: Row[Any], whom: list[int], officers: dict[int, Officer]
) -> list[int]:
    """Of these the ones who see the case; the Directors where nobody is left who does."""
    matter_id, restricted = row.matter_id, row.restricted
    seeing = [
        officer_id
        for officer_id in whom
        if sees(session, officers[officer_id], matter_id, restricted=restricted)
    ]
    return seeing or (_directors(officers) if restricted else [])


def _directors(officers: dict[int, Officer]) -> list[int]:
    return [officer.id for officer in officers.values() if officer.role is Role.DIRECTOR]


def _heads(officers: dict[int, Officer]) -> list[int]:
    return [officer.id for officer in officers.values() if officer.role is Role.HEAD_OF_SERVICE]


def _in_charge(row: Row[Any], officers: dict[int, Officer]) -> list[int]:
    head = row.head_of_service_id
    return [*([head] if head in officers else _heads(officers)), *_directors(officers)]


def _also(policy: Policy, row: Row[Any], officers: dict[int, Officer]) -> list[int]:
    found: list[int] = []
    for role in policy.reminders.overdue_also_to:
        if role is Role.HEAD_OF_SERVICE and row.head_of_service_id in officers:
            found.append(row.head_of_service_id)
        else:
            found += [officer.id for officer in officers.values() if officer.role is role]
    return found


def _chasers(
    gone_by: Mapping[int, Policy], due: Iterable[Row[Any]], now: datetime
) -> Iterable[dict[str, Any]]:
    for row in due:
        if row.kind is ReminderKind.OVERDUE:
            kind = row.deadline_kind
            yield next_chaser(gone_by[row.id], row.deadline_id, row.due_on, now, kind)


def _reminded(
    due: list[Row[Any]], whom: dict[int, list[int]], officers: dict[int, Officer]
) -> Iterable[ReminderQueued]:
    emails = {officer.id: officer.email for officer in officers.values()}
    for row in due:
        yield ReminderQueued(
            row.matter_id,
            deadline=row.deadline_id,
            step=row.step_key,
            due_on=row.due_on,
            kind_=row.kind.value,
            to=tuple(emails[officer_id] for officer_id in whom[row.id]),
            what=what_is_due(row.deadline_kind, row.rule),
        )
