"""Escalations as doors show them: one in full, or a list to work from."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.escalations.tables import Escalation, Status, Step, StepState
from models.matters.deadlines import RUNNING, is_late
from models.matters.sight import visible_to
from models.matters.tables import Deadline, DeadlineState
from models.paging import PER_PAGE, Found, Page, paged, rows, words_found
from models.people.access import Reader
from models.people.shown import officer_names
from models.people.tables import Officer
from models.policy import Ladder, Policy, StepRule
from models.policy.loader import STEP_KEYS
from models.refusals import InvalidInput, NotFound
from models.schools.tables import School
from models.text import check_line, is_text

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
    select_columns(func.min(col(Deadline.due_on)))
    .where(col(Deadline.escalation_id) == col(Escalation.id), or_(RUNNING, _MISSED_HERE))
    .scalar_subquery()
)
ORDERS: dict[str, Any] = {
    "reference": col(Escalation.id).asc(),
    "-reference": col(Escalation.id).desc(),
    "school": col(School.name).asc(),
    "-school": col(School.name).desc(),
    "next_deadline": _NEXT_DEADLINE.asc().nulls_last(),
    "-next_deadline": _NEXT_DEADLINE.desc().nulls_last(),
    "opened_on": col(Escalation.opened_on).asc().nulls_last(),
    "-opened_on": col(Escalation.opened_on).desc().nulls_last(),
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


def escalation(
    session: Session, policy: Policy, reader: Reader, reference: str, *, today: date
) -> Found:
    """One escalation in full, or its outline; raises NotFound. Five queries.

    `today` is the day in London: a deadline before it is overdue though no clock has marked it.
    """
    known = col(Escalation.reference) == (reference if is_text(reference) else "")
    found = rows(session, _statement().where(known, visible_to(reader)))
    if not found:
        raise NotFound(Escalation.missing)
    return _describe(session, policy, reader, found, today, alone=True)[0]


def escalations(
    session: Session,
    policy: Policy,
    reader: Reader,
    *,
    today: date,
    status: str | Sequence[str] | None = None,
    ladder: str | None = None,
    step: str | None = None,
    urn: int | None = None,
    case_officer: str | None = None,
    overdue: bool | None = None,
    age: str | None = None,
    query: str = "",
    sort: str = "reference",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The escalations that the reader sees and to which all that is given applies.

    `status` may be several. `query` finds words of the reference, of the school's name and of
    its URN; `case_officer` is an e-mail address, `age` one of `AGES`, `sort` one of `ORDERS`.
    Raises InvalidInput. Five queries.
    """
    statement = _statement().where(
        visible_to(reader), *_conditions(status, ladder, step, urn, case_officer, query)
    )
    if overdue is not None:
        late = _late(today)
        statement = statement.where(late if overdue else ~late)
    if age is not None:
        _check_words("age", [age], list(AGES))
        statement = statement.where(col(Escalation.opened_on).between(*age_limits(age, today)))
    if sort not in ORDERS:
        raise InvalidInput("sort", f"Choose from: {', '.join(ORDERS)}.")
    return paged(
        session,
        statement.order_by(ORDERS[sort], col(Escalation.id)),
        Escalation.id,
        lambda found: _describe(session, policy, reader, found, today),
        page=page,
        per_page=per_page,
    )


def _statement() -> Any:
    return (
        select(Escalation, School, Officer)
        .join(School, col(School.urn) == col(Escalation.urn))
        .join(Officer, col(Officer.id) == col(Escalation.case_officer_id))
    )


