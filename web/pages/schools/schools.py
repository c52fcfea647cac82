"""Schools: finding one, its page, its contacts."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from models.escalations.shown import escalations
from models.law.notices import of_two_churches
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.programme import duties_shown
from models.refusals import InvalidInput, NotFound
from models.results.shown import newest_of
from models.risk.at_odds import live_escalations
from models.risk.new_headteachers import enter_contact
from models.school_record.statements_shown import statements
from models.schools import contacts
from models.schools import shown as schools_shown
from models.schools.confirmations_shown import confirmations_of
from models.schools.contacts import find_school
from models.schools.email_service_shown import agreements_of
from models.schools.inspections_shown import inspections
from models.schools.tables import ContactRole, RiskLevel, School, SchoolKind
from web.pages.asked import Asked, Fields
from web.pages.forms import Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Visit, Visitor, may, says
from web.pages.wording import upper_first
from web.tables import Column

SAYS_CONTACT = says("contact", "The contact has been saved")


router = APIRouter()
PER_PAGE = 25
CLOSED = {"yes": True, "any": None}
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    level=("Risk level", "Choose a risk level"),
    kind=("Kind", "Choose a kind"),
    phase=("Phase", "Choose a phase"),
)
CONTACT = Asked(
    contacts.NewContact,
    name=("Name", "Enter a name"),
    email=("E-mail address", "Enter an e-mail address"),
    address=("Address", "Enter an address"),
    correction=("A correction", "Choose whether this corrects the name"),
)


@router.get("/schools", dependencies=[may(Act.SEE_SCHOOLS)])
def schools(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    level: str = "",
    kind: str = "",
    phase: str = "",
    trust: str = "",
    closed: str = "",
) -> Response:
    """The open schools, or those that are searched for."""
    filters = {"query": query, "level": level, "kind": kind}
    return search(visit, page, {**filters, "phase": phase, "trust": trust, "closed": closed})


@router.get("/schools/suggestions", dependencies=[may(Act.SEE_SCHOOLS)])
def suggestions(visit: Visitor, query: str = "") -> Response:
    """The schools whose names begin to match, for the list below the search field."""
    try:
        with visit.read() as session:
            found = schools_shown.suggested(session, visit.reader, query, today=visit.today)
    except InvalidInput:
        found = []
    return JSONResponse([each.model_dump() for each in found])


def search(
    visit: Visit, page: int, filters: Mapping[str, str], *, starting: bool = False
) -> Response:
    """Schools that match; `starting` an escalation, as the choice of one of them."""
    form = Form.of(**filters)
    found: Page[schools_shown.School] | None = None
    known_phases: list[str] = []
    try:
        with visit.read() as session:
            found = find(session, visit, filters, page, PER_PAGE)
            known_phases = schools_shown.phases(session, visit.reader)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return visit.page(
        "escalations/start_school.html" if starting else "schools/schools.html",
        title="Which school is it about?" if starting else "Schools",
        navigation="start" if starting else "schools",
        form=form,
        found=found,
        address=address(visit, filters),
        levels=list(RiskLevel),
        kinds=list(SchoolKind),
        phases=known_phases,
    )


def find(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[schools_shown.School]:
    """One page of the schools that the filters of an address let through."""
    return schools_shown.schools(
        session,
        visit.reader,
        today=visit.today,
        query=filters.get("query", ""),
        level=filters.get("level") or None,
        kind=filters.get("kind") or None,
        phase=filters.get("phase") or None,
        trust=filters.get("trust") or None,
        closed=CLOSED.get(filters.get("closed", ""), False),
        page=page,
        per_page=per_page,
    )


LISTS: tuple[List[Any], ...] = (
    List[schools_shown.School](
        "/schools",
        Act.SEE_SCHOOLS,
        "Schools",
        find,
        [
            Column("URN", lambda school: school.urn),
            Column("School", lambda school: school.name),
            Column("Type", lambda school: school.type),
            Column("Phase", lambda school: school.phase),
            Column("Trust", lambda school: school.trust),
            Column("Town", lambda school: school.town),
            Column("Postcode", lambda school: school.postcode),
            Column("Risk level", lambda school: school.risk_level),
            Column("Escalation", lambda school: school.escalation),
            Column("Closed on", lambda school: school.closed_on),
        ],
    ),
)


@router.get("/schools/{urn}", dependencies=[may(Act.SEE_SCHOOLS, of=School)])
def school(visit: Visitor, urn: str) -> Response:
    """One school: what is known of it, its contacts, its escalations."""
    with visit.read() as session:
        found = schools_shown.school(session, visit.reader, urn)
        cases = escalations(
            session,
            visit.policy,
            visit.reader,
            today=visit.today,
            urn=found.urn,
            sort="-reference",
        )
        live = live_escalations(session, visit.policy, visit.reader, [found.urn]).get(found.urn)
        behind = bool(duties_shown.behind(session, [found.urn], visit.today))
        two_churches = of_two_churches(find_school(session, urn))
        legal_views = confirmations_of(session, found.urn).items
        email_agreements = agreements_of(session, found.urn).items
        owed = statements(session, visit.reader, found.urn).items if visit.reader.whole else []
        inspected = inspections(session, found.urn, per_page=MOST_PER_PAGE).items
        results = newest_of(session, visit.policy, found.urn)
    known = {contact.role: contact for contact in found.contacts}
    return visit.page(
        "schools/school.html",
        title=found.name,
        navigation="schools",
        school=found,
        escalations=cases.items,
        behind=behind,
        live=live if visit.may(Act.SEE_PROGRAMME) else None,
        contacts=[
            (role.value, upper_first(role.label), known.get(role))
            for role in ContactRole
            if role is not ContactRole.SECOND_DIOCESE or two_churches or role in known
        ],
        inspections=inspected,
        results=results,
        statements=owed,
        legal_views=legal_views,
        email_agreements=email_agreements,
        may_confirm_part_4=visit.may(Act.CONFIRM_PART_4),
        may_edit=visit.may(Act.CHANGE_CONTACTS),
        may_record_inspection=visit.may(Act.RECORD_INSPECTION),
        may_start=visit.may(Act.START) and found.kind is not SchoolKind.OTHER,
    )


@router.get("/schools/{urn}/contacts/{role}", dependencies=[may(Act.CHANGE_CONTACTS, of=School)])
def contact(visit: Visitor, urn: str, role: str) -> Response:
    """The form for one contact, as it stands."""
    who = _role(role)
    with visit.read() as session:
        people = schools_shown.school(session, visit.reader, urn).contacts
    person = next((person for person in people if person.role is who), None)
    if person is None:
        return _contact(visit, urn, who, Form())
    lines = "\n".join(person.address)
    form = Form.of(name=person.name, email=person.email or "", address=lines)
    return _contact(visit, urn, who, form)


@router.post("/schools/{urn}/contacts/{role}", dependencies=[may(Act.CHANGE_CONTACTS, of=School)])
def set_contact(visit: Visitor, urn: str, role: str, form: Posted) -> Response:
    """Add or correct a contact."""
    who = _role(role)
    try:
        email = form.text("email").strip() or None
        given = form.filled(CONTACT, email=email, address=form.lines("address"))
        with visit.acting() as acting:
            saved = enter_contact(acting, urn, who.value, given)
    except InvalidInput as invalid:
        return _contact(visit, urn, who, form.refused(invalid, CONTACT))
    return visit.done(f"/schools/{saved.urn}", SAYS_CONTACT)


def _contact(visit: Visit, urn: str, role: ContactRole, form: Form) -> Response:
    with visit.read() as session:
        found = schools_shown.school(session, visit.reader, urn)
    return visit.page(
        "schools/contact_form.html",
        title=upper_first(role.label),
        navigation="schools",
        form=form,
        school=found,
        is_head=role is ContactRole.HEADTEACHER,
    )


def _role(role: str) -> ContactRole:
    if role not in list(ContactRole):
        raise NotFound("There is no such contact.")
    return ContactRole(role)
