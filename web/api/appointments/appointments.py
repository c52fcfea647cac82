"""Discussions, meetings and visits to come, of an escalation or on a school's own record."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.appointments import planning
from models.appointments.shown import Appointment, appointment, appointments_of
from models.appointments.tables import Appointment as AppointmentRow
from models.database import read
from models.inputs import Reason
from models.matters.tables import Matter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.school_record.shown import listed_on
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Appointments"])
Reference = Annotated[str, at_once(reference)]
Key = Annotated[int, at_once(key)]
Pages = Annotated[Paging, Query()]


def _shown(acting: Acting, row: AppointmentRow) -> Appointment:
    return appointment(acting.session, acting.reader, row.id, now=acting.now)


@router.get(
    "/escalations/{reference}/appointments",
    response_model=Page[Appointment],
    dependencies=[may(Act.SEE_CASE)],
)
def list_appointments(
    door: AtDoor, officer: Caller, reference: Reference, query: Pages
) -> Response:
    """The discussions and meetings planned on this escalation, in the order planned."""
    with read(door.engine) as session:
        who, paging = reader(officer), query.model_dump()
        return answer(appointments_of(session, who, reference, now=door.now, **paging))


@router.post(
    "/escalations/{reference}/appointments",
    status_code=201,
    response_model=Appointment,
    dependencies=[may(Act.PLAN_APPOINTMENT)],
)
def plan(once: OnlyOnce, reference: Reference, body: planning.AppointmentToPlan) -> Response:
    """Plan a discussion or meeting at the step in hand, and invite those who come.

    Where the step has a letter of invitation, nobody is invited before that has been issued.
    """

    def command(acting: Acting) -> Appointment:
        return _shown(acting, planning.plan(acting, reference, body))

    return once.act(command, 201)


@router.get(
    "/schools/{urn}/record/appointments",
    response_model=Page[Appointment],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_appointments_at_school(door: AtDoor, officer: Caller, urn: str, query: Pages) -> Response:
    """The visits and meetings planned on the school's own record, in the order planned."""
    who, paging = reader(officer), query.model_dump()
    with read(door.engine) as session:

        def listed(reference: str) -> Page[Appointment]:
            return appointments_of(session, who, reference, now=door.now, **paging)

        return answer(listed_on(session, who, urn, listed))


@router.post(
    "/schools/{urn}/record/appointments",
    status_code=201,
    response_model=Appointment,
    dependencies=[may(Act.PLAN_APPOINTMENT, of=Matter)],
)
def plan_at_school(once: OnlyOnce, urn: str, body: planning.AppointmentToPlan) -> Response:
    """Plan a visit or meeting that belongs to no escalation, and invite those who come."""

    def command(acting: Acting) -> Appointment:
        return _shown(acting, planning.plan_at_school(acting, urn, body))

    return once.act(command, 201)


@router.get(
    "/appointments/{id}",
    response_model=Appointment,
    dependencies=[may(Act.SEE_CASE, of=AppointmentRow)],
)
def show_appointment(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One appointment, with who comes and what became of each invitation."""
    with read(door.engine) as session:
        return answer(appointment(session, reader(officer), id, now=door.now))


@router.post(
    "/appointments/{id}/move",
    response_model=Appointment,
    dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)],
)
def move(once: OnlyOnce, id: Key, body: planning.AppointmentChange) -> Response:
    """Give it another day, time or place, or let others come; whoever was invited is told."""
    return once.act(lambda acting: _shown(acting, planning.move(acting, id, body)))


@router.post(
    "/appointments/{id}/invite",
    response_model=Appointment,
    dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)],
)
def invite(once: OnlyOnce, id: Key) -> Response:
    """Invite those who were not invited yet, or whom an invitation did not reach."""
    return once.act(lambda acting: _shown(acting, planning.invite(acting, id)))


@router.post(
    "/appointments/{id}/cancel",
    response_model=Appointment,
    dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)],
)
def cancel(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Call it off; whoever was invited is told that, and not the reason."""
    return once.act(lambda acting: _shown(acting, planning.cancel(acting, id, body)))
