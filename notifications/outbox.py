"""One pass of the outbox: claim a message, send it, write down what became of it.

A claim is committed before the mail server is spoken to, so that no two passes send the same
message; a claim that nobody settled may have been sent, and is never sent again by itself.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import in_office_hours
from models.commands.casework import tell
from models.commands.level_letters import tell_approver
from models.database import read, write
from models.escalations import Escalation
from models.events import THE_CLOCK, EventKind, Happening, append
from models.messages import Message, MessageKind, MessageState
from models.officers import Officer
from models.policy import Policy
from models.record import noting
from models.settings import Settings
from models.statements import change
from notifications.channels import (
    SIGN_IN_CODES,
    Delivery,
    Outcome,
    keep_mail,
    send_alert,
    send_letter,
    send_mail,
)
from notifications.composing import Composer

MOST_IN_A_PASS = 200
CLAIM_LASTS = timedelta(minutes=30)
# A message that its own server defers waits longer each time, up to an hour.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
# 421: the server is closing down (RFC 5321, section 3.8). The mail server itself is the trouble.
SERVER_CODES = frozenset({None, 421}) | SIGN_IN_CODES
LETTERS = (MessageKind.LETTER, MessageKind.LEVEL_LETTER)
IN_THE_FOLDER = "folder"
BY_MAIL = "mail"


@dataclass(frozen=True)
class Delivered:
    """What one pass did, in messages."""

    sent: int
    retry: int
    failed: int
    unknown: int
    dropped: int


def deliver(engine: Engine, policy: Policy, settings: Settings, now: datetime) -> Delivered:
    """Send what waits, in the order in which it was queued.

    When the mail server cannot be reached at all, everything waits as it is, so that nothing
    overtakes. Two messages in a row that fail so are taken as proof.
    """
    count: Counter[str] = Counter()
    count["unknown"] += _give_up_lost_claims(engine, now)
    unreached: Message | None = None
    for message in _claims(engine, settings, now):
        delivery = _attempt(engine, policy, settings, message, now)
        count[delivery.outcome if delivery else "dropped"] += 1
        if delivery is None:
            continue
        server_trouble = delivery.outcome is Outcome.RETRY and delivery.code in SERVER_CODES
        if server_trouble and unreached is not None:
            break
        if unreached is not None:
            _put_back_later(engine, unreached, now)
        unreached = message if server_trouble else None
    return Delivered(
        sent=count["sent"],
        retry=count["retry"],
        failed=count["failed"],
        unknown=count["unknown"],
        dropped=count["dropped"],
    )


def _claims(engine: Engine, settings: Settings, now: datetime) -> Iterator[Message]:
    """Claim one message after the other, each in a transaction of its own.

    Letters in bulk come last: nothing else waits for thousands of them. A pass moves on by key,
    so that a message that was put back is not claimed twice in it.
    """
    by = f"{BY_MAIL if settings.mail_url else IN_THE_FOLDER}:{os.getpid()}"
    left = MOST_IN_A_PASS
    for in_bulk in (False, True):
        last = 0
        while left:
            message = _claim(engine, by, now, last, in_bulk)
            if message is None:
                break
            yield message
            last = message.id
            left -= 1


def _claim(engine: Engine, by: str, now: datetime, after: int, in_bulk: bool) -> Message | None:
    """Claim the first message after this one; None when there is none."""
    with read(engine) as session:
        if session.exec(_sendable(now, after, in_bulk)).first() is None:
            return None
    with write(engine) as session:
        message = session.exec(_sendable(now, after, in_bulk)).first()
        if message is not None:
            change(
                session,
                Message,
                {"id": message.id, "state": MessageState.PENDING},
                state=MessageState.CLAIMED,
                claimed_by=by,
                claim_ends_at=now + CLAIM_LASTS,
                attempts=message.attempts + 1,
            )
        return message


def _sendable(now: datetime, after: int, in_bulk: bool) -> SelectOfScalar[Message]:
    """What may leave now, of the letters in bulk or of all else.

    Reminders leave in office hours, or in those that they were queued for.
    """
    may_leave = or_(col(Message.leave_by).is_(None), col(Message.leave_by) >= now)
    statement = (
        select(Message)
        .where(Message.state == MessageState.PENDING, col(Message.id) > after)
        .where((col(Message.kind) == MessageKind.LEVEL_LETTER) == in_bulk)
        .where(
            # A clock that was moved ahead by hand queues for a moment still to come.
            or_(
                col(Message.next_attempt_at) <= now,
                col(Message.next_attempt_at) == col(Message.queued_at),
            )
        )
        .order_by(col(Message.id))
        .limit(1)
    )
    return statement if in_office_hours(now) else statement.where(may_leave)


def _attempt(
    engine: Engine, policy: Policy, settings: Settings, message: Message, now: datetime
) -> Delivery | None:
    with read(engine) as session:
        mail = Composer(session, policy, settings, now).compose(message)
    if mail is None:
        with write(engine) as session:
            _settle(session, message, MessageState.DROPPED, now)
        return None
    if not settings.mail_url:
        delivery = keep_mail(mail, settings.mail_folder)
    elif message.kind in LETTERS:
        delivery = send_letter(mail, mail_url=settings.mail_url)
    else:
        delivery = send_mail(mail, mail_url=settings.mail_url)
    with write(engine) as session:
        _write_down(session, message, delivery, now)
    in_trouble = delivery.outcome in (Outcome.FAILED, Outcome.UNKNOWN)
    if in_trouble and settings.alerts_url and message.kind is not MessageKind.LEVEL_LETTER:
        title = f"A message to {message.to_email} is {delivery.outcome.value}"
        send_alert(title, delivery.detail, alerts_url=settings.alerts_url)
    return delivery


def _write_down(session: Session, message: Message, delivery: Delivery, now: datetime) -> None:
    if delivery.outcome is Outcome.RETRY:
        trouble = delivery.code in SERVER_CODES
        wait = timedelta(0) if trouble else _wait(message.attempts)
        _release(session, message, now + wait, delivery.code, delivery.detail)
        return
    state = MessageState(delivery.outcome.value)
    _settle(session, message, state, now, delivery.code, delivery.detail)


def _wait(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts, 10)
    return min(LONGEST_WAIT, doubled)


def _release(
    session: Session, message: Message, at: datetime, code: int | None, detail: str
) -> None:
    change(
        session,
        Message,
        {"id": message.id, "state": MessageState.CLAIMED},
        state=MessageState.PENDING,
        next_attempt_at=at,
        claimed_by=None,
        claim_ends_at=None,
        code=code,
        detail=_line(detail),
    )


def _line(detail: str) -> str:
    """What the mail server said, short enough to be read on the case."""
    return detail[:300]


def _put_back_later(engine: Engine, message: Message, now: datetime) -> None:
    """The server took another message, so the trouble was with this one: it waits its turn."""
    with write(engine) as session:
        pending = {"id": message.id, "state": MessageState.PENDING}
        change(session, Message, pending, next_attempt_at=now + _wait(message.attempts))


_EVENTS = {
    MessageState.SENT: EventKind.MESSAGE_SENT,
    MessageState.FAILED: EventKind.MESSAGE_FAILED,
    MessageState.UNKNOWN: EventKind.MESSAGE_BECAME_UNKNOWN,
}


def _settle(
    session: Session,
    message: Message,
    state: MessageState,
    now: datetime,
    code: int | None = None,
    detail: str = "",
) -> None:
    claimed = {"id": message.id, "state": MessageState.CLAIMED}
    settled = change(
        session,
        Message,
        claimed,
        state=state,
        settled_at=now,
        code=code,
        detail=_line(detail),
    )
    kind = _EVENTS.get(state)
    if settled and message.kind is MessageKind.LEVEL_LETTER:
        if state in (MessageState.FAILED, MessageState.UNKNOWN):
            tell_approver(session, now, message.data["batch"])
        return
    if not settled or kind is None or message.kind is not MessageKind.LETTER:
        return
    facts = {
        "message": message.id,
        "letter": message.letter_id,
        "to": message.to_email,
        "detail": _line(detail),
    }
    about = {"key": message.key, "letter_id": message.letter_id}
    noting.state(session, Message, about, state=state)
    append(session, now, THE_CLOCK, Happening(kind, message.escalation_id, facts))
    if state is not MessageState.SENT:
        _tell_case_officer(session, message, now)


def _tell_case_officer(session: Session, message: Message, now: datetime) -> None:
    escalation = session.get_one(Escalation, message.escalation_id)
    officer = session.get_one(Officer, escalation.case_officer_id)
    data: dict[str, object] = {"what": "delivery_problem", "message": message.id}
    tell(session, now, [officer], key=f"message:{message.id}", escalation=escalation, data=data)


def _give_up_lost_claims(engine: Engine, now: datetime) -> int:
    """Claims whose worker died: kept mail is simply kept again, sent mail becomes unknown."""
    lost = select(Message).where(
        Message.state == MessageState.CLAIMED, col(Message.claim_ends_at) <= now
    )
    with read(engine) as session:
        messages = session.exec(lost).all()
    unknown = 0
    for message in messages:
        with write(engine) as session:
            if str(message.claimed_by).startswith(IN_THE_FOLDER):
                _release(session, message, now, None, "The program stopped while keeping this.")
                continue
            detail = "The program stopped while this was being sent. It may have arrived."
            _settle(session, message, MessageState.UNKNOWN, now, None, detail)
            unknown += 1
    return unknown
