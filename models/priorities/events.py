"""What happens to the priorities of a school's improvement plan."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date, month_words
from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class PriorityAdded(Happened):
    """A priority of the improvement plan is on record."""

    priority: int
    words: str

    def sentence(self, _: Names) -> str:
        return f"A priority of the improvement plan was recorded: “{self.words}”."


@dataclass(frozen=True, kw_only=True)
class PriorityChanged(Happened):
    """A priority says something else; what it said before stays as an earlier version."""

    priority: int
    version: int
    words: str
    reason: str

    def sentence(self, _: Names) -> str:
        return f"A priority of the improvement plan was changed: “{self.words}”."


@dataclass(frozen=True, kw_only=True)
class PriorityEnded(Happened):
    """A priority was met, or given up."""

    priority: int
    words: str
    met: bool
    on: date

    def sentence(self, _: Names) -> str:
        what = "met" if self.met else "given up"
        return f"The priority “{self.words}” was {what} on {long_date(self.on)}."


@dataclass(frozen=True, kw_only=True)
class PriorityMonthSaid(Happened):
    """How far a priority was in a month was put down, at an evaluation or by itself."""

    priority: int
    month: int
    words: str
    of_month: date
    rating: str
    review: int | None = None

    def sentence(self, _: Names) -> str:
        at = "At the monthly evaluation it" if self.review is not None else "It"
        month = month_words(self.of_month)
        return f"{at} was put down of the priority “{self.words}” for {month}: {self.rating}."
