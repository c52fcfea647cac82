"""What follows for appointments from what is done elsewhere: they took place, or fall away."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.appointments.events import AppointmentCancelled, AppointmentHeld, AttendeesLeftOut
from models.appointments.people import attendees_of, may_come, roles_of
from models.appointments.sending import nobody, send
from models.appointments.tables import Appointment, AppointmentKind, AppointmentState, Attendee
from models.clocks import office_moment
from models.happened import Happened
from models.matters.at_hand import AtHand
from models.matters.tables import Matter, MatterKind
from models.people.tables import Officer
from models.rows import change, find, find_first, get_row, kept
from models.schools.tables import ContactRole

# Who of the governing body is asked, where a discussion was held with all of it.
OF_GOVERNING_BODY = (ContactRole.CHAIR_OF_GOVERNORS.value, ContactRole.CLERK.value)
_ONE_DAY = timedelta(days=1)


@kept
def _to_come(matter: int, now: datetime) -> SelectOfScalar[Appointment]:
    return (
        select(Appointment)
        .where(col(Appointment.matter_id) == matter)
        .where(col(Appointment.state) == AppointmentState.PLANNED, col(Appointment.ends_at) > now)
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )


@kept
def _planned_between(matter: int, first: datetime, last: datetime) -> SelectOfScalar[Appointment]:
    return (
        select(Appointment)
        .where(col(Appointment.matter_id) == matter)
        .where(col(Appointment.state) == AppointmentState.PLANNED)
        .where(col(Appointment.starts_at) >= first, col(Appointment.starts_at) <= last)
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )


def to_come(session: Session, matter_id: int, now: datetime) -> list[Appointment]:
    """The appointments on a matter that are planned and not over, the first one first."""
    return find(session, _to_come(matter_id, now))


def took_place(
    session: Session,
    matter_id: int,
    kinds: Collection[AppointmentKind],
    day: date,
    now: datetime,
    with_whom: Sequence[str] | None = None,
) -> list[Happened]:
    """What was recorded of a day was the appointment of that day: the first that has begun.

    `with_whom` are the roles of those who took part; of them at least one was to come. None where
    that is not recorded.
    """
    last = min(now, office_moment(day + _ONE_DAY, time()) - timedelta(microseconds=1))
    for each in find(session, _planned_between(matter_id, office_moment(day, time()), last)):
        if each.kind in kinds and _with_them(session, each, with_whom):
            change(session, Appointment, {"id": each.id}, state=AppointmentState.HELD)
            held = AppointmentHeld(
                matter_id,
                appointment=each.id,
                kind_=each.kind,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
            )
            return [held]
    return []


def _with_them(session: Session, appointment: Appointment, with_whom: Sequence[str] | None) -> bool:
    if with_whom is None:
        return True
    met = {*with_whom, *(OF_GOVERNING_BODY if "governing_body" in with_whom else ())}
    return not met.isdisjoint(roles_of(attendees_of(session, appointment)))


def took_place_at_school(
    session: Session, urn: int, kind: AppointmentKind, day: date, now: datetime
) -> list[Happened]:
    """The same of a visit or meeting that was planned on a school's own record."""
    its = select(Matter.id).where(col(Matter.urn) == urn, col(Matter.kind) == MatterKind.SCHOOL)
    record = find_first(session, its)
    return took_place(session, record, (kind,), day, now) if record is not None else []


def called_off(
    session: Session, appointment: Appointment, reason: str, now: datetime
) -> AppointmentCancelled:
    """An appointment does not take place, and whoever was invited is told."""
    cancelled = {"state": AppointmentState.CANCELLED, "reason": reason}
    change(session, Appointment, {"id": appointment.id}, **cancelled)
    sent = send(session, get_row(session, Appointment, appointment.id), now)
    return AppointmentCancelled(
        appointment.matter_id,
        appointment=appointment.id,
        kind_=appointment.kind,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        reason=reason,
        cancellations=sent.cancellations,
    )


def call_off(
    about: AtHand, reason: str, now: datetime, steps: Collection[str | None] | None = None
) -> list[Happened]:
    """Whatever is still to come on a matter falls away, or only what belongs to these steps."""
    return [
        called_off(about.session, each, reason, now)
        for each in to_come(about.session, about.matter.id, now)
        if steps is None or each.step_key in steps
    ]


def leave_out(session: Session, matter: Matter, now: datetime) -> list[Happened]:
    """Officers who do not see the matter any more are not asked to what is to come on it."""
    return [
        left
        for each in to_come(session, matter.id, now)
        if (left := _left_out(session, matter, each, now)) is not None
    ]


def _left_out(
    session: Session, matter: Matter, appointment: Appointment, now: datetime
) -> Happened | None:
    coming = [each for each in attendees_of(session, appointment) if each.comes]
    officers = [each for each in coming if each.officer_id is not None]
    left = [
        each
        for each in officers
        if not may_come(session, matter, get_row(session, Officer, each.officer_id))
    ]
    for each in left:
        change(session, Attendee, {"id": each.id}, comes=False)
    if not left:
        return None
    sent = send(session, appointment, now, nobody)
    return AttendeesLeftOut(
        matter.id,
        appointment=appointment.id,
        officers=tuple(each.email for each in left),
        cancellations=sent.cancellations,
    )
