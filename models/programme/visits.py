"""Visits to schools, put on record.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from pydantic import Field

from models.actions.agreed_at import Actions, agree_all
from models.actions.tables import ActionSource
from models.appointments.following import took_place_at_school
from models.appointments.tables import AppointmentKind
from models.clocks import past_day
from models.consultants.leading import Person, who_did
from models.events import append
from models.inputs import Day, Input, RowKey, Text, Urn
from models.people.access import Act
from models.people.acting import Acting
from models.programme.duties import check_new, meet
from models.programme.events import VisitRecorded
from models.programme.tables import (
    DutyKind,
    SchoolVisit,
)
from models.rows import add, get_row
from models.school_record.opening import enter_record
from models.schools.sight import see_school
from models.text import check_line, check_prose


class VisitMade(Input):
    """A visit to a school; `duty` is the planned one that it was, else it is the first due.

    `led_by` is who led it, where that is not who records it. `actions` go on the school's own
    record, each to be followed by itself.
    """

    urn: Urn
    visited_on: Day
    purpose: Text
    notes: Text
    agreed_actions: Text = ""
    actions: Actions = Field(default=[])
    duty: RowKey | None = None
    led_by: Person | None = None


def record_visit(acting: Acting, given: VisitMade) -> SchoolVisit:
    """A school was visited; the note of it, by whoever records it.

    It is the visit that was planned as `duty`; else, of the planned visits of the school year in
    which it was made, the one that was due first: so what is late is made up first. Where none is
    planned it counts as one more. A consultant records their own visits to schools to which they
    are assigned. Raises NotAllowed, NotFound, InvalidInput; NotPossible when it
    is on record already, and for a duty that is done or cancelled.
    """
    acting.require(Act.RECORD_VISIT)
    session, officer = acting.session, acting.officer
    school = see_school(session, acting.reader, given.urn)
    led_by = who_did(acting, "led_by", given.led_by)
    past_day("visited_on", given.visited_on, acting.now)
    check_line("purpose", given.purpose)
    check_prose("notes", given.notes)
    check_prose("agreed_actions", given.agreed_actions, required=False)
    visit = {"urn": school.urn, "visited_on": given.visited_on, "officer_id": officer.id}
    check_new(session, SchoolVisit, {**visit, "purpose": given.purpose}, "This visit")
    met = meet(session, DutyKind.VISIT, school, given.visited_on, given.duty)
    number = add(
        session,
        SchoolVisit,
        **visit,
        led_by_officer_id=led_by.officer_id,
        led_by_consultant_id=led_by.consultant_id,
        purpose=given.purpose,
        notes=given.notes,
        agreed_actions=given.agreed_actions,
        duty_id=met,
        recorded_at=acting.now,
    )
    happened = VisitRecorded(
        None,
        visit=number,
        urn=school.urn,
        school=school.name,
        visited_on=given.visited_on,
        led_by=led_by.name,
    )
    held = took_place_at_school(
        session, school.urn, AppointmentKind.VISIT, given.visited_on, acting.now
    )
    append(session, acting.now, officer.email, happened, *held)
    if given.actions:
        record = enter_record(acting, Act.RECORD_ACTION, school.urn)
        agree_all(acting, record, given.actions, ActionSource.VISIT, number)
    return get_row(session, SchoolVisit, number)
