"""Officers who sign in with their council's account: what its identity provider says, and what
is made of it here.

An account is known by issuer and subject alone. It is never linked on an e-mail address, which
an identity provider may let people choose.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from models.commands import directory, identity
from models.database import write
from models.events import EventKind, Happening, append
from models.officers import Officer, Phase, Role, digest, new_token
from models.refusals import InvalidInput, NotAllowed, NotIdentified, NotPossible, Refused
from models.signing_in import CouncilSignIn, SignInWay
from models.statements import add, change
from models.text import check_line, check_printable

PATIENCE = timedelta(minutes=10)
THE_PROVIDER = "the council’s identity provider"

# The roles that the provider may give, and what they are here. A Service Manager without a phase
# keeps the one that an administrator chose.
ROLES: dict[str, tuple[Role, Phase | None]] = {
    **{role.value: (role, None) for role in Role},
    "service_manager_primary": (Role.SERVICE_MANAGER, Phase.PRIMARY),
    "service_manager_secondary": (Role.SERVICE_MANAGER, Phase.SECONDARY),
}
NO_ROLE = (
    "Your council account has no role in this service. Ask your administrator to give it one of "
    "the roles of this service, and then sign in again."
)
SEVERAL_ROLES = (
    "Your council account has more than one role in this service. Ask your administrator to leave "
    "it one role only, and then sign in again."
)
DISABLED = "Your account here is disabled. Ask your administrator to enable it."
NOT_LINKED = (
    "There is an account here with your e-mail address, and it is not linked to your council "
    "account. Ask your administrator for a link, open it in this browser and choose to link your "
    "council account."
)
OTHERS = (
    "This council account belongs to another officer here. Sign out of it, sign in with your own "
    "and open the link again."
)
USED = "This link has been used or is too old. Ask your administrator for a new one."
START_AGAIN = "This sign-in was begun in another browser, too long ago or twice. Start again."


@dataclass(frozen=True)
class CouncilAccount:
    """What the provider says of somebody who has just proved who they are to it."""

    issuer: str
    subject: str
    name: str
    email: str
    roles: tuple[str, ...]


def begin(session: Session, *, now: datetime, goes_to: str, invitation: str | None) -> "Begun":
    """A sign-in at the provider, for ten minutes and for one browser, which keeps the secret.

    `goes_to` is where they want to be; `invitation` the digest of the link they were sent.
    """
    too_old = col(CouncilSignIn.at) <= now - PATIENCE
    session.connection().execute(delete(CouncilSignIn).where(too_old))
    begun = Begun(new_token(), new_token(), new_token())
    add(
        session,
        CouncilSignIn,
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
        goes_to=goes_to,
        invitation=invitation,
        at=now,
    )
    return begun


@dataclass(frozen=True)
class Begun:
    """What belongs to one sign-in: the browser's secret, the token's nonce, the code's verifier."""

    secret: str
    nonce: str
    verifier: str

    @property
    def state(self) -> str:
        """What goes through the provider: only the browser that holds the secret can answer it."""
        return digest(self.secret)


def take(session: Session, *, now: datetime, state: str, secret: str) -> CouncilSignIn:
    """The sign-in that a browser comes back from; it is used up by it.

    Raises NotPossible for another browser's, one that is too old and one that was used.
    """
    found = None
    if digest(secret) == state:
        statement = select(CouncilSignIn).where(
            CouncilSignIn.state == state, CouncilSignIn.at > now - PATIENCE
        )
        found = session.exec(statement).first()
    if found is None:
        raise NotPossible(START_AGAIN)
    session.connection().execute(delete(CouncilSignIn).where(col(CouncilSignIn.id) == found.id))
    return found


def sign_in(
    engine: Engine,
    *,
    now: datetime,
    account: CouncilAccount,
    invitation: str | None,
    instead_of: str = "",
) -> str:
    """Begin a browser's session for whoever this account is; the secret for its cookie.

    Name, role and phase become what the provider says. An account whose role is gone is shut out
    here, until it has one again. Raises NotAllowed, and that is on record.
    """
    with write(engine) as session:
        found = _admit(session, now, account, invitation)
        if isinstance(found, Officer):
            way = SignInWay.COUNCIL
            return identity.sign_in(session, now=now, officer=found, way=way, instead_of=instead_of)
        _record_refusal(session, now, account, found)
    raise NotAllowed(found)


