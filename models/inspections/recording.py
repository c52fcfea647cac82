"""What a published report says of a school is entered, and what is due thereby begins.

By hand and from the national file alike: `checked` says what may stand on record, `put_on_record`
writes it and does all that follows from it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from models.clocks import long_date, past_day
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, RowKey, Text, Word
from models.inspections.new_categories import follow_category
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput
from models.rows import add, get_row
from models.school_record.statements import follow_inspections
from models.schools.contacts import find_school, live_case
from models.schools.events import InspectionCorrected, InspectionRecorded
from models.schools.grades import (
    FIRST_REPORT_CARDS,
    GRADES,
    Area,
    Framework,
    Safeguarding,
    framework_of,
)
from models.schools.inspections import entered_of, standing, that_counts
from models.schools.tables import InspectionCategory, InspectionOutcome, School
from models.text import check_line, check_prose

# A file has tens of thousands of reports: to go through an enumeration for each grade is slow.
_AREAS = frozenset(Area)
_CATEGORIES = frozenset(InspectionCategory)


class Inspected(Input):
    """What a published report says: `significant_improvement`, `special_measures` or `none`.

    `grades` are by area, such as `{"inclusion": "strong_standard"}`: those of a report card, or the
    older ones (`overall_effectiveness` and its fellows), never both. `safeguarding` is `met` or
    `not_met`; `outcome` the words of an ungraded inspection. `corrects` is the key of an outcome
    that was entered wrongly, and then there is a `reason`; a correction without a `category` says
    that there was no such report.
    """

    category: Word | None = None
    published_on: Day
    source: Text
    corrects: RowKey | None = None
    reason: Text = ""
    inspected_on: Day | None = None
    safeguarding: Word | None = None
    grades: dict[Word, Word] = Field(default={}, max_length=len(Area))
    outcome: Text = ""


def record_inspection(acting: Acting, urn: object, given: Inspected) -> InspectionOutcome:
    """Enter what a report says, or correct what was entered; the report published last counts.

    After an adverse report of a maintained school the authority's written statement of action is
    due, and its deadline is set on the school's own record. A category in which the school was not
    before is a task for whoever looks after the school. Raises NotFound, NotAllowed, InvalidInput.
    """
    acting.require(Act.RECORD_INSPECTION)
    school = find_school(acting.session, urn)
    entered = entered_of(acting.session, school.urn)
    return put_on_record(acting, school, entered, checked(entered, given, acting.now))


def checked(
    entered: Sequence[InspectionOutcome], given: Inspected, now: datetime
) -> dict[str, Any]:
    """The columns of an outcome, beside what was entered of the school before.

    Raises InvalidInput.
    """
    category = _category(given)
    past_day("published_on", given.published_on, now)
    check_prose("source", given.source)
    corrected = _corrected(entered, given)
    _check_is_new(entered, corrected, given)
    return {
        "category": category,
        "published_on": given.published_on,
        "source": given.source,
        "corrects_id": corrected.id if corrected else None,
        "reason": given.reason,
        **_report(given, category),
    }


def put_on_record(
    acting: Acting,
    school: School,
    entered: Sequence[InspectionOutcome],
    values: dict[str, Any],
    import_id: int | None = None,
) -> InspectionOutcome:
    """Write an outcome that was checked beside what was `entered`, and do what follows from it."""
    session = acting.session
    key = add(session, InspectionOutcome, **columns(acting, school.urn, values, import_id))
    entry = get_row(session, InspectionOutcome, key)
    append(session, acting.now, acting.officer.email, _said(entry, live_case(session, school)))
    before = that_counts(entered)
    after = that_counts(entered_of(session, school.urn))
    follow_category(acting, school, before, after, by_hand=import_id is None)
    follow_inspections(acting, school)
    return entry


def columns(
    acting: Acting, urn: int, values: dict[str, Any], import_id: int | None
) -> dict[str, Any]:
    """The whole row of an outcome that was checked."""
    return {
        "urn": urn,
        **values,
        "recorded_by_id": acting.officer.id,
        "recorded_at": acting.now,
        "import_id": import_id,
    }


def _report(given: Inspected, category: InspectionCategory | None) -> dict[str, Any]:
    """What the report says besides: its day, its grades, safeguarding; raises InvalidInput."""
    check_line("outcome", given.outcome, required=False)
    safeguarding, kind = _safeguarding(given), _graded(given)
    detailed = given.grades or given.outcome or safeguarding or given.inspected_on
    if category is None and detailed:
        raise InvalidInput("category", "A report that was never published says nothing.")
    if given.inspected_on is not None and given.inspected_on > given.published_on:
        raise InvalidInput("inspected_on", "The inspection cannot be after its report.")
    if kind is None and given.outcome:
        kind = Framework.UNGRADED
    return {
        "framework": kind,
        "inspected_on": given.inspected_on,
        "safeguarding": safeguarding,
        "grades": dict(given.grades),
        "outcome": given.outcome,
    }


def _safeguarding(given: Inspected) -> Safeguarding | None:
    if given.safeguarding is None:
        return None
    if given.safeguarding not in list(Safeguarding):
        raise InvalidInput("safeguarding", f"Choose from: {', '.join(Safeguarding)}.")
    return Safeguarding(given.safeguarding)


def _graded(given: Inspected) -> Framework | None:
    """Under which rules the report grades, if it does; raises InvalidInput for each wrong grade."""
    unknown = [name for name in given.grades if name not in _AREAS]
    if unknown:
        areas = f"There is no area “{unknown[0]}”. Choose from: {', '.join(Area)}."
        raise InvalidInput("grades", areas)
    try:
        kind = framework_of(Area(name) for name in given.grades)
    except ValueError:
        raise InvalidInput(
            "grades",
            "Enter the grades of a report card or those of an older inspection, not both.",
        ) from None
    if kind is None:
        return None
    errors = [
        (f"grades-{name}", f"{Area(name).label}: choose from: {', '.join(GRADES[kind])}.")
        for name, grade in given.grades.items()
        if grade not in GRADES[kind]
    ]
    if errors:
        raise InvalidInput.many(errors)
    _check_day_of(kind, given)
    return kind


def _check_day_of(kind: Framework, given: Inspected) -> None:
    began = long_date(FIRST_REPORT_CARDS)
    if kind is Framework.REPORT_CARD:
        inspected = given.inspected_on or given.published_on
        if inspected < FIRST_REPORT_CARDS:
            raise InvalidInput("grades", f"There are report cards of inspections since {began}.")
    elif given.inspected_on is not None and given.inspected_on >= FIRST_REPORT_CARDS:
        raise InvalidInput("grades", f"Inspections since {began} are graded by a report card.")


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
    if given.category not in _CATEGORIES:
        raise InvalidInput("category", f"Choose from: {', '.join(InspectionCategory)}.")
    return InspectionCategory(given.category)


def _corrected(entered: Sequence[InspectionOutcome], given: Inspected) -> InspectionOutcome | None:
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
    entered: Sequence[InspectionOutcome], corrected: InspectionOutcome | None, given: Inspected
) -> None:
    """One outcome of a day: two that stand side by side would leave open which one counts."""
    if given.category is None:
        return
    of_day = [each for each in standing(entered) if each.published_on == given.published_on]
    if any(corrected is None or each.id != corrected.id for each in of_day):
        raise InvalidInput(
            "published_on",
            f"The outcome of a report published on {long_date(given.published_on)} is already on "
            "record. Correct that one, if it is wrong.",
        )
