"""What letters of an escalation tell of it: the concern, the ladder, the steps that were taken."""

from datetime import date, datetime

from sqlalchemy import literal, union
from sqlmodel import col

from models.clocks import long_date
from models.escalations.tables import Discussion, StepState
from models.letters.in_words import InWords
from models.letters.tables import Letter
from models.matters.case import Case
from models.policy import StepRule
from models.policy.triggers import trigger_words
from models.rows import Statement, find, kept, select_columns


@kept
def _days(matter: int) -> Statement:
    held = select_columns(
        Discussion.step_key, literal("").label("template"), col(Discussion.held_on).label("day")
    )
    dated = select_columns(Letter.step_key, Letter.template, col(Letter.dated).label("day"))
    return union(
        held.where(col(Discussion.matter_id) == matter),
        dated.where(col(Letter.matter_id) == matter, col(Letter.dated).is_not(None)),
    ).order_by("day")


class LadderInWords(InWords):
    """The ladder of a case."""

    key: str
    title: str


class StepInWords(InWords):
    """A step of the ladder, in the policy's own words."""

    key: str
    kind: str
    to: str
    number: str
    title: str
    condition: str
    days: str


class StepTaken(InWords):
    """A step that was carried out: its days, and what came of it, in sentences."""

    number: str
    title: str
    on: str
    outcome: str


class CaseInWords(InWords):
    """What every letter of an escalation may name: the concern, the ladder, the letter's step."""

    summary: str
    triggers: list[str]
    ladder: LadderInWords
    taken: list[StepTaken]
    part_4_note: str
    step: StepInWords
    next_steps: list[StepInWords]


def case_in_words(case: Case, rule: StepRule, now: datetime) -> CaseInWords:
    """The case as a letter of this step tells it."""
    escalation = case.escalation
    return CaseInWords(
        summary=escalation.summary,
        triggers=trigger_words(case.policy, escalation.triggers),
        ladder=LadderInWords(key=escalation.ladder, title=case.ladder.title),
        taken=steps_taken(case, now),
        part_4_note=case.school.part_4_note or "",
        step=_step(rule),
        next_steps=[_step(step) for step in case.ladder.following(rule.key)],
    )


CONDITIONS = {"head_performance_in_question": "if the headteacher’s performance is in question"}


def _step(rule: StepRule) -> StepInWords:
    return StepInWords(
        key=rule.key,
        kind=rule.kind,
        to=rule.to,
        number=rule.number,
        title=rule.title,
        condition=CONDITIONS.get(rule.only_if or "", ""),
        days=str(rule.response_working_days),
    )


NO_RESPONSE = "We received no response by the date that we had given."
OUTCOMES = {
    StepState.CARRIED_OUT: "",
    StepState.AWAITING_RESPONSE: "We asked for a response.",
    StepState.SATISFACTORY: "We judged the response to be satisfactory.",
    StepState.UNSATISFACTORY: "We judged that the response did not settle the concern.",
    StepState.NO_RESPONSE: NO_RESPONSE,
}


NOTICE_OUTCOMES = {
    StepState.SATISFACTORY: "The governing body complied with it.",
    StepState.UNSATISFACTORY: "The governing body did not comply with it to our satisfaction.",
}


def steps_taken(case: Case, now: datetime) -> list[StepTaken]:
    """The steps that were carried out so far, in order, for a letter's account of events."""
    days = _days_of_steps(case)
    return [
        StepTaken(
            number=rule.number,
            title=rule.title,
            on=" and ".join(long_date(day) for day in days.get(rule.key, ())),
            outcome=_outcome(case, rule.key, now),
        )
        for rule in case.ladder.steps
        if case.steps[rule.key].state in OUTCOMES
    ]


def _outcome(case: Case, key: str, now: datetime) -> str:
    state = case.steps[key].state
    if case.ladder.step(key).kind == "notice":
        return NOTICE_OUTCOMES.get(state, "")
    if state is StepState.AWAITING_RESPONSE and key == case.escalation.step_key:
        silent = case.standing(now, transition_awaiting=False).exhausted
        return NO_RESPONSE if silent else OUTCOMES[state]
    return OUTCOMES[state]


def _days_of_steps(case: Case) -> dict[str, list[date]]:
    """When each step was carried out: the days of its discussions, or the date of its letter."""
    wanted = {rule.key: rule.letter if rule.formal else "" for rule in case.ladder.steps}
    days: dict[str, list[date]] = {}
    for key, template, day in find(case.session, _days(case.matter.id)):
        if wanted.get(key) == template:
            days.setdefault(key, []).append(day)
    return days
