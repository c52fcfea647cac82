"""Consultants: the pool in which one is found for a school, one of them, who they are."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.consultants import keeping, shown, tables
from models.consultants.shown import Consultant
from models.consultants.tables import AccreditationKind
from models.paging import Page
from models.people.access import Act
from models.people.shown import officers_in
from models.people.tables import Phase, Role
from models.programme import support_work
from models.refusals import InvalidInput, NotFound
from web.door import key
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_ADDED = says("consultant_added", "The consultant has been added")
SAYS_CHANGED = says("consultant_changed", "What is known of the consultant has been changed")
SAYS_LEFT = says("consultant_left", "It has been recorded that the consultant has left")
SAYS_BACK = says("consultant_back", "The consultant is back")
SAYS_ACCREDITED = says("consultant_accredited", "The accreditation has been recorded")
SAYS_OVER = says("accreditation_over", "The end of the accreditation has been recorded")

router = APIRouter()
PER_PAGE = 50
LEFT = {"yes": True, "any": None}
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    accreditation=("Accreditation", "Choose an accreditation"),
    phase=("Phase", "Choose a phase"),
    capacity=("Days left", "Enter a number of days"),
)
DETAILS = Asked(
    keeping.ConsultantDetails,
    name=("The name", "Enter their name"),
    organisation=("The organisation", "Enter where they are from"),
    email=("E-mail address", "Enter an e-mail address"),
    own_school=("Their own school", "Enter the URN of their own school"),
    phase=("Phase", "Choose a phase"),
    days_a_year=("Days in a school year", "Enter a number of days"),
    interests=("Interests", "Enter what they declared"),
    sign_in=("Their account", "Choose their account"),
)
LEAVING = Asked(
    keeping.Leaving,
    on=("The date", "Enter the day on which they left"),
    reason=("The reason", "Enter why they left"),
)
ACCREDITED = Asked(
    keeping.AccreditationGiven,
    kind=("Accreditation", "Choose as what they are accredited"),
    since=("The first day", "Enter from when they are accredited"),
    until=("The last day", "Enter the last day"),
)
OVER = Asked(
    keeping.AccreditationOver,
    until=("The last day", "Enter the last day"),
    reason=("The reason", "Enter why it ends"),
)


@router.get("/consultants", dependencies=[may(Act.SEE_PROGRAMME)])
def consultants(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    accreditation: str = "",
    phase: str = "",
    spared: str = "",
    capacity: str = "",
    left: str = "",
) -> Response:
    """The consultants by name, those who are at work unless others are asked for."""
    filters = {"query": query, "accreditation": accreditation, "phase": phase}
    filters |= {"spared": spared, "capacity": capacity, "left": left}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find_consultants(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return _page(
        visit,
        "consultants.html",
        "Consultants",
        form,
        found=found,
        address=address(visit, filters),
        kinds=list(AccreditationKind),
        phases=list(Phase),
        may_keep=visit.may(Act.KEEP_CONSULTANTS),
    )


def find_consultants(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Consultant]:
    """One page of the consultants that the filters of an address let through."""
    return shown.consultants(
        session,
        visit.reader,
        today=visit.today,
        query=filters.get("query", ""),
        accreditation=filters.get("accreditation") or None,
        phase=filters.get("phase") or None,
        spared=filters.get("spared") == "yes",
        capacity=_days(filters.get("capacity", "")),
        left=LEFT.get(filters.get("left", ""), False),
        page=page,
        per_page=per_page,
    )


def _days(typed: str) -> float | None:
    """The days that are asked for; raises InvalidInput."""
    if not typed.strip():
        return None
    try:
        days = float(typed)
    except ValueError:
        days = -1.0
    if not 0 <= days <= keeping.MOST_DAYS:
        raise InvalidInput("capacity", "Enter a number of days, such as 2 or 2.5.")
    return days


@router.get("/consultants/new", dependencies=[may(Act.KEEP_CONSULTANTS)])
def new(visit: Visitor) -> Response:
    """The form for somebody who is to be added."""
    return _details(visit, Form())


@router.post("/consultants/new", dependencies=[may(Act.KEEP_CONSULTANTS)])
def add(visit: Visitor, form: Posted) -> Response:
    """Add them."""
    try:
        given = form.filled(DETAILS)
        with visit.acting() as acting:
            added = keeping.add_consultant(acting, given)
    except STAYS as refusal:
        return _details(visit, form.refused(refusal, DETAILS))
    return visit.done(f"/consultants/{added.id}", SAYS_ADDED)


@router.get("/consultants/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.Consultant)])
def consultant(visit: Visitor, number: Key) -> Response:
    """One of them: what is known, the schools that they support, their visits and reports."""
    with visit.read() as session:
        found = shown.consultant(session, visit.reader, number, visit.today)
        theirs: support_work.Filters = {"consultant": number, "per_page": PER_PAGE}
        return _page(
            visit,
            "consultant.html",
            found.name,
            Form(),
            consultant=found,
            support=shown.support_given(session, number),
            visits=support_work.visits(session, visit.reader, **theirs),
            reports=support_work.reports(session, **theirs),
            may_keep=visit.may(Act.KEEP_CONSULTANTS),
        )


@router.get(
    "/consultants/{id}/change", dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)]
)
def change(visit: Visitor, number: Key) -> Response:
    """The form for who they are, as it stands."""
    with visit.read() as session:
        found = shown.consultant(session, visit.reader, number, visit.today)
    return _details(visit, _as_it_is(found), found)


@router.post(
    "/consultants/{id}/change", dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)]
)
def change_consultant(visit: Visitor, number: Key, form: Posted) -> Response:
    """Change it."""
    try:
        given = form.filled(DETAILS)
        with visit.acting() as acting:
            keeping.change_consultant(acting, number, given)
    except STAYS as refusal:
        with visit.read() as session:
            found = shown.consultant(session, visit.reader, number, visit.today)
        return _details(visit, form.refused(refusal, DETAILS), found)
    return visit.done(f"/consultants/{number}", SAYS_CHANGED)


@router.get(
    "/consultants/{id}/leave", dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)]
)
def leaving(visit: Visitor, number: Key) -> Response:
    """The form for when they left, and why."""
    return _act(visit, number, "leave", Form())


@router.post(
    "/consultants/{id}/leave", dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)]
)
def leave(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record that they left."""
    try:
        given = form.filled(LEAVING)
        with visit.acting() as acting:
            keeping.leave(acting, number, given)
    except STAYS as refusal:
        return _act(visit, number, "leave", form.refused(refusal, LEAVING))
    return visit.done(f"/consultants/{number}", SAYS_LEFT)


