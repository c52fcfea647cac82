"""What officers make for themselves on their own page: tokens, a code, a calendar's address.

Whoever asks has just proven who they are, or is asked to: the answer to the button is then a page
that wants the password, and sends it with all that was typed before.
"""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.people import credentials, own_secrets, passwords
from models.people.access import Act
from models.refusals import InvalidInput, NotPossible, NotProven, Refused, TooManyTries
from web.pages.asked import Fields
from web.pages.forms import Form, Posted
from web.pages.people.account import LABEL, show_account
from web.pages.people.sign_in import network_address
from web.pages.visits import Visit, Visitor, may
from web.waiting import may_wait

PASSWORD = "current_password"  # noqa: S105 - the name of a field
PROOF = Fields(current_password=("Current password", "Enter your current password"))
TITLE = "Confirm that it is you"
# What is asked for, as the page that asks for the password says it.
WHAT = {
    "/account/calendar": "a new address for your calendar",
    "/account/code": "a new personal code",
    "/account/tokens": "a new token",
}

router = APIRouter()


@router.post("/account/calendar", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def new_calendar(visit: Visitor, form: Posted) -> Response:
    """A new address for the officer's own calendar, told this once."""

    def make(session: Session) -> Response:
        secret = own_secrets.new_calendar(
            session, now=visit.now, officer=visit.officer, sign_in_id=visit.request.state.proof.id
        )
        address = f"{visit.door.settings.base_url.rstrip('/')}/calendar/{secret}.ics"
        title = "Your calendar’s address"
        return visit.page("people/account_calendar.html", title=title, address=address)

    return _once_proven(visit, form, make)


@router.post("/account/code", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def new_code(visit: Visitor, form: Posted) -> Response:
    """A new personal code, told this once."""

    def make(session: Session) -> Response:
        code = own_secrets.new_code(
            session, now=visit.now, officer=visit.officer, sign_in_id=visit.request.state.proof.id
        )
        return visit.page("people/account_code.html", title="Your new personal code", code=code)

    return _once_proven(visit, form, make)


@router.post("/account/tokens", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def new_token(visit: Visitor, form: Posted) -> Response:
    """A new token for the JSON API, told this once."""

    def make(session: Session) -> Response:
        token = own_secrets.new_token(
            session,
            now=visit.now,
            officer=visit.officer,
            sign_in_id=visit.request.state.proof.id,
            label=form.text("label"),
        )
        ends = visit.now + credentials.TOKEN_LASTS
        return visit.page(
            "people/account_token.html", title="Your new token", token=token, ends=ends
        )

    try:
        form.demand(LABEL)
    except InvalidInput as invalid:
        return show_account(visit, form.refused(invalid, LABEL))
    return _once_proven(visit, form, make)


def _once_proven(visit: Visit, form: Form, make: Callable[[Session], Response]) -> Response:
    """What `make` answers, in one transaction; or the page that asks who it is."""
    try:
        if PASSWORD in form.values:
            _prove(visit, form)
    except (InvalidInput, NotPossible, TooManyTries) as refusal:
        return _ask(visit, form, refusal)
    try:
        with visit.write() as session:
            return make(session)
    except NotProven:
        return _ask(visit, form)
    except InvalidInput as invalid:
        return show_account(visit, form.refused(invalid, LABEL))


def _prove(visit: Visit, form: Form) -> None:
    form.demand(PROOF)
    passwords.prove(
        visit.door.engine,
        now=visit.now,
        officer=visit.officer,
        sign_in_id=visit.request.state.proof.id,
        password=form.text(PASSWORD),
        address=network_address(visit.request),
    )


def _ask(visit: Visit, form: Form, refusal: Refused | None = None) -> Response:
    action = visit.request.url.path
    answer = visit.page(
        "people/account_proof.html",
        title=TITLE,
        form=form.refused(refusal, PROOF) if refusal else form,
        action=action,
        what=WHAT[action],
        by_council=bool(visit.officer.oidc_subject) and visit.door.settings.council_sign_in,
    )
    return may_wait(answer, refusal) if refusal else answer
