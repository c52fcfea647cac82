"""Who decides: the officers in the role, and the colleagues who cover for one of them."""

from datetime import date, datetime, timedelta

from sqlalchemy import Date, bindparam, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.access import ON_THE_CASE, RULES, Act, may, require
from models.clocks import london_date, long_date
from models.commands.casework import officers_in, sees
from models.commands.directory import find_officer
from models.delegations import Delegation
from models.escalations import Decision, Escalation, Proposal, ProposalState
from models.events import EventKind, Happening, append
from models.officers import Officer, Role
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotFound, NotPossible
from models.statements import add, by_key, change, find, rows
from models.text import check_printable, check_prose

LONGEST_COVER = timedelta(days=183)  # whoever is away for longer is replaced

_TODAY = bindparam("today", type_=Date)
_IN_FORCE = (
    col(Delegation.ended_at).is_(None),
    col(Delegation.first_day) <= _TODAY,
    col(Delegation.last_day) >= _TODAY,
)
# Cover is for the role that was given: it ends when the absent colleague gets another.
_Absent = aliased(Officer)
_COVERED_BY = (
    select_columns(col(Officer.role), col(Officer.id))
    .join(Delegation, col(Delegation.from_officer_id) == col(Officer.id))
    .where(col(Delegation.role) == col(Officer.role))
    .where(col(Officer.active), col(Delegation.to_officer_id) == bindparam("officer"), *_IN_FORCE)
    .order_by(col(Delegation.id))
)
_COVERING = (
    select(Officer)
    .join(Delegation, col(Delegation.to_officer_id) == col(Officer.id))
    .join(_Absent, col(Delegation.from_officer_id) == col(_Absent.id))
    .where(
        col(Officer.active),
        or_(*(col(Officer.role) == each for each in sorted(RULES[Act.DECIDE]))),
        col(_Absent.active),
        col(_Absent.role) == bindparam("role"),
        col(Delegation.role) == col(_Absent.role),
        col(_Absent.id) != bindparam("proposer"),
        *_IN_FORCE,
    )
    .order_by(col(Officer.id))
)
_DECIDED_BY = select_columns(col(Decision.officer_id), col(Decision.for_officer_id)).where(
    col(Decision.proposal_id) == bindparam("proposal")
)


def authorities(session: Session, officer: Officer, today: date) -> dict[int, Role]:
    """Whose roles an officer decides by today: their own, then those of whom they cover."""
    if not may(officer, Act.DECIDE):
        return {}
    covered = rows(session, _COVERED_BY, officer=officer.id, today=today)
    return {officer.id: officer.role} | {each.id: Role(each.role) for each in covered}


def deciders(
    session: Session, escalation: Escalation, role: str, proposer_id: int, today: date
) -> list[Officer]:
    """Who can decide a stage of a proposal on this case: in the role, or covering for one who is.

    Not its proposer, nor whoever covers for the proposer alone.
    """
    covering = find(session, _COVERING, role=role, proposer=proposer_id, today=today)
    found = {officer.id: officer for officer in [*officers_in(session, role), *covering]}
    found.pop(proposer_id, None)
    return [
        officer
        for officer in found.values()
        if sees(session, officer, escalation.id, restricted=escalation.restricted)
    ]


def find_authority(session: Session, proposal: Proposal, officer: Officer, today: date) -> int:
    """By whose role an officer decides a proposal, their key: the rule of two people.

    Nobody decides what they proposed, nor two stages of one proposal, nor in the name of
    somebody who did. Raises NotAllowed, AlreadyDecided.
    """
    mine = authorities(session, officer, today)
    if not set(mine.values()) & set(map(Role, proposal.approvers)):
        roles = " then ".join(Role(role).label for role in proposal.approvers)
        raise NotAllowed(f"This proposal is decided by: {roles}.")
    if proposal.proposed_by_id == officer.id:
        raise NotAllowed("You made this proposal, so somebody else must decide it.")
    if proposal.state is not ProposalState.AWAITING:
        raise AlreadyDecided(f"This proposal was decided already: it was {proposal.state.value}.")
    holders = _in_turn(proposal, mine)
    decided = rows(session, _DECIDED_BY, proposal=proposal.id)
    taken = {who for decision in decided for who in decision if who is not None}
    if officer.id in taken:
        raise NotAllowed("You decided an earlier stage, so somebody else must decide this one.")
    for holder_id in holders:
        if holder_id not in taken and holder_id != proposal.proposed_by_id:
            return holder_id
    raise NotAllowed(
        "The colleague for whom you would decide made this proposal or decided an earlier stage "
        "of it, so somebody else must decide it."
    )


def _in_turn(proposal: Proposal, mine: dict[int, Role]) -> list[int]:
    waits_for = Role(proposal.approvers[proposal.stage])
    holders = [holder_id for holder_id, role in mine.items() if role is waits_for]
    if holders:
        return holders
    if set(mine.values()) & set(map(Role, proposal.approvers[: proposal.stage])):
        raise AlreadyDecided("Your part of this proposal was decided already.")
    raise NotAllowed(f"This proposal waits for {waits_for.label} first.")


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
    facts = {
        "delegation": delegation_id,
        "from": officer.email,
        "to": cover.email,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
        "reason": reason,
    }
    append(session, now, officer.email, Happening(EventKind.DELEGATION_MADE, None, facts))
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
    facts = {"delegation": delegation.id, "from": officer.email}
    append(session, now, officer.email, Happening(EventKind.DELEGATION_ENDED, None, facts))
    session.refresh(delegation)
    return delegation
