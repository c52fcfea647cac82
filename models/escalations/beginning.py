"""What a decision on the start of an escalation does."""

from models.approvals.effects import Taken
from models.escalations.events import EscalationOpened, EscalationWithdrawn, StepPassedOver
from models.escalations.moving import (
    letter_goes,
    response_day,
    set_escalation,
    set_matter,
    set_step,
)
from models.escalations.proposed import Start
from models.escalations.tables import Status, StepState
from models.happened import Happened
from models.matters.case import Case
from models.needs.settling import ask_again


def begin(case: Case, taken: Taken[Start]) -> list[Happened]:
    """The start was approved: it stands at its first step, whose letter leaves if it has one."""
    set_escalation(case, status=Status.OPEN, head_of_service_id=taken.approver.holder.id)
    set_matter(case, opened_on=taken.today)
    opened = EscalationOpened(case.escalation.id, step=case.escalation.step_key)
    passed = _passed_at_start(case, taken)
    set_step(case, case.escalation.step_key, StepState.APPROVED, taken.now)
    if not case.rule.formal:
        return [opened]
    days = case.rule.response_working_days
    due_on, why = response_day(None, days, taken.today)
    return [*passed, opened, letter_goes(case, taken, case.rule, due_on, why)]


def _passed_at_start(case: Case, taken: Taken[Start]) -> list[Happened]:
    """The steps below the one at which it starts are passed over by the same approval."""
    reason = taken.asks.why_not_engaging or ""
    below = [rule for rule in case.ladder.steps if case.rule in case.ladder.following(rule.key)]
    for rule in below:
        set_step(case, rule.key, StepState.PASSED_OVER, taken.now)
    return [StepPassedOver(case.escalation.id, step=rule.key, reason=reason) for rule in below]


def not_begun(case: Case, taken: Taken[Start]) -> list[Happened]:
    """The start was returned: what it rested on is to be answered again."""
    set_escalation(case, status=Status.WITHDRAWN)
    set_matter(case, closed_on=taken.today)
    set_step(case, taken.proposal.step, StepState.AHEAD, taken.now)
    withdrawn = EscalationWithdrawn(case.matter.id, reason=taken.reason)
    return [withdrawn, *ask_again(case.session, case.todays_policy, case.matter.id, taken.now)]
