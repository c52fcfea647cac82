"""How officers prove who they are: secrets, each kept as a hash, and browsers that are signed in.

Who has left proves nothing any more: every question here asks whether the officer is active.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, delete, exists, or_, update
from sqlmodel import Session, col, select

from models.clocks import SKEW, is_recent
from models.database import read, write
from models.events import append
from models.people.access import Act, may, require
from models.people.events import (
    CredentialIssued,
    CredentialRevoked,
    OfficerSignedIn,
    OfficerSignedOut,
)
from models.people.tables import (
    Credential,
    CredentialKind,
    Officer,
    SignIn,
    SignInWay,
    digest,
    new_code,
    new_token,
    plain_code,
)
from models.refusals import NotFound, NotIdentified, NotPossible
from models.statements import add, by_key, change, change_where
from models.text import check_line

LONGEST_SIGN_IN = timedelta(hours=12)
LONGEST_IDLE = timedelta(minutes=30)
TOKEN_LASTS = timedelta(days=90)
INVITATION_LASTS = timedelta(hours=72)
# Not every request is worth a write.
SEEN_EVERY = timedelta(minutes=1)
USED_EVERY = timedelta(hours=1)
ENDED_ARE_KEPT = timedelta(days=30)
EVERY_SECRET = frozenset(CredentialKind)


def issue_token(
    session: Session,
    *,
    now: datetime,
    officer: Officer,
    label: str = "",
    lasts: timedelta = TOKEN_LASTS,
) -> str:
    """A new token for the JSON API, told once and kept only as its hash. Raises InvalidInput."""
    check_line("label", label, most=100, required=False)
    token = new_token()
    _keep(session, now, officer, CredentialKind.TOKEN, token, label=label, expires_at=now + lasts)
    return token


def issue_code(session: Session, *, now: datetime, officer: Officer, code: str = "") -> str:
    """A new personal code for Prefect's forms, told once; the one before stops working."""
    _revoke(session, now, officer.id, CredentialKind.CODE)
    told = code or new_code()
    _keep(session, now, officer, CredentialKind.CODE, plain_code(told))
    return told


def issue_calendar(session: Session, *, now: datetime, officer: Officer) -> str:
    """The secret in a new address of an officer's own calendar, told once; the old one ends."""
    require(officer, Act.USE_OWN_ACCOUNT)
    _revoke(session, now, officer.id, CredentialKind.CALENDAR)
    secret = new_token()
    _keep(session, now, officer, CredentialKind.CALENDAR, secret)
    return secret


def end_calendar(session: Session, *, now: datetime, officer: Officer) -> None:
    """Let the address of an officer's own calendar work no more."""
    require(officer, Act.USE_OWN_ACCOUNT)
    _revoke(session, now, officer.id, CredentialKind.CALENDAR)
    ended = CredentialRevoked(None, officer=officer.email, kind_=CredentialKind.CALENDAR.value)
    append(session, now, officer.email, ended)


def issue_invitation(session: Session, *, now: datetime, officer: Officer, by: str) -> str:
    """The secret of a link that works once, to set a password or link a council account.

    It lasts 72 hours; one that was made earlier stops working. `by` is who is on record for it.
    Raises NotPossible for an officer who is disabled.
    """
    if not officer.active:
        raise NotPossible(f"{officer.name} is disabled. Enable the account first.")
    _revoke(session, now, officer.id, CredentialKind.INVITATION)
    secret = new_token()
    ends = now + INVITATION_LASTS
    _keep(session, now, officer, CredentialKind.INVITATION, secret, by=by, expires_at=ends)
    return secret


def _keep(
    session: Session,
    now: datetime,
    officer: Officer,
    kind: CredentialKind,
    secret: str,
    *,
    by: str = "",
    label: str = "",
    expires_at: datetime | None = None,
) -> None:
    add(
        session,
        Credential,
        officer_id=officer.id,
        kind=kind,
        digest=digest(secret),
        label=label,
        created_at=now,
        expires_at=expires_at,
    )
    issued = CredentialIssued(None, officer=officer.email, kind_=kind.value)
    append(session, now, by or officer.email, issued)


