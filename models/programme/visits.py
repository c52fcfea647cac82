"""Visits to schools, put on record.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Collection, Sequence
from datetime import date

from pydantic import Field
from sqlmodel import Session

from models.actions.agreed_at import Actions, agree_all
from models.actions.tables import ActionSource
from models.appointments.following import took_place_at_school
from models.appointments.tables import AppointmentKind
from models.clocks import long_date, past_day
from models.consultants.leading import Person, who_did
from models.events import append
from models.inputs import Day, Input, RowKey, Text, Urn, Word
from models.needs.asking import HowMuch, checked_answer, keep_answer
from models.needs.tables import NeedSource
from models.people.access import Act
from models.people.acting import Acting
from models.programme.duties import check_new, find_duty, meet
from models.programme.events import VisitRecorded
from models.programme.promised import visit_to_be_made
from models.programme.tables import (
    GOVERNORS,
    LEADERS,
    AtVisit,
    Duty,
    DutyKind,
    DutyState,
    SchoolVisit,
)
from models.refusals import InvalidInput
from models.rows import add, get_row
from models.school_record.opening import enter_record
from models.schools.sight import see_school
from models.schools.tables import School
from models.text import check_line, check_prose

MOST_ATTENDEES = 30


class Attendee(Input):
    """Somebody of the school who was there: as what (`AtVisit`), and their name if it matters."""

    who: Word
    name: Text = ""


class VisitMade(HowMuch):
    """A visit to a school; `duty` is the planned one that it was, else it is the first due.

    `led_by` is who led it, where that is not who records it. `attendees` are those of the school
    who were there. `actions` go on the school's own record, each to be followed by itself;
    `good_practice` is what other schools could learn from.
    """

    urn: Urn
    visited_on: Day
    purpose: Text
    notes: Text
    agreed_actions: Text = ""
    attendees: list[Attendee] = Field(default=[], max_length=MOST_ATTENDEES)
    good_practice: Text = ""
    actions: Actions = Field(default=[])
    duty: RowKey | None = None
    led_by: Person | None = None


def record_visit(acting: Acting, given: VisitMade) -> SchoolVisit:
    """A school was visited; the note of it, by whoever records it.

    It is the visit that was planned as `duty`; else, of the planned visits of the school year in
    which it was made, the one that was due first: so what is late is made up first. Where none is
    planned it counts as one more. The visit about a change of level that a letter promised is met
    by the first one at which leaders and governors were, unless another duty is named. A consultant
    records their own visits to schools to which they are assigned.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when it is on record already, and for a
    duty that is done or cancelled.
    """
    acting.require(Act.RECORD_VISIT)
    session, officer = acting.session, acting.officer
    school = see_school(session, acting.reader, given.urn)
    led_by = who_did(acting, "led_by", given.led_by)
    past_day("visited_on", given.visited_on, acting.now)
    check_line("purpose", given.purpose)
    check_prose("notes", given.notes)
    check_prose("agreed_actions", given.agreed_actions, required=False)
    attendees = _checked(given.attendees)
    check_prose("good_practice", given.good_practice, required=False)
    answer = checked_answer(given)
    visit = {"urn": school.urn, "visited_on": given.visited_on, "officer_id": officer.id}
    check_new(session, SchoolVisit, {**visit, "purpose": given.purpose}, "This visit")
    kind, chosen = _duty_met(session, school, given, attendees)
    met = meet(session, kind, school, given.visited_on, chosen)
    number = add(
        session,
        SchoolVisit,
        **visit,
        led_by_officer_id=led_by.officer_id,
        led_by_consultant_id=led_by.consultant_id,
        purpose=given.purpose,
        notes=given.notes,
        agreed_actions=given.agreed_actions,
        attendees=[{"who": who.value, "name": name} for who, name in attendees] or None,
        good_practice=given.good_practice,
        **answer.columns,
        duty_id=met,
        recorded_at=acting.now,
    )
    happened = VisitRecorded(
        None,
        visit=number,
        urn=school.urn,
        school=school.name,
        visited_on=given.visited_on,
        attendees=tuple(dict.fromkeys(who for who, _ in attendees)) or None,
        about_change=kind is DutyKind.LEVEL_CHANGE_VISIT or None,
        led_by=led_by.name,
    )
    held = took_place_at_school(
        session, school.urn, AppointmentKind.VISIT, given.visited_on, acting.now
    )
    append(session, acting.now, officer.email, happened, *held)
    keep_answer(acting, school, answer, NeedSource.VISIT, number, given.visited_on)
    if given.actions:
        record = enter_record(acting, Act.RECORD_ACTION, school.urn)
        agree_all(acting, record, given.actions, ActionSource.VISIT, number)
    return get_row(session, SchoolVisit, number)


def _checked(attendees: Sequence[Attendee]) -> list[tuple[AtVisit, str]]:
    """Who was there, each with a name or none; raises InvalidInput."""
    found: list[tuple[AtVisit, str]] = []
    for each in attendees:
        if each.who not in list(AtVisit):
            raise InvalidInput("attendees", f"Choose from: {', '.join(AtVisit)}.")
        who = AtVisit(each.who)
        name = each.name.strip()
        if name:
            check_line("attendees", name)
        elif who is AtVisit.OTHER:
            raise InvalidInput("attendees", "Say who else was there, by name or by what they are.")
        found.append((who, name))
    return found


def wanting(attendees: Collection[AtVisit]) -> list[str]:
    """Who was not there that a visit about a change of level is to meet, in words."""
    groups = {"leaders": LEADERS, "governors": GOVERNORS}
    return [words for words, group in groups.items() if not set(group) & set(attendees)]


def _duty_met(
    session: Session,
    school: School,
    given: VisitMade,
    attendees: Sequence[tuple[AtVisit, str]],
) -> tuple[DutyKind, int | None]:
    """Of which kind the duty is that a visit meets, and its key where it is a certain one."""
    missing = wanting([who for who, _ in attendees])
    named = find_duty(session, given.duty) if given.duty is not None else None
    if named is None:
        promised = visit_to_be_made(session, school.urn)
        if promised is None or missing or _is_before(given.visited_on, promised):
            return DutyKind.VISIT, None
        return DutyKind.LEVEL_CHANGE_VISIT, promised.id
    if named.kind is not DutyKind.LEVEL_CHANGE_VISIT or named.state is not DutyState.PLANNED:
        kinds = (DutyKind.LEVEL_CHANGE_VISIT, DutyKind.VISIT)
        return named.kind if named.kind in kinds else DutyKind.VISIT, named.id
    if missing:
        raise InvalidInput(
            "attendees",
            "The letter promises a visit to leaders and governors. Say who of the "
            f"{' and of the '.join(missing)} was there, or record it as another visit.",
        )
    if named.since is not None and _is_before(given.visited_on, named):
        raise InvalidInput(
            "visited_on",
            f"The level changed on {long_date(named.since)}: the visit about it was made on that "
            "day or later.",
        )
    return DutyKind.LEVEL_CHANGE_VISIT, named.id


def _is_before(day: date, promised: Duty) -> bool:
    return promised.since is not None and day < promised.since
