"""Planning the support programme: how often something is due, as days of a school year.

A part of the year (the whole of it, a term, a half-term, a month) in which something is due n
times is cut into n equal parts of working days, and one is due by the end of each. So the days
follow from the policy alone: whatever is planned again finds what is there, and a school that
comes to a level in February gets what that level has left of the year.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

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

from models.clocks import is_working_day
from models.policy import Policy
from models.policy.programme import Frequency, LevelRule, SchoolYear, school_year_of
from models.programme.tables import Duty, DutyKind, DutyState
from models.rows import add_all, add_found, change_where, find, find_first
from models.schools.tables import RiskLevel, School

MONTHLY = Frequency(times=1, per="month")
QUARTERLY = Frequency(times=4, per="year")
BOARD_REPORT_BEFORE_END_OF_TERM = timedelta(days=7)


class Due(NamedTuple):
    """Something that the policy wants done by a day; `number` counts its kind through the year."""

    kind: DutyKind
    due_on: date
    number: int


# Days of a school year ---------------------------------------------------------------------


def term_days(year: SchoolYear) -> list[date]:
    """The working days of a school year, in order: in term, and not of a half-term holiday."""
    return [day for half in _halves(year) for day in half]


def spread(frequency: Frequency, year: SchoolYear) -> list[date]:
    """The days by which something is due in a school year, in order, never two on one day."""
    return [day for part in _parts(frequency, year) for day in _ends(part, frequency.times)]


def _ends(days: list[date], times: int) -> Iterator[date]:
    """The last day of each of so many equal parts of these days; at most each day once."""
    times = min(times, len(days))
    return (days[-(-number * len(days) // times) - 1] for number in range(1, times + 1))


def _parts(frequency: Frequency, year: SchoolYear) -> list[list[date]]:
    """The parts of the year in each of which something is due, as their working days."""
    if frequency.per == "year":
        return [term_days(year)]
    if frequency.per == "term":
        return [first + second for first, second in _terms(year)]
    if frequency.per == "half_term":
        return _halves(year)
    months = groupby(term_days(year), key=lambda day: (day.year, day.month))
    return [list(days) for _, days in months]


def _terms(year: SchoolYear) -> list[tuple[list[date], list[date]]]:
    return [
        (_working_days(*before), _working_days(*after))
        for before, after in (term.halves() for term in year.terms)
    ]


def _halves(year: SchoolYear) -> list[list[date]]:
    return [half for halves in _terms(year) for half in halves]


def _working_days(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]


# What is wanted ----------------------------------------------------------------------------


def of_level(rule: LevelRule, year: SchoolYear) -> list[Due]:
    """What a school at a level is due in a whole school year (Table 1; part 3: each month)."""
    often = {
        DutyKind.VISIT: rule.visits,
        DutyKind.REPORT: rule.reports,
        DutyKind.SISG_MEETING: rule.sisg,
        DutyKind.EVALUATION: MONTHLY if rule.evaluated_monthly else None,
    }
    return [
        due for kind, frequency in often.items() if frequency for due in _of(kind, frequency, year)
    ]


@lru_cache
def _of(kind: DutyKind, frequency: Frequency, year: SchoolYear) -> list[Due]:
    return [Due(kind, day, place) for place, day in enumerate(spread(frequency, year), start=1)]


def of_council(year: SchoolYear, register_reviews: Frequency = QUARTERLY) -> list[Due]:
    """What is due of the whole register in a school year (part 3).

    A review of actions in each week of term: on its Friday, or on the last working day that term
    has in that week. A report to the Challenge Board each term, a week before its end. A review of
    the whole register as often as the policy says (part 8: quarterly).
    """
    weeks = groupby(term_days(year), key=lambda day: day.isocalendar()[:2])
    reviews = [list(days)[-1] for _, days in weeks]
    reports = [
        max(
            day for day in term_days(year) if day <= term.last_day - BOARD_REPORT_BEFORE_END_OF_TERM
        )
        for term in year.terms
    ]
    return [
        *(Due(DutyKind.ACTION_REVIEW, day, n) for n, day in enumerate(reviews, start=1)),
        *(Due(DutyKind.BOARD_REPORT, day, n) for n, day in enumerate(reports, start=1)),
        *_of(DutyKind.QUARTERLY_REVIEW, register_reviews, year),
    ]


# Planning ----------------------------------------------------------------------------------


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
    open_schools = select(col(School.urn)).where(
        which, or_(col(School.closed_on).is_(None), col(School.closed_on) > on)
    )
    planned = (
        (col(Duty.state) == DutyState.PLANNED)
        & (col(Duty.school_year) == school_year)
        & (col(Duty.due_on) >= on)
        & col(Duty.urn).in_(open_schools)
    )
    table = _wanted(wanted) if wanted else None
    _cancel_unwanted(session, planned, level, table)
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
    session: Session, planned: ColumnElement[bool], level: RiskLevel, wanted: CTE | None
) -> None:
    unwanted = true() if wanted is None else ~exists().where(_same(wanted))
    change_where(
        session,
        Duty,
        planned,
        unwanted,
        state=DutyState.CANCELLED,
        reason=f"The school was placed at {level.label}.",
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
