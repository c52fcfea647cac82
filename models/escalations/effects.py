"""What an approved proposal does, by what it asks for: one effect for each action."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import col, select

from models.approvals.approving import Approver, approve_letters, letters_of, withdraw_letters
from models.approvals.events import ProposalSuperseded
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
    MovedToPowers,
    StepPassedOver,
)
from models.escalations.tables import (
    Action,
    Escalation,
    Proposal,
    ProposalState,
    Status,
    Step,
    StepState,
)
from models.happened import Happened
from models.matters.case import Case
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
from models.matters.tables import STATUTORY, Matter
from models.refusals import NotPossible
from models.statements import add_all, change, find
from models.statutory.ending import drop_powers, letter_approved
from models.statutory.following import cease_notices
from models.statutory.giving import give_approved
from models.statutory.legal import LawToday, check_by_inspection, check_eligible
from models.statutory.using import use_approved

_WAITING = (
    select(Proposal)
    .where(col(Proposal.matter_id) == bindparam("matter"))
    .where(Proposal.state == ProposalState.AWAITING)
)


def is_notice(case: Case, proposal: Proposal) -> bool:
    """Whether a proposal is to give a warning notice."""
    if proposal.action is not Action.ADVANCE:
        return False
    return case.ladder.step(proposal.step).kind == "notice"


def set_escalation(case: Case, **values: object) -> None:
    """Set columns of the escalation."""
    change(case.session, Escalation, {"id": case.escalation.id}, **values)


def set_matter(case: Case, **values: object) -> None:
    """Set columns of the escalation's matter."""
    change(case.session, Matter, {"id": case.matter.id}, **values)


def set_step(case: Case, key: str, state: StepState, now: datetime) -> None:
    """Let a step stand so from today."""
    step = {"id": case.steps[key].id}
    change(case.session, Step, step, state=state, changed_on=london_date(now))


def _start(case: Case, _: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    today = london_date(now)
    set_escalation(case, status=Status.OPEN, head_of_service_id=approver.holder.id)
    set_matter(case, opened_on=today)
    set_step(case, case.escalation.step_key, StepState.APPROVED, now)
    return [EscalationOpened(case.escalation.id, step=case.escalation.step_key)]


def _advance(case: Case, proposal: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    if is_notice(case, proposal):
        return give_approved(case, proposal, approver, now)
    if case.step.state is StepState.AWAITING_RESPONSE:
        set_step(case, case.step.key, StepState.NO_RESPONSE, now)
        if case.deadline is not None:
            settle_deadline(case.session, case.deadline, met=False)
    rule = case.ladder.step(proposal.step)
    today = london_date(now)
    if rule.kind == "powers":
        check_eligible(LawToday(case, today))
    set_step(case, rule.key, StepState.APPROVED, now)
    set_escalation(case, step_key=rule.key)
    if not rule.formal:
        approve_letters(case, proposal, approver, today, None)
        return []
    due_on, why = _response_day(proposal, rule.response_working_days, today)
    approve_letters(case, proposal, approver, today, due_on)
    deadline = set_deadline(
        case.session,
        case.policy,
        case.matter.id,
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
        set_step(case, case.step.key, StepState.NO_RESPONSE, now)
        if case.deadline is not None:
            settle_deadline(case.session, case.deadline, met=False)
    set_step(case, proposal.step, StepState.PASSED_OVER, now)
    set_escalation(case, step_key=proposal.step)
    step, reason = proposal.step, proposal.reason
    return [StepPassedOver(case.escalation.id, step=step, reason=reason)]


def _intervene(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    """Straight to the powers (sections 61 and 62): what lies between is left out, on record."""
    check_by_inspection(LawToday(case, london_date(now)))
    _leave_step(case, now)
    powers = proposal.step
    left_out = [
        rule.key
        for rule in case.ladder.steps
        if rule.key != powers and case.steps[rule.key].state is StepState.AHEAD
    ]
    for key in left_out:
        set_step(case, key, StepState.PASSED_OVER, now)
    set_step(case, powers, StepState.APPROVED, now)
    set_escalation(case, step_key=powers)
    moved = MovedToPowers(
        case.escalation.id, step=powers, passed_over=tuple(left_out), reason=proposal.reason
    )
    return [moved]


def _leave_step(case: Case, now: datetime) -> None:
    """Nothing is waited for at this step any more, but for compliance with a notice."""
    if case.rule.kind == "notice" and case.step.state is StepState.AWAITING_RESPONSE:
        return  # it stands, and may come to open a road of its own (section 60)
    if case.step.state not in (StepState.APPROVED, StepState.AWAITING_RESPONSE):
        return
    late = case.standing(now, transition_awaiting=False).exhausted
    carried_out = case.step.state is StepState.AWAITING_RESPONSE
    if case.deadline is not None and late:
        settle_deadline(case.session, case.deadline, met=False)
    elif case.deadline is not None:
        cancel_deadline(case.session, case.deadline)
    unanswered = StepState.NO_RESPONSE if late else StepState.CARRIED_OUT
    set_step(case, case.step.key, unanswered if carried_out else StepState.PASSED_OVER, now)


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
    set_escalation(case, status=status)
    set_matter(case, closed_on=london_date(now))
    if case.deadline is not None:
        cancel_deadline(case.session, case.deadline)
    cancel_statutory(case.session, case.escalation.id)
    closed = what(case.escalation.id, step=case.step.key, reason=proposal.reason)
    dropped = drop_powers(case, london_date(now), f"The escalation was {status.value}")
    return [closed, *dropped, *_supersede_others(case)]


def _supersede_others(case: Case) -> list[Happened]:
    """Letters that still wait for approval have lost their occasion."""
    happenings: list[Happened] = []
    for other in find(case.session, _WAITING, matter=case.matter.id):
        change(case.session, Proposal, {"id": other.id}, state=ProposalState.SUPERSEDED)
        case_id, action = case.escalation.id, other.action
        happenings.append(ProposalSuperseded(case_id, proposal=other.id, action=action))
        happenings += withdraw_letters(case, other)
    return happenings


def _pause(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    set_escalation(case, status=Status.PAUSED)
    chased = case.step.state in (StepState.APPROVED, StepState.AWAITING_RESPONSE)
    # What the law fixes runs on, whatever we do.
    if chased and case.deadline is not None and case.deadline.kind not in STATUTORY:
        stop_deadline(case.session, case.deadline, now)
    return [EscalationPaused(case.escalation.id, reason=proposal.reason)]


def _resume(case: Case, proposal: Proposal, _: Approver, now: datetime) -> list[Happened]:
    set_escalation(case, status=Status.OPEN)
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
            set_step(case, key, StepState.FALLEN_AWAY, now)
        elif key in again:
            set_step(case, key, StepState.AHEAD, now)
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
    set_escalation(case, ladder="academy", step_key=to)
    return [EscalationConverted(case.escalation.id, step=to, reason=proposal.reason), *fallen]


def _letter(case: Case, proposal: Proposal, approver: Approver, now: datetime) -> list[Happened]:
    approve_letters(case, proposal, approver, london_date(now), _asked_by(case, proposal))
    return letter_approved(case, proposal, now)


def _asked_by(case: Case, proposal: Proposal) -> date | None:
    """The day by which a note asks for a response: that of the step it belongs to."""
    if case.deadline is None or case.step.key != proposal.step:
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
    Action.INTERVENE: _intervene,
}
