"""A written report on its way: changed, put forward for approval, withdrawn."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.inputs import Reason
from models.people.access import Act
from models.programme import support_work
from models.programme.reports import (
    ReportRewritten,
    change_report,
    check_rewriting,
    withdraw_report,
)
from models.programme.tables import WrittenReport
from models.refusals import NotFound
from models.reports.found import find_report, rule_of, title_of
from models.reports.putting_forward import (
    ReportToSend,
    check_changing,
    check_sending,
    put_forward,
)
from models.reports.shown import versions_of
from models.reports.tables import ReportState
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.programme.reports import SAYS_PUT_FORWARD, sections_typed
from web.pages.visits import Key, Visit, Visitor, may, says

SAYS_CHANGED = says("report_changed", "The report has been changed")
SAYS_WITHDRAWN = says("report_withdrawn", "The report has been withdrawn")

router = APIRouter()
REWRITTEN = Asked(ReportRewritten, must=("dated",), dated=("The date", "Enter the date it is from"))
TO_SEND = Asked(ReportToSend, reason=("The reason", "Enter why it is to be sent"))
WITHDRAWN = Asked(Reason, reason=("The reason", "Enter why it is withdrawn"))
OF_REPORT = may(Act.RECORD_SUPPORT_WORK, of=WrittenReport)


@router.get("/reports/{id}/change", dependencies=[OF_REPORT])
def change(visit: Visitor, number: Key) -> Response:
    """The form for another text."""
    with visit.read() as session:
        found = support_work.report(session, number)
    texts = {f"section-{place}": each.text for place, each in enumerate(found.sections, start=1)}
    day = {part: str(getattr(found.dated, part)) for part in ("day", "month", "year")}
    parts = {f"dated-{part}": value for part, value in day.items()}
    return _change(visit, number, Form.of(**texts, **parts))


@router.post("/reports/{id}/change", dependencies=[OF_REPORT])
def save(visit: Visitor, number: Key, form: Posted) -> Response:
    """Keep a new version."""
    try:
        form.demand(REWRITTEN)
        with visit.read() as session:
            titles = [each.title for each in support_work.report(session, number).sections]
        given = form.taken(REWRITTEN, sections=sections_typed(form, titles))
        with visit.acting() as acting:
            change_report(acting, number, given)
    except STAYS as refusal:
        return _change(visit, number, form.refused(refusal, REWRITTEN))
    return visit.done(f"/reports/{number}", SAYS_CHANGED)


def _change(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        report = find_report(session, number)
        found = support_work.report(session, number)
        check_rewriting(session, report)
    final = report.state is ReportState.ISSUED
    title = "Change the text for the final version" if final else "Change the draft"
    return visit.page(
        "reports/change_form.html", title=title, navigation="schools", form=form, found=found
    )


@router.get(
    "/reports/{id}/versions/{version}", dependencies=[may(Act.SEE_PROGRAMME, of=WrittenReport)]
)
def version(visit: Visitor, number: Key, version: str) -> Response:
    """The text of one version, as somebody left it."""
    with visit.read() as session:
        found = support_work.report(session, number)
        kept = {str(each.version): each for each in versions_of(session, number)}
    if version not in kept:
        raise NotFound("There is no such version of this report.")
    return visit.page(
        "reports/version.html",
        title=f"Version {version}",
        navigation="schools",
        found=found,
        version=kept[version],
    )


@router.get("/reports/{id}/proposals/new", dependencies=[OF_REPORT])
def propose(visit: Visitor, number: Key) -> Response:
    """What happens when it is put forward, and why it is to be sent."""
    return _propose(visit, number, Form())


@router.post("/reports/{id}/proposals/new", dependencies=[OF_REPORT])
def post_proposal(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put the report, or its final version, forward for approval."""
    try:
        given = form.filled(TO_SEND)
        with visit.acting() as acting:
            put_forward(acting, number, given)
    except STAYS as refusal:
        return _propose(visit, number, form.refused(refusal, TO_SEND))
    return visit.done(f"/reports/{number}", SAYS_PUT_FORWARD)


def _propose(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        report = find_report(session, number)
        found = support_work.report(session, number)
        check_sending(session, report, visit.today)
    rule = rule_of(visit.policy, report)
    approvers = " and then the ".join(role.label for role in rule.approvers) if rule else ""
    final = report.state is ReportState.ISSUED
    return visit.page(
        "reports/proposal_form.html",
        title="Put the final version forward" if final else "Put the report forward for approval",
        navigation="schools",
        form=form,
        found=found,
        final=final,
        rule=rule,
        approvers=approvers,
    )


@router.get("/reports/{id}/withdrawal", dependencies=[OF_REPORT])
def withdrawal(visit: Visitor, number: Key) -> Response:
    """The form for why it is withdrawn."""
    return _withdrawal(visit, number, Form())


@router.post("/reports/{id}/withdrawal", dependencies=[OF_REPORT])
def withdraw(visit: Visitor, number: Key, form: Posted) -> Response:
    """Withdraw it."""
    try:
        given = form.filled(WITHDRAWN)
        with visit.acting() as acting:
            withdraw_report(acting, number, given)
    except STAYS as refusal:
        return _withdrawal(visit, number, form.refused(refusal, WITHDRAWN))
    return visit.done(f"/reports/{number}", SAYS_WITHDRAWN)


def _withdrawal(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        report = find_report(session, number)
        found = support_work.report(session, number)
        check_changing(report)
    return visit.page(
        "reports/withdrawal_form.html",
        title="Withdraw the report",
        navigation="schools",
        form=form,
        found=found,
        issued=report.state is ReportState.ISSUED,
        called=title_of(visit.policy, report.kind),
    )
