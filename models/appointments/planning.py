"""A discussion, meeting or visit is planned, moved, put to those who come, or called off."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import uuid4

from pydantic import Field

from models.appointments.events import (
    AppointmentInvited,
    AppointmentMoved,
    AppointmentPlanned,
)
from models.appointments.following import called_off
from models.appointments.people import (
    Person,
    attendees_of,
    gather,
    gather_again,
    keep,
    roles_of,
    still_coming,
)
from models.appointments.sending import Sent, everybody, nobody, send, unreached, was_sent
from models.appointments.tables import (
    Appointment,
    AppointmentKind,
    AppointmentState,
    Asked,
    Attendee,
)
from models.appointments.turn import check_adding, check_invited_by_letter, check_turn
from models.clocks import london_date, moment_at, time_of_day
from models.events import append
from models.inputs import Day, Email, Input, Reason, Text, Word, Words
from models.matters.at_hand import AtHand
from models.matters.case import enter, see_row_at_hand
from models.matters.deadlines import LONGEST_PERIOD
from models.matters.tables import MatterKind
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.school_record.opening import enter_record
from models.text import check_line, check_prose

# What is planned on each kind of matter, as it is recorded there afterwards.
KINDS = {
    MatterKind.ESCALATION: (AppointmentKind.DISCUSSION, AppointmentKind.MEETING),
    MatterKind.SCHOOL: (AppointmentKind.VISIT, AppointmentKind.MEETING),
}
LONGEST_WORDS = 2000


class AppointmentToPlan(Input):
    """What is planned: `starts` and `ends` are times in London on the day `on`.

    `with` are roles of the school's contacts, `officers` e-mail addresses: who plans it where none
    is given. Without a `subject` it has one that names council and school alone. `words` are for
    those who are invited. With `invite` false nobody is invited yet.
    """

    kind: Word
    on: Day
    starts: Word
    ends: Word
    place: Text
    with_whom: Words = Field(alias="with")
    officers: list[Email] = Field(default=[], max_length=50)
    subject: Text = ""
    words: Text = ""
    invite: bool = True


class AppointmentChange(Input):
    """The day, times and place that it has now; who comes stays as it is where nobody is named."""

    on: Day
    starts: Word
    ends: Word
    place: Text
    with_whom: Words | None = Field(default=None, alias="with")
    officers: list[Email] | None = Field(default=None, max_length=50)


def plan(acting: Acting, reference: str, given: AppointmentToPlan) -> Appointment:
    """Plan a discussion or meeting at the step in hand of an escalation.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where the escalation is not open,
    somebody else is to be met first, or the letter of invitation has not been issued.
    """
    case = enter(acting.session, acting.policy, acting.officer, Act.PLAN_APPOINTMENT, reference)
    return _plan(acting, case, given)


def plan_at_school(acting: Acting, urn: object, given: AppointmentToPlan) -> Appointment:
    """Plan a visit or meeting that belongs to no escalation, on the school's own record.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    return _plan(acting, enter_record(acting, Act.PLAN_APPOINTMENT, urn), given)


def _plan(acting: Acting, about: AtHand, given: AppointmentToPlan) -> Appointment:
    session, now = acting.session, acting.now
    check_adding(about)
    kind = _kind(about, given.kind)
    starts_at, ends_at = _period(given, now)
    check_line("place", given.place)
    subject = _subject(about, kind, given.subject)
    check_prose("words", given.words, most=LONGEST_WORDS, required=False)
    officers = given.officers or [acting.officer.email]
    people = gather(about, given.with_whom, officers, acting.today)
    check_turn(about, starts_at, given.with_whom)
    if given.invite:
        check_invited_by_letter(about)
    key = add(
        session,
        Appointment,
        matter_id=about.matter.id,
        step_key=about.stands_at,
        kind=kind,
        state=AppointmentState.PLANNED,
        uid=str(uuid4()),
        starts_at=starts_at,
        ends_at=ends_at,
        place=given.place,
        subject=subject,
        words=given.words,
        planned_by_id=acting.officer.id,
        planned_at=now,
    )
    appointment = get_row(session, Appointment, key)
    keep(session, appointment, people)
    sent = send(session, appointment, now) if given.invite else Sent(0, 0)
    planned = AppointmentPlanned(
        about.matter.id,
        appointment=key,
        kind_=kind,
        step=about.stands_at,
        starts_at=starts_at,
        ends_at=ends_at,
        **_who(people),
        invitations=sent.invitations,
    )
    append(session, now, acting.officer.email, planned)
    return get_row(session, Appointment, key)


def move(acting: Acting, appointment_id: int, given: AppointmentChange) -> Appointment:
    """Give an appointment another day, time or place, or let others come.

    Whoever was invited is told, where anybody was. Raises NotFound, NotAllowed, InvalidInput, and
    NotPossible for one that is over, held or cancelled.
    """
    session, now = acting.session, acting.now
    appointment, about = _find(acting, appointment_id)
    check_moving(about, appointment, now)
    starts_at, ends_at = _period(given, now)
    check_line("place", given.place)
    before = attendees_of(session, appointment)
    with_whom = given.with_whom if given.with_whom is not None else roles_of(before)
    officers = given.officers if given.officers is not None else still_coming(about, before)
    people = gather(about, with_whom, officers or [acting.officer.email], acting.today)
    _check_other(appointment, starts_at, ends_at, given.place, people, before)
    check_turn(about, starts_at, with_whom, moved=appointment.id)
    change(
        session,
        Appointment,
        {"id": appointment.id},
        starts_at=starts_at,
        ends_at=ends_at,
        place=given.place,
    )
    invited = was_sent(session, appointment)
    keep(session, appointment, people)
    appointment = get_row(session, Appointment, appointment.id)
    sent = send(session, appointment, now, everybody if invited else nobody)
    moved = AppointmentMoved(
        about.matter.id,
        appointment=appointment.id,
        kind_=appointment.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        **_who(people),
        invitations=sent.invitations,
        cancellations=sent.cancellations,
    )
    append(session, now, acting.officer.email, moved)
    return get_row(session, Appointment, appointment.id)


