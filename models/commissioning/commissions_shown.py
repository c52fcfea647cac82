"""Commissions as doors show them, with their days and what both sides say of their impact."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from models.commissioning import tables
from models.commissioning.of_school import OfSchool, asked, common, on_record
from models.commissioning.tables import Difference, Party, Payer
from models.matters.deadlines import is_late, late
from models.matters.tables import Deadline, DeadlineState
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader
from models.people.shown import officer_names
from models.programme.tables import Supporter
from models.refusals import NotFound
from models.rows import find
from models.shown import Shown


class CommissionState(StrEnum):
    """How far a commission is; `ended` is one that ended before its last day."""

    AHEAD = "ahead"
    IN_FORCE = "in_force"
    OVER = "over"
    ENDED = "ended"


class DaysUsed(Shown):
    """Days of a commission that were used."""

    id: int
    used_on: date
    days: float
    what: str
    reason: str
    recorded_by_name: str
    recorded_at: AwareDatetime


class ImpactEvaluation(Shown):
    """What a commission brought, as one of the two says."""

    id: int
    party: Party
    said_by: str
    evaluated_on: date
    difference: Difference
    difference_title: str
    impact: str
    recorded_by_name: str
    recorded_at: AwareDatetime


class Commission(OfSchool):
    """Support that was commissioned; `whom` gives it, in words, and costs are whole pounds.

    `evaluate_by` is the day by which its impact is to be evaluated, null where there is none to
    evaluate, `overdue` whether that is late.
    """

    whom: str
    supporter: int | None
    provider: int | None
    consultant: int | None
    request: int | None
    commissioned_by: Party
    paid_by: Payer
    paid_by_title: str
    cost: int | None
    what_for: str
    priority: str
    days_agreed: float
    days_used: float
    first_day: date
    last_day: date
    state: CommissionState
    reason: str
    ended_on: date | None
    end_reason: str
    evaluate_by: date | None
    overdue: bool
    days: list[DaysUsed]
    evaluations: list[ImpactEvaluation]

    def of(self, party: Party) -> list[ImpactEvaluation]:
        """What one of the two said of its impact, the last first."""
        return [each for each in reversed(self.evaluations) if each.party is party]

    def last_of(self, party: Party) -> ImpactEvaluation | None:
        """What one of the two said last of its impact."""
        return next(iter(self.of(party)), None)


def commissions(
    session: Session,
    reader: Reader,
    *,
    today: date,
    urn: int | None = None,
    provider: int | None = None,
    consultant: int | None = None,
    state: str | None = None,
    to_evaluate: bool = False,
    query: str = "",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Commission]:
    """Commissions, those that began last first.

    `state` is a `CommissionState`; `to_evaluate` leaves those whose evaluation is late. `query`
    finds words of school, of who gives it and of what it is for. Raises InvalidInput.
    """
    its = tables.Commission
    texts = (its.what_for, Supporter.name, tables.Provider.name)
    statement = asked(_commissions(reader), urn, query, *texts)
    statement = statement.order_by(col(its.first_day).desc(), col(its.id).desc())
    if provider is not None:
        statement = statement.where(col(its.provider_id) == provider)
    if consultant is not None:
        statement = statement.where(col(Supporter.consultant_id) == consultant)
    if state is not None:
        statement = statement.where(_stands(chosen("state", state, CommissionState), today))
    if to_evaluate:
        statement = statement.where(late(today))
    return paged(
        session,
        statement,
        its.id,
        lambda found: _describe(session, found, today),
        page=page,
        per_page=per_page,
    )


def commission(session: Session, reader: Reader, commission_id: int, today: date) -> Commission:
    """One of them; raises NotFound."""
    its = tables.Commission
    found = find(session, _commissions(reader).where(col(its.id) == commission_id))
    if not found:
        raise NotFound(its.missing.format(commission_id))
    return _describe(session, found, today)[0]


def _commissions(reader: Reader) -> Any:
    its = tables.Commission
    return (
        on_record(reader, its, Deadline, Supporter, tables.Provider.name)
        .join(Deadline, col(Deadline.id) == col(its.deadline_id))
        .outerjoin(Supporter, col(Supporter.id) == col(its.supporter_id))
        .outerjoin(tables.Provider, col(tables.Provider.id) == col(its.provider_id))
    )


def _stands(state: CommissionState, today: date) -> ColumnElement[bool]:
    """The condition on commissions that `_state` says of one."""
    its = tables.Commission
    ended = col(its.ended_on).is_not(None)
    ahead, over = col(its.first_day) > today, col(its.last_day) < today
    match state:
        case CommissionState.ENDED:
            return ended
        case CommissionState.AHEAD:
            return and_(~ended, ahead)
        case CommissionState.OVER:
            return and_(~ended, over)
        case CommissionState.IN_FORCE:
            return and_(~ended, ~or_(ahead, over))


def _state(found: tables.Commission, today: date) -> CommissionState:
    if found.ended_on is not None:
        return CommissionState.ENDED
    if found.last_day < today:
        return CommissionState.OVER
    return CommissionState.AHEAD if found.first_day > today else CommissionState.IN_FORCE


def _describe(session: Session, found: Sequence[tuple[Any, ...]], today: date) -> list[Commission]:
    keys = [row.id for row, *_ in found]
    days, said = _days(session, keys), _evaluations(session, keys)
    names = officer_names(session, {row.recorded_by_id for row, *_ in found})
    return [
        Commission(
            **common(row, matter, school, names[row.recorded_by_id]),
            whom=provider or supporter.name,
            supporter=row.supporter_id,
            provider=row.provider_id,
            consultant=supporter.consultant_id if supporter else None,
            request=row.request_id,
            commissioned_by=row.commissioned_by,
            paid_by=row.paid_by,
            paid_by_title=row.paid_by.label,
            cost=row.cost,
            what_for=row.what_for,
            priority=row.priority,
            days_agreed=row.days_agreed,
            days_used=sum(each.days for each in days[row.id]),
            first_day=row.first_day,
            last_day=row.last_day,
            state=_state(row, today),
            reason=row.reason,
            ended_on=row.ended_on,
            end_reason=row.end_reason,
            evaluate_by=deadline.due_on if deadline.state is not DeadlineState.CANCELLED else None,
            overdue=is_late(deadline, today),
            days=days[row.id],
            evaluations=said[row.id],
        )
        for row, matter, school, deadline, supporter, provider in found
    ]


def _days(session: Session, commissions: Sequence[int]) -> dict[int, list[DaysUsed]]:
    its = tables.DaysUsed
    statement = (
        select(its)
        .where(col(its.commission_id).in_(commissions))
        .order_by(col(its.used_on), col(its.id))
    )
    rows = find(session, statement)
    names = officer_names(session, {row.recorded_by_id for row in rows})
    found: dict[int, list[DaysUsed]] = {key: [] for key in commissions}
    for row in rows:
        found[row.commission_id].append(
            DaysUsed(
                id=row.id,
                used_on=row.used_on,
                days=row.days,
                what=row.what,
                reason=row.reason,
                recorded_by_name=names[row.recorded_by_id][1],
                recorded_at=row.recorded_at,
            )
        )
    return found


def _evaluations(session: Session, commissions: Sequence[int]) -> dict[int, list[ImpactEvaluation]]:
    its = tables.ImpactEvaluation
    statement = select(its).where(col(its.commission_id).in_(commissions)).order_by(col(its.id))
    rows = find(session, statement)
    names = officer_names(session, {row.recorded_by_id for row in rows})
    found: dict[int, list[ImpactEvaluation]] = {key: [] for key in commissions}
    for row in rows:
        found[row.commission_id].append(
            ImpactEvaluation(
                id=row.id,
                party=row.party,
                said_by=row.said_by,
                evaluated_on=row.evaluated_on,
                difference=row.difference,
                difference_title=row.difference.label,
                impact=row.impact,
                recorded_by_name=names[row.recorded_by_id][1],
                recorded_at=row.recorded_at,
            )
        )
    return found
