"""Escalations as doors show them: one in full, or a list to work from."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.clocks import london_date
from models.escalations import tables
from models.escalations.choosing import conditions, order
from models.escalations.next_step import what_next
from models.escalations.possible import Situation
from models.escalations.tables import Status, StepState
from models.matters.case import Case
from models.matters.deadlines import is_late
from models.matters.possible import Next, Possible
from models.matters.sight import visible, visible_to
from models.matters.tables import Deadline, DeadlineState, Matter
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader, Sight, reader
from models.people.shown import officer_names
from models.people.tables import Officer
from models.policy import Ladder, Policy, Procedure, StepRule
from models.policy.editions import all_steps, procedure_of
from models.policy.triggers import trigger_words
from models.refusals import NotFound
from models.rows import Statement, find, find_first, kept, select_columns
from models.schools.tables import School, SchoolKind
from models.shown import Shown
from models.text import is_text


class Step(Shown):
    """A step of a ladder; `state` is null while it is ahead."""

    key: str
    number: str
    title: str
    kind: str
    to: str
    state: StepState | None
    changed_on: date | None
    deadline: date | None
    deadline_state: DeadlineState | None
    overdue: bool


class Escalation(Shown):
    """An escalation with the step in hand and all steps of its ladder."""

    reference: str
    urn: int
    school: str
    school_kind: SchoolKind
    phase: str
    ladder: str
    status: Status
    step: Step
    steps: list[Step]
    fallen_away: list[Step]
    outline: bool
    restricted: bool
    triggers: list[str]
    trigger_words: list[str]
    summary: str
    head_performance_in_question: bool
    not_engaging: bool
    policy: str
    guidance: str
    part_4_note: str | None
    guidance_edition: date | None
    guidance_address: str | None
    edition: str | None
    started_at: AwareDatetime
    started_by: str
    started_by_name: str
    opened_on: date | None
    closed_on: date | None
    case_officer: str
    case_officer_name: str
    head_of_service: str | None
    head_of_service_name: str | None
    next_deadline: date | None
    overdue: bool


class EscalationNow(Escalation):
    """An escalation, and what can be done on it now by whoever asks; for an outline nothing."""

    possible: list[Possible]
    next: Next | None


def escalation_now(
    session: Session, policy: Policy, officer: Officer, reference: str, *, now: datetime
) -> EscalationNow:
    """One escalation with what this officer can do on it now; raises NotFound."""
    looks, today = reader(officer), london_date(now)
    row, matter, school, holder = _find(session, looks, reference)
    around = _around(session, [row.id])
    [found] = _describe(
        session, policy, looks, [(row, matter, school, holder)], around, today, alone=True
    )
    if found.outline:
        return EscalationNow(**dict(found), possible=[], next=None)
    case = Case(session, policy, matter, row, around.steps[row.id])
    case.school = school
    here = Situation(case, officer, now)
    return EscalationNow(**dict(found), possible=here.possible, next=what_next(here))


def escalation(
    session: Session, policy: Policy, reader: Reader, reference: str, *, today: date
) -> Escalation:
    """One escalation in full, or its outline; raises NotFound. Five queries.

    `today` is the day in London: a deadline before it is overdue though no clock has marked it.
    """
    found = _find(session, reader, reference)
    around = _around(session, [found[0].id])
    return _describe(session, policy, reader, [found], around, today, alone=True)[0]


def _find(session: Session, reader: Reader, reference: str) -> tuple[Any, ...]:
    known = reference if is_text(reference) else ""
    found = find_first(session, _one(known, reader.officer_id, sight=reader.sight))
    if found is None:
        raise NotFound(tables.Escalation.missing)
    return tuple(found)


@kept
def _one(reference: str, me: int, *, sight: Sight) -> Statement:
    found: Statement = _statement().where(col(Matter.reference) == reference, visible(sight, me))
    return found


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
) -> Page[Escalation]:
    """The escalations that the reader sees and to which all that is given applies.

    `status` may be several. `query` finds words of the reference, of the school's name and of
    its URN; `case_officer` is an e-mail address, `age` one of `AGES`, `sort` one of `ORDERS`
    (both in `choosing`); `step` may be one of an older edition of the policy. Raises InvalidInput.
    Five queries, six with a step.
    """
    steps = all_steps(session, policy) if step is not None else {}
    chosen = conditions(status, ladder, step, urn, case_officer, overdue, age, query, today, steps)
    statement = _statement().where(visible_to(reader), *chosen)
    return paged(
        session,
        statement.order_by(order(sort), col(tables.Escalation.id)),
        tables.Escalation.id,
        lambda found: _describe(session, policy, reader, found, _listed(session, found), today),
        page=page,
        per_page=per_page,
    )


def _statement() -> Any:
    return (
        select(tables.Escalation, Matter, School, Officer)
        .join(Matter, col(Matter.id) == col(tables.Escalation.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .join(Officer, col(Officer.id) == col(Matter.officer_id))
    )


_OF_STEPS = (
    tables.Step.escalation_id,
    tables.Step.key,
    tables.Step.state,
    tables.Step.changed_on,
)
_OF_DEADLINES = (
    Deadline.matter_id,
    Deadline.step_key,
    Deadline.due_on,
    Deadline.state,
    Deadline.days_left,
)


class _Around(NamedTuple):
    """The steps and deadlines of escalations, by their keys."""

    steps: dict[int, dict[str, tables.Step]]
    due: dict[int, list[Deadline]]


def _listed(session: Session, found: Sequence[tuple[Any, ...]]) -> _Around:
    return _around(session, [row.id for row, *_ in found], in_list=True)


def _around(session: Session, keys: Sequence[int], *, in_list: bool = False) -> _Around:
    """Of a list only the columns that are shown are read: there are hundreds of rows."""
    steps: dict[int, dict[str, tables.Step]] = {key: {} for key in keys}
    for step in find(session, _steps(list(keys), in_list=in_list)):
        steps[step.escalation_id][step.key] = step
    due: dict[int, list[Deadline]] = {key: [] for key in keys}
    for deadline in find(session, _deadlines(list(keys), in_list=in_list)):
        due[deadline.matter_id].append(deadline)
    return _Around(steps, due)


@kept
def _steps(keys: Any, *, in_list: bool) -> Statement:
    taken: Any = select_columns(*_OF_STEPS) if in_list else select(tables.Step)
    found: Statement = taken.where(col(tables.Step.escalation_id).in_(keys))
    return found


@kept
def _deadlines(keys: Any, *, in_list: bool) -> Statement:
    dated: Any = select_columns(*_OF_DEADLINES) if in_list else select(Deadline)
    standing = col(Deadline.state) != DeadlineState.CANCELLED
    standing_of = dated.where(col(Deadline.matter_id).in_(keys), standing)
    found: Statement = standing_of.order_by(col(Deadline.id))
    return found


def _describe(
    session: Session,
    policy: Policy,
    reader: Reader,
    found: Sequence[tuple[Any, ...]],
    around: _Around,
    today: date,
    *,
    alone: bool = False,
) -> list[Escalation]:
    steps, due = around
    people = officer_names(
        session,
        (
            officer_id
            for escalation, *_ in found
            for officer_id in (escalation.head_of_service_id, escalation.started_by_id)
        ),
    )
    return [
        _described(
            escalation,
            matter,
            school,
            officer,
            people,
            _on_ladder(
                procedure_of(session, policy, escalation),
                escalation,
                steps[escalation.id],
                due[escalation.id],
                today,
            ),
            # In lists a restricted case is an outline for everybody: whoever reads it whole
            # opens it, and that is on record.
            whole=reader.whole and (alone or not matter.restricted),
        )
        for escalation, matter, school, officer in found
    ]


class _OnLadder(NamedTuple):
    """Where an escalation stands: the step in hand, all of its ladder, those that fell away.

    `procedure` is what it goes by.
    """

    procedure: Procedure
    step: Step
    steps: list[Step]
    fallen_away: list[Step]
    next_deadline: date | None


def _described(
    escalation: tables.Escalation,
    matter: Matter,
    school: School,
    officer: Officer,
    people: dict[int, tuple[str, str]],
    ladder: _OnLadder,
    *,
    whole: bool,
) -> Escalation:
    """What the council thinks of the school is empty for whoever sees no more than the outline."""
    head = people.get(escalation.head_of_service_id or 0, (None, None))
    starter = people[escalation.started_by_id]
    return Escalation(
        reference=matter.reference,
        urn=school.urn,
        school=school.name,
        school_kind=school.kind,
        phase=school.phase,
        ladder=escalation.ladder,
        status=escalation.status,
        step=ladder.step,
        steps=ladder.steps,
        fallen_away=ladder.fallen_away,
        outline=not whole,
        restricted=matter.restricted,
        triggers=list(escalation.triggers) if whole else [],
        trigger_words=trigger_words(ladder.procedure, escalation.triggers) if whole else [],
        summary=escalation.summary if whole else "",
        head_performance_in_question=whole and escalation.head_performance_in_question,
        not_engaging=whole and escalation.not_engaging,
        policy=escalation.policy,
        guidance=escalation.guidance,
        part_4_note=school.part_4_note,
        guidance_edition=escalation.guidance_edition,
        guidance_address=escalation.guidance_address,
        edition=escalation.edition,
        started_at=escalation.created_at,
        started_by=starter[0],
        started_by_name=starter[1],
        opened_on=matter.opened_on,
        closed_on=matter.closed_on,
        case_officer=officer.email,
        case_officer_name=officer.name,
        head_of_service=head[0],
        head_of_service_name=head[1],
        next_deadline=ladder.next_deadline,
        overdue=ladder.step.overdue,
    )


def _on_ladder(
    procedure: Procedure,
    escalation: tables.Escalation,
    steps: dict[str, tables.Step],
    due: list[Deadline],
    today: date,
) -> _OnLadder:
    ladder = procedure.ladder(escalation.ladder)
    latest = {deadline.step_key: deadline for deadline in due}
    is_open = escalation.status is Status.OPEN

    def shown(on: Ladder, keys: Sequence[str]) -> list[Step]:
        return [_step(on.step(key), steps[key], latest.get(key), today, is_open) for key in keys]

    on_ladder = shown(ladder, [rule.key for rule in ladder.steps if rule.key in steps])
    elsewhere = procedure.ladder("maintained")
    gone = [rule.key for rule in elsewhere.steps if rule.key in steps and rule.key not in ladder]
    running = [
        deadline.due_on
        for deadline in due
        if deadline.state is DeadlineState.OPEN and deadline.days_left is None
    ]
    return _OnLadder(
        procedure=procedure,
        step=next(step for step in on_ladder if step.key == escalation.step_key),
        steps=on_ladder,
        fallen_away=shown(elsewhere, gone),
        next_deadline=min(running, default=None),
    )


def _step(
    rule: StepRule, step: tables.Step, deadline: Deadline | None, today: date, is_open: bool
) -> Step:
    awaiting = is_open and step.state is StepState.AWAITING_RESPONSE
    return Step(
        key=rule.key,
        number=rule.number,
        title=rule.title,
        kind=rule.kind,
        to=rule.to,
        state=None if step.state is StepState.AHEAD else step.state,
        changed_on=step.changed_on,
        deadline=deadline.due_on if deadline else None,
        deadline_state=deadline.state if deadline else None,
        overdue=awaiting and deadline is not None and is_late(deadline, today),
    )
