"""Officers and their cover for absence, as doors show them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from models.paging import PER_PAGE, Found, Page, paged, rows, words_found
from models.people.access import Reader
from models.people.tables import Credential, Delegation, Officer, Role, SignIn
from models.refusals import NotFound
from models.statements import by_key

_To = aliased(Officer)


def officers_in(session: Session, roles: Collection[Role]) -> list[Officer]:
    """The active officers in these roles, by name."""
    statement = select(Officer).where(col(Officer.active), col(Officer.role).in_(roles))
    return list(session.exec(statement.order_by(col(Officer.name), col(Officer.id))))


def delegations(
    session: Session, reader: Reader, *, today: date, page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
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


def officers(
    session: Session, *, query: str = "", page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """All officers by name, those who are disabled last. Raises InvalidInput. Three queries."""
    statement = (
        select(Officer)
        .where(words_found(query, Officer.name, Officer.email))
        .order_by(col(Officer.active).desc(), col(Officer.name), col(Officer.id))
    )
    return paged(
        session,
        statement,
        Officer.id,
        lambda found: _listed(session, found),
        page=page,
        per_page=per_page,
    )


def _listed(session: Session, found: Sequence[Officer]) -> list[Found]:
    last = (
        select(SignIn.officer_id, func.max(SignIn.started_at))
        .where(col(SignIn.officer_id).in_([officer.id for officer in found]))
        .group_by(col(SignIn.officer_id))
    )
    signed_in: dict[int, datetime] = dict(session.exec(last).all())
    return [_officer(officer, signed_in.get(officer.id)) for officer in found]


def _officer(officer: Officer, last_sign_in: datetime | None) -> Found:
    return {
        "id": officer.id,
        "email": officer.email,
        "name": officer.name,
        "role": officer.role.value,
        "role_title": officer.role.label,
        "phase": officer.phase,
        "active": officer.active,
        "role_withdrawn": officer.role_withdrawn,
        "demonstration": officer.demonstration,
        "password": officer.password is not None,
        "council_account": officer.oidc_subject is not None,
        "last_sign_in": last_sign_in,
    }


def officer(session: Session, officer_id: int) -> Found:
    """One officer; raises NotFound."""
    found = by_key(session, Officer, officer_id)
    if found is None:
        raise NotFound("There is no such officer.")
    return _listed(session, [found])[0]


def credentials_of(session: Session, officer_id: int, now: datetime) -> list[Found]:
    """What lets an officer in besides a password and still works: tokens, code, link."""
    works = or_(col(Credential.expires_at).is_(None), col(Credential.expires_at) > now)
    statement = select(Credential).where(
        Credential.officer_id == officer_id, col(Credential.revoked_at).is_(None), works
    )
    return [
        {
            "id": credential.id,
            "kind": credential.kind.value,
            "label": credential.label,
            "created_at": credential.created_at,
            "last_used_at": credential.last_used_at,
            "expires_at": credential.expires_at,
        }
        for credential in rows(session, statement.order_by(col(Credential.id).desc()))
    ]


def officer_names(session: Session, ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """E-mail address and name of each of these officers."""
    wanted = {officer_id for officer_id in ids if officer_id is not None}
    statement = select(Officer.id, Officer.email, Officer.name).where(col(Officer.id).in_(wanted))
    return {key: (email, name) for key, email, name in session.exec(statement)} if wanted else {}
