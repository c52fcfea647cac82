"""What happens to evaluations that are presented."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.happened import Happened, Names, listed


@dataclass(frozen=True, kw_only=True)
class OfPresentation(Happened):
    """What became of the evaluations of a month or term."""

    presentation: int
    title: str


@dataclass(frozen=True, kw_only=True)
class EvaluationsCompiled(OfPresentation):
    """The evaluations of a period were put together, of so many schools."""

    version: int
    schools: int
    present_by: date
    sha256: str

    def sentence(self, _: Names) -> str:
        schools = "1 school" if self.schools == 1 else f"{self.schools:,} schools"
        again = " anew" if self.version > 1 else ""
        return f"{self.title}: compiled{again}, of {schools}."


@dataclass(frozen=True, kw_only=True)
class EvaluationsPresented(OfPresentation):
    """They were presented to these officers and members."""

    version: int
    sha256: str
    to: tuple[str, ...]

    def sentence(self, _: Names) -> str:
        return f"{self.title}: presented to {listed(self.to)}."


@dataclass(frozen=True, kw_only=True)
class EvaluationsHandedOn(OfPresentation):
    """They were given to more people, once presented."""

    to: tuple[str, ...]

    def sentence(self, _: Names) -> str:
        return f"{self.title}: given to {listed(self.to)} as well."


@dataclass(frozen=True, kw_only=True)
class ByRecipient(OfPresentation):
    """What somebody did to whom they were given."""

    done: ClassVar[str]

    def sentence(self, _: Names) -> str:
        return f"{self.title}: {self.done}."


class PresentationOpened(ByRecipient):
    """A recipient opened them for the first time."""

    done = "opened by somebody to whom it was presented"


class PresentationAcknowledged(ByRecipient):
    """A recipient said that they have read them."""

    done = "acknowledged by somebody to whom it was presented"
