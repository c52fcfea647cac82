"""Working days and office hours against tables, properties and a calendar worked out by rule."""

import runpy
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import clocks

DAYS = st.dates(date(2012, 1, 1), date(2035, 12, 31))
COUNTS = st.integers(0, 120)
MOMENTS = st.datetimes(
    datetime(2012, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    datetime(2035, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- a calendar of our own: no list of dates, only the rules of the Banking and Financial
# Dealings Act 1971 and the common-law holidays, so that the package's list is checked as well


def easter_sunday(year: int) -> date:
    """The Gregorian Easter, by the anonymous algorithm (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)


def mondays(year: int, month: int) -> list[date]:
    days = (date(year, month, 1) + timedelta(days=n) for n in range(31))
    return [day for day in days if day.month == month and day.weekday() == 0]


def days_off_by_rule(year: int) -> set[date]:
    off = {
        easter_sunday(year) - timedelta(days=2),
        easter_sunday(year) + timedelta(days=1),
        mondays(year, 5)[0],
        mondays(year, 5)[-1],
        mondays(year, 8)[-1],
    }
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while fixed.weekday() > 4 or fixed in off:
            fixed += timedelta(days=1)
        off.add(fixed)
    return off


def working_days_by_rule(first_year: int, last_year: int) -> list[date]:
    off = set().union(*(days_off_by_rule(year) for year in range(first_year, last_year + 1)))
    start = date(first_year, 1, 1)
    days = [start + timedelta(days=n) for n in range((date(last_year, 12, 31) - start).days + 1)]
    return [day for day in days if day.weekday() < 5 and day not in off]


BY_RULE = working_days_by_rule(2026, 2028)


def month_ends(first_year: int, last_year: int) -> list[date]:
    firsts = [
        date(year, month, 1) for year in range(first_year, last_year + 1) for month in range(1, 13)
    ]
    return [first - timedelta(days=1) for first in firsts[1:]] + [date(last_year, 12, 31)]


def test_every_day_of_three_years_agrees_with_the_rules() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365 + 365 + 366)]
    assert [day for day in days if clocks.is_working_day(day)] == BY_RULE


@pytest.mark.parametrize("start", month_ends(2026, 2027), ids=str)
def test_periods_from_every_month_end_agree_with_the_rules(start: date) -> None:
    later = [day for day in BY_RULE if day > start]
    earlier = [day for day in reversed(BY_RULE) if day < start]
    for days in range(1, 61):
        assert clocks.add_working_days(start, days) == later[days - 1]
        assert clocks.working_days_between(start, later[days - 1]) == days
    for days in range(1, min(60, len(earlier)) + 1):
        assert clocks.subtract_working_days(start, days) == earlier[days - 1]


# --- the tables


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # Christmas 2026: Friday 25 December, Monday 28 in place of Boxing Day, Friday 1 January
        ("2026-12-23", 1, "2026-12-24"),
        ("2026-12-24", 1, "2026-12-29"),
        ("2026-12-25", 1, "2026-12-29"),
        ("2026-12-24", 3, "2026-12-31"),
        ("2026-12-24", 4, "2027-01-04"),
        ("2026-12-11", 15, "2027-01-06"),
        # Easter 2027: Good Friday 26 March, Easter Monday 29 March
        ("2027-03-25", 1, "2027-03-30"),
        ("2027-03-15", 10, "2027-03-31"),
        # bank holiday Mondays: 3 and 31 May, 30 August 2027
        ("2027-04-30", 1, "2027-05-04"),
        ("2027-05-28", 1, "2027-06-01"),
        ("2027-08-27", 5, "2027-09-06"),
        # 29 February 2028 is a Tuesday
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-02-29", 1, "2028-03-01"),
        ("2028-02-25", 3, "2028-03-01"),
        # counting starts the day after, from a day off too
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-11-22", 1, "2026-11-23"),
        ("2026-11-22", 0, "2026-11-22"),
    ],
)
def test_a_period_ends_on(start: str, days: int, end: str) -> None:
    assert clocks.add_working_days(date.fromisoformat(start), days) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("end", "days", "day"),
    [
        ("2027-01-04", 1, "2026-12-31"),
        ("2026-12-29", 1, "2026-12-24"),
        ("2026-12-28", 1, "2026-12-24"),
        ("2027-05-04", 5, "2027-04-26"),
        ("2028-03-01", 1, "2028-02-29"),
        ("2026-11-22", 0, "2026-11-22"),
    ],
)
def test_a_reminder_falls_on(end: str, days: int, day: str) -> None:
    assert clocks.subtract_working_days(date.fromisoformat(end), days) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-12-24", "2026-12-24"),
        ("2026-12-25", "2026-12-29"),
        ("2027-01-01", "2027-01-04"),
        ("2027-03-26", "2027-03-30"),
        ("2027-05-03", "2027-05-04"),
        ("2028-02-29", "2028-02-29"),
    ],
)
def test_next_working_day(day: str, expected: str) -> None:
    assert clocks.next_working_day(date.fromisoformat(day)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        # clocks change on Sundays 29 March and 25 October 2026, 28 March and 31 October 2027
        ("2026-03-28", time(9), "2026-03-28T09:00"),
        ("2026-03-29", time(9), "2026-03-29T08:00"),
        ("2026-03-30", time(9), "2026-03-30T08:00"),
        ("2026-10-24", time(9), "2026-10-24T08:00"),
        ("2026-10-25", time(9), "2026-10-25T09:00"),
        ("2026-10-26", time(9), "2026-10-26T09:00"),
        ("2027-03-27", time(9), "2027-03-27T09:00"),
        ("2027-03-28", time(9), "2027-03-28T08:00"),
        ("2027-10-30", time(9), "2027-10-30T08:00"),
        ("2027-10-31", time(9), "2027-10-31T09:00"),
        ("2026-07-01", time(0), "2026-06-30T23:00"),
        # skipped in March: winter time; shown twice in October: the first
        ("2026-03-29", time(1, 30), "2026-03-29T01:30"),
        ("2026-10-25", time(1, 30), "2026-10-25T00:30"),
    ],
)
def test_office_moment(day: str, at: time, moment: str) -> None:
    found = clocks.office_moment(date.fromisoformat(day), at)
    assert found == utc(moment)
    assert found.tzinfo is UTC


def test_office_moment_is_nine_unless_told() -> None:
    assert clocks.office_moment(date(2026, 11, 23)) == utc("2026-11-23T09:00")


@pytest.mark.parametrize(
    ("now", "open_", "next_"),
    [
        # in winter London keeps UTC
        ("2026-11-23T07:59:59.999999", False, "2026-11-23T08:00"),
        ("2026-11-23T08:00", True, "2026-11-23T08:00"),
        ("2026-11-23T17:59:59.999999", True, "2026-11-23T17:59:59.999999"),
        ("2026-11-23T18:00", False, "2026-11-24T08:00"),
        ("2026-11-27T18:00", False, "2026-11-30T08:00"),
        ("2026-11-28T07:00", False, "2026-11-30T08:00"),
        ("2026-11-29T12:00", False, "2026-11-30T08:00"),
        # in summer it is an hour ahead
        ("2026-07-01T06:59", False, "2026-07-01T07:00"),
        ("2026-07-01T07:00", True, "2026-07-01T07:00"),
        ("2026-07-01T17:00", False, "2026-07-02T07:00"),
        ("2026-07-01T23:30", False, "2026-07-02T07:00"),
        # across a clock change
        ("2026-03-27T18:00", False, "2026-03-30T07:00"),
        ("2026-10-23T17:00", False, "2026-10-26T08:00"),
        # across Christmas and Easter
        ("2026-12-24T18:00", False, "2026-12-29T08:00"),
        ("2026-12-28T12:00", False, "2026-12-29T08:00"),
        ("2027-03-25T18:00", False, "2027-03-30T07:00"),
    ],
)
def test_office_hours(now: str, open_: bool, next_: str) -> None:
    assert clocks.in_office_hours(utc(now)) is open_
    found = clocks.next_office_moment(utc(now))
    assert found == utc(next_)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-23T09:00", "2026-11-23T18:00"),
        ("2026-11-23T20:00", "2026-11-23T18:00"),
        ("2026-07-01T09:00", "2026-07-01T17:00"),
        ("2026-07-01T23:30", "2026-07-02T17:00"),
        ("2026-11-28T09:00", "2026-11-28T18:00"),
    ],
)
def test_office_hours_end(now: str, end: str) -> None:
    assert clocks.office_hours_end(utc(now)) == utc(end)


def test_the_day_in_london_begins_an_hour_before_utc_in_summer() -> None:
    assert clocks.london_date(utc("2026-06-30T22:59")) == date(2026, 6, 30)
    assert clocks.london_date(utc("2026-06-30T23:00")) == date(2026, 7, 1)
    assert clocks.london_date(utc("2026-12-31T23:59")) == date(2026, 12, 31)


def test_a_moment_is_the_same_whatever_zone_it_comes_in() -> None:
    tokyo = timezone(timedelta(hours=9))
    now = datetime(2026, 7, 2, 2, 0, tzinfo=tokyo)  # 18:00 on 1 July in London
    assert clocks.london_time(now).isoformat() == "2026-07-01T18:00:00+01:00"
    assert not clocks.in_office_hours(now)
    assert clocks.next_office_moment(now) == utc("2026-07-02T07:00")
    assert clocks.next_office_moment(datetime(2026, 7, 2, 1, 0, tzinfo=tokyo)).tzinfo is UTC


# --- what always holds


@given(DAYS, COUNTS)
def test_adding_and_counting_are_inverse(start: date, days: int) -> None:
    assert clocks.working_days_between(start, clocks.add_working_days(start, days)) == days


@given(DAYS, st.integers(1, 500))
def test_counting_and_adding_are_inverse(start: date, shift: int) -> None:
    end = clocks.next_working_day(start + timedelta(days=shift))
    assert clocks.add_working_days(start, clocks.working_days_between(start, end)) == end


@given(DAYS, COUNTS)
def test_from_a_working_day_subtracting_undoes_adding(day: date, days: int) -> None:
    start = clocks.next_working_day(day)
    assert clocks.subtract_working_days(clocks.add_working_days(start, days), days) == start
    assert clocks.add_working_days(clocks.subtract_working_days(start, days), days) == start


@given(DAYS, st.integers(1, 120))
def test_a_period_ends_on_a_working_day_and_a_longer_one_later(start: date, days: int) -> None:
    end = clocks.add_working_days(start, days)
    assert clocks.is_working_day(end)
    assert start <= clocks.add_working_days(start, days - 1) < end
    back = clocks.subtract_working_days(start, days)
    assert clocks.is_working_day(back)
    assert back < clocks.subtract_working_days(start, days - 1) <= start


@given(DAYS, st.integers(0, 400), COUNTS)
def test_a_later_start_never_ends_earlier(start: date, shift: int, days: int) -> None:
    later = start + timedelta(days=shift)
    assert clocks.add_working_days(start, days) <= clocks.add_working_days(later, days)
    assert clocks.next_working_day(start) <= clocks.next_working_day(later)


@given(DAYS, st.integers(0, 400))
def test_no_working_days_lie_between_a_day_and_an_earlier_one(day: date, shift: int) -> None:
    assert clocks.working_days_between(day, day - timedelta(days=shift)) == 0


@given(MOMENTS)
def test_the_next_office_moment_is_the_first_in_office_hours(now: datetime) -> None:
    found = clocks.next_office_moment(now)
    assert found >= now
    assert clocks.in_office_hours(found)
    assert clocks.next_office_moment(found) == found
    if found > now:
        assert not clocks.in_office_hours(now)
        assert not clocks.in_office_hours(found - timedelta(microseconds=1))
        assert clocks.london_time(found).time() == time(8)


@given(MOMENTS)
def test_office_hours_end_closes_the_day(now: datetime) -> None:
    end = clocks.office_hours_end(now)
    assert clocks.london_date(end) == clocks.london_date(now)
    assert not clocks.in_office_hours(end)
    if clocks.in_office_hours(now):
        assert now < end <= now + timedelta(hours=10)


# --- refusals


@pytest.mark.parametrize(
    "asks",
    [
        clocks.london_date,
        clocks.london_time,
        clocks.in_office_hours,
        clocks.next_office_moment,
        clocks.office_hours_end,
    ],
)
def test_a_naive_moment_is_refused(asks: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="naive"):
        asks(datetime(2026, 11, 23, 9, 0))  # noqa: DTZ001


@pytest.mark.parametrize("asks", [clocks.is_working_day, clocks.office_moment])
def test_a_moment_is_not_taken_for_a_day(asks: Callable[..., Any]) -> None:
    """A datetime equals no date, so Christmas would pass for a working day."""
    with pytest.raises(TypeError, match="london_date"):
        asks(utc("2026-12-25T00:00"))


@pytest.mark.parametrize("count", [clocks.add_working_days, clocks.subtract_working_days])
def test_a_negative_number_of_days_is_refused(count: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="-1"):
        count(date(2026, 11, 23), -1)


# --- the list of bank holidays


def test_the_list_reaches_a_year_beyond_this_release() -> None:
    """Fails when the package is replaced by an older one; `scc doctor` watches the wall clock."""
    assert clocks.bank_holidays_known_until() >= date(2027, 11, 30)


def test_the_reach_is_told_truly() -> None:
    """The last year told is complete, and the year after has no bank holiday at all."""
    until = clocks.bank_holidays_known_until()
    assert (until.month, until.day) == (12, 31)
    assert not any(clocks.is_working_day(day) for day in days_off_by_rule(until.year))
    beyond = (until + timedelta(days=n) for n in range(1, 400))
    assert all(clocks.is_working_day(day) == (day.weekday() < 5) for day in beyond)


def test_the_list_never_comes_from_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        pytest.fail("the bank holidays were asked for over the network")

    monkeypatch.setattr("requests.get", refuse)
    monkeypatch.delitem(sys.modules, "models.clocks")
    fresh = runpy.run_module("models.clocks")
    assert fresh["bank_holidays_known_until"]() == clocks.bank_holidays_known_until()