def _conditions(
    status: str | Sequence[str] | None,
    ladder: str | None,
    step: str | None,
    urn: int | None,
    case_officer: str | None,
    query: str,
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if status:
        words = [status] if isinstance(status, str) else list(status)
        _check_words("status", words, list(Status))
        found.append(col(Escalation.status).in_([Status(word) for word in words]))
    if ladder is not None:
        _check_words("ladder", [ladder], list(STEP_KEYS))
        found.append(col(Escalation.ladder) == ladder)
    if step is not None:
        known = dict.fromkeys(key for keys in STEP_KEYS.values() for key in keys)
        _check_words("step", [step], list(known))
        found.append(col(Escalation.step_key) == step)
    if urn is not None:
        if not 0 < urn < 1_000_000:
            raise InvalidInput("urn", "A URN has six digits.")
        found.append(col(Escalation.urn) == urn)
    if case_officer is not None:
        found.append(col(Officer.email) == check_line("case_officer", case_officer).lower())
    if query:
        urn_text = cast(col(School.urn), String)
        found.append(words_found(query, Escalation.reference, School.name, urn_text))
    return found


def _check_words(field: str, words: Sequence[str], known: Sequence[str]) -> None:
    for word in words:
        if word not in known:
            raise InvalidInput(field, f"Choose from: {', '.join(known)}.")


def count_overdue(session: Session, reader: Reader, today: date) -> tuple[int, date | None]:
    """How many escalations that the reader sees are overdue, and the earliest of the days missed.

    It counts what the list counts under `overdue`. One query.
    """
    counted = (
        select_columns(func.count(col(Escalation.id).distinct()), func.min(col(Deadline.due_on)))
        .select_from(Escalation)
        .join(Deadline, _past(today))
        .where(_WAITS, visible_to(reader))
    )
    number, earliest = session.connection().execute(counted).one()
    return number, earliest


def _late(today: date) -> ColumnElement[bool]:
    """The escalation is open and its step still waits for a response that is past its day."""
    return and_(_WAITS, exists().where(_past(today)))


def _past(today: date) -> ColumnElement[bool]:
    """A deadline of the escalation's step whose day has passed, marked by the clock or not."""
    return and_(
        col(Deadline.escalation_id) == col(Escalation.id),
        col(Deadline.step_key) == col(Escalation.step_key),
        or_(
            col(Deadline.state) == DeadlineState.MISSED,
            and_(RUNNING, col(Deadline.due_on) < today),
        ),
    )


def _describe(
    session: Session,
    policy: Policy,
    reader: Reader,
    found: Sequence[tuple[Any, ...]],
    today: date,
    *,
    alone: bool = False,
) -> list[Found]:
    keys = [escalation.id for escalation, *_ in found]
    steps: dict[int, dict[str, Step]] = {key: {} for key in keys}
    for step in rows(session, select(Step).where(col(Step.escalation_id).in_(keys))):
        steps[step.escalation_id][step.key] = step
    due: dict[int, list[Deadline]] = {key: [] for key in keys}
    dated = select(Deadline).where(
        col(Deadline.escalation_id).in_(keys), Deadline.state != DeadlineState.CANCELLED
    )
    for deadline in rows(session, dated.order_by(col(Deadline.id))):
        due[deadline.escalation_id].append(deadline)
    people = officer_names(
        session,
        (
            officer_id
            for escalation, *_ in found
            for officer_id in (escalation.head_of_service_id, escalation.started_by_id)
        ),
    )
    return [
        {
            **_account(escalation, school, officer, people),
            **_concern(escalation, whole=reader.whole and (alone or not escalation.restricted)),
            **_ladder(policy, escalation, steps[escalation.id], due[escalation.id], today),
        }
        for escalation, school, officer in found
    ]


def _account(
    escalation: Escalation, school: School, officer: Officer, people: dict[int, tuple[str, str]]
) -> Found:
    head = people.get(escalation.head_of_service_id or 0, (None, None))
    starter = people[escalation.started_by_id]
    return {
        "reference": escalation.reference,
        "urn": escalation.urn,
        "school": school.name,
        "school_kind": school.kind.value,
        "phase": school.phase,
        "ladder": escalation.ladder,
        "status": escalation.status.value,
        "restricted": escalation.restricted,
        "policy": escalation.policy,
        "guidance": escalation.guidance,
        "started_at": escalation.created_at,
        "started_by": starter[0],
        "started_by_name": starter[1],
        "opened_on": escalation.opened_on,
        "closed_on": escalation.closed_on,
        "case_officer": officer.email,
        "case_officer_name": officer.name,
        "head_of_service": head[0],
        "head_of_service_name": head[1],
    }


def _concern(escalation: Escalation, *, whole: bool) -> Found:
    """What the council thinks of the school: empty for whoever sees no more than the outline.

    In lists a restricted case is an outline for everybody: whoever reads it whole opens it, and
    that is on record.
    """
    return {
        "outline": not whole,
        "triggers": list(escalation.triggers) if whole else [],
        "summary": escalation.summary if whole else "",
        "head_performance_in_question": whole and escalation.head_performance_in_question,
        "not_engaging": whole and escalation.not_engaging,
    }


def _ladder(
    policy: Policy,
    escalation: Escalation,
    steps: dict[str, Step],
    due: list[Deadline],
    today: date,
) -> Found:
    """The steps of the ladder in order, the one in hand, and those that fell away with it."""
    ladder = policy.ladder(escalation.ladder)
    latest = {deadline.step_key: deadline for deadline in due}
    is_open = escalation.status is Status.OPEN

    def shown(on: Ladder, keys: Sequence[str]) -> list[Found]:
        return [_step(on.step(key), steps[key], latest.get(key), today, is_open) for key in keys]

    on_ladder = shown(ladder, [rule.key for rule in ladder.steps if rule.key in steps])
    elsewhere = policy.ladder("maintained")
    gone = [rule.key for rule in elsewhere.steps if rule.key in steps and rule.key not in ladder]
    current = next(step for step in on_ladder if step["key"] == escalation.step_key)
    running = [
        deadline.due_on
        for deadline in due
        if deadline.state is DeadlineState.OPEN and deadline.days_left is None
    ]
    return {
        "step": current,
        "steps": on_ladder,
        "fallen_away": shown(elsewhere, gone),
        "next_deadline": min(running, default=None),
        "overdue": current["overdue"],
    }


def _step(
    rule: StepRule, step: Step, deadline: Deadline | None, today: date, is_open: bool
) -> Found:
    awaiting = is_open and step.state is StepState.AWAITING_RESPONSE
    return {
        "key": rule.key,
        "number": rule.number,
        "title": rule.title,
        "kind": rule.kind,
        "to": rule.to,
        "state": None if step.state is StepState.AHEAD else step.state.value,
        "changed_on": step.changed_on,
        "deadline": deadline.due_on if deadline else None,
        "deadline_state": deadline.state.value if deadline else None,
        "overdue": awaiting and deadline is not None and is_late(deadline, today),
    }
