"""Every event is a class of its room: its word, what is recorded of it, and its sentence.

`recorded_before.json` is a chain that an earlier version wrote, when events were words and
dictionaries, with the sentences in which it told them: one event of each kind at least, and one for
each fact that may be left out. What came later stands below it, without a place in the chain.
"""

import json
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from sqlmodel import col, select

from models.database import read
from models.events import ROWS, ChainHead, Event, canonical, verify
from models.policy import Policy
from models.record import vocabulary
from models.record.vocabulary import KINDS, Titles, happened_in

RECORDED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "recorded_before.json").read_text(encoding="utf-8")
)
CHAIN = [row for row in RECORDED if "hash" in row]
MODELS = Path(vocabulary.__file__).parents[1]


@pytest.fixture
def recorded(engine: Engine) -> Engine:
    """A database with what an earlier version wrote into it."""
    last = CHAIN[-1]
    columns = Event.__table__.columns.keys()
    # Until there were matters, an event named the escalation, whose number its matter has.
    known = [{**row, "matter_id": row["escalation_id"]} for row in CHAIN]
    events = [{name: row[name] for name in columns} for row in known]
    for event in events:
        event["at"] = datetime.fromisoformat(event["at"])
    head = {"id": 1, "sequence": last["sequence"], "hash": last["hash"]}
    with engine.begin() as connection:
        connection.execute(insert(Event.__table__), events)
        connection.execute(insert(ChainHead.__table__), [head])
    return engine


def test_no_word_that_was_ever_recorded_is_lost() -> None:
    assert {row["kind"] for row in RECORDED} <= KINDS.keys()


def test_every_room_that_has_events_is_in_the_vocabulary() -> None:
    rooms = {path.parent.name for path in MODELS.glob("*/events.py")}
    assert {room.__name__.split(".")[1] for room in vocabulary.ROOMS} == rooms


def test_no_two_events_have_one_word() -> None:
    said = [each for room in vocabulary.ROOMS for each in vocabulary.said_in(room)]
    assert len(said) == len(KINDS)


def test_there_is_a_sample_of_every_event_with_each_of_its_facts() -> None:
    for kind, happened in KINDS.items():
        mine = [json.loads(row["data"]) for row in RECORDED if row["kind"] == kind]
        assert mine, kind
        for fact in fields(happened):
            name = fact.name.rstrip("_")
            if name not in ("matter_id", "details"):
                assert any(name in facts for facts in mine), f"{kind}: {name}"


def test_every_event_is_told_in_its_sentence(policy: Policy) -> None:
    titles = Titles(policy)
    for row in RECORDED:
        assert titles.event(row["kind"], json.loads(row["data"])) == row["sentence"]


def test_what_an_earlier_version_recorded_holds_and_is_told_as_before(
    recorded: Engine, policy: Policy
) -> None:
    with read(recorded) as session:
        assert verify(session) is None
        events = session.exec(select(Event).order_by(col(Event.sequence))).all()
        told = [happened_in(event).sentence(Titles(policy)) for event in events]
    assert told == [row["sentence"] for row in CHAIN]


def test_the_same_is_recorded_byte_for_byte() -> None:
    for row in RECORDED:
        data = json.loads(row["data"])
        rows = {ROWS: data.pop(ROWS)} if ROWS in data else {}
        happened = KINDS[row["kind"]].of(None, data)
        assert canonical({**happened.facts, **rows}) == row["data"]
