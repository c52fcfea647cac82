"""What happens to consultants."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.consultants.tables import AccreditationKind
from models.happened import Happened, Names, Topic


@dataclass(frozen=True, kw_only=True)
class ConsultantAdded(Happened):
    """Somebody outside the council may support schools."""

    topic = Topic.CONSULTANTS
    consultant: int
    name: str

    def sentence(self, _: Names) -> str:
        return f"{self.name} was added to the consultants."


@dataclass(frozen=True, kw_only=True)
class ConsultantChanged(Happened):
    """What is known of a consultant is another; `changed` are the names of what was changed."""

    topic = Topic.CONSULTANTS
    consultant: int
    name: str
    changed: tuple[str, ...]

    def sentence(self, _: Names) -> str:
        what = ", ".join(each.replace("_", " ") for each in self.changed)
        return f"What is known of the consultant {self.name} was changed: {what}."


@dataclass(frozen=True, kw_only=True)
class ConsultantLeft(Happened):
    """A consultant supports schools no more."""

    topic = Topic.CONSULTANTS
    consultant: int
    name: str
    on: date
    reason: str

    def sentence(self, _: Names) -> str:
        return f"The consultant {self.name} left on {long_date(self.on)}."


@dataclass(frozen=True, kw_only=True)
class ConsultantReturned(Happened):
    """A consultant who had left is back."""

    topic = Topic.CONSULTANTS
    consultant: int
    name: str

    def sentence(self, _: Names) -> str:
        return f"The consultant {self.name} is back."


@dataclass(frozen=True, kw_only=True)
class AccreditationRecorded(Happened):
    """A consultant is accredited from this day on."""

    topic = Topic.CONSULTANTS
    accreditation: int
    consultant: int
    name: str
    as_: AccreditationKind
    since: date
    until: date | None = None

    def sentence(self, _: Names) -> str:
        return f"{self.name} is accredited from {long_date(self.since)} ({self.as_.label})."


@dataclass(frozen=True, kw_only=True)
class AccreditationEnded(Happened):
    """A consultant is accredited no longer than to this day."""

    topic = Topic.CONSULTANTS
    accreditation: int
    consultant: int
    name: str
    as_: AccreditationKind
    until: date
    reason: str

    def sentence(self, _: Names) -> str:
        return f"{self.name} is accredited until {long_date(self.until)} ({self.as_.label})."
