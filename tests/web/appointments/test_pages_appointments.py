"""Appointments at the pages: the forms, what they say, and where what is to come is shown."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import Engine

from tests.support.appointments import AFTER, DAY, plan
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.visitors import Page, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILLED = {
    "kind": "discussion",
    "on": DAY,
    "starts": "10am",
    "ends": "11:30am",
    "place": "The school",
    "with": ["headteacher"],
}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def case_page(visitors: Visitors, case: Case) -> Page:
    return visitors.seo.get(f"/escalations/{case.reference}")


def test_a_discussion_is_planned_moved_and_cancelled(visitors: Visitors, case: Case) -> None:
    case.started()
    form = case_page(visitors, case).follow("Plan a discussion or meeting")
    assert form.heading == "Plan a discussion or meeting"
    assert "Not known by e-mail, so they cannot be invited: " in form.text
    page = form.submit(**FILLED)
    assert "It has been planned, and the invitations are on their way" in page.text
    assert page.heading == "Discussion with the headteacher"
    assert "3 December 2026, 10am to 11:30am" in page.text
    assert "Waiting to be sent" in page.text
    assert "Send the invitations" not in page.links
    home = case_page(visitors, case)
    assert "A discussion is planned: 3 December 2026, 10am to 11:30am." in home.text
    assert "Discussion with the headteacher" in home.links
    form = page.follow("Change day, time, place or people")
    page = form.submit(starts="2pm", ends="3pm")
    assert "The change has been saved" in page.text
    assert "3 December 2026, 2pm to 3pm" in page.text
    page = page.follow("Cancel it").submit(reason="The head is ill.")
    assert "It has been cancelled" in page.text
    assert "The head is ill." in page.text
    assert "Cancel it" not in page.links
    record = visitors.seo.get(f"/escalations/{case.reference}/record")
    assert "A discussion with the headteacher at step i" in record.text
    assert "2 cancellations go out." in record.text


def test_a_visit_is_planned_on_the_schools_record_and_invited_to_later(visitors: Visitors) -> None:
    form = visitors.seo.get("/schools/900001/record").follow("Plan a visit or meeting")
    page = form.submit(**{**FILLED, "kind": "visit", "invite": "no"})
    assert "It has been planned" in page.text
    assert "Nothing yet" in page.text
    page = page.follow("Send the invitations")
    assert "Headteacher of Ashfield Primary School, headteacher" in page.text
    page = page.submit()
    assert "The invitations are on their way" in page.text
    record = visitors.seo.get("/schools/900001/record")
    assert "Visit with the headteacher" in record.links
    assert "visit with the headteacher was planned" in record.text


def test_what_was_left_out_is_asked_for_all_at_once_and_what_was_typed_stays(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    form = case_page(visitors, case).follow("Plan a discussion or meeting")
    form = form.submit(422, officers=[], place="County Hall")
    for words in (
        "Choose what you are planning",
        "Enter the date",
        "Enter the time at which it starts",
        "Choose who comes from the school",
        "Choose which officers come",
    ):
        assert words in form.text
    assert "County Hall" in form.response.text
    form = form.submit(422, **{**FILLED, "starts": "2:30", "officers": ["seo@fernshire.example"]})
    assert "Say which half of the day: enter 2:30am or 2:30pm." in form.text


def test_that_the_letter_comes_first_is_said_above_the_form(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("performance_meetings")
    visitors.now = case.now
    form = case_page(visitors, case).follow("Plan a discussion or meeting")
    on = case.now.date() + timedelta(days=7)
    chair = {**FILLED, "kind": "meeting", "on": on, "with": ["chair_of_governors"]}
    form = form.submit(422, **chair)
    assert "has not been issued yet" in form.text
    page = form.submit(**chair, invite="no")
    assert page.heading == "Meeting with the chair of governors"


def test_on_a_restricted_case_no_subject_is_asked_for(visitors: Visitors, case: Case) -> None:
    case.started()
    assert (
        "Subject (optional)"
        in case_page(visitors, case).follow("Plan a discussion or meeting").text
    )
    case.restrict()
    form = case_page(visitors, case).follow("Plan a discussion or meeting")
    assert "Subject (optional)" not in form.text
    assert "Sofia Eze" not in form.text  # who does not see it cannot be asked
    page = form.submit(**FILLED)
    assert "Discussion: Fernshire County Council and Ashfield Primary School" in page.text


def test_when_its_time_has_passed_nothing_is_offered(visitors: Visitors, case: Case) -> None:
    made = plan(case.started())
    visitors.now = NOW + AFTER
    page = visitors.seo.get(f"/appointments/{made.id}")
    assert "Time has passed" in page.text
    assert "Cancel it" not in page.links


def test_whoever_reads_the_case_only_sees_it_and_a_viewer_does_not(
    visitors: Visitors, case: Case
) -> None:
    made = plan(case.started())
    page = visitors.legal.get(f"/appointments/{made.id}")
    assert page.heading == "Discussion with the headteacher"
    assert "Cancel it" not in page.links
    assert visitors.viewer.get(f"/appointments/{made.id}", 403).status == 403


def feed(visitors: Visitors, who: str) -> dict[str, tuple[str, str]]:
    page = getattr(visitors, who).post("/account/calendar")
    [secret] = re.findall(r"/calendar/([^/]+)\.ics", page.response.text)
    answer = visitors.seo.client.get(f"/calendar/{secret}.ics")
    return {
        str(event["summary"]): (event["dtstart"].dt.isoformat(), str(event["transp"]))
        for event in Calendar.from_ical(answer.content).events
    }


def test_it_stands_in_the_calendars_of_the_officers_who_come(
    visitors: Visitors, case: Case
) -> None:
    seo2 = case.council.seo2.email
    plan(case.started(), on=date(2027, 6, 3), officers=[seo2])
    school = f"{case.reference}: Ashfield Primary School"
    mine = {f"{school}: discussion": ("2027-06-03T09:00:00+00:00", "OPAQUE")}
    assert feed(visitors, "seo2") == mine
    assert mine.items() <= feed(visitors, "seo").items()  # whose case it is
    assert f"{school}: discussion" not in feed(visitors, "hos")
    case.restrict()
    assert feed(visitors, "seo2") == {}
    assert f"{case.reference}: discussion" in feed(visitors, "seo")
