"""Whom a letter goes to, and where: contacts, copies, national bodies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models.law.powers import Section
from models.letters.recipients import Recipient
from models.letters.tables import Letter
from models.matters.at_hand import AtHand
from models.matters.held_contacts import is_held
from models.matters.tables import Matter
from models.policy import Policy
from models.policy.whole import NATIONAL_BODIES
from models.refusals import NotPossible
from models.rows import find, find_first, kept
from models.schools.tables import Contact, ContactRole, HeldContact
from models.statutory.tables import Power, PowerState

CHAIR = ContactRole.CHAIR_OF_GOVERNORS.value


@kept
def _contacts(urn: int, matter: int) -> Select[Contact, HeldContact | None]:
    held = and_(col(HeldContact.matter_id) == matter, col(HeldContact.role) == col(Contact.role))
    return select(Contact, HeldContact).outerjoin(HeldContact, held).where(col(Contact.urn) == urn)


@dataclass(frozen=True)
class Addressing:
    """Whom a letter is for: roles at the school or national bodies.

    `people` hold no such role; one of them is the addressee where `to` is their role's word.
    """

    to: str
    copies: tuple[str, ...] = ()
    copies_where_known: tuple[str, ...] = ()
    people: tuple[Recipient, ...] = ()


def contacts_of(session: Session, matter: Matter, today: date) -> dict[str, Contact]:
    """The people at a school to whom a matter's letters go, by role.

    What somebody changed who does not see the case waits to be confirmed. While an Interim
    Executive Board sits it is the governing body (Schedule 6), so its chair stands in for the
    chair of governors.
    """
    if matter.urn is None:
        return {}
    urn = matter.urn
    contacts = {}
    for contact, held in find(session, _contacts(urn, matter.id)):
        as_it_was = held.contact(urn) if held else contact
        if as_it_was is not None:
            contacts[contact.role.value] = as_it_was
    board = sitting_board(session, urn, today)
    if board is not None:
        contacts[CHAIR] = _chair_of_board(board)
    return contacts


def contacts_at_hand(at_hand: AtHand, today: date) -> dict[str, Contact]:
    """The same, read once for one command."""
    if today not in at_hand.contacts:
        at_hand.contacts[today] = contacts_of(at_hand.session, at_hand.matter, today)
    return at_hand.contacts[today]


def _chair_of_board(board: Power) -> Contact:
    members = board.needs.members
    chair = next((member for member in members if member.chair), members[0])
    return Contact(
        urn=board.urn,
        role=ContactRole.CHAIR_OF_GOVERNORS,
        name=f"{chair.name}, Chair of the Interim Executive Board",
        email=chair.email,
        address=chair.address,
        source="the notice of the Interim Executive Board",
        changed_at=board.prepared_at,
    )


def recipients(at_hand: AtHand, contacts: Mapping[str, Contact], *roles: str) -> list[Recipient]:
    """Names and addresses of those who have these roles, in their order.

    Raises NotPossible naming what is missing.
    """
    found = []
    for role in roles:
        entry = address_of(at_hand.policy, contacts, role)
        if entry is None:
            raise NotPossible(_no_address(at_hand, role))
        found.append(entry)
    return found


def everybody(at_hand: AtHand, contacts: Mapping[str, Contact], letter: Letter) -> list[Recipient]:
    """Everybody a letter goes to, the addressee first: also one who has no role at the school.

    Raises NotPossible naming what is missing.
    """
    return with_people(
        at_hand, contacts, letter.to_role, tuple(letter.copy_roles), tuple(letter.named)
    )


def with_people(
    at_hand: AtHand,
    contacts: Mapping[str, Contact],
    to: str,
    copies: tuple[str, ...],
    people: tuple[Recipient, ...],
) -> list[Recipient]:
    """The same of a letter that is to be drafted."""
    first = [person for person in people if person.role == to]
    others = [person for person in people if person.role != to]
    roles = copies if first else (to, *copies)
    known = recipients(at_hand, contacts, *roles) if roles else []
    return [*first, *known, *others]


def _no_address(at_hand: AtHand, role: str) -> str:
    who = role.replace("_", " ")
    if is_held(at_hand.session, at_hand.matter.id, role):
        return (
            f"{at_hand.school.name} had no e-mail address for its {who} before the contact was "
            f"changed by somebody who cannot see this case. Confirm the {who} on the page of the "
            "case, then try again."
        )
    return (
        f"{at_hand.school.name} has no e-mail address for its {who}. "
        f"Add the contact of the {who} to the school, then try again."
    )


def address_of(policy: Policy, contacts: Mapping[str, Contact], role: str) -> Recipient | None:
    """Name and addresses of whoever has a role; None where no e-mail address is known."""
    if role in NATIONAL_BODIES:
        body = policy.bodies[role]
        return Recipient(role=role, name=body.name, email=body.email, address=list(body.address))
    contact = contacts.get(role)
    if contact is None or not contact.email:
        return None
    return Recipient(
        role=role, name=contact.name, email=contact.email, address=list(contact.address)
    )


def can_be_addressed(
    at_hand: AtHand, addressing: Addressing, contacts: Mapping[str, Contact]
) -> bool:
    """Whether everybody whom a letter must reach has an address."""
    must = (addressing.to, *addressing.copies)
    return all(address_of(at_hand.policy, contacts, role) is not None for role in must)


def _known(contacts: Mapping[str, Contact], role: str) -> bool:
    return role in contacts and bool(contacts[role].email)


# Kept, for it is asked whenever a letter is drafted. A board sits until the day on which it ends.
@kept
def _board(urn: int, today: date) -> SelectOfScalar[Power]:
    return (
        select(Power)
        .where(col(Power.urn) == urn)
        .where(Power.section == Section.INTERIM_EXECUTIVE_BOARD, col(Power.used_on).is_not(None))
        .where(col(Power.starts_on) <= today)
        .where(
            or_(
                col(Power.state) == PowerState.IN_FORCE,
                col(Power.ended_on) > today,
            )
        )
    )


def sitting_board(session: Session, urn: int, today: date) -> Power | None:
    """The Interim Executive Board that has taken the governing body's place, if one has."""
    return find_first(session, _board(urn, today))
