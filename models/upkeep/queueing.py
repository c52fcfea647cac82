"""Messages of the clock: to whom, and about which cases."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.clocks import office_hours_end
from models.matters.told import Reminders
from models.outbox import ClockPass, Message, MessageAbout, MessageKind, MessageState
from models.people.tables import Officer
from models.rows import add, add_all, change, find

_ACTIVE = select(Officer).where(col(Officer.active))


def active_officers(session: Session) -> dict[int, Officer]:
    """The officers who can be told of anything, by key."""
    return {officer.id: officer for officer in find(session, _ACTIVE)}


def add_messages(
    session: Session, told: dict[int, list[int]], officers: dict[int, Officer], now: datetime
) -> dict[int, int]:
    """One message to each officer about these reminders; its key, by officer."""
    keys: dict[int, int] = {}
    for officer_id, reminders in told.items():
        officer = officers[officer_id]
        first = min(reminders)
        keys[officer_id] = add(
            session,
            Message,
            **message_to(officer, MessageKind.REMINDER, f"reminder:{first}:{officer_id}", now),
            data=Reminders(reminders=tuple(reminders)).facts,
        )
    return keys


def tell_of(session: Session, message_id: int, cases: set[int]) -> None:
    """Say which cases a message is about."""
    about = [{"message_id": message_id, "matter_id": case} for case in sorted(cases)]
    add_all(session, MessageAbout, about)


def message_to(officer: Officer, kind: MessageKind, key: str, now: datetime) -> dict[str, Any]:
    """A message of the clock to one officer, to leave in office hours."""
    return {
        "key": key,
        "kind": kind,
        "to_name": officer.name,
        "to_email": officer.email,
        "state": MessageState.PENDING,
        "queued_at": now,
        "next_attempt_at": now,
        "leave_by": office_hours_end(now),
    }


def stamp_pass(session: Session, name: str, now: datetime) -> None:
    """Say that whoever goes round under this name has been round at this moment."""
    if not change(session, ClockPass, {"name": name}, at=now):
        add(session, ClockPass, name=name, at=now)
