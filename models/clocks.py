"""Working days and office hours: the calendar behind every deadline and reminder.

Moments are aware datetimes in UTC, calendar days are plain dates as people in London see them.
Nothing here reads the clock: whoever needs the time passes it in.

A working day is not a Saturday, a Sunday or a bank holiday in England and Wales. The bank
holidays are GOV.UK's own list, as embedded in the `govuk-bank-holidays` package: it covers whole
years from 2012 to `bank_holidays_known_until()`. Outside that reach only weekends are excluded,
so a deadline beyond it may come out a few days early.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

from models.refusals import InvalidInput

LONDON = ZoneInfo("Europe/London")
OPENS = time(8, 0)
CLOSES = time(18, 0)

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
SKEW = timedelta(minutes=1)  # by which the clocks of two machines may differ

# The embedded list, never the download: the same case must get the same deadline on every machine.
_BANK_HOLIDAYS: frozenset[date] = frozenset(
    holiday["date"]
    for holiday in BankHolidays(use_cached_holidays=True).get_holidays(
        division=BankHolidays.ENGLAND_AND_WALES
    )
)


def london_time(now: datetime) -> datetime:
    """The moment as London's clocks show it. Raises ValueError for a naive datetime."""
    if now.utcoffset() is None:
        raise ValueError("a moment needs its time zone: this datetime is naive")
    return now.astimezone(LONDON)


def london_date(now: datetime) -> date:
    """The calendar day in London at this moment. Raises ValueError for a naive datetime."""
    return london_time(now).date()


def long_date(day: date) -> str:
    """A date as people write it: 3 December 2026."""
    return f"{day.day} {day:%B %Y}"


def month_words(day: date) -> str:
    """The month of a day: November 2026."""
    return f"{day:%B} {day.year}"


def time_words(moment: datetime) -> str:
    """The time of day in London as the GOV.UK style guide writes it: 9:05am, 2pm, midday.

    Raises ValueError for a naive datetime.
    """
    there = london_time(moment)
    if there.minute == 0 and there.hour in (0, 12):
        return "midday" if there.hour else "midnight"
    minutes = f":{there:%M}" if there.minute else ""
    return f"{there.hour % 12 or 12}{minutes}{'pm' if there.hour >= 12 else 'am'}"


def period_words(starts_at: datetime, ends_at: datetime) -> str:
    """A day in London with two times: 3 December 2026, 10am to 11:30am."""
    day = long_date(london_date(starts_at))
    return f"{day}, {time_words(starts_at)} to {time_words(ends_at)}"


def is_working_day(day: date) -> bool:
    """Whether the day is neither Saturday, Sunday nor a bank holiday in England and Wales.

    Beyond `bank_holidays_known_until()` only weekends count as days off.
    Raises TypeError for a datetime: whose day it is depends on the time zone (`london_date`).
    """
    if isinstance(day, datetime):
        raise TypeError("a calendar day is wanted, not a moment: use london_date")
    return day.weekday() < _SATURDAY and day not in _BANK_HOLIDAYS


def add_working_days(start: date, days: int) -> date:
    """The working day on which a period of so many working days ends.

    Counting starts the day after `start`, whether or not `start` is a working day itself, as for
    the periods of the policy and of section 60 notices; no days at all is `start` itself.
    Bank holidays count as far as `bank_holidays_known_until()`. Raises ValueError below 0 days.
    """
    return _walk(start, days, _ONE_DAY)


def subtract_working_days(end: date, days: int) -> date:
    """The working day so many working days before `end`; no days at all is `end` itself.

    From a working day this undoes `add_working_days`. Bank holidays count as far as
    `bank_holidays_known_until()`. Raises ValueError below 0 days.
    """
    return _walk(end, days, -_ONE_DAY)


def _walk(day: date, working_days: int, stride: timedelta) -> date:
    if working_days < 0:
        raise ValueError(f"working days cannot be negative: {working_days}")
    while working_days:
        day += stride
        working_days -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and including `end`; 0 if `end` is not later.

    For a working day `end` after `start`, `add_working_days(start, …)` of the result is `end`.
    Bank holidays count as far as `bank_holidays_known_until()`.
    """
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def next_working_day(day: date) -> date:
    """The day itself if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += _ONE_DAY
    return day


