"""The annual assessment of all schools: opened in July, published early in September.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 2 and 3.
"""

from datetime import date, datetime

from sqlalchemy import func, literal, or_, update
from sqlmodel import Session, col, select

from models.clocks import (
    london_date,
    long_date,
    next_office_moment,
    subtract_working_days,
    working_days_between,
)
from models.database import UtcDateTime
from models.events import THE_CLOCK, append
from models.inputs import Input
from models.outbox import Message
from models.people.access import Act
from models.people.acting import Acting
from models.people.officers import officers_in
from models.people.tables import Role
from models.policy import Policy
from models.programme import planning, promised
from models.refusals import NotFound, NotPossible
from models.risk.events import RoundOpened, RoundPublished
from models.risk.levels import set_levels
from models.risk.tables import (
    Assessment,
    AssessmentOccasion,
    AssessmentRound,
    AssessmentState,
    LevelChange,
    RoundState,
)
from models.risk.told import RoundOverdue, RoundWaits
from models.rows import (
    add,
    add_found,
    carry_out,
    change,
    find,
    find_first,
    find_one,
    select_columns,
)
from models.schools.tables import RiskLevel, School, is_watched
from models.telling import tell

CLOSED = "The school closed before the levels were published."


def year_due(policy: Policy, today: date) -> int:
    """The school year whose round was the last to be due: named by the July in which it opens."""
    opens = policy.programme.round.opens.in_year(today.year)
    return today.year if today >= opens else today.year - 1


class NewRound(Input):
    """The annual assessment for the school year that begins in this calendar year."""

    school_year: int


def open_round(acting: Acting, given: NewRound) -> AssessmentRound:
    """Open the annual assessment for a school year, with a draft for every school that is watched.

    Raises NotAllowed; NotPossible for another year than the one that is due, and when it is open
    already.
    """
    acting.require(Act.RUN_ROUND)
    by = acting.officer.email
    return _open(acting.session, acting.policy, acting.now, given.school_year, by)


def _open(
    session: Session, policy: Policy, now: datetime, school_year: int, actor: str
) -> AssessmentRound:
    _check_due(policy, london_date(now), school_year)
    if _find(session, school_year) is not None:
        raise NotPossible(f"The annual assessment for {_years(school_year)} is already open.")
    number = add(
        session,
        AssessmentRound,
        school_year=school_year,
        publish_on=policy.programme.round.publish.in_year(school_year),
        state=RoundState.OPEN,
        opened_by=actor,
        opened_at=now,
    )
    drafts = _add_missing(session, now, number)
    append(session, now, actor, RoundOpened(None, school_year=school_year, schools=drafts))
    return find_round(session, school_year)


def open_round_when_due(session: Session, policy: Policy, now: datetime) -> bool:
    """Open the round of this summer from its day on, and give new schools in it their drafts.

    Some working days before its levels are to be published the Heads of Service are reminded,
    once; after that day they are chased. Who opens a round then is a Head of Service. Whether a
    round was opened.
    """
    today = london_date(now)
    year = year_due(policy, today)
    current = _find(session, year)
    if current is not None:
        complete_round(session, now, year)
        _remind(session, policy, now, current)
        _chase(session, policy, now, current)
        return False
    if today > policy.programme.round.publish.in_year(year):
        return False
    _open(session, policy, now, year, THE_CLOCK)
    return True


def _remind(session: Session, policy: Policy, now: datetime, current: AssessmentRound) -> None:
    """Tell the Heads of Service that the levels are soon to be published, and how many wait."""
    today = london_date(now)
    days = policy.programme.round.remind_working_days_before
    key = f"round_waits:{current.school_year}"
    sent = select(Message.id).where(col(Message.key).startswith(f"alert:{key}:", autoescape=True))
    if (
        current.state is RoundState.PUBLISHED
        or not subtract_working_days(current.publish_on, days) <= today <= current.publish_on
        or find_first(session, sent)
    ):
        return
    waits = RoundWaits(
        path=f"/rounds/{current.school_year}",
        years=_years(current.school_year),
        publish_on=current.publish_on,
        waiting=_waiting(session, current, today),
    )
    heads = officers_in(session, Role.HEAD_OF_SERVICE)
    tell(session, next_office_moment(now), heads, key=key, about=None, told=waits)


