"""Planning the support programme: what is due is planned, kept, and taken back.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    cast,
    column,
    exists,
    literal,
    or_,
    true,
    values,
)
from sqlmodel import Session, col, select

from models.policy import Policy
from models.policy.programme import LevelRule, SchoolYear, school_year_of
from models.programme.days_due import Due, of_council, of_level
from models.programme.tables import Duty, DutyKind, DutyState
from models.rows import add_all, add_found, change_where, find, find_first
from models.schools.tables import RiskLevel, School

AT_ONCE = 1000  # schools of one transaction
CEILING = "The policy says “up to” so many visits: only the least number falls due."


def replan(session: Session, policy: Policy, *, urn: int, level: RiskLevel, on: date) -> int:
    """Plan the rest of the school year of a school that stands at this level from this day on.

    And the year to come, where that is planned already: its levels are published in August.

    Planned duties of that day and later which the level does not want are cancelled, those that
    it wants too are kept, what is missing is planned; what is done, and what is late already,
    stays. The number of duties planned: 0 too for a school that has closed, and where the policy
    has no terms for the year.
    """
    years = [school_year_of(on)]
    coming = select(col(Duty.id)).where(col(Duty.urn) == urn, col(Duty.school_year) == years[0] + 1)
    if find_first(session, coming.limit(1)) is not None:
        years.append(years[0] + 1)
    which = col(School.urn) == urn
    return sum(_replan(session, policy, year, level, on, which) for year in years)


def replan_all(session: Session, policy: Policy, school_year: int, on: date) -> int:
    """The same for every school by the level that its row has now, in a few large statements."""
    return sum(
        _replan(session, policy, school_year, level, on, col(School.risk_level) == level)
        for level in RiskLevel
    )


def plan_schools(
    session: Session, policy: Policy, school_year: int, on: date, urns: Collection[int]
) -> int:
    """The same for these schools alone."""
    return sum(
        _replan(session, policy, school_year, level, on, _stand_at(level, urns))
        for level in RiskLevel
    )


def _stand_at(level: RiskLevel, urns: Collection[int]) -> ColumnElement[bool]:
    return and_(col(School.risk_level) == level, col(School.urn).in_(urns))


def beyond_least(session: Session, policy: Policy, school_year: int, after: int) -> list[int]:
    """Schools of which more visits are planned than the least number, with a later URN.

    So an earlier version planned at a level of “up to” so many. At most `AT_ONCE`, by URN.
    """
    year = policy.programme.year(school_year)
    over = [
        and_(col(Duty.level) == level, col(Duty.number) > len(_visits(rule, year)))
        for level, rule in policy.programme.levels.items()
        if year is not None and rule.visits_are_at_most
    ]
    if not over:
        return []
    theirs = (
        select(col(Duty.urn))
        .where(_planned_visits(school_year), col(Duty.urn) > after, or_(*over))
        .order_by(col(Duty.urn))
        .distinct()
        .limit(AT_ONCE)
    )
    return [urn for urn in find(session, theirs) if urn is not None]


def take_back(
    session: Session, policy: Policy, school_year: int, on: date, urns: Collection[int]
) -> int:
    """Cancel the planned visits of these schools beyond the least number, late ones too.

    What the least number wants from this day on is planned instead. How many were cancelled.
    """
    year = policy.programme.year(school_year)
    cancelled = 0
    for level, rule in policy.programme.levels.items():
        if year is None or not rule.visits_are_at_most:
            continue
        visits = _visits(rule, year)
        planned = and_(
            _planned_visits(school_year), col(Duty.level) == level, col(Duty.urn).in_(urns)
        )
        table = _wanted(visits) if visits else None
        cancelled += _cancel_unwanted(session, planned, CEILING, table)
        if table is None:
            continue
        number = select(table.c.number).where(_same(table)).scalar_subquery()
        change_where(session, Duty, planned, number=number)
        coming = [due for due in visits if due.due_on >= on]
        if coming:
            here = select(col(School.urn)).where(_is_open(on), _stand_at(level, urns))
            _plan_missing(session, here, school_year, level, _wanted(coming))
    return cancelled


def _visits(rule: LevelRule, year: SchoolYear) -> list[Due]:
    return [due for due in of_level(rule, year) if due.kind is DutyKind.VISIT]


def _planned_visits(school_year: int) -> ColumnElement[bool]:
    return and_(
        col(Duty.kind) == DutyKind.VISIT,
        col(Duty.school_year) == school_year,
        col(Duty.state) == DutyState.PLANNED,
    )


def _is_open(on: date) -> ColumnElement[bool]:
    return or_(col(School.closed_on).is_(None), col(School.closed_on) > on)


def plan_council(session: Session, policy: Policy, school_year: int, on: date) -> int:
    """Plan the reviews and reports of the whole register that the year has left from this day on.

    The number of duties planned; what is planned already is not planned twice.
    """
    missing = unplanned_of_council(session, policy, school_year, on)
    new = [
        {
            "key": _key(due.kind, due.due_on),
            "kind": due.kind,
            "school_year": school_year,
            "number": due.number,
            "due_on": due.due_on,
            "state": DutyState.PLANNED,
        }
        for due in missing
    ]
    add_all(session, Duty, new)
    return len(new)


def unplanned_of_council(session: Session, policy: Policy, school_year: int, on: date) -> list[Due]:
    """The reviews and reports of the whole register, of this day and later, not planned yet."""
    year = policy.programme.year(school_year)
    if year is None:
        return []
    due_in_year = of_council(year, policy.programme.register_reviews)
    wanted = {_key(due.kind, due.due_on): due for due in due_in_year if due.due_on >= on}
    planned = select(col(Duty.key)).where(col(Duty.key).in_(wanted))
    there = set(find(session, planned))
    return [due for key, due in wanted.items() if key not in there]


def _key(kind: DutyKind, due_on: date) -> str:
    return f"{kind.value}:{due_on.isoformat()}"


def _replan(
    session: Session,
    policy: Policy,
    school_year: int,
    level: RiskLevel,
    on: date,
    which: ColumnElement[bool],
) -> int:
    year = policy.programme.year(school_year)
    if year is None:
        return 0
    wanted = [due for due in of_level(policy.programme.levels[level], year) if due.due_on >= on]
    open_schools = select(col(School.urn)).where(which, _is_open(on))
    planned = (
        (col(Duty.state) == DutyState.PLANNED)
        & (col(Duty.school_year) == school_year)
        & (col(Duty.due_on) >= on)
        & col(Duty.urn).in_(open_schools)
    )
    table = _wanted(wanted) if wanted else None
    _cancel_unwanted(session, planned, f"The school was placed at {level.label}.", table)
    if table is None:
        return 0
    _keep_wanted(session, planned, level, table)
    return _plan_missing(session, open_schools, school_year, level, table)


def _wanted(wanted: list[Due]) -> CTE:
    """What is wanted as a table that statements can join.

    It stands inside the statement: sqlite3 does not count what one that begins with it inserts.
    """
    columns = (
        column("slot", String),
        column("kind", String),
        column("due_on", Date),
        column("number", Integer),
    )
    data = [(_key(due.kind, due.due_on), due.kind.value, due.due_on, due.number) for due in wanted]
    return values(*columns, name="wanted").data(data).cte("wanted", nesting=True)


def _same(wanted: CTE) -> ColumnElement[bool]:
    return and_(wanted.c.kind == col(Duty.kind), wanted.c.due_on == col(Duty.due_on))


def _cancel_unwanted(
    session: Session, planned: ColumnElement[bool], reason: str, wanted: CTE | None
) -> int:
    unwanted = true() if wanted is None else ~exists().where(_same(wanted))
    return change_where(
        session,
        Duty,
        planned,
        unwanted,
        state=DutyState.CANCELLED,
        reason=reason,
        # It gives up its key: should the school come back to the old level, this is planned again.
        key=col(Duty.key) + "/" + cast(col(Duty.id), String),
    )


def _keep_wanted(
    session: Session, planned: ColumnElement[bool], level: RiskLevel, wanted: CTE
) -> None:
    number = select(wanted.c.number).where(_same(wanted)).scalar_subquery()
    change_where(session, Duty, planned, col(Duty.level) != level, level=level, number=number)


def _plan_missing(
    session: Session, schools: Select[Any], school_year: int, level: RiskLevel, wanted: CTE
) -> int:
    urns = schools.subquery()
    key = wanted.c.slot + ":" + cast(urns.c.urn, String)
    new = {
        "key": key,
        "urn": urns.c.urn,
        "kind": wanted.c.kind,
        "school_year": literal(school_year),
        "number": wanted.c.number,
        "level": literal(level.value),
        "due_on": wanted.c.due_on,
        "state": literal(DutyState.PLANNED.value),
        "reason": literal(""),
    }
    # A join without a condition: everything that is wanted, of every one of these schools.
    pairs = select(*(value.label(name) for name, value in new.items())).select_from(
        urns.join(wanted, true())
    )
    return add_found(session, Duty, select(pairs.subquery()), unless_there=["key"])
