"""What every way out of the building is, and what it tells of each message."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from enum import StrEnum
from typing import Protocol

from models.upkeep.findings import Finding

# How long each way waits, unless its address says otherwise, in seconds.
CONNECT_TIMEOUT = 20
READ_TIMEOUT = 20
# A server may scan the whole letter before it answers (RFC 5321, 4.5.3.2.6, grants it ten
# minutes); giving up early would leave a letter that has arrived standing as unknown.
BODY_PATIENCE = 6
# All that is said before the message itself may take as long as so many answers may each.
ANSWERS_BEFORE = 4


class Outcome(StrEnum):
    """What became of one attempt to send.

    `RETRY`: certainly not taken, try again later. `FAILED`: certainly not taken and never will be.
    `UNKNOWN`: it may have arrived, so it is never sent again by itself; an officer decides.
    """

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivery:
    """The outcome, the server's code if it gave one, and one plain line for an officer.

    `of_the_server`: no message would have fared better, so the trouble says nothing of this one.
    `for_administrator`: nobody else can put it right, and waiting alone does not. `wait`: for how
    many seconds the service asked to be left alone.
    """

    outcome: Outcome
    code: int | None
    detail: str
    of_the_server: bool = False
    for_administrator: bool = False
    wait: float | None = None


@dataclass(frozen=True)
class Parcel:
    """A whole message as it is handed over, for one recipient; `date` is aware."""

    recipient: str
    message_id: str
    date: datetime
    content: bytes


class WayOut(Protocol):
    """One way out: a mail server, a mailbox at Microsoft, the mail folder."""

    @property
    def name(self) -> str:
        """Under which all workers keep how it has been of late; never a secret."""

    @property
    def at_once(self) -> int:
        """How many messages one process may have under way."""

    @property
    def longest(self) -> float:
        """The longest that one message may take, in seconds."""

    @property
    def trouble(self) -> str | None:
        """Why it cannot be used as it is set, in plain words; connects to nothing."""

    @property
    def sender(self) -> Address:
        """In whose name messages leave."""

    @property
    def reply_to(self) -> str:
        """Where answers go, if not to the sender."""

    def deliver(self, parcel: Parcel) -> Delivery:
        """Hands one message over; never raises."""

    def examine(self, now: datetime) -> list[Finding]:
        """Tries all that can be tried without sending, where there is no `trouble`.

        Says what is missing, and whose task it is.
        """


def unprintable(value: str) -> bool:
    """Whether a header cannot carry the value: line breaks of any kind, controls, surrogates."""
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in value)


def one_line(text: str, limit: int = 300) -> str:
    """The text without breaks and controls, short enough to be read on a case."""
    line = " ".join("".join(" " if unprintable(letter) else letter for letter in text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
