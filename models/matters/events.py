"""What happens to the deadlines of a case, and to the contacts that its letters use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names, listed
from models.matters.tables import DeadlineKind
from models.policy.wording import inside, role_words


@dataclass(frozen=True, kw_only=True)
class DeadlineSet(Happened):
    """A day was set by which something is due; `rule` says in words where it comes from."""

    deadline: int
    kind_: str | None = None
    step: str | None
    due_on: date
    rule: str

    def sentence(self, names: Names) -> str:
        day, rule = long_date(self.due_on), inside(self.rule)
        if self.kind_ == DeadlineKind.POWERS:
            return f"The last day for sections 63, 64 and 66 was set to {day}: {rule}."
        if self.step is None:
            return f"A deadline was set: “{self.rule}”, by {day}."
        return f"The deadline for {names.step(self.step)} was set to {day}: {rule}."


@dataclass(frozen=True, kw_only=True)
class DeadlineMissed(Happened):
    """A day has passed by which something was due."""

    deadline: int
    kind_: str | None = None
    step: str | None
    due_on: date
    what: str | None = None  # is due, where it is not the response at a step

    def sentence(self, names: Names) -> str:
        day = long_date(self.due_on)
        if self.kind_ == DeadlineKind.POWERS:
            return f"The last day for sections 63, 64 and 66, {day}, has passed."
        if self.step is None:
            return f"A deadline was missed on {day}: “{self.what}”."
        return f"The deadline for {names.step(self.step)} was missed on {day}."


@dataclass(frozen=True, kw_only=True)
class DeadlineSettled(Happened):
    """An officer said that what was due has been done, or is not wanted any more."""

    deadline: int
    what: str
    done: bool
    note: str

    def sentence(self, _: Names) -> str:
        became = "was met" if self.done else "is no longer wanted"
        return f"The deadline “{self.what}” {became}."


@dataclass(frozen=True, kw_only=True)
class DeadlineExtended(Happened):
    """What is due has a later day."""

    deadline: int
    from_: date
    to: date
    reason: str

    def sentence(self, _: Names) -> str:
        before, after = long_date(self.from_), long_date(self.to)
        return f"The deadline was extended from {before} to {after}."


@dataclass(frozen=True, kw_only=True)
class ReminderQueued(Happened):
    """Officers are reminded of what is due."""

    deadline: int
    step: str | None
    due_on: date
    kind_: str
    to: tuple[str, ...]
    what: str | None = None  # is due, where it is not the response at a step

    def sentence(self, names: Names) -> str:
        to = listed(self.to) or "nobody: no officer in charge is active"
        day = long_date(self.due_on)
        of = f"“{self.what}”" if self.step is None else names.step(self.step)
        return f"A reminder about {of}, due on {day}, was queued for {to}."


@dataclass(frozen=True, kw_only=True)
class ContactConfirmed(Happened):
    """A case's letters go to the school's new contact from now on."""

    urn: int
    role: str
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    of_school: bool | None = None  # whether the letters are of a school's own record

    def sentence(self, _: Names) -> str:
        whose = "the letters of this record" if self.of_school else "this case’s letters"
        return (
            f"{_contact(self.after)} was confirmed as the {role_words(self.role)} for {whose}, "
            f"in place of {_contact(self.before)}."
        )


@dataclass(frozen=True, kw_only=True)
class ContactKept(Happened):
    """A case's letters go on to the contact that the school had before."""

    urn: int
    role: str
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    of_school: bool | None = None  # whether the letters are of a school's own record

    def sentence(self, _: Names) -> str:
        return (
            f"Letters on this {'record' if self.of_school else 'case'} still go to "
            f"{_contact(self.before)} as the {role_words(self.role)}: "
            f"{_contact(self.after)} was not confirmed."
        )


def _contact(person: Mapping[str, str | None]) -> str:
    if person["name"] is None:
        return "nobody"
    return f"{person['name']} ({person['email'] or 'no e-mail address'})"
