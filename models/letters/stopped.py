"""Whether a letter may still go to somebody: the sharing decision on which it went may be gone."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.rows import find, kept
from models.sharing.tables import SharingDecision, SharingUse


@kept
def _resting(letter: int, role: str) -> SelectOfScalar[SharingDecision]:
    return (
        select(SharingDecision)
        .join(SharingUse, col(SharingUse.decision_id) == col(SharingDecision.id))
        .where(col(SharingUse.letter_id) == letter, col(SharingUse.role) == role)
    )


def is_stopped(session: Session, letter_id: int | None, role: str) -> bool:
    """Whether a letter must not go to somebody any more: its sharing decision does not hold now."""
    found = find(session, _resting(letter_id, role)) if letter_id is not None else []
    return any(not decision.in_force for decision in found)
