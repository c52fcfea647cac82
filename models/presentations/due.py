"""What the calendar wants of evaluations: compiled by themselves, and presented by their day.

Every pass does all that is due by its moment, however long the clock had stood still, and a second
pass at the same moment does nothing.
"""

from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.clocks import add_working_days, in_office_hours, london_date
from models.database import read, write
from models.events import THE_CLOCK
from models.people.officers import officers_in
from models.people.tables import Officer
from models.policy import Policy
from models.presentations.compiling import compile_period, find_presentation
from models.presentations.periods import Period, ended_last, is_of_term
from models.presentations.presenting import page_of
from models.presentations.tables import Presentation, PresentationKind, PresentationState
from models.presentations.told import EvaluationsToPresent
from models.programme.tables import Duty, DutyKind
from models.rows import change, find, find_first
from models.telling import tell


def compile_due(engine: Engine, policy: Policy, now: datetime) -> int:
    """Compile what is due and chase what is late, in office hours; how many were compiled.

    A month or term is due so many working days after it ended, if it was in school time. Whoever
    is to present it is told, and told again while it is late.
    """
    if not in_office_hours(now):
        return 0
    compiled = 0
    for period in _due(engine, policy, now):
        with write(engine) as session:
            if find_presentation(session, period) is None:
                found = compile_period(session, policy, period, by=THE_CLOCK, now=now)
                if found is not None:
                    late = found.present_by < london_date(now)
                    if late:
                        change(session, Presentation, {"id": found.id}, chased_at=now)
                    _tell(session, policy, found, now, late=late)
                    compiled += 1
    _chase(engine, policy, now)
    return compiled


def _due(engine: Engine, policy: Policy, now: datetime) -> list[Period]:
    today = london_date(now)
    after = policy.programme.presentations.compiled_after
    ended = [ended_last(policy, kind, today) for kind in PresentationKind]
    due = [
        period
        for period in ended
        if period is not None
        and today >= add_working_days(period.last_day, after)
        and is_of_term(policy, period)
    ]
    if not due:
        return []
    with read(engine) as session:
        return [
            period
            for period in due
            if find_presentation(session, period) is None and _was_planned(session, period)
        ]


def _was_planned(session: Session, period: Period) -> bool:
    """Whether any evaluation was due then: before the programme began there is nothing to tell."""
    due = (
        select(Duty.id)
        .where(Duty.kind == DutyKind.EVALUATION)
        .where(col(Duty.due_on).between(period.first_day, period.last_day))
        .limit(1)
    )
    return find_first(session, due) is not None


def _chase(engine: Engine, policy: Policy, now: datetime) -> None:
    with read(engine) as session:
        if not _late(session, policy, london_date(now)):
            return
    with write(engine) as session:
        for each in _late(session, policy, london_date(now)):
            change(session, Presentation, {"id": each.id}, chased_at=now)
            _tell(session, policy, each, now, late=True)


def _late(session: Session, policy: Policy, today: date) -> list[Presentation]:
    """What should have been presented, and of which nobody was reminded lately."""
    every = policy.programme.presentations.chased_every
    late = select(Presentation).where(
        Presentation.state == PresentationState.COMPILED, col(Presentation.present_by) < today
    )
    return [
        each
        for each in find(session, late.order_by(col(Presentation.id)))
        if each.chased_at is None or today >= add_working_days(london_date(each.chased_at), every)
    ]


def _tell(
    session: Session, policy: Policy, found: Presentation, now: datetime, *, late: bool
) -> None:
    told = EvaluationsToPresent(
        path=page_of(found.id),
        presentation=found.id,
        title=found.title,
        present_by=found.present_by,
        late=late,
    )
    key = f"to_present:{found.id}:{now.isoformat()}"
    tell(session, now, _presenters(session, policy), key=key, about=None, told=told)


def _presenters(session: Session, policy: Policy) -> list[Officer]:
    roles = policy.programme.presentations.presented_by
    return [officer for role in roles for officer in officers_in(session, role)]
