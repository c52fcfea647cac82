"""How officers prove who they are: secrets, each kept as a hash, and browsers that are signed in.

Who has left proves nothing any more: every question here asks whether the officer is active.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, delete, exists, or_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.clocks import SKEW, is_recent
from models.database import read, write
from models.events import append
from models.people.access import Act, require
from models.people.credentials import EVERY_SECRET, USED_EVERY, end_secrets, holder, may_end, works
from models.people.events import OfficerSignedIn, OfficerSignedOut
from models.people.tables import (
    Credential,
    CredentialKind,
    Officer,
    SignIn,
    SignInWay,
    digest,
    new_token,
)
from models.refusals import NotFound, NotIdentified
from models.rows import add, by_key, carry_out, change, find, find_first, get_row, kept

LONGEST_SIGN_IN = timedelta(hours=12)
LONGEST_IDLE = timedelta(minutes=30)
# Not every request is worth a write.
SEEN_EVERY = timedelta(minutes=1)
ENDED_ARE_KEPT = timedelta(days=30)


@contextmanager
def acting(
    engine: Engine, *, proof: SignIn | Credential, clock: Callable[[], datetime]
) -> Iterator[tuple[Session, Officer]]:
    """The write transaction of somebody's action, in which they are who they still are.

    Between their request and the lock they may have been disabled, given another role or signed
    out. So the officer is read here, and so is what proves them to be it, at a moment that
    `clock` tells after the lock. Raises NotIdentified when the proof holds no longer.
    """
    with write(engine) as session:
        officer = _proved(session, proof, clock())
        if officer is None:
            raise NotIdentified("You were signed out before this was done. Sign in again.")
        yield session, officer


def _proved(session: Session, proof: SignIn | Credential, now: datetime) -> Officer | None:
    if isinstance(proof, SignIn):
        still = exists().where(col(SignIn.id) == proof.id, col(SignIn.ends_at) > now)
    else:
        still = exists().where(col(Credential.id) == proof.id, works(now))
    holder = select(Officer).where(Officer.id == proof.officer_id, col(Officer.active))
    return find_first(session, holder.where(still))


def caller(engine: Engine, *, now: datetime, token: str) -> tuple[Credential, Officer]:
    """An API token that came with a call, and whose it is; its use is noted once an hour.

    Raises NotIdentified.
    """
    with read(engine) as session:
        credential, officer = holder(session, CredentialKind.TOKEN, digest(token), now)
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
    asked = _signed_in(digest(secret), now, now - LONGEST_IDLE, now + SKEW)
    return find_first(session, asked)


@kept
def _signed_in(
    mark: str, now: datetime, idle_since: datetime, ahead: datetime
) -> Select[SignIn, Officer]:
    return (
        select(SignIn, Officer)
        .join(Officer, col(SignIn.officer_id) == col(Officer.id))
        .where(col(SignIn.digest) == mark, _runs(now, idle_since, ahead), col(Officer.active))
    )


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
    return find(session, statement.order_by(col(SignIn.id).desc()))


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
    if found is None or not may_end(officer, found.officer_id):
        raise NotFound(f"There is no sign-in {sign_in_id}.")
    if found.ends_at <= now:
        return
    _end(session, now, col(SignIn.id) == sign_in_id)
    _record_end(
        session, now, officer.email, get_row(session, Officer, found.officer_id), ended=True
    )


def end_sign_ins(session: Session, now: datetime, officer_id: int) -> None:
    """End every session of an officer, as part of what makes them end."""
    _end(session, now, col(SignIn.officer_id) == officer_id)


def _open(now: datetime) -> ColumnElement[bool]:
    """That a session runs; one from the future has times that nobody agreed to."""
    return _runs(now, now - LONGEST_IDLE, now + SKEW)


def _runs(now: datetime, idle_since: datetime, ahead: datetime) -> ColumnElement[bool]:
    return and_(
        col(SignIn.ends_at) > now, col(SignIn.last_seen_at) > idle_since, ~_begun_after(ahead)
    )


def _begun_after(ahead: datetime) -> ColumnElement[bool]:
    """That a session was begun or seen by a clock that has been put right since."""
    return or_(col(SignIn.started_at) > ahead, col(SignIn.last_seen_at) > ahead)


def _end(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    ends = update(SignIn).where(which, col(SignIn.ends_at) > now).values(ends_at=now)
    carry_out(session, ends)


def _forget_ended(session: Session, now: datetime) -> None:
    long_ago = col(SignIn.ends_at) < now - ENDED_ARE_KEPT
    carry_out(session, delete(SignIn).where(long_ago))
    _end(session, now, _begun_after(now + SKEW))


def _record_end(session: Session, now: datetime, actor: str, officer: Officer, **how: bool) -> None:
    append(session, now, actor, OfficerSignedOut(None, officer=officer.email, **how))
