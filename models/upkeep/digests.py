"""The digest of each working day: to every officer who has something due or waiting."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from models.actions.tables import AgreedAction
from models.approvals.deciders import deciders
from models.approvals.tables import Proposal, ProposalState
from models.clocks import add_working_days, london_date, london_time
from models.database import read, write
from models.escalations.owed import DUE_HERE
from models.escalations.tables import Escalation
from models.matters.at_hand import sees
from models.matters.tables import (
    Deadline,
    Matter,
)
from models.matters.told import Digest
from models.outbox import ClockPass, Message, MessageKind
from models.people.tables import Officer
from models.policy import Policy
from models.reports.tables import ReportIssue, is_of_report
from models.rows import (
    add,
    by_key,
    find,
    select_columns,
)
from models.school_record.tables import DepartmentNotice
from models.upkeep.queueing import active_officers, message_to, stamp_pass, tell_of

# Who answers the Department, whose action or report it is, besides whoever looks after the matter.
TO_DO_IT = func.coalesce(
    DepartmentNotice.answering_id, AgreedAction.officer_id, ReportIssue.author_id
).label("to_do_it")


def queue_digests(engine: Engine, policy: Policy, now: datetime) -> int:
    """Once on every working day: to each officer who has something due or waiting."""
    today = london_date(now)
    if london_time(now).time() < policy.reminders.digest_at:
        return 0
    with read(engine) as session:
        last = by_key(session, ClockPass, "digest")
        if last is not None and london_date(last.at) == today:
            return 0
    with write(engine) as session:
        officers = active_officers(session)
        queued = _queued_today(session, today)
        count = 0
        for officer_id, cases in sorted(_concerned(session, policy, officers, today).items()):
            key = f"digest:{officer_id}:{today.isoformat()}"
            if key not in queued:
                row = message_to(officers[officer_id], MessageKind.DIGEST, key, now)
                queued_as = add(session, Message, **row, data=Digest(day=today).facts)
                tell_of(session, queued_as, cases)
                count += 1
        stamp_pass(session, "digest", now)
        return count


def _queued_today(session: Session, today: date) -> set[str]:
    keys = select(col(Message.key)).where(col(Message.key).like(f"digest:%:{today.isoformat()}"))
    return set(find(session, keys))


def _concerned(
    session: Session, policy: Policy, officers: dict[int, Officer], today: date
) -> dict[int, set[int]]:
    """Officers with a deadline in the next days or behind them, or a proposal to decide.

    Each with the cases that it is about.
    """
    until = add_working_days(today, policy.reminders.digest_working_days_ahead)
    due = (
        select_columns(
            col(Matter.id),
            col(Matter.officer_id),
            col(Matter.restricted),
            TO_DO_IT,
        )
        .join(Deadline, col(Deadline.matter_id) == col(Matter.id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .outerjoin(DepartmentNotice, col(DepartmentNotice.deadline_id) == col(Deadline.id))
        .outerjoin(AgreedAction, col(AgreedAction.deadline_id) == col(Deadline.id))
        .outerjoin(ReportIssue, is_of_report(col(Deadline.id)))
        .where(col(Deadline.due_on) <= until, DUE_HERE)
        .distinct()
    )
    concerned: dict[int, set[int]] = defaultdict(set)
    for row in find(session, due):
        concerned[row.officer_id].add(row.id)
        doing = officers.get(row.to_do_it)
        if doing and sees(session, doing, row.id, restricted=row.restricted):
            concerned[doing.id].add(row.id)
    awaiting = (
        select(Proposal, Matter)
        .join(Matter, col(Matter.id) == col(Proposal.matter_id))
        .where(Proposal.state == ProposalState.AWAITING)
    )
    for proposal, matter in find(session, awaiting):
        role = proposal.approvers[proposal.stage]
        for officer in deciders(session, matter, role, proposal.proposed_by_id, today):
            concerned[officer.id].add(matter.id)
    return {officer_id: cases for officer_id, cases in concerned.items() if officer_id in officers}
