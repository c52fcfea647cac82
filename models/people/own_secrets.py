"""The secrets that officers make for themselves: tokens, a personal code, a calendar's address.

Each lets in whoever has it, for long and without signing in. So nobody takes one from a browser
that was left open: they have proven within the last minutes who they are.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.events import append
from models.people import credentials
from models.people.events import OfficerProven
from models.people.tables import Officer, SignIn, SignInWay
from models.refusals import NotProven
from models.rows import change, find_first, recent

PROVEN_FOR = timedelta(minutes=10)


def new_token(
    session: Session, *, now: datetime, officer: Officer, sign_in_id: int, label: str
) -> str:
    """A new token for the JSON API, told once. Raises NotProven, InvalidInput."""
    _require_proof(session, now, officer, sign_in_id)
    return credentials.issue_token(session, now=now, officer=officer, label=label)


def new_code(session: Session, *, now: datetime, officer: Officer, sign_in_id: int) -> str:
    """A new personal code, told once; the one before stops working. Raises NotProven."""
    _require_proof(session, now, officer, sign_in_id)
    return credentials.issue_code(session, now=now, officer=officer)


def new_calendar(session: Session, *, now: datetime, officer: Officer, sign_in_id: int) -> str:
    """The secret in a new address of one's calendar, told once. Raises NotProven."""
    _require_proof(session, now, officer, sign_in_id)
    return credentials.issue_calendar(session, now=now, officer=officer)


def note_proof(session: Session, *, now: datetime, officer: Officer, sign_in_id: int) -> None:
    """Keep in a session that the officer has just given their password."""
    mine = {"id": sign_in_id, "officer_id": officer.id}
    change(session, SignIn, mine, proven_at=now)
    proven = OfficerProven(None, officer=officer.email, way=SignInWay.PASSWORD.value)
    append(session, now, officer.email, proven)


def _require_proof(session: Session, now: datetime, officer: Officer, sign_in_id: int) -> None:
    proven = select(SignIn.id).where(
        SignIn.id == sign_in_id,
        SignIn.officer_id == officer.id,
        col(SignIn.ends_at) > now,
        recent(SignIn.proven_at, now, PROVEN_FOR),
    )
    if find_first(session, proven) is None:
        raise NotProven("Confirm that it is you before you get a secret that lets others in.")
