"""What the Department does about a school: notices announced for comment, and RISE support."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.dashboard.calendar import calendar
from models.database import read
from models.events import verify
from models.matters.tables import Deadline, DeadlineState, Reminder, ReminderState
from models.outbox import Message
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.school_record.rise import RiseSupportNow, change_rise_support
from models.school_record.tables import DepartmentNotice, RiseSupport
from models.upkeep.clock import tick
from tests.support.council import NOW, Council
from tests.support.school_records import SchoolRecord

TODAY = NOW.date()


@pytest.fixture
def record(engine: Engine, policy: Policy, council: Council) -> SchoolRecord:
    return SchoolRecord(engine, policy, council)


def rows(record: SchoolRecord, table: Any) -> list[Any]:
    with read(record.engine) as session:
        return list(session.exec(select(table).order_by(col(table.id))))


def changed(record: SchoolRecord, support: RiseSupport, **values: Any) -> None:
    with record.acting() as acting:
        change_rise_support(acting, support.id, RiseSupportNow(**values))


def test_a_notice_sets_its_clock_and_the_answer_stops_it(record: SchoolRecord) -> None:
    notice = record.announced()
    [deadline] = rows(record, Deadline)
    assert (deadline.kind, deadline.due_on) == ("comment", date(2026, 12, 4))
    assert "comments on the notice to enter into arrangements" in deadline.rule
    assert deadline.rule.startswith(record.council.hos.name)
    record.answer(notice, answer="We know of a better partner.")
    [answered] = rows(record, DepartmentNotice)
    assert (answered.answer, answered.answered_on) == ("We know of a better partner.", TODAY)
    assert answered.answered_by_id == record.council.seo.id
    [deadline] = rows(record, Deadline)
    assert deadline.state is DeadlineState.MET
    assert not [each for each in rows(record, Reminder) if each.state is ReminderState.OPEN]
    with pytest.raises(NotPossible, match="already been recorded"):
        record.answer(notice)
    assert record.kinds == [
        *("school_record_opened", "department_notice_recorded", "deadline_set"),
        "department_notice_answered",
    ]
    with read(record.engine) as session:
        assert verify(session) is None
        assert examine(session).intact


def told(record: SchoolRecord, day: date) -> dict[str, set[str]]:
    """Who is reminded, and who has a digest, on the morning of a day."""
    tick(record.engine, record.policy, datetime.combine(day, time(9), UTC))
    queued = [each for each in rows(record, Message) if each.queued_at.date() == day]
    return {
        kind: {each.to_email for each in queued if each.kind == kind}
        for kind in ("reminder", "digest")
    }


def test_who_is_to_answer_is_told_at_once_unless_they_recorded_it_themselves(
    record: SchoolRecord,
) -> None:
    record.announced(answering=record.council.seo.email)
    assert rows(record, Message) == []
    record.announced(answering=record.council.seo2.email)
    [message] = rows(record, Message)
    assert (message.to_email, message.tells.what) == (record.council.seo2.email, "department_asks")


def test_who_is_to_answer_is_reminded_like_whoever_looks_after_the_record(
    record: SchoolRecord,
) -> None:
    council = record.council
    notice = record.announced(answering=council.seo2.email)
    both = {council.seo.email, council.seo2.email}
    for day in (date(2026, 11, 27), date(2026, 12, 4)):
        assert told(record, day) == {"reminder": both, "digest": both}
    with read(record.engine) as session:
        [entry] = calendar(session, record.policy, council.seo2, today=TODAY)
    assert entry.day == date(2026, 12, 4)
    heads = {council.hos.email, council.hos2.email}
    assert told(record, date(2026, 12, 11)) == {"reminder": both | heads, "digest": both}
    record.answer(notice)
    assert told(record, date(2026, 12, 18)) == {"reminder": set(), "digest": set()}


def test_who_is_to_answer_hears_nothing_of_a_record_that_is_hidden_from_them(
    record: SchoolRecord,
) -> None:
    record.announced(answering=record.council.seo2.email)
    record.restrict()
    seo = {record.council.seo.email}
    assert told(record, date(2026, 12, 4)) == {"reminder": seo, "digest": seo}


def test_each_notice_is_for_its_kind_of_school(record: SchoolRecord) -> None:
    with pytest.raises(InvalidInput, match="for academies only"):
        record.announced(kind="termination_warning_notice")
    with pytest.raises(InvalidInput, match="Choose from"):
        record.announced(kind="academy_order")
    record.urn = record.council.academy.urn
    with pytest.raises(InvalidInput, match="for maintained schools only"):
        record.announced()
    record.announced(kind="termination_warning_notice")


WRONG = {
    "told tomorrow": ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
    "due before it came": ({"comment_by": TODAY - timedelta(days=1)}, "comment_by"),
    "due in two years": ({"comment_by": TODAY + timedelta(days=731)}, "comment_by"),
    "about nothing": ({"summary": " "}, "summary"),
    "nobody answers": ({"answering": "nobody@fernshire.example"}, "answering"),
    "a viewer answers": ({"answering": "viewer@fernshire.example"}, "answering"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_notice_must_say(record: SchoolRecord, wrong: str) -> None:
    values, field = WRONG[wrong]
    with pytest.raises(InvalidInput) as refused:
        record.announced(**values)
    assert [name for name, _ in refused.value.errors] == [field]
    assert not rows(record, Deadline)


def test_whoever_does_not_see_the_record_neither_answers_nor_is_to_answer(
    record: SchoolRecord,
) -> None:
    notice = record.announced(by="seo2")
    record.restrict()
    with pytest.raises(NotFound):
        record.answer(notice, by="seo")
    with pytest.raises(InvalidInput, match="sees this school’s record"):
        record.announced(by="seo2", answering=record.council.seo.email)
    with pytest.raises(NotAllowed):
        record.announced(by="viewer")


def test_an_answer_is_not_older_than_the_notice(record: SchoolRecord) -> None:
    notice = record.announced()
    with pytest.raises(InvalidInput, match="on or after 23 November 2026"):
        record.answer(notice, answered_on=TODAY - timedelta(days=1))


def test_support_is_recorded_matched_and_ended(record: SchoolRecord) -> None:
    support = record.supported()
    changed(record, support, adviser="Mr T. Alder", supporting_organisation="The Larch Trust")
    [now] = rows(record, RiseSupport)
    assert (now.adviser, now.supporting_organisation) == ("Mr T. Alder", "The Larch Trust")
    assert now.ended_on is None
    with pytest.raises(InvalidInput, match="on or after 23 November 2026"):
        changed(record, support, adviser="Mr T. Alder", ended_on=TODAY - timedelta(days=1))
    with pytest.raises(InvalidInput):
        changed(record, support, adviser="")
    changed(record, support, adviser="Mr T. Alder", ended_on=TODAY)
    with pytest.raises(NotPossible, match="has ended"):
        changed(record, support, adviser="Mr T. Alder")
    assert record.kinds[1:] == [
        *("rise_support_recorded", "rise_support_changed", "rise_support_changed")
    ]
    with read(record.engine) as session:
        assert verify(session) is None
        assert examine(session).intact
