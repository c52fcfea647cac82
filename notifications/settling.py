"""What became of a message is written down: sent, put off, refused, or unknown."""

from datetime import datetime, timedelta

from sqlmodel import Session

from models import noting
from models.appointments.deliveries import invitation_settled
from models.events import THE_CLOCK, append
from models.letters.events import MessageBecameUnknown, MessageFailed, MessageSent
from models.letters.told import DeliveryProblem
from models.level_letters.deliveries import letter_in, tell_approver
from models.matters.tables import Matter
from models.outbox import Message, MessageKind, MessageState
from models.people.tables import Officer
from models.rows import change, get_row
from models.telling import tell
from notifications.way_out import Delivery, Outcome

# A message that the server put off waits longer each time, up to an hour.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def write_down(session: Session, message: Message, delivery: Delivery, now: datetime) -> None:
    """Keep what came of one attempt to send a message."""
    if delivery.outcome is Outcome.RETRY:
        if delivery.of_the_server:  # the message keeps its place
            release(session, message, delivery.code, delivery.detail)
        else:
            put_off(session, message, now, delivery.code, delivery.detail)
        return
    state = MessageState(delivery.outcome.value)
    settle(session, message, state, now, delivery.code, delivery.detail)


def put_off(
    session: Session, message: Message, now: datetime, code: int | None, detail: str
) -> None:
    """Try a message again later, each time after twice the time, up to an hour."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(message.put_off, 10)
    later = {"put_off": message.put_off + 1, "next_attempt_at": now + min(LONGEST_WAIT, doubled)}
    release(session, message, code, detail, **later)


def release(
    session: Session, message: Message, code: int | None, detail: str, **more: object
) -> None:
    """Give a claimed message back, so that anybody may send it."""
    change(
        session,
        Message,
        _claim_of(message),
        state=MessageState.PENDING,
        claimed_by=None,
        claim_ends_at=None,
        code=code,
        detail=_line(detail),
        **more,
    )


def _claim_of(message: Message) -> dict[str, object]:
    """Of a message that was claimed: this claim of it and no other."""
    return {"id": message.id, "state": MessageState.CLAIMED, "attempts": message.attempts}


def _line(detail: str) -> str:
    """What the mail server said, short enough to be read on the case."""
    return detail[:300]


_EVENTS: dict[MessageState, type[MessageSent | MessageFailed | MessageBecameUnknown]] = {
    MessageState.SENT: MessageSent,
    MessageState.FAILED: MessageFailed,
    MessageState.UNKNOWN: MessageBecameUnknown,
}


def settle(
    session: Session,
    message: Message,
    state: MessageState,
    now: datetime,
    code: int | None = None,
    detail: str = "",
) -> None:
    """A message has come to its end: what became of it stands on its row and on record."""
    # A clock that was moved ahead by hand queues for a moment still to come.
    at = max(now, message.queued_at)
    settled = change(
        session,
        Message,
        _claim_of(message),
        state=state,
        settled_at=at,
        code=code,
        detail=_line(detail),
    )
    what = _EVENTS.get(state)
    if settled and message.kind is MessageKind.LEVEL_LETTER:
        if state in (MessageState.FAILED, MessageState.UNKNOWN):
            tell_approver(session, at, letter_in(message).batch)
        return
    if settled and message.kind is MessageKind.INVITATION:
        invitation_settled(session, message, state, _line(detail), at, by=THE_CLOCK)
        return
    if not settled or what is None or message.kind is not MessageKind.LETTER:
        return
    about = {"key": message.key, "letter_id": message.letter_id}
    noting.state(session, Message, about, state=state)
    happened = what(
        message.matter_id,
        message=message.id,
        letter=message.letter_id,
        to=message.to_email,
        detail=_line(detail),
    )
    append(session, at, THE_CLOCK, happened)
    if state is not MessageState.SENT:
        _tell_case_officer(session, message, at)


def _tell_case_officer(session: Session, message: Message, now: datetime) -> None:
    matter = get_row(session, Matter, message.matter_id)
    officer = get_row(session, Officer, matter.officer_id)
    problem = DeliveryProblem(message=message.id)
    tell(session, now, [officer], key=f"message:{message.id}", about=matter.id, told=problem)
