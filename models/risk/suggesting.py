"""Which level the policy's criteria suggest for a school, from what is on record of it.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 2; The SIP's Brief, part 4.
The criteria and the facts that meet them are the policy's; an officer proposes the level.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.actions.tables import ActionState, AgreedAction
from models.clocks import office_moment
from models.escalations.tables import Escalation, Status
from models.matters.tables import Deadline, Matter
from models.people.acting import Acting
from models.policy import Policy
from models.policy.criteria import Fact
from models.policy.editions import rule_of
from models.programme.duties_shown import behind
from models.refusals import InvalidInput
from models.risk.levels import MOST_OF_A_REASON
from models.risk.tables import Assessment, AssessmentOccasion
from models.rows import find, find_first
from models.schools.contacts import find_school
from models.schools.inspections import entered_of, that_counts
from models.schools.tables import InspectionCategory, RiskLevel, School
from models.shown import Shown
from models.text import check_prose

NEW_FOR = timedelta(days=365)  # so long somebody counts as a new headteacher
_CATEGORIES = {
    InspectionCategory.SPECIAL_MEASURES: Fact.SPECIAL_MEASURES,
    InspectionCategory.SIGNIFICANT_IMPROVEMENT: Fact.SIGNIFICANT_IMPROVEMENT,
}


class LevelCriterion(Shown):
    """One criterion of a level, and whether the facts on record meet it; null for judgement."""

    level: RiskLevel
    text: str
    facts: list[Fact]
    met: bool | None


class Suggestion(Shown):
    """The level that the criteria suggest for a school: the highest of which one is met, or none.

    What is about a restricted matter counts for nothing here, whoever asks.
    """

    urn: int
    level: RiskLevel | None
    facts: list[Fact]
    criteria: list[LevelCriterion]

    @property
    def met(self) -> list[str]:
        """The criteria of the suggested level that are met, in words."""
        return [each.text for each in self.criteria if each.met and each.level is self.level]


def suggest(session: Session, policy: Policy, urn: object, *, today: date) -> Suggestion:
    """What the criteria of the policy in force suggest for a school. Raises NotFound."""
    school = find_school(session, urn)
    facts = facts_of(session, policy, school.urn, today)
    criteria = [
        LevelCriterion(
            level=level,
            text=criterion.text,
            facts=list(criterion.facts),
            met=facts >= set(criterion.facts) if criterion.facts else None,
        )
        for level in RiskLevel
        for criterion in policy.programme.levels[level].criteria
    ]
    return Suggestion(
        urn=school.urn,
        level=next((each.level for each in criteria if each.met), None),
        facts=[fact for fact in Fact if fact in facts],
        criteria=criteria,
    )


def check_against(acting: Acting, school: School, level: RiskLevel, why: str) -> Suggestion:
    """What the criteria suggest for a school that is to be proposed for a level.

    Raises InvalidInput where that is another level, and `why` does not say what speaks for this.
    """
    suggested = suggest(acting.session, acting.policy, school.urn, today=acting.today)
    check_prose("differs_because", why, most=MOST_OF_A_REASON, required=False)
    if suggested.level in (None, level) or why.strip():
        return suggested
    if acting.policy.programme.reason_when_level_differs:
        raise InvalidInput(
            "differs_because",
            f"The criteria suggest {suggested.level.label}. Say why {level.label} is right.",
        )
    return suggested


def facts_of(session: Session, policy: Policy, urn: int, today: date) -> set[Fact]:
    """What is on record of a school that criteria may name."""
    return set(_found(session, policy, urn, today))


def _found(session: Session, policy: Policy, urn: int, today: date) -> Iterator[Fact]:
    inspection = that_counts(entered_of(session, urn))
    if inspection is not None and inspection.category in _CATEGORIES:
        yield _CATEGORIES[inspection.category]
    for escalation in _live_escalations(session, urn):
        yield Fact.LIVE_ESCALATION
        if rule_of(session, policy, escalation, escalation.step_key).kind != "discussion":
            yield Fact.FORMAL_ESCALATION
    if _has_new_headteacher(session, urn, today):
        yield Fact.NEW_HEADTEACHER
    if _has_overdue_actions(session, urn, today):
        yield Fact.ACTIONS_OVERDUE
    if behind(session, [urn], today):
        yield Fact.SUPPORT_BEHIND


def _live_escalations(session: Session, urn: int) -> list[Escalation]:
    live = (
        select(Escalation)
        .join(Matter, col(Matter.id) == col(Escalation.id))
        .where(col(Matter.urn) == urn, ~col(Matter.restricted))
        .where(col(Escalation.status).in_((Status.OPEN, Status.PAUSED)))
    )
    return find(session, live)


def _has_new_headteacher(session: Session, urn: int, today: date) -> bool:
    new = select(Assessment.id).where(
        Assessment.urn == urn,
        Assessment.occasion == AssessmentOccasion.NEW_HEADTEACHER,
        col(Assessment.begun_at) > office_moment(today - NEW_FOR),
    )
    return find_first(session, new.limit(1)) is not None


def _has_overdue_actions(session: Session, urn: int, today: date) -> bool:
    overdue = (
        select(AgreedAction.id)
        .join(Matter, col(Matter.id) == col(AgreedAction.matter_id))
        .join(Deadline, col(Deadline.id) == col(AgreedAction.deadline_id))
        .where(col(Matter.urn) == urn, ~col(Matter.restricted))
        .where(AgreedAction.state == ActionState.OPEN, col(Deadline.due_on) < today)
    )
    return find_first(session, overdue.limit(1)) is not None
