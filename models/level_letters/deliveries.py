"""Letters about risk levels that were refused or may not have arrived."""

from datetime import datetime

from sqlmodel import Session, col, select

from models import noting
from models.events import append
from models.inputs import Input, Text, Word
from models.letters.told import MessageProblem
from models.level_letters.events import LevelLetterSettled
from models.level_letters.tables import LetterBatch, LevelLetter
from models.level_letters.told import LevelLetterGoes, LevelLettersProblem
from models.outbox import Message, MessageKind, MessageState
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.officers import officers_in
from models.people.tables import Officer, Role
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, by_key, change, find, find_first, get_row
from models.schools.tables import Contact, School
from models.telling import tell
from models.text import check_prose
from models.told import Told

UNSETTLED = (MessageState.FAILED, MessageState.UNKNOWN)


class DeliveryDecision(Input):
    """What became of a delivery, `sent` or `send_again`, and how that is known."""

    decision: Word
    reason: Text


def settle(acting: Acting, number: int, message_id: int, given: DeliveryDecision) -> Message:
    """An officer decides what became of a letter that was refused or may have arrived.

    `sent`: it arrived, or was given to the school another way. `send_again`: to the address that
    the contact has now. Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    acting.require(Act.PREPARE_LEVEL_LETTERS)
    session, now, decision = acting.session, acting.now, given.decision
    message, letter = find_delivery(session, number, message_id)
    if decision not in ("sent", "send_again"):
        raise InvalidInput("decision", "Choose “sent” or “send_again”.")
    check_prose("reason", given.reason, most=2000)
    if message.state not in UNSETTLED:
        raise NotPossible(f"There is nothing to decide: this delivery is {message.state.value}.")
    was = {"id": message.id, "state": message.state}
    change(session, Message, was, state=MessageState.SETTLED, settled_at=now)
    noting.state(session, Message, {"key": message.key}, state=MessageState.SETTLED)
    school = get_row(session, School, letter.urn).name
    settled = LevelLetterSettled(
        None, message=message.id, school=school, decision=decision, reason=given.reason
    )
    append(session, now, acting.officer.email, settled)
    if decision == "send_again":
        _send_again(session, message, letter, now)
    return get_row(session, Message, message.id)


def tell_approver(session: Session, now: datetime, number: int) -> None:
    """A letter was refused or may not have arrived: whoever approved its batch hears of it."""
    batch = get_row(session, LetterBatch, number)
    problem = LevelLettersProblem(path=batch.page, title=batch.title)
    _tell_once(session, now, batch, "problem", problem)


def tell_unwritten(session: Session, now: datetime, message: Message) -> None:
    """The message of a letter cannot be put together: whoever approved its batch hears of it."""
    batch = get_row(session, LetterBatch, letter_in(message).batch)
    problem = MessageProblem(
        path=batch.page,
        reference=batch.title,
        to=f"{message.to_name} ({message.to_email})",
        number=message.id,
        is_letter=True,
    )
    _tell_once(session, now, batch, "unwritten", problem)


def letter_in(message: Message) -> LevelLetterGoes:
    """Which letter a delivery carries."""
    tells = message.tells
    assert isinstance(tells, LevelLetterGoes)  # noqa: S101 - by the kind of the message
    return tells


def _tell_once(session: Session, now: datetime, batch: LetterBatch, why: str, what: Told) -> None:
    """Tell whoever approved the batch.

    When they can no longer act on it, the Heads of Service hear. Once for the batch and not for
    each of its letters; the batch's page lists them.
    """
    approver = get_row(session, Officer, batch.approved_by_id)
    can_act = may(approver, Act.PREPARE_LEVEL_LETTERS)
    officers = [approver] if can_act else officers_in(session, Role.HEAD_OF_SERVICE)
    key = f"level-letters:{batch.id}:{why}"
    keys = {f"alert:{key}:{officer.id}": officer for officer in officers}
    told = set(find(session, select(Message.key).where(col(Message.key).in_(keys))))
    untold = [officer for name, officer in keys.items() if name not in told]
    tell(session, now, untold, key=key, about=None, told=what)


def find_delivery(session: Session, number: int, message_id: int) -> tuple[Message, LevelLetter]:
    """A delivery of a letter of this batch; raises NotFound."""
    message = by_key(session, Message, message_id)
    if message is not None and message.kind is MessageKind.LEVEL_LETTER:
        letter = get_row(session, LevelLetter, letter_in(message).level_letter)
        if letter.batch_id == number:
            return message, letter
    raise NotFound(f"There is no delivery {message_id} in this batch.")


def _send_again(session: Session, message: Message, letter: LevelLetter, now: datetime) -> None:
    statement = select(Contact).where(Contact.urn == letter.urn, Contact.role == letter.role)
    contact = find_first(session, statement)
    if contact is None or not contact.email:
        raise NotPossible(
            f"The school has no e-mail address for its {letter.role.label}. Add it first, or send "
            "the letter by post."
        )
    key, _, again = message.key.partition(":again:")
    add(
        session,
        Message,
        key=f"{key}:again:{int(again or 0) + 1}",
        kind=MessageKind.LEVEL_LETTER,
        to_name=contact.name,
        to_email=contact.email,
        data=message.data,
        state=MessageState.PENDING,
        queued_at=now,
        next_attempt_at=now,
    )
