"""A test message to oneself: it leaves as every message does, and shows what became of it."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.outbox import Message, MessageState
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.rows import find, find_first
from models.shown import Shown
from models.telling import tell
from models.upkeep.told import MailTested

MOST_SHOWN = 3
_KEY = "alert:mail_test:"


class TestMessage(Shown):
    """One that was asked for, with the mail server's code and words."""

    id: int
    queued_at: AwareDatetime
    state: MessageState
    code: int | None
    detail: str


def ask_for_test(acting: Acting) -> None:
    """An administrator asks for one; a second time within a minute is the same. Raises NotAllowed.

    See `queue`.
    """
    acting.require(Act.SEE_SYSTEM)
    queue(acting.session, acting.now, acting.officer)


def queue(session: Session, now: datetime, officer: Officer) -> int:
    """Let a test message leave to this officer; its number, or that of the one of this minute."""
    key = f"mail_test:{now:%Y-%m-%dT%H:%M}"
    queued = select(Message.id).where(Message.key == f"alert:{key}:{officer.id}")
    known = find_first(session, queued)
    if known is not None:
        return known
    tell(session, now, [officer], key=key, about=None, told=MailTested())
    return find(session, queued)[0]


def last_of(session: Session, officer: Officer) -> list[TestMessage]:
    """The last that were asked for by, or for, an officer, the newest first."""
    theirs = select(Message).where(
        col(Message.key).startswith(_KEY), col(Message.to_email) == officer.email
    )
    newest = theirs.order_by(col(Message.id).desc()).limit(MOST_SHOWN)
    return [_shown(each) for each in find(session, newest)]


def became(session: Session, number: int) -> TestMessage:
    """What became of one."""
    [message] = find(session, select(Message).where(Message.id == number))
    return _shown(message)


def _shown(message: Message) -> TestMessage:
    return TestMessage(
        id=message.id,
        queued_at=message.queued_at,
        state=message.state,
        code=message.code,
        detail=message.detail,
    )
