"""A proposal is put forward with the letters whose approval it carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.approvals.deciders import deciders
from models.approvals.events import ChangeProposed, OfProposal, PutForward, StepProposed
from models.clocks import london_date
from models.escalations.tables import Action, Proposal, ProposalState, Step, StepState
from models.happened import Happened
from models.letters.addressing import Addressing, can_be_addressed, contacts_of, recipients
from models.letters.writing import draft_letter
from models.matters.case import Case
from models.people.tables import ROLE_TITLES, Officer, Role
from models.policy import StepRule
from models.policy.ladder import approvers
from models.refusals import NotPossible
from models.schools.tables import Contact, ContactRole
from models.statements import add, change, find
from models.telling import tell

_PROPOSED = select(Proposal).where(col(Proposal.id) == bindparam("key"))


@dataclass(frozen=True)
class Draft:
    """A letter to be drafted with a proposal; `facts` are what its template names besides."""

    template: str
    addressing: Addressing
    facts: Mapping[str, Any] = field(default_factory=dict)


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
    action: Action,
    rule: StepRule,
    reason: str,
    details: dict[str, Any] | None = None,
    *,
    drafts: Sequence[Draft] = (),
    roles: tuple[str, ...] = (),
) -> Placed:
    """Write a proposal with the letters whose approval it carries, and tell who must decide.

    `roles` approve it, by default those whom the policy names for the action. What happened is
    for the caller to append. Raises NotPossible for an address that is missing.
    """
    roles = roles or approvers(case.policy, action, rule)
    details = details or {}
    proposal_id = _add_proposal(case, officer, now, action, rule.key, reason, details, roles)
    if action is Action.ADVANCE:
        ahead = {"id": case.steps[rule.key].id, "state": StepState.AHEAD}
        change(case.session, Step, ahead, state=StepState.PROPOSED, changed_on=london_date(now))
    drafted = [
        draft_letter(
            case,
            now,
            draft.template,
            draft.addressing,
            proposal_id=proposal_id,
            signed_as=ROLE_TITLES[Role(roles[-1])],
            written_by=officer.email,
            facts={**_facts(case, rule), **draft.facts},
        )
        for draft in drafts
    ]
    letter_ids = [letter_id for letter_id, _ in drafted]
    about: OfProposal
    about = {"proposal": proposal_id, "action": action, "step": rule.key, "reason": reason}
    proposed: PutForward
    if action is Action.ADVANCE:
        proposed = StepProposed(case.escalation.id, **about, details=details)
    else:
        letter = letter_ids[0] if action is Action.LETTER else None
        proposed = ChangeProposed(case.escalation.id, **about, details=details, letter=letter)
    _tell_approvers(case, proposal_id, roles[0], officer, now)
    return Placed(proposal_id, letter_ids, [proposed, *(happening for _, happening in drafted)])


def find_proposal(session: Session, proposal_id: int) -> Proposal:
    """A proposal that was just written."""
    [proposal] = find(session, _PROPOSED, key=proposal_id)
    return proposal


def _add_proposal(
    case: Case,
    officer: Officer,
    now: datetime,
    action: Action,
    step_key: str,
    reason: str,
    details: dict[str, Any],
    roles: tuple[str, ...],
) -> int:
    return add(
        case.session,
        Proposal,
        matter_id=case.matter.id,
        step_key=step_key,
        action=action,
        reason=reason,
        details=details,
        approvers=list(roles),
        state=ProposalState.AWAITING,
        proposed_by_id=officer.id,
        proposed_at=now,
    )


def at_the_school(rule: StepRule) -> Addressing:
    """Whom to write to at the school about a step, whoever the step's own letter went to."""
    head, chair = ContactRole.HEADTEACHER.value, ContactRole.CHAIR_OF_GOVERNORS.value
    if rule.to == head:
        return Addressing(head, copies_where_known=(chair,))
    return Addressing(chair, copies_where_known=(head,))


def _facts(case: Case, rule: StepRule) -> dict[str, Any]:
    """What a letter says of its step and of the steps after it, in the policy's own words."""
    return {
        "step": describe(rule),
        "next_steps": [describe(step) for step in case.ladder.following(rule.key)],
    }


def describe(rule: StepRule) -> dict[str, str]:
    """A step in words, for a letter's template."""
    return {
        "key": rule.key,
        "kind": rule.kind,
        "to": rule.to,
        "number": rule.number,
        "title": rule.title,
        "condition": CONDITIONS.get(rule.only_if or "", ""),
        "days": str(rule.response_working_days),
    }


CONDITIONS = {"head_performance_in_question": "if the headteacher’s performance is in question"}


def put_letter_forward(
    case: Case, officer: Officer, now: datetime, draft: Draft, reason: str
) -> list[Happened]:
    """Draft a letter that belongs to no transition, and propose to send it.

    A note of a discussion, the record of a meeting, an acknowledgement: drafted from what was
    just recorded, so that nobody has to remember it, and sent only once approved. Where the
    school's contact has no address yet the draft is left out and the record stands by itself.
    """
    if not Way(case, officer, now).reaches(draft.addressing):
        return []
    placed = put_forward(case, officer, now, Action.LETTER, case.rule, reason, drafts=[draft])
    return placed.happenings


def _tell_approvers(
    case: Case, proposal_id: int, role: str, officer: Officer, now: datetime
) -> None:
    waiting = _deciders(case, role, officer, now)
    data: dict[str, object] = {"what": "proposal_waits", "proposal": proposal_id, "stage": 0}
    key = f"{proposal_id}:0"
    tell(case.session, now, waiting, key=key, about=case.matter.id, data=data)


def _deciders(case: Case, role: str, officer: Officer, now: datetime) -> list[Officer]:
    """Who can decide what this officer proposes; raises NotPossible where a case has nobody."""
    waiting = deciders(case.session, case.matter, role, officer.id, london_date(now))
    if not waiting and case.matter.restricted:
        raise NotPossible(
            f"Nobody to whom this case is restricted can decide as {Role(role).label}. "
            "Have one of them named on the case first."
        )
    return waiting


@dataclass
class Way:
    """Whether what an officer would put forward on a case could go its way now."""

    case: Case
    officer: Officer
    now: datetime

    @cached_property
    def _contacts(self) -> Mapping[str, Contact]:
        return contacts_of(self.case.session, self.case.matter, london_date(self.now))

    def reaches(self, addressing: Addressing) -> bool:
        """Whether everybody whom a letter must reach has an address."""
        return can_be_addressed(self.case, addressing, self._contacts)

    def check(self, roles: Sequence[str], *letters: Addressing) -> None:
        """Refuse what cannot be addressed, or could be decided by nobody; raises NotPossible."""
        for addressing in letters:
            recipients(self.case, self._contacts, addressing.to, addressing.copies)
        if self.case.matter.restricted:  # of others, somebody is told as soon as there is one
            _deciders(self.case, roles[0], self.officer, self.now)
