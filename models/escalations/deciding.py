"""Deciding a proposal, and what follows from an approval."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.approvals.approving import (
    Approver,
    approve_letters,
    check_seen,
    letters_of,
    own_work,
    withdraw_letters,
)
from models.approvals.deciders import deciders, find_authority
from models.approvals.events import (
    OfProposal,
    ProposalApproved,
    ProposalReturned,
    ProposalSignedOff,
    ProposalSuperseded,
)
from models.clocks import add_working_days, london_date, long_date
from models.escalations.events import (
    Closed,
    EscalationConverted,
    EscalationEnded,
    EscalationOpened,
    EscalationPaused,
    EscalationResolved,
    EscalationResumed,
    EscalationWithdrawn,
    StepPassedOver,
)
from models.escalations.proposing import CLOSING
from models.escalations.tables import (
    Action,
    Decision,
    DecisionWord,
    Escalation,
    Proposal,
    ProposalState,
    Status,
    Step,
    StepState,
)
from models.events import append
from models.happened import Happened
from models.matters.case import Case, case_of
from models.matters.deadlines import (
    cancel_deadline,
    cancel_statutory,
    extend_deadline,
    restart_deadline,
    set_deadline,
    settle_deadline,
    stop_deadline,
)
from models.matters.events import DeadlineExtended
from models.matters.tables import STATUTORY
from models.people.access import Act, reader, require
from models.people.tables import Officer
from models.policy import Policy
from models.policy.ladder import refusal
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotFound, NotPossible
from models.statements import LAST_KEY, add, add_all, change, find
from models.statutory.ending import drop_powers, letter_approved
from models.statutory.following import cease_notices
from models.statutory.giving import give_approved
from models.statutory.legal import LawToday, check_eligible, check_may_close
from models.statutory.using import use_approved, use_returned
from models.telling import tell
from models.text import check_prose

_PROPOSAL = select(Proposal).where(col(Proposal.id) == bindparam("key"))
_OFFICER = select(Officer).where(col(Officer.id) == bindparam("key"))
_WAITING = (
    select(Proposal)
    .where(col(Proposal.escalation_id) == bindparam("escalation"))
    .where(Proposal.state == ProposalState.AWAITING)
)


def decide(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    proposal_id: int,
    decision: str,
    reason: str = "",
    seen: str | None = None,
) -> Proposal:
    """Approve a proposal or return it to its proposer.

    Where several roles must approve, each signs off in turn and the last one carries. A return
    needs a reason, an approval `seen`: the fingerprint (`to_be_sent`) of what the approver was
    shown. Where a letter or an address is another since, ChangedSince is raised. Also raises
    NotFound, NotAllowed (wrong role, or one's own proposal, text or address), AlreadyDecided,
    InvalidInput, and NotPossible when the case has moved on since.
    """
    require(officer, Act.DECIDE)
    proposal = _find(session, proposal_id)
    missing = Proposal.missing.format(proposal_id)
    case = case_of(session, policy, reader(officer), proposal.escalation_id, missing)
    word = _word(decision)
    check_prose("reason", reason, required=word is DecisionWord.RETURN)
    approver = find_approver(session, proposal, officer, london_date(now))
    if word is DecisionWord.APPROVE:
        _check_approval(case, proposal, approver, seen, london_date(now))
    _record(case, proposal, approver, now, word, reason)
    if word is DecisionWord.RETURN:
        happenings = _return(case, proposal, approver, reason, now)
    elif proposal.stage + 1 < len(proposal.approvers):
        happenings = _sign_off(case, proposal, approver, reason, now)
    else:
        happenings = _approve(case, proposal, approver, reason, now)
    append(session, now, officer.email, *happenings)
    return _find(session, proposal_id)


def _find(session: Session, proposal_id: int) -> Proposal:
    found = find(session, _PROPOSAL, key=proposal_id) if 0 < proposal_id <= LAST_KEY else []
    if not found:
        raise NotFound(Proposal.missing.format(proposal_id))
    return found[0]


def _check_approval(
    case: Case, proposal: Proposal, approver: Approver, seen: str | None, today: date
) -> None:
    """What is approved is what was seen, and others made it."""
    check_seen(case, proposal, seen, today)
    own = own_work(case, proposal, approver, today)
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
    case: Case,
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
    if not change(case.session, Proposal, as_read, **after, stage=proposal.stage + 1):
        raise AlreadyDecided("Somebody else decided this proposal just now.")
    add(
        case.session,
        Decision,
        proposal_id=proposal.id,
        stage=proposal.stage,
        officer_id=approver.officer.id,
        for_officer_id=approver.holder.id if approver.covers else None,
        decision=word,
        reason=reason,
        at=now,
    )


class _Decided(OfProposal):
    for_: str | None  # in whose absence


def _decided(proposal: Proposal, approver: Approver, reason: str) -> _Decided:
    return {
        "proposal": proposal.id,
        "action": proposal.action,
        "step": proposal.step_key,
        "reason": reason,
        "for_": approver.holder.name if approver.covers else None,
    }


def _tell_proposer(case: Case, proposal: Proposal, what: str, now: datetime) -> None:
    proposer = find(case.session, _OFFICER, key=proposal.proposed_by_id)
    data: dict[str, object] = {"what": what, "proposal": proposal.id}
    key = f"{proposal.id}:decided"
    tell(case.session, now, proposer, key=key, escalation=case.escalation, data=data)


def _return(
    case: Case, proposal: Proposal, approver: Approver, reason: str, now: datetime
) -> list[Happened]:
    case_id, decided = case.escalation.id, _decided(proposal, approver, reason)
    happenings: list[Happened] = [ProposalReturned(case_id, **decided)]
    happenings += withdraw_letters(case, proposal)
    if proposal.action is Action.ADVANCE:
        proposed = {"id": case.steps[proposal.step_key].id, "state": StepState.PROPOSED}
        ahead = {"state": StepState.AHEAD, "changed_on": london_date(now)}
        change(case.session, Step, proposed, **ahead)
    if proposal.action is Action.POWER:
        use_returned(case, proposal)
    if proposal.action is Action.START:
        today = london_date(now)
        _set_escalation(case, status=Status.WITHDRAWN, closed_on=today)
        _set_step(case, proposal.step_key, StepState.AHEAD, now)
        happenings.append(EscalationWithdrawn(case_id, reason=reason))
    _tell_proposer(case, proposal, "proposal_returned", now)
    return happenings


def _sign_off(
    case: Case, proposal: Proposal, approver: Approver, reason: str, now: datetime
) -> list[Happened]:
    following = proposal.approvers[proposal.stage + 1]
    today, proposer_id = london_date(now), proposal.proposed_by_id
    waiting = deciders(case.session, case.escalation, following, proposer_id, today)
    stage = proposal.stage + 1
    data: dict[str, object] = {"what": "proposal_waits", "proposal": proposal.id, "stage": stage}
    key = f"{proposal.id}:{stage}"
    tell(case.session, now, waiting, key=key, escalation=case.escalation, data=data)
    decided = _decided(proposal, approver, reason)
    return [ProposalSignedOff(case.escalation.id, **decided, as_=approver.holder.role)]


def _approve(
    case: Case, proposal: Proposal, approver: Approver, reason: str, now: datetime
) -> list[Happened]:
    _check_still_possible(case, proposal, now)
    approved = ProposalApproved(case.escalation.id, **_decided(proposal, approver, reason))
    flags = {
        name: proposal.details[name]
        for name in ("head_performance_in_question", "not_engaging")
        if name in proposal.details
    }
    if flags:
        _set_escalation(case, **flags)
    effects = EFFECTS[proposal.action](case, proposal, approver, now)
    _tell_proposer(case, proposal, "proposal_approved", now)
    return [approved, *effects]


def _check_still_possible(case: Case, proposal: Proposal, now: datetime) -> None:
    """A case may have moved on while the proposal waited: a response came in, say."""
    if proposal.action is Action.START or _is_notice(case, proposal):
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


def _is_notice(case: Case, proposal: Proposal) -> bool:
    if proposal.action is not Action.ADVANCE:
        return False
    return case.ladder.step(proposal.step_key).kind == "notice"


def _set_escalation(case: Case, **values: object) -> None:
    change(case.session, Escalation, {"id": case.escalation.id}, **values)


def _set_step(case: Case, key: str, state: StepState, now: datetime) -> None:
    step = {"id": case.steps[key].id}
    change(case.session, Step, step, state=state, changed_on=london_date(now))


def _start(case: Case, _: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    today = london_date(now)
    _set_escalation(
        case, status=Status.OPEN, opened_on=today, head_of_service_id=approver.holder.id
    )
    _set_step(case, case.escalation.step_key, StepState.APPROVED, now)
    return [EscalationOpened(case.escalation.id, step=case.escalation.step_key)]


def _advance(case: Case, proposal: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    if _is_notice(case, proposal):
        return give_approved(case, proposal, approver, now)
    if case.step.state is StepState.AWAITING_RESPONSE:
        _set_step(case, case.step.key, StepState.NO_RESPONSE, now)
        if case.deadline is not None:
            settle_deadline(case.session, case.deadline, met=False)
    rule = case.ladder.step(proposal.step_key)
    today = london_date(now)
    if rule.kind == "powers":
        check_eligible(LawToday(case, today))
    _set_step(case, rule.key, StepState.APPROVED, now)
    _set_escalation(case, step_key=rule.key)
    if not rule.formal:
        approve_letters(case, proposal, approver, today, None)
        return []
    due_on, why = _response_day(proposal, rule.response_working_days, today)
    approve_letters(case, proposal, approver, today, due_on)
    deadline = set_deadline(
        case.session,
        case.policy,
        case.escalation,
        step_key=rule.key,
        due_on=due_on,
        rule=why,
        now=now,
    )
    return [deadline]


def _response_day(proposal: Proposal, days: int, dated: date) -> tuple[date, str]:
    if "respond_by" in proposal.details:
        return date.fromisoformat(proposal.details["respond_by"]), "The date set in the letter"
    rule = f"{days} working days after the letter of {long_date(dated)}"
    return add_working_days(dated, days), rule


def _pass_over(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    if case.step.state is StepState.AWAITING_RESPONSE:
        _set_step(case, case.step.key, StepState.NO_RESPONSE, now)
        if case.deadline is not None:
            settle_deadline(case.session, case.deadline, met=False)
    _set_step(case, proposal.step_key, StepState.PASSED_OVER, now)
    _set_escalation(case, step_key=proposal.step_key)
    step, reason = proposal.step_key, proposal.reason
    return [StepPassedOver(case.escalation.id, step=step, reason=reason)]


def _resolve(case: Case, proposal: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    approve_letters(case, proposal, approver, london_date(now), None)
    return _close(case, proposal, Status.RESOLVED, EscalationResolved, now)


def _withdraw(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    return _close(case, proposal, Status.WITHDRAWN, EscalationWithdrawn, now)


def _end(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    return _close(case, proposal, Status.ENDED, EscalationEnded, now)


def _close(
    case: Case, proposal: Proposal, status: Status, what: type[Closed], now: datetime
) -> list[Happened]:
    _set_escalation(case, status=status, closed_on=london_date(now))
    if case.deadline is not None:
        cancel_deadline(case.session, case.deadline)
    cancel_statutory(case.session, case.escalation.id)
    closed = what(case.escalation.id, step=case.step.key, reason=proposal.reason)
    dropped = drop_powers(case, london_date(now), f"The escalation was {status.value}")
    return [closed, *dropped, *_supersede_others(case)]


def _supersede_others(case: Case) -> list[Happened]:
    """Letters that still wait for approval have lost their occasion."""
    happenings: list[Happened] = []
    for other in find(case.session, _WAITING, escalation=case.escalation.id):
        change(case.session, Proposal, {"id": other.id}, state=ProposalState.SUPERSEDED)
        case_id, action = case.escalation.id, other.action
        happenings.append(ProposalSuperseded(case_id, proposal=other.id, action=action))
        happenings += withdraw_letters(case, other)
    return happenings


def _pause(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    _set_escalation(case, status=Status.PAUSED)
    chased = case.step.state in (StepState.APPROVED, StepState.AWAITING_RESPONSE)
    # What the law fixes runs on, whatever we do.
    if chased and case.deadline is not None and case.deadline.kind not in STATUTORY:
        stop_deadline(case.session, case.deadline, now)
    return [EscalationPaused(case.escalation.id, reason=proposal.reason)]


def _resume(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    _set_escalation(case, status=Status.OPEN)
    due_on = None
    if case.deadline is not None and case.deadline.days_left is not None:
        due_on = restart_deadline(case.session, case.policy, case.deadline, now)
    return [EscalationResumed(case.escalation.id, reason=proposal.reason, due_on=due_on)]


def _extend(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    to = date.fromisoformat(proposal.details["to"])
    if case.deadline is None:
        raise NotPossible("There is no deadline to extend.")
    extended = DeadlineExtended(
        case.escalation.id,
        deadline=case.deadline.id,
        from_=case.deadline.due_on,
        to=to,
        reason=proposal.reason,
    )
    extend_deadline(case.session, case.policy, case.deadline, to, now)
    return [extended]


def _convert(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    """The school became an academy: its statutory steps fall away, it goes on at a shared one.

    Shared steps up to that one keep their state; any after it are still to come again. Those of
    academies alone that stand before it are not taken any more.
    """
    academy = case.policy.ladder("academy")
    to = proposal.details["step"]
    if to != case.escalation.step_key and case.deadline is not None:
        cancel_deadline(case.session, case.deadline)
    again = {step.key for step in academy.following(to)}
    for key in case.steps:
        if key not in academy:
            _set_step(case, key, StepState.FALLEN_AWAY, now)
        elif key in again:
            _set_step(case, key, StepState.AHEAD, now)
    today = london_date(now)
    ahead = {"state": StepState.AHEAD, "changed_on": None}
    gone_by = {"state": StepState.PASSED_OVER, "changed_on": today}
    rows = [
        {
            "escalation_id": case.escalation.id,
            "key": step.key,
            **(ahead if step.key in again else gone_by),
        }
        for step in academy.steps
        if step.key not in case.steps
    ]
    add_all(case.session, Step, rows)
    fallen = [
        *cease_notices(case, today, "the school became an academy"),
        *drop_powers(case, today, "The school became an academy"),
    ]
    cancel_statutory(case.session, case.escalation.id)
    _set_escalation(case, ladder="academy", step_key=to)
    return [EscalationConverted(case.escalation.id, step=to, reason=proposal.reason), *fallen]


def _letter(case: Case, proposal: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    approve_letters(case, proposal, approver, london_date(now), _asked_by(case, proposal))
    return letter_approved(case, proposal, now)


def _asked_by(case: Case, proposal: Proposal) -> date | None:
    """The day by which a note asks for a response: that of the step it belongs to."""
    if case.deadline is None or case.step.key != proposal.step_key:
        return None
    templates = {letter.template for letter in letters_of(case.session, proposal)}
    return case.deadline.due_on if case.rule.letter in templates else None


EFFECTS: dict[Action, Callable[[Case, Proposal, Approver, datetime], list[Happened]]] = {
    Action.START: _start,
    Action.ADVANCE: _advance,
    Action.PASS_OVER: _pass_over,
    Action.RESOLVE: _resolve,
    Action.WITHDRAW: _withdraw,
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.EXTEND: _extend,
    Action.CONVERT: _convert,
    Action.END: _end,
    Action.LETTER: _letter,
    Action.POWER: use_approved,
}
