"""What happens to appointments, and to the invitations to them."""

from dataclasses import dataclass
from datetime import datetime

from models.appointments.tables import AppointmentKind, Asked
from models.clocks import period_words
from models.happened import Happened, Names, listed
from models.policy.wording import the_role


def _sent(invitations: int, cancellations: int = 0) -> str:
    """What leaves with it, in a sentence of its own."""
    parts = [
        f"{number} {what}{'' if number == 1 else 's'}"
        for number, what in ((invitations, "invitation"), (cancellations, "cancellation"))
        if number
    ]
    if not parts:
        return ""
    return f" {listed(parts)} {'goes' if invitations + cancellations == 1 else 'go'} out."


@dataclass(frozen=True, kw_only=True)
class AppointmentPlanned(Happened):
    """A discussion, meeting or visit was planned with these."""

    appointment: int
    kind_: AppointmentKind
    step: str | None
    starts_at: datetime
    ends_at: datetime
    with_: tuple[str, ...]
    officers: tuple[str, ...]  # by e-mail address
    invitations: int

    def sentence(self, names: Names) -> str:
        people = listed([the_role(name) for name in self.with_])
        where = f" at {names.step(self.step)}" if self.step else ""
        when = period_words(self.starts_at, self.ends_at)
        planned = f"A {self.kind_.value} with {people}{where} was planned for {when}."
        return planned + _sent(self.invitations)


@dataclass(frozen=True, kw_only=True)
class AppointmentMoved(Happened):
    """An appointment has another day, time or place, or others come to it."""

    appointment: int
    kind_: AppointmentKind
    starts_at: datetime
    ends_at: datetime
    with_: tuple[str, ...]
    officers: tuple[str, ...]
    invitations: int
    cancellations: int

    def sentence(self, _: Names) -> str:
        people = listed([the_role(name) for name in self.with_])
        when = period_words(self.starts_at, self.ends_at)
        moved = f"The {self.kind_.value} with {people} was changed: it is on {when}."
        return moved + _sent(self.invitations, self.cancellations)


@dataclass(frozen=True, kw_only=True)
class AppointmentInvited(Happened):
    """Invitations were put on their way for an appointment that was planned before."""

    appointment: int
    kind_: AppointmentKind
    starts_at: datetime
    ends_at: datetime
    invitations: int
    cancellations: int

    def sentence(self, _: Names) -> str:
        when = period_words(self.starts_at, self.ends_at)
        sent = _sent(self.invitations, self.cancellations)
        return f"People were invited to the {self.kind_.value} on {when}.{sent}"


@dataclass(frozen=True, kw_only=True)
class AppointmentCancelled(Happened):
    """An appointment does not take place."""

    appointment: int
    kind_: AppointmentKind
    starts_at: datetime
    ends_at: datetime
    reason: str
    cancellations: int

    def sentence(self, _: Names) -> str:
        when = period_words(self.starts_at, self.ends_at)
        cancelled = f"The {self.kind_.value} on {when} was cancelled."
        return cancelled + _sent(0, self.cancellations)


@dataclass(frozen=True, kw_only=True)
class AppointmentHeld(Happened):
    """An appointment took place: what came of it was recorded."""

    appointment: int
    kind_: AppointmentKind
    starts_at: datetime
    ends_at: datetime

    def sentence(self, _: Names) -> str:
        when = period_words(self.starts_at, self.ends_at)
        return f"The {self.kind_.value} planned for {when} took place."


@dataclass(frozen=True, kw_only=True)
class AttendeesLeftOut(Happened):
    """Officers come no more, for they do not see the matter any more."""

    appointment: int
    officers: tuple[str, ...]
    cancellations: int

    def sentence(self, _: Names) -> str:
        left = f"No longer asked to an appointment: {listed(self.officers)}."
        return left + _sent(0, self.cancellations)


@dataclass(frozen=True, kw_only=True)
class OfInvitation(Happened):
    """What became of one message that carries an invitation."""

    message: int
    appointment: int
    method: Asked
    to: str
    detail: str

    @property
    def thing(self) -> str:
        """What the message carries."""
        return "An invitation" if self.method is Asked.REQUEST else "A cancellation"


class InvitationSent(OfInvitation):
    """The mail server took an invitation, or the end of one."""

    def sentence(self, _: Names) -> str:
        return f"{self.thing} was sent to {self.to}."


class InvitationFailed(OfInvitation):
    """The mail server refused an invitation."""

    def sentence(self, _: Names) -> str:
        return f"{self.thing} could not be sent to {self.to}. The mail server said: {self.detail}"


class InvitationBecameUnknown(OfInvitation):
    """Nobody can say whether an invitation left."""

    def sentence(self, _: Names) -> str:
        return f"{self.thing} may or may not have reached {self.to}. {self.detail}"
