"""The months and terms whose evaluations are presented, by name and by their days.

Nothing here knows the database or the time of day.
"""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from models.policy import Policy
from models.policy.programme import SchoolYear, school_year_of
from models.presentations.tables import PresentationKind
from models.refusals import InvalidInput

MONTHS_OFFERED = 12
_SPOKEN = re.compile("([0-9]{4})-(0[1-9]|1[0-2])")


class Period(NamedTuple):
    """A month or a term: `key` names it in addresses, both days are included."""

    kind: PresentationKind
    key: str
    words: str
    first_day: date
    last_day: date

    @property
    def title(self) -> str:
        """What its presentation is called."""
        return f"{self.kind.label}: {self.words}"


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    last = monthrange(day.year, day.month)[1]
    return Period(
        PresentationKind.MONTHLY,
        f"{day:%Y-%m}",
        f"{day:%B %Y}",
        day.replace(day=1),
        day.replace(day=last),
    )


def terms_of(year: SchoolYear) -> list[Period]:
    """The terms of a school year."""
    return [
        Period(
            PresentationKind.TERMLY,
            f"{year.begins}-{number}",
            f"{term.name} term {year.name}",
            term.first_day,
            term.last_day,
        )
        for number, term in enumerate(year.terms, start=1)
    ]


def begun(policy: Policy, kind: PresentationKind, today: date) -> list[Period]:
    """The periods that have begun, the latest first: of months the last twelve."""
    if kind is PresentationKind.TERMLY:
        terms = [term for year in policy.programme.years for term in terms_of(year)]
        return sorted((term for term in terms if term.first_day <= today), key=_begins)[::-1]
    periods = [month_of(today)]
    while len(periods) < MONTHS_OFFERED:
        periods.append(month_of(date.fromordinal(periods[-1].first_day.toordinal() - 1)))
    return periods


def _begins(period: Period) -> date:
    return period.first_day


def ended_last(policy: Policy, kind: PresentationKind, today: date) -> Period | None:
    """The period whose last day passed last, if there is one."""
    return next((each for each in begun(policy, kind, today) if each.last_day < today), None)


def find_period(policy: Policy, kind: PresentationKind, key: str, today: date) -> Period:
    """The period of this name; raises InvalidInput for one that there is not, or not yet."""
    named = _SPOKEN.fullmatch(key) if kind is PresentationKind.MONTHLY else None
    if named and 2000 <= int(named[1]) <= 2199:
        found = month_of(date(int(named[1]), int(named[2]), 1))
        if found.first_day > today:
            raise InvalidInput("period", f"{found.words} has not begun.")
        return found
    for term in begun(policy, kind, today) if kind is PresentationKind.TERMLY else ():
        if term.key == key:
            return term
    example = begun(policy, kind, today)
    such = f", such as {example[0].key}" if example else ""
    what = "month" if kind is PresentationKind.MONTHLY else "term that has begun"
    raise InvalidInput("period", f"Choose a {what}{such}.")


def is_of_term(policy: Policy, period: Period) -> bool:
    """Whether any day of a period lies in a term that the policy knows."""
    years = {school_year_of(period.first_day), school_year_of(period.last_day)}
    return any(
        term.first_day <= period.last_day and term.last_day >= period.first_day
        for year in policy.programme.years
        if year.begins in years
        for term in year.terms
    )
