"""The outbox: a message is claimed at its turn, sent, and what became of it is written down.

A claim is committed before the mail server is spoken to, so that no two send the same message; a
claim that nobody settled may have been sent, and is never sent again by itself. A claim ends by
the time that one message may take, however many wait.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, Engine, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import in_office_hours
from models.database import read, write
from models.letters.deliveries import report_unwritten
from models.level_letters.deliveries import tell_unwritten
from models.outbox import Message, MessageKind, MessageState
from models.policy import Policy
from models.reports.links import secret_for
from models.rows import change, find, find_first, get_row, kept
from models.settings import Settings
from notifications import circuit
from notifications.channels import send_alert, send_letter, send_mail
from notifications.composing import Composer
from notifications.folder import IN_THE_FOLDER
from notifications.settling import LONGEST_WAIT, put_off, release, settle, write_down
from notifications.way_out import Delivery, Outcome
from notifications.ways import way_out

MOST_IN_A_PASS = 200
PASS_LASTS = 60.0  # seconds; what is under way by then is finished
GLANCE = 1.0  # seconds
# From the end of the conversation to the commit: a database may be locked for half a minute.
MARGIN = timedelta(seconds=45)
# What lies farther ahead was claimed by a clock that has been put right since.
LONGEST_CLAIM = timedelta(hours=2)
# So long a letter that waits holds back the later ones to the same recipient of the same case.
HOLDS_BACK = timedelta(days=2)
# What goes to schools is no automatic mail: people answer it.
LETTERS = (MessageKind.LETTER, MessageKind.LEVEL_LETTER, MessageKind.INVITATION)
# One of these waits for an earlier one to the same person, so that nobody has the second first.
IN_ORDER = (MessageKind.LETTER, MessageKind.INVITATION)
# Letters in bulk come last: nothing else waits for thousands of them.
IN_TURN = (
    tuple(kind for kind in MessageKind if kind is not MessageKind.LEVEL_LETTER),
    (MessageKind.LEVEL_LETTER,),
)

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """What one pass did, in messages."""

    sent: int
    retry: int
    failed: int
    unknown: int
    dropped: int


def deliver(engine: Engine, policy: Policy, settings: Settings, clock: Clock) -> Delivered:
    """One pass: send what may leave now, the oldest first, a few at once.

    After a minute nothing more is begun. `clock` is asked anew for each message.
    """
    most, until = MOST_IN_A_PASS, time.monotonic() + PASS_LASTS
    with Sending(engine, policy, settings, clock) as sending:
        count = Counter({"unknown": sending.give_up_lost_claims()})
        while True:
            if time.monotonic() < until:
                most -= sending.begin(most)
            if not sending.under_way:
                break
            count += sending.gather(GLANCE)
    return Delivered(
        sent=count["sent"],
        retry=count["retry"],
        failed=count["failed"],
        unknown=count["unknown"],
        dropped=count["dropped"],
    )


class Sending:
    """The messages that one process has under way; a context manager that waits for the last."""

    def __init__(self, engine: Engine, policy: Policy, settings: Settings, clock: Clock) -> None:
        self._engine, self._policy, self._settings, self._clock = engine, policy, settings, clock
        self._way = way_out(settings)
        self._pool = ThreadPoolExecutor(self._way.at_once, thread_name_prefix="sending")
        self.under_way: set[Future[str]] = set()
        self._more = False  # whether something was found to be sent when that was last asked

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()

    def begin(self, most: int = MOST_IN_A_PASS) -> int:
        """Claim what may leave now and begin to send it, as far as hands are free; how many."""
        begun = 0
        while begun < most and len(self.under_way) < self._way.at_once:
            message = self._claim()
            if message is None:
                break
            self.under_way.add(self._pool.submit(self._send, message))
            begun += 1
        return begun

    def gather(self, seconds: float) -> Counter[str]:
        """Wait until one of those under way ends, at most so long; what became of the ended.

        Raises what kept one from being written down: its claim will run out.
        """
        ended, self.under_way = wait(self.under_way, seconds, return_when=FIRST_COMPLETED)
        return Counter(each.result() for each in ended)

    def _claim(self) -> Message | None:
        """The next message that may leave, now ours; None when there is none."""
        if not self._more:  # who only looks need not wait for those who write
            with read(self._engine) as session:
                if self._next(session) is None:
                    return None
        with write(self._engine) as session:
            message = self._next(session)
            self._more = message is not None
            if message is not None:
                change(
                    session,
                    Message,
                    {"id": message.id, "state": MessageState.PENDING},
                    state=MessageState.CLAIMED,
                    claimed_by=f"{self._way.name}#{os.getpid()}",
                    claim_ends_at=self._clock() + timedelta(seconds=self._way.longest) + MARGIN,
                    attempts=message.attempts + 1,
                )
                message = get_row(session, Message, message.id)
            return message

    def _next(self, session: Session) -> Message | None:
        now = self._clock()
        asked = circuit.asked(session, self._way.name, now)
        if asked is circuit.Asked.NOT_NOW:
            return None
        # A server that ails is tried even where all that waits was put off for longer.
        turns = (False, True) if asked is circuit.Asked.BY_ONE else (False,)
        for early, kinds in product(turns, IN_TURN):
            found = _sendable(session, now, kinds, early=early)
            if found is not None:
                return found
        return None

    def _send(self, message: Message) -> str:
        """Send one message that is ours, and write down what became of it."""
        begun = self._clock()
        try:
            secret = secret_for(self._engine, message, begun)
            with read(self._engine) as session:
                composer = Composer(session, self._policy, self._settings, begun)
                mail = composer.compose(message, secret)
        except Exception:
            log.exception("Message %s cannot be put together", message.id)
            with write(self._engine) as session:
                put_off(session, message, begun, None, "It could not be put together.")
            with write(self._engine) as session:
                if message.kind is MessageKind.LEVEL_LETTER:
                    tell_unwritten(session, begun, message)
                report_unwritten(session, now=begun, message=message)
            return Outcome.RETRY
        if mail is None:
            with write(self._engine) as session:
                settle(session, message, MessageState.DROPPED, begun)
            return MessageState.DROPPED
        send = send_letter if message.kind in LETTERS else send_mail
        delivery = send(mail, self._way)
        ended = self._clock()
        with write(self._engine) as session:
            call = circuit.hear(
                session,
                self._way.name,
                delivery,
                first_attempt=message.put_off == 0,
                took=ended - begun,
                now=ended,
            )
            write_down(session, message, delivery, ended)
        self._alert(message, delivery, call=call)
        return delivery.outcome

    def _alert(self, message: Message, delivery: Delivery, *, call: bool) -> None:
        alerts_url = self._settings.alerts_url
        if not alerts_url:
            return
        if call:
            send_alert(
                "No mail leaves: an administrator is needed", delivery.detail, alerts_url=alerts_url
            )
        in_trouble = delivery.outcome in (Outcome.FAILED, Outcome.UNKNOWN)
        if in_trouble and message.kind is not MessageKind.LEVEL_LETTER:
            title = f"A message to {message.to_email} is {delivery.outcome.value}"
            send_alert(title, delivery.detail, alerts_url=alerts_url)

    def give_up_lost_claims(self) -> int:
        """Claims that ran out, for whoever had them died: kept mail is simply kept again, sent mail
        becomes unknown. How many became so."""
        now = self._clock()
        over = or_(
            col(Message.claim_ends_at) <= now, col(Message.claim_ends_at) > now + LONGEST_CLAIM
        )
        with read(self._engine) as session:
            lost = find(session, select(Message).where(circuit.CLAIMED, over))
        unknown = 0
        for message in lost:
            with write(self._engine) as session:
                if str(message.claimed_by).startswith(IN_THE_FOLDER):
                    stopped = "The program stopped while keeping this."
                    release(session, message, None, stopped)
                    continue
                detail = "The program stopped while this was being sent. It may have arrived."
                settle(session, message, MessageState.UNKNOWN, now, None, detail)
                unknown += 1
        return unknown


def _sendable(
    session: Session, now: datetime, kinds: tuple[MessageKind, ...], *, early: bool
) -> Message | None:
    """The next message of these kinds that may leave: the oldest.

    `early`: of those that were put off the next one, though its time has not come.
    """
    hours = in_office_hours(now)
    moments = (now, now + LONGEST_WAIT, now - HOLDS_BACK)
    return find_first(session, _next_of(*moments, kinds=kinds, early=early, in_hours=hours))


@kept
def _next_of(
    now: datetime,
    longest: datetime,
    held_since: datetime,
    *,
    kinds: tuple[MessageKind, ...],
    early: bool,
    in_hours: bool,
) -> SelectOfScalar[Message]:
    next_at, put_off = col(Message.next_attempt_at), col(Message.put_off) > 0
    # What lies farther ahead than any wait was put off by a clock that has been put right since.
    due = or_(next_at <= now, next_at == col(Message.queued_at), and_(put_off, next_at > longest))
    statement = (
        select(Message)
        .where(circuit.PENDING, col(Message.kind).in_(kinds), ~_held_back(held_since))
        .where(put_off if early else due)
        .order_by(*([next_at] if early else []), col(Message.id))
        .limit(1)
    )
    # Reminders leave in office hours, or in those that they were queued for.
    may_leave = or_(col(Message.leave_by).is_(None), col(Message.leave_by) >= now)
    return statement if in_hours else statement.where(may_leave)


def _held_back(held_since: datetime) -> ColumnElement[bool]:
    """Of letters and invitations: those with an earlier one to the same recipient on its way.

    Not for ever: one that is refused or unknown is an officer's to decide about, and one that the
    server puts off again and again holds the others back for two days.
    """
    earlier = aliased(Message)
    waits = and_(col(earlier.state) == MessageState.PENDING, col(earlier.queued_at) > held_since)
    return and_(
        col(Message.kind).in_(IN_ORDER),
        select(earlier.id)
        .where(
            col(earlier.matter_id) == col(Message.matter_id),
            col(earlier.kind).in_(IN_ORDER),
            col(earlier.to_email) == col(Message.to_email),
            col(earlier.id) < col(Message.id),
            or_(col(earlier.state) == MessageState.CLAIMED, waits),
        )
        .exists(),
    )
