"""Who supports the schools: of all schools, and somebody who is assigned or ends."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.consultants.shown import at_work
from models.paging import Page
from models.people.access import ON_THE_CASE, RULES, Act
from models.people.shown import officers_in
from models.policy.programme import DonorRule
from models.programme import supporters, supporters_shown, tables
from models.programme.supporters_shown import ListedSupporter, SupportState
from models.programme.tables import SupportRole
from models.refusals import InvalidInput
from models.schools import shown as schools_shown
from models.schools.tables import School
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_SUPPORT_ASSIGNED = says("support_assigned", "The support has been assigned")
SAYS_SUPPORT_ENDED = says("support_ended", "The end of the support has been recorded")


router = APIRouter()
PER_PAGE = 50
ANY = "any"  # the state of a supporter: all of them
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    role=("Role", "Choose a role"),
    state=("State", "Choose a state"),
)
SUPPORTER = Asked(
    supporters.NewSupporter,
    may=("email",),
    role=("Role", "Choose what they do for the school"),
    email=("E-mail address", "Enter an e-mail address"),
    consultant=("Consultant", "Choose a consultant"),
    name=("Name", "Enter their name"),
    organisation=("Organisation", "Enter where they are from"),
    first_day=("First day", "Enter the first day"),
    last_day=("Last day", "Enter the last day"),
    reason=("The reason", "Give the reason why they can be spared"),
)
ENDING = Asked(supporters.LastDay, last_day=("Last day", "Enter the last day"))


@router.get("/supporters", dependencies=[may(Act.SEE_PROGRAMME)])
def support(
    visit: Visitor, page: PageNumber, query: str = "", role: str = "", state: str = ""
) -> Response:
    """Who supports which school: now, unless another state is asked for."""
    filters = {"query": query, "role": role, "state": state}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find_support(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return _show(
        visit,
        "supporters.html",
        "Who supports the schools",
        form,
        found=found,
        address=address(visit, filters),
        roles=list(SupportRole),
    )


def find_support(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[ListedSupporter]:
    """One page of those who support schools that the filters of an address let through."""
    state = filters.get("state") or SupportState.IN_FORCE
    return supporters_shown.supporters(
        session,
        today=visit.today,
        query=filters.get("query", ""),
        role=filters.get("role") or None,
        state=None if state == ANY else state,
        page=page,
        per_page=per_page,
    )


@router.get("/schools/{urn}/supporters/new", dependencies=[may(Act.ASSIGN_SUPPORT, of=School)])
def supporter(visit: Visitor, urn: str, consultant: str = "") -> Response:
    """The form for somebody who is to support a school."""
    return _supporter(visit, urn, Form.of(consultant=consultant))


@router.post("/schools/{urn}/supporters/new", dependencies=[may(Act.ASSIGN_SUPPORT, of=School)])
def assign(visit: Visitor, urn: str, form: Posted) -> Response:
    """Assign them."""
    role = form.text("role")
    evaluates = role == SupportRole.SCHOOL_EVALUATION_OFFICER
    is_known = evaluates or bool(form.text("email")) or bool(form.text("consultant"))
    try:
        given = form.filled(
            SUPPORTER,
            must=() if is_known else ("name",),
            officer=form.text("email") or None,
            name=form.text("name").strip(),
            organisation=form.text("organisation").strip(),
        )
        with visit.acting() as acting:
            supporters.assign_supporter(acting, urn, given)
    except STAYS as refusal:
        return _supporter(visit, urn, form.refused(refusal, SUPPORTER))
    return visit.done(f"/schools/{urn}/programme", SAYS_SUPPORT_ASSIGNED)


def _supporter(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        return _show(
            visit,
            "supporter_form.html",
            "Who is to support the school?",
            form,
            school=schools_shown.school(session, visit.reader, urn),
            roles=list(SupportRole),
            officers=officers_in(session, ON_THE_CASE & RULES[Act.RECORD_SUPPORT_WORK]),
            consultants=at_work(session),
            asks_reason=visit.policy.programme.donor_schools is DonorRule.REASON,
        )


@router.get("/supporters/{id}/end", dependencies=[may(Act.ASSIGN_SUPPORT, of=tables.Supporter)])
def ending(visit: Visitor, number: Key) -> Response:
    """The form for the last day of somebody's support."""
    return _ending(visit, number, Form())


@router.post("/supporters/{id}/end", dependencies=[may(Act.ASSIGN_SUPPORT, of=tables.Supporter)])
def end(visit: Visitor, number: Key, form: Posted) -> Response:
    """End it."""
    try:
        given = form.filled(ENDING)
        with visit.acting() as acting:
            ended = supporters.end_support(acting, number, given)
    except STAYS as refusal:
        return _ending(visit, number, form.refused(refusal, ENDING))
    return visit.done(f"/schools/{ended.urn}/programme", SAYS_SUPPORT_ENDED)


def _ending(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = supporters_shown.supporter(session, number, visit.today)
        return _show(
            visit,
            "supporter_end_form.html",
            f"End the support of {found.name}",
            form,
            supporter=found,
            school=schools_shown.school(session, visit.reader, found.urn),
        )


def _show(visit: Visit, template: str, title: str, form: Form, **more: object) -> Response:
    navigation = "schools" if "school" in more else "risk"
    return visit.page(
        f"programme/{template}", title=title, navigation=navigation, form=form, **more
    )


LISTS: tuple[List[Any], ...] = (
    List[ListedSupporter](
        "/supporters",
        Act.SEE_PROGRAMME,
        "Who supports the schools",
        find_support,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Name", lambda found: found.name),
            Column("Organisation", lambda found: found.organisation),
            Column("As", lambda found: found.role_title),
            Column("From", lambda found: found.first_day),
            Column("To", lambda found: found.last_day),
            Column("State", lambda found: found.state),
        ],
    ),
)
