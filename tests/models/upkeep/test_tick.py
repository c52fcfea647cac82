"""The pass of the clock: missed deadlines, reminders, chasers, digests."""

import shutil
import tempfile
import threading
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from models.clocks import in_office_hours, is_working_day, london_date, london_time
from models.database import connect, read, write
from models.events import Event, verify
from models.matters.events import DeadlineMissed
from models.matters.tables import Deadline, Reminder
from models.outbox import Message
from models.people.tables import Officer
from models.policy import Policy
from models.upkeep.clock import Tick, last_pass, stamp, tick
from tests.support.cases import Case
from tests.support.council import found_council
from tests.support.databases import sqlite_url


def london(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in winter, when London keeps UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def run(case: Case, moment: datetime) -> Tick:
    return tick(case.engine, case.policy, moment)


def queued(case: Case, kind: str) -> list[Message]:
    return [message for message in case.messages if message.kind == kind]


@pytest.fixture
def waiting(case: Case) -> Case:
    """A discussion held on Monday 23 November: a response is due on Monday 7 December."""
    case.started().discuss()
    assert case.due_on == date(2026, 12, 7)
    return case


def test_reminders_come_five_and_one_working_days_before_and_on_the_day(waiting: Case) -> None:
    heard = []
    day = date(2026, 11, 24)
    while day <= date(2026, 12, 23):
        for hour in (0, 7, 9, 17, 20):
            moment = london(day, hour)
            if run(waiting, moment).reminders:
                heard.append((day, hour))
        day += timedelta(days=1)
    assert heard == [
        (date(2026, 11, 30), 9),
        (date(2026, 12, 4), 9),
        (date(2026, 12, 7), 9),
        (date(2026, 12, 14), 9),
        (date(2026, 12, 21), 9),
    ]
    council = waiting.council
    to = [message.to_email for message in queued(waiting, "reminder")]
    assert to[:3] == [council.seo.email] * 3
    assert Counter(to[3:]) == {council.seo.email: 2, council.hos.email: 2}


def test_chasing_ends_when_the_response_is_judged(waiting: Case) -> None:
    waiting.now = london(date(2026, 12, 10), 10)
    run(waiting, waiting.now)
    waiting.respond()
    assert run(waiting, london(date(2026, 12, 14), 10)).reminders == 1, "it is not judged yet"
    waiting.now = london(date(2026, 12, 15), 10)
    waiting.respond("satisfactory")
    assert run(waiting, london(date(2027, 2, 1), 10)).reminders == 0


def test_a_missed_deadline_is_marked_once_with_its_true_date(waiting: Case) -> None:
    assert run(waiting, london(date(2026, 12, 7), 23)).deadlines_missed == 0
    midnight = london(date(2026, 12, 8), 0)
    assert run(waiting, midnight).deadlines_missed == 1
    assert run(waiting, midnight).deadlines_missed == 0
    [event] = [each for each in waiting.all(Event) if each.kind == DeadlineMissed.kind]
    assert (event.actor, event.facts["due_on"]) == ("the clock", "2026-12-07")
    assert queued(waiting, "reminder") == [], "nobody is told at midnight"


def test_a_second_pass_at_the_same_moment_does_nothing(waiting: Case) -> None:
    moment = london(date(2026, 12, 15), 9)
    first = run(waiting, moment)
    assert (first.deadlines_missed, first.reminders, first.digests) == (1, 4, 3)
    before = (waiting.messages, waiting.all(Event), waiting.all(Reminder))
    assert run(waiting, moment) == Tick(moment, 0, 0, 0)
    assert (waiting.messages, waiting.all(Event), waiting.all(Reminder)) == before


def test_off_for_three_weeks_each_person_gets_one_message(case: Case) -> None:
    for school in ("maintained", "academy", "church"):
        case.started(school=school).discuss()
    run(case, london(date(2026, 11, 24), 9))
    assert queued(case, "reminder") == []
    done = run(case, london(date(2026, 12, 16), 9))
    assert (done.deadlines_missed, done.reminders) == (3, 12)
    council = case.council
    messages = {message.to_email: message for message in queued(case, "reminder")}
    assert len(queued(case, "reminder")) == len(messages) == 2
    with read(case.engine) as session:
        reminders = {each.id: each for each in session.exec(select(Reminder))}
        missed = session.exec(select(Event).where(Event.kind == DeadlineMissed.kind)).all()
        assert [event.facts["due_on"] for event in missed] == ["2026-12-07"] * 3
        assert len({event.facts["deadline"] for event in missed}) == 3
        assert verify(session) is None
    told = messages[council.seo.email].tells.reminders
    assert len(told) == len(set(told)) == 12
    of_hos = messages[council.hos.email].tells.reminders
    assert {reminders[key].kind for key in of_hos} == {"overdue"}
    still_open = [each for each in reminders.values() if each.state == "open"]
    assert {each.due_at for each in still_open} == {london(date(2026, 12, 21), 9)}
    assert Counter(each.deadline_id for each in still_open).most_common(1)[0][1] == 1


def test_nobody_is_silent_when_the_case_officer_has_left(waiting: Case) -> None:
    with write(waiting.engine) as session:
        session.get_one(Officer, waiting.council.seo.id).active = False
        session.flush()
    run(waiting, london(date(2026, 11, 30), 9))
    [message] = queued(waiting, "reminder")
    assert message.to_email == waiting.council.hos.email


def test_the_digest_comes_once_a_working_day_from_half_past_eight(waiting: Case) -> None:
    day = date(2026, 12, 2)
    assert run(waiting, london(day, 8, 29)).digests == 0
    assert run(waiting, london(day, 8, 30)).digests == 3
    for hour in (9, 12, 17):
        assert run(waiting, london(day, hour)).digests == 0
    assert run(waiting, london(date(2026, 12, 5), 10)).digests == 0, "Saturday"
    assert run(waiting, london(day, 10)).digests == 0, "an earlier day, once more"
    council = waiting.council
    assert {message.to_email for message in queued(waiting, "digest")} == {
        council.seo.email,  # the response is due on the seventh
        council.hos.email,  # the note waits for approval
        council.hos2.email,
    }


def test_no_digest_for_somebody_with_nothing_due(case: Case) -> None:
    case.started()
    assert run(case, london(date(2026, 11, 24), 9)).digests == 0


def test_reminders_leave_by_the_end_of_office_hours(waiting: Case) -> None:
    run(waiting, london(date(2026, 11, 30), 9))
    [message] = queued(waiting, "reminder")
    assert message.leave_by == london(date(2026, 11, 30), 18)


def test_the_stamp_says_when_the_clock_went_round(engine: Engine) -> None:
    assert last_pass(engine) is None
    for moment in (london(date(2026, 11, 24), 9), london(date(2026, 11, 24), 10)):
        stamp(engine, moment)
        assert last_pass(engine) == moment


def test_two_clocks_at_once_have_one_effect(case: Case, database_url: str) -> None:
    for school in ("maintained", "academy", "church"):
        case.started(school=school).discuss()
    moment = london(date(2026, 12, 15), 9)
    barrier = threading.Barrier(4)
    done: list[Tick] = []
    failed: list[BaseException] = []

    def go() -> None:
        engine = connect(database_url)
        try:
            barrier.wait(20)
            done.append(tick(engine, case.policy, moment))
        except BaseException as error:
            failed.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sum(each.deadlines_missed for each in done) == 3
    assert sum(each.reminders for each in done) == 12
    assert sum(each.digests for each in done) == 3
    assert len(queued(case, "reminder")) == 2
    with read(case.engine) as session:
        events = session.exec(select(Event).where(Event.kind == DeadlineMissed.kind)).all()
        assert len(events) == 3
        assert verify(session) is None


# --- any sequence of passes

MOMENTS = st.lists(
    st.datetimes(
        datetime(2026, 11, 23, 11),  # noqa: DTZ001 - hypothesis adds the time zone
        datetime(2027, 4, 30),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    min_size=1,
    max_size=12,
)


@given(moments=MOMENTS, in_order=st.booleans())
@settings(max_examples=25, deadline=None)
def test_whenever_the_clock_goes_round(
    sqlite_template: Path, policy: Policy, moments: list[datetime], in_order: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copyfile(sqlite_template, Path(folder) / "scc.db")
        engine = connect(sqlite_url(file))
        case = Case(engine, policy, found_council(engine))
        for school in ("maintained", "academy"):
            case.started(school=school).discuss()
        for moment in sorted(moments) if in_order else moments:
            tick(engine, policy, moment)
        _check(case, max(moments))
        engine.dispose()


def _check(case: Case, latest: datetime) -> None:
    by_clock = [message for message in case.messages if message.kind in ("reminder", "digest")]
    for message in by_clock:
        assert in_office_hours(message.queued_at)
        local = london_time(message.queued_at)
        assert is_working_day(local.date())
        assert time(8) <= local.time() < time(18)
    digests = Counter(
        (each.to_email, each.data["day"]) for each in by_clock if each.kind == "digest"
    )
    assert set(digests.values()) <= {1}
    with read(case.engine) as session:
        deadlines = session.exec(select(Deadline)).all()
        reminders = session.exec(select(Reminder)).all()
        missed = session.exec(select(Event).where(Event.kind == DeadlineMissed.kind)).all()
        assert verify(session) is None
    expected = {each.id for each in deadlines if each.due_on < london_date(latest)}
    assert {each.id for each in deadlines if each.state == "missed"} == expected
    assert Counter(event.facts["deadline"] for event in missed) == Counter(expected)
    for deadline in deadlines:
        mine = [each for each in reminders if each.deadline_id == deadline.id]
        chasers = [each for each in mine if each.kind == "overdue" and each.state == "open"]
        assert len(chasers) == 1, "there is always one chaser to come"
