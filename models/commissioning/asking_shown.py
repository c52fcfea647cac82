"""Requests for support, providers and referrals as doors show them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import case, func
from sqlmodel import Session, col, select

from models.commissioning import tables
from models.commissioning.of_school import OfSchool, asked, common, on_record
from models.commissioning.tables import (
    ReferralState,
    RequestState,
)
from models.consultants.tables import Consultant
from models.matters.deadlines import is_late
from models.matters.tables import Deadline
from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.people.access import Reader
from models.people.shown import officer_names
from models.refusals import NotFound
from models.rows import find, select_columns
from models.shown import Shown


class Provider(Shown):
    """Somebody to whom schools can be referred, and how often they were."""

    id: int
    name: str
    offers: str
    contact: str
    email: str | None
    quality: str
    active: bool
    referrals: int
    commissions: int
    added_at: AwareDatetime


class SupportRequest(OfSchool):
    """A school's request for support; `overdue` is its answer."""

    asked_on: date
    asked_by: str
    consultant: int | None
    consultant_name: str | None
    need: str
    priority: str
    due_on: date
    overdue: bool
    state: RequestState
    answered_on: date | None
    answer: str
    answered_by: str | None


class Referral(OfSchool):
    """A referral of a school to a provider."""

    provider: int
    provider_name: str
    request: int | None
    what_for: str
    referred_on: date
    state: ReferralState
    outcome: str
    outcome_on: date | None


# Providers ---------------------------------------------------------------------------------


def providers(
    session: Session,
    *,
    query: str = "",
    active: bool | None = True,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Provider]:
    """The providers by name; `query` finds words of name and of what they offer. InvalidInput."""
    its = tables.Provider
    statement = select(its).order_by(col(its.name), col(its.id))
    if query:
        statement = statement.where(words_found(query, its.name, its.offers, its.quality))
    if active is not None:
        statement = statement.where(col(its.active) == active)
    return paged(
        session,
        statement,
        its.id,
        lambda found: _providers(session, found),
        page=page,
        per_page=per_page,
    )


def provider(session: Session, provider_id: int) -> Provider:
    """One of them; raises NotFound."""
    its = tables.Provider
    found = find(session, select(its).where(col(its.id) == provider_id))
    if not found:
        raise NotFound(its.missing.format(provider_id))
    return _providers(session, found)[0]


def _providers(session: Session, found: Sequence[tables.Provider]) -> list[Provider]:
    keys = [each.id for each in found]
    counts = [_counted(session, table, keys) for table in (tables.Referral, tables.Commission)]
    return [
        Provider(
            id=each.id,
            name=each.name,
            offers=each.offers,
            contact=each.contact,
            email=each.email,
            quality=each.quality,
            active=each.active,
            referrals=counts[0].get(each.id, 0),
            commissions=counts[1].get(each.id, 0),
            added_at=each.added_at,
        )
        for each in found
    ]


def _counted(session: Session, table: Any, providers: Sequence[int]) -> dict[int, int]:
    statement = (
        select_columns(col(table.provider_id), func.count(col(table.id)).label("number"))
        .where(col(table.provider_id).in_(providers))
        .group_by(col(table.provider_id))
    )
    return {row.provider_id: row.number for row in find(session, statement)}


# Requests ----------------------------------------------------------------------------------


def requests(
    session: Session,
    reader: Reader,
    *,
    today: date,
    urn: int | None = None,
    state: str | None = None,
    query: str = "",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[SupportRequest]:
    """Schools' requests for support, those that wait for an answer first. Raises InvalidInput."""
    its = tables.SupportRequest
    waiting = case((col(its.state) == RequestState.OPEN, 0), else_=1)
    order = (waiting, col(its.asked_on), col(its.id))
    statement = asked(_requests(reader), urn, query, its.need).order_by(*order)
    if state is not None:
        statement = statement.where(col(its.state) == chosen("state", state, RequestState))
    return paged(
        session,
        statement,
        its.id,
        lambda found: _describe_requests(session, found, today),
        page=page,
        per_page=per_page,
    )


def request(session: Session, reader: Reader, request_id: int, today: date) -> SupportRequest:
    """One of them; raises NotFound."""
    its = tables.SupportRequest
    found = find(session, _requests(reader).where(col(its.id) == request_id))
    if not found:
        raise NotFound(its.missing.format(request_id))
    return _describe_requests(session, found, today)[0]


def _requests(reader: Reader) -> Any:
    its = tables.SupportRequest
    return (
        on_record(reader, its, Deadline, Consultant.name)
        .join(Deadline, col(Deadline.id) == col(its.deadline_id))
        .outerjoin(Consultant, col(Consultant.id) == col(its.consultant_id))
    )


def _describe_requests(
    session: Session, found: Sequence[tuple[Any, ...]], today: date
) -> list[SupportRequest]:
    rows = [row for row, *_ in found]
    keys = {key for row in rows for key in (row.recorded_by_id, row.answered_by_id) if key}
    names = officer_names(session, keys)
    return [
        SupportRequest(
            **common(row, matter, school, names[row.recorded_by_id]),
            asked_on=row.asked_on,
            asked_by=row.asked_by,
            consultant=row.consultant_id,
            consultant_name=consultant,
            need=row.need,
            priority=row.priority,
            due_on=deadline.due_on,
            overdue=row.state is RequestState.OPEN and is_late(deadline, today),
            state=row.state,
            answered_on=row.answered_on,
            answer=row.answer,
            answered_by=names[row.answered_by_id][1] if row.answered_by_id else None,
        )
        for row, matter, school, deadline, consultant in found
    ]


# Referrals ---------------------------------------------------------------------------------


def referrals(
    session: Session,
    reader: Reader,
    *,
    urn: int | None = None,
    provider: int | None = None,
    state: str | None = None,
    query: str = "",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Referral]:
    """Referrals to providers, the latest first. Raises InvalidInput."""
    its = tables.Referral
    statement = asked(_referrals(reader), urn, query, its.what_for, tables.Provider.name)
    statement = statement.order_by(col(its.referred_on).desc(), col(its.id).desc())
    if provider is not None:
        statement = statement.where(col(its.provider_id) == provider)
    if state is not None:
        statement = statement.where(col(its.state) == chosen("state", state, ReferralState))
    return paged(
        session,
        statement,
        its.id,
        lambda found: _describe_referrals(session, found),
        page=page,
        per_page=per_page,
    )


def referral(session: Session, reader: Reader, referral_id: int) -> Referral:
    """One of them; raises NotFound."""
    its = tables.Referral
    found = find(session, _referrals(reader).where(col(its.id) == referral_id))
    if not found:
        raise NotFound(its.missing.format(referral_id))
    return _describe_referrals(session, found)[0]


def _referrals(reader: Reader) -> Any:
    its = tables.Referral
    named = on_record(reader, its, tables.Provider.name)
    return named.join(tables.Provider, col(tables.Provider.id) == col(its.provider_id))


def _describe_referrals(session: Session, found: Sequence[tuple[Any, ...]]) -> list[Referral]:
    names = officer_names(session, {row.referred_by_id for row, *_ in found})
    return [
        Referral(
            **common(row, matter, school, names[row.referred_by_id]),
            provider=row.provider_id,
            provider_name=provider,
            request=row.request_id,
            what_for=row.what_for,
            referred_on=row.referred_on,
            state=row.state,
            outcome=row.outcome,
            outcome_on=row.outcome_on,
        )
        for row, matter, school, provider in found
    ]