def _admit(
    session: Session, now: datetime, account: CouncilAccount, invitation: str | None
) -> Officer | str:
    """Whoever may sign in, or why not: an answer and no refusal, for it may change the rows."""
    known = _linked(session, account)
    ours = sorted({role for role in account.roles if role in ROLES})
    if len(ours) != 1:
        if known is not None and known.active and not ours:
            reason = f"{THE_PROVIDER} gives them no role here any more"
            directory.shut_out(session, now, THE_PROVIDER, known, reason, role_withdrawn=True)
        return SEVERAL_ROLES if ours else NO_ROLE
    role, phase = ROLES[ours[0]]
    if invitation is not None:
        return _link_invited(session, now, account, invitation, known, role, phase)
    if known is not None:
        return _bring_up_to_date(session, now, account, known, role, phase)
    return _add(session, now, account, role, phase)


def _linked(session: Session, account: CouncilAccount) -> Officer | None:
    statement = select(Officer).where(
        Officer.oidc_issuer == account.issuer, Officer.oidc_subject == account.subject
    )
    return session.exec(statement).first()


def _bring_up_to_date(
    session: Session,
    now: datetime,
    account: CouncilAccount,
    officer: Officer,
    role: Role,
    phase: Phase | None,
) -> Officer | str:
    if not officer.active and not officer.role_withdrawn:
        return DISABLED
    if not officer.active:
        officer = directory.let_in(session, now, THE_PROVIDER, officer)
    if phase is None and officer.role is role:
        phase = Phase(officer.phase) if officer.phase else None
    name = account.name if _can_be_used(account.name) else officer.name
    return directory.update_officer(session, now, THE_PROVIDER, officer, name, role, phase)


def _can_be_used(name: str) -> bool:
    try:
        check_printable("name", check_line("name", name))
    except InvalidInput:
        return False
    return True


def _link_invited(
    session: Session,
    now: datetime,
    account: CouncilAccount,
    invitation: str,
    known: Officer | None,
    role: Role,
    phase: Phase | None,
) -> Officer | str:
    try:
        _, officer = identity.invited(session, invitation, now=now)
    except NotIdentified:
        return USED
    if known is not None and known.id != officer.id:
        return OTHERS
    identity.use_invitation(session, invitation, now=now)
    _link(session, now, account, officer)
    return _bring_up_to_date(session, now, account, officer, role, phase)


def _link(session: Session, now: datetime, account: CouncilAccount, officer: Officer) -> None:
    linked = {"oidc_issuer": account.issuer, "oidc_subject": account.subject}
    change(session, Officer, {"id": officer.id}, **linked)
    facts = {"officer": officer.email, "issuer": account.issuer}
    append(session, now, THE_PROVIDER, Happening(EventKind.OFFICER_LINKED, None, facts))


def _add(
    session: Session, now: datetime, account: CouncilAccount, role: Role, phase: Phase | None
) -> Officer | str:
    taken = select(Officer.id).where(Officer.email == account.email.lower())
    if session.exec(taken).first() is not None:
        return NOT_LINKED
    try:
        officer = directory.add_officer(
            session,
            now=now,
            email=account.email,
            name=account.name,
            role=role,
            phase=phase,
            actor=THE_PROVIDER,
        )
    except Refused as refusal:
        return f"Your council account cannot be used here. {refusal.message}"
    _link(session, now, account, officer)
    return officer


def _record_refusal(session: Session, now: datetime, account: CouncilAccount, why: str) -> None:
    officer = _linked(session, account)
    facts = {
        "officer": officer.email if officer else None,
        "way": SignInWay.COUNCIL.value,
        "why": why,
    }
    append(session, now, THE_PROVIDER, Happening(EventKind.SIGN_IN_REFUSED, None, facts))
