"""Changes of risk levels: every level that one school had, and the changes across all schools."""

from collections.abc import Sequence
from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, paged
from models.people.tables import Officer
from models.risk import tables
from models.risk.tables import AssessmentOccasion
from models.rows import find
from models.schools.contacts import find_school
from models.schools.tables import RiskLevel, School
from models.shown import Shown


class LevelChange(Shown):
    """A level that came into force, also when it is the one that the school had before."""

    id: int
    on: date
    before: RiskLevel | None
    level: RiskLevel
    reason: str
    words: str
    occasion: AssessmentOccasion
    assessment: int
    changed_by: str
    changed_by_name: str
    at: AwareDatetime


class SchoolLevelChange(Shown):
    """A level that differs from the one before, with the school that it is of."""

    urn: int
    school: str
    phase: str
    before: RiskLevel | None
    level: RiskLevel
    on: date
    reason: str
    words: str
    occasion: AssessmentOccasion


def levels_of(
    session: Session, urn: object, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[LevelChange]:
    """Every level that came into force for a school, the latest first. Raises NotFound.

    Four queries.
    """
    school = find_school(session, urn)
    statement = select(tables.LevelChange).where(tables.LevelChange.urn == school.urn)
    return paged(
        session,
        statement.order_by(col(tables.LevelChange.id).desc()),
        tables.LevelChange.id,
        lambda found: _history(session, found),
        page=page,
        per_page=per_page,
    )


def _history(session: Session, found: Sequence[tables.LevelChange]) -> list[LevelChange]:
    names = names_of(session, {change.changed_by for change in found})
    return [
        LevelChange(
            id=change.id,
            on=change.on,
            before=change.before,
            level=change.level,
            reason=change.reason,
            words=change.words,
            occasion=change.occasion,
            assessment=change.assessment_id,
            changed_by=change.changed_by,
            changed_by_name=names[change.changed_by],
            at=change.at,
        )
        for change in found
    ]


def names_of(session: Session, actors: set[str]) -> dict[str, str]:
    """What those on record are called: officers by their names, others as they stand there."""
    by_email = select(Officer.email, Officer.name).where(col(Officer.email).in_(actors))
    known = dict(find(session, by_email))
    return {actor: known.get(actor, actor) for actor in actors}


def level_changes(
    session: Session, *, since: date, page: int = 1, per_page: int = PER_PAGE
) -> Page[SchoolLevelChange]:
    """Levels that came into force after a day and differ from the one before, the latest first.

    Two queries.
    """
    its = tables.LevelChange
    before, level = col(its.before), col(its.level)
    statement = (
        select(its, School)
        .join(School, col(School.urn) == col(its.urn))
        .where(col(its.on) > since, or_(before.is_(None), before != level))
        .order_by(col(its.on).desc(), col(its.id).desc())
    )
    return paged(
        session,
        statement,
        its.id,
        lambda found: [_described(change, school) for change, school in found],
        page=page,
        per_page=per_page,
    )


def _described(change: tables.LevelChange, school: School) -> SchoolLevelChange:
    return SchoolLevelChange(
        urn=school.urn,
        school=school.name,
        phase=school.phase,
        before=change.before,
        level=change.level,
        on=change.on,
        reason=change.reason,
        words=change.words,
        occasion=change.occasion,
    )
