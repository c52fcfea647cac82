"""What a calendar is given is read back as it was, whatever somebody typed."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from notifications.calendars import Invitation

SENDER, HEAD = "council@council.example", "headteacher@school-900001.example"
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\r\n\t"))


@settings(max_examples=60, deadline=None)
@given(name=NAMES, place=NAMES, subject=NAMES, words=TEXTS)
def test_any_text_is_read_back_as_it_was_and_adds_no_property(
    name: str, place: str, subject: str, words: str
) -> None:
    invitation = Invitation(
        method="REQUEST",
        uid="1",
        sequence=0,
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        starts_at=datetime(2026, 12, 3, 10, tzinfo=UTC),
        ends_at=datetime(2026, 12, 3, 11, tzinfo=UTC),
        subject=subject,
        place=place,
        text=words,
        attendees=((name, HEAD),),
        private=False,
    )
    [event] = Calendar.from_ical(invitation.written(organiser=SENDER)).events
    plain = set(event) - {"LOCATION", "SUMMARY", "DESCRIPTION"}
    assert plain == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER"),
        *("ATTENDEE", "STATUS", "CLASS", "TRANSP"),
    }
    assert str(event["organizer"]) == f"mailto:{SENDER}"
    assert str(event["attendee"]) == f"mailto:{HEAD}"
    assert event["location"] == place
    assert event["summary"] == subject
