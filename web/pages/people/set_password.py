"""A link that an administrator sent: to set a password, or to link a council account.

Its secret stands in an address once, and addresses end up in histories and logs: so it goes into
a cookie at once, and no page is shown at that address.
"""

import re
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.database import read
from models.people import credentials, passwords
from models.people.account_officers import USED
from models.people.tables import Credential, Officer, digest
from models.refusals import InvalidInput, NotIdentified, TooManyTries
from models.settings import Settings
from web.door import AtDoor, Door
from web.pages.asked import Fields
from web.pages.forms import Form, Posted
from web.pages.visits import drop, keep, kept, page, says, went_on
from web.rules import anybody, whoever_holds
from web.waiting import may_wait

SAYS_PASSWORD = says("password", "Your password has been set. Sign in with it")


INVITATION = "scc_invitation"
LASTS = timedelta(minutes=30)  # between opening the link and choosing the password
PASSWORD = Fields(password=("Password", "Enter a password"))

router = APIRouter()


@router.get("/set-password/{secret}", dependencies=[whoever_holds(of=Credential)])
def open_link(request: Request, secret: str) -> Response:
    """Keep the secret and go on to a page without it."""
    answer = RedirectResponse("/set-password", 303, headers={"Referrer-Policy": "no-referrer"})
    if re.fullmatch(r"[A-Za-z0-9_-]{43}", secret):
        keep(request, answer, INVITATION, secret, LASTS)
    return answer


@router.get("/set-password", dependencies=[anybody])
def choose(request: Request, door: AtDoor) -> Response:
    """Whose link it is, and the form for their password."""
    try:
        return _page(request, door.settings, invited(request, door), Form())
    except NotIdentified:
        return no_link(request)


@router.post("/set-password", dependencies=[anybody])
def set_password(request: Request, door: AtDoor, form: Posted) -> Response:
    """Set the password that was chosen, and use up the link."""
    try:
        officer = invited(request, door)
        try:
            form.demand(PASSWORD)
            passwords.accept_invitation(
                door.engine,
                now=door.now,
                mark=digest(kept(request, INVITATION)),
                password=form.text("password"),
                council=door.policy.letterhead.council,
            )
        except (InvalidInput, TooManyTries) as refusal:
            form = form.refused(refusal, PASSWORD)
            return may_wait(_page(request, door.settings, officer, form), refusal)
    except NotIdentified:
        return no_link(request)
    answer = went_on(request, "/sign-in", SAYS_PASSWORD)
    drop(request, answer, INVITATION)
    return answer


def invited(request: Request, door: Door) -> Officer:
    """Whose link is open in this browser; raises NotIdentified."""
    with read(door.engine) as session:
        return credentials.invited(session, digest(kept(request, INVITATION)), now=door.now)[1]


def _page(request: Request, settings: Settings, invited: Officer, form: Form) -> Response:
    return page(
        request,
        "people/set_password.html",
        422 if form.errors else 200,
        title="Set up your account",
        invited=invited,
        replaces=passwords.could_sign_in(invited),
        form=form,
        errors=form.errors,
        council_sign_in=settings.council_sign_in,
    )


def no_link(request: Request) -> Response:
    """What is said to a browser in which no link is open that works."""
    title = "This link does not work"
    return page(request, "people/sign_in_trouble.html", 404, title=title, message=USED, fresh=False)
