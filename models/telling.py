"""Officers are told by e-mail of what just happened."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from models.outbox import Message, MessageKind, MessageState
from models.people.tables import Officer
from models.rows import add_all


def tell(
    session: Session,
    now: datetime,
    officers: Collection[Officer],
    *,
    key: str,
    about: int | None,
    data: dict[str, object],
) -> None:
    """Queue an alert to each of these officers about something that just happened.

    `about` is the key of the matter; None where it is about none. `data` names the template
    (`what`); then its other values are the template's, with the `path` of the page to look at.
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
                "data": data,
                "state": MessageState.PENDING,
                "queued_at": now,
                "next_attempt_at": now,
            }
            for officer in officers
        ],
    )