@router.post(
    "/consultants/{id}/return", dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)]
)
def come_back(visit: Visitor, number: Key) -> Response:
    """Record that they are back."""
    with visit.acting() as acting:
        keeping.come_back(acting, number)
    return visit.done(f"/consultants/{number}", SAYS_BACK)


@router.get(
    "/consultants/{id}/accreditations/new",
    dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)],
)
def accreditation(visit: Visitor, number: Key) -> Response:
    """The form for as what they are accredited."""
    return _act(visit, number, "accredit", Form())


@router.post(
    "/consultants/{id}/accreditations/new",
    dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)],
)
def accredit(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record it."""
    try:
        given = form.filled(ACCREDITED)
        with visit.acting() as acting:
            keeping.accredit(acting, number, given)
    except STAYS as refusal:
        return _act(visit, number, "accredit", form.refused(refusal, ACCREDITED))
    return visit.done(f"/consultants/{number}", SAYS_ACCREDITED)


@router.get(
    "/consultants/{id}/accreditations/{item}/end",
    dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)],
)
def ending(visit: Visitor, number: Key, item: str) -> Response:
    """The form for the last day of an accreditation."""
    return _act(visit, number, "end_accreditation", Form(), item)


@router.post(
    "/consultants/{id}/accreditations/{item}/end",
    dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Consultant)],
)
def end(visit: Visitor, number: Key, item: str, form: Posted) -> Response:
    """Record it."""
    try:
        given = form.filled(OVER)
        with visit.acting() as acting:
            keeping.end_accreditation(acting, number, key(item), given)
    except STAYS as refusal:
        return _act(visit, number, "end_accreditation", form.refused(refusal, OVER), item)
    return visit.done(f"/consultants/{number}", SAYS_OVER)


_TITLES = {
    "leave": "Record that they have left",
    "accredit": "Record an accreditation",
    "end_accreditation": "Record the end of an accreditation",
}


def _act(visit: Visit, number: int, what: str, form: Form, item: str | None = None) -> Response:
    with visit.read() as session:
        found = shown.consultant(session, visit.reader, number, visit.today)
    its = [each for each in found.accreditations if item is not None and each.id == key(item)]
    if item is not None and not its:
        raise NotFound(f"{found.name} has no accreditation {item}.")
    return _page(
        visit,
        f"{what}_form.html",
        _TITLES[what],
        form,
        consultant=found,
        accreditation=its[0] if its else None,
        kinds=list(AccreditationKind),
    )


def _details(visit: Visit, form: Form, found: Consultant | None = None) -> Response:
    with visit.read() as session:
        accounts = officers_in(session, frozenset({Role.CONSULTANT}))
    return _page(
        visit,
        "form.html",
        f"Change what is known of {found.name}" if found else "Add a consultant",
        form,
        consultant=found,
        accounts=accounts,
        phases=list(Phase),
    )


def _as_it_is(found: Consultant) -> Form:
    days = found.days_a_year
    return Form.of(
        name=found.name,
        organisation=found.organisation,
        email=found.email or "",
        own_school=str(found.own_school or ""),
        phase=found.phase or "",
        days_a_year="" if days is None else f"{days:g}",
        interests=found.interests,
        sign_in=found.sign_in or "",
    )


def _page(visit: Visit, template: str, title: str, form: Form, **more: object) -> Response:
    return visit.page(f"consultants/{template}", title=title, navigation="risk", form=form, **more)


LISTS: tuple[List[Any], ...] = (
    List[Consultant](
        "/consultants",
        Act.SEE_PROGRAMME,
        "Consultants",
        find_consultants,
        [
            Column("Name", lambda found: found.name),
            Column("Organisation", lambda found: found.organisation),
            Column("E-mail address", lambda found: found.email),
            Column("Own school", lambda found: found.own_school_name),
            Column("URN of it", lambda found: found.own_school),
            Column("Own school causes concern", lambda found: found.own_school_causing_concern),
            Column("Phase", lambda found: found.phase),
            Column(
                "Accredited as",
                lambda found: "\n".join(
                    each.title for each in found.accreditations if each.in_force
                ),
            ),
            Column("Days in a school year", lambda found: found.days_a_year),
            Column("Days left this school year", lambda found: found.days_left),
            Column("Schools supported", lambda found: found.schools),
            Column("Interests", lambda found: found.interests),
            Column("Has left on", lambda found: found.left_on),
        ],
    ),
)
