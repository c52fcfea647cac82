"""A proposal is put forward with the letters whose approval it carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from models.approvals.deciders import deciders
from models.approvals.effects import Taken
from models.approvals.events import ChangeProposed, OfProposal, PutForward, StepProposed
from models.approvals.tables import Proposal, ProposalState
from models.approvals.told import ProposalWaits
from models.clocks import london_date
from models.escalations.tables import Step, StepState
from models.fairness.gates import check_proposing, subject_of
from models.happened import Happened
from models.letters.addressing import Addressing, can_be_addressed, contacts_at_hand, recipients
from models.letters.in_words import InWords
from models.letters.of_case import case_in_words
from models.letters.writing import draft_letter
from models.matters.at_hand import AtHand
from models.matters.case import Case
from models.people.tables import ROLE_TITLES, Officer, Role
from models.policy import StepRule
from models.policy.ladder import approvers
from models.proposed import LetterAlone, Proposed
from models.refusals import NotPossible
from models.rows import add, change, get_row
from models.schools.tables import Contact, ContactRole
from models.telling import tell


@dataclass(frozen=True)
class Draft:
    """A letter to be drafted with a proposal; `facts` are what its template names besides."""

    template: str
    addressing: Addressing
    facts: tuple[InWords, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A proposal that was put forward: its letters, and what has happened thereby."""

    proposal_id: int
    letter_ids: list[int]
    happenings: list[Happened]


def put_forward(
    case: Case,
    officer: Officer,
    now: datetime,
    what: Proposed,
    rule: StepRule,
    reason: str,
    *,
    drafts: Sequence[Draft] = (),
    roles: tuple[str, ...] = (),
) -> Placed:
    """As `place`, on a case: `roles` are by default those whom the policy names for its action.

    Its letters may name the step, the steps after it, and what is told of the case. Raises
    NotPossible where the policy wants something on record first (`models.fairness.gates`).
    """
    check_proposing(case, subject_of(what, rule), now)
    asked = Asked(what, reason, rule.key)
    deciding = roles or approvers(case.policy, what.action, rule)
    of_case = [case_in_words(case, rule, now)] if drafts else []
    whole = [replace(draft, facts=(*of_case, *draft.facts)) for draft in drafts]
    placed = place(case, officer, now, asked, deciding, whole)
    if what.takes_step:
        step = {"escalation_id": case.escalation.id, "key": rule.key}
        ahead = {**step, "state": StepState.AHEAD}
        change(case.session, Step, ahead, state=StepState.PROPOSED, changed_on=london_date(now))
    return placed


def step_returned(case: Case, taken: Taken[Proposed]) -> list[Happened]:
    """The step that was proposed is ahead again."""
    proposed = {"id": case.steps[taken.proposal.step].id, "state": StepState.PROPOSED}
    change(case.session, Step, proposed, state=StepState.AHEAD, changed_on=taken.today)
    return []


@dataclass(frozen=True)
class Asked:
    """What a proposal asks for, and why; `step_key` where its matter is on a ladder."""

    what: Proposed
    reason: str
    step_key: str | None = None


def place(
    at_hand: AtHand,
    officer: Officer,
    now: datetime,
    asked: Asked,
    roles: Sequence[str],
    drafts: Sequence[Draft] = (),
) -> Placed:
    """Write a proposal with the letters whose approval it carries, and tell who must decide.

    `roles` approve it, one after the other. What happened is for the caller to append. Raises
    NotPossible for an address that is missing.
    """
    proposal_id = add(
        at_hand.session,
        Proposal,
        matter_id=at_hand.matter.id,
        step_key=asked.step_key,
        action=asked.what.action,
        reason=asked.reason,
        details=asked.what.facts,
        approvers=list(roles),
        state=ProposalState.AWAITING,
        proposed_by_id=officer.id,
        proposed_at=now,
    )
    drafted = [
        draft_letter(
            at_hand,
            now,
            draft.template,
            draft.addressing,
            proposal_id=proposal_id,
            step_key=asked.step_key,
            signed_as=ROLE_TITLES[Role(roles[-1])],
            written_by=officer.email,
            facts=draft.facts,
        )
        for draft in drafts
    ]
    letter_ids = [letter_id for letter_id, _ in drafted]
    proposed = _proposed(at_hand, asked, proposal_id, letter_ids)
    _tell_approvers(at_hand, proposal_id, roles[0], officer, now)
    return Placed(proposal_id, letter_ids, [proposed, *(happening for _, happening in drafted)])


