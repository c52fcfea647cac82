"""The outcome of an inspection: entered, or corrected, at the school's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.inspections.recording import Inspected, record_inspection
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.refusals import InvalidInput, NotFound
from models.schools import shown as schools_shown
from models.schools.grades import AREAS, GRADES, Area, Framework, Safeguarding
from models.schools.inspections_shown import (
    Inspection,
    InspectionOfSchool,
    all_inspections,
    inspections,
)
from models.schools.tables import InspectionCategory, School
from web.pages.asked import Asked, Fields
from web.pages.forms import PARTS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Visit, Visitor, may, says
from web.pages.wording import upper_first
from web.tables import Column

SAYS_INSPECTION = says("inspection", "The outcome of the inspection has been recorded")


router = APIRouter()


def _grade_of(area: Area, each: Inspection) -> str:
    grade = each.grades.get(area)
    return grade.label if grade else ""


NO_REPORT = "no_report"  # in a correction: there was no such report
PER_PAGE = 50
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    category=("Category", "Choose a category"),
    safeguarding=("Safeguarding", "Choose whether safeguarding standards are met"),
)
CALLED = {
    "category": ("Category", "Choose what the report says"),
    "inspected_on": ("The first day of the inspection", "Enter the first day of the inspection"),
    "published_on": ("The date", "Enter the date on which the report was published"),
    "safeguarding": ("Safeguarding", "Choose whether safeguarding standards are met"),
    "grades": ("Grades", "Choose the grades"),
    "outcome": ("Outcome", "Enter the outcome"),
    "source": ("Source", "Enter where this is known from"),
}
OUTCOME = Asked(Inspected, must=["category"], **CALLED)
CORRECTION = Asked(
    Inspected,
    must=["category", "reason"],
    **CALLED,
    corrects=("Outcome", "Choose the outcome to correct"),
    reason=("Reason", "Enter why it is corrected"),
)


@router.get("/inspections", dependencies=[may(Act.SEE_STANDING)])
def all_outcomes(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    category: str = "",
    safeguarding: str = "",
    every: str = "",
) -> Response:
    """The outcomes of inspections across schools, or those that are searched for."""
    filters = {"query": query, "category": category, "safeguarding": safeguarding, "every": every}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return visit.page(
        "schools/inspections.html",
        title="Outcomes of inspections",
        navigation="schools",
        form=form,
        found=found,
        address=address(visit, filters),
        categories=[(each.value, upper_first(each.label)) for each in InspectionCategory],
    )


def find(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[InspectionOfSchool]:
    """One page of the outcomes that the filters of an address let through."""
    return all_inspections(
        session,
        query=filters.get("query", ""),
        category=filters.get("category") or None,
        safeguarding=filters.get("safeguarding") or None,
        latest=filters.get("every") != "yes",
        page=page,
        per_page=per_page,
    )


LISTS: tuple[List[Any], ...] = (
    List[InspectionOfSchool](
        "/inspections",
        Act.SEE_STANDING,
        "Inspections",
        find,
        [
            Column("URN", lambda each: each.urn),
            Column("School", lambda each: each.school),
            Column("Report published on", lambda each: each.published_on),
            Column("Inspected from", lambda each: each.inspected_on),
            Column("Category", lambda each: each.category and each.category.label),
            Column("Counts today", lambda each: each.counts),
            Column("Safeguarding", lambda each: each.safeguarding and each.safeguarding.label),
            Column("Report", lambda each: each.framework and each.framework.label),
            *(Column(area.label, partial(_grade_of, area)) for area in Area),
            Column("Outcome", lambda each: each.outcome),
            Column("Source", lambda each: each.source),
        ],
    ),
)


@router.get("/schools/{urn}/inspections/new", dependencies=[may(Act.RECORD_INSPECTION, of=School)])
def inspection(visit: Visitor, urn: str, corrects: str = "") -> Response:
    """The form for what a report says; with `corrects`, for what it says in truth."""
    return _inspection(visit, urn, Form.of(corrects=corrects), begin=True)


@router.post("/schools/{urn}/inspections/new", dependencies=[may(Act.RECORD_INSPECTION, of=School)])
def add_inspection(visit: Visitor, urn: str, form: Posted) -> Response:
    """Enter what a report says of the school."""
    asked = CORRECTION if form.text("corrects") else OUTCOME
    try:
        form.demand(asked)
        chosen = form.text("category")
        none = asked is CORRECTION and chosen == NO_REPORT
        category = None if none else chosen
        given = form.taken(asked, category=category, grades=_grades(form))
        with visit.acting() as acting:
            record_inspection(acting, urn, given)
    except InvalidInput as invalid:
        return _inspection(visit, urn, form.refused(invalid, asked))
    return visit.done(f"/schools/{urn}", SAYS_INSPECTION)


def _inspection(visit: Visit, urn: str, form: Form, *, begin: bool = False) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        known = inspections(session, urn, per_page=MOST_PER_PAGE).items
    wrong = _to_correct(known, form.text("corrects")) if form.text("corrects") else None
    if wrong and wrong.category and begin:
        form.values |= _as_recorded(wrong, wrong.category)
    options = [(each.value, f"The school {each.label}") for each in InspectionCategory]
    if wrong:
        options.append((NO_REPORT, "There was no such report"))
    return visit.page(
        "schools/inspection_form.html",
        title="Correct the outcome of an inspection"
        if wrong
        else "Record the outcome of an inspection",
        navigation="schools",
        form=form,
        school=school,
        wrong=wrong,
        says=upper_first(f"the school {wrong.category.label}") if wrong and wrong.category else "",
        options=options,
        safeguarding=[(each.value, each.label) for each in Safeguarding],
        kinds=[_kind(form, kind) for kind in AREAS],
    )


@dataclass(frozen=True)
class KindOfReport:
    """One way to grade: its areas with their fields, and the grades that it knows."""

    key: str
    title: str
    areas: list[tuple[str, str]]
    grades: list[tuple[str, str]]
    used: bool


def _kind(form: Form, kind: Framework) -> KindOfReport:
    fields = [(f"grades-{area.value}", area.label) for area in AREAS[kind]]
    return KindOfReport(
        key=kind.value,
        title=_TITLES[kind],
        areas=fields,
        grades=[(grade.value, grade.label) for grade in GRADES[kind]],
        used=any(form.text(name) for name, _ in fields),
    )


_TITLES = {
    Framework.REPORT_CARD: "Grades of the report card (since 10 November 2025)",
    Framework.GRADED: "Grades of an older inspection",
}


def _grades(form: Form) -> dict[str, str]:
    """The grades that were chosen, by area."""
    typed = {area.value: form.text(f"grades-{area.value}") for area in Area}
    return {area: grade for area, grade in typed.items() if grade}


def _as_recorded(wrong: Inspection, category: InspectionCategory) -> dict[str, list[str]]:
    """What was entered, to be corrected."""
    days = {"published_on": wrong.published_on, "inspected_on": wrong.inspected_on}
    return {
        "category": [category.value],
        "source": [wrong.source],
        "safeguarding": [wrong.safeguarding or ""],
        "outcome": [wrong.outcome],
        **{f"grades-{area.value}": [grade.value] for area, grade in wrong.grades.items()},
        **{
            f"{name}-{part}": [str(getattr(day, part))]
            for name, day in days.items()
            if day is not None
            for part in PARTS
        },
    }


def _to_correct(known: list[Inspection], key: str) -> Inspection:
    """The outcome that an address or a form names."""
    found = next((each for each in known if str(each.id) == key), None)
    if found is None:
        raise NotFound("There is no such outcome of this school.")
    return found
