"""Compiling the evaluations of a month or term: what was said of each school, kept as it stood.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3: evaluations are presented
to senior members of the service, to lead elected members, and termly to the Challenge Board.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.actions.tables import ActionState, AgreedAction
from models.clocks import add_working_days, london_date
from models.covered import plain
from models.events import append
from models.inputs import Input, Word
from models.matters.tables import Matter
from models.paging import chosen
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.presentations.events import EvaluationsCompiled
from models.presentations.periods import Period, find_period
from models.presentations.tables import (
    Presentation,
    PresentationKind,
    PresentationState,
    PresentedSchool,
)
from models.programme.tables import DutyKind, Review, SchoolVisit, WrittenReport
from models.refusals import NotPossible
from models.risk.tables import LevelChange
from models.rows import (
    add,
    add_found,
    change,
    find,
    find_first,
    get_row,
    kept,
    remove,
    select_columns,
    stream,
    table_of,
)
from models.schools.tables import School, is_watched


class Compiling(Input):
    """Evaluations of which `kind`, and of which `period`: 2026-11, or 2026-1 for a first term."""

    kind: Word
    period: Word


@kept
def _of_period(kind: str, period: str) -> SelectOfScalar[Presentation]:
    return select(Presentation).where(
        col(Presentation.kind) == kind, col(Presentation.period) == period
    )


def compile_evaluations(acting: Acting, given: Compiling) -> Presentation:
    """Put the evaluations of a month or term together; until they are presented, anew each time.

    A termly one has what the last report to the Challenge Board of its term says. Raises
    NotAllowed, InvalidInput; NotPossible once they were presented, and where no school stands at a
    level that is evaluated.
    """
    acting.require(Act.PRESENT_EVALUATIONS)
    kind = chosen("kind", given.kind, PresentationKind)
    period = find_period(acting.policy, kind, given.period, acting.today)
    there = find_presentation(acting.session, period)
    if there is not None and there.state is PresentationState.PRESENTED:
        raise NotPossible(f"{there.title} was presented, so it stays as it is.")
    found = compile_period(
        acting.session, acting.policy, period, by=acting.officer.email, now=acting.now
    )
    if found is None:
        raise NotPossible(
            f"There is nothing to compile for {period.words}: no school stood at a level that is "
            "evaluated, and no evaluation is on record."
        )
    return found


def find_presentation(session: Session, period: Period) -> Presentation | None:
    """What was compiled of a period, if it was."""
    return find_first(session, _of_period(period.kind, period.key))


def compile_period(
    session: Session, policy: Policy, period: Period, *, by: str, now: datetime
) -> Presentation | None:
    """Compile a period that was not presented yet; None where there is no school to speak of."""
    there = find_presentation(session, period)
    version = there.version + 1 if there else 1
    values = {
        **_said_to_board(session, period),
        "version": version,
        "compiled_by": by,
        "compiled_at": now,
    }
    number = there.id if there else _begin(session, policy, period, values)
    remove(session, PresentedSchool, col(PresentedSchool.presentation_id) == number)
    lines = _lines(policy, period, number, min(period.last_day, london_date(now)))
    schools = add_found(session, PresentedSchool, lines, unless_there=["presentation_id", "urn"])
    if not schools:
        if there is None:
            remove(session, Presentation, col(Presentation.id) == number)
        return None
    sha256 = digest_of(session, number)
    change(session, Presentation, {"id": number}, **values, lines_sha256=sha256)
    compiled = get_row(session, Presentation, number)
    happened = EvaluationsCompiled(
        None,
        presentation=number,
        title=compiled.title,
        version=version,
        schools=schools,
        present_by=compiled.present_by,
        sha256=sha256,
    )
    append(session, now, by, happened)
    return compiled


def _begin(session: Session, policy: Policy, period: Period, values: dict[str, Any]) -> int:
    within = policy.programme.presentations.presented_within
    return add(
        session,
        Presentation,
        kind=period.kind,
        period=period.key,
        title=period.title,
        first_day=period.first_day,
        last_day=period.last_day,
        state=PresentationState.COMPILED,
        present_by=add_working_days(period.last_day, within),
        lines_sha256="",
        **values,
    )


def _said_to_board(session: Session, period: Period) -> dict[str, str]:
    """What the last report to the Challenge Board of a term says; nothing of a month."""
    report = _board_report(session, period) if period.kind is PresentationKind.TERMLY else None
    return {
        "summary": report.summary if report else "",
        "impact": report.impact if report else "",
        "external_impact": report.external_impact if report else "",
    }


def _board_report(session: Session, period: Period) -> Review | None:
    latest = (
        select(Review)
        .where(
            Review.kind == DutyKind.BOARD_REPORT,
            col(Review.held_on).between(period.first_day, period.last_day),
        )
        .order_by(col(Review.held_on).desc(), col(Review.id).desc())
        .limit(1)
    )
    return find_first(session, latest)


# The lines ---------------------------------------------------------------------------------


def _lines(policy: Policy, period: Period, number: int, on: date) -> Any:
    """What is kept of every school that is spoken of, in one statement."""
    levels = [level for level, rule in policy.programme.levels.items() if rule.evaluated_monthly]
    evaluation, officer = aliased(Review), aliased(Officer)
    now, before = _level(period.last_day, inclusive=True), _level(period.first_day, inclusive=False)
    last = _last_evaluation(period)
    visits = _counted(SchoolVisit.urn, SchoolVisit.visited_on, period)
    reports = _counted(WrittenReport.urn, WrittenReport.dated, period)
    meetings = _counted(
        Review.urn, Review.held_on, period, col(Review.kind) == DutyKind.SISG_MEETING
    )
    done = _actions(
        col(AgreedAction.state) == ActionState.DONE,
        col(AgreedAction.settled_on).between(period.first_day, period.last_day),
    )
    still_open = _actions(col(AgreedAction.state) == ActionState.OPEN)
    level = func.coalesce(now.c.level, col(School.risk_level))
    values: dict[str, Any] = {
        "presentation_id": literal(number),
        "urn": col(School.urn),
        "school": col(School.name),
        "level": level,
        "level_before": before.c.level,
        "review_id": evaluation.id,
        "evaluated_on": evaluation.held_on,
        "evaluated_by": func.coalesce(officer.name, ""),
        **{
            name: func.coalesce(getattr(evaluation, name), "")
            for name in ("summary", "impact", "external_impact", "school_view")
        },
        "visits": func.coalesce(visits.c.number, 0),
        "reports": func.coalesce(reports.c.number, 0),
        "meetings": func.coalesce(meetings.c.number, 0),
        "actions_done": func.coalesce(done.c.number, 0),
        "actions_open": func.coalesce(still_open.c.number, 0),
    }
    joined = (
        table_of(School)
        .outerjoin(now, now.c.urn == col(School.urn))
        .outerjoin(before, before.c.urn == col(School.urn))
        .outerjoin(last, last.c.urn == col(School.urn))
        .outerjoin(evaluation, evaluation.id == last.c.id)
        .outerjoin(officer, col(officer.id) == col(evaluation.officer_id))
        .outerjoin(visits, visits.c.urn == col(School.urn))
        .outerjoin(reports, reports.c.urn == col(School.urn))
        .outerjoin(meetings, meetings.c.urn == col(School.urn))
        .outerjoin(done, done.c.urn == col(School.urn))
        .outerjoin(still_open, still_open.c.urn == col(School.urn))
    )
    found = select_columns(*(value.label(name) for name, value in values.items()))
    spoken_of = or_(and_(level.in_(levels), is_watched(on)), last.c.id.is_not(None))
    return select_columns(found.select_from(joined).where(spoken_of).subquery())


def _level(day: date, *, inclusive: bool) -> Any:
    """The level at which each school stood on a day, or before it."""
    on = col(LevelChange.on)
    until = on <= day if inclusive else on < day
    latest = select(func.max(LevelChange.id)).where(until).group_by(col(LevelChange.urn))
    return (
        select(LevelChange.urn, LevelChange.level).where(col(LevelChange.id).in_(latest)).subquery()
    )


def _last_evaluation(period: Period) -> Any:
    """Of each school the key of its last evaluation in the period."""
    in_period = and_(
        col(Review.kind) == DutyKind.EVALUATION,
        col(Review.held_on).between(period.first_day, period.last_day),
    )
    place = func.row_number().over(
        partition_by=col(Review.urn), order_by=(col(Review.held_on).desc(), col(Review.id).desc())
    )
    placed = select_columns(Review.id, Review.urn, place.label("place"))
    its = placed.where(in_period).subquery().c
    return select_columns(its.id, its.urn).where(its.place == 1).subquery()


def _counted(urn: Any, day: Any, period: Period, *its: Any) -> Any:
    """How many there were at each school in the period."""
    return (
        select_columns(urn.label("urn"), func.count().label("number"))
        .where(urn.is_not(None), col(day).between(period.first_day, period.last_day), *its)
        .group_by(urn)
        .subquery()
    )


def _actions(*its: Any) -> Any:
    """How many such actions each school has, on matters that are not restricted."""
    return (
        select_columns(col(Matter.urn).label("urn"), func.count().label("number"))
        .select_from(table_of(AgreedAction))
        .join(Matter, col(Matter.id) == col(AgreedAction.matter_id))
        .where(~col(Matter.restricted), *its)
        .group_by(col(Matter.urn))
        .subquery()
    )


def digest_of(session: Session, number: int) -> str:
    """The SHA-256 of all that is kept of its schools, in the order of their URNs."""
    columns = [each for each in table_of(PresentedSchool).columns if each.name != "id"]
    lines: Select[Any] = (
        select_columns(*columns)
        .where(col(PresentedSchool.presentation_id) == number)
        .order_by(col(PresentedSchool.urn))
    )
    digest = hashlib.sha256()
    for line in stream(session, lines):
        text = json.dumps(list(line), default=plain, separators=(",", ":"))
        digest.update(text.encode() + b"\n")
    return digest.hexdigest()


def recorded_since(session: Session, compiled: Presentation) -> int:
    """How many evaluations of the period were recorded after it was compiled."""
    later = select(func.count(col(Review.id))).where(
        Review.kind == DutyKind.EVALUATION,
        col(Review.held_on).between(compiled.first_day, compiled.last_day),
        col(Review.recorded_at) > compiled.compiled_at,
    )
    [number] = find(session, later)
    return number
