"""Officers and what they are here; schools and their contacts."""

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlmodel import Session, col, select

from models.escalations.tables import LIVE, Escalation
from models.events import append
from models.inputs import Email, Input, Text, Words
from models.matters.held_contacts import contact_at, contact_changed, is_held
from models.matters.tables import Matter
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotFound
from models.rows import add, by_key, change, find_first, find_one
from models.schools.events import ContactChanged, SchoolAdded
from models.schools.tables import Contact, ContactRole, School
from models.text import check_email, check_line, check_printable


def add_school(session: Session, *, now: datetime, actor: str, **values: Any) -> None:
    """A new school with the columns given, on record."""
    add(session, School, **values)
    facts = {name: values[name] for name in ("urn", "name", "type_code")}
    append(session, now, actor, SchoolAdded(None, **facts))


def find_school(session: Session, urn: object) -> School:
    """The school with this URN; raises NotFound."""
    text = str(urn)
    known = text.isascii() and text.isdigit() and len(text) == 6
    school = by_key(session, School, int(text)) if known else None
    if school is None:
        raise no_school()
    return school


def no_school() -> NotFound:
    """What is said of a school that is not there, and of one that somebody does not see."""
    return NotFound("There is no school with this URN. A URN has six digits.")


class NewContact(Input):
    """One of a school's contacts; the address line by line.

    `correction`: another name of the headteacher corrects it, and is no new headteacher.
    """

    name: Text
    email: Email | None = None
    address: Words = Field(default=[])
    correction: bool = False


def set_contact(acting: Acting, urn: object, role: str, given: NewContact) -> Contact:
    """Add or correct one of a school's contacts; what follows from a new headteacher does not.

    Doors call `enter_contact` of `models.risk.new_headteachers`, which sees to that. The letters
    of a case that the officer does not see go on to the contact before. Raises NotFound,
    NotAllowed, InvalidInput.
    """
    acting.require(Act.CHANGE_CONTACTS)
    session, officer = acting.session, acting.officer
    school = find_school(session, urn)
    _check_contact(role, given)
    who = ContactRole(role)
    before = contact_at(session, school.urn, who)
    columns = {
        "name": given.name,
        "email": given.email or None,
        "address": list(given.address),
        "source": officer.email,
        "changed_at": acting.now,
    }
    if not change(session, Contact, {"urn": school.urn, "role": who}, **columns):
        add(session, Contact, urn=school.urn, role=who, **columns)
    statement = select(Contact).where(Contact.urn == school.urn, Contact.role == who)
    contact = find_one(session, statement)
    contact_changed(session, officer, before, contact)
    live = live_case(session, school)
    held = live is not None and is_held(session, live, role)
    changed = ContactChanged(
        live,
        urn=school.urn,
        role=role,
        name=given.name,
        email=given.email or None,
        held=held or None,  # told on the case's own record alone
        correction=given.correction or None,
    )
    append(session, acting.now, officer.email, changed)
    return contact


def live_case(session: Session, school: School) -> int | None:
    """The key of the school's live case, on whose record belongs what is changed at the school."""
    live = col(Escalation.status).in_(LIVE)
    statement = select(Escalation.id).join(Matter, col(Matter.id) == col(Escalation.id))
    return find_first(session, statement.where(Matter.urn == school.urn, live))


def _check_contact(role: str, given: NewContact) -> None:
    if role not in list(ContactRole):
        raise NotFound(f"There is no contact role {role!r}. Choose from: {', '.join(ContactRole)}.")
    check_printable("name", check_line("name", given.name))
    if given.email:
        check_email("email", given.email)
    if len(given.address) > 7:
        raise InvalidInput("address", "An address has at most seven lines.")
    for line in given.address:
        check_printable("address", check_line("address", line, most=100))
