"""Officers: appointed, changed, disabled, enabled, found."""

from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.events import append
from models.inputs import Email, Input, Reason, Text, Word
from models.people import credentials, identity
from models.people.access import Act
from models.people.acting import Acting
from models.people.events import OfficerAdded, OfficerChanged, OfficerDisabled, OfficerEnabled
from models.people.tables import Officer, Phase, Role
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, change, find, find_first, get_row, kept
from models.text import check_email, check_line, check_printable, is_text


@kept
def _in_role(role: str) -> SelectOfScalar[Officer]:
    return select(Officer).where(col(Officer.role) == role, col(Officer.active))


def officers_in(session: Session, role: str, *, but: int | None = None) -> list[Officer]:
    """The active officers with a role, less the one who must not be asked."""
    return [officer for officer in find(session, _in_role(role)) if officer.id != but]


AT_THE_MACHINE = "an administrator at the command line"


def add_officer(
    session: Session,
    *,
    now: datetime,
    email: str,
    name: str,
    role: str,
    phase: str | None = None,
    demonstration: bool = False,
    actor: str = AT_THE_MACHINE,
) -> Officer:
    """A new officer. Raises InvalidInput, and NotPossible when the e-mail address is taken."""
    _check_officer(email, name, role, phase)
    address = email.lower()
    if find_first(session, select(Officer).where(Officer.email == address)):
        raise NotPossible(f"There is already an officer with the e-mail address {address}.")
    officer_id = add(
        session,
        Officer,
        email=address,
        name=name,
        role=Role(role),
        phase=phase,
        active=True,
        demonstration=demonstration,
        created_at=now,
    )
    added = OfficerAdded(None, officer=address, name=name, role=Role(role), phase=phase)
    append(session, now, actor, added)
    return get_row(session, Officer, officer_id)


class OfficerDetails(Input):
    """Who an officer is here; a phase is a Service Manager's."""

    name: Text
    role: Word
    phase: Word | None = None


class NewOfficer(OfficerDetails):
    """Somebody who is to become an officer."""

    email: Email


def appoint_officer(acting: Acting, given: NewOfficer) -> tuple[Officer, str]:
    """As `add_officer`, by an administrator; with the secret of the new officer's link.

    Raises NotAllowed, InvalidInput, NotPossible.
    """
    acting.require(Act.MANAGE_OFFICERS)
    session, now, by = acting.session, acting.now, acting.officer.email
    added = add_officer(session, now=now, actor=by, **given.model_dump())
    return added, credentials.issue_invitation(session, now=now, officer=added, by=by)


def invite_officer(acting: Acting, email: str) -> str:
    """The secret of a new link for an officer; the one before stops working.

    Raises NotAllowed, NotFound; NotPossible for somebody who is disabled.
    """
    acting.require(Act.MANAGE_OFFICERS)
    invited = find_officer(acting.session, email)
    return credentials.issue_invitation(
        acting.session, now=acting.now, officer=invited, by=acting.officer.email
    )


def _check_officer(email: str, name: str, role: str, phase: str | None) -> None:
    errors: list[tuple[str, str]] = []
    for field, check, value in (("email", check_email, email), ("name", check_line, name)):
        try:
            check(field, value)
        except InvalidInput as invalid:
            errors.extend(invalid.errors)
    if role not in list(Role):
        errors.append(("role", f"Choose a role: {', '.join(Role)}."))
    if phase is not None and phase not in list(Phase):
        errors.append(("phase", "Choose “primary” or “secondary”."))
    if errors:
        raise InvalidInput.many(errors)
    check_printable("name", name)


def change_officer(acting: Acting, email: str, given: OfficerDetails) -> Officer:
    """Change an officer's name, role and phase. A new role ends their sessions.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible for the last administrator's role.
    """
    acting.require(Act.MANAGE_OFFICERS)
    session, by = acting.session, acting.officer.email
    changed = find_officer(session, email)
    _check_officer(changed.email, given.name, given.role, given.phase)
    if given.role != Role.ADMINISTRATOR:
        _check_not_last(session, changed)
    role = Role(given.role)
    return update_officer(session, acting.now, by, changed, given.name, role, given.phase)


