"""What a decision on an escalation does, one line for each thing that can be proposed on it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.appointments.following import call_off
from models.approvals.approving import approve_letters, letters_of, withdraw_letters
from models.approvals.effects import Effect, Taken, ladder_allows, letters_go, nothing_more
from models.approvals.events import ProposalSuperseded
from models.approvals.putting_forward import step_returned
from models.approvals.tables import Proposal, ProposalState
from models.clocks import long_date
from models.escalations.beginning import begin, not_begun
from models.escalations.events import (
    Closed,
    EscalationConverted,
    EscalationEnded,
    EscalationPaused,
    EscalationResolved,
    EscalationResumed,
    EscalationWithdrawn,
    MovedToPowers,
    StepPassedOver,
)
from models.escalations.moving import (
    letter_goes,
    response_day,
    set_escalation,
    set_matter,
    set_step,
)
from models.escalations.proposed import (
    Acknowledgement,
    Change,
    Convert,
    End,
    Extend,
    Intervene,
    NextStep,
    Note,
    PassOver,
    Pause,
    Resolve,
    Resume,
    Start,
    Withdraw,
)
from models.escalations.tables import Status, Step, StepState
from models.happened import Happened
from models.letters.service_asked import stop_asking_on
from models.matters.case import Case
from models.matters.deadlines import (
    cancel_deadline,
    cancel_statutory,
    extend_deadline,
    restart_deadline,
    settle_deadline,
    stop_deadline,
)
from models.matters.events import DeadlineExtended
from models.matters.tables import STATUTORY
from models.refusals import NotPossible
from models.rows import add_all, change, find, kept
from models.sharing.proposed import ShareInformation
from models.statutory.ending import drop_powers
from models.statutory.following import cease_notices
from models.statutory.legal import (
    LawToday,
    check_by_inspection,
    check_eligible,
    check_may_close,
)


@kept
def _waiting(matter: int) -> SelectOfScalar[Proposal]:
    return (
        select(Proposal)
        .where(col(Proposal.matter_id) == matter)
        .where(Proposal.state == ProposalState.AWAITING)
    )


def _advance(case: Case, taken: Taken[NextStep]) -> list[Happened]:
    proposal, approver, now, today = taken.proposal, taken.approver, taken.now, taken.today
    if case.step.state is StepState.AWAITING_RESPONSE:
        set_step(case, case.step.key, StepState.NO_RESPONSE, now)
        if case.deadline is not None:
            settle_deadline(case.session, case.deadline, met=False)
    rule = case.ladder.step(proposal.step)
    if rule.kind == "powers":
        check_eligible(LawToday(case, today))
    set_step(case, rule.key, StepState.APPROVED, now)
    set_escalation(case, step_key=rule.key)
    if not rule.formal:
        approve_letters(case, proposal, approver, today, None)
        return []
    due_on, why = response_day(taken.asks.respond_by, rule.response_working_days, today)
    return [letter_goes(case, taken, rule, due_on, why)]


def _pass_over(case: Case, taken: Taken[PassOver]) -> list[Happened]:
    proposal, now = taken.proposal, taken.now
    if case.step.state is StepState.AWAITING_RESPONSE:
        set_step(case, case.step.key, StepState.NO_RESPONSE, now)
        if case.deadline is not None:
            settle_deadline(case.session, case.deadline, met=False)
    set_step(case, proposal.step, StepState.PASSED_OVER, now)
    set_escalation(case, step_key=proposal.step)
    step, reason = proposal.step, proposal.reason
    return [StepPassedOver(case.escalation.id, step=step, reason=reason)]


def _intervene(case: Case, taken: Taken[Intervene]) -> list[Happened]:
    """Straight to the powers (sections 61 and 62): what lies between is left out, on record."""
    check_by_inspection(LawToday(case, taken.today))
    _leave_step(case, taken.now)
    powers = taken.proposal.step
    left_out = [
        rule.key
        for rule in case.ladder.steps
        if rule.key != powers and case.steps[rule.key].state is StepState.AHEAD
    ]
    for key in left_out:
        set_step(case, key, StepState.PASSED_OVER, taken.now)
    set_step(case, powers, StepState.APPROVED, taken.now)
    set_escalation(case, step_key=powers)
    moved = MovedToPowers(
        case.escalation.id,
        step=powers,
        passed_over=tuple(left_out),
        reason=taken.proposal.reason,
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


def _resolve(case: Case, taken: Taken[Resolve]) -> list[Happened]:
    letters_go(case, taken)
    return _close(case, taken, Status.RESOLVED, EscalationResolved)


def _withdraw(case: Case, taken: Taken[Withdraw]) -> list[Happened]:
    return _close(case, taken, Status.WITHDRAWN, EscalationWithdrawn)


def _end(case: Case, taken: Taken[End]) -> list[Happened]:
    return _close(case, taken, Status.ENDED, EscalationEnded)


def _close(case: Case, taken: Taken[Change], status: Status, what: type[Closed]) -> list[Happened]:
    set_escalation(case, status=status)
    set_matter(case, closed_on=taken.today)
    if case.deadline is not None:
        cancel_deadline(case.session, case.deadline)
    cancel_statutory(case.session, case.escalation.id)
    stop_asking_on(case.session, case.matter.id)
    closed = what(case.escalation.id, step=case.step.key, reason=taken.proposal.reason)
    dropped = drop_powers(case, taken.today, f"The escalation was {status.value}")
    off = call_off(case, f"The escalation was {status.value}.", taken.now)
    return [closed, *dropped, *off, *_supersede_others(case)]


def _supersede_others(case: Case) -> list[Happened]:
    """Letters that still wait for approval have lost their occasion; sharing is decided still."""
    happenings: list[Happened] = []
    for other in find(case.session, _waiting(case.matter.id)):
        if isinstance(other.asks, ShareInformation):
            continue
        change(case.session, Proposal, {"id": other.id}, state=ProposalState.SUPERSEDED)
        case_id, action = case.escalation.id, other.action
        happenings.append(ProposalSuperseded(case_id, proposal=other.id, action=action))
        happenings += withdraw_letters(case, other)
    return happenings


def _pause(case: Case, taken: Taken[Pause]) -> list[Happened]:
    set_escalation(case, status=Status.PAUSED)
    chased = case.step.state in (StepState.APPROVED, StepState.AWAITING_RESPONSE)
    # What the law fixes runs on, whatever we do.
    if chased and case.deadline is not None and case.deadline.kind not in STATUTORY:
        stop_deadline(case.session, case.deadline, taken.now)
    # Nothing is asked of anybody meanwhile, and nothing can be recorded.
    off = call_off(case, "The escalation was paused.", taken.now)
    return [EscalationPaused(case.escalation.id, reason=taken.proposal.reason), *off]


def _resume(case: Case, taken: Taken[Resume]) -> list[Happened]:
    set_escalation(case, status=Status.OPEN)
    due_on = None
    if case.deadline is not None and case.deadline.days_left is not None:
        due_on = restart_deadline(case.session, case.policy, case.deadline, taken.now)
    reason = taken.proposal.reason
    return [EscalationResumed(case.escalation.id, reason=reason, due_on=due_on)]


def _extend(case: Case, taken: Taken[Extend]) -> list[Happened]:
    to = taken.asks.to
    if case.deadline is None:
        raise NotPossible("There is no deadline to extend.")
    extended = DeadlineExtended(
        case.escalation.id,
        deadline=case.deadline.id,
        from_=case.deadline.due_on,
        to=to,
        reason=taken.proposal.reason,
    )
    extend_deadline(case.session, case.policy, case.deadline, to, taken.now)
    return [extended]


def _convert(case: Case, taken: Taken[Convert]) -> list[Happened]:
    """The school became an academy: its statutory steps fall away, it goes on at a shared one.

    Shared steps up to that one keep their state; any after it are still to come again. Those of
    academies alone that stand before it are not taken any more.
    """
    academy = case.policy.ladder("academy")
    to, now, today = taken.asks.step, taken.now, taken.today
    if to != case.escalation.step_key and case.deadline is not None:
        cancel_deadline(case.session, case.deadline)
    again = {step.key for step in academy.following(to)}
    for key in case.steps:
        if key not in academy:
            set_step(case, key, StepState.FALLEN_AWAY, now)
        elif key in again:
            set_step(case, key, StepState.AHEAD, now)
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
    gone = {key for key in case.steps if key not in academy}
    fallen = [
        *cease_notices(case, today, "the school became an academy"),
        *drop_powers(case, today, "The school became an academy"),
        *call_off(case, "The school became an academy.", now, steps=gone),
    ]
    cancel_statutory(case.session, case.escalation.id)
    stop_asking_on(case.session, case.matter.id)
    set_escalation(case, ladder="academy", step_key=to)
    return [EscalationConverted(case.escalation.id, step=to, reason=taken.proposal.reason), *fallen]


def _note(case: Case, taken: Taken[Note]) -> list[Happened]:
    asked_by = _asked_by(case, taken.proposal)
    approve_letters(case, taken.proposal, taken.approver, taken.today, asked_by)
    return []


def _asked_by(case: Case, proposal: Proposal) -> date | None:
    """The day by which a note asks for a response: that of the step it belongs to."""
    if case.deadline is None or case.step.key != proposal.step:
        return None
    templates = {letter.template for letter in letters_of(case.session, proposal)}
    return case.deadline.due_on if case.rule.letter in templates else None


def _still(case: Case, taken: Taken[Change]) -> None:
    ladder_allows(case, taken, **taken.asks.flags)


def _may_still_close(case: Case, taken: Taken[Change]) -> None:
    check_may_close(LawToday(case, taken.today))
    _still(case, taken)


def _still_to_come(case: Case, taken: Taken[NextStep | Extend]) -> None:
    """As `_still`, and refuse a day that has come; raises NotPossible."""
    _still(case, taken)
    for day in taken.asks.days.values():
        if day <= taken.today:
            raise NotPossible(
                f"The date proposed, {long_date(day)}, has come. Return it for a later one."
            )


Changed = TypeVar("Changed", bound=Change)


def _change(
    of: type[Changed],
    approved: Callable[[Case, Taken[Changed]], list[Happened]],
    returned: Callable[[Case, Taken[Changed]], list[Happened]] = nothing_more,
    still: Callable[[Case, Taken[Changed]], None] = _still,
) -> Effect[Case, Changed]:
    """The effect of a change, which is carried out by the flags that come with it."""

    def with_its_flags(case: Case, taken: Taken[Changed]) -> list[Happened]:
        if taken.asks.flags:
            set_escalation(case, **taken.asks.flags)
        return approved(case, taken)

    return Effect(of, Case, approved=with_its_flags, returned=returned, still=still)


EFFECTS: tuple[Effect[Any, Any], ...] = (
    Effect(Start, Case, approved=begin, returned=not_begun),
    _change(NextStep, _advance, returned=step_returned, still=_still_to_come),
    _change(Intervene, _intervene, returned=step_returned),
    _change(PassOver, _pass_over),
    _change(Resolve, _resolve, still=_may_still_close),
    _change(Withdraw, _withdraw, still=_may_still_close),
    _change(Pause, _pause),
    _change(Resume, _resume),
    _change(Extend, _extend, still=_still_to_come),
    _change(Convert, _convert),
    _change(End, _end),
    Effect(Note, Case, approved=_note, still=ladder_allows),
    Effect(Acknowledgement, Case, approved=letters_go, still=ladder_allows),
)
