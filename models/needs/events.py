"""What happens to what was said of how much a school needs."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.needs.tables import Needed, NeedSource
from models.policy.wording import inside


def _needs(answer: Needed) -> str:
    return inside(answer.label)


@dataclass(frozen=True, kw_only=True)
class NeedSaid(Happened):
    """Somebody, or the clock, said that more, or less, is needed; `on` is the day of its source."""

    need: int
    answer: Needed
    source: NeedSource
    source_id: int
    on: date

    def sentence(self, _: Names) -> str:
        where = f"{self.source.label} of {long_date(self.on)}"
        return f"It was put on record that {_needs(self.answer)} ({inside(where)})."


@dataclass(frozen=True, kw_only=True)
class NeedAssessed(Happened):
    """It led to an assessment, of this number."""

    need: int
    answer: Needed
    assessment: int

    def sentence(self, _: Names) -> str:
        return f"That {_needs(self.answer)} is assessed: assessment {self.assessment}."


@dataclass(frozen=True, kw_only=True)
class NeedAnswered(Happened):
    """It was answered; how stands on the record of what answered it."""

    need: int
    answer: Needed

    def sentence(self, _: Names) -> str:
        return f"That {_needs(self.answer)} has been answered."


@dataclass(frozen=True, kw_only=True)
class NeedEscalated(Happened):
    """The escalation on whose record it stands rests on it, or deals with it."""

    need: int
    answer: Needed
    source: NeedSource
    source_id: int
    on: date

    def sentence(self, _: Names) -> str:
        where = f"{self.source.label} of {long_date(self.on)}"
        return f"The escalation answers that {_needs(self.answer)} ({inside(where)})."


@dataclass(frozen=True, kw_only=True)
class NeedReopened(Happened):
    """What answered it came to nothing before it began."""

    need: int
    answer: Needed

    def sentence(self, _: Names) -> str:
        return f"That {_needs(self.answer)} is to be answered again."


@dataclass(frozen=True, kw_only=True)
class NeedClosed(Happened):
    """Neither assessment nor escalation came of it, and why."""

    need: int
    answer: Needed
    reason: str

    def sentence(self, _: Names) -> str:
        return f"That {_needs(self.answer)} was closed: {inside(self.reason)}"
