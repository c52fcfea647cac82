"""Refusals on record: each once an hour, and how often it came again when the hour is over.

Whoever is refused could otherwise fill the record by trying again.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Engine, Index, String, func
from sqlmodel import Field, Session, SQLModel, col, select

from models.clocks import is_recent
from models.database import UtcDateTime, read, write
from models.events import append, canonical, place_of_last
from models.happened import Happened
from models.people.events import RefusalsCounted
from models.rows import add, change, find, find_first, find_one, recent, remove

WINDOW = timedelta(hours=1)
# Different ones of one officer within the hour; what goes beyond counts as one.
MOST_DIFFERENT = 20
_AT_ONCE = 200  # hours that have ended, in one transaction
_OTHERS = "others"


class RefusalCount(SQLModel, table=True):
    """A refusal that is on record, and how many more of the same there were within the hour."""

    __tablename__ = "refusal_count"
    __table_args__ = (Index("refusals_by_actor", "actor", "kind"),)

    id: int = Field(default=None, primary_key=True)
    same: str = Field(unique=True)  # the SHA-256 of what makes two refusals the same
    event: int  # the place of the first one in the record
    kind: str = Field(sa_column=Column(String(40), nullable=False))
    actor: str
    matter_id: int | None = Field(default=None, foreign_key="matter.id")
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    first_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    times: int  # more than the first


def record(
    session: Session,
    now: datetime,
    actor: str,
    refused: Happened,
    *,
    about: str,
    most: int | None = MOST_DIFFERENT,
) -> None:
    """Somebody was refused something; `about` tells it from other things that they may try.

    `most` is None where there cannot be many different ones.
    """
    found = _running(session, now, _same(actor, refused, about))
    if found is None and most is not None and _different(session, now, actor, refused) >= most:
        about = _OTHERS
        found = _running(session, now, _same(actor, refused, about))
    if found is not None:
        change(session, RefusalCount, {"id": found.id}, times=found.times + 1, last_at=now)
        return
    append(session, now, actor, refused)
    add(
        session,
        RefusalCount,
        same=_same(actor, refused, about),
        event=place_of_last(session),
        kind=refused.kind,
        actor=actor,
        matter_id=refused.matter_id,
        facts=refused.facts,
        first_at=now,
        last_at=now,
        times=0,
    )


def _same(actor: str, refused: Happened, about: str) -> str:
    case = None if about == _OTHERS else refused.matter_id
    said = canonical({"who": actor, "kind": refused.kind, "case": case, "about": about})
    return hashlib.sha256(said.encode()).hexdigest()


def _running(session: Session, now: datetime, same: str) -> RefusalCount | None:
    """The count of this hour; an hour that has ended is put on record first."""
    found = find_first(session, select(RefusalCount).where(RefusalCount.same == same))
    if found is None or is_recent(found.first_at, now, WINDOW):
        return found
    _put_on_record(session, now, found)
    return None


def _different(session: Session, now: datetime, actor: str, refused: Happened) -> int:
    theirs = (
        RefusalCount.actor == actor,
        RefusalCount.kind == refused.kind,
        recent(RefusalCount.first_at, now, WINDOW),
    )
    return find_one(session, select(func.count()).select_from(RefusalCount).where(*theirs))


def put_ended_on_record(engine: Engine, now: datetime) -> int:
    """Say of every hour that has ended how often the same came again; how many events it took."""
    total = 0
    ended = select(RefusalCount).where(~recent(RefusalCount.first_at, now, WINDOW))
    some = ended.order_by(col(RefusalCount.id)).limit(_AT_ONCE)
    while True:
        with read(engine) as session:
            if find_first(session, ended.limit(1)) is None:
                return total
        with write(engine) as session:
            total += sum(_put_on_record(session, now, each) for each in find(session, some))


def _put_on_record(session: Session, now: datetime, ended: RefusalCount) -> bool:
    remove(session, RefusalCount, col(RefusalCount.id) == ended.id)
    if not ended.times:
        return False
    counted = RefusalsCounted(
        ended.matter_id,
        event=ended.event,
        of_=ended.kind,
        times=ended.times,
        until=ended.last_at,
        first=ended.facts,
    )
    append(session, now, ended.actor, counted)
    return True
