"""Planning the support programme: what is due is planned, kept, and taken back.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
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
from models.programme.days_due import Due, of_council, of_level, once_at_level
from models.programme.tables import OF_A_LEVEL, ONCE, Duty, DutyKind, DutyState, Requirement
from models.rows import add_all, add_found, change_where, find, find_first
from models.schools.tables import RiskLevel, School

AT_ONCE = 1000  # schools of one transaction
CEILING = "The policy says “up to” so many visits: only the least number falls due."


def replan(
    session: Session,
    policy: Policy,
    *,
    urn: int,
    level: RiskLevel,
    on: date,
    because: str | None = None,
) -> int:
    """Plan the rest of the school year of a school that stands at this level from this day on.

    And the year to come, where that is planned already: its levels are published in August.

    Planned duties of that day and later which the level does not want are cancelled (`because` of
    the level, unless another reason is given), those that it wants too are kept, what is missing
    is planned; what is done, and what is late already, stays. The number of duties planned: 0 too
    for a school that has closed, and where the policy has no terms for the year.
    """
    years = [school_year_of(on)]
    coming = select(col(Duty.id)).where(col(Duty.urn) == urn, col(Duty.school_year) == years[0] + 1)
    if find_first(session, coming.limit(1)) is not None:
        years.append(years[0] + 1)
    which = col(School.urn) == urn
    return sum(_replan(session, policy, year, level, on, which, because=because) for year in years)


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


def without_once(
    session: Session, policy: Policy, school_year: int, on: date, after: int
) -> list[int]:
    """Schools that lack what their level has once in a year, with a later URN; at most `AT_ONCE`.

    So it is of schools that were planned before the policy had it.
    """
    year = policy.programme.year(school_year)
    lacking = [
        and_(
            col(School.risk_level) == level,
            ~exists().where(col(Duty.key) == _slot(due) + ":" + cast(col(School.urn), String)),
        )
        for level, rule in policy.programme.levels.items()
        if year is not None
        for due in once_at_level(rule, year, on)
        if not due.if_required
    ]
    if not lacking:
        return []
    theirs = select(col(School.urn)).where(_is_open(on), col(School.urn) > after, or_(*lacking))
    return list(find(session, theirs.order_by(col(School.urn)).limit(AT_ONCE)))


def plan_once(
    session: Session, policy: Policy, school_year: int, on: date, urns: Collection[int]
) -> int:
    """Plan what the level of each of these schools has once in a year; how many duties."""
    return sum(
        _replan(session, policy, school_year, level, on, _stand_at(level, urns), kinds=ONCE)
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
    *,
    kinds: Sequence[DutyKind] = OF_A_LEVEL,
    because: str | None = None,
) -> int:
    year = policy.programme.year(school_year)
    if year is None:
        return 0
    rule = policy.programme.levels[level]
    all_of_it = [*of_level(rule, year), *once_at_level(rule, year, on)]
    wanted = [due for due in all_of_it if due.kind in kinds and due.due_on >= on]
    open_schools = select(col(School.urn)).where(which, _is_open(on))
    planned = (
        (col(Duty.state) == DutyState.PLANNED)
        & (col(Duty.school_year) == school_year)
        & col(Duty.kind).in_(kinds)
        & (col(Duty.due_on) >= on)
        & col(Duty.urn).in_(open_schools)
    )
    table = _wanted(wanted) if wanted else None
    reason = because or f"The school was placed at {level.label}."
    _cancel_unwanted(session, planned, reason, table)
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
        column("once", Boolean),
        column("if_required", Boolean),
        column("falls_behind", Boolean),
    )
    data = [(_slot(due), due.kind.value, *due[1:]) for due in wanted]
    return values(*columns, name="wanted").data(data).cte("wanted", nesting=True)


def _slot(due: Due) -> str:
    """What names it among all that a school may be due: its kind with its day, or its year."""
    if due.once:
        return f"{due.kind.value}:{school_year_of(due.due_on)}"
    return _key(due.kind, due.due_on)


def _same(wanted: CTE) -> ColumnElement[bool]:
    same_day = or_(wanted.c.once, wanted.c.due_on == col(Duty.due_on))
    return and_(wanted.c.kind == col(Duty.kind), same_day)


def _applies(wanted: CTE, urn: Any) -> ColumnElement[bool]:
    """Whether something is wanted of a school with this URN: always, or as it is required."""
    required = exists().where(
        col(Requirement.urn) == urn,
        col(Requirement.what) == wanted.c.kind,
        col(Requirement.ended_on).is_(None),
    )
    return or_(~wanted.c.if_required, required)


def _cancel_unwanted(
    session: Session, planned: ColumnElement[bool], reason: str, wanted: CTE | None
) -> int:
    unwanted: ColumnElement[bool] = true()
    if wanted is not None:
        unwanted = ~exists().where(_same(wanted), _applies(wanted, col(Duty.urn)))
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
        "falls_behind": wanted.c.falls_behind,
    }
    # Everything that is wanted, of every one of these schools of which it is.
    pairs = select(*(value.label(name) for name, value in new.items())).select_from(
        urns.join(wanted, _applies(wanted, urns.c.urn))
    )
    return add_found(session, Duty, select(pairs.subquery()), unless_there=["key"])
