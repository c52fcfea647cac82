"""Invitations are put on their way: once for each person and version."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.appointments.people import attendees_of
from models.appointments.tables import Appointment, AppointmentState, Asked, Attendee
from models.appointments.told import InvitationGoes
from models.outbox import Message, MessageKind, MessageState
from models.rows import add_all, change, find

IN_TROUBLE = (MessageState.FAILED, MessageState.UNKNOWN)


@dataclass(frozen=True)
class Sent:
    """How many invitations and cancellations were put on their way."""

    invitations: int
    cancellations: int


def everybody(_: Attendee) -> bool:
    """Whoever comes is asked anew."""
    return True


def nobody(_: Attendee) -> bool:
    """Nobody is asked anew."""
    return False


def key_of(attendee: int, sequence: int | str = "") -> str:
    """The key of the message that carries a version of an invitation; or how all of them begin."""
    return f"invitation:{attendee}:{sequence}"


def was_sent(session: Session, appointment: Appointment) -> bool:
    """Whether anybody has been invited, and not put off since."""
    return any(each.asked is Asked.REQUEST for each in attendees_of(session, appointment))


def send(
    session: Session,
    appointment: Appointment,
    now: datetime,
    whom: Callable[[Attendee], bool] = everybody,
) -> Sent:
    """Invite those who come (of them `whom`), and put off whoever was invited and comes no more.

    The version rises with the first of them that was invited before, so that calendars take it.
    """
    stands = appointment.state is AppointmentState.PLANNED
    people = attendees_of(session, appointment)
    asked = [each for each in people if stands and each.comes and whom(each)]
    put_off = [
        each for each in people if each.asked is Asked.REQUEST and not (stands and each.comes)
    ]
    sequence = appointment.sequence
    if any(each.asked for each in (*asked, *put_off)):
        sequence += 1
        change(session, Appointment, {"id": appointment.id}, sequence=sequence)
    going = [(each, Asked.REQUEST) for each in asked] + [(each, Asked.CANCEL) for each in put_off]
    add_all(session, Message, [_posting(appointment, *each, sequence, now) for each in going])
    for attendee, method in going:
        change(session, Attendee, {"id": attendee.id}, asked=method, sequence=sequence)
    return Sent(len(asked), len(put_off))


def _posting(
    appointment: Appointment, attendee: Attendee, method: Asked, sequence: int, now: datetime
) -> dict[str, object]:
    goes = InvitationGoes(
        appointment=appointment.id,
        attendee=attendee.id,
        method=method,
        sequence=sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        place=appointment.place,
    )
    return {
        "key": key_of(attendee.id, sequence),
        "kind": MessageKind.INVITATION,
        "matter_id": appointment.matter_id,
        "letter_id": None,
        "to_name": attendee.name,
        "to_email": attendee.email,
        "data": goes.facts,
        "state": MessageState.PENDING,
        "queued_at": now,
        "next_attempt_at": now,
    }


def unreached(session: Session, appointment: Appointment) -> set[int]:
    """The keys of attendees whose newest invitation was refused, or may not have arrived."""
    people = attendees_of(session, appointment)
    newest = {
        key_of(each.id, each.sequence): each.id for each in people if each.sequence is not None
    }
    in_trouble = select(Message.key).where(
        col(Message.key).in_(newest), col(Message.state).in_(IN_TROUBLE)
    )
    return {newest[key] for key in find(session, in_trouble)}
