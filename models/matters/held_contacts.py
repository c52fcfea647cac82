"""Contacts that a case's letters go on to use after somebody changed them who does not see it.

Whoever may change a school's contacts is answered alike whether or not the school has a case that
they do not see. So that nobody diverts a case's letters past those who work on it, its letters go
to the contact as it was, until one of them confirms the new one.
"""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.events import append
from models.inputs import Input, Text, Word
from models.matters.at_hand import sees
from models.matters.case import enter_at_hand
from models.matters.events import ContactConfirmed, ContactKept
from models.matters.tables import Matter
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.tables import Officer
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, change, find, find_first, kept, remove
from models.schools.tables import Contact, ContactRole, HeldContact

DECISIONS = ("confirm", "keep")


@kept
def _contact(urn: int, role: str) -> SelectOfScalar[Contact]:
    return select(Contact).where(col(Contact.urn) == urn, col(Contact.role) == role)


@kept
def _held(matter: int, role: str) -> SelectOfScalar[HeldContact]:
    return select(HeldContact).where(
        col(HeldContact.matter_id) == matter,
        col(HeldContact.role) == role,
    )


@kept
def _matters(urn: int) -> SelectOfScalar[Matter]:
    return select(Matter).where(col(Matter.urn) == urn)


def contact_at(session: Session, urn: int, role: ContactRole) -> Contact | None:
    """The school's contact in a role, as it stands."""
    return find_first(session, _contact(urn, role.value))


def is_held(session: Session, matter_id: int, role: str) -> bool:
    """Whether a case's letters use another contact than the school's in this role."""
    return bool(find(session, _held(matter_id, role)))


def contact_changed(
    session: Session, officer: Officer, before: Contact | None, after: Contact
) -> None:
    """An officer changed a contact: hold the one before for each case that they do not see.

    For a case that they work on it is thereby confirmed.
    """
    for matter in find(session, _matters(after.urn)):
        seen = sees(session, officer, matter.id, restricted=matter.restricted)
        if seen and may(officer, Act.CONFIRM_CONTACT):
            _let_go(session, matter.id, after.role)
        elif not seen or is_held(session, matter.id, after.role.value):
            _hold(session, matter.id, before, after)


def register_changed(session: Session, before: Contact | None, after: Contact) -> None:
    """The national register changed a contact: no restricted case's letters follow by themselves.

    Whoever imports it need not see them, and it has no e-mail address.
    """
    for matter in find(session, _matters(after.urn)):
        if matter.restricted or is_held(session, matter.id, after.role.value):
            _hold(session, matter.id, before, after)


def _hold(session: Session, matter_id: int, before: Contact | None, after: Contact) -> None:
    held = find_first(session, _held(matter_id, after.role.value))
    if before is not None and _same(before, after):
        return
    if held is None:
        add(session, HeldContact, matter_id=matter_id, role=after.role, **_as_was(before))
    elif _same(held, after):
        _let_go(session, matter_id, after.role)
    else:
        change(session, HeldContact, {"id": held.id}, kept=False)


def _as_was(contact: Contact | None) -> dict[str, object]:
    return {
        "name": contact.name if contact else None,
        "email": contact.email if contact else None,
        "address": list(contact.address) if contact else [],
        "source": contact.source if contact else None,
        "changed_at": contact.changed_at if contact else None,
        "kept": False,
    }


def _same(one: Contact | HeldContact, other: Contact) -> bool:
    return (one.name, one.email, list(one.address)) == (
        other.name,
        other.email,
        list(other.address),
    )


def _let_go(session: Session, matter_id: int, role: ContactRole) -> None:
    mine = (col(HeldContact.matter_id) == matter_id, col(HeldContact.role) == role)
    remove(session, HeldContact, *mine)


class ContactChosen(Input):
    """`confirm` the school's contact for a case's letters, or `keep` the one before.

    `seen` is the fingerprint of the two, as they were read.
    """

    decision: Word
    seen: Text


def settle_contact(acting: Acting, reference: str, role: str, given: ContactChosen) -> None:
    """Let a case's letters use the school's contact (`confirm`), or the one before (`keep`).

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when nothing is held, or was changed
    since.
    """
    session, officer = acting.session, acting.officer
    about = enter_at_hand(session, acting.policy, officer, Act.CONFIRM_CONTACT, reference)
    held, present = find_held(session, about.matter, role)
    if given.decision not in DECISIONS:
        raise InvalidInput("decision", "Choose “confirm” or “keep”.")
    if given.seen != held.beside(present):
        raise NotPossible("The contact was changed after you looked at it: look again first.")
    if given.decision == "confirm":
        _let_go(session, held.matter_id, held.role)
        what: type[ContactConfirmed | ContactKept] = ContactConfirmed
    elif change(session, HeldContact, {"id": held.id, "kept": False}, kept=True):
        what = ContactKept
    else:
        raise NotPossible(f"It has already been decided to keep the previous {held.role.label}.")
    decided = what(
        about.matter.id,
        urn=present.urn,
        role=role,
        before={"name": held.name, "email": held.email},
        after={"name": present.name, "email": present.email},
        of_school=about.matter.of_school,
    )
    append(session, acting.now, officer.email, decided)


def find_held(session: Session, matter: Matter, role: str) -> tuple[HeldContact, Contact]:
    """What is held for a case in this role, and the school's contact beside it.

    Raises NotFound for what is no role, NotPossible when nothing is held.
    """
    if role not in list(ContactRole):
        raise NotFound("There is no such contact.")
    held = find(session, _held(matter.id, role))
    present = contact_at(session, matter.urn, ContactRole(role)) if matter.urn else None
    if not held or present is None:
        raise NotPossible(
            f"There is nothing to confirm: letters on this record go to the "
            f"{ContactRole(role).label} that the school has."
        )
    return held[0], present
