"""Appointments as doors show them, with who comes and what became of each invitation."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from pydantic import AwareDatetime, Field
from sqlmodel import Session, col, select

from models.appointments import tables
from models.appointments.people import may_come
from models.appointments.sending import IN_TROUBLE, key_of
from models.appointments.tables import AppointmentKind, AppointmentState, Asked
from models.clocks import london_date, period_words
from models.happened import listed
from models.matters.at_hand import find_id, see_row
from models.matters.tables import Matter
from models.outbox import Message, MessageState
from models.paging import PER_PAGE, Page, paged
from models.people.access import ON_THE_CASE, Reader
from models.people.shown import officer_names, officers_in
from models.people.tables import Officer
from models.policy.wording import role_words, the_role
from models.rows import find, get_row
from models.schools.tables import ContactRole, School
from models.shown import Shown


class Attendee(Shown):
    """Somebody who comes, by their role at the school or as an officer; or came no more.

    `asked` is what was last sent to them, `delivery` what became of that message: null while
    nothing was. Whether they accept is told to the mailbox that invitations come from, not here.
    """

    name: str
    email: str
    role: ContactRole | None
    officer: bool
    comes: bool
    asked: Asked | None
    delivery: MessageState | None
    at: AwareDatetime | None
    detail: str

    @property
    def known_as(self) -> str:
        """The name, with the role at the school."""
        return f"{self.name}, {role_words(self.role.value)}" if self.role else self.name

    @property
    def wants_invitation(self) -> bool:
        """Whether they come and were not invited yet, or their invitation did not arrive."""
        asked = self.asked is Asked.REQUEST and self.delivery not in IN_TROUBLE
        return self.comes and not asked


class Appointment(Shown):
    """A discussion, meeting or visit that was planned.

    `to_come`: it is planned and not over. `reason` is why it was cancelled.
    """

    id: int
    reference: str
    urn: int
    school: str
    step: str | None
    kind: AppointmentKind
    state: AppointmentState
    to_come: bool
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    with_whom: list[ContactRole] = Field(alias="with")
    officers: list[str]
    subject: str
    words: str
    invited: bool
    attendees: list[Attendee]
    planned_by: str
    planned_by_name: str
    planned_at: AwareDatetime
    reason: str

    @property
    def day(self) -> date:
        """The day in London."""
        return london_date(self.starts_at)

    @property
    def period(self) -> str:
        """Day and times in words."""
        return period_words(self.starts_at, self.ends_at)

    @property
    def title(self) -> str:
        """What it is and with whom, as it stands in lists."""
        return f"{self.kind.label} with {listed([the_role(role.value) for role in self.with_whom])}"


def appointments_of(
    session: Session,
    reader: Reader,
    reference: str,
    *,
    now: datetime,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Appointment]:
    """The appointments of one matter, in the order in which they were planned. Raises NotFound."""
    matter = find_id(session, reader, reference)
    mine = select(tables.Appointment).where(col(tables.Appointment.matter_id) == matter)
    return paged(
        session,
        mine.order_by(col(tables.Appointment.id)),
        tables.Appointment.id,
        lambda found: described(session, found, now),
        page=page,
        per_page=per_page,
    )


def appointment(
    session: Session, reader: Reader, appointment_id: int, *, now: datetime
) -> Appointment:
    """One appointment; raises NotFound."""
    found = see_row(session, reader, tables.Appointment, appointment_id)
    return described(session, [found], now)[0]


def described(
    session: Session, found: Sequence[tables.Appointment], now: datetime
) -> list[Appointment]:
    """Appointments of one matter as they are shown. Five queries."""
    if not found:
        return []
    matter = get_row(session, Matter, found[0].matter_id)
    school = get_row(session, School, matter.urn)
    planners = officer_names(session, (each.planned_by_id for each in found))
    people = _people(session, [each.id for each in found])
    return [
        Appointment(
            id=each.id,
            reference=matter.reference,
            urn=school.urn,
            school=school.name,
            step=each.step_key,
            kind=each.kind,
            state=each.state,
            to_come=each.state is AppointmentState.PLANNED and each.ends_at > now,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            place=each.place,
            with_whom=[one.role for one in people[each.id] if one.comes and one.role],
            officers=[one.email for one in people[each.id] if one.comes and one.officer],
            subject=each.subject,
            words=each.words,
            invited=any(one.asked is Asked.REQUEST for one in people[each.id]),
            attendees=people[each.id],
            planned_by=planners[each.planned_by_id][0],
            planned_by_name=planners[each.planned_by_id][1],
            planned_at=each.planned_at,
            reason=each.reason,
        )
        for each in found
    ]


def officers_to_come(session: Session, matter: Matter | None) -> list[Officer]:
    """The officers who can be asked to an appointment on a matter, which may not be there yet."""
    reading = officers_in(session, ON_THE_CASE)
    return [each for each in reading if matter is None or may_come(session, matter, each)]


def _people(session: Session, appointments: Sequence[int]) -> dict[int, list[Attendee]]:
    of_these = col(tables.Attendee.appointment_id).in_(appointments)
    rows = find(session, select(tables.Attendee).where(of_these).order_by(col(tables.Attendee.id)))
    keys = [key_of(each.id, each.sequence) for each in rows if each.sequence is not None]
    carrying = select(Message).where(col(Message.key).in_(keys))
    messages = {message.key: message for message in find(session, carrying)}
    people: dict[int, list[Attendee]] = defaultdict(list)
    for each in rows:
        by = messages.get(key_of(each.id, each.sequence if each.sequence is not None else ""))
        people[each.appointment_id].append(
            Attendee(
                name=each.name,
                email=each.email,
                role=each.role,
                officer=each.officer_id is not None,
                comes=each.comes,
                asked=each.asked,
                delivery=by.state if by else None,
                at=(by.settled_at or by.queued_at) if by else None,
                detail=by.detail if by else "",
            )
        )
    return people
