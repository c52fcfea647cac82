"""An approved letter is issued: its bytes are kept, it is queued, its step moves on."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.clocks import london_date
from models.escalations.tables import Step, StepState
from models.events import THE_CLOCK, append
from models.happened import Happened
from models.letters.events import LetterIssued
from models.letters.recipients import Recipient
from models.letters.service_asked import ask_for_service
from models.letters.tables import IssuedFile, Letter, LetterState
from models.letters.told import LetterGoes
from models.matters.case import Case, case_of
from models.outbox import Message, MessageKind, MessageState
from models.people.access import THE_MACHINE
from models.policy import Policy
from models.rows import add_all, change


def freeze_letter(
    session: Session, policy: Policy, *, now: datetime, letter: Letter, files: Mapping[str, bytes]
) -> bool:
    """Issue an approved letter: keep its bytes, queue it to each recipient, move its step on.

    `files` are the renderings by format ("pdf", "html", "txt"), made outside the transaction.
    False when somebody issued it first; then nothing changes.
    """
    digests = {kind: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    issued = change(
        session,
        Letter,
        {"id": letter.id, "state": LetterState.APPROVED},
        state=LetterState.ISSUED,
        issued_at=now,
        sha256=digests["pdf"],
    )
    if not issued:
        return False
    renderings = [
        {"letter_id": letter.id, "format": kind, "content": content, "sha256": digests[kind]}
        for kind, content in files.items()
    ]
    add_all(session, IssuedFile, renderings)
    add_all(session, Message, [_posting(letter, person, now) for person in letter.goes_to or ()])
    happened = LetterIssued(
        letter.matter_id, letter=letter.id, version=letter.version, sha256=digests["pdf"]
    )
    happenings: list[Happened] = [happened]
    if letter.step_key is not None:
        case = case_of(session, policy, THE_MACHINE, letter.matter_id)
        happenings += ask_for_service(case, letter, now)
        _await_response(case, letter, letter.step_key, now)
    append(session, now, THE_CLOCK, *happenings)
    return True


def _posting(letter: Letter, person: Recipient, now: datetime) -> dict[str, Any]:
    return {
        "key": f"letter:{letter.id}:{letter.version}:{person.role}:email",
        "kind": MessageKind.LETTER,
        "matter_id": letter.matter_id,
        "letter_id": letter.id,
        "to_name": person.name,
        "to_email": person.email,
        "data": LetterGoes(role=person.role).facts,
        "state": MessageState.UNKNOWN if letter.may_have_left else MessageState.PENDING,
        "queued_at": now,
        "next_attempt_at": now,
    }


def _await_response(case: Case, letter: Letter, step_key: str, now: datetime) -> None:
    """A formal step is carried out by its letter, and then waits for the school."""
    if step_key not in case.ladder:
        return
    rule = case.ladder.step(step_key)
    if not rule.formal or letter.template != rule.letter:
        return
    step = case.steps[step_key]
    change(
        case.session,
        Step,
        {"id": step.id, "state": StepState.APPROVED},
        state=StepState.AWAITING_RESPONSE,
        changed_on=london_date(now),
    )
