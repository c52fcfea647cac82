"""Signing in with the council's account: there and back, through its identity provider."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.commands import council_accounts
from models.database import write
from models.officers import digest
from models.refusals import NotAllowed, NotFound, NotPossible
from models.settings import Settings
from models.signing_in import CouncilSignIn
from web import council_sign_in
from web.door import AtDoor, Door
from web.pages.set_password import INVITATION
from web.pages.sign_in import begin, within
from web.pages.visits import SESSION, drop, keep, kept, page
from web.rules import anybody

UNDER_WAY = "scc_council"

router = APIRouter()


@router.get("/sign-in/council", dependencies=[anybody])
def leave(request: Request, door: AtDoor, next: str = "/", invited: str = "") -> Response:
    """Send the browser to the provider; by `invited` the account is linked to the open link's."""
    _require_settings(door.settings)
    invitation = kept(request, INVITATION) if invited else ""
    with write(door.engine) as session:
        begun = council_accounts.begin(
            session,
            now=door.now,
            goes_to=within(next),
            invitation=digest(invitation) if invitation else None,
        )
    try:
        address = council_sign_in.address(door.settings, begun)
    except council_sign_in.CouncilSignInError as trouble:
        return _trouble(request, 503, str(trouble))
    answer = RedirectResponse(address, 303)
    keep(request, answer, UNDER_WAY, begun.secret, council_accounts.PATIENCE)
    return answer


@router.get(council_sign_in.ANSWER, dependencies=[anybody])
def come_back(request: Request, door: AtDoor, code: str = "", state: str = "") -> Response:
    """What the provider sends the browser back with; what it says in words is not repeated."""
    _require_settings(door.settings)
    try:
        with write(door.engine) as session:
            under_way = council_accounts.take(
                session, now=door.now, state=state, secret=kept(request, UNDER_WAY)
            )
        secret = _sign_in(request, door, under_way, code)
    except NotPossible as refusal:
        return _trouble(request, refusal.status, refusal.message)
    except NotAllowed as refusal:
        return _trouble(request, refusal.status, refusal.message)
    except council_sign_in.CouncilSignInError as trouble:
        return _trouble(request, 503, str(trouble))
    answer = begin(request, under_way.goes_to, secret)
    drop(request, answer, UNDER_WAY)
    drop(request, answer, INVITATION)
    return answer


def _sign_in(request: Request, door: Door, under_way: CouncilSignIn, code: str) -> str:
    if not code:
        raise council_sign_in.CouncilSignInError(council_sign_in.REFUSED)
    account = council_sign_in.account(
        door.settings,
        now=door.now,
        code=code,
        verifier=under_way.verifier,
        nonce=under_way.nonce,
    )
    return council_accounts.sign_in(
        door.engine,
        now=door.now,
        account=account,
        invitation=under_way.invitation,
        instead_of=kept(request, SESSION),
    )


def _require_settings(settings: Settings) -> None:
    if not settings.council_sign_in:
        raise NotFound("There is no sign-in with a council account here.")


def _trouble(request: Request, status: int, message: str) -> Response:
    title = "You are not signed in"
    answer = page(request, "sign_in_trouble.html", status, title=title, message=message)
    drop(request, answer, UNDER_WAY)
    return answer
