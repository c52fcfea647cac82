"""Consultant headteachers are told that work is due at a school that they support.

By e-mail, for those who have an address, and in general words: the mail leaves for an address that
is not the council's, so it names neither the school nor what is due. The School Evaluation Officer,
or the Heads of Service, are told all the same.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, or_
from sqlmodel import Session, col, select

from models.clocks import london_date, office_hours_end
from models.consultants.tables import Consultant
from models.outbox import Message, MessageKind, MessageState
from models.programme.tables import FALLS_BEHIND, Supporter, SupportRole
from models.programme.told import ConsultantsDutiesDue
from models.rows import find


def to_consultants(
    session: Session, due: Iterable[Row[Any]], now: datetime
) -> list[dict[str, Any]]:
    """The messages to consultants about duties of which officers are told now, one each a day."""
    theirs = [row for row in due if row.urn is not None and row.kind in FALLS_BEHIND]
    today = london_date(now)
    told: dict[int, tuple[Consultant, list[int]]] = {}
    for urn, consultant in _supporting(session, {row.urn for row in theirs}, today):
        duties = [row.id for row in theirs if row.urn == urn]
        told.setdefault(consultant.id, (consultant, []))[1].extend(duties)
    keys = {_key(number, today) for number in told}
    written = set(find(session, select(Message.key).where(col(Message.key).in_(keys))))
    return [
        _message(consultant, duties, now)
        for consultant, duties in told.values()
        if _key(consultant.id, today) not in written
    ]


def _supporting(session: Session, urns: set[int], today: date) -> list[tuple[int, Consultant]]:
    """The consultant headteachers with an e-mail address who support these schools today."""
    if not urns:
        return []
    statement = (
        select(Supporter.urn, Consultant)
        .join(Consultant, col(Consultant.id) == col(Supporter.consultant_id))
        .where(
            col(Supporter.urn).in_(urns),
            col(Supporter.role) == SupportRole.CONSULTANT_HEADTEACHER,
            col(Supporter.first_day) <= today,
            or_(col(Supporter.last_day).is_(None), col(Supporter.last_day) >= today),
            col(Consultant.active),
            col(Consultant.email).is_not(None),
        )
        .order_by(col(Consultant.id), col(Supporter.urn))
        .distinct()
    )
    return find(session, statement)


def _key(consultant_id: int, today: date) -> str:
    return f"consultants_duties:{consultant_id}:{today.isoformat()}"


def _message(consultant: Consultant, duties: list[int], now: datetime) -> dict[str, Any]:
    told = ConsultantsDutiesDue(consultant=consultant.id, duties=tuple(duties))
    return {
        "key": _key(consultant.id, london_date(now)),
        "kind": MessageKind.ALERT,
        "to_name": consultant.name,
        "to_email": consultant.email,
        "data": told.facts,
        "state": MessageState.PENDING,
        "queued_at": now,
        "next_attempt_at": now,
        "leave_by": office_hours_end(now),
    }
