"""Officers and their cover for absence, as doors show them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from models.paging import PER_PAGE, Page, paged, words_found
from models.people import tables
from models.people.access import Reader
from models.people.tables import CredentialKind, Phase, Role, SignIn
from models.refusals import NotFound
from models.rows import by_key, find
from models.shown import Shown

_To = aliased(tables.Officer)


class Delegation(Shown):
    """Cover for absence: `state` is `ahead`, `in_force` or `over`."""

    id: int
    from_: str = Field(alias="from")
    from_name: str
    to: str
    to_name: str
    first_day: date
    last_day: date
    reason: str
    state: Literal["ahead", "in_force", "over"]
    made_at: AwareDatetime
    ended_at: AwareDatetime | None


class Officer(Shown):
    """Somebody at the council: whether they have a password here, and an account linked there."""

    id: int
    email: str
    name: str
    role: Role
    phase: Phase | None
    active: bool
    role_withdrawn: bool
    demonstration: bool
    password: bool
    council_account: bool
    last_sign_in: AwareDatetime | None

    @property
    def role_title(self) -> str:
        """Their role as pages name it."""
        return self.role.label


class Credential(Shown):
    """What lets an officer in besides a password, without its secret."""

    id: int
    kind: CredentialKind
    label: str
    created_at: AwareDatetime
    last_used_at: AwareDatetime | None
    expires_at: AwareDatetime | None


def officers_in(session: Session, roles: Collection[Role]) -> list[tables.Officer]:
    """The active officers in these roles, by name."""
    statement = select(tables.Officer).where(
        col(tables.Officer.active), col(tables.Officer.role).in_(roles)
    )
    return list(find(session, statement.order_by(col(tables.Officer.name), col(tables.Officer.id))))


def delegations(
    session: Session, reader: Reader, *, today: date, page: int = 1, per_page: int = PER_PAGE
) -> Page[Delegation]:
    """Cover that this officer gave or was given, newest first. Raises InvalidInput."""
    mine = or_(
        col(tables.Delegation.from_officer_id) == reader.officer_id,
        col(tables.Delegation.to_officer_id) == reader.officer_id,
    )
    return paged(
        session,
        _delegations().where(mine).order_by(col(tables.Delegation.id).desc()),
        tables.Delegation.id,
        lambda found: [_described(*row, today=today) for row in found],
        page=page,
        per_page=per_page,
    )


def delegation(session: Session, delegation_id: int, *, today: date) -> Delegation:
    """Cover that was just given or ended; there must be one."""
    mine = _delegations().where(col(tables.Delegation.id) == delegation_id)
    return _described(*find(session, mine)[0], today=today)


def _delegations() -> Any:
    return (
        select(tables.Delegation, tables.Officer, _To)
        .join(tables.Officer, col(tables.Officer.id) == col(tables.Delegation.from_officer_id))
        .join(_To, col(_To.id) == col(tables.Delegation.to_officer_id))
    )


def _described(
    delegation: tables.Delegation, absent: tables.Officer, cover: tables.Officer, *, today: date
) -> Delegation:
    return Delegation(
        id=delegation.id,
        from_=absent.email,
        from_name=absent.name,
        to=cover.email,
        to_name=cover.name,
        first_day=delegation.first_day,
        last_day=delegation.last_day,
        reason=delegation.reason,
        state=_state(delegation, today),
        made_at=delegation.made_at,
        ended_at=delegation.ended_at,
    )


def _state(delegation: tables.Delegation, today: date) -> Literal["ahead", "in_force", "over"]:
    if delegation.ended_at is not None or delegation.last_day < today:
        return "over"
    return "ahead" if today < delegation.first_day else "in_force"


def officers(
    session: Session, *, query: str = "", page: int = 1, per_page: int = PER_PAGE
) -> Page[Officer]:
    """All officers by name, those who are disabled last. Raises InvalidInput. Three queries."""
    statement = (
        select(tables.Officer)
        .where(words_found(query, tables.Officer.name, tables.Officer.email))
        .order_by(
            col(tables.Officer.active).desc(), col(tables.Officer.name), col(tables.Officer.id)
        )
    )
    return paged(
        session,
        statement,
        tables.Officer.id,
        lambda found: _listed(session, found),
        page=page,
        per_page=per_page,
    )


def _listed(session: Session, found: Sequence[tables.Officer]) -> list[Officer]:
    last = (
        select(SignIn.officer_id, func.max(SignIn.started_at))
        .where(col(SignIn.officer_id).in_([officer.id for officer in found]))
        .group_by(col(SignIn.officer_id))
    )
    signed_in: dict[int, datetime] = dict(find(session, last))
    return [_officer(officer, signed_in.get(officer.id)) for officer in found]


def _officer(officer: tables.Officer, last_sign_in: datetime | None) -> Officer:
    return Officer(
        id=officer.id,
        email=officer.email,
        name=officer.name,
        role=officer.role,
        phase=Phase(officer.phase) if officer.phase else None,
        active=officer.active,
        role_withdrawn=officer.role_withdrawn,
        demonstration=officer.demonstration,
        password=officer.password is not None,
        council_account=officer.oidc_subject is not None,
        last_sign_in=last_sign_in,
    )


def officer(session: Session, officer_id: int) -> Officer:
    """One officer; raises NotFound."""
    found = by_key(session, tables.Officer, officer_id)
    if found is None:
        raise NotFound("There is no such officer.")
    return _listed(session, [found])[0]


def credentials_of(session: Session, officer_id: int, now: datetime) -> list[Credential]:
    """What lets an officer in besides a password and still works: tokens, code, link."""
    expires_at = col(tables.Credential.expires_at)
    works = or_(expires_at.is_(None), expires_at > now)
    statement = select(tables.Credential).where(
        tables.Credential.officer_id == officer_id,
        col(tables.Credential.revoked_at).is_(None),
        works,
    )
    return [
        Credential(
            id=credential.id,
            kind=credential.kind,
            label=credential.label,
            created_at=credential.created_at,
            last_used_at=credential.last_used_at,
            expires_at=credential.expires_at,
        )
        for credential in find(session, statement.order_by(col(tables.Credential.id).desc()))
    ]


def officer_names(session: Session, ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """E-mail address and name of each of these officers."""
    wanted = {officer_id for officer_id in ids if officer_id is not None}
    statement = select(tables.Officer.id, tables.Officer.email, tables.Officer.name).where(
        col(tables.Officer.id).in_(wanted)
    )
    return {key: (email, name) for key, email, name in find(session, statement)} if wanted else {}
