"""Signing in with the council's account: there and back, through its identity provider.

Whoever comes by a link of theirs is asked before the two accounts are linked. Both the way there
and the answer are posted: no other site can make a browser do either.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.database import read, write
from models.people import council_accounts
from models.people.account_officers import CouncilAccount
from models.people.council_accounts import Begun
from models.people.tables import CouncilSignIn, digest
from models.refusals import NotFound, NotIdentified, Refused
from models.settings import Settings
from web import council_sign_in
from web.council_sign_in import CouncilSignInError
from web.door import AtDoor, Door
from web.pages.people.set_password import INVITATION, invited, no_link
from web.pages.people.sign_in import begin, network_address, within
from web.pages.visits import SESSION, Said, drop, keep, kept, page, says
from web.rules import anybody
from web.waiting import retry_after

SAYS_PROVEN = says(
    "proven", "You have confirmed that it is you. You will not be asked again for 10 minutes"
)


UNDER_WAY = "scc_council"
LINK = "/sign-in/council/link"

router = APIRouter()


@router.get("/sign-in/council", dependencies=[anybody])
def leave(request: Request, door: AtDoor, next: str = "/", fresh: str = "") -> Response:
    """Send the browser to the provider; nothing is ever linked by that.

    With `fresh`, whoever is signed in there must sign in again.
    """
    _require_settings(door.settings)
    try:
        begun, address = _begin(request, door, within(next), fresh=bool(fresh))
    except (Refused, CouncilSignInError) as trouble:
        return _trouble(request, trouble)
    return _keep_secret(request, RedirectResponse(address, 303), begun.secret)


@router.post("/sign-in/council", dependencies=[anybody])
def leave_to_link(request: Request, door: AtDoor) -> Response:
    """Send the browser to the provider for the account that is to be linked to the open link's."""
    _require_settings(door.settings)
    try:
        invited(request, door)
        begun, address = _begin(request, door, "/", digest(kept(request, INVITATION)))
    except NotIdentified:
        return no_link(request)
    except (Refused, CouncilSignInError) as trouble:
        return _trouble(request, trouble)
    title = "Sign in to your council account"
    answer = page(request, "people/council_leave.html", 200, title=title, address=address)
    return _keep_secret(request, answer, begun.secret)


@router.get(council_sign_in.ANSWER, dependencies=[anybody])
def come_back(request: Request, door: AtDoor, code: str = "", state: str = "") -> Response:
    """What the provider sends the browser back with; what it says in words is not repeated."""
    _require_settings(door.settings)
    fresh = False
    try:
        with write(door.engine) as session:
            under_way = council_accounts.take(
                session, now=door.now, state=state, secret=kept(request, UNDER_WAY)
            )
        fresh = under_way.fresh
        account = _account(door, under_way, code)
        if under_way.invitation is not None:
            secret = council_accounts.hold(
                door.engine, now=door.now, account=account, under_way=under_way
            )
            return _keep_secret(request, RedirectResponse(LINK, 303), secret)
        secret = council_accounts.sign_in(
            door.engine,
            now=door.now,
            account=account,
            instead_of=kept(request, SESSION),
            fresh=fresh,
        )
    except (Refused, CouncilSignInError) as trouble:
        return _trouble(request, trouble, fresh=fresh)
    return _signed_in(request, under_way.goes_to, secret, SAYS_PROVEN if fresh else None)


@router.get(LINK, dependencies=[anybody])
def ask(request: Request, door: AtDoor) -> Response:
    """Whose council account is about to be linked to whose account here."""
    _require_settings(door.settings)
    try:
        with read(door.engine) as session:
            account, officer = council_accounts.held(
                session, now=door.now, secret=kept(request, UNDER_WAY)
            )
    except Refused as trouble:
        return _trouble(request, trouble)
    title = "Are both of these accounts yours?"
    return page(
        request, "people/council_link.html", 200, title=title, account=account, linked=officer
    )


@router.post(LINK, dependencies=[anybody])
def link(request: Request, door: AtDoor) -> Response:
    """Link the two, and sign in."""
    _require_settings(door.settings)
    try:
        secret = council_accounts.link(
            door.engine,
            now=door.now,
            secret=kept(request, UNDER_WAY),
            instead_of=kept(request, SESSION),
        )
    except Refused as trouble:
        return _trouble(request, trouble)
    return _signed_in(request, "/", secret)


def _begin(
    request: Request,
    door: Door,
    goes_to: str,
    invitation: str | None = None,
    *,
    fresh: bool = False,
) -> tuple[Begun, str]:
    """What begins, and the address at the provider; raises TooManyTries, CouncilSignInError."""
    begun = council_accounts.begin(
        door.engine,
        now=door.now,
        address=network_address(request),
        goes_to=goes_to,
        invitation=invitation,
        fresh=fresh,
    )
    return begun, council_sign_in.address(door.settings, begun, fresh=fresh)


def _account(door: Door, under_way: CouncilSignIn, code: str) -> CouncilAccount:
    if not code:
        raise CouncilSignInError(council_sign_in.REFUSED)
    return council_sign_in.account(
        door.settings,
        now=door.now,
        code=code,
        verifier=under_way.verifier,
        nonce=under_way.nonce,
    )


def _keep_secret(request: Request, answer: Response, secret: str) -> Response:
    keep(request, answer, UNDER_WAY, secret, council_accounts.PATIENCE)
    return answer


def _signed_in(request: Request, goes_to: str, secret: str, what: Said | None = None) -> Response:
    answer = begin(request, goes_to, secret, what)
    drop(request, answer, UNDER_WAY)
    drop(request, answer, INVITATION)
    return answer


def _require_settings(settings: Settings) -> None:
    if not settings.council_sign_in:
        raise NotFound("There is no sign-in with a council account here.")


def _trouble(
    request: Request, trouble: Refused | CouncilSignInError, *, fresh: bool = False
) -> Response:
    """Why it did not work; whoever only had to confirm that it is them is still signed in."""
    title = "It is not confirmed that it is you" if fresh else "You are not signed in"
    status = trouble.status if isinstance(trouble, Refused) else 503
    answer = page(
        request,
        "people/sign_in_trouble.html",
        status,
        title=title,
        message=str(trouble),
        fresh=fresh,
    )
    if isinstance(trouble, Refused):
        answer.headers.update(retry_after(trouble))
    drop(request, answer, UNDER_WAY)
    return answer
