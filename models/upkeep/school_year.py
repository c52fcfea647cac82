"""The school year on the clock: the round opens, duties are planned, officers are reminded.

Every pass does all that is due by its moment, however long the clock had stood still, and a
second pass at the same moment does nothing. Reminders are claimed in the transaction that queues
them, so that a pass that is killed leaves them whole.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Row, String, and_, cast, exists, or_
from sqlmodel import Session, col, select

from models.clocks import add_working_days, in_office_hours, london_date, office_hours_end
from models.database import read, write
from models.outbox import ClockPass, Message, MessageKind, MessageState
from models.people.tables import Officer, Role
from models.policy import Policy
from models.policy.programme import school_year_of
from models.programme import planning
from models.programme.days_due import of_level
from models.programme.tables import (
    FALLS_BEHIND,
    PROMISED,
    Duty,
    DutyState,
    Supporter,
    is_evaluating,
)
from models.programme.told import DutiesDue
from models.risk import rounds
from models.rows import (
    add,
    add_all,
    by_key,
    change,
    change_all,
    change_where,
    find,
    find_first,
    select_columns,
)
from models.schools.tables import RiskLevel, School
from models.upkeep.telling_consultants import to_consultants

BATCH = 1000  # schools of one transaction: short enough that an officer's click need not wait long
CLOSED = "The school closed."
TAKEN_BACK = "visits_taken_back"
YEAR_OVER = "It was not done before the school year ended."


@dataclass(frozen=True)
class SchoolYearPass:
    """What one pass did."""

    as_of: datetime
    rounds_opened: int
    duties_planned: int
    duties_cancelled: int
    duties_reminded: int


def run(engine: Engine, policy: Policy, now: datetime) -> SchoolYearPass:
    """Do all that is due by `now`; see the module for what it promises."""
    opened = _open_round(engine, policy, now)
    cancelled = _cancel_of_closed(engine, now) + _cancel_of_last_year(engine, now)
    cancelled += _take_back(engine, policy, now)
    planned = _plan_schools(engine, policy, now) + _plan_council(engine, policy, now)
    planned += _plan_once(engine, policy, now)
    reminded = _remind(engine, policy, now) if in_office_hours(now) else 0
    return SchoolYearPass(now, opened, planned, cancelled, reminded)


def _open_round(engine: Engine, policy: Policy, now: datetime) -> int:
    today = london_date(now)
    if today > policy.programme.round.publish.in_year(rounds.year_due(policy, today)):
        with read(engine) as session:
            if not rounds.chase_due(session, policy, now):
                return 0
    with write(engine) as session:
        return int(rounds.open_round_when_due(session, policy, now))


# Planning ----------------------------------------------------------------------------------


def _plan_schools(engine: Engine, policy: Policy, now: datetime) -> int:
    """Plan the schools that have a level and nothing in the running school year yet."""
    today = london_date(now)
    year = school_year_of(today)
    levels = _levels_with_duties(policy, today)
    planned = after = 0
    while levels:
        with read(engine) as session:
            urns = list(find(session, _unplanned(levels, year, today, after)))
        if not urns:
            break
        with write(engine) as session:
            planned += planning.plan_schools(session, policy, year, today, urns)
        after = urns[-1]
    return planned


def _levels_with_duties(policy: Policy, today: date) -> list[RiskLevel]:
    """The levels for which the school year has something left: none in the summer holidays."""
    year = policy.programme.year(school_year_of(today))
    if year is None:
        return []
    return [
        level
        for level, rule in policy.programme.levels.items()
        if any(due.due_on >= today for due in of_level(rule, year))
    ]


def _unplanned(levels: list[RiskLevel], year: int, today: date, after: int) -> Any:
    of_this_year = (col(Duty.urn) == col(School.urn), col(Duty.school_year) == year)
    duty = select(col(Duty.id)).where(*of_this_year)
    closed = duty.where(col(Duty.reason) == CLOSED, col(Duty.due_on) >= today)
    planned = duty.where(col(Duty.state) == DutyState.PLANNED, col(Duty.due_on) >= today)
    return (
        select(School.urn)
        .where(
            col(School.risk_level).in_(levels),
            or_(col(School.closed_on).is_(None), col(School.closed_on) > today),
            col(School.urn) > after,
            or_(~duty.exists(), and_(closed.exists(), ~planned.exists())),
        )
        .order_by(col(School.urn))
        .limit(BATCH)
    )


def _plan_once(engine: Engine, policy: Policy, now: datetime) -> int:
    """Plan what a level has once in a year for schools that were planned before it had that."""
    today = london_date(now)
    year = school_year_of(today)
    planned = after = 0
    while True:
        with read(engine) as session:
            urns = planning.without_once(session, policy, year, today, after)
        if not urns:
            return planned
        with write(engine) as session:
            planned += planning.plan_once(session, policy, year, today, urns)
        after = urns[-1]


def _plan_council(engine: Engine, policy: Policy, now: datetime) -> int:
    """Plan the reviews of the register, once it has a school."""
    today = london_date(now)
    year = school_year_of(today)
    registered = select(col(School.urn)).where(col(School.risk_level).is_not(None)).limit(1)
    with read(engine) as session:
        missing = planning.unplanned_of_council(session, policy, year, today)
        if not missing or find_first(session, registered) is None:
            return 0
    with write(engine) as session:
        return planning.plan_council(session, policy, year, today)


def _cancel_of_last_year(engine: Engine, now: datetime) -> int:
    """What was not done in a school year is not due in the next: its levels plan anew."""
    last_year = and_(
        col(Duty.school_year) < school_year_of(london_date(now)),
        col(Duty.state) == DutyState.PLANNED,
        col(Duty.kind).not_in(PROMISED),
    )
    with read(engine) as session:
        if find_first(session, select(Duty.id).where(last_year).limit(1)) is None:
            return 0
    with write(engine) as session:
        cancelled = {"state": DutyState.CANCELLED, "reason": YEAR_OVER}
        return change_where(session, Duty, last_year, **cancelled)


def _take_back(engine: Engine, policy: Policy, now: datetime) -> int:
    """Visits beyond the least number of a ceiling are not due, though they were planned once.

    Looked for once a day, by the first pass: every planned visit of the year is gone through.
    """
    today = london_date(now)
    with read(engine) as session:
        last = by_key(session, ClockPass, TAKEN_BACK)
    if last is not None and london_date(last.at) == today:
        return 0
    cancelled = 0
    for year in (school_year_of(today), school_year_of(today) + 1):
        after = 0
        while True:
            with read(engine) as session:
                urns = planning.beyond_least(session, policy, year, after)
            if not urns:
                break
            with write(engine) as session:
                cancelled += planning.take_back(session, policy, year, today, urns)
            after = urns[-1]
    with write(engine) as session:
        if not change(session, ClockPass, {"name": TAKEN_BACK}, at=now):
            add(session, ClockPass, name=TAKEN_BACK, at=now)
    return cancelled


def _cancel_of_closed(engine: Engine, now: datetime) -> int:
    """Cancel what was planned for schools from the day on which they closed."""
    today = london_date(now)
    year = school_year_of(today)
    closed = select(col(School.urn)).where(col(School.closed_on) <= today)
    before = exists().where(
        col(School.urn) == col(Duty.urn), col(School.closed_on) > col(Duty.due_on)
    )
    closing = and_(
        col(Duty.urn).in_(closed),
        or_(col(Duty.school_year) == year, col(Duty.kind).in_(PROMISED)),
        col(Duty.state) == DutyState.PLANNED,
        ~before,
    )
    with read(engine) as session:
        if find_first(session, select(Duty.id).where(closing).limit(1)) is None:
            return 0
    with write(engine) as session:
        return change_where(
            session,
            Duty,
            closing,
            state=DutyState.CANCELLED,
            reason=CLOSED,
            # It gives up its key: should the school turn out to be open, this is planned again.
            key=col(Duty.key) + "/" + cast(col(Duty.id), String),
        )


# Reminders ---------------------------------------------------------------------------------


def _remind(engine: Engine, policy: Policy, now: datetime) -> int:
    """One message to each officer about what comes due and what has become late.

    Consultants who support a school are told as well (`to_consultants`).
    """
    with read(engine) as session:
        if not _told(session, policy, now):
            return 0
    with write(engine) as session:
        told = _told(session, policy, now)
        claimed = {row.id: row for _, rows in told.values() for row in rows}
        today = london_date(now)
        late = [
            {"id": key, "flagged_at": now} for key, row in claimed.items() if row.due_on < today
        ]
        soon = [
            {"id": key, "reminded_at": now} for key, row in claimed.items() if row.due_on >= today
        ]
        change_all(session, Duty, late)
        change_all(session, Duty, soon)
        messages = [_message(who, rows, now) for who, rows in told.values()]
        messages += to_consultants(session, claimed.values(), now)
        add_all(session, Message, messages)
        return len(claimed)


def _told(
    session: Session, policy: Policy, now: datetime
) -> dict[int, tuple[Officer, list[Row[Any]]]]:
    """Who is to be told of which duties, by the officer's key.

    Nobody is written to twice on one day: what concerns somebody who was waits for the next.
    """
    today = london_date(now)
    due = _to_be_told(session, policy, today)
    if not due:
        return {}
    officers = {officer.id: officer for officer in find(session, _ACTIVE)}
    heads = [each for each, officer in officers.items() if officer.role is Role.HEAD_OF_SERVICE]
    evaluating = _evaluation_officers(session, today)
    written = _written_to(session, officers.values(), today)
    told: dict[int, tuple[Officer, list[Row[Any]]]] = {}
    for row in due:
        whom = evaluating.get(row.urn, heads)
        if row.due_on < today and (row.falls_behind or row.kind in FALLS_BEHIND):
            whom = [*whom, *heads]
        if written.isdisjoint(whom):
            for each in dict.fromkeys(whom):
                told.setdefault(each, (officers[each], []))[1].append(row)
    return told


def _to_be_told(session: Session, policy: Policy, today: date) -> list[Row[Any]]:
    """The planned duties of the school year that are due soon or late, and nobody was told of."""
    until = add_working_days(today, policy.programme.remind_working_days_before)
    soon = and_(col(Duty.due_on).between(today, until), col(Duty.reminded_at).is_(None))
    late = and_(col(Duty.due_on) < today, col(Duty.flagged_at).is_(None))
    statement = (
        select_columns(Duty.id, Duty.urn, Duty.kind, Duty.due_on, Duty.falls_behind)
        .where(col(Duty.state) == DutyState.PLANNED, or_(soon, late))
        .where(
            or_(col(Duty.school_year) == school_year_of(today), col(Duty.kind).in_(PROMISED)),
        )
        .order_by(col(Duty.due_on), col(Duty.id))
    )
    return find(session, statement)


_ACTIVE = select(Officer).where(col(Officer.active)).order_by(col(Officer.id))


def _evaluation_officers(session: Session, today: date) -> dict[int | None, list[int]]:
    """The School Evaluation Officers who are active, by the URN of their school."""
    statement = (
        select(Supporter.urn, Officer.id)
        .join(Officer, col(Officer.id) == col(Supporter.officer_id))
        .where(
            col(Officer.active),
            is_evaluating(today),
        )
    )
    found: dict[int | None, list[int]] = defaultdict(list)
    for urn, officer_id in find(session, statement):
        found[urn].append(officer_id)
    return dict(found)


def _written_to(session: Session, officers: Iterable[Officer], today: date) -> set[int]:
    keys = {_key(officer.id, today): officer.id for officer in officers}
    queued = select(col(Message.key)).where(col(Message.key).in_(keys))
    return {keys[key] for key in find(session, queued)}


def _key(officer_id: int, today: date) -> str:
    return f"duties:{officer_id}:{today.isoformat()}"


def _message(officer: Officer, due: list[Row[Any]], now: datetime) -> dict[str, Any]:
    return {
        "key": _key(officer.id, london_date(now)),
        "kind": MessageKind.ALERT,
        "to_name": officer.name,
        "to_email": officer.email,
        "data": DutiesDue(path="/programme/duties", duties=tuple(row.id for row in due)).facts,
        "state": MessageState.PENDING,
        "queued_at": now,
        "next_attempt_at": now,
        "leave_by": office_hours_end(now),
    }
