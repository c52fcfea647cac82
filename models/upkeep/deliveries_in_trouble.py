"""Deliveries in trouble, for an administrator: nothing of what is in them."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, and_, case, col, or_, select

from models.letters.deliveries import role_of
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.outbox import Message, MessageKind, MessageState
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.policy.wording import role_words
from models.schools.tables import School
from models.shown import Shown

WAITS_LONG = timedelta(hours=1)


class DeliveryInTrouble(Shown):
    """A message that was refused, may not have arrived or waits long.

    `restricted`: it is of a case that the reader does not see, so neither school nor recipient
    is told, nor the mail server's words, in which they stand.
    """

    id: int
    kind: MessageKind
    to: str
    school: str | None
    restricted: bool
    state: MessageState
    queued_at: AwareDatetime
    attempts: int
    code: int | None
    detail: str


def delivery_problems(
    session: Session,
    reader: Reader,
    *,
    now: datetime,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[DeliveryInTrouble]:
    """What was refused, may not have arrived or waits long, newest first. Raises InvalidInput."""
    statement = (
        select(Message, School.name, case((visible_to(reader), 1), else_=0))
        .outerjoin(Matter, col(Matter.id) == col(Message.matter_id))
        .outerjoin(School, col(School.urn) == col(Matter.urn))
        .where(_in_trouble(now))
        .order_by(col(Message.id).desc())
    )
    return paged(
        session,
        statement,
        Message.id,
        lambda found: [_delivery(*row) for row in found],
        page=page,
        per_page=per_page,
    )


def _in_trouble(now: datetime) -> Any:
    state = col(Message.state)
    return or_(
        state.in_((MessageState.FAILED, MessageState.UNKNOWN)),
        and_(
            state == MessageState.PENDING,
            col(Message.kind).in_((MessageKind.LETTER, MessageKind.INVITATION)),
            col(Message.queued_at) < now - WAITS_LONG,
        ),
        and_(
            state == MessageState.PENDING,
            col(Message.attempts) > 0,
            col(Message.queued_at) < now - WAITS_LONG,
        ),
        and_(state == MessageState.CLAIMED, col(Message.claim_ends_at) <= now),
    )


def _delivery(message: Message, school: str | None, seen: int) -> DeliveryInTrouble:
    hidden = message.matter_id is not None and not seen
    letter = message.kind is MessageKind.LETTER
    role = role_of(message) or ""
    return DeliveryInTrouble(
        id=message.id,
        kind=message.kind,
        to="" if hidden else role_words(role) if letter else message.to_name,
        school=None if hidden else school,
        restricted=hidden,
        state=message.state,
        queued_at=message.queued_at,
        attempts=message.attempts,
        code=message.code,
        detail="" if hidden else message.detail,
    )
