"""What an administrator looks at: officers with what lets them in, and deliveries in trouble."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, and_, case, col, func, or_, select

from models.access import Reader, visible_to
from models.escalations import Escalation
from models.messages import Message, MessageKind, MessageState
from models.officers import Credential, Officer
from models.reading.paging import PER_PAGE, Found, Page, paged, rows, words_found
from models.reading.wording import role_words
from models.refusals import NotFound
from models.schools import School
from models.signing_in import SignIn
from models.statements import by_key

WAITS_LONG = timedelta(hours=1)


# Officers ----------------------------------------------------------------------------------


def officers(session: Session, *, query: str = "", page: int = 1, per_page: int = PER_PAGE) -> Page:
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


# Deliveries --------------------------------------------------------------------------------


def delivery_problems(
    session: Session,
    reader: Reader,
    *,
    now: datetime,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """What was refused, may not have arrived or waits long, newest first; nothing of its content.

    Of a case that the reader does not see, neither school nor recipient is told, nor the mail
    server's words, in which they stand. Raises InvalidInput.
    """
    statement = (
        select(Message, School.name, case((visible_to(reader), 1), else_=0))
        .outerjoin(Escalation, col(Escalation.id) == col(Message.escalation_id))
        .outerjoin(School, col(School.urn) == col(Escalation.urn))
        .where(_in_trouble(now))
        .order_by(col(Message.id).desc())
    )
    return paged(
        session,
        statement,
        Message.id,
        lambda found: [_delivery(*row) for row in found],
        page=page,
        per_page=per_page,
    )


def _in_trouble(now: datetime) -> Any:
    state = col(Message.state)
    return or_(
        state.in_((MessageState.FAILED, MessageState.UNKNOWN)),
        and_(
            state == MessageState.PENDING,
            col(Message.kind) == MessageKind.LETTER,
            col(Message.queued_at) < now - WAITS_LONG,
        ),
        and_(
            state == MessageState.PENDING,
            col(Message.attempts) > 0,
            col(Message.queued_at) < now - WAITS_LONG,
        ),
        and_(state == MessageState.CLAIMED, col(Message.claim_ends_at) <= now),
    )


def _delivery(message: Message, school: str | None, seen: int) -> Found:
    hidden = message.escalation_id is not None and not seen
    letter = message.kind is MessageKind.LETTER
    role = message.data.get("role", "") if letter else ""
    return {
        "id": message.id,
        "kind": message.kind.value,
        "to": "" if hidden else role_words(role) if letter else message.to_name,
        "school": None if hidden else school,
        "restricted": hidden,
        "state": message.state.value,
        "queued_at": message.queued_at,
        "attempts": message.attempts,
        "code": message.code,
        "detail": "" if hidden else message.detail,
    }
