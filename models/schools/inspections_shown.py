"""The outcomes of a school's inspections as doors show them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, chosen, paged
from models.people.officers import AT_THE_MACHINE
from models.people.shown import officer_names
from models.rows import get_row
from models.schools.contacts import find_school
from models.schools.grades import Area, Framework, Grade, Safeguarding
from models.schools.inspections import entered_of, that_counts
from models.schools.shown import matches
from models.schools.tables import InspectionCategory, InspectionOutcome, School
from models.shown import Shown


class Inspection(Shown):
    """What was entered of a published report; `counts` for the one by which the school stands.

    `category` is null where a correction says that there was no such report; `corrected` while a
    later entry stands in place of this one. `grades` are by area, those of a report card or the
    older ones, as `framework` says; `outcome` is what an ungraded inspection came to, in words.
    `national_import` is the import in which it was read; null of what an officer entered.
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
    framework: Framework | None
    inspected_on: date | None
    safeguarding: Safeguarding | None
    grades: dict[Area, Grade]
    outcome: str
    national_import: int | None


class InspectionOfSchool(Inspection):
    """The same with the name of the school."""

    school: str


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


def _by(people: dict[int, tuple[str, str]], entry: InspectionOutcome) -> tuple[str, str]:
    return people[entry.recorded_by_id] if entry.recorded_by_id else (AT_THE_MACHINE,) * 2


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
            recorded_by=_by(people, each)[0],
            recorded_by_name=_by(people, each)[1],
            recorded_at=each.recorded_at,
            corrects=each.corrects_id,
            reason=each.reason,
            corrected=each.id in gone,
            counts=counts is not None and counts.id == each.id,
            framework=each.framework,
            inspected_on=each.inspected_on,
            safeguarding=each.safeguarding,
            grades={Area(area): Grade(grade) for area, grade in each.grades.items()},
            outcome=each.outcome,
            national_import=each.import_id,
        )
        for each in found
    ]


def all_inspections(
    session: Session,
    *,
    query: str = "",
    category: str | None = None,
    safeguarding: str | None = None,
    latest: bool = True,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[InspectionOfSchool]:
    """What stands on record across schools, the report published last first.

    `latest` leaves of each school the report by which it stands. Raises InvalidInput.
    """
    outcome, later = InspectionOutcome, aliased(InspectionOutcome)
    stands = and_(col(outcome.category).is_not(None), ~_corrected_by(outcome))
    statement = (
        select(outcome, School).join(School, col(School.urn) == col(outcome.urn)).where(stands)
    )
    if query:
        statement = statement.where(matches(query))
    if category is not None:
        known = chosen("category", category, InspectionCategory)
        statement = statement.where(col(outcome.category) == known)
    if safeguarding is not None:
        met = chosen("safeguarding", safeguarding, Safeguarding)
        statement = statement.where(col(outcome.safeguarding) == met)
    if latest:
        after = or_(
            col(later.published_on) > col(outcome.published_on),
            and_(
                col(later.published_on) == col(outcome.published_on),
                col(later.id) > col(outcome.id),
            ),
        )
        theirs = and_(col(later.urn) == col(outcome.urn), col(later.category).is_not(None), after)
        statement = statement.where(~exists().where(theirs, ~_corrected_by(later)))
    return paged(
        session,
        statement.order_by(col(outcome.published_on).desc(), col(outcome.id).desc()),
        outcome.id,
        lambda found: _of_schools(session, found),
        page=page,
        per_page=per_page,
    )


def _corrected_by(outcome: Any) -> ColumnElement[bool]:
    correction = aliased(InspectionOutcome)
    return exists().where(col(correction.corrects_id) == col(outcome.id))


def _of_schools(session: Session, found: Sequence[Any]) -> list[InspectionOfSchool]:
    described = {
        each.id: each
        for urn in {outcome.urn for outcome, _ in found}
        for each in _described(session, urn, [each for each, _ in found if each.urn == urn])
    }
    return [
        InspectionOfSchool(**dict(described[outcome.id]), school=school.name)
        for outcome, school in found
    ]
