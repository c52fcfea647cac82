"""What is said of how much schools need, in tests: each method is one command."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from models.actions.following import ActionAgreed, ProgressOf, add_school_action
from models.actions.reviewing import to_review
from models.clocks import london_date
from models.database import read
from models.inputs import refusing
from models.needs import shown
from models.needs.settling import NeedSettled, settle_need
from models.needs.tables import Need, NeedSource
from models.people.access import reader
from models.people.tables import Officer
from models.risk.from_needs import assess_need
from models.risk.tables import Assessment
from tests.support.programme import Programme


@dataclass
class Needs(Programme):
    """The support programme, where more or less is needed."""

    def say(self, source: NeedSource, answer: str | None, why: str = "Results fell.") -> None:
        """Say it at a visit, a report, a review or the weekly line on an action."""
        said: dict[str, Any] = {"needed": answer, "needed_because": why if answer else ""}
        if source is NeedSource.VISIT:
            self.visit(purpose=f"{answer} {why} {self.now}", **said)
        elif source is NeedSource.REPORT:
            self.report(**said)
        elif source is NeedSource.REVIEW:
            self.review("evaluation", **said)
        else:
            self.review("action_review", lines=[self.line(**said), *self.others()])

    def line(self, **said: Any) -> ProgressOf:
        """A line on a new action of the school, with what is said of how much it needs."""
        due_on = london_date(self.now) + timedelta(days=14)
        agreed = ActionAgreed(what="Send the plan", role="headteacher", due_on=due_on, why="So.")
        with self.acting(self.council.seo) as acting:
            action = add_school_action(acting, 900001, agreed)
        with refusing():
            return ProgressOf(action=action.id, said="Half of it is written.", **said)

    def others(self) -> list[ProgressOf]:
        """A line on every other action that is overdue, which a review cannot leave out."""
        with read(self.engine) as session:
            looks, today = reader(self.council.seo), london_date(self.now)
            late = [each for each in to_review(session, self.policy, looks, today) if each.overdue]
        return [ProgressOf(action=each.id, said="It is late.") for each in late]

    def settle(self, number: int, officer: Officer | None = None, **given: Any) -> Need:
        """Close it with a reason, or say which escalation deals with it."""
        with self.acting(officer or self.council.hos) as acting:
            return settle_need(acting, number, NeedSettled(**{"reason": "It is agreed.", **given}))

    def assess(self, number: int, officer: Officer | None = None) -> Assessment:
        """Assess the school with it as evidence."""
        with self.acting(officer or self.council.seo) as acting:
            return assess_need(acting, number)

    @property
    def all(self) -> list[Need]:
        """Everything that was said that more or less is needed, as the rows have it."""
        with read(self.engine) as session:
            return list(session.exec(select(Need).order_by(col(Need.id))))

    def listed(self, who: str = "hos", **how: Any) -> list[shown.Need]:
        """What an officer is shown."""
        with read(self.engine) as session:
            looks = reader(self.council.officers[who])
            return shown.needs(session, looks, today=london_date(self.now), **how).items
