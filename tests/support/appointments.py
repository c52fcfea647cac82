"""Appointments on a case or a school's record in tests, and the calendar of whoever was asked."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import Engine
from sqlmodel import col, select

from models.appointments import planning
from models.appointments.tables import Appointment, Attendee
from models.database import read
from models.events import Event
from models.inputs import Reason, refusing
from models.outbox import Message, MessageKind
from models.record.verifying import examine
from tests.support.cases import Case
from tests.support.smtp import Received

DAY = date(2026, 12, 3)
HEAD = "headteacher@school-900001.example"
CHAIR = "chair.of.governors@school-900001.example"
GIVEN: dict[str, Any] = {
    "kind": "discussion",
    "on": DAY,
    "starts": "10:00",
    "ends": "11:30",
    "place": "The school",
    "with": ["headteacher"],
}
AFTER = timedelta(days=14)  # when the meeting is over


def plan(case: Case, by: str = "seo", **given: Any) -> Appointment:
    """Plan a discussion on a case."""
    with refusing():
        wanted = planning.AppointmentToPlan(**{**GIVEN, **given})
    with case.acting(by) as acting:
        return planning.plan(acting, case.reference, wanted)


def plan_at_school(case: Case, by: str = "seo", urn: int = 900001, **given: Any) -> Appointment:
    """Plan a visit to a school."""
    with refusing():
        wanted = planning.AppointmentToPlan(**{**GIVEN, "kind": "visit", **given})
    with case.acting(by) as acting:
        return planning.plan_at_school(acting, urn, wanted)


def move(case: Case, appointment: int, by: str = "seo", **given: Any) -> Appointment:
    """Move an appointment: to the afternoon unless told."""
    its = {name: GIVEN[name] for name in ("on", "place")} | {"starts": "2pm", "ends": "3:30pm"}
    with refusing():
        wanted = planning.AppointmentChange(**{**its, **given})
    with case.acting(by) as acting:
        return planning.move(acting, appointment, wanted)


def invite(case: Case, appointment: int, by: str = "seo") -> Appointment:
    """Send the invitations that were not sent yet, or did not arrive."""
    with case.acting(by) as acting:
        return planning.invite(acting, appointment)


def cancel(case: Case, appointment: int, by: str = "seo") -> Appointment:
    """Call it off."""
    with case.acting(by) as acting:
        return planning.cancel(acting, appointment, Reason(reason="The head is ill."))


def row(engine: Engine, appointment: int) -> Appointment:
    """An appointment as it stands in the database."""
    with read(engine) as session:
        return session.get_one(Appointment, appointment)


def people(engine: Engine, appointment: int) -> list[Attendee]:
    """Everybody who comes to it, or came no more."""
    with read(engine) as session:
        mine = select(Attendee).where(Attendee.appointment_id == appointment)
        return list(session.exec(mine.order_by(col(Attendee.id))))


def invitations(engine: Engine) -> list[Message]:
    """What was put on its way to those who come, in order."""
    with read(engine) as session:
        mine = select(Message).where(Message.kind == MessageKind.INVITATION)
        return list(session.exec(mine.order_by(col(Message.id))))


def queued(case: Case) -> list[tuple[str, str, int]]:
    """What was put on its way: to whom, what, and which version."""
    return [
        (each.to_email, each.data["method"], each.data["sequence"])
        for each in invitations(case.engine)
    ]


def told(case: Case, kind: str) -> list[Event]:
    """The events of a kind on the record of a case."""
    return [event for event in case.all(Event) if event.kind == kind]


def intact(case: Case) -> None:
    """Assert that rows are as the record says."""
    with read(case.engine) as session:
        assert examine(session).intact


def parts_of(received: Received) -> list[EmailMessage]:
    """The forms in which a mail has what it says, the preferred one last."""
    parts = received.message.get_payload()
    assert isinstance(parts, list)
    return [part for part in parts if isinstance(part, EmailMessage)]


def calendar_of(received: Received) -> tuple[Calendar, Entry]:
    """The calendar that a mail carries, and the appointment in it."""
    calendar = Calendar.from_ical(parts_of(received)[-1].get_payload(decode=True))
    [event] = calendar.events
    return calendar, event


@dataclass
class Diary:
    """The calendars of everybody, kept as a calendar program keeps them (RFC 5546).

    By address and UID the newest version: what has a lower sequence than what is there is passed
    over.
    """

    entries: dict[tuple[str, str], tuple[int, str, datetime, str]] = field(default_factory=dict)
    seen: list[tuple[str, str, int]] = field(default_factory=list)

    def take(self, received: Received) -> None:
        calendar, event = calendar_of(received)
        [to] = received.recipients
        its, sequence = (to, str(event["uid"])), int(event["sequence"])
        self.seen.append((*its, sequence))
        before = self.entries.get(its)
        if before is None or before[0] <= sequence:
            method, place = str(calendar["method"]), str(event["location"])
            starts: Any = event["dtstart"].dt
            self.entries[its] = (sequence, method, starts, place)

    def standing(self, uid: str) -> dict[str, tuple[datetime, str]]:
        """Who has the appointment in their calendar, with when and where."""
        return {
            to: (starts, place)
            for (to, known), (_, method, starts, place) in self.entries.items()
            if known == uid and method == "REQUEST"
        }
