"""The standing decisions of the policy as doors show them."""

from datetime import date

from models.paging import Page
from models.policy import Policy
from models.policy.wording import the_role
from models.shown import Shown


class StandingDecision(Shown):
    """To whom letters go without a sharing decision of their own, and why.

    Where `steps` or `letters` are named it holds for those alone. `overdue` says that the day of
    its review has passed; it holds on until the policy is changed.
    """

    to: list[str]
    ladders: list[str]
    steps: list[str]
    letters: list[str]
    because: str
    review_on: date
    overdue: bool

    @property
    def who(self) -> str:
        """To whom, in words."""
        return ", ".join(map(the_role, self.to))


def standing_decisions(policy: Policy, today: date) -> Page[StandingDecision]:
    """All of them, as the policy has them today."""
    items = [
        StandingDecision(
            to=list(each.to),
            ladders=list(each.ladders),
            steps=list(each.steps),
            letters=list(each.letters),
            because=each.because,
            review_on=each.review_on,
            overdue=each.review_on < today,
        )
        for each in policy.sharing.standing
    ]
    return Page(items=items, page=1, pages=1, total=len(items))
