"""The outcome of an inspection: entered, or corrected, at the school's page."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.paging import MOST_PER_PAGE
from models.people.access import Act
from models.refusals import InvalidInput, NotFound
from models.school_record.inspecting import Inspected, record_inspection
from models.schools import shown as schools_shown
from models.schools.inspections_shown import Inspection, inspections
from models.schools.tables import InspectionCategory, School
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.visits import Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_INSPECTION = says("inspection", "The outcome of the inspection has been recorded")


router = APIRouter()
NO_REPORT = "no_report"  # in a correction: there was no such report
CALLED = {
    "category": ("Category", "Choose what the report says"),
    "published_on": ("The date", "Enter the date on which the report was published"),
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
        given = form.taken(asked, category=None if none else chosen)
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
        day = wrong.published_on
        form.values |= {
            "category": [wrong.category.value],
            "source": [wrong.source],
            "published_on-day": [str(day.day)],
            "published_on-month": [str(day.month)],
            "published_on-year": [str(day.year)],
        }
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
    )


def _to_correct(known: list[Inspection], key: str) -> Inspection:
    """The outcome that an address or a form names."""
    found = next((each for each in known if str(each.id) == key), None)
    if found is None:
        raise NotFound("There is no such outcome of this school.")
    return found
