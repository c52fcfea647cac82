"""Tokens, personal codes, calendar addresses and links: issued, found, ended.

Of each secret only its SHA-256 is kept.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.events import append
from models.people.access import Act, may, require
from models.people.events import CredentialIssued, CredentialRevoked
from models.people.tables import (
    Credential,
    CredentialKind,
    Officer,
    digest,
    new_code,
    new_token,
    plain_code,
)
from models.refusals import NotFound, NotIdentified, NotPossible
from models.rows import add, by_key, change, change_where, find, find_first, get_row, kept
from models.text import check_line

TOKEN_LASTS = timedelta(days=90)
INVITATION_LASTS = timedelta(hours=72)
USED_EVERY = timedelta(hours=1)
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
    if credential is None or not may_end(officer, credential.officer_id):
        raise NotFound(f"There is no token {credential_id}.")
    if credential.revoked_at is not None:
        return
    change(session, Credential, {"id": credential_id}, revoked_at=now)
    holder = get_row(session, Officer, credential.officer_id)
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
    statement = select(Credential).where(Credential.officer_id == officer_id, works(now))
    return find(session, statement.order_by(col(Credential.id).desc()))


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
    return holder(session, CredentialKind.TOKEN, digest(token), now)[1]


def officer_by_code(session: Session, code: str) -> Officer:
    """Whose personal code this is; raises NotIdentified."""
    return holder(session, CredentialKind.CODE, digest(plain_code(code)))[1]


def officer_by_calendar(session: Session, secret: str) -> Officer:
    """Whose calendar has this address; raises NotIdentified."""
    return holder(session, CredentialKind.CALENDAR, digest(secret))[1]


def calendar(session: Session, officer_id: int) -> Credential | None:
    """The address of an officer's calendar that works, without its secret."""
    statement = select(Credential).where(
        Credential.officer_id == officer_id,
        Credential.kind == CredentialKind.CALENDAR,
        col(Credential.revoked_at).is_(None),
    )
    return find_first(session, statement)


def invited(session: Session, mark: str, *, now: datetime) -> tuple[Credential, Officer]:
    """An open link, by the digest of its secret, and whose it is.

    Raises NotIdentified for one that is used, replaced, too old or unknown.
    """
    return holder(session, CredentialKind.INVITATION, mark, now)


def use_invitation(session: Session, mark: str, *, now: datetime) -> Officer:
    """Whose link this is; it works no more from now on. Of two at once one is refused.

    The transaction must be one of `models.database.write`. Raises NotIdentified.
    """
    link, officer = invited(session, mark, now=now)
    change(session, Credential, {"id": link.id}, revoked_at=now, last_used_at=now)
    return officer


def holder(
    session: Session, kind: CredentialKind, mark: str, now: datetime | None = None
) -> tuple[Credential, Officer]:
    """The credential that a secret opens, and whose it is; raises NotIdentified."""
    found = find_first(session, _opened(mark, now, kind=kind, ends=now is not None))
    if found is None:
        raise NotIdentified(f"This {kind.value} is not known. Ask for a new one.")
    return found


@kept
def _opened(
    mark: str, now: datetime | None, *, kind: CredentialKind, ends: bool
) -> Select[Credential, Officer]:
    return (
        select(Credential, Officer)
        .join(Officer, col(Credential.officer_id) == col(Officer.id))
        .where(
            col(Credential.digest) == mark,
            col(Credential.kind) == kind,
            works(now if ends else None),
            col(Officer.active),
        )
    )


def works(now: datetime | None) -> ColumnElement[bool]:
    """That a credential is neither revoked nor, where a moment is given, out of date by then."""
    kept = col(Credential.revoked_at).is_(None)
    if now is None:
        return kept
    ends = col(Credential.expires_at)
    return and_(kept, or_(ends.is_(None), ends > now))


def may_end(officer: Officer, owner_id: int) -> bool:
    """Whether this is the officer's own, or theirs to manage."""
    return officer.id == owner_id or may(officer, Act.MANAGE_OFFICERS)
