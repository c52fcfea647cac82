"""Written reports on schools: listed, recorded, shown."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.inputs import refusing
from models.paging import Page
from models.people.access import Act
from models.policy.programme import ReportRule
from models.policy.wording import inside
from models.programme import support_work, tables
from models.programme.reports import (
    ReportWritten,
    SectionWritten,
    check_rewriting,
    record_report,
)
from models.programme.support_work import WrittenReport
from models.programme.tables import WRITTEN_REPORT
from models.refusals import InvalidInput, NotFound, NotPossible
from models.reports import shown
from models.reports.found import find_report, title_of
from models.reports.putting_forward import check_changing, check_sending
from models.reports.tables import ReportState
from models.schools import shown as schools_shown
from models.schools.tables import School
from web.pages.asked import Asked
from web.pages.consultants.people import chosen_person
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber
from web.pages.needs.question import QUESTION
from web.pages.programme.duty_met import Duty
from web.pages.programme.work_pages import duty_met, filters_asked, work_form, work_list
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_DRAFTED = says("report_drafted", "The written report has been saved as a draft")
SAYS_PUT_FORWARD = says(
    "report_put_forward", "The written report has been drafted and is waiting for approval"
)
SAYS_NOT_REACHED = says(
    "report_not_reached",
    "The written report has been saved as a draft: somebody whom it must reach has no e-mail "
    "address",
)

router = APIRouter()
REPORT = Asked(
    ReportWritten,
    dated=("The date", "Enter the date it is from"),
    author=("Who wrote it", "Choose who wrote the report"),
    **QUESTION,
)


@router.get("/reports", dependencies=[may(Act.SEE_PROGRAMME)])
def list_reports(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    officer: str = "",
    year: str = "",
    state: str = "",
) -> Response:
    """The written reports on all schools, the latest first."""
    filters = {"query": query, "officer": officer, "year": year, "state": state}
    return work_list(visit, "reports.html", "Written reports", find_reports, filters, page)


def find_reports(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[WrittenReport]:
    """One page of the written reports that the filters of an address let through."""
    state = filters.get("state") or None
    return support_work.reports(session, state=state, **filters_asked(filters, page, per_page))


@router.get("/schools/{urn}/reports/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def report_form(visit: Visitor, urn: str, duty: Duty, kind: str = WRITTEN_REPORT) -> Response:
    """The form for a written report."""
    return _report_form(visit, urn, duty, kind, Form())


@router.post("/schools/{urn}/reports/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def post_report(
    visit: Visitor, urn: str, duty: Duty, form: Posted, kind: str = WRITTEN_REPORT
) -> Response:
    """Keep a written report as a draft, or put it forward for approval at once."""
    wanted = form.text("what") != "draft"
    try:
        form.demand(REPORT)
        given = form.taken(
            REPORT,
            urn=urn,
            sections=sections_typed(form, _rule(visit, kind).sections),
            duty=duty,
            kind=kind,
            put_forward=wanted,
            author=chosen_person(form, "author"),
        )
        with visit.acting() as acting:
            report = record_report(acting, given)
    except STAYS as refusal:
        return _report_form(visit, urn, duty, kind, form.refused(refusal, REPORT))
    is_draft = report.state is ReportState.DRAFT
    says = (SAYS_NOT_REACHED if wanted else SAYS_DRAFTED) if is_draft else SAYS_PUT_FORWARD
    return visit.done(f"/reports/{report.id}", says)


def _rule(visit: Visit, kind: str) -> ReportRule:
    try:
        return visit.policy.programme.report_kinds[kind]
    except KeyError:
        raise NotFound("There is no such kind of report.") from None


def sections_typed(form: Form, titles: Sequence[str]) -> list[SectionWritten]:
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


def _report_form(visit: Visit, urn: str, duty: int | None, kind: str, form: Form) -> Response:
    rule = _rule(visit, kind)
    approvers = " and then the ".join(role.label for role in rule.approvers)
    return work_form(
        visit,
        "report_form.html",
        f"Write a report: {inside(rule.title)}" if kind != WRITTEN_REPORT else "Write a report",
        form,
        urn,
        duty,
        sections=rule.sections,
        rule=rule,
        approvers=approvers,
        others={
            other: each.title
            for other, each in visit.policy.programme.report_kinds.items()
            if other != kind
        },
    )


@router.get("/reports/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.WrittenReport)])
def show_report(visit: Visitor, number: Key) -> Response:
    """One written report: what it says, how far it has come, and what the school says of it."""
    with visit.read() as session:
        found = support_work.report(session, number)
        row = find_report(session, number)
        about = schools_shown.school(session, visit.reader, found.urn)
        due = duty_met(session, visit, found.duty)
        return visit.page(
            "reports/report.html",
            title=title_of(visit.policy, found.kind),
            navigation="schools",
            found=found,
            school=about,
            duty=due,
            sent=shown.sent_of(session, visit.reader, number),
            answers=shown.answers_of(session, visit.reader, number),
            versions=shown.versions_of(session, number),
            open=possible(session, visit, row),
            may_reply=visit.may(Act.RECORD_SUPPORT_WORK),
            may_act=visit.may(Act.RECORD_ACTION),
            awaits_answers=_awaits(found, visit),
        )


def _awaits(found: WrittenReport, visit: Visit) -> bool:
    asked = found.state is ReportState.ISSUED and found.answer_by is not None
    return asked and found.answer_by is not None and visit.today <= found.answer_by


def possible(session: Session, visit: Visit, report: tables.WrittenReport) -> dict[str, bool]:
    """What of a report's acts the page offers: those that the commands would take now."""
    if not visit.may(Act.RECORD_SUPPORT_WORK):
        return dict.fromkeys(("change", "put_forward", "withdraw"), False)
    return {
        "change": _allows(lambda: check_rewriting(session, report)),
        "put_forward": _allows(lambda: check_sending(session, report, visit.today)),
        "withdraw": _allows(lambda: check_changing(report)),
    }


def _allows(check: Callable[[], object]) -> bool:
    try:
        check()
    except NotPossible:
        return False
    return True


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
            Column("Kind", lambda found: found.what),
            Column("State", lambda found: found.state.label),
            Column("Issued on", lambda found: found.issued_on),
            Column("Accuracy", lambda found: found.accuracy.label),
            Column("Report", lambda found: found.whole),
            Column(
                "Author",
                lambda found: found.author.name if found.author else found.officer_name,
            ),
            Column("More or less needed", lambda found: found.needed),
            Column("Why more or less", lambda found: found.needed_because),
            Column("Recorded by", lambda found: found.officer_name),
            Column("Recorded at", lambda found: found.recorded_at),
        ],
    ),
)