def chase_due(session: Session, policy: Policy, now: datetime) -> bool:
    """Whether the Heads of Service are to be told that the round of this summer is overdue."""
    current = _find(session, year_due(policy, london_date(now)))
    return current is not None and _chases(session, policy, now, current) is not None


def _chases(
    session: Session, policy: Policy, now: datetime, current: AssessmentRound
) -> str | None:
    """The key under which the Heads of Service are chased today; None where they are not."""
    today = london_date(now)
    if current.state is RoundState.PUBLISHED or today <= current.publish_on:
        return None
    passed = working_days_between(current.publish_on, today) - 1
    if passed < 0:
        return None  # no working day has begun since
    every = policy.programme.round.chase_every_working_days
    key = f"round_overdue:{current.school_year}:{passed // every}"
    sent = select(Message.id).where(col(Message.key).startswith(f"alert:{key}:", autoescape=True))
    return None if find_first(session, sent) is not None else key


def _chase(session: Session, policy: Policy, now: datetime, current: AssessmentRound) -> None:
    """Tell the Heads of Service that the levels are overdue: once for each day of chasing."""
    key = _chases(session, policy, now, current)
    if key is None:
        return
    overdue = RoundOverdue(
        path=f"/rounds/{current.school_year}",
        school_year=current.school_year,
        years=_years(current.school_year),
        publish_on=current.publish_on,
        waiting=_waiting(session, current, london_date(now)),
    )
    heads = officers_in(session, Role.HEAD_OF_SERVICE)
    tell(session, next_office_moment(now), heads, key=key, about=None, told=overdue)


def publishable_from(policy: Policy, school_year: int, publish_on: date) -> date:
    """The first day on which the levels of a round can be published: the results are out."""
    return min(policy.programme.round.not_before.in_year(school_year), publish_on)


def complete_round(session: Session, now: datetime, school_year: int) -> int:
    """Give every school that has opened since its draft in an open round; how many were missing.

    Raises NotFound.
    """
    current = find_round(session, school_year)
    return _add_missing(session, now, current.id) if current.state is RoundState.OPEN else 0


def publish_round(acting: Acting, school_year: int) -> AssessmentRound:
    """Bring the agreed levels of all open schools into force together, and plan their support.

    Assessments of schools that closed are withdrawn. Raises NotAllowed, NotFound; NotPossible
    when it is published already, before the results of external tests are out, and while an open
    school's level is not agreed.
    """
    acting.require(Act.RUN_ROUND)
    session, officer, now = acting.session, acting.officer, acting.now
    complete_round(session, now, school_year)
    current = find_round(session, school_year)
    if current.state is RoundState.PUBLISHED:
        raise NotPossible(f"The levels for {_years(school_year)} are already published.")
    today = acting.today
    first = publishable_from(acting.policy, school_year, current.publish_on)
    if today < first:
        raise NotPossible(
            f"The levels for {_years(school_year)} can be published from {long_date(first)}, once "
            "the results of the summer’s tests are out."
        )
    _withdraw_closed(session, current, today)
    _check_agreed(session, current, today)
    schools = set_levels(session, now, col(Assessment.round_id) == current.id, officer.email)
    published = {"published_by": officer.email, "published_at": now}
    change(session, AssessmentRound, {"id": current.id}, state=RoundState.PUBLISHED, **published)
    happened = RoundPublished(
        None,
        school_year=school_year,
        schools=schools,
        changed=_changed(session, current),
        levels=_levels(session, current),
    )
    append(session, now, officer.email, happened)
    planning.replan_all(session, acting.policy, school_year, today)
    if acting.policy.programme.level_change_visit.after_annual:
        changes = _changes(session, current)
        promised.plan_change_visits(session, acting.policy, today, changes)
    return find_round(session, school_year)


