"""The chain of events: whoever changes it is found out, and where."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from models.database import read, write
from models.events import Break, ChainHead, Event, append, link, verify
from models.people.events import OfficerChanged, OfficerEnabled, OfficerSignedIn
from tests.support.cases import Case
from tests.support.council import NOW, Council

pytestmark = pytest.mark.every_example

events = Event.__table__
COLUMNS = [column.name for column in events.columns]


@pytest.fixture
def chain(council: Council, engine: Engine) -> Engine:
    """The events that founding the council left."""
    assert broken(engine) is None
    return engine


def broken(engine: Engine) -> Break | None:
    with read(engine) as session:
        return verify(session)


def tamper(engine: Engine, *statements: Any) -> None:
    """What somebody with a database client could do."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def last(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.max(events.c.sequence))).scalar_one()


OTHER: dict[str, Callable[[Any], Any]] = {
    "at": lambda at: at + timedelta(microseconds=1),
    "actor": lambda actor: f"{actor} ",
    "kind": lambda _: OfficerSignedIn.kind,
    "data": lambda data: data.replace("}", ',"x":1}'),
    "previous": lambda _: "f" * 64,
    "hash": lambda _: "f" * 64,
}


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("column", OTHER)
def test_a_changed_column_is_found(chain: Engine, column: str, place: str) -> None:
    end = last(chain)
    sequence = {"first": 1, "middle": end // 2, "last": end}[place]
    here = events.c.sequence == sequence
    with chain.connect() as connection:
        value = connection.execute(select(events.c[column]).where(here)).scalar_one()
    tamper(chain, update(events).where(here).values({column: OTHER[column](value)}))
    found = broken(chain)
    assert found is not None
    assert found.sequence == sequence


def test_an_event_moved_to_a_case_is_found(case: Case, chain: Engine) -> None:
    case.started()
    assert broken(chain) is None
    tamper(chain, update(events).where(events.c.sequence == 3).values(matter_id=1))
    assert broken(chain) == Break(3, "its content was changed")
    assert {*OTHER, "sequence", "matter_id"} == set(COLUMNS)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_removed_event_is_found(chain: Engine, place: str) -> None:
    end = last(chain)
    sequence = {"first": 1, "middle": end // 2, "last": end}[place]
    tamper(chain, delete(events).where(events.c.sequence == sequence))
    found = broken(chain)
    assert found is not None
    assert found.sequence == sequence


def test_a_removed_tail_or_everything_is_found(chain: Engine) -> None:
    end = last(chain)
    tamper(chain, delete(events).where(events.c.sequence > end - 5))
    assert broken(chain) == Break(end - 4, "events after this point were removed or added")
    tamper(chain, delete(events))
    assert broken(chain) == Break(1, "events after this point were removed or added")


def test_a_removed_event_with_all_numbers_closed_up_is_found(chain: Engine) -> None:
    end = last(chain)
    tamper(chain, delete(events).where(events.c.sequence == 4))
    for sequence in range(5, end + 1):
        here = events.c.sequence == sequence
        tamper(chain, update(events).where(here).values(sequence=sequence - 1))
    assert broken(chain) == Break(4, "it does not follow from the event before it")


def test_an_inserted_event_is_found(chain: Engine) -> None:
    end = last(chain)
    with chain.connect() as connection:
        row = connection.execute(select(events).where(events.c.sequence == end)).one()
    content = ("officer_signed_in", None, "{}")
    forged = {
        "sequence": end + 1,
        "at": NOW,
        "actor": "nobody",
        "kind": OfficerSignedIn.kind,
        "data": "{}",
        "previous": row.hash,
        "hash": link(row.hash, end + 1, NOW, "nobody", content),
    }
    tamper(chain, insert(events).values(forged))
    found = broken(chain)
    assert found is not None
    assert found.sequence == end + 2, "a well-formed one at the end is missed by the head"


def test_an_event_inserted_in_the_middle_is_found(chain: Engine) -> None:
    end = last(chain)
    for sequence in range(end, 5, -1):
        here = events.c.sequence == sequence
        tamper(chain, update(events).where(here).values(sequence=sequence + 1))
    with chain.connect() as connection:
        row = connection.execute(select(events).where(events.c.sequence == 5)).one()._asdict()
    tamper(chain, insert(events).values({**row, "sequence": 6}))
    found = broken(chain)
    assert found is not None
    assert found.sequence == 6


def test_two_events_that_changed_places_are_found(chain: Engine) -> None:
    for old, new in ((3, 999), (4, 3), (999, 4)):
        tamper(chain, update(events).where(events.c.sequence == old).values(sequence=new))
    found = broken(chain)
    assert found is not None
    assert found.sequence == 3


def test_a_head_that_was_set_back_is_found(chain: Engine) -> None:
    end = last(chain)
    with chain.connect() as connection:
        row = connection.execute(select(events).where(events.c.sequence == end - 1)).one()
    head = update(ChainHead.__table__).values(sequence=end - 1, hash=row.hash)
    tamper(chain, head)
    assert broken(chain) is not None


def test_hostile_facts_are_kept_and_hash_the_same_when_read_back(chain: Engine) -> None:
    facts = {"text": "‮ “quoted” \\ 🌞 \u2028 ', --", "list": [1, None, True], "nested": {"a": []}}
    with write(chain) as session:
        changed = OfficerChanged(None, officer="ünï", before=facts, after={})
        append(session, NOW, "ünï@fernshire.example", changed)
    with read(chain) as session:
        event = session.get_one(Event, last(chain))
        assert event.facts == {"officer": "ünï", "before": facts, "after": {}}
        assert verify(session) is None


def test_a_transaction_that_fails_leaves_no_event(chain: Engine) -> None:
    end = last(chain)
    added = OfficerEnabled(None, officer="somebody")

    def fail() -> None:
        with write(chain) as session:
            append(session, NOW, "somebody", added)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert last(chain) == end
    assert broken(chain) is None


def test_an_empty_database_holds(engine: Engine) -> None:
    assert broken(engine) is None
