"""Setting where an escalation stands, and letting the letter of a formal step leave."""

from datetime import date, datetime
from typing import Any

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.clocks import add_working_days, london_date, long_date
from models.escalations.tables import Escalation, Step, StepState
from models.happened import Happened
from models.matters.case import Case
from models.matters.deadlines import set_deadline
from models.matters.tables import Matter
from models.policy import StepRule
from models.rows import change


def set_escalation(case: Case, **values: object) -> None:
    """Set columns of the escalation."""
    change(case.session, Escalation, {"id": case.escalation.id}, **values)


def set_matter(case: Case, **values: object) -> None:
    """Set columns of the escalation's matter."""
    change(case.session, Matter, {"id": case.matter.id}, **values)


def set_step(case: Case, key: str, state: StepState, now: datetime) -> None:
    """Let a step stand so from today."""
    step = {"escalation_id": case.escalation.id, "key": key}
    change(case.session, Step, step, state=state, changed_on=london_date(now))


def letter_goes(case: Case, taken: Taken[Any], rule: StepRule, due_on: date, why: str) -> Happened:
    """The letter of a formal step leaves, and its response is due."""
    approve_letters(case, taken.proposal, taken.approver, taken.today, due_on)
    return set_deadline(
        case.session,
        case.policy,
        case.matter.id,
        step_key=rule.key,
        due_on=due_on,
        rule=why,
        now=taken.now,
    )


def response_day(set_in_letter: date | None, days: int, dated: date) -> tuple[date, str]:
    """The day by which the school is to answer, and the rule in words."""
    if set_in_letter is not None:
        return set_in_letter, "The date set in the letter"
    rule = f"{days} working days after the letter of {long_date(dated)}"
    return add_working_days(dated, days), rule