def find_round(session: Session, school_year: int) -> AssessmentRound:
    """The round for a school year as it is now; raises NotFound."""
    found = _find(session, school_year)
    if found is None:
        raise NotFound(f"There is no annual assessment for {_years(school_year)}.")
    return found


def _find(session: Session, school_year: int) -> AssessmentRound | None:
    statement = select(AssessmentRound).where(AssessmentRound.school_year == school_year)
    return find_first(session, statement)


def _check_due(policy: Policy, today: date, school_year: int) -> None:
    due = year_due(policy, today)
    if school_year < due:
        raise NotPossible(f"The annual assessment for {_years(school_year)} is over.")
    if school_year > due:
        opens = long_date(policy.programme.round.opens.in_year(due + 1))
        raise NotPossible(f"The next annual assessment can be opened from {opens}.")


def _add_missing(session: Session, now: datetime, number: int) -> int:
    """Drafts for the open schools that have none in this round, in one statement."""
    new = {
        "urn": col(School.urn),
        "round_id": literal(number),
        "occasion": literal(AssessmentOccasion.ANNUAL.value),
        "state": literal(AssessmentState.DRAFT.value),
        "level_before": col(School.risk_level),
        "begun_at": literal(now, UtcDateTime),
    }
    drafts = (
        select_columns(*(value.label(name) for name, value in new.items()))
        .where(is_watched(london_date(now)))
        .order_by(col(School.urn))
    )
    return add_found(session, Assessment, drafts, unless_there=["round_id", "urn"])


def _withdraw_closed(session: Session, current: AssessmentRound, today: date) -> None:
    closed = select(col(School.urn)).where(
        col(School.urn) == col(Assessment.urn), ~is_watched(today)
    )
    withdrawn = update(Assessment).where(col(Assessment.round_id) == current.id, closed.exists())
    carry_out(session, withdrawn.values(state=AssessmentState.WITHDRAWN, withdrawn_because=CLOSED))


def _waiting(session: Session, current: AssessmentRound, today: date) -> int:
    """The levels of how many open schools are not agreed yet."""
    waiting = (
        select(func.count(col(Assessment.id)))
        .join(School, col(School.urn) == col(Assessment.urn))
        .where(Assessment.round_id == current.id, is_watched(today))
        .where(col(Assessment.state).in_((AssessmentState.DRAFT, AssessmentState.PROPOSED)))
    )
    return find_one(session, waiting)


def _check_agreed(session: Session, current: AssessmentRound, today: date) -> None:
    number = _waiting(session, current, today)
    if number:
        these = "1 school is" if number == 1 else f"{number:,} schools are"
        raise NotPossible(f"The levels of {these} not agreed yet.")


def _changes(session: Session, current: AssessmentRound) -> list[promised.Changed]:
    """The levels of a published round that differ from those before."""
    its = LevelChange
    other = or_(col(its.before).is_(None), col(its.before) != col(its.level))
    changed = (
        select(its.id, its.urn, its.level)
        .join(Assessment, col(Assessment.id) == col(its.assessment_id))
        .where(Assessment.round_id == current.id, other)
        .order_by(col(its.id))
    )
    return [
        promised.Changed(key, urn, RiskLevel(level)) for key, urn, level in find(session, changed)
    ]


def _changed(session: Session, current: AssessmentRound) -> int:
    """How many schools changed their level."""
    its = (Assessment.round_id == current.id, Assessment.state == AssessmentState.IN_FORCE)
    before = col(Assessment.level_before)
    other = or_(before.is_(None), before != col(Assessment.level))
    return find_one(session, select(func.count(col(Assessment.id))).where(*its, other))


def _levels(session: Session, current: AssessmentRound) -> dict[str, int]:
    """How many schools stand at each level now."""
    counted = (
        select(LevelChange.level, func.count(col(LevelChange.id)))
        .join(Assessment, col(Assessment.id) == col(LevelChange.assessment_id))
        .where(Assessment.round_id == current.id)
        .group_by(col(LevelChange.level))
    )
    return {RiskLevel(level).value: number for level, number in find(session, counted)}


def _years(school_year: int) -> str:
    return f"{school_year} to {school_year + 1}"
