"""Written reports on schools: listed, recorded, shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.inputs import refusing
from models.paging import Page
from models.people.access import Act
from models.programme import support_work, tables
from models.programme.reports import ReportWritten, SectionWritten, record_report
from models.programme.support_work import WrittenReport
from models.refusals import InvalidInput
from models.schools.tables import School
from web.pages.asked import Asked
from web.pages.consultants.people import chosen_person
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber
from web.pages.programme.duty_met import Duty
from web.pages.programme.work_pages import (
    filters_asked,
    work_form,
    work_list,
    work_record,
)
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_REPORT_RECORDED = says("report_recorded", "The written report has been recorded")

router = APIRouter()
REPORT = Asked(
    ReportWritten,
    dated=("The date", "Enter the date it is from"),
    author=("Who wrote it", "Choose who wrote the report"),
)


@router.get("/reports", dependencies=[may(Act.SEE_PROGRAMME)])
def list_reports(
    visit: Visitor, page: PageNumber, query: str = "", officer: str = "", year: str = ""
) -> Response:
    """The written reports on all schools, the latest first."""
    filters = {"query": query, "officer": officer, "year": year}
    return work_list(visit, "reports.html", "Written reports", find_reports, filters, page)


def find_reports(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[WrittenReport]:
    """One page of the written reports that the filters of an address let through."""
    return support_work.reports(session, **filters_asked(filters, page, per_page))


@router.get("/schools/{urn}/reports/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def report_form(visit: Visitor, urn: str, duty: Duty) -> Response:
    """The form for a written report."""
    return _report_form(visit, urn, duty, Form())


@router.post("/schools/{urn}/reports/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def post_report(visit: Visitor, urn: str, duty: Duty, form: Posted) -> Response:
    """Put a written report on record."""
    try:
        form.demand(REPORT)
        sections = _sections(form, visit.policy.programme.report_sections)
        author = chosen_person(form, "author")
        given = form.taken(REPORT, urn=urn, sections=sections, duty=duty, author=author)
        with visit.acting() as acting:
            record_report(acting, given)
    except STAYS as refusal:
        return _report_form(visit, urn, duty, form.refused(refusal, REPORT))
    return visit.done(f"/schools/{urn}/programme", SAYS_REPORT_RECORDED)


def _sections(form: Form, titles: Sequence[str]) -> list[SectionWritten]:
    """What was typed under each title; raises InvalidInput for what cannot be kept, as theirs."""
    sections: list[SectionWritten] = []
    errors: list[tuple[str, str]] = []
    for place, title in enumerate(titles, start=1):
        text = form.text(f"section-{place}")
        try:
            with refusing():
                sections.append(SectionWritten(title=title, text=text))
        except InvalidInput as invalid:
            errors.append((f"section-{place}", f"“{title}”: {invalid.message}"))
    if errors:
        raise InvalidInput.many(errors)
    return sections


def _report_form(visit: Visit, urn: str, duty: int | None, form: Form) -> Response:
    titles = visit.policy.programme.report_sections
    title = "Record a written report"
    return work_form(visit, "report_form.html", title, form, urn, duty, sections=titles)


@router.get("/reports/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.WrittenReport)])
def show_report(visit: Visitor, number: Key) -> Response:
    """One written report."""
    with visit.read() as session:
        found = support_work.report(session, number)
    sections = [(section.title, section.text) for section in found.sections]
    by = [("Written by", found.author)]
    return work_record(visit, found, "Written report", found.dated, sections, by=by)


LISTS: tuple[List[Any], ...] = (
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
            Column(
                "Written by",
                lambda found: found.author.name if found.author else found.officer_name,
            ),
            Column("Recorded by", lambda found: found.officer_name),
            Column("Recorded at", lambda found: found.recorded_at),
        ],
    ),
)
