"""Which escalations a list is of, in which order, and which of them are overdue."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_
from sqlmodel import Session, col, select

from models.escalations.tables import Escalation, Status, Step, StepState
from models.matters.deadlines import RUNNING, late
from models.matters.sight import visible_to
from models.matters.tables import Deadline, DeadlineState, Matter
from models.paging import words_found
from models.people.access import Reader
from models.people.tables import Officer
from models.policy.whole import LADDERS
from models.refusals import InvalidInput
from models.rows import find_one
from models.schools.tables import School
from models.text import check_line

_AWAITING_RESPONSE = exists().where(
    col(Step.escalation_id) == col(Escalation.id),
    col(Step.key) == col(Escalation.step_key),
    col(Step.state) == StepState.AWAITING_RESPONSE,
)
_WAITS = and_(col(Escalation.status) == Status.OPEN, _AWAITING_RESPONSE)
_MISSED_HERE = and_(
    col(Deadline.state) == DeadlineState.MISSED,
    col(Deadline.step_key) == col(Escalation.step_key),
    _AWAITING_RESPONSE,
)
# What presses most comes first: a day that was missed is earlier than any to come.
_NEXT_DEADLINE = (
    select(func.min(col(Deadline.due_on)))
    .where(col(Deadline.matter_id) == col(Escalation.id), or_(RUNNING, _MISSED_HERE))
    .scalar_subquery()
)
ORDERS: dict[str, Any] = {
    "reference": col(Escalation.id).asc(),
    "-reference": col(Escalation.id).desc(),
    "school": col(School.name).asc(),
    "-school": col(School.name).desc(),
    "next_deadline": _NEXT_DEADLINE.asc().nulls_last(),
    "-next_deadline": _NEXT_DEADLINE.desc().nulls_last(),
    "opened_on": col(Matter.opened_on).asc().nulls_last(),
    "-opened_on": col(Matter.opened_on).desc().nulls_last(),
}

# How long ago an escalation was opened, in whole days: at least, and less than.
AGES: dict[str, tuple[int, int]] = {
    "under_4_weeks": (0, 28),
    "4_to_12_weeks": (28, 84),
    "over_12_weeks": (84, 100_000),
}


def age_limits(age: str, today: date) -> tuple[date, date]:
    """The first and the last day on which an escalation of this age, one of `AGES`, was opened."""
    at_least, less_than = AGES[age]
    return today - timedelta(days=less_than - 1), today - timedelta(days=at_least)


def conditions(
    status: str | Sequence[str] | None,
    ladder: str | None,
    step: str | None,
    urn: int | None,
    case_officer: str | None,
    overdue: bool | None,
    age: str | None,
    query: str,
    today: date,
    steps: Collection[str],
) -> list[ColumnElement[bool]]:
    """What is true of the escalations to which all of this applies, as `escalations` has it.

    `steps` are the keys of those that there are.
    Raises InvalidInput.
    """
    found: list[ColumnElement[bool]] = []
    if status:
        words = [status] if isinstance(status, str) else list(status)
        _check_words("status", words, list(Status))
        found.append(col(Escalation.status).in_([Status(word) for word in words]))
    if ladder is not None:
        _check_words("ladder", [ladder], list(LADDERS))
        found.append(col(Escalation.ladder) == ladder)
    if step is not None:
        _check_words("step", [step], list(steps))
        found.append(col(Escalation.step_key) == step)
    if urn is not None:
        if not 0 < urn < 1_000_000:
            raise InvalidInput("urn", "A URN has six digits.")
        found.append(col(Matter.urn) == urn)
    if case_officer is not None:
        found.append(col(Officer.email) == check_line("case_officer", case_officer).lower())
    if overdue is not None:
        found.append(_late(today) if overdue else ~_late(today))
    if age is not None:
        _check_words("age", [age], list(AGES))
        found.append(col(Matter.opened_on).between(*age_limits(age, today)))
    if query:
        urn_text = cast(col(School.urn), String)
        found.append(words_found(query, Matter.reference, School.name, urn_text))
    return found


def order(sort: str) -> Any:
    """One of `ORDERS`; raises InvalidInput naming them."""
    _check_words("sort", [sort], list(ORDERS))
    return ORDERS[sort]


def _check_words(field: str, words: Sequence[str], known: Sequence[str]) -> None:
    for word in words:
        if word not in known:
            raise InvalidInput(field, f"Choose from: {', '.join(known)}.")


def count_overdue(session: Session, reader: Reader, today: date) -> tuple[int, date | None]:
    """How many escalations that the reader sees are overdue, and the earliest of the days missed.

    It counts what the list counts under `overdue`. One query.
    """
    counted = (
        select(func.count(col(Escalation.id).distinct()), func.min(col(Deadline.due_on)))
        .select_from(Escalation)
        .join(Matter, col(Matter.id) == col(Escalation.id))
        .join(Deadline, _past(today))
        .where(_WAITS, visible_to(reader))
    )
    found: tuple[int, date | None] = find_one(session, counted)
    return found


def _late(today: date) -> ColumnElement[bool]:
    """The escalation is open and its step still waits for a response that is past its day."""
    # The few that are late are looked up first: to ask of each escalation takes twice as long.
    past = col(Escalation.id).in_(select(Deadline.matter_id).where(late(today)))
    return and_(_WAITS, past, exists().where(_past(today)))


def _past(today: date) -> ColumnElement[bool]:
    """A deadline of the escalation's step whose day has passed, marked by the clock or not."""
    return and_(
        col(Deadline.matter_id) == col(Escalation.id),
        col(Deadline.step_key) == col(Escalation.step_key),
        late(today),
    )
