"""An officer's own calendar, as a feed under a secret address (RFC 5545)."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import Response
from icalendar import Calendar, Event

from models.dashboard import calendar as dashboard_calendar
from models.dashboard.calendar import Entry
from models.database import read
from models.people import credentials
from models.people.tables import Credential
from models.refusals import NotFound, NotIdentified
from web.door import AtDoor, Door
from web.rules import whoever_holds

router = APIRouter()
ASK_AGAIN = timedelta(hours=4)


@router.get("/calendar/{secret}.ics", dependencies=[whoever_holds(of=Credential)])
def feed(door: AtDoor, secret: str) -> Response:
    """The calendar of whoever was given this address."""
    with read(door.engine) as session:
        try:
            officer = credentials.officer_by_calendar(session, secret)
        except NotIdentified:
            raise NotFound("There is no calendar here. Its address may have changed.") from None
        entries = dashboard_calendar.calendar(session, door.policy, officer, today=door.today)
    calendar = Calendar()
    calendar.add("prodid", "-//Schools Causing Concern//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Schools Causing Concern: {officer.name}")
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(door, entry))
    return Response(calendar.to_ical(), media_type="text/calendar; charset=utf-8")


def _event(door: Door, entry: Entry) -> Event:
    """What is due is a whole day, free; what is at a time takes its time."""
    host = urlsplit(door.settings.base_url).hostname or "localhost"
    event = Event()
    event.add("uid", f"{entry.key}@{host}")
    event.add("dtstamp", door.now)
    event.add("dtstart", entry.starts_at or entry.day)
    event.add("dtend", entry.ends_at or entry.day + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("url", door.settings.base_url.rstrip("/") + entry.path)
    event.add("transp", "OPAQUE" if entry.starts_at else "TRANSPARENT")
    return event