def revoke_credential(
    session: Session, *, officer: Officer, now: datetime, credential_id: int
) -> None:
    """Let a token, code or link work no more: one's own, or anybody's for an administrator.

    Raises NotFound for one that is not there, and just so for one that is somebody else's.
    """
    credential = by_key(session, Credential, credential_id)
    if credential is None or not _may_end(officer, credential.officer_id):
        raise NotFound(f"There is no token {credential_id}.")
    if credential.revoked_at is not None:
        return
    change(session, Credential, {"id": credential_id}, revoked_at=now)
    holder = session.get_one(Officer, credential.officer_id)
    revoked = CredentialRevoked(None, officer=holder.email, kind_=credential.kind.value)
    append(session, now, officer.email, revoked)


def revoke_all(session: Session, now: datetime, officer_id: int) -> None:
    """Let no token, code or link of an officer work any more."""
    for kind in CredentialKind:
        _revoke(session, now, officer_id, kind)


def _revoke(session: Session, now: datetime, officer_id: int, kind: CredentialKind) -> None:
    theirs = (
        col(Credential.officer_id) == officer_id,
        col(Credential.kind) == kind,
        col(Credential.revoked_at).is_(None),
    )
    change_where(session, Credential, *theirs, revoked_at=now)


def secrets(session: Session, now: datetime, officer_id: int) -> Sequence[Credential]:
    """What lets somebody in as an officer without signing in and still works, the newest first."""
    statement = select(Credential).where(Credential.officer_id == officer_id, _works(now))
    return session.exec(statement.order_by(col(Credential.id).desc())).all()


def end_secrets(
    session: Session, now: datetime, officer: Officer, kinds: Collection[CredentialKind]
) -> None:
    """Let none of an officer's secrets of these kinds work any more; each is on record."""
    for credential in secrets(session, now, officer.id):
        if credential.kind in kinds:
            change(session, Credential, {"id": credential.id}, revoked_at=now)
            ended = CredentialRevoked(None, officer=officer.email, kind_=credential.kind.value)
            append(session, now, officer.email, ended)


def tokens(session: Session, now: datetime, officer_id: int) -> Sequence[Credential]:
    """An officer's API tokens that still work, the newest first."""
    found = secrets(session, now, officer_id)
    return [secret for secret in found if secret.kind is CredentialKind.TOKEN]


def officer_by_token(session: Session, token: str, *, now: datetime) -> Officer:
    """Whose API token this is; raises NotIdentified, and just so for one that has expired."""
    return _holder(session, CredentialKind.TOKEN, digest(token), now)[1]


def officer_by_code(session: Session, code: str) -> Officer:
    """Whose personal code this is; raises NotIdentified."""
    return _holder(session, CredentialKind.CODE, digest(plain_code(code)))[1]


def officer_by_calendar(session: Session, secret: str) -> Officer:
    """Whose calendar has this address; raises NotIdentified."""
    return _holder(session, CredentialKind.CALENDAR, digest(secret))[1]


def calendar(session: Session, officer_id: int) -> Credential | None:
    """The address of an officer's calendar that works, without its secret."""
    statement = select(Credential).where(
        Credential.officer_id == officer_id,
        Credential.kind == CredentialKind.CALENDAR,
        col(Credential.revoked_at).is_(None),
    )
    return session.exec(statement).first()


def invited(session: Session, mark: str, *, now: datetime) -> tuple[Credential, Officer]:
    """An open link, by the digest of its secret, and whose it is.

    Raises NotIdentified for one that is used, replaced, too old or unknown.
    """
    return _holder(session, CredentialKind.INVITATION, mark, now)


def use_invitation(session: Session, mark: str, *, now: datetime) -> Officer:
    """Whose link this is; it works no more from now on. Of two at once one is refused.

    The transaction must be one of `models.database.write`. Raises NotIdentified.
    """
    link, officer = invited(session, mark, now=now)
    change(session, Credential, {"id": link.id}, revoked_at=now, last_used_at=now)
    return officer


