"""Officers who sign in with their council's account, from the provider's door to a session here.

An account is linked by whoever holds both an open link and the account, and confirms that they
are the same person's. Which officer it is, `models.people.account_officers` says.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, func, null
from sqlmodel import Session, col, select

from models.database import read, write
from models.events import canonical
from models.people import credentials, identity, own_secrets, passwords, repeated_refusals
from models.people.account_officers import (
    THE_PROVIDER,
    USED,
    CouncilAccount,
    admit,
    link_invited,
    linked_officer,
    to_link,
)
from models.people.events import SignInRefused
from models.people.tables import CouncilSignIn, Officer, SignInWay, digest, new_token
from models.refusals import (
    NotAllowed,
    NotIdentified,
    NotPossible,
    TooManyTries,
)
from models.rows import add, find_first, find_one, recent, remove

PATIENCE = timedelta(minutes=10)
OPEN_FROM_ADDRESS = 20  # sign-ins under way at once; whoever comes back has one fewer

NOT_FRESH = (
    "The council’s sign-in service did not ask you again who you are, or does not say when it did. "
    "Try again. If this happens again, tell your administrator that it must send “auth_time”."
)
WAIT = "There have been too many attempts to sign in. Wait 10 minutes, then try again."
START_AGAIN = "This sign-in was started in another browser, too long ago or twice. Start again."


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
        found = admit(session, now, account)
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
        found = to_link(session, now, account, under_way)
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
        found = to_link(session, now, account, waiting)
        if isinstance(found, Officer):
            found = link_invited(session, now, account, found)
        if isinstance(found, Officer):
            return _begin_session(session, now, account, found, instead_of)
        _record_refusal(session, now, account, found)
    raise NotAllowed(found)


def _account(waiting: CouncilSignIn) -> CouncilAccount:
    said = dict(waiting.account or {})
    return CouncilAccount(**{**said, "roles": tuple(said["roles"])})


def _record_refusal(session: Session, now: datetime, account: CouncilAccount, why: str) -> None:
    officer = linked_officer(session, account)
    email = officer.email if officer else None
    refused = SignInRefused(None, officer=email, way=SignInWay.COUNCIL.value, why=why)
    about = canonical(refused.facts)
    repeated_refusals.record(session, now, THE_PROVIDER, refused, about=about)
