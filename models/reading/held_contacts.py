"""Contacts that a case's letters use in place of the school's, until somebody confirms those."""

from sqlmodel import Session, and_, col, select

from models.access import Reader
from models.commands.held_contacts import find_held
from models.escalations import Escalation
from models.officers import Officer
from models.reading.paging import PER_PAGE, Found, Page, find_id, paged
from models.schools import Contact, HeldContact


def held_contacts(
    session: Session, reader: Reader, reference: str, *, page: int = 1, per_page: int = PER_PAGE
) -> Page:
    """What is held for one escalation, with the school's contact beside each. Raises NotFound."""
    theirs = and_(
        col(Contact.urn) == col(Escalation.urn), col(Contact.role) == col(HeldContact.role)
    )
    statement = (
        select(HeldContact, Contact)
        .join(Escalation, col(Escalation.id) == col(HeldContact.escalation_id))
        .join(Contact, theirs)
        .where(HeldContact.escalation_id == find_id(session, reader, reference))
        .order_by(col(HeldContact.id))
    )
    return paged(
        session,
        statement,
        HeldContact.id,
        lambda found: [_held(session, *pair) for pair in found],
        page=page,
        per_page=per_page,
    )


def held_contact(session: Session, escalation: Escalation, role: str) -> Found:
    """One of them. Raises NotFound, and NotPossible when nothing is held in this role."""
    return _held(session, *find_held(session, escalation, role))


def _held(session: Session, held: HeldContact, contact: Contact) -> Found:
    by = session.exec(select(Officer.name).where(Officer.email == contact.source)).first()
    before = held.contact(contact.urn)
    return {
        "role": contact.role.value,
        "before": _person(before) if before else None,
        "after": _person(contact),
        "changed_by": contact.source,
        "changed_by_name": by or contact.source,
        "changed_at": contact.changed_at,
        "kept": held.kept,
        "seen": held.beside(contact),
    }


def _person(contact: Contact) -> Found:
    return {"name": contact.name, "email": contact.email, "address": list(contact.address)}
