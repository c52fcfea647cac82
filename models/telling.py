"""Officers are told by e-mail of what just happened."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from models.outbox import Message, MessageKind, MessageState
from models.people.tables import Officer
from models.rows import add_all
from models.told import Told


def tell(
    session: Session,
    now: datetime,
    officers: Collection[Officer],
    *,
    key: str,
    about: int | None,
    told: Told,
) -> None:
    """Queue an alert to each of these officers about something that just happened.

    `about` is the key of the matter; None where it is about none.
    """
    add_all(
        session,
        Message,
        [
            {
                "key": f"alert:{key}:{officer.id}",
                "kind": MessageKind.ALERT,
                "matter_id": about,
                "letter_id": None,
                "to_name": officer.name,
                "to_email": officer.email,
                "data": told.facts,
                "state": MessageState.PENDING,
                "queued_at": now,
                "next_attempt_at": now,
            }
            for officer in officers
        ],
    )
