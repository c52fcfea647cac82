"""What happens to support from outside."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.commissioning.tables import (
    Difference,
    Party,
    Payer,
    ReferralState,
    RequestState,
)
from models.happened import Happened, Names, Topic


@dataclass(frozen=True, kw_only=True)
class ProviderAdded(Happened):
    """Schools can be referred to a provider."""

    topic = Topic.CONSULTANTS
    provider: int
    name: str

    def sentence(self, _: Names) -> str:
        return f"{self.name} was added to the providers."


@dataclass(frozen=True, kw_only=True)
class ProviderChanged(Happened):
    """What is known of a provider is another, or nobody is referred to it any more."""

    topic = Topic.CONSULTANTS
    provider: int
    name: str
    changed: tuple[str, ...]

    def sentence(self, _: Names) -> str:
        return f"What is known of the provider {self.name} was changed: {', '.join(self.changed)}."


@dataclass(frozen=True, kw_only=True)
class SupportRequested(Happened):
    """A school asked for support on this day."""

    request: int
    asked_by: str
    on: date
    need: str

    def sentence(self, _: Names) -> str:
        return f"On {long_date(self.on)} the school asked for support ({self.asked_by})."


@dataclass(frozen=True, kw_only=True)
class SupportRequestAnswered(Happened):
    """A school's request for support was answered."""

    request: int
    answer: RequestState
    words: str

    def sentence(self, _: Names) -> str:
        return f"The school’s request for support was {self.answer.value}."


@dataclass(frozen=True, kw_only=True)
class SchoolReferred(Happened):
    """The school was referred to a provider."""

    referral: int
    provider_name: str
    on: date
    what_for: str

    def sentence(self, _: Names) -> str:
        return f"The school was referred to {self.provider_name} on {long_date(self.on)}."


@dataclass(frozen=True, kw_only=True)
class ReferralFollowed(Happened):
    """What came of a referral."""

    referral: int
    provider_name: str
    outcome: ReferralState
    words: str

    def sentence(self, _: Names) -> str:
        taken = self.outcome is ReferralState.TAKEN_UP
        return f"The referral to {self.provider_name} was {'' if taken else 'not '}taken up."


@dataclass(frozen=True, kw_only=True)
class SupportCommissioned(Happened):
    """Support was commissioned: from whom, by whom, who pays, how many days."""

    commission: int
    whom: str
    commissioned_by: Party
    paid_by: Payer
    cost: int | None = None
    days: str  # in words, such as "2.5"
    first_day: date
    last_day: date
    reason: str | None = None

    def sentence(self, _: Names) -> str:
        by = "school" if self.commissioned_by is Party.SCHOOL else "council"
        period = f"{long_date(self.first_day)} to {long_date(self.last_day)}"
        return f"The {by} commissioned {self.days} days of support by {self.whom}, {period}."


@dataclass(frozen=True, kw_only=True)
class CommissionDaysUsed(Happened):
    """Days of a commission were used; with a reason, beyond those agreed."""

    commission: int
    day: int
    whom: str
    on: date
    days: str
    reason: str | None = None

    def sentence(self, _: Names) -> str:
        over = ", beyond those agreed" if self.reason else ""
        unit = "day" if self.days in ("0.5", "1") else "days"
        return f"{self.whom} gave {self.days} {unit} of support on {long_date(self.on)}{over}."


@dataclass(frozen=True, kw_only=True)
class CommissionEnded(Happened):
    """A commission ended before its last day."""

    commission: int
    whom: str
    on: date
    reason: str

    def sentence(self, _: Names) -> str:
        return f"The support by {self.whom} ended on {long_date(self.on)}, before its last day."


@dataclass(frozen=True, kw_only=True)
class ImpactEvaluated(Happened):
    """The school, or the council, said what a commission brought."""

    commission: int
    evaluation: int
    whom: str
    party: Party
    difference: Difference

    def sentence(self, _: Names) -> str:
        says = self.difference.label.lower()
        return f"{self.party.label} evaluated the support by {self.whom}: {says}."
