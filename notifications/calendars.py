"""An invitation as calendar programs take it (iCalendar, RFC 5545; scheduling, RFC 5546).

Outlook offers Accept and Decline where the organiser is a bare address, and the one that the mail
comes from; a later version has the same UID and a higher SEQUENCE.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress


@dataclass(frozen=True)
class Invitation:
    """One version of an appointment, for everybody who is named on it; moments are aware."""

    method: str  # REQUEST or CANCEL
    uid: str
    sequence: int
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    subject: str
    place: str
    text: str
    attendees: tuple[tuple[str, str], ...]  # by name and e-mail address
    private: bool

    def written(self, *, organiser: str) -> str:
        """The calendar with this one appointment; `organiser` is the sender's e-mail address."""
        calendar = Calendar()
        calendar.add("prodid", "-//Schools Causing Concern//Appointments//EN")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", self.method)
        calendar.add_component(self._event(organiser))
        written: bytes = calendar.to_ical()
        return written.decode()

    def _event(self, organiser: str) -> Event:
        """Moments are in UTC, so that no program has to know the rules of London's clocks."""
        event = Event()
        event.add("uid", self.uid)
        event.add("sequence", self.sequence)
        event.add("dtstamp", self.made_at.astimezone(UTC))
        event.add("dtstart", self.starts_at.astimezone(UTC))
        event.add("dtend", self.ends_at.astimezone(UTC))
        event.add("summary", self.subject)
        event.add("location", self.place)
        event.add("description", self.text)
        event.add("organizer", vCalAddress(f"mailto:{organiser}"))
        for name, email in self.attendees:
            event.add("attendee", _attendee(name, email))
        event.add("status", "CONFIRMED" if self.method == "REQUEST" else "CANCELLED")
        event.add("class", "PRIVATE" if self.private else "PUBLIC")
        event.add("transp", "OPAQUE")
        return event


def _attendee(name: str, email: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{email}")
    attendee.params["CN"] = " ".join(name.replace('"', "").split())
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "NEEDS-ACTION"
    attendee.params["RSVP"] = "TRUE"
    return attendee
