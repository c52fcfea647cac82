"""Which officer a council account is here: one who is linked, one who is invited, or a new one.

An account is known by issuer and subject alone. It is never linked on an e-mail address, which an
identity provider may let people choose.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, select

from models.events import append
from models.people import credentials, identity, officers
from models.people.events import OfficerLinked
from models.people.tables import CouncilSignIn, Officer, Phase, Role
from models.refusals import InvalidInput, NotIdentified, Refused
from models.rows import change, find_first
from models.text import check_line, check_printable

THE_PROVIDER = "the council’s identity provider"

# The roles that the provider may give, and what they are here. A Service Manager without a phase
# keeps the one that an administrator chose.
ROLES: dict[str, tuple[Role, Phase | None]] = {
    **{role.value: (role, None) for role in Role},
    "service_manager_primary": (Role.SERVICE_MANAGER, Phase.PRIMARY),
    "service_manager_secondary": (Role.SERVICE_MANAGER, Phase.SECONDARY),
}
NO_ROLE = (
    "Your council account has no role in this service. Ask your administrator to give it one of "
    "the roles of this service, and then sign in again."
)
SEVERAL_ROLES = (
    "Your council account has more than one role in this service. Ask your administrator to leave "
    "it one role only, and then sign in again."
)
DISABLED = "Your account here is disabled. Ask your administrator to enable it."
NOT_LINKED = (
    "There is an account here with your e-mail address, and it is not linked to your council "
    "account. Ask your administrator for a link, open it in this browser and choose to link your "
    "council account."
)
OTHERS = (
    "This council account belongs to another officer here. Sign out of it, sign in with your own "
    "and open the link again."
)
USED = "This link has been used or is too old. Ask your administrator for a new one."


@dataclass(frozen=True)
class CouncilAccount:
    """What the provider says of somebody who has just proved who they are to it."""

    issuer: str
    subject: str
    name: str
    email: str
    roles: tuple[str, ...]
    auth_time: int | None = None  # when it last asked who they are, in seconds since 1970

    @property
    def asked_at(self) -> datetime | None:
        """When the provider last asked who they are, if it says so."""
        return None if self.auth_time is None else datetime.fromtimestamp(self.auth_time, UTC)


def admit(session: Session, now: datetime, account: CouncilAccount) -> Officer | str:
    """Whoever may sign in, or why not: an answer and no refusal, for it may change the rows."""
    known = linked_officer(session, account)
    refusal = _check_role(session, now, account, known)
    if refusal is not None:
        return refusal
    if known is not None:
        return _bring_up_to_date(session, now, account, known)
    return _add(session, now, account)


def to_link(
    session: Session, now: datetime, account: CouncilAccount, under_way: CouncilSignIn
) -> Officer | str:
    """Whose link it is, if this account may be linked to theirs; or why not, as `admit`."""
    known = linked_officer(session, account)
    refusal = _check_role(session, now, account, known)
    if refusal is not None:
        return refusal
    try:
        _, officer = credentials.invited(session, under_way.invitation or "", now=now)
    except NotIdentified:
        return USED
    return OTHERS if known is not None and known.id != officer.id else officer


def _check_role(
    session: Session, now: datetime, account: CouncilAccount, known: Officer | None
) -> str | None:
    """Why they have no role here, if so; whoever had one is shut out until it is back."""
    ours = _roles(account)
    if len(ours) == 1:
        return None
    if known is not None and known.active and not ours:
        reason = f"{THE_PROVIDER} no longer gives them a role here"
        officers.shut_out(session, now, THE_PROVIDER, known, reason, role_withdrawn=True)
    return SEVERAL_ROLES if ours else NO_ROLE


def _roles(account: CouncilAccount) -> list[str]:
    return sorted({role for role in account.roles if role in ROLES})


def linked_officer(session: Session, account: CouncilAccount) -> Officer | None:
    statement = select(Officer).where(
        Officer.oidc_issuer == account.issuer, Officer.oidc_subject == account.subject
    )
    return find_first(session, statement)


def _bring_up_to_date(
    session: Session, now: datetime, account: CouncilAccount, officer: Officer
) -> Officer | str:
    if not officer.active and not officer.role_withdrawn:
        return DISABLED
    if not officer.active:
        officer = officers.let_in(session, now, THE_PROVIDER, officer)
    role, phase = ROLES[_roles(account)[0]]
    if phase is None and officer.role is role:
        phase = Phase(officer.phase) if officer.phase else None
    name = account.name if _can_be_used(account.name) else officer.name
    return officers.update_officer(session, now, THE_PROVIDER, officer, name, role, phase)


def _can_be_used(name: str) -> bool:
    try:
        check_printable("name", check_line("name", name))
    except InvalidInput:
        return False
    return True


def link_invited(
    session: Session, now: datetime, account: CouncilAccount, officer: Officer
) -> Officer | str:
    """Whoever could sign in as this officer before can do so no more, but by this account."""
    change(session, Officer, {"id": officer.id}, password=None)
    credentials.revoke_all(session, now, officer.id)
    identity.end_sign_ins(session, now, officer.id)
    _link(session, now, account, officer, in_place_of_all=True)
    return _bring_up_to_date(session, now, account, officer)


def _link(
    session: Session, now: datetime, account: CouncilAccount, officer: Officer, **how: bool
) -> None:
    linked = {"oidc_issuer": account.issuer, "oidc_subject": account.subject}
    change(session, Officer, {"id": officer.id}, **linked)
    linked_to = OfficerLinked(None, officer=officer.email, issuer=account.issuer, **how)
    append(session, now, THE_PROVIDER, linked_to)


def _add(session: Session, now: datetime, account: CouncilAccount) -> Officer | str:
    taken = select(Officer.id).where(Officer.email == account.email.lower())
    if find_first(session, taken) is not None:
        return NOT_LINKED
    role, phase = ROLES[_roles(account)[0]]
    try:
        officer = officers.add_officer(
            session,
            now=now,
            email=account.email,
            name=account.name,
            role=role,
            phase=phase,
            actor=THE_PROVIDER,
        )
    except Refused as refusal:
        return f"Your council account cannot be used here. {refusal.message}"
    _link(session, now, account, officer)
    return officer