def _proposed(
    at_hand: AtHand, asked: Asked, proposal_id: int, letter_ids: Sequence[int]
) -> PutForward:
    about: OfProposal = {
        "proposal": proposal_id,
        "action": asked.what.action,
        "step": asked.step_key,
        "reason": asked.reason,
    }
    details = asked.what.facts
    if asked.what.takes_step:
        return StepProposed(at_hand.matter.id, **about, details=details)
    letter = letter_ids[0] if letter_ids and not asked.what.transition else None
    return ChangeProposed(at_hand.matter.id, **about, details=details, letter=letter)


def find_proposal(session: Session, proposal_id: int) -> Proposal:
    """A proposal that was just written."""
    return get_row(session, Proposal, proposal_id)


def at_the_school(rule: StepRule) -> Addressing:
    """Whom to write to at the school about a step, whoever the step's own letter went to."""
    head, chair = ContactRole.HEADTEACHER.value, ContactRole.CHAIR_OF_GOVERNORS.value
    if rule.to == head:
        return Addressing(head, copies_where_known=(chair,))
    return Addressing(chair, copies_where_known=(head,))


def put_letter_forward(
    case: Case, officer: Officer, now: datetime, what: LetterAlone, draft: Draft, reason: str
) -> list[Happened]:
    """Draft a letter that belongs to no transition, and propose to send it.

    A note of a discussion, the record of a meeting, an acknowledgement: drafted from what was
    just recorded, so that nobody has to remember it, and sent only once approved. Where the
    school's contact has no address yet the draft is left out and the record stands by itself.
    """
    if not Way(case, officer, now).reaches(draft.addressing):
        return []
    placed = put_forward(case, officer, now, what, case.rule, reason, drafts=[draft])
    return placed.happenings


def _tell_approvers(
    at_hand: AtHand, proposal_id: int, role: str, officer: Officer, now: datetime
) -> None:
    waiting = _deciders(at_hand, role, officer, now)
    waits = ProposalWaits(proposal=proposal_id, stage=0)
    key = f"{proposal_id}:0"
    tell(at_hand.session, now, waiting, key=key, about=at_hand.matter.id, told=waits)


def _deciders(at_hand: AtHand, role: str, officer: Officer, now: datetime) -> list[Officer]:
    """Who can decide what this officer proposes; raises NotPossible where a matter has nobody."""
    waiting = deciders(at_hand.session, at_hand.matter, role, officer.id, london_date(now))
    if not waiting and at_hand.matter.restricted:
        raise NotPossible(
            f"Nobody to whom this case is restricted can decide as {Role(role).label}. "
            "Have one of them named on the case first."
        )
    return waiting


@dataclass
class Way:
    """Whether what an officer would put forward on a matter could go its way now."""

    at_hand: AtHand
    officer: Officer
    now: datetime

    @cached_property
    def _contacts(self) -> Mapping[str, Contact]:
        return contacts_at_hand(self.at_hand, london_date(self.now))

    def reaches(self, addressing: Addressing) -> bool:
        """Whether everybody whom a letter must reach has an address."""
        return can_be_addressed(self.at_hand, addressing, self._contacts)

    def check(self, roles: Sequence[str], *letters: Addressing) -> None:
        """Refuse what cannot be addressed, or could be decided by nobody; raises NotPossible."""
        for addressing in letters:
            recipients(self.at_hand, self._contacts, addressing.to, *addressing.copies)
        if self.at_hand.matter.restricted:  # of others, somebody is told as soon as there is one
            _deciders(self.at_hand, roles[0], self.officer, self.now)