def _holder(
    session: Session, kind: CredentialKind, mark: str, now: datetime | None = None
) -> tuple[Credential, Officer]:
    statement = (
        select(Credential, Officer)
        .join(Officer, col(Credential.officer_id) == col(Officer.id))
        .where(
            Credential.digest == mark,
            Credential.kind == kind,
            _works(now),
            col(Officer.active),
        )
    )
    found = session.exec(statement).first()
    if found is None:
        raise NotIdentified(f"This {kind.value} is not known. Ask for a new one.")
    return found


def _works(now: datetime | None) -> ColumnElement[bool]:
    """That a credential is neither revoked nor, where a moment is given, out of date by then."""
    kept = col(Credential.revoked_at).is_(None)
    if now is None:
        return kept
    ends = col(Credential.expires_at)
    return and_(kept, or_(ends.is_(None), ends > now))


@contextmanager
def acting(
    engine: Engine, *, officer: Officer, proof: SignIn | Credential, clock: Callable[[], datetime]
) -> Iterator[Session]:
    """The write transaction of somebody's action, in which they are who they still are.

    Between their request and the lock they may have been disabled, given another role or signed
    out. So `officer` is read again here, and so is what proves them to be it, at a moment that
    `clock` tells after the lock. Raises NotIdentified when the proof holds no longer.
    """
    with write(engine) as session:
        if not _still_holds(session, proof, clock()):
            raise NotIdentified("You were signed out before this was done. Sign in again.")
        session.add(officer)
        session.refresh(officer)
        yield session


def _still_holds(session: Session, proof: SignIn | Credential, now: datetime) -> bool:
    if isinstance(proof, SignIn):
        still = select(SignIn.id).where(SignIn.id == proof.id, col(SignIn.ends_at) > now)
    else:
        still = select(Credential.id).where(Credential.id == proof.id, _works(now))
    holder = col(Officer.id) == proof.officer_id, col(Officer.active)
    return session.exec(still.where(exists().where(*holder))).first() is not None


def caller(engine: Engine, *, now: datetime, token: str) -> tuple[Credential, Officer]:
    """An API token that came with a call, and whose it is; its use is noted once an hour.

    Raises NotIdentified.
    """
    with read(engine) as session:
        credential, officer = _holder(session, CredentialKind.TOKEN, digest(token), now)
    last = credential.last_used_at
    if last is None or not is_recent(last, now, USED_EVERY):
        with write(engine) as session:
            change(session, Credential, {"id": credential.id}, last_used_at=now)
    return credential, officer


def sign_in(
    session: Session,
    *,
    now: datetime,
    officer: Officer,
    way: SignInWay = SignInWay.DEMONSTRATION,
    instead_of: str = "",
    auth_time: datetime | None = None,
) -> str:
    """Begin a browser's session; the new secret for its cookie.

    `instead_of` is the secret of the session that the browser had before, which ends. Of a council
    account, `auth_time` is when its provider last asked who it is, if it says so.
    """
    _forget_ended(session, now)
    if instead_of:
        _end(session, now, col(SignIn.digest) == digest(instead_of))
    secret = new_token()
    add(
        session,
        SignIn,
        officer_id=officer.id,
        digest=digest(secret),
        way=way,
        started_at=now,
        last_seen_at=now,
        ends_at=now + LONGEST_SIGN_IN,
        proven_at=auth_time if way is SignInWay.COUNCIL else now,
    )
    begun = OfficerSignedIn(None, officer=officer.email, way=way.value)
    append(session, now, officer.email, begun)
    return secret


def signed_in(session: Session, *, now: datetime, secret: str) -> tuple[SignIn, Officer] | None:
    """The session that has this cookie and whose it is, while neither time has run out."""
    statement = (
        select(SignIn, Officer)
        .join(Officer, col(SignIn.officer_id) == col(Officer.id))
        .where(SignIn.digest == digest(secret), _open(now), col(Officer.active))
    )
    return session.exec(statement).first()


