"""Signing in with a password, or to the demonstration by choosing who to be, and signing out."""

from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database import read, write
from models.people import identity, passwords
from models.people.password_rules import AT_ONCE
from models.people.tables import Officer
from models.refusals import InvalidInput, NotFound, TooManyTries
from models.rows import find
from models.settings import Settings, is_loopback
from web.door import AtDoor, Door
from web.pages.asked import Fields
from web.pages.forms import Form, Posted
from web.pages.visits import SESSION, Said, drop, keep, kept, page, says, went_on
from web.rules import anybody
from web.waiting import may_wait

SAYS_SIGNED_OUT = says("signed_out", "You have signed out")


# What a proxy adds: one on this machine asks from here, by whichever name it likes.
OF_PROXIES = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "Via",
)
OFFICER = Fields(officer=("Officer", "Choose who you are"))
PASSWORD = Fields(
    email=("E-mail address", "Enter an e-mail address"), password=("Password", "Enter a password")
)
# As many as may hash at once, and one to turn the others away.
_threads = CapacityLimiter(AT_ONCE + 1)

router = APIRouter()


@router.get("/sign-in", dependencies=[anybody])
def choose(request: Request, door: AtDoor, next: str = "/") -> Response:
    """Every way of signing in that there is here."""
    return _page(request, door, Form.of(next=within(next)))


@router.get("/sign-in/password", dependencies=[anybody])
def no_password_yet() -> Response:
    """The form for it stands on the page of all ways."""
    return RedirectResponse("/sign-in", 303)


@router.post("/sign-in/password", dependencies=[anybody])
async def sign_in_with_password(request: Request, door: AtDoor, form: Posted) -> Response:
    """Begin a session with e-mail address and password.

    Whoever signs in waits for one of a few threads, so that a flood leaves the others to pages.
    """
    return await to_thread.run_sync(_sign_in, request, door, form, limiter=_threads)


def _sign_in(request: Request, door: Door, form: Form) -> Response:
    try:
        form.demand(PASSWORD)
        secret = passwords.sign_in(
            door.engine,
            now=door.now,
            email=form.text("email"),
            password=form.text("password"),
            address=network_address(request),
            instead_of=kept(request, SESSION),
        )
    except (InvalidInput, TooManyTries) as refusal:
        return may_wait(_page(request, door, form.refused(refusal, PASSWORD)), refusal)
    return begin(request, within(form.text("next")), secret)


@router.post("/sign-in", dependencies=[anybody])
def sign_in(request: Request, door: AtDoor, form: Posted) -> Response:
    """Begin a session as the demonstration officer who was chosen."""
    with read(door.engine) as session:
        officers = _demonstration_officers(session, request, door.settings)
    if not officers:
        raise NotFound("There is no demonstration sign-in here.")
    try:
        form.demand(OFFICER)
        officer = _chosen(officers, form.text("officer"))
    except InvalidInput as invalid:
        return _page(request, door, form.refused(invalid, OFFICER))
    with write(door.engine) as session:
        secret = identity.sign_in(
            session, now=door.now, officer=officer, instead_of=kept(request, SESSION)
        )
    return begin(request, within(form.text("next")), secret)


@router.post("/sign-out", dependencies=[anybody])
def sign_out(request: Request, door: AtDoor) -> Response:
    """End the session, here and in the database."""
    secret = kept(request, SESSION)
    if secret:
        with write(door.engine) as session:
            identity.sign_out(session, now=door.now, secret=secret)
    answer = went_on(request, "/sign-in", SAYS_SIGNED_OUT)
    drop(request, answer, SESSION)
    return answer


def begin(request: Request, address: str, secret: str, what: Said | None = None) -> Response:
    """On to a page of this service, with the secret of a new session."""
    answer = went_on(request, address, what)
    keep(request, answer, SESSION, secret, identity.LONGEST_SIGN_IN)
    return answer


def within(address: str) -> str:
    """An address within this service, whatever was asked for; else the first page."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return "/"
    within = (
        address.isprintable() and address.startswith("/") and not (parts.scheme or parts.netloc)
    )
    return address if within and not address.startswith("//") else "/"


def network_address(request: Request) -> str:
    """Whom the request comes from, as far as the network tells."""
    return request.client.host if request.client else ""


def _page(request: Request, door: Door, form: Form) -> Response:
    with read(door.engine) as session:
        officers = _demonstration_officers(session, request, door.settings)
    return page(
        request,
        "people/sign_in.html",
        422 if form.errors else 200,
        title="Sign in",
        form=form,
        errors=form.errors,
        officers=officers,
        council_sign_in=door.settings.council_sign_in,
        demonstration=bool(officers),
    )


def _demonstration_officers(
    session: Session, request: Request, settings: Settings
) -> list[Officer]:
    """Whom one may choose to be: nobody, wherever it might be somebody else who chooses."""
    if not _on_this_machine_alone(request, settings):
        return []
    return list(find(session, _demonstration().order_by(col(Officer.id))))


def _demonstration() -> SelectOfScalar[Officer]:
    return select(Officer).where(col(Officer.demonstration), col(Officer.active))


def _chosen(officers: list[Officer], email: str) -> Officer:
    known = {officer.email: officer for officer in officers}
    if email not in known:
        raise InvalidInput("officer", "Choose one of the demonstration officers")
    return known[email]


def _on_this_machine_alone(request: Request, settings: Settings) -> bool:
    """Choosing an officer proves nothing, so it exists only on the machine that serves it.

    Every sign of the network counts: that a proxy brought it, who asks, what was asked, by which
    name, the address at which this council says that the service is, and where it listens, if
    that is known.
    """
    if any(header in request.headers for header in OF_PROXIES):
        return False
    served_on = (request.scope.get("server") or ("",))[0]
    names = [network_address(request), served_on, request.url.hostname]
    names += [urlsplit(settings.base_url).hostname, settings.bound_to or served_on]
    return all(is_loopback(name or "") for name in names)