def update_officer(
    session: Session,
    now: datetime,
    actor: str,
    officer: Officer,
    name: str,
    role: Role,
    phase: str | None,
) -> Officer:
    """Put these in force and on record, if any is new; what they may be is checked before."""
    before = {"name": officer.name, "role": officer.role, "phase": officer.phase}
    after = {"name": name, "role": role, "phase": phase}
    if before == after:
        return officer
    change(session, Officer, {"id": officer.id}, **after)
    if officer.role is not role:
        identity.end_sign_ins(session, now, officer.id)
    changed = OfficerChanged(None, officer=officer.email, before=before, after=after)
    append(session, now, actor, changed)
    return _fresh(session, officer)


def disable_officer(acting: Acting, email: str, given: Reason) -> Officer:
    """Let an officer sign in no more; their sessions end and their tokens and links are revoked.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible for somebody who is disabled already,
    and for the last administrator.
    """
    acting.require(Act.MANAGE_OFFICERS)
    disabled = find_officer(acting.session, email)
    check_line("reason", given.reason)
    if not disabled.active and not disabled.role_withdrawn:
        raise NotPossible(f"{disabled.name} is already disabled.")
    _check_not_last(acting.session, disabled)
    return shut_out(acting.session, acting.now, acting.officer.email, disabled, given.reason)


def shut_out(
    session: Session,
    now: datetime,
    actor: str,
    officer: Officer,
    reason: str,
    *,
    role_withdrawn: bool = False,
) -> Officer:
    """Disable an officer, whoever decided so: the identity provider only until it says otherwise.

    Whoever an administrator disables stays so (`role_withdrawn` is false), whatever it says.
    """
    change(session, Officer, {"id": officer.id}, active=False, role_withdrawn=role_withdrawn)
    identity.end_sign_ins(session, now, officer.id)
    credentials.revoke_all(session, now, officer.id)
    append(session, now, actor, OfficerDisabled(None, officer=officer.email, reason=reason))
    return _fresh(session, officer)


def enable_officer(acting: Acting, email: str) -> Officer:
    """Let an officer sign in again. Tokens and links that they had stay revoked.

    Raises NotAllowed, NotFound; NotPossible for somebody who is not disabled.
    """
    acting.require(Act.MANAGE_OFFICERS)
    enabled = find_officer(acting.session, email)
    if enabled.active:
        raise NotPossible(f"{enabled.name} is not disabled.")
    return let_in(acting.session, acting.now, acting.officer.email, enabled)


def let_in(session: Session, now: datetime, actor: str, officer: Officer) -> Officer:
    """Enable an officer, whoever decided so."""
    change(session, Officer, {"id": officer.id}, active=True, role_withdrawn=False)
    append(session, now, actor, OfficerEnabled(None, officer=officer.email))
    return _fresh(session, officer)


def _check_not_last(session: Session, officer: Officer) -> None:
    """Somebody must be left to manage officers."""
    if officer.role is not Role.ADMINISTRATOR or not officer.active:
        return
    others = select(Officer.id).where(
        Officer.role == Role.ADMINISTRATOR, col(Officer.active), Officer.id != officer.id
    )
    if find_first(session, others) is None:
        raise NotPossible(
            f"{officer.name} is the last administrator. Make somebody else an administrator first."
        )


def _fresh(session: Session, officer: Officer) -> Officer:
    """The officer as the database has them now: our statements go past the session."""
    return get_row(session, Officer, officer.id)


def find_officer(session: Session, email: str) -> Officer:
    """The officer with this e-mail address; raises NotFound."""
    address = email.strip().lower()
    if not is_text(address):
        raise NotFound("There is no officer with this e-mail address.")
    officer = find_first(session, select(Officer).where(Officer.email == address))
    if officer is None:
        raise NotFound(f"There is no officer with the e-mail address {address}.")
    return officer