def visitor(
    engine: Engine, *, now: datetime, secret: str, by_itself: bool = False
) -> tuple[SignIn, Officer] | None:
    """As `signed_in`, for a request: that the officer was seen is noted once a minute.

    A page that asks `by_itself` how far the work is shows nobody to be there.
    """
    with read(engine) as session:
        found = signed_in(session, now=now, secret=secret)
    if found is None or by_itself:
        return found
    if not is_recent(found[0].last_seen_at, now, SEEN_EVERY):
        with write(engine) as session:
            change(session, SignIn, {"id": found[0].id}, last_seen_at=now)
    return found


def sign_ins(session: Session, now: datetime, officer_id: int) -> Sequence[SignIn]:
    """The browsers in which an officer is signed in, the latest first."""
    statement = select(SignIn).where(SignIn.officer_id == officer_id, _open(now))
    return session.exec(statement.order_by(col(SignIn.id).desc())).all()


def sign_out(session: Session, *, now: datetime, secret: str) -> None:
    """End a browser's session, if there is one."""
    found = signed_in(session, now=now, secret=secret)
    if found is None:
        return
    _end(session, now, col(SignIn.id) == found[0].id)
    _record_end(session, now, found[1].email, found[1])


def sign_out_everywhere(
    session: Session,
    *,
    now: datetime,
    officer: Officer,
    ends: Collection[CredentialKind] = EVERY_SECRET,
) -> None:
    """End all of an officer's own sessions, and their secrets of the kinds that `ends` names."""
    require(officer, Act.USE_OWN_ACCOUNT)
    end_sign_ins(session, now, officer.id)
    end_secrets(session, now, officer, ends)
    _record_end(session, now, officer.email, officer, everywhere=True)


def end_sign_in(session: Session, *, officer: Officer, now: datetime, sign_in_id: int) -> None:
    """End a session: one's own, or anybody's for an administrator.

    Raises NotFound for one that is not there, and just so for one that is somebody else's.
    """
    found = by_key(session, SignIn, sign_in_id)
    if found is None or not _may_end(officer, found.officer_id):
        raise NotFound(f"There is no sign-in {sign_in_id}.")
    if found.ends_at <= now:
        return
    _end(session, now, col(SignIn.id) == sign_in_id)
    _record_end(session, now, officer.email, session.get_one(Officer, found.officer_id), ended=True)


def end_sign_ins(session: Session, now: datetime, officer_id: int) -> None:
    """End every session of an officer, as part of what makes them end."""
    _end(session, now, col(SignIn.officer_id) == officer_id)


def _open(now: datetime) -> ColumnElement[bool]:
    """That a session runs; one from the future has times that nobody agreed to."""
    return and_(
        col(SignIn.ends_at) > now, col(SignIn.last_seen_at) > now - LONGEST_IDLE, ~_ahead(now)
    )


def _ahead(now: datetime) -> ColumnElement[bool]:
    """That a session was begun or seen by a clock that has been put right since."""
    return or_(
        col(SignIn.started_at) > now + SKEW,
        col(SignIn.last_seen_at) > now + SKEW,
    )


def _end(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    ends = update(SignIn).where(which, col(SignIn.ends_at) > now).values(ends_at=now)
    session.connection().execute(ends)


def _forget_ended(session: Session, now: datetime) -> None:
    long_ago = col(SignIn.ends_at) < now - ENDED_ARE_KEPT
    session.connection().execute(delete(SignIn).where(long_ago))
    _end(session, now, _ahead(now))


def _record_end(session: Session, now: datetime, actor: str, officer: Officer, **how: bool) -> None:
    append(session, now, actor, OfficerSignedOut(None, officer=officer.email, **how))


def _may_end(officer: Officer, owner_id: int) -> bool:
    """Whether this is the officer's own, or theirs to manage."""
    return officer.id == owner_id or may(officer, Act.MANAGE_OFFICERS)
