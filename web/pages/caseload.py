"""The caseload: the officer's own cases first, then all; filtered, sorted, in pages."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models import reading
from models.access import Act
from models.escalations import LIVE, Status
from models.officers import CASEWORK
from models.policy import Policy
from models.refusals import InvalidInput
from web.pages.forms import Form
from web.pages.lists import PageNumber, address
from web.pages.visits import Visit, Visitor, may

router = APIRouter()
PER_PAGE = 25
STANDING = [status.value for status in LIVE]
FIRST_SORT = "next_deadline"


@router.get("/", dependencies=[may(Act.SEE_OUTLINES)])
def home(_: Visitor) -> Response:
    """The first page is the caseload."""
    return RedirectResponse("/escalations", 303)


@router.get("/escalations", dependencies=[may(Act.SEE_OUTLINES)])
def caseload(
    visit: Visitor,
    page: PageNumber,
    view: str = "",
    status: str = "",
    ladder: str = "",
    step: str = "",
    case_officer: str = "",
    overdue: str = "",
    query: str = "",
    sort: str = FIRST_SORT,
) -> Response:
    """Escalations to work on; without a choice the officer's own, if there are any."""
    filters = {
        "status": status,
        "ladder": ladder,
        "step": step,
        "case_officer": case_officer,
        "overdue": overdue,
        "query": query,
    }
    form = Form.of(**filters)
    found: reading.Page | None = None
    with visit.read() as session:
        own = _find(session, visit, case_officer=visit.officer.email, per_page=1)["total"]
        mine = not case_officer and (view == "mine" or (view != "all" and own > 0))
        try:
            found = _find(
                session,
                visit,
                status=_statuses(status),
                ladder=ladder or None,
                step=step or None,
                case_officer=visit.officer.email if mine else case_officer or None,
                overdue=True if overdue else None,
                query=query,
                sort=sort,
                page=page,
                per_page=PER_PAGE,
            )
        except InvalidInput as invalid:
            form = form.refused(invalid)
        officers = reading.officers_in(session, CASEWORK)
    shown = "mine" if mine else "all"
    return visit.page(
        "caseload.html",
        title="My cases" if mine else "All cases",
        navigation="caseload",
        form=form,
        found=found,
        view=shown,
        own=own,
        sort=sort,
        address=address(visit, {**filters, "view": shown, "sort": sort}),
        statuses=list(Status),
        steps=_steps(visit.policy),
        officers=officers,
    )


def _find(session: Session, visit: Visit, **filters: Any) -> reading.Page:
    filters.setdefault("status", STANDING)
    return reading.escalations(session, visit.policy, visit.reader, today=visit.today, **filters)


def _statuses(status: str) -> list[str] | None:
    """Without a choice, those that are not closed."""
    if status == "any":
        return None
    return [status] if status else STANDING


def _steps(policy: Policy) -> dict[str, str]:
    """Every step of either ladder, once, in words."""
    return {rule.key: rule.title for ladder in policy.ladders.values() for rule in ladder.steps}
