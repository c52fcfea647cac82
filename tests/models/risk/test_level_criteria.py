"""What the criteria of levels suggest, from each fact on record; and a level that is another."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from models.database import read
from models.escalations.holding import Restriction, restrict
from models.inspections.recording import Inspected, record_inspection
from models.policy import Policy
from models.policy.criteria import Fact
from models.refusals import InvalidInput
from models.risk.suggesting import Suggestion, suggest
from models.schools.tables import RiskLevel
from tests.support.assessing import Register
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.school_records import SchoolRecord

URN = 900001


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    return Register(engine, policy, council)


def suggested(register: Register, urn: int = URN) -> Suggestion:
    with read(register.engine) as session:
        return suggest(session, register.policy, urn, today=register.now.date())


def test_nothing_on_record_suggests_no_level_and_asks_no_reason(register: Register) -> None:
    found = suggested(register)
    assert (found.level, found.facts, found.met) == (None, [], [])
    number = register.begin()
    register.add(number)
    assert register.propose(number, "high", differs_because="").suggested_level is None


@pytest.mark.parametrize(
    ("category", "fact"),
    [
        ("special_measures", Fact.SPECIAL_MEASURES),
        ("significant_improvement", Fact.SIGNIFICANT_IMPROVEMENT),
    ],
)
def test_a_category_of_concern_suggests_high_risk(
    register: Register, category: str, fact: Fact
) -> None:
    with register.acting("seo") as acting:
        given = Inspected(category=category, published_on=date(2026, 11, 2), source="The report")
        record_inspection(acting, URN, given)
    found = suggested(register)
    assert (found.level, found.facts) == ("high", [fact])
    [met] = found.met
    assert met.startswith("The last inspection report says")


def test_an_escalation_suggests_medium_and_from_a_formal_step_on_high(
    case: Case, register: Register
) -> None:
    case.started()
    assert suggested(register).level is RiskLevel.MEDIUM
    case.climb_to("formal_headteacher")
    found = suggested(register)
    assert (found.level, found.facts) == (
        "high",
        [Fact.LIVE_ESCALATION, Fact.FORMAL_ESCALATION],
    )


def test_a_restricted_escalation_counts_for_nothing(case: Case, register: Register) -> None:
    case.started()
    with case.acting("hos") as acting:
        reason = "It is about somebody who is known here."
        restrict(acting, case.reference, Restriction(officers=[], reason=reason))
    assert suggested(register).facts == []


def test_a_new_headteacher_suggests_low_for_a_year(register: Register) -> None:
    register.new_headteacher(URN)
    assert suggested(register).level is RiskLevel.LOW
    register.now += timedelta(days=366)
    assert suggested(register).level is None


def test_overdue_actions_suggest_medium_only_where_support_is_behind_too(
    register: Register, programme: Programme
) -> None:
    record = SchoolRecord(register.engine, register.policy, register.council)
    record.action(days=3)
    register.now += timedelta(days=10)
    found = suggested(register)
    assert (found.level, found.facts) == (None, [Fact.ACTIONS_OVERDUE])
    programme.level(RiskLevel.LOW, on=WHOLE_YEAR)
    register.now = register.now.replace(month=12, day=22)
    assert suggested(register).facts == [Fact.ACTIONS_OVERDUE, Fact.SUPPORT_BEHIND]
    assert suggested(register).level is RiskLevel.MEDIUM


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    return Programme(engine, policy, council)


def test_another_level_than_is_suggested_needs_a_reason_which_is_kept(register: Register) -> None:
    register.new_headteacher(URN)
    number = register.begin()
    register.add(number)
    with pytest.raises(InvalidInput) as refused:
        register.propose(number, "high", differs_because=" ")
    assert refused.value.errors == [
        ("differs_because", "The criteria suggest low risk. Say why high risk is right.")
    ]
    proposed = register.propose(number, "high", differs_because="Results fell as well.")
    assert (proposed.suggested_level, proposed.differs_because) == (
        "low",
        "Results fell as well.",
    )
    assert proposed.suggested_by == ["A new headteacher has taken up post"]
    [happened] = register.happened("assessment_proposed")
    assert (happened["level"], happened["suggested"]) == ("high", "low")


def test_the_level_that_is_suggested_needs_none(register: Register) -> None:
    register.new_headteacher(URN)
    number = register.begin()
    register.add(number)
    assert register.propose(number, "low", differs_because="").suggested_level is RiskLevel.LOW


def test_a_policy_may_do_without_the_reason(register: Register) -> None:
    lenient = register.policy.programme.model_copy(update={"reason_when_level_differs": False})
    register.policy = register.policy.model_copy(update={"programme": lenient})
    register.new_headteacher(URN)
    number = register.begin()
    register.add(number)
    assert register.propose(number, "high", differs_because="").suggested_level is RiskLevel.LOW
