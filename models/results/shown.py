"""Results of schools as doors show them: each beside the national figure."""

from collections.abc import Sequence
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import func
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, paged
from models.people.officers import AT_THE_MACHINE
from models.people.shown import officer_names
from models.policy import Policy
from models.policy.results import KeyStage
from models.refusals import InvalidInput
from models.results import tables
from models.results.recording import year_words
from models.rows import find, get_row, select_columns
from models.schools.contacts import find_school
from models.schools.shown import matches
from models.schools.tables import School
from models.shown import Shown


class SchoolResult(Shown):
    """One result: `difference` is how far its value is above the benchmark, the national figure.

    `key_stage` is null for a measure that the policy no longer has. `value` is null where there is
    no such result; `counts` is false once another entry stands in its place. `national_import` is
    the import in which it was read; null of what an officer entered.
    """

    id: int
    urn: int
    school: str
    school_year: int
    key_stage: KeyStage | None
    measure: str
    title: str
    value: float | None
    benchmark: float | None
    difference: float | None
    in_words: str
    benchmark_in_words: str
    against: str
    source: str
    reason: str
    counts: bool
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime
    national_import: int | None

    @property
    def year(self) -> str:
        """The school year in words."""
        return year_words(self.school_year)


def results_of(
    session: Session,
    policy: Policy,
    urn: object,
    *,
    history: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[SchoolResult]:
    """The results of a school that count, the newest year first; with `history` all entries.

    Raises NotFound, InvalidInput.
    """
    result = tables.SchoolResult
    statement = _statement().where(col(result.urn) == find_school(session, urn).urn)
    if not history:
        statement = statement.where(~col(result.replaced), col(result.value).is_not(None))
    return _page(session, policy, statement, page, per_page)


def results(
    session: Session,
    policy: Policy,
    *,
    query: str = "",
    school_year: int | None = None,
    measure: str | None = None,
    below: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[SchoolResult]:
    """The results across schools that count; `below` leaves those below the national figure.

    Raises InvalidInput.
    """
    result = tables.SchoolResult
    statement = _statement().where(~col(result.replaced), col(result.value).is_not(None))
    if query:
        statement = statement.where(matches(query))
    if school_year is not None:
        statement = statement.where(col(result.school_year) == school_year)
    if measure is not None:
        if policy.results.measure(measure) is None:
            known = ", ".join(each.key for each in policy.results.measures)
            raise InvalidInput("measure", f"Choose from: {known}.")
        statement = statement.where(col(result.measure) == measure)
    if below:
        statement = statement.where(col(result.value) < col(result.benchmark))
    return _page(session, policy, statement, page, per_page)


def result(session: Session, policy: Policy, key: int) -> SchoolResult:
    """One that was just entered."""
    entered = get_row(session, tables.SchoolResult, key)
    found = find(session, _statement().where(col(tables.SchoolResult.id) == entered.id))
    return _described(session, policy, found)[0]


def years_known(session: Session) -> list[int]:
    """The school years of which there are results, the newest first."""
    year = col(tables.SchoolResult.school_year)
    return find(session, select(year).group_by(year).order_by(year.desc()))


def newest_of(session: Session, policy: Policy, urn: int) -> list[SchoolResult]:
    """Of each measure of a school the newest result, in the order of the policy's measures."""
    found = results_of(session, policy, urn, per_page=200).items
    newest: dict[str, SchoolResult] = {}
    for each in found:
        newest.setdefault(each.measure, each)
    order = {each.key: place for place, each in enumerate(policy.results.measures)}
    return sorted(newest.values(), key=lambda each: order.get(each.measure, len(order)))


def _statement() -> Any:
    result = tables.SchoolResult
    return (
        select_columns(result, School.name)
        .join(School, col(School.urn) == col(result.urn))
        .order_by(
            col(result.school_year).desc(),
            func.lower(School.name),
            col(result.urn),
            col(result.measure),
            col(result.id).desc(),
        )
    )


def _page(
    session: Session, policy: Policy, statement: Any, page: int, per_page: int
) -> Page[SchoolResult]:
    return paged(
        session,
        statement,
        tables.SchoolResult.id,
        lambda found: _described(session, policy, found),
        page=page,
        per_page=per_page,
    )


def _described(
    session: Session, policy: Policy, found: Sequence[tuple[Any, ...]]
) -> list[SchoolResult]:
    people = officer_names(session, (row.recorded_by_id for row, _ in found))
    nobody = (AT_THE_MACHINE, AT_THE_MACHINE)
    shown = []
    for row, school in found:
        measure = policy.results.measure(row.measure)
        email, name = people.get(row.recorded_by_id, nobody)
        difference = _difference(row)
        shown.append(
            SchoolResult(
                id=row.id,
                urn=row.urn,
                school=school,
                school_year=row.school_year,
                key_stage=measure.key_stage if measure else None,
                measure=row.measure,
                title=policy.results.title(row.measure),
                value=row.value,
                benchmark=row.benchmark,
                difference=difference,
                in_words=_in_words(policy, row.measure, row.value) or "No such result",
                benchmark_in_words=_in_words(policy, row.measure, row.benchmark) or "Not known",
                against=_against(policy, row.measure, difference),
                source=row.source,
                reason=row.reason,
                counts=not row.replaced,
                recorded_by=email,
                recorded_by_name=name,
                recorded_at=row.recorded_at,
                national_import=row.import_id,
            )
        )
    return shown


def _difference(row: tables.SchoolResult) -> float | None:
    if row.value is None or row.benchmark is None:
        return None
    return round(row.value - row.benchmark, 4)


def _in_words(policy: Policy, measure: str, value: float | None) -> str:
    return "" if value is None else policy.results.in_words(measure, value)


def _against(policy: Policy, key: str, difference: float | None) -> str:
    """How a result stands to the national figure, in words that need no colour."""
    if difference is None:
        return "No national figure"
    if difference == 0:
        return "As nationally"
    measure = policy.results.measure(key)
    points = " points" if measure and measure.unit == "percent" else ""
    number = f"{abs(difference):.2f}".rstrip("0").rstrip(".")
    return f"{number}{points} {'above' if difference > 0 else 'below'}"
