"""An officer's own page: sign-ins, password, what else lets in. The accessibility statement."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.people import credentials, identity, passwords
from models.people.access import Act
from models.people.tables import Credential, CredentialKind, SignIn
from models.refusals import InvalidInput, NotPossible, TooManyTries
from web.door import AtDoor
from web.pages.asked import Fields
from web.pages.forms import Form, Posted
from web.pages.people.sign_in import begin, network_address
from web.pages.visits import (
    SESSION,
    Key,
    Visit,
    Visitor,
    drop,
    find_visit,
    may,
    page,
    says,
    went_on,
)
from web.rules import anybody
from web.waiting import may_wait

SAYS_PASSWORD_CHANGED = says(
    "password_changed", "Your password has been changed, and you are signed out everywhere else"
)
SAYS_PASSWORD_CHANGED_AND_ENDED = says(
    "password_changed_and_ended",
    "Your password has been changed, you are signed out everywhere else, "
    "and what you ticked no longer works",
)


SAYS_CALENDAR_ENDED = says("calendar_ended", "The address of your calendar no longer works")
SAYS_TOKEN_REVOKED = says("token_revoked", "The token no longer works")
SAYS_SIGN_IN_ENDED = says("sign_in_ended", "The sign-in has been ended")
SAYS_SIGNED_OUT_AND_ENDED = says(
    "signed_out_and_ended", "You have signed out everywhere, and what you ticked no longer works"
)
SAYS_SIGNED_OUT_EVERYWHERE = says("signed_out_everywhere", "You have signed out everywhere")


router = APIRouter()
LABEL = Fields(label=("What it is for", "Enter what the token is for"))
PASSWORDS = Fields(
    current_password=("Current password", "Enter your current password"),
    password=("Password", "Enter a password"),
)


@router.get("/account", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def account(visit: Visitor) -> Response:
    """Who the officer is here, where they are signed in and what else lets them in."""
    return show_account(visit, Form())


@router.get("/account/calendar", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/calendar/end", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/code", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/tokens", dependencies=[may(Act.USE_OWN_ACCOUNT)])
@router.get("/account/tokens/{id}/revoke", dependencies=[may(Act.USE_OWN_ACCOUNT, of=Credential)])
@router.get("/account/sign-ins/{id}/end", dependencies=[may(Act.USE_OWN_ACCOUNT, of=SignIn)])
def not_by_address(_: Visitor) -> Response:
    """What is done by a button is not done by its address; that leads back."""
    return RedirectResponse("/account", 303)


@router.post("/account/calendar/end", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def end_calendar(visit: Visitor) -> Response:
    """Let the address of the officer's calendar work no more."""
    with visit.write() as session:
        credentials.end_calendar(session, now=visit.now, officer=visit.officer)
    return visit.done("/account", SAYS_CALENDAR_ENDED)


@router.post("/account/tokens/{id}/revoke", dependencies=[may(Act.USE_OWN_ACCOUNT, of=Credential)])
def revoke_token(visit: Visitor, id: Key) -> Response:
    """Let one of the officer's tokens work no more."""
    with visit.write() as session:
        credentials.revoke_credential(
            session, officer=visit.officer, now=visit.now, credential_id=id
        )
    return visit.done("/account", SAYS_TOKEN_REVOKED)


@router.post("/account/sign-ins/{id}/end", dependencies=[may(Act.USE_OWN_ACCOUNT, of=SignIn)])
def end_sign_in(visit: Visitor, id: Key) -> Response:
    """End one of the officer's sign-ins."""
    with visit.write() as session:
        identity.end_sign_in(session, officer=visit.officer, now=visit.now, sign_in_id=id)
    return visit.done("/account", SAYS_SIGN_IN_ENDED)


@router.get("/account/sign-out-everywhere", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def everywhere(visit: Visitor) -> Response:
    """What else lets somebody in, and the form to end it with all sign-ins."""
    return _sign_out(visit, _ticked())


@router.post("/account/sign-out-everywhere", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def sign_out_everywhere(visit: Visitor, form: Posted) -> Response:
    """End all of the officer's sign-ins, this one too, and what was left ticked."""
    try:
        ends = _ends(form)
        with visit.write() as session:
            identity.sign_out_everywhere(session, now=visit.now, officer=visit.officer, ends=ends)
    except InvalidInput as invalid:
        return _sign_out(visit, form.refused(invalid, Fields()))
    said = SAYS_SIGNED_OUT_AND_ENDED if ends else SAYS_SIGNED_OUT_EVERYWHERE
    answer = went_on(visit.request, "/sign-in", said)
    drop(visit.request, answer, SESSION)
    return answer


@router.get("/account/password", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def password(visit: Visitor) -> Response:
    """The form for another password."""
    return _password(visit, _ticked())


@router.post("/account/password", dependencies=[may(Act.USE_OWN_ACCOUNT)])
def change_password(visit: Visitor, form: Posted) -> Response:
    """Change the password; all sign-ins end with what was left ticked, and this one begins anew."""
    try:
        form.demand(PASSWORDS)
        ends = _ends(form)
        secret = passwords.change_password(
            visit.door.engine,
            now=visit.now,
            officer=visit.officer,
            current=form.text("current_password"),
            password=form.text("password"),
            council=visit.policy.letterhead.council,
            address=network_address(visit.request),
            ends=ends,
        )
    except (InvalidInput, NotPossible, TooManyTries) as refusal:
        return may_wait(_password(visit, form.refused(refusal, PASSWORDS)), refusal)
    said = SAYS_PASSWORD_CHANGED_AND_ENDED if ends else SAYS_PASSWORD_CHANGED
    return begin(visit.request, "/account", secret, said)


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


def show_account(visit: Visit, form: Form) -> Response:
    """An officer's own page, with what is wrong with the form for a token."""
    with visit.read() as session:
        sign_ins = identity.sign_ins(session, visit.now, visit.officer.id)
        tokens = credentials.tokens(session, visit.now, visit.officer.id)
        calendar = credentials.calendar(session, visit.officer.id)
    return visit.page(
        "people/account.html",
        title="My account",
        form=form,
        sign_ins=sign_ins,
        this_sign_in=visit.request.state.proof.id,
        tokens=tokens,
        calendar=calendar,
    )


def _ticked() -> Form:
    """The form with everything ticked that a page may offer to end."""
    return Form({"ends": [kind.value for kind in CredentialKind]})


def _ends(form: Form) -> frozenset[CredentialKind]:
    """What was left ticked; raises InvalidInput for what no page offers."""
    try:
        return frozenset(map(CredentialKind, form.texts("ends")))
    except ValueError:
        raise InvalidInput("ends", "Choose from what is listed") from None


def _secrets(visit: Visit) -> dict[CredentialKind, list[Credential]]:
    """What lets somebody in as the officer without signing in, by its kind."""
    with visit.read() as session:
        found = credentials.secrets(session, visit.now, visit.officer.id)
    of_kind = {kind: [one for one in found if one.kind is kind] for kind in CredentialKind}
    return {kind: secrets for kind, secrets in of_kind.items() if secrets}


def _sign_out(visit: Visit, form: Form) -> Response:
    return visit.page(
        "people/account_sign_out.html",
        title="Sign out everywhere",
        form=form,
        secrets=_secrets(visit),
    )


def _password(visit: Visit, form: Form) -> Response:
    return visit.page(
        "people/account_password.html",
        title="Change your password",
        form=form,
        secrets=_secrets(visit),
    )
