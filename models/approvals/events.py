"""What happens to proposals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self, TypedDict

from models.clocks import long_date
from models.happened import Happened, Names
from models.people.tables import Role
from models.proposed import Action


def _asked(names: Names, action: Action, step: str | None, to: str | None = None) -> str:
    """What a proposal asks for, after "to"."""
    if step is not None and action is Action.ADVANCE:
        return f"move to {names.step(step)}"
    if step is not None and action is Action.INTERVENE:
        return f"move straight to {names.step(step)}"
    if step is not None and action is Action.PASS_OVER:
        return f"pass over {names.step(step)}"
    if to is not None and action is Action.EXTEND:
        return f"extend the deadline to {long_date(date.fromisoformat(to))}"
    return action.label


class OfProposal(TypedDict):
    """What is said of a proposal when it is put forward and when it is decided.

    `step` is that of a ladder, and None where its matter is on none.
    """

    proposal: int
    action: Action
    step: str | None
    reason: str


_ITS_OWN = ("proposal", "action", "step", "reason", "letter")


@dataclass(frozen=True, kw_only=True)
class PutForward(Happened):
    """Something was proposed; `details` are the proposal's own, each a fact beside the others."""

    proposal: int
    action: Action
    step: str | None
    reason: str
    details: Mapping[str, Any]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What is recorded."""
        facts = dict(super().facts)
        details = facts.pop("details")
        return {**facts, **details}

    @classmethod
    def of(cls, matter_id: int | None, facts: Mapping[str, Any]) -> Self:
        """The event from its facts as they were recorded."""
        details = {name: value for name, value in facts.items() if name not in _ITS_OWN}
        return super().of(matter_id, {**facts, "details": details})

    def sentence(self, names: Names) -> str:
        asked = _asked(names, self.action, self.step, self.details.get("to"))
        return f"A proposal was made to {asked}."


@dataclass(frozen=True, kw_only=True)
class StepProposed(PutForward):
    """A move to the next step was proposed."""


@dataclass(frozen=True, kw_only=True)
class ChangeProposed(PutForward):
    """Something else was proposed than a move to the next step; `letter` where it is a letter."""

    letter: int | None = None


@dataclass(frozen=True, kw_only=True)
class ProposalSignedOff(Happened):
    """One who decides before others agreed; `for_` is in whose absence."""

    proposal: int
    action: Action
    step: str | None
    reason: str
    as_: Role
    for_: str | None = None

    def sentence(self, names: Names) -> str:
        asked = _asked(names, self.action, self.step)
        by = f"{self.as_.label}{_instead(self.for_)}"
        return f"The proposal to {asked} was signed off by {by}."


@dataclass(frozen=True, kw_only=True)
class ProposalApproved(Happened):
    """Whoever decides last agreed; `for_` is in whose absence."""

    proposal: int
    action: Action
    step: str | None
    reason: str
    for_: str | None = None

    def sentence(self, names: Names) -> str:
        asked = _asked(names, self.action, self.step)
        return f"The proposal to {asked} was approved{_instead(self.for_)}."


@dataclass(frozen=True, kw_only=True)
class ProposalReturned(Happened):
    """A proposal went back to its proposer; `for_` is in whose absence."""

    proposal: int
    action: Action
    step: str | None
    reason: str
    for_: str | None = None

    def sentence(self, names: Names) -> str:
        asked = _asked(names, self.action, self.step)
        return f"The proposal to {asked} was returned{_instead(self.for_)}."


@dataclass(frozen=True, kw_only=True)
class ProposalSuperseded(Happened):
    """A proposal lost its occasion while it waited."""

    proposal: int
    action: Action

    def sentence(self, names: Names) -> str:
        return f"The proposal to {_asked(names, self.action, None)} was overtaken by events."


def _instead(whom: str | None) -> str:
    return f", for {whom}" if whom is not None else ""