def invite(acting: Acting, appointment_id: int) -> Appointment:
    """Invite those who come and were not invited yet, or whom an invitation did not reach.

    It goes to the addresses that they have now. Raises NotFound, NotAllowed, and NotPossible where
    everybody was invited, or the letter of invitation has not been issued.
    """
    session, now = acting.session, acting.now
    appointment, about = _find(acting, appointment_id)
    check_inviting(about, appointment, now)
    people = gather_again(about, attendees_of(session, appointment), acting.today)
    keep(session, appointment, people)
    again = unreached(session, appointment)
    sent = send(
        session, appointment, now, lambda each: each.asked is not Asked.REQUEST or each.id in again
    )
    invited = AppointmentInvited(
        about.matter.id,
        appointment=appointment.id,
        kind_=appointment.kind,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        invitations=sent.invitations,
        cancellations=sent.cancellations,
    )
    append(session, now, acting.officer.email, invited)
    return get_row(session, Appointment, appointment.id)


def cancel(acting: Acting, appointment_id: int, given: Reason) -> Appointment:
    """Call an appointment off; whoever was invited is told that, and not why.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that is over, held or
    cancelled.
    """
    session, now = acting.session, acting.now
    appointment, _ = _find(acting, appointment_id)
    check_to_come(appointment, now)
    check_prose("reason", given.reason, most=LONGEST_WORDS)
    cancelled = called_off(session, appointment, given.reason, now)
    append(session, now, acting.officer.email, cancelled)
    return get_row(session, Appointment, appointment.id)


def _find(acting: Acting, appointment_id: int) -> tuple[Appointment, AtHand]:
    acting.require(Act.PLAN_APPOINTMENT)
    return see_row_at_hand(
        acting.session, acting.policy, acting.reader, Appointment, appointment_id
    )


def check_to_come(appointment: Appointment, now: datetime) -> None:
    """Refuse what is held, cancelled or over; raises NotPossible."""
    if appointment.state is not AppointmentState.PLANNED:
        what = "was cancelled" if appointment.state is AppointmentState.CANCELLED else "took place"
        raise NotPossible(f"This {appointment.kind.value} {what}.")
    if appointment.ends_at <= now:
        raise NotPossible(
            f"The time of this {appointment.kind.value} has passed. Record it, or plan another."
        )


def check_moving(about: AtHand, appointment: Appointment, now: datetime) -> None:
    """Refuse to change what is over, or stands on a case that is not open; raises NotPossible."""
    check_adding(about)
    check_to_come(appointment, now)


def check_inviting(about: AtHand, appointment: Appointment, now: datetime) -> None:
    """Refuse where all who come were invited, or none may be yet; raises NotPossible."""
    check_moving(about, appointment, now)
    check_invited_by_letter(about)
    people = attendees_of(about.session, appointment)
    waiting = [each for each in people if each.comes and each.asked is not Asked.REQUEST]
    if not waiting and not unreached(about.session, appointment):
        raise NotPossible("Everybody who comes has been invited.")


def default_subject(about: AtHand, kind: AppointmentKind) -> str:
    """What stands in calendars, which others read as well: never what it is about."""
    return f"{kind.label}: {about.policy.letterhead.council} and {about.school.name}"


def _subject(about: AtHand, kind: AppointmentKind, given: str) -> str:
    drafted = default_subject(about, kind)
    if not given.strip():
        return drafted
    check_line("subject", given)
    if about.matter.restricted and given != drafted:
        raise InvalidInput(
            "subject",
            "On what is restricted the subject names council and school alone. Leave it as it is.",
        )
    return given


def _kind(about: AtHand, kind: str) -> AppointmentKind:
    kinds = KINDS[about.matter.kind]
    if kind not in kinds:
        raise InvalidInput("kind", f"Choose from: {', '.join(kinds)}.")
    return AppointmentKind(kind)


def _period(
    given: AppointmentToPlan | AppointmentChange, now: datetime
) -> tuple[datetime, datetime]:
    """From when to when, to come within a year; raises InvalidInput."""
    today = london_date(now)
    if not today <= given.on <= today + LONGEST_PERIOD:
        raise InvalidInput("on", "Enter a date from today on and within a year.")
    starts_at = moment_at("starts", given.on, time_of_day("starts", given.starts))
    ends_at = moment_at("ends", given.on, time_of_day("ends", given.ends))
    if starts_at <= now:
        raise InvalidInput("starts", "This time has passed. Enter a later one.")
    if ends_at <= starts_at:
        raise InvalidInput("ends", "Enter a time after the one at which it starts.")
    return starts_at, ends_at


def _check_other(
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    people: Sequence[Person],
    before: Sequence[Attendee],
) -> None:
    """Refuse a change that changes nothing; raises InvalidInput."""
    coming = {each.email.lower() for each in before if each.comes}
    as_it_was = (appointment.starts_at, appointment.ends_at, appointment.place, coming)
    if as_it_was == (starts_at, ends_at, place, {each.same for each in people}):
        raise InvalidInput("on", "Nothing is changed. Enter another date, time or place.")


class _Who(TypedDict):
    with_: tuple[str, ...]
    officers: tuple[str, ...]


def _who(people: Sequence[Person]) -> _Who:
    return {
        "with_": tuple(each.role.value for each in people if each.role is not None),
        "officers": tuple(each.email for each in people if each.role is None),
    }
