"""Where more or less is needed: listed, and what is made of it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.needs import shown, tables
from models.needs.settling import NeedSettled, find_open_need, settle_need
from models.needs.shown import NeedAct, need_now
from models.needs.tables import Needed, NeedState
from models.paging import Page
from models.people.access import Act
from models.refusals import InvalidInput
from models.risk.from_needs import assess_need
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_ASSESSED = says(
    "need_assessed", "The assessment has what was said as evidence. Now add what else there is"
)
SAYS_CLOSED = says("need_closed", "Your answer has been recorded")

router = APIRouter()
PER_PAGE = 25
ANY = "any"  # in place of a state
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    state=("State", "Choose a state"),
    answer=("What is needed", "Choose what is needed"),
)
SETTLED = Asked(
    NeedSettled,
    reason=("The reason", "Enter a reason"),
    escalation=("The escalation", "Enter the reference of the escalation"),
)


@router.get("/needs", dependencies=[may(Act.SEE_CASE)])
def list_needs(
    visit: Visitor, page: PageNumber, query: str = "", state: str = "", answer: str = ""
) -> Response:
    """What was said that more or less is needed: unless asked for, what is not answered yet."""
    filters = {"query": query, "state": state, "answer": answer}
    form = Form.of(**filters)
    found: Page[shown.Need] | None = None
    with visit.read() as session:
        try:
            found = find_needs(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
    return visit.page(
        "needs/needs.html",
        title="More or less needed",
        navigation="risk",
        form=form,
        found=found,
        address=address(visit, filters),
        states=[each.value for each in NeedState],
        answers=[(each.value, each.label) for each in (Needed.MORE, Needed.LESS)],
    )


def find_needs(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[shown.Need]:
    """One page of what was said, by the filters of an address."""
    state = filters.get("state") or NeedState.OPEN.value
    return shown.needs(
        session,
        visit.reader,
        today=visit.today,
        state=None if state == ANY else state,
        answer=filters.get("answer") or None,
        query=filters.get("query", ""),
        page=page,
        per_page=per_page,
    )


@router.get("/needs/{id}", dependencies=[may(Act.SEE_CASE, of=tables.Need)])
def show_need(visit: Visitor, number: Key) -> Response:
    """One of them, with what can be made of it."""
    return _show(visit, number, Form())


@router.post("/needs/{id}/assessment", dependencies=[may(Act.ASSESS, of=tables.Need)])
def assess(visit: Visitor, number: Key, form: Posted) -> Response:
    """Assess the school, with what was said as evidence."""
    try:
        with visit.acting() as acting:
            assessment = assess_need(acting, number)
    except STAYS as refusal:
        return _show(visit, number, form.refused(refusal))
    return visit.done(f"/assessments/{assessment.id}", SAYS_ASSESSED)


@router.get("/needs/{id}/closing", dependencies=[may(Act.CLOSE_NEED, of=tables.Need)])
def closing(visit: Visitor, number: Key) -> Response:
    """The form for why neither assessment nor a new escalation comes of it."""
    with visit.read() as session:
        find_open_need(session, visit.officer, Act.CLOSE_NEED, number)
    return _closing(visit, number, Form())


@router.post("/needs/{id}/closing", dependencies=[may(Act.CLOSE_NEED, of=tables.Need)])
def close(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put the reason on record."""
    try:
        given = form.filled(SETTLED)
        with visit.acting() as acting:
            settle_need(acting, number, given)
    except STAYS as refusal:
        return _closing(visit, number, form.refused(refusal, SETTLED))
    return visit.done(f"/needs/{number}", SAYS_CLOSED)


def _show(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = need_now(session, visit.officer, number, today=visit.today)
    return visit.page(
        "needs/need.html",
        title=f"{found.answer.label} at {found.school}",
        navigation="risk",
        form=form,
        need=found,
        can={each.act.value: each for each in found.possible},
        acts=NeedAct,
    )


def _closing(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = shown.need(session, visit.reader, number, today=visit.today)
    return visit.page(
        "needs/closing_form.html",
        title="Close this with a reason",
        navigation="risk",
        form=form,
        need=found,
    )


LISTS: tuple[List[Any], ...] = (
    List[shown.Need](
        "/needs",
        Act.SEE_CASE,
        "More or less needed",
        find_needs,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Level", lambda found: found.risk_level),
            Column("What is needed", lambda found: found.answer),
            Column("Why", lambda found: found.why),
            Column("Said at", lambda found: found.came_from),
            Column("Said by", lambda found: found.said_by_name),
            Column("To be answered by", lambda found: found.due_on),
            Column("Overdue", lambda found: found.overdue),
            Column("State", lambda found: found.state),
            Column("Assessment", lambda found: found.assessment),
            Column("Escalation", lambda found: found.escalation),
            Column("Why it was closed", lambda found: found.closed_because),
            Column("Answered by", lambda found: found.settled_by_name),
            Column("Answered at", lambda found: found.settled_at),
        ],
    ),
)
