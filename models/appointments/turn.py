"""What the step in hand says of appointments at it: who is met first, and what invites to it."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import pairwise

from sqlmodel import col, select

from models.appointments.people import attendees_of, roles_of
from models.appointments.tables import Appointment, AppointmentState
from models.clocks import office_moment
from models.escalations.tables import Discussion, StepState
from models.letters.tables import Letter, LetterState
from models.matters.at_hand import AtHand
from models.matters.case import Case, check_open
from models.policy.wording import the_role
from models.refusals import InvalidInput, NotPossible
from models.rows import find

NOT_INVITED_BY_LETTER = (
    "The letter that invites to these meetings has not been issued yet. Plan the meeting without "
    "sending invitations, and send them when the letter has been issued."
)


def check_adding(about: AtHand) -> None:
    """Refuse an appointment on an escalation that is not open; raises NotPossible."""
    if isinstance(about, Case):
        check_open(about)


def check_invited_by_letter(about: AtHand) -> None:
    """Refuse to invite to a step whose letter of invitation is not issued; raises NotPossible.

    That letter is approved with the step, and says what the meetings are about.
    """
    if not isinstance(about, Case) or not about.rule.invitation:
        return
    issued = select(Letter.id).where(
        col(Letter.matter_id) == about.matter.id,
        col(Letter.step_key) == about.step.key,
        col(Letter.template) == about.rule.invitation,
        col(Letter.state) == LetterState.ISSUED,
    )
    if not find(about.session, issued):
        raise NotPossible(NOT_INVITED_BY_LETTER)


def check_turn(
    about: AtHand, starts_at: datetime, with_whom: Sequence[str], moved: int | None = None
) -> None:
    """Refuse meetings out of their order, where the step in hand is one of meetings to be held.

    `moved` is the key of the appointment that is moved. Raises NotPossible where somebody else is
    to be met first, InvalidInput for a time before that.
    """
    if not isinstance(about, Case) or about.rule.kind != "meetings":
        return
    if about.step.state is not StepState.APPROVED:
        return
    first = _first_moments(about, moved)
    order = about.rule.with_
    for name in set(with_whom).intersection(order):
        first[name] = min(starts_at, first.get(name, starts_at))
    for earlier, later in pairwise(order):
        if later in with_whom and earlier not in first:
            raise NotPossible(
                f"At this step the meeting with {the_role(earlier)} comes first. Plan it first."
            )
        both = earlier in first and later in first
        if both and {earlier, later}.intersection(with_whom) and first[later] < first[earlier]:
            raise InvalidInput(
                "on",
                f"The meeting with {the_role(earlier)} must come before the one with "
                f"{the_role(later)}. Enter another date or time.",
            )


def _first_moments(case: Case, but: int | None) -> dict[str, datetime]:
    """When each was first met at this step, or first is to be."""
    session, matter, step = case.session, case.matter.id, case.step.key
    held = select(Discussion).where(
        col(Discussion.matter_id) == matter, col(Discussion.step_key) == step
    )
    to_come = select(Appointment).where(
        col(Appointment.matter_id) == matter,
        col(Appointment.step_key) == step,
        col(Appointment.state) == AppointmentState.PLANNED,
        col(Appointment.id) != (but or 0),
    )
    met = [(office_moment(each.held_on, time()), each.with_whom) for each in find(session, held)]
    for each in find(session, to_come):
        met.append((each.starts_at, roles_of(attendees_of(session, each))))
    first: dict[str, datetime] = {}
    for moment, names in met:
        for name in names:
            first[name] = min(moment, first.get(name, moment))
    return first
