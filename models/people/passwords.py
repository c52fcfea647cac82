"""Signing in with a password, and choosing one.

Hashing takes long on purpose, so nothing here hashes inside a transaction: others would wait.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import ColumnElement, Engine, func
from sqlmodel import Session, col, select

from models.database import read, write
from models.events import append, canonical
from models.people import credentials, identity, own_secrets, password_rules, repeated_refusals
from models.people.events import PasswordSet, SignInRefused
from models.people.tables import CredentialKind, Officer, SignInFailure, SignInWay, digest
from models.refusals import InvalidInput, NotPossible, TooManyTries
from models.rows import add, change, find_first, find_one, get_row, recent, remove
from models.text import is_text

WINDOW = timedelta(minutes=15)
TRIES_OF_ACCOUNT = 10
TRIES_FROM_ADDRESS = 50
SOMEBODY = "somebody at the sign-in page"
NOT_RIGHT = "The e-mail address or password is not right"
NOT_CURRENT = "Your current password is not right"
WAIT = "There have been too many attempts to sign in. Wait 15 minutes, then try again"


@dataclass(frozen=True)
class _Try:
    """One try, which counts as a failure from its beginning, so that many at once are counted."""

    id: int
    officer: Officer | None
    kept: str | None  # of the password; None of whoever cannot sign in with one


def sign_in(
    engine: Engine,
    *,
    now: datetime,
    email: str,
    password: str,
    address: str,
    instead_of: str = "",
) -> str:
    """Begin a browser's session with a password; the secret for its cookie.

    `address` is the network's, `instead_of` the secret of the session the browser had before.
    Raises InvalidInput, in the same words and after the same work whatever is not right, and
    TooManyTries, whether or not there is such an officer.
    """
    with _trying(engine, now, email, address) as attempt:
        right, newer = password_rules.hashing.verify(password, attempt.kept)
    with write(engine) as session:
        officer = _unchanged(session, attempt) if right else None
        if officer is not None:
            _take_back(session, attempt)
            if newer is not None:
                change(session, Officer, {"id": officer.id}, password=newer)
            way = SignInWay.PASSWORD
            return identity.sign_in(
                session, now=now, officer=officer, way=way, instead_of=instead_of
            )
        _record_refusal(session, now, attempt)
    raise InvalidInput("email", NOT_RIGHT)


@contextmanager
def _trying(engine: Engine, now: datetime, email: str, address: str) -> Iterator[_Try]:
    """A try, with a place for hashing. Raises TooManyTries; then nothing was tried."""
    account, place = digest(email.strip().casefold()), network(address)
    with read(engine) as session:  # a flood is turned away without the lock of a writer
        _check_rate(session, now, account, place)
    with password_rules.hashing.turn():
        yield _begin(engine, now, email, account, place)


def _begin(engine: Engine, now: datetime, email: str, account: str, place: str) -> _Try:
    with write(engine) as session:
        _check_rate(session, now, account, place)
        remove(session, SignInFailure, ~_lately(now))
        id = add(session, SignInFailure, account=account, address=place, at=now)
        officer = _find(session, email)
    return _Try(id, officer, officer.password if officer and officer.active else None)


def _check_rate(session: Session, now: datetime, account: str, place: str) -> None:
    # Counted in rows, not by the `limits` library: failures are kept anyway, and rows hold across
    # processes and restarts.
    limits = (
        (col(SignInFailure.account) == account, TRIES_OF_ACCOUNT),
        (col(SignInFailure.address) == place, TRIES_FROM_ADDRESS),
    )
    for whose, most in limits:
        if _count(session, whose, now) >= most:
            raise TooManyTries(WAIT, WINDOW)


def _count(session: Session, whose: ColumnElement[bool], now: datetime) -> int:
    failures = select(func.count()).select_from(SignInFailure).where(whose, _lately(now))
    return find_one(session, failures)


def _lately(now: datetime) -> ColumnElement[bool]:
    """That it is still held against somebody; not what a clock wrote that was wrong."""
    return recent(SignInFailure.at, now, WINDOW)


def network(address: str) -> str:
    """What the tries from an address are counted by.

    Of IPv6 the first 64 bits: whoever has one address of these has all.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4 or found.ipv4_mapped:
        return str(getattr(found, "ipv4_mapped", None) or found)
    return str(ip_network((found, 64), strict=False))


def _find(session: Session, email: str) -> Officer | None:
    address = email.strip().lower()
    if not is_text(address):
        return None
    return find_first(session, select(Officer).where(Officer.email == address))


def _unchanged(session: Session, attempt: _Try) -> Officer | None:
    """Whose password was right, if it still is theirs and they still are active."""
    if attempt.officer is None:
        return None
    now = get_row(session, Officer, attempt.officer.id)
    return now if now.active and now.password == attempt.kept else None


