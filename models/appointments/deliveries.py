"""What became of the messages that carry invitations."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.appointments.events import (
    InvitationBecameUnknown,
    InvitationFailed,
    InvitationSent,
    OfInvitation,
)
from models.appointments.tables import Appointment, AppointmentState
from models.appointments.told import InvitationGoes, InvitationProblem
from models.events import append
from models.matters.tables import Matter
from models.outbox import MAY_HAVE_LEFT, Message, MessageState
from models.people.tables import Officer
from models.rows import change, find, get_row
from models.telling import tell

_EVENTS: dict[MessageState, type[OfInvitation]] = {
    MessageState.SENT: InvitationSent,
    MessageState.FAILED: InvitationFailed,
    MessageState.UNKNOWN: InvitationBecameUnknown,
}
# By how many versions a calendar may be ahead of a database that was restored.
AHEAD = 1000


def invitation_settled(
    session: Session, message: Message, state: MessageState, detail: str, now: datetime, by: str
) -> None:
    """What became of an invitation is put on record; if it did not arrive, an officer is told."""
    what, goes = _EVENTS.get(state), message.tells
    if what is None or not isinstance(goes, InvitationGoes):
        return
    number = message.id
    happened = what(
        message.matter_id,
        message=number,
        appointment=goes.appointment,
        method=goes.method,
        to=message.to_email,
        detail=detail,
    )
    append(session, now, by, happened)
    if state is MessageState.SENT:
        return
    matter = get_row(session, Matter, message.matter_id)
    officer = get_row(session, Officer, matter.officer_id)
    problem = InvitationProblem(message=number, appointment=goes.appointment)
    tell(session, now, [officer], key=f"message:{number}", about=matter.id, told=problem)


def may_have_left(session: Session, message: Message, now: datetime, by: str) -> None:
    """An invitation that waited when a backup was made, which has been restored since."""
    invitation_settled(session, message, MessageState.UNKNOWN, MAY_HAVE_LEFT, now, by)


def catch_up(session: Session) -> None:
    """A backup was restored: calendars may have later versions, so the next goes beyond them."""
    planned = col(Appointment.state) == AppointmentState.PLANNED
    for each in find(session, select(Appointment).where(planned)):
        change(session, Appointment, {"id": each.id}, sequence=each.sequence + AHEAD)
