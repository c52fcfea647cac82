"""What a published report says of a school is entered, and what is due thereby begins."""

from models.clocks import long_date, past_day
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, RowKey, Text, Word
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput
from models.rows import add, get_row
from models.school_record.statements import follow_inspections
from models.schools.contacts import find_school, live_case
from models.schools.events import InspectionCorrected, InspectionRecorded
from models.schools.inspections import entered_of, standing
from models.schools.tables import InspectionCategory, InspectionOutcome
from models.text import check_prose


class Inspected(Input):
    """What a published report says: `significant_improvement`, `special_measures` or `none`.

    `corrects` is the key of an outcome that was entered wrongly, and then there is a `reason`; a
    correction without a `category` says that there was no such report.
    """

    category: Word | None = None
    published_on: Day
    source: Text
    corrects: RowKey | None = None
    reason: Text = ""


def record_inspection(acting: Acting, urn: object, given: Inspected) -> InspectionOutcome:
    """Enter what a report says, or correct what was entered; the report published last counts.

    After an adverse report of a maintained school the authority's written statement of action is
    due, and its deadline is set on the school's own record. Raises NotFound, NotAllowed,
    InvalidInput.
    """
    acting.require(Act.RECORD_INSPECTION)
    session, officer = acting.session, acting.officer
    school = find_school(session, urn)
    entered = entered_of(session, school.urn)
    category = _category(given)
    past_day("published_on", given.published_on, acting.now)
    check_prose("source", given.source)
    corrected = _corrected(entered, given)
    _check_is_new(entered, corrected, given)
    key = add(
        session,
        InspectionOutcome,
        urn=school.urn,
        category=category,
        published_on=given.published_on,
        source=given.source,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
        corrects_id=corrected.id if corrected else None,
        reason=given.reason,
    )
    entry = get_row(session, InspectionOutcome, key)
    append(session, acting.now, officer.email, _said(entry, live_case(session, school)))
    follow_inspections(acting, school)
    return entry


def _said(entry: InspectionOutcome, about: int | None) -> Happened:
    if entry.corrects_id is not None:
        return InspectionCorrected(
            about,
            inspection=entry.id,
            corrects=entry.corrects_id,
            urn=entry.urn,
            category=entry.category,
            published_on=entry.published_on,
            reason=entry.reason,
        )
    assert entry.category is not None  # noqa: S101 - only a correction may have none
    return InspectionRecorded(
        about,
        inspection=entry.id,
        urn=entry.urn,
        category=entry.category,
        published_on=entry.published_on,
    )


def _category(given: Inspected) -> InspectionCategory | None:
    if given.category is None and given.corrects is not None:
        return None
    if given.category not in list(InspectionCategory):
        raise InvalidInput("category", f"Choose from: {', '.join(InspectionCategory)}.")
    return InspectionCategory(given.category)


def _corrected(entered: list[InspectionOutcome], given: Inspected) -> InspectionOutcome | None:
    """The outcome that is corrected, if one is; raises InvalidInput."""
    if given.corrects is None:
        if given.reason.strip():
            raise InvalidInput("reason", "A reason belongs to a correction. Say what it corrects.")
        return None
    check_prose("reason", given.reason)
    found = next((each for each in standing(entered) if each.id == given.corrects), None)
    if found is None:
        raise InvalidInput(
            "corrects", "There is no such outcome of this school, or it was corrected already."
        )
    return found


def _check_is_new(
    entered: list[InspectionOutcome], corrected: InspectionOutcome | None, given: Inspected
) -> None:
    """One outcome of a day: two that stand side by side would leave open which one counts."""
    others = [each for each in standing(entered) if corrected is None or each.id != corrected.id]
    if given.category is not None and given.published_on in [each.published_on for each in others]:
        raise InvalidInput(
            "published_on",
            f"The outcome of a report published on {long_date(given.published_on)} is already on "
            "record. Correct that one, if it is wrong.",
        )
