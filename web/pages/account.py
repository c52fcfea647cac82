"""An officer's own page: their code, tokens, password and sign-ins; the accessibility statement."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.access import Act
from models.commands import identity, passwords
from models.refusals import InvalidInput, NotPossible, TooManyTries
from web.door import AtDoor
from web.pages.forms import Form, Posted
from web.pages.sign_in import begin, network_address
from web.pages.visits import SESSION, Key, Visit, Visitor, drop, find_visit, may, page, went_on
from web.rules import anybody

router = APIRouter()


@router.get("/account", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def account(visit: Visitor) -> Response:
    """Who the officer is here, where they are signed in and what else lets them in."""
    return _account(visit, Form())


@router.get("/account/calendar", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/calendar/end", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/code", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/tokens", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/tokens/{id}/revoke", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/sign-ins/{id}/end", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/sign-out-everywhere", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def not_by_address(_: Visitor) -> Response:
    """What is done by a button is not done by its address; that leads back."""
    return RedirectResponse("/account", 303)


@router.post("/account/calendar", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def new_calendar(visit: Visitor) -> Response:
    """A new address for the officer's own calendar, told this once."""
    with visit.write() as session:
        secret = identity.issue_calendar(session, now=visit.now, officer=visit.officer)
    address = f"{visit.door.settings.base_url.rstrip('/')}/calendar/{secret}.ics"
    return visit.page("account_calendar.html", title="Your calendar’s address", address=address)


@router.post("/account/calendar/end", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def end_calendar(visit: Visitor) -> Response:
    """Let the address of the officer's calendar work no more."""
    with visit.write() as session:
        identity.end_calendar(session, now=visit.now, officer=visit.officer)
    return visit.done("/account", "calendar_ended")


@router.post("/account/code", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def new_code(visit: Visitor) -> Response:
    """A new personal code, told this once."""
    with visit.write() as session:
        code = identity.issue_code(session, now=visit.now, officer=visit.officer)
    return visit.page("account_code.html", title="Your new personal code", code=code)


@router.post("/account/tokens", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def new_token(visit: Visitor, form: Posted) -> Response:
    """A new token for the JSON API, told this once."""
    try:
        form.check("label")
        with visit.write() as session:
            token = identity.issue_token(
                session, now=visit.now, officer=visit.officer, label=form.text("label")
            )
    except InvalidInput as invalid:
        return _account(visit, form.refused(invalid))
    ends = visit.now + identity.TOKEN_LASTS
    return visit.page("account_token.html", title="Your new token", token=token, ends=ends)


@router.post("/account/tokens/{id}/revoke", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def revoke_token(visit: Visitor, id: Key) -> Response:
    """Let one of the officer's tokens work no more."""
    with visit.write() as session:
        identity.revoke_credential(session, officer=visit.officer, now=visit.now, credential_id=id)
    return visit.done("/account", "token_revoked")


@router.post("/account/sign-ins/{id}/end", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def end_sign_in(visit: Visitor, id: Key) -> Response:
    """End one of the officer's sign-ins."""
    with visit.write() as session:
        identity.end_sign_in(session, officer=visit.officer, now=visit.now, sign_in_id=id)
    return visit.done("/account", "sign_in_ended")


@router.post("/account/sign-out-everywhere", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def sign_out_everywhere(visit: Visitor) -> Response:
    """End all of the officer's sign-ins, this one too."""
    with visit.write() as session:
        identity.sign_out_everywhere(session, now=visit.now, officer=visit.officer)
    answer = went_on(visit.request, "/sign-in", "signed_out_everywhere")
    drop(visit.request, answer, SESSION)
    return answer


@router.get("/account/password", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def password(visit: Visitor) -> Response:
    """The form for another password."""
    return _password(visit, Form())


@router.post("/account/password", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def change_password(visit: Visitor, form: Posted) -> Response:
    """Change the password; every other sign-in ends, and this one begins anew."""
    try:
        form.check("current_password", "password")
        secret = passwords.change_password(
            visit.door.engine,
            now=visit.now,
            officer=visit.officer,
            current=form.text("current_password"),
            password=form.text("password"),
            council=visit.policy.letterhead.council,
            address=network_address(visit.request),
        )
    except (InvalidInput, NotPossible, TooManyTries) as refusal:
        return _password(visit, form.refused(refusal))
    return begin(visit.request, "/account", secret, "password_changed")


@router.get("/accessibility", dependencies=[anybody])
def accessibility(request: Request, door: AtDoor) -> Response:
    """The accessibility statement, for everybody."""
    find_visit(request, door)
    return page(
        request,
        "accessibility.html",
        200,
        title="Accessibility statement",
        contact=door.policy.letterhead.email,
    )


def _account(visit: Visit, form: Form) -> Response:
    with visit.read() as session:
        sign_ins = identity.sign_ins(session, visit.now, visit.officer.id)
        tokens = identity.tokens(session, visit.now, visit.officer.id)
        calendar = identity.calendar(session, visit.officer.id)
    return visit.page(
        "account.html",
        title="My account",
        form=form,
        sign_ins=sign_ins,
        this_sign_in=visit.request.state.proof.id,
        tokens=tokens,
        calendar=calendar,
    )


def _password(visit: Visit, form: Form) -> Response:
    return visit.page("account_password.html", title="Change your password", form=form)
