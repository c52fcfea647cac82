"""Priorities of improvement plans: recorded, changed with history, followed by month, ended."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.actions.following import ActionNow, change_action
from models.actions.tables import AgreedAction
from models.database import read
from models.events import verify
from models.inputs import refusing
from models.people.access import RULES, Act, reader
from models.people.acting import Acting
from models.policy import Policy
from models.priorities import shown
from models.priorities.keeping import (
    PriorityChange,
    PriorityEnd,
    PriorityNow,
    add_priority,
    change_priority,
    end_priority,
)
from models.priorities.months import HowFarInMonth, HowFarOf, say_month
from models.priorities.tables import PriorityMonth, PriorityState, PriorityVersion
from models.programme.tables import Review
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from tests.support.cases import Case
from tests.support.council import NOW, OFFICERS, Council
from tests.support.programme import Programme
from tests.support.school_records import SchoolRecord

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = NOW.date()
PLAN = {
    "priority": "Every child reads by seven",
    "success_criteria": "90 % pass the phonics check.",
    "owner": "Ms Lee, deputy headteacher",
    "first_day": date(2026, 9, 1),
    "last_day": date(2027, 7, 31),
}


@pytest.fixture
def record(engine: Engine, policy: Policy, council: Council) -> SchoolRecord:
    return SchoolRecord(engine, policy, council)


@pytest.fixture
def programme(record: SchoolRecord) -> Programme:
    return Programme(record.engine, record.policy, record.council)


def rows(record: SchoolRecord, table: Any) -> list[Any]:
    with read(record.engine) as session:
        return list(session.exec(select(table).order_by(col(table.id))))


def found(record: SchoolRecord, number: int, who: str = "seo") -> shown.Priority:
    with read(record.engine) as session:
        looks = reader(record.council.officers[who])
        return shown.priority(session, looks, number, today=TODAY)


def change(acting: Acting, number: int, **values: Any) -> object:
    with refusing():
        now = PriorityChange(**{**PLAN, "reason": "Ofsted asks for it.", **values})
    return change_priority(acting, number, now)


def end(acting: Acting, number: int, *, met: bool = True, **values: Any) -> object:
    given = {"met": met, "ended_on": TODAY, "outcome": "As agreed.", **values}
    return end_priority(acting, number, PriorityEnd(**given))


def month(acting: Acting, number: int, **values: Any) -> object:
    given = {"month": "2026-11", "rating": "On track", "said": "Phonics every day.", **values}
    with refusing():
        how_far = HowFarInMonth(**given)
    return say_month(acting, number, how_far)


DO: dict[str, Callable[[Acting, int], object]] = {"change": change, "end": end, "month": month}


def test_what_a_priority_said_before_stays_with_the_reason_for_the_change(
    record: SchoolRecord,
) -> None:
    number = record.priority().id
    with record.acting() as acting:
        change(acting, number)
    now = found(record, number)
    assert (now.priority, now.version) == ("Every child reads by seven", 2)
    assert [(each.version, each.priority, each.reason) for each in now.versions] == [
        (2, "Every child reads by seven", "Ofsted asks for it."),
        (1, "Every child reads by six", ""),
    ]
    assert record.kinds[-2:] == ["priority_added", "priority_changed"]
    with pytest.raises(NotPossible, match="Nothing has been changed"), record.acting() as acting:
        change(acting, number, reason="Again.")
    assert len(rows(record, PriorityVersion)) == 2


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no priority": ({"priority": " "}, "priority"),
    "too long": ({"priority": "x" * 301}, "priority"),
    "no criteria": ({"success_criteria": ""}, "success_criteria"),
    "nobody": ({"owner": ""}, "owner"),
    "two lines of owners": ({"owner": "Ms Lee\nMr Fox"}, "owner"),
    "the end before the beginning": ({"last_day": date(2026, 8, 31)}, "last_day"),
    "a plan for ever": ({"last_day": date(2032, 1, 1)}, "last_day"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_priority_that_cannot_be_is_refused_at_its_field(
    record: SchoolRecord, wrong: str
) -> None:
    values, field = WRONG[wrong]
    with pytest.raises(InvalidInput) as refused:
        record.priority(**values)
    assert [name for name, _ in refused.value.errors] == [field]
    assert record.matter is None, "no record is opened for it"


@pytest.mark.parametrize("what", DO)
@pytest.mark.parametrize("state", PriorityState)
def test_only_an_open_priority_is_changed_followed_or_ended(
    record: SchoolRecord, state: PriorityState, what: str
) -> None:
    number = record.priority().id
    if state is not PriorityState.OPEN:
        with record.acting() as acting:
            end(acting, number, met=state is PriorityState.MET)
    assert found(record, number).state is state
    if state is PriorityState.OPEN:
        with record.acting() as acting:
            DO[what](acting, number)
    else:
        with pytest.raises(NotPossible, match="has ended"), record.acting() as acting:
            DO[what](acting, number)
    with read(record.engine) as session:
        assert verify(session) is None
        assert examine(session).intact


@pytest.mark.parametrize("who", OFFICERS)
def test_only_casework_keeps_priorities(record: SchoolRecord, who: str) -> None:
    number = record.priority().id
    allowed = record.council.officers[who].role in RULES[Act.RECORD_PRIORITY]
    every = {**DO, "add": lambda acting, _: add_priority(acting, 900003, PriorityNow(**PLAN))}
    for what in ("add", "month", "change", "end"):
        if allowed:
            with record.acting(who) as acting:
                every[what](acting, number)
        else:
            with pytest.raises(NotAllowed), record.acting(who) as acting:
                every[what](acting, number)


@pytest.mark.parametrize("what", DO)
def test_on_a_restricted_record_a_priority_is_not_there(record: SchoolRecord, what: str) -> None:
    number = record.priority(by="seo2").id
    record.restrict()
    with pytest.raises(NotFound), record.acting("seo") as acting:
        DO[what](acting, number)
    with pytest.raises(NotFound):
        found(record, number)
    assert found(record, number, "dcs").id == number


# --- month by month


MONTHS: dict[str, tuple[dict[str, Any], str]] = {
    "before its first day": ({"month": "2026-08"}, "month"),
    "to come": ({"month": "2026-12"}, "month"),
    "no month": ({"month": "2026-13"}, "month"),
    "a day": ({"month": "2026-11-03"}, "month"),
    "a word that the policy has not": ({"rating": "on track"}, "rating"),
    "nothing said": ({"said": ""}, "said"),
}


@pytest.mark.parametrize("wrong", MONTHS)
def test_a_month_that_cannot_be_is_refused_at_its_field(record: SchoolRecord, wrong: str) -> None:
    values, field = MONTHS[wrong]
    number = record.priority().id
    with pytest.raises(InvalidInput) as refused, record.acting() as acting:
        month(acting, number, **values)
    assert [name for name, _ in refused.value.errors] == [field]


def test_a_month_has_one_entry(record: SchoolRecord) -> None:
    number = record.priority().id
    record.month(number, "2026-10", rating="Some progress")
    record.month(number)
    with pytest.raises(InvalidInput, match="entry for November 2026 already"):
        record.month(number)
    now = found(record, number)
    assert [(each.month, each.rating) for each in now.months] == [
        ("2026-10", "Some progress"),
        ("2026-11", "On track"),
    ]


def said(*keys: int, rating: str = "On track", words: str = "Daily.") -> list[HowFarOf]:
    return [HowFarOf(priority=key, rating=rating, said=words) for key in keys]


def test_an_evaluation_says_how_far_each_is_and_how_well_both_responded(
    record: SchoolRecord, programme: Programme
) -> None:
    first, second = record.priority().id, record.priority(owner="Mr Fox").id
    review = programme.review(
        "evaluation",
        priorities=[*said(first), HowFarOf(priority=second)],
        council_response="A consultant head came twice.",
        leaders_response="Governors ask after it.",
    )
    assert [each.review for each in found(record, first).months] == [review.id]
    assert found(record, second).months == []
    [kept] = rows(record, Review)
    assert (kept.council_response, kept.leaders_response) == (
        "A consultant head came twice.",
        "Governors ask after it.",
    )


def test_what_an_evaluation_may_not_say_of_priorities(
    record: SchoolRecord, programme: Programme
) -> None:
    first, ended = record.priority().id, record.priority(owner="Mr Fox").id
    with record.acting() as acting:
        end(acting, ended)
    other = SchoolRecord(record.engine, record.policy, record.council, urn=900003).priority().id
    refusals: list[tuple[dict[str, Any], list[str]]] = [
        ({"priorities": said(first, first)}, ["priorities"]),
        ({"priorities": said(ended)}, [f"priority-{ended}-rating"]),
        ({"priorities": said(other)}, [f"priority-{other}-rating"]),
        ({"priorities": said(987)}, ["priority-987-rating"]),
        (
            {"priorities": said(first, rating="Splendid", words="")},
            [f"priority-{first}-rating", f"priority-{first}-said"],
        ),
        ({"kind": "sisg_meeting", "priorities": said(first)}, ["priorities"]),
        ({"kind": "sisg_meeting", "council_response": "Well."}, ["council_response"]),
        ({"kind": "action_review", "leaders_response": "Well."}, ["leaders_response"]),
    ]
    for values, fields in refusals:
        kind = values.pop("kind", "evaluation")
        with pytest.raises(InvalidInput) as refused:
            programme.review(kind, **values)
        assert [name for name, _ in refused.value.errors] == fields
    assert rows(record, PriorityMonth) == []
    assert rows(record, Review) == []


# --- actions under a priority


def test_an_action_belongs_to_a_priority_of_its_school(record: SchoolRecord) -> None:
    mine = record.priority().id
    other = SchoolRecord(record.engine, record.policy, record.council, urn=900003).priority().id
    for wrong in (other, 987):
        with pytest.raises(InvalidInput, match="a priority of this school"):
            record.action(priority=wrong)
    action = record.action(priority=mine)
    assert action.priority_id == mine
    assert Case(record.engine, record.policy, record.council).started().act_on("Call").id
    changed = {"what": "Call them", "role": "headteacher", "why": "So."}
    with record.acting() as acting:
        now = ActionNow(**changed, due_on=TODAY + timedelta(days=3))
        assert change_action(acting, action.id, now).priority_id == mine, "it stays with it"
    second = record.priority(owner="Mr Fox").id
    with record.acting() as acting:
        now = ActionNow(**changed, due_on=TODAY + timedelta(days=3), priority=second)
        assert change_action(acting, action.id, now).priority_id == second
    assert [each.priority_id for each in rows(record, AgreedAction)] == [second, None]


def test_no_action_is_put_under_a_priority_that_is_not_there_to_be_seen(
    record: SchoolRecord,
) -> None:
    hidden = record.priority(by="seo2").id
    record.restrict()
    case = Case(record.engine, record.policy, record.council).started()
    with pytest.raises(InvalidInput, match="a priority of this school"):
        case.act_on("Call", priority=hidden)
