"""Signing in to the demonstration by choosing who to be, and signing out."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.commands import directory
from models.database import read, write
from models.officers import Officer
from models.refusals import InvalidInput, NotFound
from models.settings import Settings
from web.door import AtDoor, Door
from web.pages.forms import Form, Posted
from web.pages.visits import SESSION, is_https, page, went_on

router = APIRouter()


@router.get("/sign-in")
def choose(request: Request, door: AtDoor, next: str = "/") -> Response:
    """Choose a demonstration officer."""
    _require_loopback(request, door.settings)
    return _page(request, door, Form.of(next=_safe(next)))


@router.post("/sign-in")
def sign_in(request: Request, door: AtDoor, form: Posted) -> Response:
    """Begin a session as the officer who was chosen."""
    _require_loopback(request, door.settings)
    try:
        form.check("officer")
        with write(door.engine) as session:
            officer = _find(session, form.text("officer"))
            secret = directory.sign_in(session, now=door.now, officer=officer)
    except InvalidInput as invalid:
        return _page(request, door, form.refused(invalid))
    answer = went_on(request, _safe(form.text("next")))
    answer.set_cookie(
        SESSION,
        secret,
        max_age=int(directory.LONGEST_SIGN_IN.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, door: AtDoor) -> Response:
    """End the session, here and in the database."""
    secret = request.cookies.get(SESSION)
    if secret:
        with write(door.engine) as session:
            directory.sign_out(session, now=door.now, secret=secret)
    answer = went_on(request, "/sign-in", "signed_out")
    answer.delete_cookie(SESSION)
    return answer


def _page(request: Request, door: Door, form: Form) -> Response:
    with read(door.engine) as session:
        officers = session.exec(_demonstration().order_by(col(Officer.id))).all()
    status = 422 if form.errors else 200
    return page(
        request,
        "sign_in.html",
        status,
        title="Sign in",
        form=form,
        errors=form.errors,
        officers=officers,
        demonstration=True,
    )


def _demonstration() -> SelectOfScalar[Officer]:
    return select(Officer).where(col(Officer.demonstration), col(Officer.active))


def _find(session: Session, email: str) -> Officer:
    known = {officer.email: officer for officer in session.exec(_demonstration())}
    if email not in known:
        raise InvalidInput("officer", "Choose one of the demonstration officers")
    return known[email]


def _safe(address: str) -> str:
    """An address within this service, whatever was asked for; else the first page."""
    parts = urlsplit(address.replace("\\", "/"))
    within = (
        address.isprintable() and address.startswith("/") and not (parts.scheme or parts.netloc)
    )
    return address if within and not address.startswith("//") else "/"


def _require_loopback(request: Request, settings: Settings) -> None:
    """Choosing an officer proves nothing, so it exists only on the machine that serves it.

    Every sign of the network counts: who asks, what was asked, by which name, and the address
    at which this council says that the service is.
    """
    asked_by = request.client.host if request.client else ""
    served_on = (request.scope.get("server") or ("",))[0]
    names = (request.url.hostname, urlsplit(settings.base_url).hostname)
    if not all(_is_loopback(name or "") for name in (asked_by, served_on, *names)):
        raise NotFound("There is no demonstration sign-in here.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
