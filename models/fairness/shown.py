"""What is on record out of fairness, and what is not, as doors show it."""

from datetime import date, datetime

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.fairness.gates import gates, subject_of
from models.fairness.tables import FairnessKind, FairnessRecord, HowTold
from models.law.powers import Section
from models.matters.case import Case, find_case
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
from models.policy.fairness import Binds
from models.proposed import Proposed
from models.shown import Shown


class Record(Shown):
    """What was considered or done, and by whom; `recorded_by` wrote it down."""

    id: int
    kind: FairnessKind
    title: str
    step: str
    step_number: str
    section: Section | None
    done_on: date
    done_by: str
    how: HowTold | None
    reason: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime


class Gate(Shown):
    """What must be on record for a proposal: `record` is null while it is not.

    `why` says what makes it necessary at this time.
    """

    kind: FairnessKind
    title: str
    binds: Binds
    why: str
    record: Record | None


def records_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Record]:
    """What was put on record in one escalation, in that order. Raises NotFound."""
    case = find_case(session, policy, reader, reference)
    mine = col(FairnessRecord.matter_id) == case.matter.id
    return paged(
        session,
        select(FairnessRecord).where(mine).order_by(col(FairnessRecord.id)),
        FairnessRecord.id,
        lambda found: [record_shown(case, each) for each in found],
        page=page,
        per_page=per_page,
    )


def gates_of(case: Case, what: Proposed, step: str, now: datetime) -> list[Gate]:
    """What its approvers are shown of a proposal."""
    return [
        Gate(
            kind=each.kind,
            title=each.kind.label,
            binds=each.binds,
            why=each.why,
            record=record_shown(case, each.record) if each.record else None,
        )
        for each in gates(case, subject_of(what, case.rule_of(step)), now)
    ]


def record_shown(case: Case, record: FairnessRecord) -> Record:
    """One record of a case."""
    email, name = officer_names(case.session, [record.recorded_by_id])[record.recorded_by_id]
    return Record(
        id=record.id,
        kind=record.kind,
        title=record.kind.label,
        step=record.step_key,
        step_number=case.rule_of(record.step_key).number,
        section=record.section,
        done_on=record.done_on,
        done_by=record.done_by,
        how=record.how,
        reason=record.reason,
        recorded_by=email,
        recorded_by_name=name,
        recorded_at=record.recorded_at,
    )
