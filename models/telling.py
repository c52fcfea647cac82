"""Officers are told by e-mail of what just happened."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from models.escalations.tables import Escalation
from models.outbox import Message, MessageKind, MessageState
from models.people.tables import Officer
from models.statements import add_all


def tell(
    session: Session,
    now: datetime,
    officers: Collection[Officer],
    *,
    key: str,
    escalation: Escalation | None,
    data: dict[str, object],
) -> None:
    """Queue an alert to each of these officers about something that just happened.

    `escalation` is None when it is about no case. `data` names the template (`what`); then its
    other values are the template's, with the `path` of the page to look at.
    """
    add_all(
        session,
        Message,
        [
            {
                "key": f"alert:{key}:{officer.id}",
                "kind": MessageKind.ALERT,
                "escalation_id": escalation.id if escalation else None,
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
