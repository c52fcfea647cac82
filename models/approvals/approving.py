"""What an approval is of: the drafts that a proposal carries, as its approver saw them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models.approvals.tables import Proposal
from models.happened import Happened
from models.leaving.basis import Basis, bases_of, check_may_leave, note_uses
from models.letters.addressing import contacts_at_hand, everybody
from models.letters.events import LetterWithdrawn
from models.letters.recipients import Recipient
from models.letters.tables import Letter, LetterState, LetterVersion
from models.matters.at_hand import AtHand
from models.matters.case import see_row_at_hand
from models.people.access import Reader
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import ChangedSince, InvalidInput, NotPossible
from models.rows import change, find, kept
from models.schools.tables import Contact


@kept
def _carried(proposal: int) -> SelectOfScalar[Letter]:
    return select(Letter).where(col(Letter.proposal_id) == proposal).order_by(col(Letter.id))


@kept
def _drafted(proposal: int) -> Select[Letter, str]:
    return (
        select(Letter, LetterVersion.written_by)
        .join(LetterVersion, col(Letter.id) == col(LetterVersion.letter_id))
        .where(col(Letter.proposal_id) == proposal, Letter.state == LetterState.DRAFT)
        .where(col(LetterVersion.version) == col(Letter.version))
        .order_by(col(Letter.id))
    )


def letters_of(session: Session, proposal: Proposal) -> list[Letter]:
    """The letters whose approval a proposal carries, as they stand."""
    return find(session, _carried(proposal.id))


@dataclass(frozen=True)
class Approver:
    """Who decides a proposal, and whose role it is: their own, or an absent colleague's."""

    officer: Officer
    holder: Officer

    @property
    def covers(self) -> bool:
        """Whether it is decided for somebody else."""
        return self.officer.id != self.holder.id

    @property
    def signed_as(self) -> str:
        """What stands below their name in a letter."""
        title = self.holder.role.label
        return f"for {self.holder.name}, {title}" if self.covers else title


def to_be_sent(at_hand: AtHand, proposal: Proposal, today: date) -> str:
    """A fingerprint of what approval would do and send, for `check_seen`.

    Of the proposal, of each draft's version, of the addresses to which it would go, and of the
    basis on which each of them may have it.
    """
    contacts = contacts_at_hand(at_hand, today)
    drafts = [
        [
            letter.id,
            letter.version,
            _kept(recipients_if_known(at_hand, contacts, letter)),
            [[each.kind, each.decision] for each in bases_of(at_hand, proposal, letter)],
        ]
        for letter in _drafts(at_hand, proposal)
    ]
    approved = [proposal.id, proposal.details, drafts]
    return hashlib.sha256(json.dumps(approved, sort_keys=True).encode()).hexdigest()


def what_is_seen(
    session: Session, policy: Policy, reader: Reader, proposal_id: int, today: date
) -> str:
    """The fingerprint (`to_be_sent`) of a proposal, for whoever is shown it; raises NotFound."""
    proposal, at_hand = see_row_at_hand(session, policy, reader, Proposal, proposal_id)
    return to_be_sent(at_hand, proposal, today)


def check_seen(at_hand: AtHand, proposal: Proposal, seen: str | None, today: date) -> None:
    """Refuse an approval of something else than its approver was shown.

    Raises InvalidInput without a fingerprint of `to_be_sent`, ChangedSince for another one.
    """
    if not seen:
        raise InvalidInput(
            "seen", "Say what you approve: send the “seen” that came with the proposal."
        )
    if seen != to_be_sent(at_hand, proposal, today):
        raise ChangedSince(
            "A letter, an address to which it goes, or what lets it go there was changed after you "
            "opened this page. Read it again, then decide."
        )


