"""What the Department does about a school, as doors show it on the school's own record."""

from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.matters.at_hand import see_row
from models.matters.tables import Deadline, Matter
from models.paging import Page
from models.people.access import Reader
from models.people.shown import officer_names
from models.rows import find, get_row
from models.school_record import tables
from models.school_record.opening import find_record
from models.school_record.tables import DepartmentNoticeKind
from models.schools.contacts import find_school
from models.shown import Shown


class DepartmentNotice(Shown):
    """A notice that the Department announced to the council; `answering` is to comment on it."""

    id: int
    urn: int
    kind: DepartmentNoticeKind
    received_on: date
    comment_by: date
    summary: str
    answering: str
    answering_name: str
    recorded_by: str
    recorded_at: AwareDatetime
    answered_on: date | None
    answer: str
    answered_by: str | None
    answered_by_name: str | None


class RiseSupport(Shown):
    """Targeted support by the Department's RISE teams; `ended_on` is null while it goes on."""

    id: int
    urn: int
    adviser: str
    supporting_organisation: str
    started_on: date
    ended_on: date | None
    recorded_by: str
    recorded_at: AwareDatetime


def department_notices(session: Session, reader: Reader, urn: object) -> Page[DepartmentNotice]:
    """The notices about a school, the newest first, on one page; raises NotFound."""
    return _page(
        [_notice(session, row) for row in _on(session, reader, urn, tables.DepartmentNotice)]
    )


def rise_support(session: Session, reader: Reader, urn: object) -> Page[RiseSupport]:
    """The Department's support for a school, the newest first, on one page; raises NotFound."""
    return _page([_support(session, row) for row in _on(session, reader, urn, tables.RiseSupport)])


def department_notice(session: Session, reader: Reader, key: int) -> DepartmentNotice:
    """One notice; raises NotFound."""
    return _notice(session, see_row(session, reader, tables.DepartmentNotice, key))


def one_rise_support(session: Session, reader: Reader, key: int) -> RiseSupport:
    """One support; raises NotFound."""
    return _support(session, see_row(session, reader, tables.RiseSupport, key))


def _page(items: list[Any]) -> Page[Any]:
    return Page(items=items, page=1, pages=1, total=len(items))


def _on(session: Session, reader: Reader, urn: object, table: Any) -> list[Any]:
    find_school(session, urn)
    record = find_record(session, reader, urn)
    if record is None:
        return []
    mine = select(table).where(col(table.matter_id) == record.id)
    return find(session, mine.order_by(col(table.id).desc()))


def _notice(session: Session, row: tables.DepartmentNotice) -> DepartmentNotice:
    officers = (row.answering_id, row.recorded_by_id, row.answered_by_id)
    people = officer_names(session, (key for key in officers if key is not None))
    answered = people[row.answered_by_id] if row.answered_by_id is not None else (None, None)
    return DepartmentNotice(
        id=row.id,
        urn=_urn(session, row.matter_id),
        kind=row.kind,
        received_on=row.received_on,
        comment_by=get_row(session, Deadline, row.deadline_id).due_on,
        summary=row.summary,
        answering=people[row.answering_id][0],
        answering_name=people[row.answering_id][1],
        recorded_by=people[row.recorded_by_id][0],
        recorded_at=row.recorded_at,
        answered_on=row.answered_on,
        answer=row.answer,
        answered_by=answered[0],
        answered_by_name=answered[1],
    )


def _support(session: Session, row: tables.RiseSupport) -> RiseSupport:
    people = officer_names(session, [row.recorded_by_id])
    return RiseSupport(
        id=row.id,
        urn=_urn(session, row.matter_id),
        adviser=row.adviser,
        supporting_organisation=row.supporting_organisation,
        started_on=row.started_on,
        ended_on=row.ended_on,
        recorded_by=people[row.recorded_by_id][0],
        recorded_at=row.recorded_at,
    )


def _urn(session: Session, matter_id: int) -> int:
    urn = get_row(session, Matter, matter_id).urn
    assert urn is not None  # noqa: S101 - a school's own record has a school
    return urn
