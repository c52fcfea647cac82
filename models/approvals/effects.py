"""What a decision does: for each thing that can be proposed one effect, said in its own room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from models.approvals.approving import Approver, approve_letters
from models.approvals.tables import Proposal
from models.clocks import london_date
from models.happened import Happened
from models.matters.at_hand import AtHand
from models.matters.case import Case
from models.policy.ladder import refusal
from models.proposed import Proposed
from models.refusals import NotPossible

Asks = TypeVar("Asks", bound=Proposed, covariant=True)
What = TypeVar("What", bound=Proposed)
On = TypeVar("On", bound=AtHand)


@dataclass(frozen=True)
class Taken(Generic[Asks]):
    """A decision that is taken on a proposal: what that asks for, who takes it, and why."""

    proposal: Proposal
    asks: Asks
    approver: Approver
    reason: str
    now: datetime

    @property
    def today(self) -> date:
        """The day in London."""
        return london_date(self.now)


def nothing_more(_: AtHand, __: Taken[Proposed]) -> list[Happened]:
    """Nothing follows."""
    return []


def always(_: AtHand, __: Taken[Proposed]) -> None:
    """Nothing has to be asked again, or the effect asks for itself."""


def letters_go(about: AtHand, taken: Taken[Proposed]) -> list[Happened]:
    """The letters are approved, and nothing else follows."""
    approve_letters(about, taken.proposal, taken.approver, taken.today, None)
    return []


def ladder_allows(case: Case, taken: Taken[Proposed], **flags: bool | None) -> None:
    """Refuse what the ladder does not allow any more; raises NotPossible.

    A case may have moved on while the proposal waited: a response came in, say.
    """
    at = case.standing(taken.now, transition_awaiting=False, **flags)
    refused = refusal(taken.asks.action, at)
    if refused:
        raise NotPossible(f"The case has moved on since this was proposed. {refused}")


@dataclass(frozen=True)
class Effect(Generic[On, What]):
    """What a decision on one thing does, on the kind of matter where that is proposed.

    `approved` and `returned` change rows and say what has happened. `still` is asked before an
    approval, and raises NotPossible when it has become impossible while it waited.
    """

    of: type[What]
    on: type[On]
    approved: Callable[[On, Taken[What]], list[Happened]]
    returned: Callable[[On, Taken[What]], list[Happened]] = nothing_more
    still: Callable[[On, Taken[What]], None] = always

    def carry_out(self, about: AtHand, taken: Taken[Any]) -> list[Happened]:
        """It was approved; raises NotPossible when it has become impossible."""
        here = self._here(about)
        self.still(here, taken)
        return self.approved(here, taken)

    def undo(self, about: AtHand, taken: Taken[Any]) -> list[Happened]:
        """It was returned: what putting it forward had begun is as before."""
        return self.returned(self._here(about), taken)

    def _here(self, about: AtHand) -> On:
        assert isinstance(about, self.on)  # noqa: S101 - it was proposed on nothing else
        return about
