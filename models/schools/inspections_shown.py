"""The outcomes of a school's inspections as doors show them."""

from collections.abc import Sequence
from datetime import date

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, paged
from models.people.shown import officer_names
from models.rows import get_row
from models.schools.contacts import find_school
from models.schools.inspections import entered_of, that_counts
from models.schools.tables import InspectionCategory, InspectionOutcome
from models.shown import Shown


class Inspection(Shown):
    """What was entered of a published report; `counts` for the one by which the school stands.

    `category` is null where a correction says that there was no such report; `corrected` while a
    later entry stands in place of this one.
    """

    id: int
    urn: int
    category: InspectionCategory | None
    published_on: date
    source: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime
    corrects: int | None
    reason: str
    corrected: bool
    counts: bool


def inspections(
    session: Session, urn: object, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Inspection]:
    """Everything that was entered of a school's inspections, the report published last first.

    Raises NotFound, InvalidInput.
    """
    school = find_school(session, urn)
    mine = select(InspectionOutcome).where(InspectionOutcome.urn == school.urn)
    latest = mine.order_by(
        col(InspectionOutcome.published_on).desc(), col(InspectionOutcome.id).desc()
    )
    return paged(
        session,
        latest,
        InspectionOutcome.id,
        lambda found: _described(session, school.urn, found),
        page=page,
        per_page=per_page,
    )


def inspection(session: Session, key: int) -> Inspection:
    """One that was just entered."""
    found = get_row(session, InspectionOutcome, key)
    return _described(session, found.urn, [found])[0]


def _described(session: Session, urn: int, found: Sequence[InspectionOutcome]) -> list[Inspection]:
    people = officer_names(session, (each.recorded_by_id for each in found))
    entered = entered_of(session, urn)
    counts = that_counts(entered)
    gone = {each.corrects_id for each in entered}
    return [
        Inspection(
            id=each.id,
            urn=each.urn,
            category=each.category,
            published_on=each.published_on,
            source=each.source,
            recorded_by=people[each.recorded_by_id][0],
            recorded_by_name=people[each.recorded_by_id][1],
            recorded_at=each.recorded_at,
            corrects=each.corrects_id,
            reason=each.reason,
            corrected=each.id in gone,
            counts=counts is not None and counts.id == each.id,
        )
        for each in found
    ]
