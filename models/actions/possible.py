"""What can be done about the actions of an escalation now."""

from collections.abc import Iterator, Sequence
from functools import partial

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.actions.following import check_adding
from models.actions.tables import ActionState, AgreedAction
from models.matters.case import Case
from models.matters.possible import CaseAct, Gate
from models.people.access import Act
from models.rows import find, kept

# What is done to one that is open, wherever its escalation stands.
FOLLOWING = (
    CaseAct.CHANGE_ACTION,
    CaseAct.SAY_PROGRESS,
    CaseAct.FINISH_ACTION,
    CaseAct.DROP_ACTION,
)


@kept
def _open(matter: int) -> SelectOfScalar[int]:
    return (
        select(AgreedAction.id)
        .where(
            col(AgreedAction.matter_id) == matter,
            col(AgreedAction.state) == ActionState.OPEN.value,
        )
        .order_by(col(AgreedAction.id))
    )


def open_actions(session: Session, matter_id: int) -> list[int]:
    """The keys of the actions of a matter that are open."""
    return find(session, _open(matter_id))


def gates(case: Case, open_ones: Sequence[int]) -> Iterator[Gate]:
    """Agreeing one, and what can be done about each that is open."""
    role = Act.RECORD_ACTION
    yield Gate(CaseAct.RECORD_ACTION, role, partial(check_adding, case))
    for key in open_ones:
        for act in FOLLOWING:
            yield Gate(act, role, lambda: None, key)
