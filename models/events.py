"""The record: what happened, by whom and when, each event chained to the one before."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Index, String
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import Select

from models import noting
from models.database import AT_END, UtcDateTime
from models.happened import Happened
from models.noting import Rows
from models.rows import add_all, change, find_first, kept, stream

FIRST_HASH = "0" * 64
THE_CLOCK = "the clock"
ROWS = "rows"  # in an event's data: what it says of rows


class Event(SQLModel, table=True):
    """Something that happened. Rows are only ever added.

    `kind` is a word of the vocabulary (`models.record.vocabulary`), which says what the facts are.
    `data` is canonical JSON, kept as the text that was hashed: the facts, and below `ROWS` what
    it says of rows. Events of before the record spoke of rows have none.
    """

    __tablename__ = "event"
    __table_args__ = (Index("event_of_matter", "matter_id", "sequence"),)

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    actor: str
    kind: str = Field(sa_column=Column(String(40), nullable=False))
    matter_id: int | None = Field(default=None, foreign_key="matter.id")
    data: str
    previous: str
    hash: str

    @property
    def facts(self) -> dict[str, Any]:
        """What changed, as it was recorded."""
        facts: dict[str, Any] = json.loads(self.data)
        facts.pop(ROWS, None)
        return facts

    @property
    def rows(self) -> Rows | None:
        """What it says of the rows that were written with it; see `models.covered`."""
        spoken: Rows | None = json.loads(self.data).get(ROWS)
        return spoken


class ChainHead(SQLModel, table=True):
    """The last link of the chain, so that a removed tail is missed."""

    __tablename__ = "chain_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int
    hash: str


@dataclass(frozen=True)
class Break:
    """The first event at which the chain does not hold, and why."""

    sequence: int
    reason: str


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def canonical(data: dict[str, Any]) -> str:
    """The one JSON text of these facts: sorted keys, no spaces, ASCII."""
    return _encoder.encode(data)


def link(previous: str, sequence: int, at: datetime, actor: str, happening: tuple[Any, ...]) -> str:
    """The SHA-256 of an event: over the hash before it and its own content."""
    kind, matter_id, data = happening
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = json.dumps([previous, sequence, moment, actor, kind, matter_id, data])
    return hashlib.sha256(content.encode()).hexdigest()


def append(session: Session, now: datetime, actor: str, *happenings: Happened) -> None:
    """Record what happened, in order, as part of the transaction in hand.

    The transaction must be one of `models.database.write`: its lock keeps the chain single.
    """
    if not happenings:
        return
    sequence, previous = _head(session)
    links = []
    for happening, spoken in zip(happenings, noting.spread(session, happenings), strict=True):
        sequence += 1
        made = _link(previous, sequence, now, actor, happening, spoken)
        links.append(made)
        previous = made["hash"]
    add_all(session, Event, links)
    if not change(session, ChainHead, {"id": 1}, sequence=sequence, hash=previous):
        add_all(session, ChainHead, [{"id": 1, "sequence": sequence, "hash": previous}])
    noting.notes_of(session).last = links[-1]
    session.info[AT_END] = (_say_what_is_left,)


def _link(
    previous: str, sequence: int, now: datetime, actor: str, happening: Happened, spoken: Rows
) -> dict[str, Any]:
    data = canonical({**happening.facts, ROWS: spoken})
    content = (happening.kind, happening.matter_id, data)
    return {
        "sequence": sequence,
        "at": now,
        "actor": actor,
        "kind": happening.kind,
        "matter_id": happening.matter_id,
        "data": data,
        "previous": previous,
        "hash": link(previous, sequence, now, actor, content),
    }


def _say_what_is_left(session: Session) -> None:
    """Rows that were written after the last event of a transaction are said by it all the same.

    Nobody has seen that event yet: it is this transaction's own.
    """
    spoken, last = noting.left(session), noting.notes_of(session).last
    if not spoken or last is None:
        return
    facts = json.loads(last["data"])
    facts[ROWS] = noting.merged(facts[ROWS], spoken)
    data = canonical(facts)
    content = (last["kind"], last["matter_id"], data)
    place = (last["previous"], last["sequence"], last["at"], last["actor"])
    hashed = link(*place, content)
    change(session, Event, {"sequence": last["sequence"]}, data=data, hash=hashed)
    change(session, ChainHead, {"id": 1}, hash=hashed)


def place_of_last(session: Session) -> int:
    """The place of the last event in the chain; 0 while nothing has happened."""
    return _head(session)[0]


def _head(session: Session) -> tuple[int, str]:
    """The last link of the chain: its place and its hash."""
    return find_first(session, _last_link()) or (0, FIRST_HASH)


def verify(session: Session, each: Callable[[Event], object] = lambda _: None) -> Break | None:
    """Recompute the whole chain; the first broken event, or None when every link holds.

    Every event is also given to `each`, in order, also those after a broken one.
    """
    broken: Break | None = None
    expected, previous = 0, FIRST_HASH
    for row in stream(session, select(Event).order_by(col(Event.sequence))):
        expected += 1
        if broken is None:
            broken = _check_link(row, expected, previous)
        previous = row.hash
        each(row)
    if broken is None and _head(session) != (expected, previous):
        broken = Break(expected + 1, "events after this point were removed or added")
    return broken


def _check_link(row: Event, expected: int, previous: str) -> Break | None:
    if row.sequence != expected:
        return Break(expected, "this event is missing")
    if row.previous != previous:
        return Break(row.sequence, "it does not follow from the event before it")
    content = (row.kind, row.matter_id, row.data)
    if row.hash != link(previous, row.sequence, row.at, row.actor, content):
        return Break(row.sequence, "its content was changed")
    return None


@kept
def _last_link() -> Select[int, str]:
    return select(ChainHead.sequence, ChainHead.hash).where(col(ChainHead.id) == 1)
