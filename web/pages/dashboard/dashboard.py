"""The dashboard: the whole in figures, each of which leads to its list."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.dashboard import shown as dashboard_shown
from models.matters import shown as matters_shown
from models.matters.shown import Deadline
from models.paging import Page
from models.people.access import Act
from models.refusals import InvalidInput
from models.risk import level_changes as risk_level_changes
from models.risk.level_changes import SchoolLevelChange
from web.pages.asked import Fields
from web.pages.forms import Form
from web.pages.lists import List, PageNumber, address, day_of
from web.pages.visits import Visit, Visitor, may
from web.tables import Column

router = APIRouter()
PER_PAGE = 25
DEADLINES = Fields(case_officer=("Case officer", "Choose a case officer"))


@router.get("/dashboard", dependencies=[may(Act.SEE_OUTLINES)])
def dashboard(visit: Visitor) -> Response:
    """Schools, escalations and deadlines in figures, as of today."""
    programme = visit.may(Act.SEE_PROGRAMME)
    with visit.read() as session:
        figures = dashboard_shown.dashboard(
            session, visit.policy, visit.reader, today=visit.today, programme=programme
        )
    return visit.page(
        "dashboard/dashboard.html",
        title="Dashboard",
        navigation="dashboard",
        figures=figures,
        today=visit.today,
    )


@router.get("/deadlines", dependencies=[may(Act.SEE_OUTLINES)])
def deadlines(
    visit: Visitor, page: PageNumber, first: str = "", last: str = "", case_officer: str = ""
) -> Response:
    """The deadlines that run, the earliest first, between two days if they are given."""
    filters = {"first": first, "last": last, "case_officer": case_officer}
    form = Form.of(**filters)
    found: Page[Deadline] | None = None
    with visit.read() as session:
        try:
            found = find_deadlines(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, DEADLINES)
    return visit.page(
        "dashboard/deadlines.html",
        title="Deadlines",
        navigation="dashboard",
        form=form,
        found=found,
        address=address(visit, filters),
    )


@router.get("/level-changes", dependencies=[may(Act.SEE_PROGRAMME)])
def level_changes(visit: Visitor, page: PageNumber, since: str = "") -> Response:
    """Risk levels that have changed since a day; without one, since last term."""
    form = Form.of(since=since)
    found: Page[SchoolLevelChange] | None = None
    with visit.read() as session:
        try:
            found = find_level_changes(session, visit, {"since": since}, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, Fields())
    return visit.page(
        "dashboard/level_changes.html",
        title="Changes of risk level",
        navigation="dashboard",
        form=form,
        found=found,
        since=None if form.errors else _since(visit, since),
        address=address(visit, {"since": since}),
    )


def find_deadlines(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Deadline]:
    """One page of the running deadlines that the filters of an address let through."""
    last = day_of("last", filters.get("last", ""))
    return matters_shown.deadlines(
        session,
        visit.policy,
        visit.reader,
        today=visit.today,
        due_from=day_of("first", filters.get("first", "")),
        due_before=last + timedelta(days=1) if last else None,
        running=True,
        case_officer=filters.get("case_officer") or None,
        page=page,
        per_page=per_page,
    )


def find_level_changes(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[SchoolLevelChange]:
    """One page of the changes of level after the day in an address."""
    since = _since(visit, filters.get("since", ""))
    return risk_level_changes.level_changes(session, since=since, page=page, per_page=per_page)


def _since(visit: Visit, text: str) -> date:
    return day_of("since", text) or dashboard_shown.last_term_ended(visit.policy, visit.today)


LISTS: tuple[List[Any], ...] = (
    List[Deadline](
        "/deadlines",
        Act.SEE_OUTLINES,
        "Deadlines",
        find_deadlines,
        [
            Column("Due on", lambda found: found.due_on),
            Column("Overdue", lambda found: found.overdue),
            Column("Reference", lambda found: found.reference),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Step", lambda found: found.step_title or found.rule),
            Column("Kind", lambda found: found.kind),
            Column("Case officer", lambda found: found.case_officer_name),
        ],
    ),
    List[SchoolLevelChange](
        "/level-changes",
        Act.SEE_PROGRAMME,
        "Changes of risk level",
        find_level_changes,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Phase", lambda found: found.phase),
            Column("Before", lambda found: found.before),
            Column("Now", lambda found: found.level),
            Column("Since", lambda found: found.on),
            Column("Reason", lambda found: found.reason),
        ],
    ),
)
