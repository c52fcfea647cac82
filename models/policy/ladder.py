"""The rules of the ladder: what may be proposed, where an escalation stands now.

Pure: no database, no clock. The commands ask here, and so does the table in docs/ladders.md,
which the tests walk.
"""

from dataclasses import dataclass

from models.escalations.tables import Status, StepState
from models.policy import Approvable, Ladder, Policy, StepRule
from models.proposed import Action

JUDGED = (StepState.SATISFACTORY, StepState.UNSATISFACTORY, StepState.NO_RESPONSE)
# The step has run its course without success, or was passed over: the next one may come.
EXHAUSTED = (StepState.UNSATISFACTORY, StepState.NO_RESPONSE, StepState.PASSED_OVER)

NOT_BEGUN = (StepState.AHEAD, StepState.PROPOSED)

STATUSES: dict[Action, tuple[Status, ...]] = {
    Action.ADVANCE: (Status.OPEN,),
    Action.PASS_OVER: (Status.OPEN,),
    Action.RESOLVE: (Status.OPEN, Status.PAUSED),
    Action.WITHDRAW: (Status.OPEN, Status.PAUSED),
    Action.PAUSE: (Status.OPEN,),
    Action.RESUME: (Status.PAUSED,),
    Action.EXTEND: (Status.OPEN,),
    Action.CONVERT: (Status.OPEN, Status.PAUSED),
    Action.END: (Status.OPEN, Status.PAUSED),
    Action.LETTER: (Status.OPEN, Status.PAUSED),
    Action.POWER: (Status.OPEN,),
    Action.INTERVENE: (Status.OPEN,),
}


@dataclass(frozen=True)
class Standing:
    """Where an escalation stands: all that the rules look at."""

    ladder: Ladder
    status: Status
    step: StepRule
    state: StepState
    overdue: bool = False  # the day for the response has passed
    answered: bool = False  # a response is recorded and waits to be judged
    head_performance_in_question: bool = False
    not_engaging: bool = False
    transition_awaiting: bool = False

    @property
    def exhausted(self) -> bool:
        """Whether this step has brought what it could."""
        silent = self.state is StepState.AWAITING_RESPONSE and self.overdue and not self.answered
        return self.state in EXHAUSTED or silent


def refusal(action: Action, at: Standing) -> str | None:
    """Why this may not be proposed now, in a sentence for the officer; None when it may."""
    if action is Action.START or at.status not in STATUSES[action]:
        return _wrong_status(action, at.status)
    if at.transition_awaiting and action is not Action.LETTER:
        return "Another proposal for this escalation is waiting for a decision."
    if action is Action.ADVANCE:
        return _advance(at)
    if action is Action.PASS_OVER:
        return _pass_over(at)
    if action is Action.EXTEND:
        return _extend(at)
    if action is Action.INTERVENE:
        return _intervene(at)
    if action is Action.POWER and (at.step.kind != "powers" or at.state in NOT_BEGUN):
        return "A power can be used once the escalation has moved to the step of the powers."
    if action is Action.CONVERT and at.ladder.key != "maintained":
        return "The escalation is already on the academy ladder."
    return None


def target(action: Action, at: Standing) -> StepRule:
    """The step that a proposal is about: the next one, or the one the escalation stands at."""
    if action is Action.INTERVENE:
        return _powers(at.ladder) or at.step
    if action is Action.ADVANCE or (action is Action.PASS_OVER and not _passes_current(at)):
        return at.ladder.after(at.step.key) or at.step
    return at.step


def approvers(policy: Policy, action: Action, step: StepRule) -> tuple[str, ...]:
    """The roles that must approve, each in turn: the step's own for a move to it."""
    if action in (Action.ADVANCE, Action.INTERVENE, Action.POWER):
        return step.approvers
    return policy.approvers[Approvable(action.value)]


def _wrong_status(action: Action, status: Status) -> str:
    if status is Status.PROPOSED:
        return "The start of this escalation has not been approved yet."
    if status is Status.PAUSED:
        return "The escalation is paused. Resume it first."
    if status is Status.OPEN:
        return f"The escalation is open, so there is nothing to {action.value}."
    return f"The escalation is closed: it was {status.value}."


def _advance(at: Standing) -> str | None:
    following = at.ladder.after(at.step.key)
    if following is None:
        return f"Step {at.step.number} is the last step of this ladder."
    if not at.exhausted:
        return _not_exhausted(at)
    if following.only_if and not at.head_performance_in_question:
        return (
            f"Step {following.number} is only for when the headteacher's performance is in "
            "question. Pass it over, or record that the performance is in question."
        )
    return None


def _not_exhausted(at: Standing) -> str:
    if at.state is StepState.AWAITING_RESPONSE and at.step.statutory:
        return "Judge compliance with the warning notice first."
    if at.state is StepState.AWAITING_RESPONSE and at.answered:
        return f"Judge the response at step {at.step.number} first."
    if at.state is StepState.AWAITING_RESPONSE:
        return (
            f"Step {at.step.number} awaits its response. Record and judge the response, "
            "or wait until its deadline has passed."
        )
    if at.state is StepState.SATISFACTORY:
        return (
            f"The response at step {at.step.number} was judged satisfactory. Resolve the "
            "concern, or record a further response and judge it unsatisfactory."
        )
    if at.state is StepState.APPROVED:
        return f"Step {at.step.number} is approved but has not been carried out."
    state = at.state.value.replace("_", " ")
    return f"Step {at.step.number} has not run its course: it is {state}."


def _powers(ladder: Ladder) -> StepRule | None:
    return next((step for step in ladder.steps if step.kind == "powers"), None)


def _intervene(at: Standing) -> str | None:
    """From any step, whatever its state: the law, not the ladder, says when (sections 61, 62)."""
    powers = _powers(at.ladder)
    if powers is None:
        return "This ladder has no step of the powers: Part 4 is for maintained schools only."
    if at.step == powers:
        return f"The escalation is already at step {powers.number}."
    if at.state is StepState.APPROVED and at.step.formal:
        return f"The letter of step {at.step.number} is being issued. Try again in a minute."
    return None


def _extend(at: Standing) -> str | None:
    if at.state is not StepState.AWAITING_RESPONSE:
        return "There is no deadline to extend: no response is awaited at this step."
    if at.step.statutory:
        return "A compliance period is fixed by its warning notice (section 60) and not extended."
    if at.answered:
        return f"The response at step {at.step.number} has come. Judge it instead."
    return None


def _passes_current(at: Standing) -> bool:
    return at.state is StepState.APPROVED and at.step.may_pass_over_if is not None


def _pass_over(at: Standing) -> str | None:
    if not (_passes_current(at) or at.exhausted):
        return _not_exhausted(at)
    step = at.step if _passes_current(at) else at.ladder.after(at.step.key)
    if step is None:
        return f"Step {at.step.number} is the last step of this ladder."
    if step.only_if and at.head_performance_in_question:
        return (
            f"Step {step.number} is needed: the headteacher's performance is in question. "
            "It can be passed over once it is recorded that this is no longer so."
        )
    if step.may_pass_over_if and not at.not_engaging:
        return (
            f"Step {step.number} may be passed over only when the academy does not engage "
            "with quality assurance. Record that first, with the reason."
        )
    if not (step.only_if or step.may_pass_over_if):
        return f"Step {step.number} may not be passed over: steps are taken in order."
    return None
