"""What rests on a sharing decision and has not left is stopped, when that does not hold any more.

A draft and an approved letter are withdrawn; a message that waits is dropped. What has left, or may
have, cannot be called back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models import noting
from models.approvals.approving import letters_of, withdraw_letters
from models.approvals.events import ProposalSuperseded
from models.approvals.tables import Proposal, ProposalState
from models.happened import Happened
from models.leaving.basis import BasisKind, bases_of
from models.letters.deliveries import role_of
from models.letters.events import LetterWithdrawn
from models.letters.tables import Letter, LetterState
from models.matters.at_hand import AtHand
from models.outbox import Message, MessageKind, MessageState
from models.rows import change, find, kept
from models.school_record.proposed import SchoolLetter
from models.sharing.events import LetterKeptBack
from models.sharing.proposed import SharedLetter
from models.sharing.recipients import recipients_of
from models.sharing.tables import SharingDecision, SharingRecipient, SharingUse

# Of these a proposal is nothing but its letter; another waits on for its approver to return it.
_LETTERS_ALONE = (SharedLetter, SchoolLetter)


@dataclass
class Stopped:
    """The letters that do not leave, or not to everybody, and what has happened thereby."""

    letters: list[int] = field(default_factory=list)
    happenings: list[Happened] = field(default_factory=list)


@kept
def _waiting(matter: int) -> SelectOfScalar[Proposal]:
    return (
        select(Proposal)
        .where(col(Proposal.matter_id) == matter)
        .where(Proposal.state == ProposalState.AWAITING)
        .order_by(col(Proposal.id))
    )


@kept
def _approved(decision: int) -> SelectOfScalar[Letter]:
    uses = exists().where(
        col(SharingUse.letter_id) == col(Letter.id), col(SharingUse.decision_id) == decision
    )
    approved = select(Letter).where(uses, Letter.state == LetterState.APPROVED)
    return approved.order_by(col(Letter.id))


@kept
def _on_their_way(decision: int) -> Select[Message, str]:
    return (
        select(Message, SharingUse.role)
        .join(SharingUse, col(SharingUse.letter_id) == col(Message.letter_id))
        .where(col(SharingUse.decision_id) == decision)
        .where(Message.kind == MessageKind.LETTER, Message.state == MessageState.PENDING)
        .order_by(col(Message.id))
    )


def stop_what_rests(about: AtHand, decision: SharingDecision, now: datetime) -> Stopped:
    """Stop whatever has not left on a decision that holds no more."""
    stopped = Stopped()
    _stop_drafts(about, recipients_of(about.session, decision.id), stopped)
    _stop_approved(about.session, decision, stopped)
    _drop_messages(about.session, decision, stopped, now)
    stopped.letters = list(dict.fromkeys(stopped.letters))
    return stopped


def _stop_drafts(about: AtHand, shared: Sequence[SharingRecipient], stopped: Stopped) -> None:
    session = about.session
    for proposal in find(session, _waiting(about.matter.id)):
        letters = letters_of(session, proposal)
        bases = [basis for letter in letters for basis in bases_of(about, proposal, letter)]
        theirs = {role for letter in letters for role in _theirs(letter, shared)}
        lost = any(each.kind is BasisKind.NONE and each.role in theirs for each in bases)
        if lost and isinstance(proposal.asks, _LETTERS_ALONE):
            change(session, Proposal, {"id": proposal.id}, state=ProposalState.SUPERSEDED)
            action = proposal.asks.action
            overtaken = ProposalSuperseded(about.matter.id, proposal=proposal.id, action=action)
            stopped.happenings += [overtaken, *withdraw_letters(about, proposal)]
            stopped.letters += [letter.id for letter in letters]


def _theirs(letter: Letter, shared: Sequence[SharingRecipient]) -> set[str]:
    """In which roles those with whom a decision shares have a letter."""
    keys = {each.id for each in shared}
    return {each.role for each in shared if each.role is not None} | {
        person.role for person in letter.named if person.shared_with in keys
    }


def _stop_approved(session: Session, decision: SharingDecision, stopped: Stopped) -> None:
    for letter in find(session, _approved(decision.id)):
        approved = {"id": letter.id, "state": LetterState.APPROVED}
        if change(session, Letter, approved, state=LetterState.WITHDRAWN):
            stopped.happenings.append(LetterWithdrawn(letter.matter_id, letter=letter.id))
            stopped.letters.append(letter.id)


def _drop_messages(
    session: Session, decision: SharingDecision, stopped: Stopped, now: datetime
) -> None:
    for message, role in find(session, _on_their_way(decision.id)):
        if role_of(message) != role or message.letter_id is None:
            continue
        waits = {"id": message.id, "state": MessageState.PENDING}
        dropped = {"state": MessageState.DROPPED, "settled_at": now, "detail": _WITHDRAWN}
        if change(session, Message, waits, **dropped):
            about = {"key": message.key, "letter_id": message.letter_id}
            noting.state(session, Message, about, state=MessageState.DROPPED)
            stopped.letters.append(message.letter_id)
            stopped.happenings.append(
                LetterKeptBack(
                    message.matter_id, decision=decision.id, letter=message.letter_id, role=role
                )
            )


_WITHDRAWN = "The sharing decision was withdrawn before it was sent."
