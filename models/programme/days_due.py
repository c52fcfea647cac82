"""What the policy wants of a school year: how often something is due, as days.

A part of the year (the whole of it, a term, a half-term, a month) in which something is due n
times is cut into n equal parts of working days, and one is due by the end of each. So the days
follow from the policy alone: whatever is planned again finds what is there, and a school that
comes to a level in February gets what that level has left of the year.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from models.clocks import add_working_days, is_working_day
from models.policy.programme import (
    Frequency,
    LevelRule,
    Programme,
    SchoolYear,
    school_year_of,
)
from models.programme.tables import DutyKind

MONTHLY = Frequency(times=1, per="month")
QUARTERLY = Frequency(times=4, per="year")
HALF_TERMLY = Frequency(times=1, per="half_term")
BOARD_REPORT_BEFORE_END_OF_TERM = timedelta(days=7)


class Due(NamedTuple):
    """Something that the policy wants done by a day; `number` counts its kind through the year.

    What is due `once` in a school year is the same on whatever day; what is wanted `if_required`,
    only of schools that require it. A school `falls_behind` while it is late.
    """

    kind: DutyKind
    due_on: date
    number: int
    once: bool = False
    if_required: bool = False
    falls_behind: bool = False


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
        DutyKind.VISIT: visits_due(rule, year),
        DutyKind.REPORT: rule.reports,
        DutyKind.EVALUATION: MONTHLY if rule.evaluated_monthly else None,
    }
    due = [
        due for kind, frequency in often.items() if frequency for due in _of(kind, frequency, year)
    ]
    return due + _meetings(rule, year)


def _meetings(rule: LevelRule, year: SchoolYear) -> list[Due]:
    """The meetings of the strategy group, of which Table 1 says “monthly / half-termly”."""
    frequency = rule.sisg or (HALF_TERMLY if rule.sisg_if_required else None)
    if frequency is None:
        return []
    meetings = _of(DutyKind.SISG_MEETING, frequency, year)
    return [due._replace(if_required=rule.sisg_if_required) for due in meetings]


def once_at_level(rule: LevelRule, year: SchoolYear, on: date) -> list[Due]:
    """What a school that comes to a level on this day is due once in what is left of the year.

    Nothing where the year has not so many days left: the next one has it.
    """
    left = [day for day in term_days(year) if day > on]
    return [
        Due(
            kind,
            left[each.within_working_days - 1],
            1,
            once=True,
            if_required=each.if_required,
            falls_behind=each.falls_behind,
        )
        for kind, each in rule.once.items()
        if each.within_working_days <= len(left)
    ]


def day_of_term(programme: Programme, on: date, working_days: int) -> date:
    """The day so many working days of term after this one: never in a holiday.

    After the last day of the terms that are known, working days are counted instead.
    """
    years = (programme.year(school_year_of(on) + later) for later in (0, 1))
    days = [day for year in years if year for day in term_days(year) if day > on]
    if len(days) >= working_days:
        return days[working_days - 1]
    return add_working_days(days[-1] if days else on, working_days - len(days))


def visits_due(rule: LevelRule, year: SchoolYear) -> Frequency:
    """How often a visit falls due: of “up to” so many the least number, never more than those."""
    if not rule.visits_are_at_most:
        return rule.visits
    return min(rule.visits_at_least, rule.visits, key=lambda often: len(spread(often, year)))


def visits_at_most(rule: LevelRule, year: SchoolYear) -> int | None:
    """How many visits a school at a level of “up to” so many has at most in a school year."""
    return len(spread(rule.visits, year)) if rule.visits_are_at_most else None


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
