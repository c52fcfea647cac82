"""Officers: who they are here, and what lets them in."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models.inputs import Reason
from models.paging import Page
from models.people import credentials as people_credentials
from models.people import identity
from models.people import officers as people_officers
from models.people import shown as people_shown
from models.people.access import Act
from models.people.tables import Officer, Phase, Role
from models.refusals import InvalidInput
from web.door import at_once, key
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Said, Visit, Visitor, may, says
from web.tables import Column

SAYS_SIGN_IN_ENDED = says("sign_in_ended", "The sign-in has been ended")
SAYS_CREDENTIAL_REVOKED = says("credential_revoked", "That token, code or link no longer works")
SAYS_OFFICER_DISABLED = says(
    "officer_disabled", "The officer has been disabled and signed out everywhere"
)
SAYS_OFFICER_CHANGED = says("officer_changed", "The officer’s details have been changed")
SAYS_OFFICER_ENABLED = says(
    "officer_enabled", "The officer has been enabled. Send them a new link to sign in with"
)


router = APIRouter()
PER_PAGE = 50
_ROLE = {"role": ("Role", "Choose a role"), "phase": ("Phase", "Choose a phase")}
SEARCH = Fields(query=("The search", "Enter what to search for"))
NEW = Asked(
    people_officers.NewOfficer,
    name=("Name", "Enter their name"),
    email=("E-mail address", "Enter an e-mail address"),
    **_ROLE,
)
DETAILS = Asked(people_officers.OfficerDetails, name=("Name", "Enter their name"), **_ROLE)
REASON = Asked(Reason, reason=("Reason", "Enter a reason"))


def _number(number: str) -> int:
    """The key of an officer out of an address; raises NotFound for what cannot be one."""
    return key(number)


def _item(item: str) -> int:
    """The same for a token or a sign-in."""
    return key(item)


Number = Annotated[int, at_once(_number)]
Item = Annotated[int, at_once(_item)]


@router.get("/administration/officers", dependencies=[may(Act.MANAGE_OFFICERS)])
def officers(visit: Visitor, page: PageNumber, query: str = "") -> Response:
    """Everybody, found by name or e-mail address."""
    form, found = Form.of(query=query), None
    try:
        with visit.read() as session:
            found = find(session, visit, {"query": query}, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return _show(
        visit,
        "officers.html",
        "Officers",
        form,
        found=found,
        address=address(visit, {"query": query}),
    )


def find(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[people_shown.Officer]:
    """One page of the officers that the filters of an address let through."""
    return people_shown.officers(
        session, query=filters.get("query", ""), page=page, per_page=per_page
    )


LISTS: tuple[List[Any], ...] = (
    List[people_shown.Officer](
        "/administration/officers",
        Act.MANAGE_OFFICERS,
        "Officers",
        find,
        [
            Column("Name", lambda each: each.name),
            Column("E-mail address", lambda each: each.email),
            Column("Role", lambda each: each.role_title),
            Column("Phase", lambda each: each.phase),
            Column("Active", lambda each: each.active),
            Column("Last signed in", lambda each: each.last_sign_in),
        ],
    ),
)


@router.get("/administration/officers/new", dependencies=[may(Act.MANAGE_OFFICERS)])
def new(visit: Visitor) -> Response:
    """The form for a new officer."""
    return _form(visit, Form(), None)


@router.post("/administration/officers/new", dependencies=[may(Act.MANAGE_OFFICERS)])
def add(visit: Visitor, form: Posted) -> Response:
    """Add them; the page that follows shows their link, this once."""
    try:
        given = form.filled(NEW, email=form.text("email").strip(), **_typed(form))
        with visit.acting() as acting:
            added, secret = people_officers.appoint_officer(acting, given)
    except STAYS as refusal:
        return _form(visit, form.refused(refusal, NEW), None)
    with visit.read() as session:
        return _link(visit, people_shown.officer(session, added.id), secret)


@router.get(
    "/administration/officers/{number}", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def officer(visit: Visitor, number: Number) -> Response:
    """One officer, with their tokens and sign-ins."""
    with visit.read() as session:
        found = people_shown.officer(session, number)
        credentials = people_shown.credentials_of(session, number, visit.now)
        sign_ins = identity.sign_ins(session, visit.now, number)
    return _show(
        visit,
        "officer.html",
        found.name,
        Form(),
        found=found,
        credentials=credentials,
        sign_ins=sign_ins,
        this_sign_in=visit.request.state.proof.id,
    )


@router.get(
    "/administration/officers/{number}/change", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def change(visit: Visitor, number: Number) -> Response:
    """The form for another name, role or phase."""
    found = _find(visit, number)
    filled = Form.of(name=found.name, role=found.role, phase=found.phase or "")
    return _form(visit, filled, found)


@router.post(
    "/administration/officers/{number}/change", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def change_officer(visit: Visitor, number: Number, form: Posted) -> Response:
    """Change them; a new role ends their sign-ins."""
    found = _find(visit, number)
    try:
        given = form.filled(DETAILS, **_typed(form))
        with visit.acting() as acting:
            people_officers.change_officer(acting, found.email, given)
    except STAYS as refusal:
        return _form(visit, form.refused(refusal, DETAILS), found)
    return _done(visit, number, SAYS_OFFICER_CHANGED)


@router.get(
    "/administration/officers/{number}/disable", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def disable(visit: Visitor, number: Number) -> Response:
    """What disabling does, and the form for its reason."""
    return _disable(visit, _find(visit, number), Form())


@router.post(
    "/administration/officers/{number}/disable", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def disable_officer(visit: Visitor, number: Number, form: Posted) -> Response:
    """Let them in no more."""
    found = _find(visit, number)
    try:
        given = form.filled(REASON)
        with visit.acting() as acting:
            people_officers.disable_officer(acting, found.email, given)
    except STAYS as refusal:
        return _disable(visit, found, form.refused(refusal, REASON))
    return _done(visit, number, SAYS_OFFICER_DISABLED)


@router.get(
    "/administration/officers/{number}/enable", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
@router.get(
    "/administration/officers/{number}/link", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def not_by_address(_: Visitor, number: Number) -> Response:
    """What is done by a button is not done by its address; that leads back."""
    return RedirectResponse(f"/administration/officers/{number}", 303)


@router.post(
    "/administration/officers/{number}/enable", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def enable_officer(visit: Visitor, number: Number) -> Response:
    """Let them in again."""
    found = _find(visit, number)
    with visit.acting() as acting:
        people_officers.enable_officer(acting, found.email)
    return _done(visit, number, SAYS_OFFICER_ENABLED)


@router.post(
    "/administration/officers/{number}/link", dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)]
)
def new_link(visit: Visitor, number: Number) -> Response:
    """Another link to set a password; the one before stops working."""
    found = _find(visit, number)
    with visit.acting() as acting:
        secret = people_officers.invite_officer(acting, found.email)
    return _link(visit, found, secret)


@router.post(
    "/administration/officers/{number}/tokens/{item}/revoke",
    dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)],
)
def revoke(visit: Visitor, number: Number, item: Item) -> Response:
    """Let a token, code or link work no more."""
    with visit.write() as session:
        people_credentials.revoke_credential(
            session, officer=visit.officer, now=visit.now, credential_id=item
        )
    return _done(visit, number, SAYS_CREDENTIAL_REVOKED)


@router.post(
    "/administration/officers/{number}/sign-ins/{item}/end",
    dependencies=[may(Act.MANAGE_OFFICERS, of=Officer)],
)
def end(visit: Visitor, number: Number, item: Item) -> Response:
    """Sign them out of one browser."""
    with visit.write() as session:
        identity.end_sign_in(session, officer=visit.officer, now=visit.now, sign_in_id=item)
    return _done(visit, number, SAYS_SIGN_IN_ENDED)


def _find(visit: Visit, number: int) -> people_shown.Officer:
    with visit.read() as session:
        return people_shown.officer(session, number)


def _typed(form: Form) -> dict[str, Any]:
    """A phase is a Service Manager's alone: whatever else was chosen with it, it is left out."""
    role = form.text("role")
    phase = form.text("phase") if role == Role.SERVICE_MANAGER else ""
    return {"name": form.text("name").strip(), "role": role, "phase": phase or None}


def _form(visit: Visit, form: Form, found: people_shown.Officer | None) -> Response:
    title = f"Change {found.name}" if found else "Add an officer"
    return _show(
        visit, "officer_form.html", title, form, found=found, roles=list(Role), phases=list(Phase)
    )


def _disable(visit: Visit, found: people_shown.Officer, form: Form) -> Response:
    return _show(visit, "disable_form.html", f"Disable {found.name}", form, found=found)


def _link(visit: Visit, found: people_shown.Officer, secret: str) -> Response:
    link = f"{visit.door.settings.base_url.rstrip('/')}/set-password/{secret}"
    return _show(
        visit,
        "link.html",
        f"A link for {found.name}",
        Form(),
        found=found,
        link=link,
        ends=visit.now + people_credentials.INVITATION_LASTS,
    )


def _show(
    visit: Visit,
    template: str,
    title: str,
    form: Form,
    *,
    found: people_shown.Officer | Page[people_shown.Officer] | None,
    **more: Any,
) -> Response:
    return visit.page(
        f"people/{template}",
        title=title,
        navigation="administration",
        form=form,
        found=found,
        **more,
    )


def _done(visit: Visit, number: int, what: Said) -> Response:
    return visit.done(f"/administration/officers/{number}", what)
