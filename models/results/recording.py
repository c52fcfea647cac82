"""A result of a school is entered, or corrected: nothing is deleted, the last entry counts.

By hand and from the national file alike: `check_value` says what a measure can be.
"""

import math

from pydantic import Field
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.events import append
from models.inputs import Input, Text, Word
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy
from models.policy.results import LARGEST, Measure
from models.refusals import InvalidInput
from models.results.events import ResultCorrected, ResultRecorded
from models.results.tables import SchoolResult
from models.rows import add, change, find_first, get_row, kept
from models.schools.contacts import find_school, live_case
from models.text import check_prose

FIRST_YEAR = 2000


@kept
def _counting(urn: int, school_year: int, measure: str) -> SelectOfScalar[SchoolResult]:
    return select(SchoolResult).where(
        col(SchoolResult.urn) == urn,
        col(SchoolResult.school_year) == school_year,
        col(SchoolResult.measure) == measure,
        ~col(SchoolResult.replaced),
    )


class ResultEntered(Input):
    """One result: a measure of the policy by its key, of a school year by that in which it begins.

    `benchmark` is the national figure; where it is left out, the one that is known of that year.
    Where there is an entry already, this one counts in its place and needs a `reason`; without a
    `value` it then says that there is no such result.
    """

    school_year: int = Field(ge=FIRST_YEAR, le=2199)
    measure: Word
    value: float | None = None
    benchmark: float | None = None
    source: Text
    reason: Text = ""


def record_result(acting: Acting, urn: object, given: ResultEntered) -> SchoolResult:
    """Enter a result of a school, or another in the place of one.

    Raises NotFound, NotAllowed, InvalidInput.
    """
    acting.require(Act.RECORD_RESULT)
    session = acting.session
    school = find_school(session, urn)
    measure = _measure(acting.policy, given.measure)
    _check_year(acting, given.school_year)
    before = find_first(session, _counting(school.urn, given.school_year, measure.key))
    _check(given, measure, before)
    benchmark = given.benchmark
    if benchmark is None:
        benchmark = known_benchmark(session, measure, given.school_year)
    if before is not None:
        # Whether the record speaks of the row goes by its import, so that is said as well.
        own = {"replaced": True, "import_id": before.import_id}
        change(session, SchoolResult, {"id": before.id, "replaced": False}, **own)
    key = add(
        session,
        SchoolResult,
        urn=school.urn,
        school_year=given.school_year,
        measure=measure.key,
        value=given.value,
        benchmark=benchmark,
        source=given.source,
        reason=given.reason,
        replaced=False,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
        import_id=None,
    )
    what = _words(measure, given)
    about = live_case(session, school)
    happened = (
        ResultRecorded(about, result=key, urn=school.urn, what=what)
        if before is None
        else ResultCorrected(
            about,
            result=key,
            corrects=before.id,
            urn=school.urn,
            what=what,
            reason=given.reason,
        )
    )
    append(session, acting.now, acting.officer.email, happened)
    return get_row(session, SchoolResult, key)


def check_value(field: str, measure: Measure, value: float) -> float:
    """What a measure can be; raises InvalidInput."""
    if not math.isfinite(value) or not measure.holds(value):
        most = "0 to 100" if measure.unit == "percent" else f"-{LARGEST:.0f} to {LARGEST:.0f}"
        raise InvalidInput(field, f"Enter a number from {most}.")
    return value


def known_benchmark(session: Session, measure: Measure, school_year: int) -> float | None:
    """The national figure that is known: the one that was imported last, else the policy's."""
    newest = (
        select(SchoolResult.benchmark)
        .where(
            col(SchoolResult.school_year) == school_year,
            col(SchoolResult.measure) == measure.key,
            col(SchoolResult.import_id).is_not(None),
            col(SchoolResult.benchmark).is_not(None),
        )
        .order_by(col(SchoolResult.id).desc())
        .limit(1)
    )
    return find_first(session, newest) or measure.benchmarks.get(school_year)


def year_words(school_year: int) -> str:
    """A school year as people write it: "2024 to 2025"."""
    return f"{school_year} to {school_year + 1}"


def _measure(policy: Policy, key: str) -> Measure:
    found = policy.results.measure(key)
    if found is None:
        known = ", ".join(each.key for each in policy.results.measures)
        raise InvalidInput("measure", f"Choose from: {known}.")
    return found


def _check_year(acting: Acting, school_year: int) -> None:
    if school_year > acting.today.year:
        raise InvalidInput("school_year", "Choose a school year that has begun.")


def _check(given: ResultEntered, measure: Measure, before: SchoolResult | None) -> None:
    """All that is wrong at once."""
    errors: list[tuple[str, str]] = []
    for name, value in (("value", given.value), ("benchmark", given.benchmark)):
        if value is not None:
            try:
                check_value(name, measure, value)
            except InvalidInput as invalid:
                errors += invalid.errors
    if given.value is None and (before is None or before.value is None):
        errors.append(("value", "Enter the result."))
    for name, text in (("source", given.source), ("reason", given.reason)):
        needed = name == "source" or before is not None
        try:
            check_prose(name, text, required=needed)
        except InvalidInput as invalid:
            errors += invalid.errors
    if before is None and given.reason.strip():
        errors.append(("reason", "A reason belongs to a correction. Nothing was entered before."))
    if errors:
        raise InvalidInput.many(errors)


def _words(measure: Measure, given: ResultEntered) -> str:
    year = year_words(given.school_year)
    value = "no such result" if given.value is None else measure.words(given.value)
    return f"{measure.title}, {year}: {value}"
