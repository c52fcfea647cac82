"""An approved batch: its letters frozen, and queued for e-mail."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models import noting
from models.events import THE_CLOCK
from models.level_letters.batches import count, record
from models.level_letters.deliveries import tell_approver
from models.level_letters.events import LevelLettersIssued, LevelLettersKept
from models.level_letters.tables import (
    BatchState,
    LetterBatch,
    LevelLetter,
    LevelLetterFile,
    LevelLetterState,
)
from models.level_letters.told import LevelLetterGoes
from models.outbox import MAY_HAVE_LEFT, Message, MessageKind, MessageState
from models.rows import add_all, change

# Of a letter the record speaks from its issue on, so then it says all that it was drafted with.
PRINTED = ("batch_id", "urn", "role", "level", "before", "name", "email", "address", "body")


@dataclass(frozen=True)
class Frozen:
    """A letter as it was printed: its bytes and pages, or the reason why it cannot be printed."""

    letter: LevelLetter
    content: bytes
    pages: int
    trouble: str = ""


def freeze(session: Session, now: datetime, batch: LetterBatch, printed: Sequence[Frozen]) -> None:
    """Issue letters of an approved batch: keep their bytes, and queue those that go by e-mail.

    What somebody else issued first stays as it is.
    """
    files, messages = [], []
    for each in printed:
        drafted = {"id": each.letter.id, "state": LevelLetterState.DRAFTED}
        if each.trouble:
            left_out = {"state": LevelLetterState.LEFT_OUT, "left_out": each.trouble[:500]}
            change(session, LevelLetter, drafted, **left_out)
            continue
        issued = {
            "state": LevelLetterState.ISSUED,
            "sha256": hashlib.sha256(each.content).hexdigest(),
            "pages": each.pages,
        }
        if change(session, LevelLetter, drafted, **issued):
            files.append({"letter_id": each.letter.id, "content": each.content})
            printed_on_it = {name: getattr(each.letter, name) for name in PRINTED}
            noting.state(session, LevelLetter, {"id": each.letter.id}, **printed_on_it)
            if each.letter.email:
                messages.append(_posting(batch, each.letter, now))
    add_all(session, LevelLetterFile, files)
    add_all(session, Message, messages)
    if files:
        record(session, now, THE_CLOCK, LevelLettersKept, batch, len(files))


def _posting(batch: LetterBatch, letter: LevelLetter, now: datetime) -> dict[str, object]:
    return {
        "key": f"level-letter:{letter.id}:email",
        "kind": MessageKind.LEVEL_LETTER,
        "to_name": letter.name,
        "to_email": letter.email,
        "data": LevelLetterGoes(level_letter=letter.id, batch=batch.id).facts,
        "state": MessageState.UNKNOWN if batch.may_have_left else MessageState.PENDING,
        "detail": MAY_HAVE_LEFT if batch.may_have_left else "",
        "queued_at": now,
        "next_attempt_at": now,
    }


def finish_issuing(
    session: Session, now: datetime, batch: LetterBatch, bundle: tuple[str, int] | None
) -> bool:
    """All letters of a batch are issued, and its print bundle is there: its SHA-256 and pages.

    False when somebody else was first.
    """
    sha256, pages = bundle or (None, None)
    issued = change(
        session,
        LetterBatch,
        {"id": batch.id, "state": BatchState.APPROVED},
        state=BatchState.ISSUED,
        issued_at=now,
        bundle_sha256=sha256,
        bundle_pages=pages,
    )
    if issued:
        letters = count(session, batch, LevelLetterState.ISSUED)
        record(session, now, THE_CLOCK, LevelLettersIssued, batch, letters)
        if batch.may_have_left:
            tell_approver(session, now, batch.id)
    return issued
