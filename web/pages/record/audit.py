"""The record of access, to be read and narrowed down."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.happened import Topic
from models.paging import MOST_PER_PAGE, Page
from models.people import shown as people_shown
from models.people.access import Act
from models.record.audit_shown import AuditEntry, audit
from models.refusals import InvalidInput
from web.pages.asked import Fields
from web.pages.forms import PARTS, Form
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Visit, Visitor, may
from web.tables import Column

router = APIRouter()
PER_PAGE = 50
FILTERS = (
    "topic",
    "officer",
    *(f"{day}-{part}" for day in ("first_day", "last_day") for part in PARTS),
)
SEARCH = Fields(
    days=("first_day", "last_day"),
    officer=("Officer", "Choose an officer"),
    first_day=("First day", "Enter the first day"),
    last_day=("Last day", "Enter the last day"),
)


@router.get("/administration/audit", dependencies=[may(Act.SEE_AUDIT)])
def entries(visit: Visitor, page: PageNumber) -> Response:
    """What happened to access, newest first."""
    asked = visit.request.query_params
    filters = {name: asked.get(name, "") for name in FILTERS}
    form, found = _form(filters), None
    with visit.read() as session:
        try:
            found = find(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
        officers = people_shown.officers(session, per_page=MOST_PER_PAGE).items
    return visit.page(
        "record/audit.html",
        title="Audit",
        navigation="administration",
        form=form,
        found=found,
        topics=list(Topic),
        officers=officers,
        address=address(visit, filters),
    )


def find(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[AuditEntry]:
    """One page of the events that the filters of an address let through."""
    form = _form(filters)
    return audit(
        session,
        visit.policy,
        visit.reader,
        topic=form.text("topic"),
        officer=form.text("officer"),
        first_day=form.optional_day("first_day", SEARCH),
        last_day=form.optional_day("last_day", SEARCH),
        page=page,
        per_page=per_page,
    )


LISTS: tuple[List[Any], ...] = (
    List[AuditEntry](
        "/administration/audit",
        Act.SEE_AUDIT,
        "Audit",
        find,
        [
            Column("At", lambda each: each.at),
            Column("By", lambda each: each.who),
            Column("What", lambda each: each.sentence),
            Column("Reference", lambda each: each.reference),
            Column("School", lambda each: each.school),
        ],
    ),
)


def _form(filters: Mapping[str, str]) -> Form:
    return Form({name: [value] for name, value in filters.items()})
