"""Who decides: the officers in the role, and the colleagues who cover for one of them."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models.approvals.tables import Decision, Proposal, ProposalState
from models.matters.at_hand import sees
from models.matters.tables import Matter
from models.people.access import RULES, Act, may
from models.people.tables import Delegation, Officer, Role
from models.refusals import AlreadyDecided, NotAllowed
from models.rows import find, kept

# Cover is for the role that was given: it ends when the absent colleague gets another.
_Absent = aliased(Officer)


def _in_force(today: date) -> ColumnElement[bool]:
    return and_(
        col(Delegation.ended_at).is_(None),
        col(Delegation.first_day) <= today,
        col(Delegation.last_day) >= today,
    )


@kept
def _covered_by(officer: int, today: date) -> Select[str, int]:
    return (
        select(Officer.role, Officer.id)
        .join(Delegation, col(Delegation.from_officer_id) == col(Officer.id))
        .where(col(Delegation.role) == col(Officer.role))
        .where(col(Officer.active), col(Delegation.to_officer_id) == officer, _in_force(today))
        .order_by(col(Delegation.id))
    )


@kept
def _deciding_as(role: str, proposer: int, today: date) -> SelectOfScalar[Officer]:
    """In the role, or covering for one who is: not for the proposer alone."""
    covering = exists().where(
        col(Delegation.to_officer_id) == col(Officer.id),
        col(Delegation.from_officer_id) == col(_Absent.id),
        col(_Absent.active),
        col(_Absent.role) == role,
        col(Delegation.role) == col(_Absent.role),
        col(_Absent.id) != proposer,
        _in_force(today),
    )
    may_cover = or_(*(col(Officer.role) == each for each in sorted(RULES[Act.DECIDE])))
    return (
        select(Officer)
        .where(col(Officer.active), col(Officer.id) != proposer)
        .where(or_(col(Officer.role) == role, and_(may_cover, covering)))
        .order_by(col(Officer.role) != role, col(Officer.id))
    )


@kept
def _decided_by(proposal: int) -> Select[int, int | None]:
    return select(Decision.officer_id, Decision.for_officer_id).where(
        col(Decision.proposal_id) == proposal
    )


def authorities(session: Session, officer: Officer, today: date) -> dict[int, Role]:
    """Whose roles an officer decides by today: their own, then those of whom they cover."""
    if not may(officer, Act.DECIDE):
        return {}
    covered = find(session, _covered_by(officer.id, today))
    return {officer.id: officer.role} | {holder: Role(role) for role, holder in covered}


def deciders(
    session: Session, matter: Matter, role: str, proposer_id: int, today: date
) -> list[Officer]:
    """Who can decide a stage of a proposal on this matter: in the role, or covering for one who is.

    Not its proposer, nor whoever covers for the proposer alone.
    """
    return [
        officer
        for officer in find(session, _deciding_as(role, proposer_id, today))
        if sees(session, officer, matter.id, restricted=matter.restricted)
    ]


def find_authority(session: Session, proposal: Proposal, officer: Officer, today: date) -> int:
    """By whose role an officer decides a proposal, their key: the rule of two people.

    Nobody decides what they proposed, nor two stages of one proposal, nor in the name of
    somebody who did. Raises NotAllowed, AlreadyDecided.
    """
    return authority(session, proposal, officer, authorities(session, officer, today))


def authority(
    session: Session, proposal: Proposal, officer: Officer, mine: Mapping[int, Role]
) -> int:
    """The same for an officer whose `authorities` are known."""
    if not set(mine.values()) & set(map(Role, proposal.approvers)):
        roles = " then ".join(Role(role).label for role in proposal.approvers)
        raise NotAllowed(f"This proposal is decided by: {roles}.")
    if proposal.proposed_by_id == officer.id:
        raise NotAllowed("You made this proposal, so somebody else must decide it.")
    if proposal.state is not ProposalState.AWAITING:
        raise AlreadyDecided(
            f"This proposal has already been decided: it was {proposal.state.value}."
        )
    holders = _in_turn(proposal, mine)
    decided = find(session, _decided_by(proposal.id)) if proposal.stage else []
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


def _in_turn(proposal: Proposal, mine: Mapping[int, Role]) -> list[int]:
    waits_for = Role(proposal.approvers[proposal.stage])
    holders = [holder_id for holder_id, role in mine.items() if role is waits_for]
    if holders:
        return holders
    if set(mine.values()) & set(map(Role, proposal.approvers[: proposal.stage])):
        raise AlreadyDecided("Your part of this proposal has already been decided.")
    raise NotAllowed(f"This proposal must be decided by {waits_for.label} first.")
