"""The annual assessments of all schools as doors show them: how far each has come."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, paged
from models.risk.assessing import UNDER_WAY
from models.risk.rounds import find_round
from models.risk.tables import Assessment, AssessmentRound, AssessmentState, RoundState
from models.rows import find, find_one
from models.schools.tables import RiskLevel, School, is_watched
from models.shown import Shown

_Number = tuple[AssessmentState, RiskLevel | None, int]


class Round(Shown):
    """The annual assessment for a school year; `levels` counts the schools agreed at each."""

    school_year: int
    state: RoundState
    publish_on: date
    opened_by: str
    opened_at: AwareDatetime
    published_by: str | None
    published_at: AwareDatetime | None
    schools: int
    drafts: int
    proposed: int
    agreed: int
    in_force: int
    withdrawn: int
    levels: dict[RiskLevel, int]


def rounds(
    session: Session, *, today: date, page: int = 1, per_page: int = PER_PAGE
) -> Page[Round]:
    """The rounds with their counts, the latest first; raises InvalidInput. Four queries."""
    return paged(
        session,
        select(AssessmentRound).order_by(col(AssessmentRound.school_year).desc()),
        AssessmentRound.id,
        lambda found: _describe(session, found, today),
        page=page,
        per_page=per_page,
    )


def assessment_round(session: Session, school_year: int, *, today: date) -> Round:
    """The round for a school year with its counts; raises NotFound. Four queries."""
    return _describe(session, [find_round(session, school_year)], today)[0]


def missing_drafts(session: Session, school_year: int, *, today: date) -> int:
    """How many open schools have no assessment in an open round yet; raises NotFound."""
    current = find_round(session, school_year)
    its = select(Assessment.urn).where(Assessment.round_id == current.id)
    without = select(func.count(col(School.urn))).where(
        is_watched(today), col(School.urn).not_in(its)
    )
    return find_one(session, without)


def counts(today: date) -> ColumnElement[bool]:
    """The condition that an assessment counts in its round: closed schools are left out."""
    return or_(col(Assessment.state).not_in(UNDER_WAY), is_watched(today))


def _describe(session: Session, found: Sequence[AssessmentRound], today: date) -> list[Round]:
    counted = (
        select(Assessment.round_id, Assessment.state, Assessment.level, func.count())
        .join(School, col(School.urn) == col(Assessment.urn))
        .where(col(Assessment.round_id).in_([each.id for each in found]))
        .where(counts(today))
        .group_by(col(Assessment.round_id), col(Assessment.state), col(Assessment.level))
    )
    numbers: dict[int, list[_Number]] = defaultdict(list)
    for round_id, state, level, number in find(session, counted):
        agreed = RiskLevel(level) if level is not None else None
        numbers[round_id or 0].append((AssessmentState(state), agreed, number))
    return [_round(each, numbers[each.id]) for each in found]


def _round(found: AssessmentRound, numbers: Iterable[_Number]) -> Round:
    states = dict.fromkeys(AssessmentState, 0)
    levels = dict.fromkeys(RiskLevel, 0)
    for state, level, number in numbers:
        states[state] += number
        if level is not None and state is not AssessmentState.WITHDRAWN:
            levels[level] += number
    return Round(
        school_year=found.school_year,
        state=found.state,
        publish_on=found.publish_on,
        opened_by=found.opened_by,
        opened_at=found.opened_at,
        published_by=found.published_by,
        published_at=found.published_at,
        schools=sum(states.values()) - states[AssessmentState.WITHDRAWN],
        drafts=states[AssessmentState.DRAFT],
        proposed=states[AssessmentState.PROPOSED],
        agreed=states[AssessmentState.AGREED],
        in_force=states[AssessmentState.IN_FORCE],
        withdrawn=states[AssessmentState.WITHDRAWN],
        levels=levels,
    )
