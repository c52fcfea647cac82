"""The caseload: the officer's own cases first, then all; filtered, sorted, in pages."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models.escalations.shown import Escalation, escalations
from models.escalations.tables import LIVE, Status
from models.paging import Page
from models.people.access import Act
from models.people.shown import officers_in
from models.people.tables import CASEWORK
from models.policy.editions import all_steps
from models.refusals import InvalidInput
from web.pages.asked import Fields
from web.pages.forms import Form
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Visit, Visitor, may
from web.tables import Column

router = APIRouter()
PER_PAGE = 25
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    status=("Status", "Choose a status"),
    ladder=("Ladder", "Choose a ladder"),
    step=("Step", "Choose a step"),
    case_officer=("Case officer", "Choose a case officer"),
)
STANDING = [status.value for status in LIVE]
FIRST_SORT = "next_deadline"
AGES = {
    "under_4_weeks": "Under 4 weeks",
    "4_to_12_weeks": "4 to 12 weeks",
    "over_12_weeks": "12 weeks or more",
}


@router.get("/", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def home(visit: Visitor) -> Response:
    """The first page is the caseload; of whoever sees no cases, their schools."""
    return RedirectResponse("/escalations" if visit.may(Act.SEE_OUTLINES) else "/schools", 303)


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
    age: str = "",
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
        "age": age,
        "query": query,
    }
    form = Form.of(**filters)
    found: Page[Escalation] | None = None
    with visit.read() as session:
        own = find(session, visit, {"view": "mine"}, 1, 1).total
        mine = not case_officer and (view == "mine" or (view != "all" and own > 0))
        shown = "mine" if mine else "all"
        chosen = {**filters, "view": shown, "sort": sort}
        try:
            found = find(session, visit, chosen, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
        officers = officers_in(session, CASEWORK)
        steps = all_steps(session, visit.policy)
    return visit.page(
        "escalations/caseload.html",
        title="My cases" if mine else "All cases",
        navigation="caseload",
        form=form,
        found=found,
        view=shown,
        own=own,
        sort=sort,
        address=address(visit, chosen),
        statuses=list(Status),
        steps={key: rule.title for key, rule in steps.items()},
        ages=AGES,
        officers=officers,
    )


def find(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Escalation]:
    """One page of the escalations that the filters of an address let through."""
    mine = filters.get("view") == "mine"
    return escalations(
        session,
        visit.policy,
        visit.reader,
        today=visit.today,
        status=_statuses(filters.get("status", "")),
        ladder=filters.get("ladder") or None,
        step=filters.get("step") or None,
        case_officer=visit.officer.email if mine else filters.get("case_officer") or None,
        overdue=True if filters.get("overdue") else None,
        age=filters.get("age") or None,
        query=filters.get("query", ""),
        sort=filters.get("sort") or FIRST_SORT,
        page=page,
        per_page=per_page,
    )


LISTS: tuple[List[Any], ...] = (
    List[Escalation](
        "/escalations",
        Act.SEE_OUTLINES,
        "Escalations",
        find,
        [
            Column("Reference", lambda found: found.reference),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Ladder", lambda found: found.ladder),
            Column("Status", lambda found: found.status),
            Column("Step", lambda found: found.step.title),
            Column("State of the step", lambda found: found.step.state),
            Column("Next deadline", lambda found: found.next_deadline),
            Column("Overdue", lambda found: found.overdue),
            Column("Opened on", lambda found: found.opened_on),
            Column("Case officer", lambda found: found.case_officer_name),
        ],
    ),
)


def _statuses(status: str) -> list[str] | None:
    """Without a choice, those that are not closed."""
    if status == "any":
        return None
    if status == "opened":
        return [Status.OPEN.value, Status.PAUSED.value]
    return [status] if status else STANDING
