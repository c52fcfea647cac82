"""What became of a letter that the mail server refused, or may have taken: an officer decides."""

from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models import noting
from models.clocks import london_date
from models.events import THE_CLOCK, append
from models.inputs import Input, Text, Word
from models.letters.addressing import address_of, contacts_of
from models.letters.events import LetterNotIssued, MessageHeldUp, MessageSettled
from models.letters.stopped import is_stopped
from models.letters.tables import Letter
from models.letters.told import LetterGoes, LetterProblem, MessageProblem
from models.matters.at_hand import find_row, see_row
from models.matters.tables import Matter
from models.outbox import Message, MessageKind, MessageState
from models.people.access import THE_MACHINE, Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, change, find, find_first, get_row, kept
from models.telling import tell
from models.text import check_prose

UNSETTLED = (MessageState.FAILED, MessageState.UNKNOWN)
UNWRITTEN = "message_problem"


class DeliverySettled(Input):
    """A decision with its reason."""

    decision: Word
    reason: Text = ""


def settle(acting: Acting, message_id: int, given: DeliverySettled) -> Message:
    """An officer decides what became of a refused or unknown letter.

    `sent`: it arrived, or was served another way. `send_again`: a new message to the address
    that the contact has now. Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    message = find_row(session, officer, Act.SETTLE_DELIVERY, Message, message_id)
    if message.kind is not MessageKind.LETTER:
        raise NotFound(Message.missing.format(message_id))
    check_settling(message)
    if given.decision not in ("sent", "send_again"):
        raise InvalidInput("decision", "Choose “sent” or “send_again”.")
    check_prose("reason", given.reason)
    if given.decision == "send_again":
        _check_may_go(session, message)
    change(
        session,
        Message,
        {"id": message.id, "state": message.state},
        state=MessageState.SETTLED,
        settled_at=now,
    )
    about = {"key": message.key, "letter_id": message.letter_id}
    noting.state(session, Message, about, state=MessageState.SETTLED)
    settled = MessageSettled(
        message.matter_id,
        message=message.id,
        letter=message.letter_id,
        decision=given.decision,
        reason=given.reason,
    )
    append(session, now, officer.email, settled)
    if given.decision == "send_again":
        _send_again(session, acting.policy, message, now)
    return get_row(session, Message, message.id)


def check_settling(message: Message) -> None:
    """Refuse to decide what became of a delivery that is in no doubt; raises NotPossible."""
    if message.state not in UNSETTLED:
        raise NotPossible(f"There is nothing to decide: this delivery is {message.state.value}.")


def _check_may_go(session: Session, message: Message) -> None:
    if is_stopped(session, message.letter_id, role_of(message) or ""):
        raise NotPossible(
            "The sharing decision on which this letter went there has been withdrawn, so it cannot "
            "be sent again. Say that it arrived, or was served another way, if it was."
        )


def unsettled_of(session: Session, matter: Matter) -> list[Message]:
    """The letters of a matter of which an officer must decide what became, as they were drafted."""
    return find(session, _unsettled(matter.id))


@kept
def _unsettled(matter: int) -> SelectOfScalar[Message]:
    statement = select(Message).where(
        col(Message.matter_id) == matter,
        col(Message.kind) == MessageKind.LETTER,
        col(Message.state).in_(UNSETTLED),
    )
    return statement.order_by(col(Message.letter_id), col(Message.id))


def report_unissued(session: Session, *, now: datetime, letter_id: int) -> None:
    """An approved letter's documents cannot be made: its case officer is told, once."""
    key = f"letter:{letter_id}:unissued"
    if _was_told(session, key):
        return
    letter = see_row(session, THE_MACHINE, Letter, letter_id)
    matter = get_row(session, Matter, letter.matter_id)
    officer = get_row(session, Officer, matter.officer_id)
    problem = LetterProblem(letter=letter.id)
    tell(session, now, [officer], key=key, about=matter.id, told=problem)
    append(session, now, THE_CLOCK, LetterNotIssued(matter.id, letter=letter.id))


def report_unwritten(session: Session, *, now: datetime, message: Message) -> None:
    """A message cannot be put together: the officer of its case is told, once.

    Of a letter the record says so as well. A message of no case, and this alert itself, is left to
    the log; of a letter in bulk see `models.level_letters.deliveries.tell_unwritten`.
    """
    # Asked by the word: what it tells may be what cannot be read.
    if message.matter_id is None or message.data.get("what") == UNWRITTEN:
        return
    key = f"message:{message.id}:unwritten"
    if _was_told(session, key):
        return
    matter = get_row(session, Matter, message.matter_id)
    officer = get_row(session, Officer, matter.officer_id)
    is_letter = message.kind is MessageKind.LETTER
    problem = MessageProblem(
        path=matter.page,
        reference=matter.reference,
        to=f"{message.to_name} ({message.to_email})",
        number=message.id,
        is_letter=is_letter,
    )
    tell(session, now, [officer], key=key, about=matter.id, told=problem)
    if is_letter:
        held_up = MessageHeldUp(
            matter.id, message=message.id, letter=message.letter_id, to=message.to_email
        )
        append(session, now, THE_CLOCK, held_up)


def role_of(message: Message) -> str | None:
    """In what role somebody has the letter that a message carries; None of any other message."""
    tells = message.tells
    return tells.role if isinstance(tells, LetterGoes) else None


def _was_told(session: Session, key: str) -> bool:
    """Whether anybody was told of this, whoever the officer was then."""
    told = select(Message.id).where(col(Message.key).startswith(f"alert:{key}:", autoescape=True))
    return find_first(session, told) is not None


def _send_again(session: Session, policy: Policy, message: Message, now: datetime) -> None:
    matter = get_row(session, Matter, message.matter_id)
    contacts = contacts_of(session, matter, london_date(now))
    letter = see_row(session, THE_MACHINE, Letter, message.letter_id or 0)
    role = role_of(message) or ""
    by_name = [person for person in letter.named if person.role == role]
    person = next(iter(by_name), None) or address_of(policy, contacts, role)
    if person is None:
        who = role.replace("_", " ")
        raise NotPossible(f"The school has no e-mail address for its {who}. Add it first.")
    key, _, again = message.key.partition(":again:")
    add(
        session,
        Message,
        key=f"{key}:again:{int(again or 0) + 1}",
        kind=MessageKind.LETTER,
        matter_id=message.matter_id,
        letter_id=message.letter_id,
        to_name=person.name,
        to_email=person.email,
        data=message.data,
        state=MessageState.PENDING,
        queued_at=now,
        next_attempt_at=now,
    )
