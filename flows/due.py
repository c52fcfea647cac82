"""What is due on the clock and what a pass of it did, in words; of unrestricted cases alone."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from models.clocks import in_office_hours, london_date
from models.database import read
from models.events import THE_CLOCK, Event, place_of_last
from models.letters.events import LetterIssued
from models.matters.events import DeadlineMissed, ReminderQueued
from models.matters.tables import Matter
from models.rows import find, find_first
from models.upkeep.clock import due_reminders, overdue_deadlines

DID = {
    DeadlineMissed.kind: "Deadlines missed",
    ReminderQueued.kind: "Reminders queued",
    LetterIssued.kind: "Letters issued",
}


def due_now(engine: Engine, now: datetime) -> str:
    """What a pass at this moment has to do, as an act; nothing when nothing is due."""
    with read(engine) as session:
        missed = {row.matter_id for row in overdue_deadlines(session, london_date(now))}
        due = due_reminders(session, now) if in_office_hours(now) else []
        reminded = {row.matter_id for row in due}
        acts = [
            words
            for words, cases in (
                ("mark missed deadlines", missed),
                ("queue reminders", reminded),
            )
            if _any_shown(session, cases)
        ]
    said = " and ".join(acts)
    return f"{said[:1].upper()}{said[1:]}"


def _any_shown(session: Session, cases: Iterable[int]) -> bool:
    shown = select(Matter.id).where(col(Matter.id).in_(list(cases)), ~col(Matter.restricted))
    return find_first(session, shown.limit(1)) is not None


def place_now(engine: Engine) -> int:
    """Where the record ends at this moment, for `done_since`."""
    with read(engine) as session:
        return place_of_last(session)


def done_since(engine: Engine, place: int, now: datetime) -> dict[str, int]:
    """What the pass of this moment did, by the record after a place."""
    counted = (
        select(Event.kind, func.count())
        .join(Matter, col(Matter.id) == col(Event.matter_id))
        .where(Event.sequence > place, Event.at == now, Event.actor == THE_CLOCK)
        .where(~col(Matter.restricted))
        .group_by(col(Event.kind))
    )
    with read(engine) as session:
        found = dict(find(session, counted))
    return {words: found.get(kind, 0) for kind, words in DID.items()}