def _take_back(session: Session, attempt: _Try) -> None:
    remove(session, SignInFailure, col(SignInFailure.id) == attempt.id)


def _record_refusal(session: Session, now: datetime, attempt: _Try) -> None:
    """On record by the officer's address where there is one: people type passwords there, too."""
    officer = attempt.officer
    email, why = officer.email if officer else None, _why(officer)
    refused = SignInRefused(None, officer=email, way=SignInWay.PASSWORD.value, why=why)
    about = canonical(refused.facts)
    # As many different ones as there are officers: each is worth an event of its own.
    repeated_refusals.record(session, now, SOMEBODY, refused, about=about, most=None)


def _why(officer: Officer | None) -> str:
    if officer is None:
        return "nobody has this e-mail address"
    if not officer.active:
        return "the account is disabled"
    return "the password was wrong" if officer.password else "no password is set"


def prove(
    engine: Engine,
    *,
    now: datetime,
    officer: Officer,
    sign_in_id: int,
    password: str,
    address: str,
) -> None:
    """Prove with one's password, in a session, that one still is who signed in.

    Raises NotPossible without a password, TooManyTries, InvalidInput.
    """
    if officer.password is None:
        raise NotPossible("You have no password here. Sign in again to confirm that it is you.")
    with _trying(engine, now, officer.email, address) as attempt:
        right, _ = password_rules.hashing.verify(password, attempt.kept)
    with write(engine) as session:
        if right and _unchanged(session, attempt) is not None:
            _take_back(session, attempt)
            own_secrets.note_proof(session, now=now, officer=officer, sign_in_id=sign_in_id)
            return
        _record_refusal(session, now, attempt)
    raise InvalidInput("current_password", NOT_CURRENT)


def accept_invitation(
    engine: Engine, *, now: datetime, mark: str, password: str, council: str
) -> Officer:
    """Set the password of whoever was sent a link, which is used up by it.

    Of somebody who could sign in before, the link puts an end to all of that: nobody knows who
    has their tokens, calendar's address and personal code. `mark` is the digest of the link's
    secret. Raises NotIdentified, InvalidInput, TooManyTries.
    """
    with read(engine) as session:
        _, officer = credentials.invited(session, mark, now=now)
    with password_rules.hashing.turn():
        kept = _chosen(officer, password, council)
    with write(engine) as session:
        officer = credentials.use_invitation(session, mark, now=now)
        ends = credentials.EVERY_SECRET if could_sign_in(officer) else ()
        _keep(session, now, officer, kept, ends)
    return officer


def could_sign_in(officer: Officer) -> bool:
    """Whether an officer has a way to sign in, so that a link replaces it and is not the first."""
    return officer.password is not None or officer.oidc_subject is not None


def change_password(
    engine: Engine,
    *,
    now: datetime,
    officer: Officer,
    current: str,
    password: str,
    council: str,
    address: str,
    ends: Collection[CredentialKind] = credentials.EVERY_SECRET,
) -> str:
    """Change one's own password; all sessions end, and the secret of a new one is returned.

    So do the secrets of the kinds that `ends` names. Raises NotPossible without a password to
    change, TooManyTries, InvalidInput.
    """
    if officer.password is None:
        raise NotPossible("You have no password here. Ask an administrator for a link to set one.")
    with _trying(engine, now, officer.email, address) as attempt:
        right, _ = password_rules.hashing.verify(current, attempt.kept)
        kept = _tried(engine, attempt, officer, password, council) if right else ""
    if not right:
        with write(engine) as session:
            _record_refusal(session, now, attempt)
        raise InvalidInput("current_password", NOT_CURRENT)
    with write(engine) as session:
        if _unchanged(session, attempt) is None:
            raise NotPossible("Your password was changed meanwhile. Sign in again.")
        _keep(session, now, officer, kept, ends)
        return identity.sign_in(session, now=now, officer=officer, way=SignInWay.PASSWORD)


def _tried(engine: Engine, attempt: _Try, officer: Officer, password: str, council: str) -> str:
    """The hash of the new password; the try was none, whatever is wrong with the new one."""
    with write(engine) as session:
        _take_back(session, attempt)
    return _chosen(officer, password, council)


def _chosen(officer: Officer, password: str, council: str) -> str:
    about = (officer.name, officer.email, council)
    return password_rules.hashing.hash(password_rules.check_password("password", password, about))


def _keep(
    session: Session, now: datetime, officer: Officer, kept: str, ends: Collection[CredentialKind]
) -> None:
    change(session, Officer, {"id": officer.id}, password=kept)
    identity.end_sign_ins(session, now, officer.id)
    credentials.end_secrets(session, now, officer, ends)
    append(session, now, officer.email, PasswordSet(None, officer=officer.email))
