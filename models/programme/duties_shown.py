"""What is due as doors show it, of schools and of the whole register, and who falls behind.

A duty that is planned and whose day has passed is `late`. A school is behind when one that counts
(a visit, a report, the visit about a change of level, what the policy says) is.
"""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader
from models.people.tables import Officer, Role
from models.policy.programme import school_year_of
from models.programme import tables
from models.programme.supporters_shown import (
    check_officer_asked,
    evaluation_officers,
    known_officer,
    looked_after,
    somebodys,
)
from models.programme.tables import (
    FALLS_BEHIND,
    PROMISED,
    WITH_OUTCOME,
    DutyKind,
    DutyState,
    Review,
    SchoolVisit,
    WrittenReport,
)
from models.refusals import InvalidInput, NotFound
from models.rows import find
from models.schools.sight import seen_by
from models.schools.tables import RiskLevel, School
from models.shown import Shown

TO_DO = "to_do"  # planned or late
_AT_ONCE = 1000  # parameters of one statement: databases take only so many
# Each kind of record that meets a duty, with its address.
_RECORDS: dict[str, Any] = {"visits": SchoolVisit, "reports": WrittenReport, "reviews": Review}


class Standing(StrEnum):
    """How a duty stands today: the states that it has, and `late`."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"
    LATE = "late"


class Duty(Shown):
    """Something that the policy wants done by a day, of a school or of the whole register.

    `state` is `planned`, `late`, `done` or `cancelled`; `record` is the address of what met it,
    below the address of the API; `outcome` what came of an audit, a place or an induction.
    """

    id: int
    kind: DutyKind
    title: str
    urn: int | None
    school: str | None
    evaluation_officer: str | None
    evaluation_officer_name: str | None
    school_year: int
    number: int
    level: RiskLevel | None
    due_on: date
    state: Standing
    done_on: date | None
    reason: str
    outcome: str
    record: str | None

    @property
    def to_do(self) -> bool:
        """Whether it is planned or late."""
        return self.state in (Standing.PLANNED, Standing.LATE)


class DutiesLeft(Shown):
    """How many duties are still to be done, and of each list the first, the earliest due first."""

    number_late: int
    late: list[Duty]
    number_coming: int
    coming: list[Duty]


# Who falls behind --------------------------------------------------------------------------


def behind(session: Session, urns: Collection[int], today: date) -> set[int]:
    """Which of these schools have something that is late and counts. One query."""
    its = tables.Duty
    statement = select(its.urn).where(col(its.urn).in_(urns), _late_support(today)).distinct()
    return {urn for urn in find(session, statement) if urn is not None}


def is_behind(today: date) -> ColumnElement[bool]:
    """The condition that a school has something late that counts, beside a `School`."""
    late = select(col(tables.Duty.id)).where(col(tables.Duty.urn) == col(School.urn))
    return late.where(_late_support(today)).correlate(School).exists()


def _late_support(today: date) -> ColumnElement[bool]:
    its = tables.Duty
    return and_(
        or_(col(its.school_year) == school_year_of(today), col(its.kind).in_(PROMISED)),
        or_(col(its.kind).in_(FALLS_BEHIND), col(its.falls_behind)),
        is_late(today),
    )


def is_late(today: date) -> ColumnElement[bool]:
    """The condition that a duty is planned and its day has passed."""
    return and_(col(tables.Duty.state) == DutyState.PLANNED, col(tables.Duty.due_on) < today)


# Duties ------------------------------------------------------------------------------------


def duties(
    session: Session,
    reader: Reader,
    *,
    today: date,
    urn: int | None = None,
    kind: str | None = None,
    officer: str | None = None,
    state: str | None = None,
    due_before: date | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Duty]:
    """The duties of every school year, of schools that this reader sees, the earliest due first.

    `state` is a `Standing` or `TO_DO`; `planned` are those that are not late. `officer` is
    the e-mail address of the School Evaluation Officer of the schools; of a Head of Service also
    the council's duties and those of schools that have none. `due_before` leaves out its own day.
    Raises InvalidInput. Seven queries.
    """
    statement = _duties()
    check_officer_asked(reader, officer)
    if not reader.of_the_council:  # the council's own are of no school
        statement = statement.where(seen_by(reader, tables.Duty.urn))
    if urn is not None:
        statement = statement.where(col(tables.Duty.urn) == urn)
    if kind is not None:
        statement = statement.where(col(tables.Duty.kind) == chosen("kind", kind, DutyKind))
    if officer is not None:
        statement = statement.where(_falls_to(known_officer(session, officer), today))
    if state is not None:
        statement = statement.where(_stands(state, today))
    if due_before is not None:
        statement = statement.where(col(tables.Duty.due_on) < due_before)
    return paged(
        session,
        statement,
        tables.Duty.id,
        lambda found: _describe(session, found, today),
        page=page,
        per_page=per_page,
    )


def duty(session: Session, reader: Reader, duty_id: int, today: date) -> Duty:
    """One duty, of a school that this reader sees or of the council; raises NotFound."""
    its = _duties().where(tables.Duty.id == duty_id)
    if not reader.of_the_council:
        its = its.where(seen_by(reader, tables.Duty.urn))
    found = find(session, its)
    if not found:
        raise NotFound(f"There is no duty {duty_id}.")
    return _describe(session, found, today)[0]


def duties_of(session: Session, urn: int, school_year: int, today: date) -> list[Duty]:
    """All duties of a school in a school year, the earliest due first.

    In the running one also those that were promised before and are still to be done.
    """
    its = col(tables.Duty.school_year) == school_year
    if school_year == school_year_of(today):
        promised = and_(
            col(tables.Duty.kind).in_(PROMISED),
            col(tables.Duty.state) == DutyState.PLANNED,
            col(tables.Duty.school_year) < school_year,
        )
        its = or_(its, promised)
    theirs = _duties().where(col(tables.Duty.urn) == urn, its)
    return _describe(session, find(session, theirs), today)


def duties_left(session: Session, ids: Sequence[int], today: date, most: int) -> DutiesLeft:
    """Of these duties those that are still to be done, at most so many of them by name."""
    late: list[tuple[date, int]] = []
    coming: list[tuple[date, int]] = []
    for first in range(0, len(ids), _AT_ONCE):
        these = col(tables.Duty.id).in_(ids[first : first + _AT_ONCE])
        planned = select(col(tables.Duty.due_on), col(tables.Duty.id)).where(
            these, col(tables.Duty.state) == DutyState.PLANNED
        )
        for due_on, key in find(session, planned):
            (late if due_on < today else coming).append((due_on, key))
    return DutiesLeft(
        number_late=len(late),
        late=_first(session, late, most, today),
        number_coming=len(coming),
        coming=_first(session, coming, most, today),
    )


def _first(session: Session, left: list[tuple[date, int]], most: int, today: date) -> list[Duty]:
    ids = [key for _, key in sorted(left)[:most]]
    found = find(session, _duties().where(col(tables.Duty.id).in_(ids))) if ids else []
    return _describe(session, found, today)


def _duties() -> Any:
    return (
        select(tables.Duty, School)
        .outerjoin(School, col(School.urn) == col(tables.Duty.urn))
        .order_by(col(tables.Duty.due_on), col(tables.Duty.id))
    )


def _stands(state: str, today: date) -> ColumnElement[bool]:
    if state == TO_DO:
        return col(tables.Duty.state) == DutyState.PLANNED
    if state not in list(Standing):
        raise InvalidInput("state", f"Choose from: {', '.join((*Standing, TO_DO))}.")
    if state == Standing.LATE:
        return is_late(today)
    stands = col(tables.Duty.state) == state
    return and_(stands, col(tables.Duty.due_on) >= today) if state == Standing.PLANNED else stands


def _falls_to(officer: Officer, today: date) -> ColumnElement[bool]:
    mine = looked_after(officer, today, tables.Duty.urn)
    return or_(mine, _nobodys(today)) if officer.role is Role.HEAD_OF_SERVICE else mine


def _nobodys(today: date) -> ColumnElement[bool]:
    """The condition that a duty is of the council, or of a school without such an officer."""
    return or_(col(tables.Duty.urn).is_(None), col(tables.Duty.urn).not_in(somebodys(today)))


def _describe(
    session: Session, found: Sequence[tuple[tables.Duty, School | None]], today: date
) -> list[Duty]:
    urns = {school.urn for _, school in found if school is not None}
    evaluating = evaluation_officers(session, urns, today)
    met = _met(session, [each.id for each, _ in found])
    outcomes = _outcomes(session, [each.id for each, _ in found if each.kind in WITH_OUTCOME])
    described = []
    for each, school in found:
        email, name = evaluating.get(each.urn or 0, (None, None))
        described.append(
            Duty(
                id=each.id,
                kind=each.kind,
                title=each.kind.label,
                urn=each.urn,
                school=school.name if school else None,
                evaluation_officer=email,
                evaluation_officer_name=name,
                school_year=each.school_year,
                number=each.number,
                level=each.level,
                due_on=each.due_on,
                state=_standing(each, today),
                done_on=each.done_on,
                reason=each.reason,
                outcome=outcomes.get(each.id, ""),
                record=met.get(each.id),
            )
        )
    return described


def _outcomes(session: Session, ids: Collection[int]) -> dict[int | None, str]:
    """What came of each of these duties, as it was recorded."""
    if not ids:
        return {}
    theirs = select(col(Review.duty_id), col(Review.summary)).where(col(Review.duty_id).in_(ids))
    return dict(find(session, theirs))


def _standing(duty: tables.Duty, today: date) -> Standing:
    late = duty.state is DutyState.PLANNED and duty.due_on < today
    return Standing.LATE if late else Standing(duty.state)


def _met(session: Session, ids: Collection[int]) -> dict[int | None, str]:
    """The address of what met each of these duties."""
    return {
        duty_id: f"/{name}/{key}"
        for name, table in _RECORDS.items()
        for key, duty_id in find(
            session, select(table.id, table.duty_id).where(table.duty_id.in_(ids))
        )
    }
