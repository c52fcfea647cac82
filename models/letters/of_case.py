"""What letters of an escalation tell of it: the concern, the ladder, the steps that were taken."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import literal, union
from sqlmodel import col

from models.clocks import long_date
from models.escalations.tables import TRIGGER_TITLES, Discussion, StepState, Trigger
from models.letters.tables import Letter
from models.matters.case import Case
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


def told_of_case(case: Case, now: datetime) -> dict[str, Any]:
    """What the template of a letter of an escalation may name besides."""
    escalation = case.escalation
    return {
        "summary": escalation.summary,
        "triggers": [TRIGGER_TITLES[Trigger(name)] for name in escalation.triggers],
        "ladder": {"key": escalation.ladder, "title": case.ladder.title},
        "taken": steps_taken(case, now),
        "part_4_note": case.school.part_4_note or "",
    }


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


def steps_taken(case: Case, now: datetime) -> list[dict[str, str]]:
    """The steps that were carried out so far, in order, for a letter's account of events.

    Each with its days and what came of it, in sentences.
    """
    days = _days_of_steps(case)
    return [
        {
            "number": rule.number,
            "title": rule.title,
            "on": " and ".join(long_date(day) for day in days.get(rule.key, ())),
            "outcome": _outcome(case, rule.key, now),
        }
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
