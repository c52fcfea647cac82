"""Officers who sign in with their council's account: what its identity provider says, and what
is made of it here.

An account is known by issuer and subject alone. It is never linked on an e-mail address, which
an identity provider may let people choose. It is linked by whoever holds both an open link and
the account, and confirms that they are the same person's.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, func, null
from sqlmodel import Session, col, select

from models.database import read, write
from models.events import append, canonical
from models.people import credentials, identity, officers, own_secrets, passwords, repeated_refusals
from models.people.events import OfficerLinked, SignInRefused
from models.people.tables import CouncilSignIn, Officer, Phase, Role, SignInWay, digest, new_token
from models.refusals import (
    InvalidInput,
    NotAllowed,
    NotIdentified,
    NotPossible,
    Refused,
    TooManyTries,
)
from models.rows import add, change, find_first, find_one, recent, remove
from models.text import check_line, check_printable

PATIENCE = timedelta(minutes=10)
OPEN_FROM_ADDRESS = 20  # sign-ins under way at once; whoever comes back has one fewer
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
NOT_FRESH = (
    "The council’s sign-in service did not ask you again who you are, or does not say when it did. "
    "Try again. If this happens again, tell your administrator that it must send “auth_time”."
)
WAIT = "There have been too many attempts to sign in. Wait 10 minutes, then try again."
START_AGAIN = "This sign-in was started in another browser, too long ago or twice. Start again."


@dataclass(frozen=True)
class CouncilAccount:
    """What the provider says of somebody who has just proved who they are to it."""

    issuer: str
    subject: str
    name: str
    email: str
    roles: tuple[str, ...]
    auth_time: int | None = None  # when it last asked who they are, in seconds since 1970

    @property
    def asked_at(self) -> datetime | None:
        """When the provider last asked who they are, if it says so."""
        return None if self.auth_time is None else datetime.fromtimestamp(self.auth_time, UTC)


def begin(
    engine: Engine,
    *,
    now: datetime,
    address: str,
    goes_to: str,
    invitation: str | None = None,
    fresh: bool = False,
) -> "Begun":
    """A sign-in at the provider, for ten minutes and for one browser, which keeps the secret.

    `address` is the network's, `goes_to` where they want to be; `invitation` the digest of the
    link whose officer is to be linked. `fresh`: only who signs in there for it is accepted.
    Raises TooManyTries.
    """
    place = passwords.network(address)
    with read(engine) as session:  # a flood is turned away without the lock of a writer
        _check_rate(session, now, place)
    begun = Begun(new_token(), new_token(), new_token())
    with write(engine) as session:
        _check_rate(session, now, place)
        remove(session, CouncilSignIn, ~_under_way(now))
        add(
            session,
            CouncilSignIn,
            state=begun.state,
            nonce=begun.nonce,
            verifier=begun.verifier,
            goes_to=goes_to,
            fresh=fresh,
            invitation=invitation,
            account=None,
            address=place,
            at=now,
        )
    return begun


def _under_way(now: datetime) -> ColumnElement[bool]:
    """That a sign-in was begun lately; not by a clock that has been put right since."""
    return recent(CouncilSignIn.at, now, PATIENCE)


def _check_rate(session: Session, now: datetime, place: str) -> None:
    statement = (
        select(func.count())
        .select_from(CouncilSignIn)
        .where(CouncilSignIn.address == place, _under_way(now))
    )
    if find_one(session, statement) >= OPEN_FROM_ADDRESS:
        raise TooManyTries(WAIT, PATIENCE)


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
    found = _find(session, now, secret, came_back=False)
    if found.state != state:
        raise NotPossible(START_AGAIN)
    _use(session, found)
    return found


def _find(session: Session, now: datetime, secret: str, *, came_back: bool) -> CouncilSignIn:
    known = col(CouncilSignIn.account).is_not(null())
    statement = select(CouncilSignIn).where(
        CouncilSignIn.state == digest(secret),
        _under_way(now),
        known if came_back else ~known,
    )
    found = find_first(session, statement)
    if found is None:
        raise NotPossible(START_AGAIN)
    return found


def _use(session: Session, found: CouncilSignIn) -> None:
    remove(session, CouncilSignIn, col(CouncilSignIn.id) == found.id)


def sign_in(
    engine: Engine,
    *,
    now: datetime,
    account: CouncilAccount,
    instead_of: str = "",
    fresh: bool = False,
) -> str:
    """Begin a browser's session for whoever this account is; the secret for its cookie.

    Name, role and phase become what the provider says. An account whose role is gone is shut out
    here, until it has one again. A `fresh` one must have been asked just now who it is, for
    whoever begins a sign-in can take that wish out of the address. Raises NotAllowed, and that is
    on record.
    """
    with write(engine) as session:
        found = _admit(session, now, account)
        if isinstance(found, Officer) and fresh and not _was_asked(account, now):
            found = NOT_FRESH
        if isinstance(found, Officer):
            return _begin_session(session, now, account, found, instead_of)
        _record_refusal(session, now, account, found)
    raise NotAllowed(found)


def _was_asked(account: CouncilAccount, now: datetime) -> bool:
    return account.asked_at is not None and account.asked_at > now - own_secrets.PROVEN_FOR


def _begin_session(
    session: Session, now: datetime, account: CouncilAccount, officer: Officer, instead_of: str
) -> str:
    return identity.sign_in(
        session,
        now=now,
        officer=officer,
        way=SignInWay.COUNCIL,
        instead_of=instead_of,
        auth_time=account.asked_at,
    )


def hold(
    engine: Engine, *, now: datetime, account: CouncilAccount, under_way: CouncilSignIn
) -> str:
    """Keep an account that is to be linked, for ten minutes, until its owner confirms it.

    Returns the secret for the browser's cookie. Raises NotAllowed, and that is on record.
    """
    with write(engine) as session:
        found = _to_link(session, now, account, under_way)
        if isinstance(found, Officer):
            return _hold(session, now, account, under_way)
        _record_refusal(session, now, account, found)
    raise NotAllowed(found)


def _hold(
    session: Session, now: datetime, account: CouncilAccount, under_way: CouncilSignIn
) -> str:
    secret = new_token()
    add(
        session,
        CouncilSignIn,
        state=digest(secret),
        nonce="",
        verifier="",
        goes_to=under_way.goes_to,
        invitation=under_way.invitation,
        account=asdict(account),
        address=under_way.address,
        at=now,
    )
    return secret


def held(session: Session, *, now: datetime, secret: str) -> tuple[CouncilAccount, Officer]:
    """The account that waits in this browser to be linked, and the officer whose it would be.

    Raises NotPossible when none does, or the link was used or replaced meanwhile.
    """
    found = _find(session, now, secret, came_back=True)
    try:
        return _account(found), credentials.invited(session, found.invitation or "", now=now)[1]
    except NotIdentified:
        raise NotPossible(USED) from None


def link(engine: Engine, *, now: datetime, secret: str, instead_of: str = "") -> str:
    """Link the account that waits in this browser, and begin a session: its secret.

    It is the one way to sign in from then on: password, tokens, code and sessions end. Raises
    NotPossible as `held`, and NotAllowed, which is on record.
    """
    with write(engine) as session:
        waiting = _find(session, now, secret, came_back=True)
        _use(session, waiting)
        account = _account(waiting)
        found = _to_link(session, now, account, waiting)
        if isinstance(found, Officer):
            found = _link_invited(session, now, account, found)
        if isinstance(found, Officer):
            return _begin_session(session, now, account, found, instead_of)
        _record_refusal(session, now, account, found)
    raise NotAllowed(found)


def _account(waiting: CouncilSignIn) -> CouncilAccount:
    said = dict(waiting.account or {})
    return CouncilAccount(**{**said, "roles": tuple(said["roles"])})


def _admit(session: Session, now: datetime, account: CouncilAccount) -> Officer | str:
    """Whoever may sign in, or why not: an answer and no refusal, for it may change the rows."""
    known = _linked(session, account)
    refusal = _check_role(session, now, account, known)
    if refusal is not None:
        return refusal
    if known is not None:
        return _bring_up_to_date(session, now, account, known)
    return _add(session, now, account)


def _to_link(
    session: Session, now: datetime, account: CouncilAccount, under_way: CouncilSignIn
) -> Officer | str:
    """Whose link it is, if this account may be linked to theirs; or why not, as `_admit`."""
    known = _linked(session, account)
    refusal = _check_role(session, now, account, known)
    if refusal is not None:
        return refusal
    try:
        _, officer = credentials.invited(session, under_way.invitation or "", now=now)
    except NotIdentified:
        return USED
    return OTHERS if known is not None and known.id != officer.id else officer


def _check_role(
    session: Session, now: datetime, account: CouncilAccount, known: Officer | None
) -> str | None:
    """Why they have no role here, if so; whoever had one is shut out until it is back."""
    ours = _roles(account)
    if len(ours) == 1:
        return None
    if known is not None and known.active and not ours:
        reason = f"{THE_PROVIDER} no longer gives them a role here"
        officers.shut_out(session, now, THE_PROVIDER, known, reason, role_withdrawn=True)
    return SEVERAL_ROLES if ours else NO_ROLE


def _roles(account: CouncilAccount) -> list[str]:
    return sorted({role for role in account.roles if role in ROLES})


def _linked(session: Session, account: CouncilAccount) -> Officer | None:
    statement = select(Officer).where(
        Officer.oidc_issuer == account.issuer, Officer.oidc_subject == account.subject
    )
    return find_first(session, statement)


def _bring_up_to_date(
    session: Session, now: datetime, account: CouncilAccount, officer: Officer
) -> Officer | str:
    if not officer.active and not officer.role_withdrawn:
        return DISABLED
    if not officer.active:
        officer = officers.let_in(session, now, THE_PROVIDER, officer)
    role, phase = ROLES[_roles(account)[0]]
    if phase is None and officer.role is role:
        phase = Phase(officer.phase) if officer.phase else None
    name = account.name if _can_be_used(account.name) else officer.name
    return officers.update_officer(session, now, THE_PROVIDER, officer, name, role, phase)


def _can_be_used(name: str) -> bool:
    try:
        check_printable("name", check_line("name", name))
    except InvalidInput:
        return False
    return True


def _link_invited(
    session: Session, now: datetime, account: CouncilAccount, officer: Officer
) -> Officer | str:
    """Whoever could sign in as this officer before can do so no more, but by this account."""
    change(session, Officer, {"id": officer.id}, password=None)
    credentials.revoke_all(session, now, officer.id)
    identity.end_sign_ins(session, now, officer.id)
    _link(session, now, account, officer, in_place_of_all=True)
    return _bring_up_to_date(session, now, account, officer)


def _link(
    session: Session, now: datetime, account: CouncilAccount, officer: Officer, **how: bool
) -> None:
    linked = {"oidc_issuer": account.issuer, "oidc_subject": account.subject}
    change(session, Officer, {"id": officer.id}, **linked)
    linked_to = OfficerLinked(None, officer=officer.email, issuer=account.issuer, **how)
    append(session, now, THE_PROVIDER, linked_to)


def _add(session: Session, now: datetime, account: CouncilAccount) -> Officer | str:
    taken = select(Officer.id).where(Officer.email == account.email.lower())
    if find_first(session, taken) is not None:
        return NOT_LINKED
    role, phase = ROLES[_roles(account)[0]]
    try:
        officer = officers.add_officer(
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
    email = officer.email if officer else None
    refused = SignInRefused(None, officer=email, way=SignInWay.COUNCIL.value, why=why)
    about = canonical(refused.facts)
    repeated_refusals.record(session, now, THE_PROVIDER, refused, about=about)
