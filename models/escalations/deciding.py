"""Deciding a proposal, and what follows from an approval."""

from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.approvals.approving import (
    Approver,
    approve_letters,
    check_seen,
    own_work,
    withdraw_letters,
)
from models.approvals.deciders import deciders, find_authority
from models.approvals.events import (
    OfProposal,
    ProposalApproved,
    ProposalReturned,
    ProposalSignedOff,
)
from models.clocks import london_date, long_date
from models.escalations.effects import EFFECTS, is_notice, set_escalation, set_matter, set_step
from models.escalations.events import EscalationWithdrawn
from models.escalations.proposing import CLOSING
from models.escalations.tables import (
    Action,
    Decision,
    DecisionWord,
    Proposal,
    ProposalState,
    Status,
    Step,
    StepState,
)
from models.events import append
from models.happened import Happened
from models.inputs import Input, Text, Word
from models.matters.at_hand import AtHand, find_visible
from models.matters.case import Case, at_hand
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy.ladder import refusal
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotFound, NotPossible
from models.statements import LAST_KEY, add, change, find
from models.statutory.legal import LawToday, check_may_close
from models.statutory.using import use_returned
from models.telling import tell
from models.text import check_prose

_PROPOSAL = select(Proposal).where(col(Proposal.id) == bindparam("key"))
_OFFICER = select(Officer).where(col(Officer.id) == bindparam("key"))


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
    if word is DecisionWord.RETURN:
        happenings = _return(about, proposal, approver, reason, now)
    elif proposal.stage + 1 < len(proposal.approvers):
        happenings = _sign_off(about, proposal, approver, reason, now)
    else:
        happenings = _approve(about, proposal, approver, reason, now)
    append(session, now, officer.email, *happenings)
    return _find(session, proposal_id)


def _find(session: Session, proposal_id: int) -> Proposal:
    found = find(session, _PROPOSAL, key=proposal_id) if 0 < proposal_id <= LAST_KEY else []
    if not found:
        raise NotFound(Proposal.missing.format(proposal_id))
    return found[0]


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
    holder = officer if holder_id == officer.id else find(session, _OFFICER, key=holder_id)[0]
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


def _decided(proposal: Proposal, approver: Approver, reason: str) -> _OfDecision:
    return {
        "proposal": proposal.id,
        "action": proposal.action,
        "step": proposal.step_key,
        "reason": reason,
        "for_": approver.holder.name if approver.covers else None,
    }


def _tell_proposer(about: AtHand, proposal: Proposal, what: str, now: datetime) -> None:
    proposer = find(about.session, _OFFICER, key=proposal.proposed_by_id)
    data: dict[str, object] = {"what": what, "proposal": proposal.id}
    key = f"{proposal.id}:decided"
    tell(about.session, now, proposer, key=key, about=about.matter.id, data=data)


def _return(
    about: AtHand, proposal: Proposal, approver: Approver, reason: str, now: datetime
) -> list[Happened]:
    returned = ProposalReturned(about.matter.id, **_decided(proposal, approver, reason))
    happenings: list[Happened] = [returned, *withdraw_letters(about, proposal)]
    if isinstance(about, Case):
        happenings += _step_back(about, proposal, reason, now)
    _tell_proposer(about, proposal, "proposal_returned", now)
    return happenings


def _step_back(case: Case, proposal: Proposal, reason: str, now: datetime) -> list[Happened]:
    """What the proposal had begun on the escalation is as before."""
    if proposal.action in (Action.ADVANCE, Action.INTERVENE):
        proposed = {"id": case.steps[proposal.step].id, "state": StepState.PROPOSED}
        ahead = {"state": StepState.AHEAD, "changed_on": london_date(now)}
        change(case.session, Step, proposed, **ahead)
    if proposal.action is Action.POWER:
        use_returned(case, proposal)
    if proposal.action is Action.START:
        today = london_date(now)
        set_escalation(case, status=Status.WITHDRAWN)
        set_matter(case, closed_on=today)
        set_step(case, proposal.step, StepState.AHEAD, now)
        return [EscalationWithdrawn(case.matter.id, reason=reason)]
    return []


def _sign_off(
    about: AtHand, proposal: Proposal, approver: Approver, reason: str, now: datetime
) -> list[Happened]:
    following = proposal.approvers[proposal.stage + 1]
    today, proposer_id = london_date(now), proposal.proposed_by_id
    waiting = deciders(about.session, about.matter, following, proposer_id, today)
    stage = proposal.stage + 1
    data: dict[str, object] = {"what": "proposal_waits", "proposal": proposal.id, "stage": stage}
    key = f"{proposal.id}:{stage}"
    tell(about.session, now, waiting, key=key, about=about.matter.id, data=data)
    decided = _decided(proposal, approver, reason)
    return [ProposalSignedOff(about.matter.id, **decided, as_=approver.holder.role)]


def _approve(
    about: AtHand, proposal: Proposal, approver: Approver, reason: str, now: datetime
) -> list[Happened]:
    approved = ProposalApproved(about.matter.id, **_decided(proposal, approver, reason))
    if isinstance(about, Case):
        effects = _carry_out(about, proposal, approver, now)
    else:  # of what is on no ladder, letters alone are proposed
        approve_letters(about, proposal, approver, london_date(now), None)
        effects = []
    _tell_proposer(about, proposal, "proposal_approved", now)
    return [approved, *effects]


def _carry_out(case: Case, proposal: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    _check_still_possible(case, proposal, now)
    flags = {
        name: proposal.details[name]
        for name in ("head_performance_in_question", "not_engaging")
        if name in proposal.details
    }
    if flags:
        set_escalation(case, **flags)
    return EFFECTS[proposal.action](case, proposal, approver, now)


def _check_still_possible(case: Case, proposal: Proposal, now: datetime) -> None:
    """A case may have moved on while the proposal waited: a response came in, say."""
    if proposal.action is Action.START or is_notice(case, proposal):
        return  # a notice has its own conditions, which `give_approved` looks at again
    if proposal.action in CLOSING:
        check_may_close(LawToday(case, london_date(now)))
    flags = {
        name: proposal.details.get(name)
        for name in ("head_performance_in_question", "not_engaging")
    }
    refused = refusal(proposal.action, case.standing(now, transition_awaiting=False, **flags))
    if refused:
        raise NotPossible(f"The case has moved on since this was proposed. {refused}")
    for name in ("to", "respond_by"):
        if name in proposal.details and proposal.details[name] <= london_date(now).isoformat():
            day = long_date(date.fromisoformat(proposal.details[name]))
            raise NotPossible(f"The date proposed, {day}, has come. Return it for a later one.")
