"""Schools: finding one, its page, its contacts."""

from fastapi import APIRouter
from fastapi.responses import Response

from models import reading
from models.commands import directory
from models.officers import CASEWORK, Role
from models.refusals import InvalidInput, NotFound
from models.schools import ContactRole, RiskLevel, SchoolKind
from web.pages.forms import Form, Posted
from web.pages.lists import PageNumber, address
from web.pages.visits import Visit, Visitor
from web.pages.wording import upper_first

router = APIRouter()
PER_PAGE = 25


@router.get("/schools")
def schools(
    visit: Visitor, page: PageNumber, query: str = "", level: str = "", kind: str = ""
) -> Response:
    """Every school, or those that are searched for."""
    return search(visit, page, query=query, level=level, kind=kind)


def search(visit: Visit, page: int, *, starting: bool = False, **filters: str) -> Response:
    """Schools that match; `starting` an escalation, as the choice of one of them."""
    form = Form.of(**filters)
    found: reading.Page | None = None
    try:
        with visit.read() as session:
            found = reading.schools(
                session,
                query=filters.get("query", ""),
                level=filters.get("level") or None,
                kind=filters.get("kind") or None,
                page=page,
                per_page=PER_PAGE,
            )
    except InvalidInput as invalid:
        form = form.refused(invalid)
    return visit.page(
        "start_school.html" if starting else "schools.html",
        title="Which school is it for?" if starting else "Schools",
        navigation="start" if starting else "schools",
        form=form,
        found=found,
        address=address(visit, filters),
        levels=list(RiskLevel),
        kinds=list(SchoolKind),
    )


@router.get("/schools/{urn}")
def school(visit: Visitor, urn: str) -> Response:
    """One school: what is known of it, its contacts, its escalations."""
    with visit.read() as session:
        found = reading.school(session, urn)
        cases = reading.escalations(
            session, visit.policy, today=visit.today, urn=found["urn"], sort="-reference"
        )
    known = {contact["role"]: contact for contact in found["contacts"]}
    return visit.page(
        "school.html",
        title=found["name"],
        navigation="schools",
        school=found,
        escalations=cases["items"],
        contacts=[
            (role.value, upper_first(role.label), known.get(role.value)) for role in ContactRole
        ],
        may_edit=visit.officer.role in CASEWORK | {Role.ADMINISTRATOR},
        may_start=visit.officer.role in CASEWORK and found["kind"] != "other",
    )


@router.get("/schools/{urn}/contacts/{role}")
def contact(visit: Visitor, urn: str, role: str) -> Response:
    """The form for one contact, as it stands."""
    who = _role(role)
    with visit.read() as session:
        people = reading.school(session, urn)["contacts"]
    person = next((person for person in people if person["role"] == who.value), None)
    if person is None:
        return _contact(visit, urn, who, Form())
    lines = "\n".join(person["address"])
    form = Form.of(name=person["name"], email=person["email"] or "", address=lines)
    return _contact(visit, urn, who, form)


@router.post("/schools/{urn}/contacts/{role}")
def set_contact(visit: Visitor, urn: str, role: str, form: Posted) -> Response:
    """Add or correct a contact."""
    who = _role(role)
    try:
        form.check("name")
        with visit.write() as session:
            saved = directory.set_contact(
                session,
                officer=visit.officer,
                now=visit.now,
                urn=urn,
                role=who.value,
                name=form.text("name"),
                email=form.text("email").strip() or None,
                address=[line for line in form.text("address").splitlines() if line.strip()],
            )
    except InvalidInput as invalid:
        return _contact(visit, urn, who, form.refused(invalid))
    return visit.done(f"/schools/{saved.urn}", "contact")


def _contact(visit: Visit, urn: str, role: ContactRole, form: Form) -> Response:
    visit.require(CASEWORK | {Role.ADMINISTRATOR}, "change a school’s contacts")
    with visit.read() as session:
        found = reading.school(session, urn)
    return visit.page(
        "contact_form.html",
        title=upper_first(role.label),
        navigation="schools",
        form=form,
        school=found,
    )


def _role(role: str) -> ContactRole:
    if role not in list(ContactRole):
        raise NotFound("There is no such contact.")
    return ContactRole(role)
