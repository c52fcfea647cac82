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

from sqlalchemy import Engine, Row, String, and_, cast, exists, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_models

from models.clocks import add_working_days, in_office_hours, london_date, office_hours_end
from models.database import read, write
from models.outbox import Message, MessageKind, MessageState
from models.people.tables import Officer, Role
from models.policy import Policy
from models.policy.programme import school_year_of
from models.programme import planning
from models.programme.tables import (
    FALLS_BEHIND,
    Duty,
    DutyState,
    Supporter,
    is_evaluating,
)
from models.programme.told import DutiesDue
from models.risk import rounds
from models.schools.tables import RiskLevel, School
from models.statements import add_all, change_all

BATCH = 1000  # schools of one transaction: short enough that an officer's click need not wait long
CLOSED = "The school closed."
YEAR_OVER = "It was not done before the school year ended."

_duties = Duty.__table__  # type: ignore[attr-defined]
_schools = School.__table__  # type: ignore[attr-defined]
_supporters = Supporter.__table__  # type: ignore[attr-defined]
_messages = Message.__table__  # type: ignore[attr-defined]


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
    planned = _plan_schools(engine, policy, now) + _plan_council(engine, policy, now)
    reminded = _remind(engine, policy, now) if in_office_hours(now) else 0
    return SchoolYearPass(now, opened, planned, cancelled, reminded)


def _open_round(engine: Engine, policy: Policy, now: datetime) -> int:
    today = london_date(now)
    if today > policy.programme.round.publish.in_year(rounds.year_due(policy, today)):
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
            urns = list(session.exec(_unplanned(levels, year, today, after)))
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
        if any(due.due_on >= today for due in planning.of_level(rule, year))
    ]


def _unplanned(levels: list[RiskLevel], year: int, today: date, after: int) -> Any:
    of_this_year = (_duties.c.urn == _schools.c.urn, _duties.c.school_year == year)
    duty = select(_duties.c.id).where(*of_this_year)
    closed = duty.where(_duties.c.reason == CLOSED, _duties.c.due_on >= today)
    planned = duty.where(_duties.c.state == DutyState.PLANNED, _duties.c.due_on >= today)
    return (
        select_models(School.urn)
        .where(
            col(School.risk_level).in_(levels),
            or_(col(School.closed_on).is_(None), col(School.closed_on) > today),
            col(School.urn) > after,
            or_(~duty.exists(), and_(closed.exists(), ~planned.exists())),
        )
        .order_by(col(School.urn))
        .limit(BATCH)
    )


def _plan_council(engine: Engine, policy: Policy, now: datetime) -> int:
    """Plan the reviews of the register, once it has a school."""
    today = london_date(now)
    year = school_year_of(today)
    registered = select(_schools.c.urn).where(_schools.c.risk_level.is_not(None)).limit(1)
    with read(engine) as session:
        missing = planning.unplanned_of_council(session, policy, year, today)
        if not missing or session.connection().execute(registered).first() is None:
            return 0
    with write(engine) as session:
        return planning.plan_council(session, policy, year, today)


def _cancel_of_last_year(engine: Engine, now: datetime) -> int:
    """What was not done in a school year is not due in the next: its levels plan anew."""
    last_year = and_(
        _duties.c.school_year < school_year_of(london_date(now)),
        _duties.c.state == DutyState.PLANNED,
    )
    with read(engine) as session:
        found = session.connection().execute(select(_duties.c.id).where(last_year).limit(1))
        if found.first() is None:
            return 0
    with write(engine) as session:
        over = update(_duties).where(last_year)
        cancelled = over.values(state=DutyState.CANCELLED, reason=YEAR_OVER)
        return session.connection().execute(cancelled).rowcount


def _cancel_of_closed(engine: Engine, now: datetime) -> int:
    """Cancel what was planned for schools from the day on which they closed."""
    today = london_date(now)
    year = school_year_of(today)
    closed = select(_schools.c.urn).where(_schools.c.closed_on <= today)
    before = exists().where(
        _schools.c.urn == _duties.c.urn, _schools.c.closed_on > _duties.c.due_on
    )
    closing = and_(
        _duties.c.urn.in_(closed),
        _duties.c.school_year == year,
        _duties.c.state == DutyState.PLANNED,
        ~before,
    )
    with read(engine) as session:
        if (
            session.connection().execute(select(_duties.c.id).where(closing).limit(1)).first()
            is None
        ):
            return 0
    with write(engine) as session:
        cancel = update(_duties).where(closing)
        cancelled = cancel.values(
            state=DutyState.CANCELLED,
            reason=CLOSED,
            # It gives up its key: should the school turn out to be open, this is planned again.
            key=_duties.c.key + "/" + cast(_duties.c.id, String),
        )
        return session.connection().execute(cancelled).rowcount


# Reminders ---------------------------------------------------------------------------------


def _remind(engine: Engine, policy: Policy, now: datetime) -> int:
    """One message to each officer about what comes due and what has become late."""
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
        add_all(session, Message, [_message(who, rows, now) for who, rows in told.values()])
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
    officers = {officer.id: officer for officer in session.exec(_ACTIVE)}
    heads = [each for each, officer in officers.items() if officer.role is Role.HEAD_OF_SERVICE]
    evaluating = _evaluation_officers(session, today)
    written = _written_to(session, officers.values(), today)
    told: dict[int, tuple[Officer, list[Row[Any]]]] = {}
    for row in due:
        whom = evaluating.get(row.urn, heads)
        if row.due_on < today and row.kind in FALLS_BEHIND:
            whom = [*whom, *heads]
        if written.isdisjoint(whom):
            for each in dict.fromkeys(whom):
                told.setdefault(each, (officers[each], []))[1].append(row)
    return told


def _to_be_told(session: Session, policy: Policy, today: date) -> list[Row[Any]]:
    """The planned duties of the school year that are due soon or late, and nobody was told of."""
    until = add_working_days(today, policy.programme.remind_working_days_before)
    soon = and_(_duties.c.due_on.between(today, until), _duties.c.reminded_at.is_(None))
    late = and_(_duties.c.due_on < today, _duties.c.flagged_at.is_(None))
    statement = (
        select(_duties.c["id", "urn", "kind", "due_on"])
        .where(_duties.c.state == DutyState.PLANNED, or_(soon, late))
        .where(_duties.c.school_year == school_year_of(today))
        .order_by(_duties.c.due_on, _duties.c.id)
    )
    return list(session.connection().execute(statement))


_ACTIVE = select_models(Officer).where(col(Officer.active)).order_by(col(Officer.id))


def _evaluation_officers(session: Session, today: date) -> dict[int | None, list[int]]:
    """The School Evaluation Officers who are active, by the URN of their school."""
    statement = (
        select(_supporters.c.urn, _supporters.c.officer_id)
        .join(Officer, col(Officer.id) == _supporters.c.officer_id)
        .where(
            col(Officer.active),
            is_evaluating(today),
        )
    )
    found: dict[int | None, list[int]] = defaultdict(list)
    for urn, officer_id in session.connection().execute(statement):
        found[urn].append(officer_id)
    return dict(found)


def _written_to(session: Session, officers: Iterable[Officer], today: date) -> set[int]:
    keys = {_key(officer.id, today): officer.id for officer in officers}
    queued = select(_messages.c.key).where(_messages.c.key.in_(keys))
    return {keys[key] for key in session.connection().execute(queued).scalars()}


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
