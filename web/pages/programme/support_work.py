"""What was done to support schools: visits, written reports, reviews: listed, recorded, shown."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.actions.shown import lines_at
from models.inputs import refusing
from models.paging import Item, Page
from models.people.access import Act
from models.programme import duties_shown, support_work, supporting, tables
from models.programme.support_work import SchoolVisit, SupportReview, WrittenReport
from models.programme.tables import OF_A_SCHOOL, DutyKind, Review
from models.refusals import InvalidInput
from models.schools import shown as schools_shown
from models.schools.tables import School
from web.pages.actions import rows
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import Find, List, PageNumber, address, year_of
from web.pages.programme.duty_met import Duty
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_VISIT_RECORDED = says("visit_recorded", "The visit has been recorded")
SAYS_REPORT_RECORDED = says("report_recorded", "The written report has been recorded")
SAYS_REVIEW_RECORDED = says("review_recorded", "The review has been recorded")


router = APIRouter()
PER_PAGE = 50
SOURCES = {"Visit": "visit", "Written report": "report", DutyKind.SISG_MEETING.label: "meeting"}
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    kind=("Kind", "Choose a kind"),
    officer=("Officer", "Choose an officer"),
    year=("School year", "Choose a school year"),
)
VISIT = Asked(
    supporting.VisitMade,
    visited_on=("The date", "Enter the date of the visit"),
    purpose=("Purpose", "Enter what the visit was for"),
    notes=("What was said", "Enter what you saw and heard"),
    agreed_actions=("Agreed actions", "Enter what was agreed"),
)
REPORT = Asked(supporting.ReportWritten, dated=("The date", "Enter the date it is from"))
REVIEW = Asked(
    supporting.ReviewHeld,
    kind=("Kind", "Choose a kind"),
    held_on=("The date", "Enter the date on which it was held"),
    summary=("Summary", "Enter a summary"),
    impact=("Impact", "Enter what the impact was"),
)


# Of all schools ----------------------------------------------------------------------------


@router.get("/visits", dependencies=[may(Act.SEE_PROGRAMME)])
def visits(
    visit: Visitor, page: PageNumber, query: str = "", officer: str = "", year: str = ""
) -> Response:
    """The visits to all schools, the latest first."""
    filters = {"query": query, "officer": officer, "year": year}
    return _list(visit, "visits.html", "Visits", find_visits, filters, page)


@router.get("/reports", dependencies=[may(Act.SEE_PROGRAMME)])
def reports(
    visit: Visitor, page: PageNumber, query: str = "", officer: str = "", year: str = ""
) -> Response:
    """The written reports on all schools, the latest first."""
    filters = {"query": query, "officer": officer, "year": year}
    return _list(visit, "reports.html", "Written reports", find_reports, filters, page)


@router.get("/reviews", dependencies=[may(Act.SEE_PROGRAMME)])
def reviews(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    kind: str = "",
    officer: str = "",
    year: str = "",
) -> Response:
    """The reviews of schools and of the whole register, the latest first."""
    filters = {"query": query, "kind": kind, "officer": officer, "year": year}
    return _list(visit, "reviews.html", "Reviews", find_reviews, filters, page)


def find_visits(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[SchoolVisit]:
    """One page of the visits that the filters of an address let through."""
    return support_work.visits(session, **_asked(filters, page, per_page))


def find_reports(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[WrittenReport]:
    """One page of the written reports that the filters of an address let through."""
    return support_work.reports(session, **_asked(filters, page, per_page))


def find_reviews(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[SupportReview]:
    """One page of the reviews that the filters of an address let through."""
    kind = filters.get("kind") or None
    return support_work.reviews(session, kind=kind, **_asked(filters, page, per_page))


def _asked(filters: Mapping[str, str], page: int, per_page: int) -> support_work.Filters:
    return {
        "query": filters.get("query", ""),
        "officer": filters.get("officer") or None,
        "school_year": year_of("year", filters.get("year", "")),
        "page": page,
        "per_page": per_page,
    }


def _list(
    visit: Visit,
    template: str,
    title: str,
    find: Find[Item],
    filters: Mapping[str, str],
    page: int,
) -> Response:
    form = Form.of(**filters)
    found: Page[Item] | None = None
    with visit.read() as session:
        try:
            found = find(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
        years = support_work.school_years(session, visit.today)
        officers = support_work.recorders(session)
    return visit.page(
        f"programme/{template}",
        title=title,
        navigation="risk",
        form=form,
        found=found,
        address=address(visit, filters),
        years=years,
        officers=officers,
        kinds=supporting.REVIEWS,
    )


# One of them -------------------------------------------------------------------------------


@router.get("/schools/{urn}/visits/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def visit_form(visit: Visitor, urn: str, duty: Duty) -> Response:
    """The form for the note of a visit."""
    return _form(visit, "visit_form.html", "Record a visit", Form(), urn, duty)


@router.post("/schools/{urn}/visits/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def record_visit(visit: Visitor, urn: str, duty: Duty, form: Posted) -> Response:
    """Put a visit on record."""
    try:
        form.demand(VISIT)
        given = form.taken(VISIT, urn=urn, duty=duty, actions=rows.typed(form))
        with visit.acting() as acting:
            supporting.record_visit(acting, given)
    except STAYS as refusal:
        form = rows.refused(form, refusal, VISIT)
        return _form(visit, "visit_form.html", "Record a visit", form, urn, duty)
    return visit.done(f"/schools/{urn}/programme", SAYS_VISIT_RECORDED)


@router.get("/visits/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.SchoolVisit)])
def show_visit(visit: Visitor, number: Key) -> Response:
    """One visit."""
    with visit.read() as session:
        found = support_work.visit(session, number)
    sections = [
        ("Purpose", found.purpose),
        ("What was seen and heard", found.notes),
        ("Agreed actions", found.agreed_actions or "None"),
    ]
    return _record(visit, found, "Visit", found.visited_on, sections)


@router.get("/schools/{urn}/reports/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def report_form(visit: Visitor, urn: str, duty: Duty) -> Response:
    """The form for a written report."""
    return _report_form(visit, urn, duty, Form())


@router.post("/schools/{urn}/reports/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def record_report(visit: Visitor, urn: str, duty: Duty, form: Posted) -> Response:
    """Put a written report on record."""
    try:
        form.demand(REPORT)
        sections = _sections(form, visit.policy.programme.report_sections)
        given = form.taken(REPORT, urn=urn, sections=sections, duty=duty)
        with visit.acting() as acting:
            supporting.record_report(acting, given)
    except STAYS as refusal:
        return _report_form(visit, urn, duty, form.refused(refusal, REPORT))
    return visit.done(f"/schools/{urn}/programme", SAYS_REPORT_RECORDED)


def _sections(form: Form, titles: Sequence[str]) -> list[supporting.SectionWritten]:
    """What was typed under each title; raises InvalidInput for what cannot be kept, as theirs."""
    sections: list[supporting.SectionWritten] = []
    errors: list[tuple[str, str]] = []
    for place, title in enumerate(titles, start=1):
        text = form.text(f"section-{place}")
        try:
            with refusing():
                sections.append(supporting.SectionWritten(title=title, text=text))
        except InvalidInput as invalid:
            errors.append((f"section-{place}", f"“{title}”: {invalid.message}"))
    if errors:
        raise InvalidInput.many(errors)
    return sections


def _report_form(visit: Visit, urn: str, duty: int | None, form: Form) -> Response:
    titles = visit.policy.programme.report_sections
    title = "Record a written report"
    return _form(visit, "report_form.html", title, form, urn, duty, sections=titles)


@router.get("/reports/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.WrittenReport)])
def show_report(visit: Visitor, number: Key) -> Response:
    """One written report."""
    with visit.read() as session:
        found = support_work.report(session, number)
    sections = [(section.title, section.text) for section in found.sections]
    return _record(visit, found, "Written report", found.dated, sections)


@router.get("/schools/{urn}/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def review_form(visit: Visitor, urn: str, duty: Duty, kind: str = "") -> Response:
    """The form for a review of a school."""
    return _review_form(visit, urn, duty, Form.of(kind=kind))


@router.post("/schools/{urn}/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def record_review(visit: Visitor, urn: str, duty: Duty, form: Posted) -> Response:
    """Put a review of a school on record."""
    return _record_review(visit, urn, duty, form)


@router.get("/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK)])
def council_review_form(visit: Visitor, duty: Duty, kind: str = "") -> Response:
    """The form for a review of the whole register."""
    return _review_form(visit, None, duty, Form.of(kind=kind))


@router.post("/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK)])
def record_council_review(visit: Visitor, duty: Duty, form: Posted) -> Response:
    """Put a review of the whole register on record."""
    return _record_review(visit, None, duty, form)


def _record_review(visit: Visit, urn: str | None, duty: int | None, form: Form) -> Response:
    try:
        given = form.filled(REVIEW, urn=urn, duty=duty)
        with visit.acting() as acting:
            supporting.record_review(acting, given)
    except STAYS as refusal:
        return _review_form(visit, urn, duty, form.refused(refusal, REVIEW))
    on = f"/schools/{urn}/programme" if urn else "/programme/duties"
    return visit.done(on, SAYS_REVIEW_RECORDED)


def _review_form(visit: Visit, urn: str | None, duty: int | None, form: Form) -> Response:
    here = OF_A_SCHOOL if urn is not None else (DutyKind.BOARD_REPORT,)
    kinds = [kind for kind in supporting.REVIEWS if kind in here]
    return _form(visit, "review_form.html", "Record a review", form, urn, duty, kinds=kinds)


@router.get("/reviews/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=Review)])
def show_review(visit: Visitor, number: Key) -> Response:
    """One review."""
    with visit.read() as session:
        found = support_work.review(session, number)
        lines = lines_at(session, visit.reader, number, today=visit.today)
    sections = [
        ("Summary", found.summary or "None"),
        ("Impact", found.impact or "Nothing recorded"),
    ]
    return _record(visit, found, found.title, found.held_on, sections, lines)


def _form(
    visit: Visit,
    template: str,
    title: str,
    form: Form,
    urn: str | None,
    duty: int | None,
    **more: object,
) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn) if urn is not None else None
        due = duties_shown.duty(session, duty, visit.today) if duty is not None else None
        choices = rows.choices(session) if template == "visit_form.html" else None
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
        **more,
    )


def _record(
    visit: Visit,
    found: SchoolVisit | WrittenReport | SupportReview,
    title: str,
    day: date,
    sections: list[tuple[str, str]],
    lines: Sequence[object] = (),
) -> Response:
    with visit.read() as session:
        about = schools_shown.school(session, visit.reader, found.urn) if found.urn else None
        due = duties_shown.duty(session, found.duty, visit.today) if found.duty else None
    return visit.page(
        "programme/record.html",
        title=title,
        navigation="schools" if about else "risk",
        found=found,
        school=about,
        day=day,
        sections=sections,
        lines=lines,
        source=SOURCES.get(title, "review"),
        may_act=visit.may(Act.RECORD_ACTION),
        duty=due,
    )


LISTS: tuple[List[Any], ...] = (
    List[SchoolVisit](
        "/visits",
        Act.SEE_PROGRAMME,
        "Visits",
        find_visits,
        [
            Column("Visited on", lambda found: found.visited_on),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Purpose", lambda found: found.purpose),
            Column("What was seen and heard", lambda found: found.notes),
            Column("Agreed actions", lambda found: found.agreed_actions),
            Column("Recorded by", lambda found: found.officer_name),
            Column("Recorded at", lambda found: found.recorded_at),
        ],
    ),
    List[WrittenReport](
        "/reports",
        Act.SEE_PROGRAMME,
        "Written reports",
        find_reports,
        [
            Column("Dated", lambda found: found.dated),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Report", lambda found: found.whole),
            Column("Recorded by", lambda found: found.officer_name),
            Column("Recorded at", lambda found: found.recorded_at),
        ],
    ),
    List[SupportReview](
        "/reviews",
        Act.SEE_PROGRAMME,
        "Reviews",
        find_reviews,
        [
            Column("Held on", lambda found: found.held_on),
            Column("Review", lambda found: found.title),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Summary", lambda found: found.summary),
            Column("Impact", lambda found: found.impact),
            Column("Recorded by", lambda found: found.officer_name),
            Column("Recorded at", lambda found: found.recorded_at),
        ],
    ),
)
