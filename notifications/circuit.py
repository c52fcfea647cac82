"""The circuit before a mail server: one that is slow or down is asked by one message at a time.

What is known of a server is a row, changed in the transaction that writes down what became of a
message, so that all who send through it know the same and a process that dies forgets nothing.
"""

from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import and_, text
from sqlmodel import Session, col, select

from models.outbox import LONGEST_WAIT_ASKED, MailServer, Message
from models.rows import add, by_key, change, change_where, find_first, get_row
from notifications.conversation import CLOSING_DOWN
from notifications.way_out import Delivery, Outcome

SLOW = timedelta(seconds=20)  # for one message
# So many messages put off at their first attempt, one after the other, are no messages' fault.
PUT_OFF_AT_MOST = 3
# How long a server that is down rests between two messages: a quarter of the time that it ails.
SHORTEST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=1)

PENDING = text("message.state = 'pending'")  # word for word as the indexes have it
CLAIMED = text("message.state = 'claimed'")


class Asked(Enum):
    """How a server may be asked to take a message now."""

    FREELY = "freely"
    BY_ONE = "by one"  # it ails, and nobody else asks it
    NOT_NOW = "not now"


def asked(session: Session, name: str, now: datetime) -> Asked:
    """How the server may be asked to take another message now."""
    server = by_key(session, MailServer, name)
    if server is None:
        return Asked.FREELY
    if server.asks_to_wait(now):
        return Asked.NOT_NOW
    if server.ailing_since is None:
        return Asked.FREELY
    if server.ask_at and now < server.ask_at <= now + LONGEST_REST:
        return Asked.NOT_NOW  # one that lies farther ahead was set by a clock that was wrong
    ours = col(Message.claimed_by).startswith(f"{name}#", autoescape=True)
    under_way = select(Message.id).where(CLAIMED, col(Message.claim_ends_at) > now, ours)
    busy = find_first(session, under_way.limit(1)) is not None
    return Asked.NOT_NOW if busy else Asked.BY_ONE


def left_alone_until(session: Session, name: str, now: datetime) -> datetime | None:
    """Until when the server asked that nobody asks it; None where it did not."""
    server = by_key(session, MailServer, name)
    return server.wait_until if server is not None and server.asks_to_wait(now) else None


def hear(
    session: Session,
    name: str,
    delivery: Delivery,
    *,
    first_attempt: bool,
    took: timedelta,
    now: datetime,
) -> bool:
    """Learn from what became of one message, which took so long; whether to call an administrator.

    What was put off before has a reason of its own and does not speak against the server. An
    administrator is called once, until it has taken or refused a message since.
    """
    if delivery.outcome is Outcome.FAILED and delivery.code is None:
        return False  # the server never heard of it
    server = by_key(session, MailServer, name) or _added(session, name)
    put_off = server.put_off
    if delivery.outcome is Outcome.RETRY:
        put_off += first_attempt
    elif delivery.outcome is not Outcome.UNKNOWN:
        put_off = 0
    answers = delivery.outcome in (Outcome.SENT, Outcome.FAILED)
    is_down = (
        delivery.of_the_server
        or delivery.outcome is Outcome.UNKNOWN
        or put_off >= PUT_OFF_AT_MOST
        or (server.ailing_since is not None and not answers)
    )
    ailing = is_down or took >= SLOW
    speaks_of_itself = delivery.of_the_server and delivery.code != CLOSING_DOWN
    since = (server.ailing_since or now) if ailing else None
    call = delivery.for_administrator and server.called_at is None
    change(
        session,
        MailServer,
        {"name": name},
        put_off=put_off,
        ailing_since=since,
        ask_at=now + _rest(now - since) if since and not answers else None,
        wait_until=_left_alone_until(server, delivery, now),
        called_at=None if answers else now if call else server.called_at,
        taken_at=now if delivery.outcome is Outcome.SENT else server.taken_at,
        # Anything else it said was about a message, and may name whom it was for.
        said=delivery.detail if speaks_of_itself else server.said,
    )
    if server.ailing_since is not None and not ailing:
        _wake(session, now)
    return call


def _left_alone_until(server: MailServer, delivery: Delivery, now: datetime) -> datetime | None:
    """Until when it asked for that; what another message under way heard changes nothing."""
    if delivery.wait is None:
        return server.wait_until
    asked = now + min(LONGEST_WAIT_ASKED, timedelta(seconds=delivery.wait))
    known = server.wait_until if server.asks_to_wait(now) else None
    return max(asked, known or asked)


def _added(session: Session, name: str) -> MailServer:
    add(session, MailServer, name=name)
    return get_row(session, MailServer, name)


def _rest(ailing: timedelta) -> timedelta:
    return min(LONGEST_REST, max(SHORTEST_REST, ailing / 4))


def _wake(session: Session, now: datetime) -> None:
    """It takes messages again: those that were put off need not wait any longer."""
    put_off = and_(PENDING, col(Message.put_off) > 0, col(Message.next_attempt_at) > now)
    change_where(session, Message, put_off, next_attempt_at=now)
