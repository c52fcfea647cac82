"""Changes of risk levels across all schools."""

from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Found, Page, paged
from models.risk.tables import LevelChange
from models.schools.tables import School


def level_changes(
    session: Session, *, since: date, page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """Levels that came into force after a day and differ from the one before, the latest first.

    Two queries.
    """
    before, level = col(LevelChange.before), col(LevelChange.level)
    statement = (
        select(LevelChange, School)
        .join(School, col(School.urn) == col(LevelChange.urn))
        .where(col(LevelChange.on) > since, or_(before.is_(None), before != level))
        .order_by(col(LevelChange.on).desc(), col(LevelChange.id).desc())
    )
    return paged(
        session,
        statement,
        LevelChange.id,
        lambda found: [_described(change, school) for change, school in found],
        page=page,
        per_page=per_page,
    )


def _described(change: LevelChange, school: School) -> Found:
    return {
        "urn": school.urn,
        "school": school.name,
        "phase": school.phase,
        "before": change.before.value if change.before else None,
        "level": change.level.value,
        "on": change.on,
        "reason": change.reason,
        "words": change.words,
        "occasion": change.occasion.value,
    }
