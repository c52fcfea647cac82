"""Proposing a change: the next step, a pause, a resolution, or a letter to be sent."""

from datetime import date, datetime

from models.approvals.putting_forward import Draft, at_the_school, find_proposal, put_forward
from models.approvals.tables import Proposal
from models.clocks import london_date
from models.escalations.proposed import CHANGES
from models.events import append
from models.inputs import Day, Input, Text, Word
from models.letters.addressing import Addressing
from models.letters.words import WordsForSchool, check_no_words, why_now, words_for_school
from models.matters.case import Case, enter
from models.matters.deadlines import LONGEST_PERIOD
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy, StepRule
from models.policy.ladder import NOT_BEGUN, Standing, refusal, target
from models.proposed import Action
from models.refusals import InvalidInput, NotPossible
from models.statutory.legal import (
    LawToday,
    check_by_inspection,
    check_eligible,
    check_may_close,
)
from models.text import check_printable, check_prose

# What may be proposed by name: a start, a letter and a power have commands of their own.
CLOSING = (Action.RESOLVE, Action.WITHDRAW)
BY_COMMAND = (Action.START, Action.LETTER, Action.POWER, Action.SHARE)
BY_NAME = tuple(action for action in Action if action not in BY_COMMAND)


class ChangeWanted(Input):
    """A change to put forward, for a `reason` that no letter prints.

    `words` are what its letter says of why the authority writes, drafted from the record where
    there are none; `to` belongs to `extend`, `respond_by` to `advance`, `step` to `convert`; the
    two flags are recorded when the proposal is approved.
    """

    action: Word
    reason: Text
    words: Text = ""
    to: Day | None = None
    respond_by: Day | None = None
    step: Word | None = None
    head_performance_in_question: bool | None = None
    not_engaging: bool | None = None


def propose(acting: Acting, reference: str, given: ChangeWanted) -> Proposal:
    """Put a change forward for approval; a formal step carries its drafted letter.

    `to` is the new day of an `extend`; `respond_by` the day offered to the school instead of
    the policy's period, for an `advance`; `step` the academy step at which a `convert` goes on.
    `intervene` moves straight to the powers, while section 61 or 62 makes the school eligible.
    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    case = enter(session, acting.policy, officer, role_of(given.action), reference)
    wanted = _action(given.action)
    check_printable("reason", check_prose("reason", given.reason))
    flags = {
        "head_performance_in_question": given.head_performance_in_question,
        "not_engaging": given.not_engaging,
    }
    awaiting = case.transition_awaiting()
    at = case.standing(now, transition_awaiting=awaiting, **flags)
    rule = check_change(wanted, at, LawToday(case, acting.today))
    facts: dict[str, object] = {}
    if wanted is Action.EXTEND:
        facts["to"] = _new_day(case, given.to, now)
    if wanted is Action.ADVANCE and given.respond_by is not None:
        facts["respond_by"] = _future_day("respond_by", given.respond_by, now)
    if wanted is Action.CONVERT:
        facts["step"] = _academy_step(case, given.step)
    what = CHANGES[wanted].model_validate({**flags, **facts})
    template = letter_with(case.policy, wanted, rule)
    drafts = []
    if template:
        drafted = why_now(case, wanted, rule, now, silent=at.not_engaging)
        told = WordsForSchool(words=words_for_school(given.words, drafted))
        drafts = [Draft(template, addressing(wanted, rule), (told,))]
    else:
        check_no_words(given.words)
    placed = put_forward(case, officer, now, what, rule, given.reason, drafts=drafts)
    append(session, now, officer.email, *placed.happenings)
    return find_proposal(session, placed.proposal_id)


def check_change(action: Action, at: Standing, law_today: LawToday) -> StepRule:
    """The step that a change is about, when ladder and law allow it now; raises NotPossible."""
    refused = refusal(action, at)
    if refused:
        raise NotPossible(refused)
    rule = target(action, at)
    if action is Action.ADVANCE and rule.kind == "notice":
        raise NotPossible(
            "A warning notice needs the four parts of section 60(4): give it by its own form "
            f"(/escalations/{law_today.case.matter.reference}/warning-notices)."
        )
    if action is Action.ADVANCE and rule.kind == "powers":
        check_eligible(law_today)
    if action is Action.INTERVENE:
        check_by_inspection(law_today)
    if action in CLOSING:
        check_may_close(law_today)
    return rule


def role_of(action: str) -> Act:
    """What somebody must be allowed to do who proposes this."""
    return Act.PROPOSE_INTERVENTION if action == Action.INTERVENE else Act.PROPOSE


def _action(action: str) -> Action:
    known = [name.value for name in BY_NAME]
    if action not in known:
        raise InvalidInput("action", f"Choose an action: {', '.join(known)}.")
    return Action(action)


def _future_day(field: str, day: date, now: datetime) -> date:
    today = london_date(now)
    if not today < day <= today + LONGEST_PERIOD:
        raise InvalidInput(field, "Enter a date after today and within a year.")
    return day


def _new_day(case: Case, to: date | None, now: datetime) -> date:
    if to is None:
        raise InvalidInput("to", "Enter the new date of the deadline.")
    if case.deadline is not None and to <= case.deadline.due_on:
        raise InvalidInput("to", "The new date must be later than the one it replaces.")
    return _future_day("to", to, now)


def _academy_step(case: Case, step: str | None) -> str:
    academy = case.policy.ladder("academy")
    if step is None:
        if case.escalation.step_key in academy:
            return case.escalation.step_key
        # A step of maintained schools alone: the last that both ladders share and it has been at.
        return reached(case)[-1].key
    if step not in academy:
        raise InvalidInput("step", f"The academy ladder has no step {step!r}.")
    if step not in {rule.key for rule in reached(case)}:
        raise InvalidInput("step", "Choose a step that this escalation has reached.")
    return step


def reached(case: Case) -> list[StepRule]:
    """The steps of the academy ladder that this escalation has been at, in their order."""
    return [
        rule
        for rule in case.policy.ladder("academy").steps
        if rule.key in case.steps and case.steps[rule.key].state not in NOT_BEGUN
    ]


def letter_with(policy: Policy, action: Action, rule: StepRule) -> str | None:
    """The template of the letter that is drafted with a change; None where none is sent."""
    if action is Action.ADVANCE:
        return rule.letter_on_approval
    return policy.letters.resolution if action is Action.RESOLVE else None


def addressing(action: Action, rule: StepRule) -> Addressing:
    """Whom the letter that goes with a change is for."""
    if action is Action.ADVANCE:
        return Addressing(rule.to, rule.copies, rule.copies_where_known)
    return at_the_school(rule)
