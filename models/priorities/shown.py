"""Priorities of improvement plans as doors show them, with their months and earlier wordings."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import and_, case
from sqlmodel import Session, col, select

from models.clocks import month_words
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.paging import MOST_AT_ONCE, PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.shown import officer_names
from models.priorities import tables
from models.priorities.tables import PriorityState
from models.refusals import NotFound
from models.rows import find, select_columns
from models.schools.tables import School
from models.shown import Shown


class MonthOfPriority(Shown):
    """How far a priority was in a month (`2026-11`); `review` is the evaluation that said so."""

    month: str
    of_month: date
    rating: str
    said: str
    review: int | None
    said_by: str
    said_by_name: str
    said_at: AwareDatetime

    @property
    def words(self) -> str:
        """The month in words: November 2026."""
        return month_words(self.of_month)


class Wording(Shown):
    """What a priority said from some moment on; `reason` is why it was changed to that."""

    version: int
    priority: str
    success_criteria: str
    owner: str
    first_day: date
    last_day: date
    reason: str
    written_by: str
    written_by_name: str
    written_at: AwareDatetime


class Priority(Shown):
    """A priority of a school's improvement plan, as it says now.

    `months` are in their order, `versions` the latest first. `overdue` while it is open after its
    last day.
    """

    id: int
    reference: str
    urn: int
    school: str
    priority: str
    success_criteria: str
    owner: str
    first_day: date
    last_day: date
    state: PriorityState
    overdue: bool
    version: int
    ended_on: date | None
    outcome: str
    ended_by_name: str | None
    months: list[MonthOfPriority]
    versions: list[Wording]

    @property
    def latest(self) -> MonthOfPriority | None:
        """The newest month of which something was said."""
        return self.months[-1] if self.months else None


def priorities(
    session: Session,
    reader: Reader,
    *,
    today: date,
    urn: int | None = None,
    only_open: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Priority]:
    """The priorities that the reader sees, those that are open first, the earliest to end before.

    Raises InvalidInput.
    """
    statement = _statement().where(visible_to(reader))
    if urn is not None:
        statement = statement.where(col(Matter.urn) == urn)
    if only_open:
        statement = statement.where(col(tables.ImprovementPriority.state) == PriorityState.OPEN)
    return paged(
        session,
        statement,
        tables.ImprovementPriority.id,
        lambda found: _describe(session, found, today),
        page=page,
        per_page=per_page,
    )


def priority(session: Session, reader: Reader, number: int, *, today: date) -> Priority:
    """One of them; raises NotFound."""
    mine = col(tables.ImprovementPriority.id) == number
    found = find(session, _statement().where(mine, visible_to(reader)))
    if not found:
        raise NotFound(tables.ImprovementPriority.missing.format(number))
    return _describe(session, found, today)[0]


def priority_of(
    session: Session, reader: Reader, number: int | None, *, today: date
) -> Priority | None:
    """The same, and None where there is none, or none that the reader sees."""
    try:
        return priority(session, reader, number, today=today) if number is not None else None
    except NotFound:
        return None


def open_priorities(session: Session, reader: Reader, urn: int, *, today: date) -> list[Priority]:
    """Those of a school that are open."""
    return priorities(
        session, reader, today=today, urn=urn, only_open=True, per_page=MOST_AT_ONCE
    ).items


def priorities_at(
    session: Session, reader: Reader, review_id: int, *, today: date
) -> list[tuple[Priority, MonthOfPriority]]:
    """What an evaluation said of priorities, of those that the reader sees."""
    said = select(tables.PriorityMonth.priority_id).where(
        col(tables.PriorityMonth.review_id) == review_id
    )
    mine = col(tables.ImprovementPriority.id).in_(said)
    found = _describe(session, find(session, _statement().where(mine, visible_to(reader))), today)
    return [(each, month) for each in found for month in each.months if month.review == review_id]


def _statement() -> Any:
    its, now = tables.ImprovementPriority, tables.PriorityVersion
    ended = case((col(its.state) == PriorityState.OPEN, 0), else_=1)
    current = and_(col(now.priority_id) == col(its.id), col(now.version) == col(its.version))
    return (
        select_columns(its, now, Matter, School)
        .join(now, current)
        .join(Matter, col(Matter.id) == col(its.matter_id))
        .join(School, col(School.urn) == col(Matter.urn))
        .order_by(ended, col(now.last_day), col(its.id))
    )


def _describe(session: Session, found: Sequence[tuple[Any, ...]], today: date) -> list[Priority]:
    keys = [row.id for row, *_ in found]
    versions = _all(session, tables.PriorityVersion, tables.PriorityVersion.version, keys)
    months = _all(session, tables.PriorityMonth, tables.PriorityMonth.month, keys)
    people = officer_names(
        session,
        [
            *(row.ended_by_id for row, *_ in found),
            *(each.written_by_id for its in versions.values() for each in its),
            *(each.said_by_id for its in months.values() for each in its),
        ],
    )
    return [
        Priority(
            id=row.id,
            reference=matter.reference,
            urn=school.urn,
            school=school.name,
            priority=now.priority,
            success_criteria=now.success_criteria,
            owner=now.owner,
            first_day=now.first_day,
            last_day=now.last_day,
            state=row.state,
            overdue=row.state is PriorityState.OPEN and now.last_day < today,
            version=row.version,
            ended_on=row.ended_on,
            outcome=row.outcome,
            ended_by_name=people[row.ended_by_id][1] if row.ended_by_id else None,
            months=[_month(each, people) for each in months[row.id]],
            versions=[_wording(each, people) for each in reversed(versions[row.id])],
        )
        for row, now, matter, school in found
    ]


def _all(session: Session, table: Any, order: Any, keys: list[int]) -> dict[int, list[Any]]:
    mine = select(table).where(col(table.priority_id).in_(keys)).order_by(col(order))
    found: dict[int, list[Any]] = defaultdict(list)
    for each in find(session, mine) if keys else []:
        found[each.priority_id].append(each)
    return found


def _month(each: tables.PriorityMonth, people: dict[int, tuple[str, str]]) -> MonthOfPriority:
    email, name = people[each.said_by_id]
    return MonthOfPriority(
        month=f"{each.month:%Y-%m}",
        of_month=each.month,
        rating=each.rating,
        said=each.said,
        review=each.review_id,
        said_by=email,
        said_by_name=name,
        said_at=each.said_at,
    )


def _wording(each: tables.PriorityVersion, people: dict[int, tuple[str, str]]) -> Wording:
    email, name = people[each.written_by_id]
    return Wording(
        version=each.version,
        priority=each.priority,
        success_criteria=each.success_criteria,
        owner=each.owner,
        first_day=each.first_day,
        last_day=each.last_day,
        reason=each.reason,
        written_by=email,
        written_by_name=name,
        written_at=each.written_at,
    )
