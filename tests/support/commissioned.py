"""Support from outside for tests: each method is one command in its own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from models.commissioning import asking, commissions, evaluating, providers
from models.commissioning.tables import (
    Commission,
    DaysUsed,
    ImpactEvaluation,
    Provider,
    Referral,
    SupportRequest,
)
from models.database import write
from models.inputs import refusing
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from tests.support.council import NOW, Council

TODAY = NOW.date()


@dataclass
class Commissioned:
    """The support of one school; `now` is the moment of whatever is done next."""

    engine: Engine
    policy: Policy
    council: Council
    urn: int = 900001
    now: datetime = NOW

    @contextmanager
    def acting(self, by: str) -> Iterator[Acting]:
        """A transaction of an officer."""
        with write(self.engine) as session:
            officer = session.get_one(Officer, self.council.officers[by].id)
            yield Acting(session, self.policy, officer, self.now)

    def provider(
        self, by: str = "hos", name: str = "Fernshire Teaching School", **more: Any
    ) -> Provider:
        """Add a provider."""
        with refusing():
            given = providers.ProviderDetails(
                **{"name": name, "offers": "Courses.", "quality": "Designated."} | more
            )
        with self.acting(by) as acting:
            return providers.add_provider(acting, given)

    def ask(self, by: str = "seo", **changed: Any) -> SupportRequest:
        """Record that the school asked for support."""
        with refusing():
            given = asking.RequestMade(
                **{
                    "asked_on": TODAY,
                    "asked_by": "Joanne Tallis, headteacher",
                    "need": "Help with the teaching of reading.",
                }
                | changed
            )
        with self.acting(by) as acting:
            return asking.ask_for_support(acting, self.urn, given)

    def answer(self, request: int, by: str = "hos", **changed: Any) -> SupportRequest:
        """Answer a request."""
        with refusing():
            given = asking.RequestAnswer(**{"answer": "accepted", "words": "Gladly."} | changed)
        with self.acting(by) as acting:
            return asking.answer_request(acting, request, given)

    def refer(self, provider: int, by: str = "seo", **changed: Any) -> Referral:
        """Refer the school to a provider."""
        with refusing():
            given = asking.ReferralMade(
                **{"provider": provider, "what_for": "Early reading.", "referred_on": TODAY}
                | changed
            )
        with self.acting(by) as acting:
            return asking.refer(acting, self.urn, given)

    def follow(self, referral: int, by: str = "seo", **changed: Any) -> Referral:
        """Say what came of a referral."""
        with refusing():
            given = asking.ReferralOutcome(
                **{"outcome": "taken_up", "on": self.now.date(), "words": "Two went."} | changed
            )
        with self.acting(by) as acting:
            return asking.follow_referral(acting, referral, given)

    def commission(self, by: str = "hos", **changed: Any) -> Commission:
        """Commission support of a provider, or of whom is said."""
        with refusing():
            given = commissions.CommissionMade(
                **{
                    "commissioned_by": "council",
                    "paid_by": "school",
                    "cost": 1200,
                    "what_for": "The teaching of reading, as agreed with the headteacher.",
                    "days_agreed": 4.0,
                    "first_day": TODAY,
                    "last_day": TODAY + timedelta(days=60),
                }
                | changed
            )
        with self.acting(by) as acting:
            return commissions.commission(acting, self.urn, given)

    def use(self, commission: int, days: float = 1.0, by: str = "seo", **changed: Any) -> DaysUsed:
        """Record days that were used today."""
        with refusing():
            given = commissions.DaysGiven(
                **{"used_on": self.now.date(), "days_used": days, "what": "Lessons were seen."}
                | changed
            )
        with self.acting(by) as acting:
            return commissions.use_days(acting, commission, given)

    def evaluate(
        self, commission: int, party: str, by: str = "seo", **changed: Any
    ) -> ImpactEvaluation:
        """Record what one of the two says."""
        with refusing():
            given = evaluating.ImpactSaid(
                **{
                    "party": party,
                    "said_by": "Joanne Tallis" if party == "school" else "",
                    "evaluated_on": self.now.date(),
                    "difference": "some",
                    "impact": "Reading is taught every day.",
                }
                | changed
            )
        with self.acting(by) as acting:
            return evaluating.evaluate_impact(acting, commission, given)

    def end(
        self, commission: int, on: date, by: str = "hos", reason: str = "It is not needed now."
    ) -> Commission:
        """End a commission before its last day."""
        with self.acting(by) as acting:
            return commissions.end_commission(
                acting, commission, commissions.Ending(on=on, reason=reason)
            )
