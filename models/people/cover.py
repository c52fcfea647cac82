"""Cover for absence: letting a colleague decide for you between two days."""

from datetime import date, timedelta

from sqlmodel import Session

from models.clocks import long_date
from models.events import append
from models.inputs import Day, Email, Input, Text
from models.people.access import ON_THE_CASE, Act
from models.people.acting import Acting
from models.people.events import DelegationEnded, DelegationMade
from models.people.officers import find_officer
from models.people.tables import Delegation, Officer
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, by_key, change, get_row
from models.text import check_printable, check_prose

LONGEST_COVER = timedelta(days=183)  # whoever is away for longer is replaced


class Cover(Input):
    """Who decides for the caller, by e-mail address; both days are included."""

    colleague: Email
    first_day: Day
    last_day: Day
    reason: Text


def delegate(acting: Acting, given: Cover) -> Delegation:
    """Let a colleague decide for you from one day to another.

    Covers what waits for your own role; what you proposed yourself stays out of it. Raises
    NotAllowed, InvalidInput.
    """
    acting.require(Act.DELEGATE)
    session, officer = acting.session, acting.officer
    cover = _colleague(session, officer, given.colleague)
    _check_days(given.first_day, given.last_day, acting.today)
    check_printable("reason", check_prose("reason", given.reason))
    delegation_id = add(
        session,
        Delegation,
        from_officer_id=officer.id,
        to_officer_id=cover.id,
        role=officer.role,
        first_day=given.first_day,
        last_day=given.last_day,
        reason=given.reason,
        made_at=acting.now,
    )
    made = DelegationMade(
        None,
        delegation=delegation_id,
        from_=officer.email,
        to=cover.email,
        first_day=given.first_day,
        last_day=given.last_day,
        reason=given.reason,
    )
    append(session, acting.now, officer.email, made)
    return get_row(session, Delegation, delegation_id)


def _check_days(first_day: date, last_day: date, today: date) -> None:
    if first_day < today:
        raise InvalidInput("first_day", "The first day must be today or later.")
    if last_day < first_day:
        raise InvalidInput("last_day", "The last day cannot be before the first.")
    if last_day - first_day >= LONGEST_COVER:
        latest = long_date(first_day + LONGEST_COVER - timedelta(days=1))
        raise InvalidInput("last_day", f"Cover ends after six months at the latest: {latest}.")


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


def end_delegation(acting: Acting, delegation_id: int) -> Delegation:
    """End cover before its last day; whoever gave it ends it. Raises NotFound, NotPossible."""
    acting.require(Act.DELEGATE)
    session, officer = acting.session, acting.officer
    delegation = by_key(session, Delegation, delegation_id)
    if delegation is None or delegation.from_officer_id != officer.id:
        raise NotFound(f"You have given no cover with the number {delegation_id}.")
    if delegation.ended_at is not None or delegation.last_day < acting.today:
        raise NotPossible("This cover has already ended.")
    change(session, Delegation, {"id": delegation.id}, ended_at=acting.now)
    ended = DelegationEnded(None, delegation=delegation.id, from_=officer.email)
    append(session, acting.now, officer.email, ended)
    return get_row(session, Delegation, delegation.id)
