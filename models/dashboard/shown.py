"""The figures of the dashboard. Each is counted as the list that it leads to counts it."""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from models.clocks import add_working_days
from models.escalations.choosing import AGES, age_limits, count_overdue
from models.escalations.tables import Escalation, Status
from models.matters.deadlines import RUNNING
from models.matters.sight import visible_to
from models.matters.tables import Deadline, Matter
from models.needs.shown import count_open
from models.people.access import Reader
from models.policy import Policy
from models.policy.editions import all_steps
from models.programme.tables import FALLS_BEHIND, Duty, DutyKind, DutyState
from models.risk.at_odds import count_at_odds
from models.risk.level_changes import level_changes
from models.rows import find
from models.schools.shown import NOT_ASSESSED
from models.schools.tables import RiskLevel, School, is_watched
from models.shown import Shown

WORKING_DAYS_AHEAD = 20
SATURDAY = 5
OPENED = (Status.OPEN, Status.PAUSED)
LEVELS = (*(level.value for level in RiskLevel), NOT_ASSESSED)


class SchoolsOfPhase(Shown):
    """The schools of one phase: all, and the number at each of LEVELS."""

    phase: str
    total: int
    levels: dict[str, int]


class EscalationsAtStep(Shown):
    """The escalations at one step: all, and the number of each of AGES."""

    step: str
    title: str
    total: int
    ages: dict[str, int]


class Week(Shown):
    """The number of deadlines from one day to another, both counted."""

    first: date
    last: date
    total: int


class Dashboard(Shown):
    """What an officer sees of the whole; who may not see the programme has none of its figures."""

    overdue: int  # escalations that wait for a response whose day has passed
    overdue_since: date | None  # the earliest of those days
    late: dict[DutyKind, int] | None  # work of the programme whose day has passed, by kind of duty
    schools: list[SchoolsOfPhase]
    escalations: list[EscalationsAtStep]
    weeks: list[Week]  # of deadlines to come
    since: date  # from when changes of level are counted
    changes: int | None
    at_odds: int | None  # schools whose level does not fit their escalation, of those that are seen
    needs: int | None  # answers that more or less is needed and nobody has answered


def dashboard(
    session: Session, policy: Policy, reader: Reader, *, today: date, programme: bool
) -> Dashboard:
    """The figures of a day in London. Nine queries."""
    since = last_term_ended(policy, today)
    number, earliest = count_overdue(session, reader, today)
    return Dashboard(
        overdue=number,
        overdue_since=earliest,
        late=_late(session, today) if programme else None,
        schools=_schools(session, today),
        escalations=_escalations(session, policy, reader, today),
        weeks=_weeks(session, reader, today),
        since=since,
        changes=level_changes(session, since=since, per_page=1).total if programme else None,
        at_odds=count_at_odds(session, policy, reader, today) if programme else None,
        needs=count_open(session, reader) if programme else None,
    )


def last_term_ended(policy: Policy, today: date) -> date:
    """The last day of the last term that is over; a year ago where the policy knows of none."""
    ended = [
        term.last_day
        for year in policy.programme.years
        for term in year.terms
        if term.last_day < today
    ]
    return max(ended, default=today - timedelta(days=365))


def _schools(session: Session, today: date) -> list[SchoolsOfPhase]:
    counted = (
        select(col(School.phase), col(School.risk_level), func.count())
        .where(is_watched(today))
        .group_by(col(School.phase), col(School.risk_level))
        .order_by(col(School.phase))
    )
    phases: dict[str, Counter[str]] = {}
    for phase, level, number in find(session, counted):
        phases.setdefault(phase, Counter())[level.value if level else NOT_ASSESSED] += number
    return [
        SchoolsOfPhase(
            phase=phase,
            total=counts.total(),
            levels={level: counts[level] for level in LEVELS},
        )
        for phase, counts in phases.items()
    ]


def _escalations(
    session: Session, policy: Policy, reader: Reader, today: date
) -> list[EscalationsAtStep]:
    opened = col(Matter.opened_on)
    limits = [(name, age_limits(name, today)) for name in AGES]
    age = case(*((opened >= first, name) for name, (first, _) in limits[:-1]), else_=limits[-1][0])
    counted = (
        select(col(Escalation.step_key), age, func.count())
        .join(Matter, col(Matter.id) == col(Escalation.id))
        .where(col(Escalation.status).in_(OPENED), opened.is_not(None), visible_to(reader))
        .group_by(col(Escalation.step_key), age)
    )
    steps: dict[str, Counter[str]] = {}
    for step, name, number in find(session, counted):
        steps.setdefault(step, Counter())[name] += number
    return [
        EscalationsAtStep(
            step=key,
            title=rule.title,
            total=steps[key].total(),
            ages={name: steps[key][name] for name in AGES},
        )
        for key, rule in all_steps(session, policy).items()
        if key in steps
    ]


def _weeks(session: Session, reader: Reader, today: date) -> list[Week]:
    """The deadlines that run, by the week they end in, as far as `WORKING_DAYS_AHEAD`."""
    last = add_working_days(today, WORKING_DAYS_AHEAD)
    counted = (
        select(col(Deadline.due_on), func.count())
        .join(Matter, col(Matter.id) == col(Deadline.matter_id))
        .where(RUNNING, visible_to(reader))
        .where(col(Deadline.due_on) >= today, col(Deadline.due_on) <= last)
        .group_by(col(Deadline.due_on))
    )
    days: dict[date, int] = dict(find(session, counted))
    weeks = []
    first = today
    while first <= last:
        # A weekend that has begun goes with the week after it.
        to_sunday = 6 - first.weekday() + (7 if first.weekday() >= SATURDAY else 0)
        end = min(first + timedelta(days=to_sunday), last)
        number = sum(count for day, count in days.items() if first <= day <= end)
        weeks.append(Week(first=first, last=end, total=number))
        first = end + timedelta(days=1)
    return weeks


def _late(session: Session, today: date) -> dict[DutyKind, int]:
    counted = (
        select(col(Duty.kind), func.count())
        .where(col(Duty.state) == DutyState.PLANNED, col(Duty.due_on) < today)
        .where(col(Duty.kind).in_(FALLS_BEHIND))
        .group_by(col(Duty.kind))
    )
    found: dict[DutyKind, int] = dict(find(session, counted))
    return {kind: found.get(kind, 0) for kind in FALLS_BEHIND}