def office_moment(day: date, at: time = time(9, 0)) -> datetime:
    """The moment, in UTC, at which London's clocks show this time on this day.

    Of a time that the clocks show twice (October) this is the first; a time that they skip
    (March) is read on winter time. Office hours hold neither. Raises TypeError for a datetime.
    """
    if isinstance(day, datetime):
        raise TypeError("a calendar day is wanted, not a moment: use london_date")
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def in_office_hours(now: datetime) -> bool:
    """Whether it is a working day in London, from 08:00 to just before 18:00.

    Raises ValueError for a naive datetime.
    """
    local = london_time(now)
    return is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def next_office_moment(now: datetime) -> datetime:
    """The moment itself in office hours, else the next opening (08:00 in London), in UTC.

    Raises ValueError for a naive datetime.
    """
    if in_office_hours(now):
        return now.astimezone(UTC)
    local = london_time(now)
    before_opening = local.time() < OPENS
    first = local.date() if before_opening else local.date() + _ONE_DAY
    return office_moment(next_working_day(first), OPENS)


def office_hours_end(now: datetime) -> datetime:
    """18:00 in London on the London day of this moment, in UTC, on days off as well.

    Raises ValueError for a naive datetime.
    """
    return office_moment(london_date(now), CLOSES)


def bank_holidays_known_until() -> date:
    """The last day for which the embedded list of bank holidays is known to be complete.

    GOV.UK publishes whole years, so a list that ends with a December holiday holds to
    31 December; one that ended earlier in its year would hold to its last holiday only.
    """
    last = max(_BANK_HOLIDAYS)
    return date(last.year, 12, 31) if last.month == 12 else last


def is_recent(at: datetime, now: datetime, within: timedelta) -> bool:
    """Whether a moment on record lies less than so long ago.

    One that lies ahead was written by a clock that has been put right since, and says nothing.
    """
    return -SKEW <= now - at < within


def is_ahead(at: datetime, now: datetime) -> bool:
    """Whether a moment on record cannot have been yet: the clock was wrong when it was written."""
    return at > now + SKEW


# A year typed with two digits is a slip, not the first century.
EARLIEST_YEAR, LATEST_YEAR = 2000, 2199


def past_day(field: str, day: object, now: datetime) -> date:
    """A day that has come, with a full year; raises InvalidInput."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InvalidInput(field, "Enter a date, such as 2026-11-30.")
    if day.year < EARLIEST_YEAR:
        raise InvalidInput(field, "Enter the year with four digits, such as 2026.")
    if day > london_date(now):
        raise InvalidInput(field, "The date must be today or in the past.")
    return day


def working_days(count: int) -> str:
    """So many working days, in words."""
    return f"{count} working day{'' if count == 1 else 's'}"


def time_left(day: date, today: date) -> str:
    """How far off a day is: "6 working days left", "today", "2 working days ago"."""
    if day == today:
        return "today"
    if day > today:
        return f"{working_days(working_days_between(today, day))} left"
    return f"{working_days(working_days_between(day, today))} ago"


_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?", re.ASCII
)
_BEFORE_SCHOOL = range(1, 7)  # hours that people who write no "pm" mean for the afternoon


def time_of_day(field: str, text: str) -> time:
    """A time as people type it: 10:30, 1030, 14:00, 2:30pm; raises InvalidInput.

    Of 2:30 nobody can say which half of the day is meant, so it is asked; 02:30 is at night.
    """
    found = _TIME.fullmatch(text.strip().lower())
    if found is None or (found["minute"] is None and found["half"] is None):
        raise InvalidInput(field, "Enter a time, such as 10:30 or 2:30pm.")
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"] and not 1 <= hour <= 12:
        raise InvalidInput(field, "Enter a time, such as 10:30 or 2:30pm.")
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    elif len(found["hour"]) == 1 and hour in _BEFORE_SCHOOL:
        typed = f"{hour}:{minute:02}"
        raise InvalidInput(field, f"Say which half of the day: enter {typed}am or {typed}pm.")
    if hour > 23 or minute > 59:
        raise InvalidInput(field, "Enter a time, such as 10:30 or 2:30pm.")
    return time(hour, minute)


def moment_at(field: str, day: date, at: time) -> datetime:
    """The moment, in UTC, at which London's clocks show this time on this day.

    Raises InvalidInput for a time that they skip (March) or show twice (October).
    """
    there = datetime.combine(day, at, LONDON)
    if there.utcoffset() == there.replace(fold=1).utcoffset():
        return there.astimezone(UTC)
    shown = there.astimezone(UTC).astimezone(LONDON)
    when = f"{at:%H:%M} on {long_date(day)}"
    if shown.replace(tzinfo=None) != there.replace(tzinfo=None):
        raise InvalidInput(
            field, f"There is no {when}: the clocks go forward then. Enter another time."
        )
    raise InvalidInput(field, f"The clocks go back, and show {when} twice. Enter another time.")
