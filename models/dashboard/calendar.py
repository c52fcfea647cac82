"""What stands in an officer’s own calendar: deadlines that are theirs, visits, appointments."""

from datetime import date, datetime, time

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from models.appointments.tables import Appointment, AppointmentState, Attendee
from models.clocks import london_date, office_moment
from models.escalations.owed import is_for
from models.escalations.tables import Escalation
from models.matters.deadlines import RUNNING
from models.matters.sight import visible_to
from models.matters.tables import Deadline, Matter
from models.people.access import Act, may, reader
from models.people.tables import Officer
from models.policy import Policy
from models.policy.editions import step_of
from models.presentations.tables import Presentation, PresentationState
from models.programme.tables import OF_THE_COUNCIL, Duty, DutyState, Supporter, is_evaluating
from models.rows import find
from models.schools.tables import School
from models.shown import Shown


class Entry(Shown):
    """What is due on a day, and the path of its page; `key` tells it from every other.

    What is at a time has its two moments as well.
    """

    key: str
    day: date
    summary: str
    path: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def calendar(session: Session, policy: Policy, officer: Officer, *, today: date) -> list[Entry]:
    """What stands in the officer's calendar, in order. Four queries.

    A calendar is kept elsewhere, so of a restricted case it has the reference alone.
    """
    entries = [
        *_deadlines(session, policy, officer),
        *_duties(session, officer, today),
        *_appointments(session, officer, today),
        *_to_present(session, policy, officer),
    ]
    return sorted(entries, key=lambda entry: (entry.day, entry.key))


def _deadlines(session: Session, policy: Policy, officer: Officer) -> list[Entry]:
    statement = (
        select(Deadline, Matter, Escalation, School)
        .join(Matter, col(Matter.id) == col(Deadline.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(RUNNING, visible_to(reader(officer)))
        .where(is_for(officer.id))
    )
    entries = []
    for deadline, matter, escalation, school in find(session, statement):
        about = "" if matter.restricted else f" {school.name}:"
        rule = step_of(session, policy, escalation, deadline.step_key)
        due = f"{rule.title}, {deadline.kind} due" if rule else deadline.rule
        what = "deadline" if matter.restricted else due
        entries.append(
            Entry(
                key=f"deadline-{deadline.id}",
                day=deadline.due_on,
                summary=f"{matter.reference}:{about} {what}",
                path=matter.page,
            )
        )
    return entries


def _duties(session: Session, officer: Officer, today: date) -> list[Entry]:
    """What is planned for the schools whose School Evaluation Officer they are.

    Whoever owns the risk register has the council's own reviews as well.
    """
    theirs = select(Supporter.urn).where(Supporter.officer_id == officer.id, is_evaluating(today))
    mine: ColumnElement[bool] = col(Duty.urn).in_(theirs)
    if may(officer, Act.RUN_ROUND):
        councils = and_(col(Duty.urn).is_(None), col(Duty.kind).in_(OF_THE_COUNCIL))
        mine = or_(mine, councils)
    statement = (
        select(Duty, School)
        .outerjoin(School, col(School.urn) == col(Duty.urn))
        .where(mine, Duty.state == DutyState.PLANNED)
    )
    return [
        Entry(
            key=f"duty-{duty.id}",
            day=duty.due_on,
            summary=f"{duty.kind.label}: {school.name}" if school else duty.kind.label,
            path=f"/schools/{school.urn}/programme" if school else "/programme/duties",
        )
        for duty, school in find(session, statement)
    ]


def _to_present(session: Session, policy: Policy, officer: Officer) -> list[Entry]:
    """The evaluations that wait to be presented, for those whom the policy names."""
    if officer.role not in policy.programme.presentations.presented_by:
        return []
    waiting = select(Presentation).where(Presentation.state == PresentationState.COMPILED)
    return [
        Entry(
            key=f"presentation-{each.id}",
            day=each.present_by,
            summary=f"To be presented: {each.title}",
            path=f"/presentations/{each.id}",
        )
        for each in find(session, waiting)
    ]


def _appointments(session: Session, officer: Officer, today: date) -> list[Entry]:
    """What is planned to which they come themselves, or on what they look after."""
    coming = select(Attendee.appointment_id).where(
        col(Attendee.officer_id) == officer.id, col(Attendee.comes)
    )
    mine = or_(col(Appointment.id).in_(coming), col(Matter.officer_id) == officer.id)
    statement = (
        select(Appointment, Matter, School)
        .join(Matter, col(Matter.id) == col(Appointment.matter_id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(col(Appointment.state) == AppointmentState.PLANNED)
        .where(col(Appointment.starts_at) >= office_moment(today, time()))
        .where(mine, visible_to(reader(officer)))
    )
    return [
        Entry(
            key=f"appointment-{appointment.id}",
            day=london_date(appointment.starts_at),
            summary=f"{matter.reference}: {appointment.kind.value}"
            if matter.restricted
            else f"{matter.reference}: {school.name}: {appointment.kind.value}",
            path=f"/appointments/{appointment.id}",
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
        )
        for appointment, matter, school in find(session, statement)
    ]
