"""What the pages of visits, written reports and reviews have in common."""

from collections.abc import Mapping, Sequence
from datetime import date

from fastapi.responses import Response
from sqlmodel import Session

from models.consultants.shown import DoneBy
from models.needs.shown import needs_said_at
from models.needs.tables import NeedSource
from models.paging import Item, Page
from models.people.access import Act
from models.programme import duties_shown, reviews, support_work
from models.programme.support_work import SchoolVisit, SupportReview
from models.programme.tables import WITH_OUTCOME, DutyKind
from models.refusals import InvalidInput
from models.reports.tables import ReportState
from models.schools import shown as schools_shown
from web.pages.actions import rows
from web.pages.asked import Fields
from web.pages.consultants.people import people_offered
from web.pages.forms import Form
from web.pages.lists import Find, address, year_of
from web.pages.visits import Visit

PER_PAGE = 50
NAMES_PEOPLE = ("visit_form.html", "report_form.html")  # who led or wrote it
SOURCES = {"Visit": "visit", DutyKind.SISG_MEETING.label: "meeting"}
SAID_AT = {"Visit": NeedSource.VISIT, "Written report": NeedSource.REPORT}
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    kind=("Kind", "Choose a kind"),
    officer=("Officer", "Choose an officer"),
    state=("State", "Choose a state"),
    year=("School year", "Choose a school year"),
)


def filters_asked(filters: Mapping[str, str], page: int, per_page: int) -> support_work.Filters:
    """What an address asks of a list; raises InvalidInput."""
    return {
        "query": filters.get("query", ""),
        "officer": filters.get("officer") or None,
        "school_year": year_of("year", filters.get("year", "")),
        "page": page,
        "per_page": per_page,
    }


def work_list(
    visit: Visit,
    template: str,
    title: str,
    find: Find[Item],
    filters: Mapping[str, str],
    page: int,
) -> Response:
    """The page of a list, with its search."""
    form = Form.of(**filters)
    found: Page[Item] | None = None
    with visit.read() as session:
        try:
            found = find(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
        years = support_work.school_years(session, visit.today)
        officers = support_work.recorders(session) if visit.reader.of_the_council else None
    return visit.page(
        f"programme/{template}",
        title=title,
        navigation="risk",
        form=form,
        found=found,
        address=address(visit, filters),
        years=years,
        officers=officers,
        kinds=(*reviews.REVIEWS, *WITH_OUTCOME),
        states=list(ReportState),
    )


def work_form(
    visit: Visit,
    template: str,
    title: str,
    form: Form,
    urn: str | None,
    duty: int | None,
    **more: object,
) -> Response:
    """The page of a form; `duty` is what was planned and is met by it."""
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn) if urn is not None else None
        due = duty_met(session, visit, duty)
        records = visit.may(Act.RECORD_ACTION) and template == "visit_form.html"
        choices = rows.choices(session) if records else None
        names_people = template in NAMES_PEOPLE and visit.may(Act.RECORD_SUPPORT_WORK)
        people = people_offered(session, visit.officer) if names_people else None
    if due is not None and not form.text("kind"):
        form.values["kind"] = [due.kind.value]
    return visit.page(
        f"programme/{template}",
        title=title,
        navigation="schools" if school else "risk",
        form=form,
        school=school,
        duty=due,
        choices=choices,
        people=people,
        **more,
    )


def duty_met(session: Session, visit: Visit, number: int | None) -> duties_shown.Duty | None:
    """What was planned and is met, if anything was; raises NotFound."""
    if number is None:
        return None
    return duties_shown.duty(session, visit.reader, number, visit.today)


def work_record(
    visit: Visit,
    found: SchoolVisit | SupportReview,
    title: str,
    day: date,
    sections: list[tuple[str, str]],
    lines: Sequence[object] = (),
    how_far: Sequence[object] = (),
    by: Sequence[tuple[str, DoneBy | None]] = (),
) -> Response:
    """The page of one record; `by` are those who did it, where that is not who recorded it."""
    with visit.read() as session:
        about = schools_shown.school(session, visit.reader, found.urn) if found.urn else None
        due = duty_met(session, visit, found.duty)
        said_at = SAID_AT.get(title, NeedSource.REVIEW), found.id
        needs = needs_said_at(session, visit.reader, *said_at, today=visit.today)
    return visit.page(
        "programme/record.html",
        title=title,
        navigation="schools" if about else "risk",
        found=found,
        school=about,
        day=day,
        sections=sections,
        lines=lines,
        how_far=how_far,
        by=by,
        source=SOURCES.get(title, "review"),
        may_act=visit.may(Act.RECORD_ACTION),
        duty=due,
        needs=needs,
    )