def own_work(at_hand: AtHand, proposal: Proposal, approver: Approver, today: date) -> str | None:
    """Why this approver would approve their own work: a draft's text or where it goes; or None.

    Two people means two: not the words that one wrote, nor the address that one gave since the
    change was proposed, nor those of a colleague for whom one decides.
    """
    names = {each.email: each.name for each in (approver.holder, approver.officer)}
    authors = names.keys() & set(proposal.asks.authors)
    if authors:
        return f"{_spoken(approver, authors)} wrote this, so somebody else must approve it."
    drafts = find(at_hand.session, _drafted(proposal.id))
    written = {by for _, by in drafts} & names.keys()
    if written:
        who = _spoken(approver, written)
        return f"{who} wrote the current version of a letter, so somebody else must approve it."
    contacts = contacts_at_hand(at_hand, today)
    for letter, _ in drafts:
        for role in (letter.to_role, *letter.copy_roles):
            contact = contacts.get(role)
            if contact is None or contact.changed_at < proposal.proposed_at:
                continue
            if contact.source in names:
                who, what = _spoken(approver, {contact.source}), role.replace("_", " ")
                return (
                    f"{who} changed the contact of the {what} after this was proposed, and a "
                    "letter goes there, so somebody else must approve it."
                )
    return None


def _spoken(approver: Approver, emails: set[str]) -> str:
    return "You" if approver.officer.email in emails else approver.holder.name


def _drafts(at_hand: AtHand, proposal: Proposal) -> list[Letter]:
    carried = letters_of(at_hand.session, proposal)
    return [letter for letter in carried if letter.state is LetterState.DRAFT]


def recipients_if_known(
    at_hand: AtHand, contacts: Mapping[str, Contact], letter: Letter
) -> list[Recipient]:
    """To whom a draft would go by what is known today; nobody while an address is missing."""
    try:
        return everybody(at_hand, contacts, letter)
    except NotPossible:
        return []


def _kept(people: Sequence[Recipient]) -> list[dict[str, Any]]:
    return [person.kept for person in people]


def approve_letters(
    at_hand: AtHand, proposal: Proposal, approver: Approver, dated: date, respond_by: date | None
) -> None:
    """Approve a proposal's drafts: date, signature and addresses are fixed from here on.

    They are issued by whoever gets to it first, flow or clock. Raises NotPossible when an
    address has gone missing since, or when nothing lets one of them go to somebody.
    """
    contacts = contacts_at_hand(at_hand, dated)
    drafts = _drafts(at_hand, proposal)
    note_uses(at_hand.session, check_may_leave(at_hand, proposal, drafts))
    for letter in drafts:
        people = everybody(at_hand, contacts, letter)
        change(
            at_hand.session,
            Letter,
            {"id": letter.id, "state": LetterState.DRAFT},
            state=LetterState.APPROVED,
            dated=dated,
            respond_by=respond_by,
            signed_by=approver.officer.name,
            signed_as=approver.signed_as,
            recipients=_kept(people),
        )


def bases_for(at_hand: AtHand, proposal: Proposal) -> list[Basis]:
    """On which basis each recipient of a proposal's drafts may have them."""
    drafts = _drafts(at_hand, proposal)
    return [basis for letter in drafts for basis in bases_of(at_hand, proposal, letter)]


def check_signing_off(at_hand: AtHand, proposal: Proposal) -> None:
    """Refuse to sign off, before the last has decided, what cannot leave; raises NotPossible."""
    check_may_leave(at_hand, proposal, _drafts(at_hand, proposal))


def withdraw_letters(at_hand: AtHand, proposal: Proposal) -> list[Happened]:
    """Withdraw the drafts of a proposal that was returned or overtaken."""
    happenings: list[Happened] = []
    for letter in letters_of(at_hand.session, proposal):
        was_draft = {"id": letter.id, "state": LetterState.DRAFT}
        if change(at_hand.session, Letter, was_draft, state=LetterState.WITHDRAWN):
            happenings.append(LetterWithdrawn(at_hand.matter.id, letter=letter.id))
    return happenings
