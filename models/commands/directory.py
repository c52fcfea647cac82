"""Officers, their credentials and browser sessions; schools and their contacts."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.commands.casework import require
from models.events import EventKind, Happening, append
from models.officers import (
    CASEWORK,
    Credential,
    CredentialKind,
    Officer,
    Phase,
    Role,
    SignIn,
    digest,
    new_code,
    new_token,
    plain_code,
)
from models.refusals import InvalidInput, NotFound, NotIdentified, NotPossible
from models.schools import Contact, ContactRole, School
from models.statements import add, change
from models.text import check_email, check_line, check_printable, is_text

LONGEST_SIGN_IN = timedelta(hours=12)
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
    address = email.lower()
    if session.exec(select(Officer).where(Officer.email == address)).first():
        raise NotPossible(f"There is an officer with the e-mail address {address} already.")
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
    facts = {"officer": address, "name": name, "role": role, "phase": phase}
    append(session, now, actor, Happening(EventKind.OFFICER_ADDED, None, facts))
    return session.get_one(Officer, officer_id)


def find_officer(session: Session, email: str) -> Officer:
    """The officer with this e-mail address; raises NotFound."""
    address = email.strip().lower()
    if not is_text(address):
        raise NotFound("There is no officer with this e-mail address.")
    officer = session.exec(select(Officer).where(Officer.email == address)).first()
    if officer is None:
        raise NotFound(f"There is no officer with the e-mail address {address}.")
    return officer


def issue_token(session: Session, *, now: datetime, officer: Officer) -> str:
    """A new token for the JSON API, told once and kept only as its hash."""
    token = new_token()
    _keep_credential(session, now, officer, CredentialKind.TOKEN, token)
    return token


def issue_code(session: Session, *, now: datetime, officer: Officer, code: str = "") -> str:
    """A new personal code for Prefect's forms, told once; the one before stops working."""
    earlier = select(Credential).where(
        Credential.officer_id == officer.id,
        Credential.kind == CredentialKind.CODE,
        col(Credential.revoked_at).is_(None),
    )
    for credential in session.exec(earlier):
        change(session, Credential, {"id": credential.id}, revoked_at=now)
    told = code or new_code()
    _keep_credential(session, now, officer, CredentialKind.CODE, plain_code(told))
    return told


def _keep_credential(
    session: Session, now: datetime, officer: Officer, kind: CredentialKind, secret: str
) -> None:
    add(
        session,
        Credential,
        officer_id=officer.id,
        kind=kind,
        digest=digest(secret),
        created_at=now,
    )
    facts = {"officer": officer.email, "kind": kind.value}
    append(session, now, officer.email, Happening(EventKind.CREDENTIAL_ISSUED, None, facts))


def officer_by_token(session: Session, token: str) -> Officer:
    """Whose API token this is; raises NotIdentified."""
    return _holder(session, CredentialKind.TOKEN, token)


def officer_by_code(session: Session, code: str) -> Officer:
    """Whose personal code this is; raises NotIdentified."""
    return _holder(session, CredentialKind.CODE, plain_code(code))


def _holder(session: Session, kind: CredentialKind, secret: str) -> Officer:
    statement = (
        select(Officer)
        .join(Credential, col(Credential.officer_id) == col(Officer.id))
        .where(
            Credential.digest == digest(secret),
            Credential.kind == kind,
            col(Credential.revoked_at).is_(None),
            col(Officer.active),
        )
    )
    officer = session.exec(statement).first()
    if officer is None:
        raise NotIdentified(f"This {kind.value} is not known. Ask for a new one.")
    return officer


def sign_in(session: Session, *, now: datetime, officer: Officer) -> str:
    """Begin a browser's session; the secret for its cookie."""
    secret = new_token()
    ends_at = now + LONGEST_SIGN_IN
    add(
        session,
        SignIn,
        officer_id=officer.id,
        digest=digest(secret),
        started_at=now,
        ends_at=ends_at,
    )
    facts = {"officer": officer.email}
    append(session, now, officer.email, Happening(EventKind.OFFICER_SIGNED_IN, None, facts))
    return secret


def signed_in(session: Session, *, now: datetime, secret: str) -> Officer | None:
    """Who is signed in with this cookie, if anybody still is."""
    statement = (
        select(Officer)
        .join(SignIn, col(SignIn.officer_id) == col(Officer.id))
        .where(SignIn.digest == digest(secret), SignIn.ends_at > now, col(Officer.active))
    )
    return session.exec(statement).first()


def sign_out(session: Session, *, now: datetime, secret: str) -> None:
    """End a browser's session, if there is one."""
    officer = signed_in(session, now=now, secret=secret)
    if officer is None:
        return
    change(session, SignIn, {"digest": digest(secret)}, ends_at=now)
    facts = {"officer": officer.email}
    append(session, now, officer.email, Happening(EventKind.OFFICER_SIGNED_OUT, None, facts))


def add_school(session: Session, *, now: datetime, actor: str, **values: Any) -> None:
    """A new school with the columns given, on record."""
    add(session, School, **values)
    facts = {"urn": values["urn"], "name": values["name"], "type_code": values["type_code"]}
    append(session, now, actor, Happening(EventKind.SCHOOL_ADDED, None, facts))


def find_school(session: Session, urn: object) -> School:
    """The school with this URN; raises NotFound."""
    text = str(urn)
    known = text.isascii() and text.isdigit() and len(text) == 6
    school = session.get(School, int(text)) if known else None
    if school is None:
        raise NotFound("There is no school with this URN. A URN has six digits.")
    return school


def set_contact(
    session: Session,
    *,
    officer: Officer,
    now: datetime,
    urn: object,
    role: str,
    name: str,
    email: str | None,
    address: list[str],
) -> Contact:
    """Add or correct one of a school's contacts. Raises NotFound, NotAllowed, InvalidInput."""
    require(officer, CASEWORK | {Role.ADMINISTRATOR}, "change a school's contacts")
    school = find_school(session, urn)
    _check_contact(role, name, email, address)
    who = ContactRole(role)
    columns = {
        "name": name,
        "email": email or None,
        "address": list(address),
        "source": officer.email,
        "changed_at": now,
    }
    if not change(session, Contact, {"urn": school.urn, "role": who}, **columns):
        add(session, Contact, urn=school.urn, role=who, **columns)
    facts = {"urn": school.urn, "role": role, "name": name, "email": email or None}
    append(session, now, officer.email, Happening(EventKind.CONTACT_CHANGED, None, facts))
    statement = select(Contact).where(Contact.urn == school.urn, Contact.role == who)
    return session.exec(statement.execution_options(populate_existing=True)).one()


def _check_contact(role: str, name: str, email: str | None, address: list[str]) -> None:
    if role not in list(ContactRole):
        raise NotFound(f"There is no contact role {role!r}. Choose from: {', '.join(ContactRole)}.")
    check_printable("name", check_line("name", name))
    if email:
        check_email("email", email)
    if len(address) > 7:
        raise InvalidInput("address", "An address has at most seven lines.")
    for line in address:
        check_printable("address", check_line("address", line, most=100))
