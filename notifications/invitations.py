"""What is written of an invitation: to those who are asked to an appointment, or put off."""

from sqlmodel import col, select

from models.appointments.people import attendees_of
from models.appointments.sending import key_of
from models.appointments.tables import Appointment, AppointmentState, Asked, Attendee
from models.appointments.told import InvitationGoes
from models.clocks import london_date, long_date, time_words
from models.matters.tables import Matter
from models.outbox import Message, MessageState
from models.policy.wording import role_words
from models.rows import find, get_row
from models.schools.tables import School
from notifications.calendars import Invitation
from notifications.channels import Mail
from notifications.drafts import Draft

# Of an earlier message in one of these it is certain that nobody has it.
NEVER_LEFT = (MessageState.PENDING, MessageState.DROPPED, MessageState.FAILED)


def invitation(draft: Draft, told: InvitationGoes) -> Mail | None:
    """The invitation, or the end of one; None for what a later one has made needless.

    Nobody is put off who was never asked, or asked to what is over or held.
    """
    appointment = get_row(draft.session, Appointment, told.appointment)
    others = _others(draft, told)
    if any(version > told.sequence for version in others):
        return None
    reached = any(state not in NEVER_LEFT for state in others.values())
    if told.method is Asked.CANCEL:
        return _mail(draft, told, appointment, before=True) if reached else None
    stands = appointment.state is AppointmentState.PLANNED and appointment.ends_at > draft.now
    return (
        _mail(draft, told, appointment, before=reached) if stands and _sees(draft, told) else None
    )


def _others(draft: Draft, told: InvitationGoes) -> dict[int, MessageState]:
    """What became of the other versions to the same person of the same appointment."""
    begins = key_of(told.attendee)
    theirs = select(Message.key, Message.state).where(
        col(Message.matter_id) == draft.message.matter_id,
        col(Message.key).startswith(begins, autoescape=True),
    )
    versions = {
        int(key.removeprefix(begins)): MessageState(state)
        for key, state in find(draft.session, theirs)
    }
    return {version: state for version, state in versions.items() if version != told.sequence}


def _sees(draft: Draft, told: InvitationGoes) -> bool:
    """Whether an officer still reads the matter; people of the school need not."""
    if get_row(draft.session, Attendee, told.attendee).officer_id is None:
        return True
    officer = draft.officer()
    return officer is not None and draft.sees_its_matter(officer)


def _mail(draft: Draft, told: InvitationGoes, appointment: Appointment, *, before: bool) -> Mail:
    matter = get_row(draft.session, Matter, appointment.matter_id)
    people = attendees_of(draft.session, appointment)
    named, day = _named(people, told), london_date(told.starts_at)
    facts = {
        "kind": appointment.kind.value,
        "cancelled": told.method is Asked.CANCEL,
        "changed": before,
        "title": appointment.subject,
        "school": get_row(draft.session, School, matter.urn).name,
        "day": f"{day:%A} {long_date(day)}",
        "starts": time_words(told.starts_at),
        "ends": time_words(told.ends_at),
        "place": told.place,
        "people": [_in_words(each) for each in people if each.comes],
        "words": appointment.words,
        "email": draft.policy.letterhead.email,
        "telephone": draft.policy.letterhead.telephone,
    }
    subject, text = draft.written(told.what, facts)
    return draft.mail(
        subject=subject,
        text=text,
        invitation=Invitation(
            method=told.method.value.upper(),
            uid=appointment.uid,
            sequence=told.sequence,
            made_at=draft.message.queued_at,
            starts_at=told.starts_at,
            ends_at=told.ends_at,
            subject=appointment.subject,
            place=told.place,
            text=text,
            attendees=tuple((each.name, each.email) for each in named),
            private=matter.restricted,
        ),
    )


def _named(people: list[Attendee], told: InvitationGoes) -> list[Attendee]:
    """Everybody who comes; of one who was left out, that person alone."""
    mine = [each for each in people if each.id == told.attendee]
    if told.method is Asked.CANCEL and not mine[0].comes:
        return mine
    return [each for each in people if each.comes]


def _in_words(person: Attendee) -> str:
    return f"{person.name}, {role_words(person.role.value)}" if person.role else person.name
