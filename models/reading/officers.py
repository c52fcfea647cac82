"""Officers and their cover for absence, as doors show them."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from models.access import Reader
from models.delegations import Delegation
from models.escalations import NamedOfficer
from models.officers import Officer, Role
from models.reading.paging import PER_PAGE, Found, Page, find_id, paged, rows

_To = aliased(Officer)


def officers_in(session: Session, roles: Collection[Role]) -> list[Officer]:
    """The active officers in these roles, by name."""
    statement = select(Officer).where(col(Officer.active), col(Officer.role).in_(roles))
    return list(session.exec(statement.order_by(col(Officer.name), col(Officer.id))))


def named_on(session: Session, reader: Reader, reference: str) -> list[str]:
    """The e-mail addresses of the officers to whom a case is restricted.

    Raises NotFound.
    """
    statement = (
        select(Officer.email)
        .join(NamedOfficer, col(NamedOfficer.officer_id) == col(Officer.id))
        .where(NamedOfficer.escalation_id == find_id(session, reader, reference))
        .order_by(col(Officer.email))
    )
    return list(session.exec(statement))


def delegations(
    session: Session, reader: Reader, *, today: date, page: int = 1, per_page: int = PER_PAGE
) -> Page:
    """Cover that this officer gave or was given, newest first. Raises InvalidInput."""
    mine = or_(
        col(Delegation.from_officer_id) == reader.officer_id,
        col(Delegation.to_officer_id) == reader.officer_id,
    )
    return paged(
        session,
        _delegations().where(mine).order_by(col(Delegation.id).desc()),
        Delegation.id,
        lambda found: [_described(*row, today=today) for row in found],
        page=page,
        per_page=per_page,
    )


def delegation(session: Session, delegation_id: int, *, today: date) -> Found:
    """Cover that was just given or ended; there must be one."""
    mine = _delegations().where(col(Delegation.id) == delegation_id)
    return _described(*rows(session, mine)[0], today=today)


def _delegations() -> Any:
    return (
        select(Delegation, Officer, _To)
        .join(Officer, col(Officer.id) == col(Delegation.from_officer_id))
        .join(_To, col(_To.id) == col(Delegation.to_officer_id))
    )


def _described(delegation: Delegation, absent: Officer, cover: Officer, *, today: date) -> Found:
    return {
        "id": delegation.id,
        "from": absent.email,
        "from_name": absent.name,
        "to": cover.email,
        "to_name": cover.name,
        "first_day": delegation.first_day,
        "last_day": delegation.last_day,
        "reason": delegation.reason,
        "state": _state(delegation, today),
        "made_at": delegation.made_at,
        "ended_at": delegation.ended_at,
    }


def _state(delegation: Delegation, today: date) -> str:
    if delegation.ended_at is not None or delegation.last_day < today:
        return "over"
    return "ahead" if today < delegation.first_day else "in_force"
