"""Results of schools: the list of all, those of one school, and the form for one."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.policy import Policy
from models.policy.programme import school_year_of
from models.refusals import InvalidInput
from models.results import shown
from models.results.recording import ResultEntered, record_result, year_words
from models.schools import shown as schools_shown
from models.schools.tables import School
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address, year_of
from web.pages.visits import Visit, Visitor, may, says
from web.tables import Column

SAYS_RESULT = says("result", "The result has been recorded")


router = APIRouter()
PER_PAGE = 50
OFFERED = 6  # school years of a form
FILTERS = Fields(
    query=("The search", "Enter what to search for"),
    year=("School year", "Choose a school year"),
    measure=("Measure", "Choose a measure"),
)
RESULT = Asked(
    ResultEntered,
    measure=("Measure", "Choose a measure"),
    school_year=("School year", "Choose a school year"),
    value=("Result", "Enter the result"),
    benchmark=("National figure", "Enter the national figure"),
    source=("Source", "Enter where this is known from"),
    reason=("Reason", "Enter why another entry is to count"),
)


@router.get("/results", dependencies=[may(Act.SEE_STANDING)])
def results(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    year: str = "",
    measure: str = "",
    below: str = "",
) -> Response:
    """The results of all schools, or those that are searched for."""
    filters = {"query": query, "year": year, "measure": measure, "below": below}
    form, found = Form.of(**filters), None
    with visit.read() as session:
        years = shown.years_known(session)
        try:
            found = find(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, FILTERS)
    return visit.page(
        "results/results.html",
        title="Results of schools",
        navigation="schools",
        form=form,
        found=found,
        address=address(visit, filters),
        years=[(str(each), year_words(each)) for each in years],
        measures=_measures(visit.policy),
    )


def find(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[shown.SchoolResult]:
    """One page of the results that the filters of an address let through."""
    return shown.results(
        session,
        visit.policy,
        query=filters.get("query", ""),
        school_year=year_of("year", filters.get("year", "")),
        measure=filters.get("measure") or None,
        below=filters.get("below") == "yes",
        page=page,
        per_page=per_page,
    )


def find_of_school(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[shown.SchoolResult]:
    """One page of every entry of the school that an address names."""
    urn = visit.request.path_params["urn"]
    return shown.results_of(session, visit.policy, urn, history=True, page=page, per_page=per_page)


COLUMNS: list[Column[shown.SchoolResult]] = [
    Column("URN", lambda result: result.urn),
    Column("School", lambda result: result.school),
    Column("School year", lambda result: result.year),
    Column("Key stage", lambda result: result.key_stage and result.key_stage.label),
    Column("Measure", lambda result: result.title),
    Column("Result", lambda result: result.value),
    Column("National figure", lambda result: result.benchmark),
    Column("Difference", lambda result: result.difference),
    Column("Source", lambda result: result.source),
    Column("Counts", lambda result: result.counts),
    Column("Reason", lambda result: result.reason),
    Column("Recorded by", lambda result: result.recorded_by_name),
    Column("Recorded at", lambda result: result.recorded_at),
]
LISTS: tuple[List[Any], ...] = (
    List[shown.SchoolResult]("/results", Act.SEE_STANDING, "Results", find, COLUMNS),
    List[shown.SchoolResult](
        "/schools/{urn}/results",
        Act.SEE_STANDING,
        "Results of school",
        find_of_school,
        COLUMNS,
        of=School,
    ),
)


@router.get("/schools/{urn}/results", dependencies=[may(Act.SEE_STANDING, of=School)])
def results_of_school(visit: Visitor, urn: str) -> Response:
    """The results of a school, each beside the national figure, and all that was entered."""
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        every = shown.results_of(
            session, visit.policy, urn, history=True, per_page=MOST_PER_PAGE
        ).items
    return visit.page(
        "results/school.html",
        title=f"Results of {school.name}",
        navigation="schools",
        school=school,
        results=[each for each in every if each.counts and each.value is not None],
        corrected=[each for each in every if not each.counts or each.value is None],
        address=f"/schools/{school.urn}/results",
        may_record=visit.may(Act.RECORD_RESULT),
    )


@router.get("/schools/{urn}/results/new", dependencies=[may(Act.RECORD_RESULT, of=School)])
def new_result(visit: Visitor, urn: str, measure: str = "", year: str = "") -> Response:
    """The form for one result; with a measure and a year, for another in its place."""
    return _form(visit, urn, Form.of(measure=measure, school_year=year))


@router.post("/schools/{urn}/results/new", dependencies=[may(Act.RECORD_RESULT, of=School)])
def add_result(visit: Visitor, urn: str, form: Posted) -> Response:
    """Enter a result of the school."""
    try:
        value, benchmark = _number(form, "value"), _number(form, "benchmark")
        given = form.filled(RESULT, value=value, benchmark=benchmark)
        with visit.acting() as acting:
            record_result(acting, urn, given)
    except STAYS as refusal:
        return _form(visit, urn, form.refused(refusal, RESULT))
    return visit.done(f"/schools/{urn}/results", SAYS_RESULT)


def _number(form: Form, name: str) -> float | None:
    """The number that was typed, with a sign of per cent or not; raises InvalidInput."""
    typed = form.text(name).strip().removesuffix("%").strip()
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        raise InvalidInput(name, "Must be a number, like 61.5") from None


def _form(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        every = shown.results_of(session, visit.policy, urn, history=True, per_page=MOST_PER_PAGE)
    there = {(each.measure, str(each.school_year)): each for each in every.items if each.counts}
    begun = school_year_of(visit.today)
    years = sorted({*range(begun - OFFERED + 1, begun + 1), *_year(form)}, reverse=True)
    return visit.page(
        "results/form.html",
        title="Record a result",
        navigation="schools",
        form=form,
        school=school,
        before=there.get((form.text("measure"), form.text("school_year"))),
        measures=_measures(visit.policy),
        years=[(str(each), year_words(each)) for each in years],
    )


def _year(form: Form) -> list[int]:
    typed = form.text("school_year")
    return [int(typed)] if typed.isascii() and typed.isdigit() and len(typed) == 4 else []


def _measures(policy: Policy) -> list[tuple[str, str]]:
    return [(each.key, f"{each.key_stage.label}: {each.title}") for each in policy.results.measures]
