"""Who is to come to an appointment: the school's contacts by their roles, and officers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.appointments.tables import Appointment, Attendee
from models.letters.addressing import contacts_at_hand, recipients
from models.matters.at_hand import AtHand, sees
from models.matters.tables import Matter
from models.people.access import Act, may
from models.people.officers import find_officer
from models.people.tables import Officer
from models.refusals import InvalidInput, NotFound
from models.rows import add, change, find, get_row, kept
from models.schools.tables import ContactRole


@dataclass(frozen=True)
class Person:
    """Somebody who is to come: a contact of the school in a role, or an officer."""

    name: str
    email: str
    role: ContactRole | None = None
    officer_id: int | None = None

    @property
    def same(self) -> str:
        """What tells one person from another: capitals in an address do not."""
        return self.email.lower()


@kept
def _of(appointment: int) -> SelectOfScalar[Attendee]:
    mine = col(Attendee.appointment_id) == appointment
    return select(Attendee).where(mine).order_by(col(Attendee.id))


def attendees_of(session: Session, appointment: Appointment) -> list[Attendee]:
    """Everybody who is to come, or was, in the order in which they were named."""
    return find(session, _of(appointment.id))


def roles_of(people: Sequence[Attendee]) -> list[str]:
    """In which roles people of the school come."""
    return [each.role.value for each in people if each.comes and each.role is not None]


def gather(
    about: AtHand, with_whom: Sequence[str], officers: Sequence[str], today: date
) -> list[Person]:
    """The people by roles at the school and by officers' e-mail addresses, each once.

    Somebody with two roles is asked once, in the first of them. Raises InvalidInput, and
    NotPossible where the school has no e-mail address for a role.
    """
    roles = [*dict.fromkeys(with_whom)]
    if not roles:
        raise InvalidInput("with", "Choose at least one person from the school.")
    if not set(roles) <= set(ContactRole):
        raise InvalidInput("with", f"Choose from: {', '.join(ContactRole)}.")
    at_school = recipients(about, contacts_at_hand(about, today), *roles)
    found = [Person(each.name, each.email, role=ContactRole(each.role)) for each in at_school]
    found += [_coming(about.session, about.matter, email) for email in officers]
    return [*{each.same: each for each in reversed(found)}.values()][::-1]


def _coming(session: Session, matter: Matter, email: str) -> Person:
    try:
        officer = find_officer(session, email)
    except NotFound:
        officer = None
    if officer is None or not may_come(session, matter, officer):
        raise InvalidInput("officers", "Choose officers who work on cases and see this one.")
    return Person(officer.name, officer.email, officer_id=officer.id)


def may_come(session: Session, matter: Matter, officer: Officer) -> bool:
    """Whether an officer reads this matter, so that they can be asked to an appointment on it."""
    reads = may(officer, Act.SEE_CASE)
    return reads and sees(session, officer, matter.id, restricted=matter.restricted)


def gather_again(about: AtHand, people: Sequence[Attendee], today: date) -> list[Person]:
    """Those who come, as contacts and officers stand now: whoever left or sees it no more is out.

    Raises NotPossible where the school has no e-mail address any more for somebody's role.
    """
    return gather(about, roles_of(people), still_coming(about, people), today)


def still_coming(about: AtHand, people: Sequence[Attendee]) -> list[str]:
    """The e-mail addresses of the officers who come and still may."""
    coming = [each for each in people if each.comes and each.officer_id is not None]
    officers = [get_row(about.session, Officer, each.officer_id) for each in coming]
    return [each.email for each in officers if may_come(about.session, about.matter, each)]


def keep(session: Session, appointment: Appointment, people: Sequence[Person]) -> None:
    """Let these come and nobody else."""
    there = {each.email.lower(): each for each in attendees_of(session, appointment)}
    for person in people:
        as_now = {
            "name": person.name,
            "email": person.email,
            "role": person.role,
            "officer_id": person.officer_id,
        }
        before = there.pop(person.same, None)
        if before is None:
            add(session, Attendee, appointment_id=appointment.id, **as_now, comes=True)
        elif not before.comes or as_now != {name: getattr(before, name) for name in as_now}:
            change(session, Attendee, {"id": before.id}, **as_now, comes=True)
    for left in there.values():
        if left.comes:
            change(session, Attendee, {"id": left.id}, comes=False)
