"""Cover for absence: letting a colleague decide for you between two days."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.clocks import london_date, long_date
from models.events import append
from models.people.access import ON_THE_CASE, Act, require
from models.people.events import DelegationEnded, DelegationMade
from models.people.officers import find_officer
from models.people.tables import Delegation, Officer
from models.refusals import InvalidInput, NotFound, NotPossible
from models.statements import add, by_key, change
from models.text import check_printable, check_prose

LONGEST_COVER = timedelta(days=183)  # whoever is away for longer is replaced


def delegate(
    session: Session,
    *,
    officer: Officer,
    now: datetime,
    colleague: str,
    first_day: date,
    last_day: date,
    reason: str,
) -> Delegation:
    """Let a colleague (by e-mail address) decide for you from one day to another, both included.

    Covers what waits for your own role; what you proposed yourself stays out of it. Raises
    NotAllowed, InvalidInput.
    """
    require(officer, Act.DELEGATE)
    cover = _colleague(session, officer, colleague)
    today = london_date(now)
    if first_day < today:
        raise InvalidInput("first_day", "The first day must be today or later.")
    if last_day < first_day:
        raise InvalidInput("last_day", "The last day cannot be before the first.")
    if last_day - first_day >= LONGEST_COVER:
        latest = long_date(first_day + LONGEST_COVER - timedelta(days=1))
        raise InvalidInput("last_day", f"Cover ends after six months at the latest: {latest}.")
    check_printable("reason", check_prose("reason", reason))
    delegation_id = add(
        session,
        Delegation,
        from_officer_id=officer.id,
        to_officer_id=cover.id,
        role=officer.role,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        made_at=now,
    )
    made = DelegationMade(
        None,
        delegation=delegation_id,
        from_=officer.email,
        to=cover.email,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
    )
    append(session, now, officer.email, made)
    return session.get_one(Delegation, delegation_id)


def _colleague(session: Session, officer: Officer, email: str) -> Officer:
    try:
        found = find_officer(session, email)
    except NotFound:
        found = None
    if found is None or not found.active or found.role not in ON_THE_CASE:
        raise InvalidInput("colleague", "No officer who can decide has this e-mail address.")
    if found.id == officer.id:
        raise InvalidInput("colleague", "Choose a colleague: you cannot cover for yourself.")
    return found


def end_delegation(
    session: Session, *, officer: Officer, now: datetime, delegation_id: int
) -> Delegation:
    """End cover before its last day; whoever gave it ends it. Raises NotFound, NotPossible."""
    require(officer, Act.DELEGATE)
    delegation = by_key(session, Delegation, delegation_id)
    if delegation is None or delegation.from_officer_id != officer.id:
        raise NotFound(f"You have given no cover with the number {delegation_id}.")
    if delegation.ended_at is not None or delegation.last_day < london_date(now):
        raise NotPossible("This cover has ended already.")
    change(session, Delegation, {"id": delegation.id}, ended_at=now)
    ended = DelegationEnded(None, delegation=delegation.id, from_=officer.email)
    append(session, now, officer.email, ended)
    session.refresh(delegation)
    return delegation
