"""What is due for a school or the register, met by what was done or cancelled.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.events import append
from models.inputs import Reason
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.tables import Officer, Role
from models.policy.programme import school_year_of
from models.programme.events import DutyCancelled
from models.programme.tables import (
    Duty,
    DutyKind,
    DutyState,
    WrittenReport,
)
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.reports.tables import ReportState
from models.rows import by_key, change, find_first, kept, table_of
from models.schools.contacts import find_school
from models.schools.tables import School
from models.text import check_prose


@kept
def _planned(
    kind: DutyKind, school_year: int, urn: int | None, *, of_school: bool
) -> SelectOfScalar[Duty]:
    return (
        select(Duty)
        .where(
            col(Duty.urn) == urn if of_school else col(Duty.urn).is_(None),
            col(Duty.kind) == kind,
            col(Duty.school_year) == school_year,
            col(Duty.state) == DutyState.PLANNED.value,
        )
        .order_by(col(Duty.due_on), col(Duty.id))
        .limit(1)
    )


def meet(
    session: Session, kind: DutyKind, school: School | None, done_on: date, chosen: int | None
) -> int | None:
    """Mark the duty that is met by what was done as done; its key, None where none is planned."""
    if chosen is not None:
        duty = find_duty(session, chosen)
        if duty.kind is not kind or duty.urn != (school.urn if school else None):
            raise InvalidInput("duty", "Choose a duty of this kind, of the same school.")
        _check_planned(duty)
    else:
        first = _first_planned(session, kind, school, done_on)
        if first is None:
            return None
        duty = first
    planned = {"id": duty.id, "state": DutyState.PLANNED}
    change(session, Duty, planned, state=DutyState.DONE, done_on=done_on)
    return duty.id


def meet_report(
    session: Session, urn: int, dated: date, wanted: int | None, today: date
) -> int | None:
    """A report was issued today: its duty is done; the key of it, None where none is planned.

    It is the one that it was written for, while that is still planned; else the first that is due
    in the school year of its date.
    """
    chosen = by_key(session, Duty, wanted) if wanted is not None else None
    if chosen is None or chosen.state is not DutyState.PLANNED:
        year = school_year_of(dated)
        chosen = find_first(session, _planned(DutyKind.REPORT, year, urn, of_school=True))
    if chosen is None:
        return None
    planned = {"id": chosen.id, "state": DutyState.PLANNED}
    change(session, Duty, planned, state=DutyState.DONE, done_on=today)
    return chosen.id


def plan_again(session: Session, duty_id: int) -> None:
    """What met a duty counts no more: it is due as before."""
    done = {"id": duty_id, "state": DutyState.DONE}
    change(session, Duty, done, state=DutyState.PLANNED, done_on=None)


def check_wanted(session: Session, kind: DutyKind, urn: int, chosen: int) -> None:
    """Refuse a duty that something of this kind cannot meet.

    Raises NotFound, InvalidInput, and NotPossible for one that is done or cancelled.
    """
    duty = find_duty(session, chosen)
    if duty.kind is not kind or duty.urn != urn:
        raise InvalidInput("duty", "Choose a duty of this kind, of the same school.")
    _check_planned(duty)


def _first_planned(
    session: Session, kind: DutyKind, school: School | None, day: date
) -> Duty | None:
    year, urn = school_year_of(day), school.urn if school else None
    return find_first(session, _planned(kind, year, urn, of_school=school is not None))


def find_duty(session: Session, duty_id: int) -> Duty:
    """The duty with this key as it is now; raises NotFound."""
    duty = by_key(session, Duty, duty_id)
    if duty is None:
        raise NotFound(f"There is no duty {duty_id}.")
    return duty


def _check_planned(duty: Duty) -> None:
    if duty.state is DutyState.DONE:
        raise NotPossible("This has already been done.")
    if duty.state is DutyState.CANCELLED:
        raise NotPossible("This was cancelled: it is no longer due.")


def may_cancel(officer: Officer) -> bool:
    """Whether an officer can cancel what is planned: it is what the policy wants at the least."""
    return may(officer, Act.RECORD_SUPPORT_WORK) and officer.role is Role.HEAD_OF_SERVICE


def cancel_duty(acting: Acting, duty_id: int, given: Reason) -> Duty:
    """What was planned is not to be done, and why; see `may_cancel` for who can say so.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when it is done or cancelled.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer, reason = acting.session, acting.officer, given.reason
    duty = find_duty(session, duty_id)
    check_prose("reason", reason, most=2000)
    if not may_cancel(officer):
        raise NotAllowed("Only a Head of Service can cancel what the policy wants done.")
    _check_planned(duty)
    planned = {"id": duty.id, "state": DutyState.PLANNED}
    change(session, Duty, planned, state=DutyState.CANCELLED, reason=reason)
    school = find_school(session, duty.urn) if duty.urn is not None else None
    cancelled = DutyCancelled(
        None,
        duty=duty.id,
        kind_=duty.kind,
        due_on=duty.due_on,
        reason=reason,
        urn=school.urn if school else None,
        school=school.name if school else None,
    )
    append(session, acting.now, officer.email, cancelled)
    return find_duty(session, duty_id)


def check_new_report(session: Session, urn: int, kind: str, dated: date, officer_id: int) -> None:
    """Refuse a report that is on record already, by the same officer for the day. NotPossible."""
    same = select(WrittenReport.id).where(
        WrittenReport.urn == urn,
        WrittenReport.kind == kind,
        WrittenReport.dated == dated,
        WrittenReport.officer_id == officer_id,
        col(WrittenReport.state) != ReportState.WITHDRAWN,
    )
    if find_first(session, same) is not None:
        raise NotPossible("A report by you for this day is already on record.")


def check_new(session: Session, table: type[SQLModel], values: dict[str, Any], what: str) -> None:
    """Refuse what is on record already: a form that was sent twice. Raises NotPossible."""
    columns = table_of(table).c
    same = [
        columns[name].is_(None) if value is None else columns[name] == value
        for name, value in values.items()
    ]
    if find_first(session, select(columns.id).where(*same)) is not None:
        raise NotPossible(f"{what} is already on record.")
