"""Deciding a proposal, and what follows from an approval."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from models.approvals.approving import (
    Approver,
    check_seen,
    check_signing_off,
    own_work,
    withdraw_letters,
)
from models.approvals.deciders import deciders, find_authority
from models.approvals.effects import Effect, Taken
from models.approvals.events import (
    OfProposal,
    ProposalApproved,
    ProposalReturned,
    ProposalSignedOff,
)
from models.approvals.tables import Decision, DecisionWord, Proposal, ProposalState
from models.approvals.told import OwnProposalApproved, OwnProposalReturned, ProposalWaits
from models.escalations import effects as escalations
from models.events import append
from models.fairness.gates import check_approving
from models.happened import Happened
from models.inputs import Input, Text, Word
from models.matters.at_hand import AtHand, find_visible
from models.matters.case import at_hand
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.proposed import Proposed
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotFound
from models.reports import effects as reports
from models.rows import add, by_key, change, get_row
from models.school_record import effects as school_record
from models.sharing import effects as sharing
from models.statutory import effects as statutory
from models.telling import tell
from models.text import check_prose
from models.told import Told

# Of everything that can be proposed, what a decision on it does.
EFFECTS: Mapping[type[Proposed], Effect[Any, Any]] = {
    each.of: each
    for room in (escalations, statutory, school_record, reports, sharing)
    for each in room.EFFECTS
}


class Decided(Input):
    """`return` needs a reason; `approve` the `seen` that came with the proposal."""

    decision: Word
    reason: Text = ""
    seen: Word | None = None


def decide(acting: Acting, proposal_id: int, given: Decided) -> Proposal:
    """Approve a proposal or return it to its proposer.

    Where several roles must approve, each signs off in turn and the last one carries. A return
    needs a reason, an approval `seen`: the fingerprint (`to_be_sent`) of what the approver was
    shown. Where a letter or an address is another since, ChangedSince is raised. Also raises
    NotFound, NotAllowed (wrong role, or one's own proposal, text or address), AlreadyDecided,
    InvalidInput, and NotPossible when the case has moved on since.
    """
    acting.require(Act.DECIDE)
    session, officer, now = acting.session, acting.officer, acting.now
    proposal = _find(session, proposal_id)
    matter = find_visible(session, acting.reader, proposal.matter_id)
    if matter is None:
        raise NotFound(Proposal.missing.format(proposal_id))
    about = at_hand(session, acting.policy, matter)
    word, reason = _word(given.decision), given.reason
    check_prose("reason", reason, required=word is DecisionWord.RETURN)
    approver = find_approver(session, proposal, officer, acting.today)
    if word is DecisionWord.APPROVE:
        _check_approval(about, proposal, approver, given.seen, acting.today)
    _record(session, proposal, approver, now, word, reason)
    taken = Taken(proposal, proposal.asks, approver, reason, now)
    if word is DecisionWord.RETURN:
        happenings = _return(about, taken)
    elif proposal.stage + 1 < len(proposal.approvers):
        happenings = _sign_off(about, taken)
    else:
        happenings = _approve(about, taken)
    append(session, now, officer.email, *happenings)
    return _find(session, proposal_id)


def _find(session: Session, proposal_id: int) -> Proposal:
    found = by_key(session, Proposal, proposal_id)
    if found is None:
        raise NotFound(Proposal.missing.format(proposal_id))
    return found


def _check_approval(
    about: AtHand, proposal: Proposal, approver: Approver, seen: str | None, today: date
) -> None:
    """What is approved is what was seen, and others made it."""
    check_seen(about, proposal, seen, today)
    own = own_work(about, proposal, approver, today)
    if own is not None:
        raise NotAllowed(own)


def find_approver(session: Session, proposal: Proposal, officer: Officer, today: date) -> Approver:
    """As whom an officer decides a proposal that waits; raises NotAllowed, AlreadyDecided."""
    holder_id = find_authority(session, proposal, officer, today)
    holder = officer if holder_id == officer.id else get_row(session, Officer, holder_id)
    return Approver(officer, holder)


def _word(decision: str) -> DecisionWord:
    try:
        return DecisionWord(decision)
    except ValueError:
        raise InvalidInput("decision", "Choose “approve” or “return”.") from None


def _record(
    session: Session,
    proposal: Proposal,
    approver: Approver,
    now: datetime,
    word: DecisionWord,
    reason: str,
) -> None:
    """Take the decision, if nobody else has meanwhile."""
    last = proposal.stage + 1 == len(proposal.approvers)
    if word is DecisionWord.RETURN:
        after = {"state": ProposalState.RETURNED}
    elif last:
        after = {"state": ProposalState.APPROVED}
    else:
        after = {"state": ProposalState.AWAITING}
    as_read = {"id": proposal.id, "state": ProposalState.AWAITING, "stage": proposal.stage}
    if not change(session, Proposal, as_read, **after, stage=proposal.stage + 1):
        raise AlreadyDecided("Somebody else decided this proposal just now.")
    add(
        session,
        Decision,
        proposal_id=proposal.id,
        stage=proposal.stage,
        officer_id=approver.officer.id,
        for_officer_id=approver.holder.id if approver.covers else None,
        decision=word,
        reason=reason,
        at=now,
    )


class _OfDecision(OfProposal):
    for_: str | None  # in whose absence


def _decided(taken: Taken[Proposed]) -> _OfDecision:
    proposal, approver = taken.proposal, taken.approver
    return {
        "proposal": proposal.id,
        "action": proposal.action,
        "step": proposal.step_key,
        "reason": taken.reason,
        "for_": approver.holder.name if approver.covers else None,
    }


def _tell_proposer(about: AtHand, proposal: Proposal, what: Told, now: datetime) -> None:
    proposer = get_row(about.session, Officer, proposal.proposed_by_id)
    key = f"{proposal.id}:decided"
    tell(about.session, now, [proposer], key=key, about=about.matter.id, told=what)


def _return(about: AtHand, taken: Taken[Proposed]) -> list[Happened]:
    proposal = taken.proposal
    returned = ProposalReturned(about.matter.id, **_decided(taken))
    withdrawn = withdraw_letters(about, proposal)
    undone = EFFECTS[type(taken.asks)].undo(about, taken)
    _tell_proposer(about, proposal, OwnProposalReturned(proposal=proposal.id), taken.now)
    return [returned, *withdrawn, *undone]


def _sign_off(about: AtHand, taken: Taken[Proposed]) -> list[Happened]:
    proposal = taken.proposal
    check_signing_off(about, proposal)
    following = proposal.approvers[proposal.stage + 1]
    waiting = deciders(about.session, about.matter, following, proposal.proposed_by_id, taken.today)
    stage = proposal.stage + 1
    waits = ProposalWaits(proposal=proposal.id, stage=stage)
    key = f"{proposal.id}:{stage}"
    tell(about.session, taken.now, waiting, key=key, about=about.matter.id, told=waits)
    decided = _decided(taken)
    return [ProposalSignedOff(about.matter.id, **decided, as_=taken.approver.holder.role)]


def _approve(about: AtHand, taken: Taken[Proposed]) -> list[Happened]:
    check_approving(about, taken.proposal, taken.now)
    approved = ProposalApproved(about.matter.id, **_decided(taken))
    effects = EFFECTS[type(taken.asks)].carry_out(about, taken)
    proposal = taken.proposal
    _tell_proposer(about, proposal, OwnProposalApproved(proposal=proposal.id), taken.now)
    return [approved, *effects]
