"""What mails to officers list: deadlines, proposals and duties, as templates have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.approvals.shown import decidable
from models.approvals.tables import Proposal
from models.clocks import add_working_days, long_date, working_days_between
from models.escalations.owed import DUE_HERE, STILL_AWAITED, is_for
from models.escalations.tables import Escalation, Step
from models.matters.sight import visible_to
from models.matters.tables import Deadline, DeadlineKind, Matter, Reminder
from models.people.access import reader
from models.people.tables import Officer
from models.policy.editions import step_of
from models.programme.duties_shown import Duty
from models.rows import find, get_row
from models.schools.tables import School
from notifications.drafts import Draft

# What the law lets the authority do until a day of its own.
LAST_DAYS = {
    DeadlineKind.POWERS: "to use the powers of sections 63, 64 and 66",
    DeadlineKind.BUDGET_REVIEW: "to review the suspended budget (section 66)",
}


@dataclass(frozen=True)
class DueItem:
    """A deadline."""

    school: str
    reference: str
    at: str
    agreed: bool
    last_day_for: str
    due_on: str
    days_late: int
    missed: bool
    url: str


@dataclass(frozen=True)
class ProposalItem:
    """A proposal."""

    school: str
    reference: str
    at: str
    what: str
    proposed_by: str
    reason: str
    url: str


@dataclass(frozen=True)
class DutyItem:
    """A duty of the support programme."""

    title: str
    school: str
    due_on: str
    url: str


def of_reminders(draft: Draft, officer: Officer, reminders: Sequence[int]) -> list[DueItem]:
    """The deadlines of these reminders that are still awaited, and that the officer sees."""
    told = col(Reminder.id).in_(reminders)
    due = (
        _deadlines()
        .outerjoin(
            Step,
            (col(Step.escalation_id) == col(Escalation.id))
            & (col(Step.key) == col(Deadline.step_key)),
        )
        .where(col(Deadline.id).in_(select(Reminder.deadline_id).where(told)))
        .where(STILL_AWAITED, visible_to(reader(officer)))
    )
    return [_due(draft, *row) for row in find(draft.session, due)]


def due_for(draft: Draft, officer: Officer) -> list[DueItem]:
    """What is due soon, or overdue, and theirs to see to; none that they do not see."""
    ahead = draft.policy.reminders.digest_working_days_ahead
    until = add_working_days(draft.today, ahead)
    due = (
        _deadlines()
        .where(is_for(officer.id), col(Deadline.due_on) <= until)
        .where(DUE_HERE, visible_to(reader(officer)))
    )
    return [_due(draft, *row) for row in find(draft.session, due)]


def _deadlines() -> Any:
    return (
        select(Deadline, Matter, Escalation, School)
        .join(Matter, col(Matter.id) == col(Deadline.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .order_by(col(Deadline.due_on), col(Deadline.id))
    )


def _due(
    draft: Draft, deadline: Deadline, matter: Matter, escalation: Escalation | None, school: School
) -> DueItem:
    step = step_of(draft.session, draft.policy, escalation, deadline.step_key)
    return DueItem(
        school=school.name,
        reference=matter.reference,
        at=f"Step {step.number}, {step.title}" if step else deadline.rule,
        agreed=step is None,
        last_day_for=LAST_DAYS.get(deadline.kind, ""),
        due_on=long_date(deadline.due_on),
        days_late=working_days_between(deadline.due_on, draft.today),
        missed=deadline.due_on < draft.today,
        url=draft.url(matter.page),
    )


def waiting_for(draft: Draft, officer: Officer) -> list[ProposalItem]:
    """The proposals that the officer can decide."""
    mine = decidable(draft.session, officer, draft.today)
    return _proposals(draft, mine)


def proposal_item(draft: Draft, proposal_id: int) -> ProposalItem:
    """One proposal."""
    [found] = _proposals(draft, {proposal_id})
    return found


def _proposals(draft: Draft, keys: set[int]) -> list[ProposalItem]:
    awaiting = (
        select(Proposal, Matter, Escalation, School)
        .join(Matter, col(Matter.id) == col(Proposal.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(col(Proposal.id).in_(keys))
        .order_by(col(Proposal.id))
    )
    return [_proposal(draft, *row) for row in find(draft.session, awaiting)]


def _proposal(
    draft: Draft, proposal: Proposal, matter: Matter, escalation: Escalation | None, school: School
) -> ProposalItem:
    step = step_of(draft.session, draft.policy, escalation, proposal.step_key)
    proposer = get_row(draft.session, Officer, proposal.proposed_by_id)
    return ProposalItem(
        school=school.name,
        reference=matter.reference,
        at=f"Step {step.number}, {step.title}" if step else "",
        what=proposal.action.label,
        proposed_by=proposer.name,
        reason=proposal.reason,
        url=draft.url(f"/proposals/{proposal.id}"),
    )


def duty_item(draft: Draft, duty: Duty) -> DutyItem:
    """One duty."""
    of_a_school = duty.urn is not None
    path = f"/schools/{duty.urn}/programme" if of_a_school else "/programme/duties"
    return DutyItem(
        title=duty.title,
        school=duty.school or "The whole risk register",
        due_on=long_date(duty.due_on),
        url=draft.url(path),
    )
