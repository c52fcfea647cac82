"""What is still due: conditions on deadlines joined with their escalations, where there is one."""

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from models.actions.tables import AgreedAction
from models.escalations.tables import Escalation, Status, Step, StepState
from models.matters.tables import OFF_LADDER, OWED, Deadline, DeadlineKind, DeadlineState, Matter
from models.reports.tables import ReportIssue
from models.school_record.tables import DepartmentNotice

_NOT_SETTLED = col(Deadline.state).in_((DeadlineState.OPEN, DeadlineState.MISSED))
# The authority's own last days run on wherever the escalation stands, and while it is paused.
_LAST_DAY_RUNS = and_(
    col(Deadline.kind).not_in(OWED),
    col(Deadline.state) == DeadlineState.OPEN,
    col(Escalation.status).in_((Status.OPEN, Status.PAUSED)),
)
# What is due off the ladder, until somebody says what became of it.
_OFF_LADDER = and_(col(Deadline.kind).in_(OFF_LADDER), _NOT_SETTLED)
_OWED_HERE = and_(
    col(Escalation.status) == Status.OPEN,
    col(Deadline.kind).in_(OWED),
    _NOT_SETTLED,
    col(Deadline.step_key) == col(Escalation.step_key),
)
_RESPONSE_AWAITED = and_(
    or_(col(Escalation.status) == Status.OPEN, col(Deadline.kind) == DeadlineKind.COMPLIANCE),
    col(Deadline.kind).in_(OWED),
    col(Deadline.state) != DeadlineState.CANCELLED,
    col(Step.state).in_((StepState.APPROVED, StepState.AWAITING_RESPONSE)),
)

# Of the step where the escalation stands, for who looks at what lies ahead.
DUE_HERE = or_(_OWED_HERE, _OFF_LADDER, _LAST_DAY_RUNS)
# Of any step, joined as well: what somebody is reminded of while its response is awaited.
STILL_AWAITED = or_(_RESPONSE_AWAITED, _OFF_LADDER, _LAST_DAY_RUNS)


def is_for(officer_id: int) -> ColumnElement[bool]:
    """Whether a deadline is theirs to see to: they look after its matter, or are to do it."""
    answering = select(DepartmentNotice.deadline_id).where(
        DepartmentNotice.answering_id == officer_id
    )
    doing = select(AgreedAction.deadline_id).where(AgreedAction.officer_id == officer_id)
    written = ReportIssue.author_id == officer_id
    checked = select(ReportIssue.deadline_id).where(
        written, col(ReportIssue.deadline_id).is_not(None)
    )
    final = select(ReportIssue.final_deadline_id).where(
        written, col(ReportIssue.final_deadline_id).is_not(None)
    )
    return or_(
        col(Matter.officer_id) == officer_id,
        col(Deadline.id).in_(answering),
        col(Deadline.id).in_(doing),
        col(Deadline.id).in_(checked),
        col(Deadline.id).in_(final),
    )
