"""Support from outside: asked for, answered, referred, commissioned, used, evaluated, ended."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.clocks import add_working_days
from models.commissioning import asking_shown, commissions_shown
from models.commissioning.providers import ProviderDetails, change_provider
from models.commissioning.tables import Party, RequestState
from models.consultants import keeping
from models.consultants import shown as consultants_shown
from models.database import read
from models.events import verify
from models.matters.tables import Deadline, DeadlineKind, DeadlineState, Reminder
from models.outbox import Message
from models.people.access import RULES, THE_MACHINE, Act
from models.policy import Policy
from models.policy.programme import DonorRule
from models.programme import supporters
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import change
from models.schools.tables import RiskLevel, School
from models.upkeep.clock import tick
from tests.support.commissioned import TODAY, Commissioned
from tests.support.council import NOW, OFFICERS, Council

LAST = TODAY + timedelta(days=60)


@pytest.fixture
def support(engine: Engine, policy: Policy, council: Council) -> Commissioned:
    return Commissioned(engine, policy, council)


def refusal_of(wrong: Any) -> str:
    with pytest.raises(InvalidInput) as refused:
        wrong()
    return refused.value.errors[0][0]


def deadline(support: Commissioned, key: int) -> Deadline:
    with read(support.engine) as session:
        return session.get_one(Deadline, key)


def by_carys(support: Commissioned, **details: Any) -> int:
    """A consultant who supports the school; the key of the supporter."""
    with support.acting("hos") as acting:
        carys = keeping.add_consultant(
            acting,
            keeping.ConsultantDetails(
                **{"name": "Carys Howell", "own_school": 900003, "days_a_year": 5.0} | details
            ),
        )
        whom = supporters.NewSupporter(
            role="consultant_headteacher", consultant=carys.id, first_day=date(2026, 9, 1)
        )
        return supporters.assign_supporter(acting, support.urn, whom).id


def shown(support: Commissioned, key: int) -> commissions_shown.Commission:
    with read(support.engine) as session:
        return commissions_shown.commission(session, THE_MACHINE, key, support.now.date())


# Requests and referrals --------------------------------------------------------------------


def test_a_request_is_answered_on_a_clock_of_the_policy(support: Commissioned) -> None:
    asked = support.ask()
    due = deadline(support, asked.deadline_id)
    assert (due.kind, due.due_on) == (DeadlineKind.SUPPORT_REQUEST, add_working_days(TODAY, 10))
    with read(support.engine) as session:
        reminders = session.exec(select(Reminder).where(Reminder.deadline_id == due.id)).all()
    assert len(reminders) >= 3
    late = support.now + timedelta(days=21)
    tick(support.engine, support.policy, late)
    with read(support.engine) as session:
        told = session.exec(select(Message).where(col(Message.kind) == "reminder")).all()
        assert {message.to_email for message in told} == {
            support.council.seo.email,  # who looks after the record
            support.council.hos.email,
            support.council.hos2.email,
        }
        [found] = asking_shown.requests(session, THE_MACHINE, today=late.date()).items
    assert (found.state, found.overdue) == (RequestState.OPEN, True)
    support.now = late
    answered = support.answer(asked.id)
    assert (answered.state, answered.answered_on) == (RequestState.ACCEPTED, late.date())
    assert deadline(support, asked.deadline_id).state is DeadlineState.MET
    with pytest.raises(NotPossible, match="already been accepted"):
        support.answer(asked.id, answer="declined")
    with read(support.engine) as session:
        assert not examine(session).differences
        assert verify(session) is None


WRONG_REQUESTS = {
    "asked_on": {"asked_on": TODAY + timedelta(days=1)},
    "asked_by": {"asked_by": " "},
    "need": {"need": ""},
    "consultant": {"consultant": 9},
}


@pytest.mark.parametrize("field", WRONG_REQUESTS)
def test_a_request_that_cannot_be_is_refused_at_its_field(
    support: Commissioned, field: str
) -> None:
    assert refusal_of(lambda: support.ask(**WRONG_REQUESTS[field])) == field
    with read(support.engine) as session:
        assert asking_shown.requests(session, THE_MACHINE, today=TODAY).total == 0


def test_an_answer_that_refers_the_school_makes_the_referral(support: Commissioned) -> None:
    provider, asked = support.provider(), support.ask()
    assert refusal_of(lambda: support.answer(asked.id, answer="later")) == "answer"
    assert refusal_of(lambda: support.answer(asked.id, answer="referred")) == "provider"
    assert refusal_of(lambda: support.answer(asked.id, provider=provider.id)) == "provider"
    assert refusal_of(lambda: support.answer(asked.id, words="")) == "words"
    support.answer(asked.id, answer="referred", provider=provider.id)
    with read(support.engine) as session:
        [referral] = asking_shown.referrals(session, THE_MACHINE).items
        assert (referral.request, referral.provider_name) == (asked.id, provider.name)
        assert asking_shown.provider(session, provider.id).referrals == 1
    early = TODAY - timedelta(days=1)
    assert refusal_of(lambda: support.follow(referral.id, on=early)) == "on"
    assert refusal_of(lambda: support.follow(referral.id, outcome="open")) == "outcome"
    assert support.follow(referral.id).outcome == "Two went."
    with pytest.raises(NotPossible, match="already been recorded"):
        support.follow(referral.id)


def test_nobody_is_referred_to_a_provider_that_is_off_the_list(support: Commissioned) -> None:
    provider = support.provider()
    assert refusal_of(support.provider) == "name"
    off = ProviderDetails(
        name=provider.name, offers="Courses.", quality="Schools were unhappy.", active=False
    )
    with support.acting("hos") as acting:
        change_provider(acting, provider.id, off)
    with support.acting("hos") as acting, pytest.raises(NotPossible, match="Nothing has been"):
        change_provider(acting, provider.id, off)
    assert refusal_of(lambda: support.refer(provider.id)) == "provider"
    assert refusal_of(lambda: support.commission(provider=provider.id)) == "provider"
    with read(support.engine) as session:
        assert asking_shown.providers(session).total == 0
        assert asking_shown.providers(session, active=None).total == 1


# Commissions -------------------------------------------------------------------------------


def test_who_commissions_who_pays_and_what_for_are_kept(support: Commissioned) -> None:
    asked = support.ask()
    provider = support.provider().id
    assert refusal_of(lambda: support.commission(provider=provider, request=asked.id)) == "request"
    support.answer(asked.id)
    made = support.commission(provider=provider, request=asked.id, priority="Reading")
    found = shown(support, made.id)
    assert (found.commissioned_by, found.paid_by, found.cost) == ("council", "school", 1200)
    assert (found.whom, found.days_agreed, found.days_used) == ("Fernshire Teaching School", 4, 0)
    assert (found.request, found.priority, found.state) == (asked.id, "Reading", "in_force")
    assert found.evaluate_by == add_working_days(LAST, 20)
    assert deadline(support, made.deadline_id).kind is DeadlineKind.SUPPORT_IMPACT


WRONG = {
    "commissioned_by": {"commissioned_by": "nobody"},
    "paid_by": {"paid_by": "me"},
    "cost": {"cost": -1},
    "what_for": {"what_for": " "},
    "days_agreed": {"days_agreed": 367.0},
    "last_day": {"last_day": TODAY - timedelta(days=1)},
    "provider": {"provider": 9},
    "supporter": {"provider": None},
}


@pytest.mark.parametrize("field", WRONG)
def test_a_commission_that_cannot_be_is_refused_at_its_field(
    support: Commissioned, field: str
) -> None:
    provider = support.provider().id
    assert refusal_of(lambda: support.commission(**{"provider": provider} | WRONG[field])) == field
    with read(support.engine) as session:
        assert commissions_shown.commissions(session, THE_MACHINE, today=TODAY).total == 0


def test_days_go_beyond_those_agreed_only_with_a_reason(support: Commissioned) -> None:
    made = support.commission(provider=support.provider().id)
    support.use(made.id, 2.5)
    support.use(made.id, 1.5)
    assert refusal_of(lambda: support.use(made.id, 0.5)) == "reason"
    assert refusal_of(lambda: support.use(made.id, 0.3)) == "days_used"
    day_before = TODAY - timedelta(days=1)
    assert refusal_of(lambda: support.use(made.id, used_on=day_before)) == "used_on"
    assert support.use(made.id, 0.5, reason="One more lesson.").reason == "One more lesson."
    found = shown(support, made.id)
    assert (found.days_used, [each.reason for each in found.days]) == (
        4.5,
        ["", "", "One more lesson."],
    )


def test_impact_is_said_by_each_of_the_two_and_kept_apart(support: Commissioned) -> None:
    made = support.commission(provider=support.provider().id)
    support.now = NOW + timedelta(days=30)
    assert refusal_of(lambda: support.evaluate(made.id, "school", said_by="")) == "said_by"
    assert refusal_of(lambda: support.evaluate(made.id, "nobody")) == "party"
    assert (
        refusal_of(lambda: support.evaluate(made.id, "school", difference="huge")) == "difference"
    )
    support.evaluate(made.id, "school", difference="great")
    assert deadline(support, made.deadline_id).state is DeadlineState.OPEN
    support.evaluate(made.id, "council", difference="none", impact="Nothing is to be seen yet.")
    assert deadline(support, made.deadline_id).state is DeadlineState.MET
    support.evaluate(made.id, "council", difference="some")
    found = shown(support, made.id)
    assert [each.difference for each in found.of(Party.COUNCIL)] == ["some", "none"]
    [school] = found.of(Party.SCHOOL)
    assert (school.difference, school.said_by) == ("great", "Joanne Tallis")
    with read(support.engine) as session:
        assert not examine(session).differences


def test_an_evaluation_that_is_late_is_found_and_reminded(support: Commissioned) -> None:
    support.commission(provider=support.provider().id)
    support.now = NOW + timedelta(days=120)
    tick(support.engine, support.policy, support.now)
    with read(support.engine) as session:
        late = commissions_shown.commissions(
            session, THE_MACHINE, today=support.now.date(), to_evaluate=True
        )
        assert [each.overdue for each in late.items] == [True]
        told = session.exec(select(Message).where(col(Message.kind) == "reminder")).all()
        assert support.council.hos.email in {message.to_email for message in told}


def test_one_that_ends_early_frees_its_days_and_is_evaluated_earlier(
    support: Commissioned,
) -> None:
    made = support.commission(supporter=by_carys(support))
    support.use(made.id, 1.0)
    support.now = NOW + timedelta(days=7)
    assert refusal_of(lambda: support.end(made.id, LAST)) == "on"
    assert refusal_of(lambda: support.end(made.id, TODAY - timedelta(days=1))) == "on"
    on = TODAY + timedelta(days=3)
    assert support.end(made.id, on).ended_on == on
    with pytest.raises(NotPossible, match="over already"):
        support.end(made.id, on)
    assert shown(support, made.id).evaluate_by == add_working_days(on, 20)
    assert refusal_of(lambda: support.use(made.id)) == "used_on"
    with read(support.engine) as session:
        carys = consultants_shown.consultant(session, THE_MACHINE, 1, TODAY)
    assert (carys.days_held, carys.days_left) == (1, 4)


def test_one_that_was_called_off_unused_has_nothing_to_evaluate(support: Commissioned) -> None:
    made = support.commission(provider=support.provider().id)
    support.end(made.id, TODAY)
    assert deadline(support, made.deadline_id).state is DeadlineState.CANCELLED
    assert shown(support, made.id).evaluate_by is None


# Consultants -------------------------------------------------------------------------------


def test_days_agreed_are_taken_from_what_a_consultant_has(support: Commissioned) -> None:
    supporter = by_carys(support)

    def with_days(days: float) -> list[str]:
        with read(support.engine) as session:
            found = consultants_shown.consultants(session, THE_MACHINE, today=TODAY, capacity=days)
            return [each.name for each in found.items]

    assert with_days(5) == ["Carys Howell"]
    support.commission(supporter=supporter)
    assert (with_days(1), with_days(1.5)) == (["Carys Howell"], [])
    more = {"supporter": supporter, "days_agreed": 1.5}
    assert refusal_of(lambda: support.commission(**more)) == "reason"
    assert support.commission(**more, reason="Their school agreed.").reason != ""
    next_year = {"first_day": date(2027, 9, 1), "last_day": date(2027, 10, 1)}
    assert support.commission(supporter=supporter, **next_year).reason == ""


def test_the_donor_school_rule_holds_for_commissions_too(support: Commissioned) -> None:
    supporter = by_carys(support)
    with support.acting("hos") as acting:
        change(acting.session, School, {"urn": 900003}, risk_level=RiskLevel.HIGH)
    with pytest.raises(NotPossible, match="own school of Carys Howell causes concern"):
        support.commission(supporter=supporter, reason="They have a deputy.")
    programme = support.policy.programme.model_copy(update={"donor_schools": DonorRule.REASON})
    support.policy = support.policy.model_copy(update={"programme": programme})
    assert refusal_of(lambda: support.commission(supporter=supporter)) == "reason"
    kept = support.commission(supporter=supporter, reason="They have a deputy.")
    assert kept.reason == "They have a deputy."


def test_a_supporter_is_one_of_this_school_and_of_these_days(support: Commissioned) -> None:
    supporter = by_carys(support)
    both = {"supporter": supporter, "provider": support.provider().id}
    assert refusal_of(lambda: support.commission(**both)) == "provider"
    early = {"first_day": date(2026, 8, 1)}
    assert refusal_of(lambda: support.commission(supporter=supporter, **early)) == "first_day"
    with support.acting("hos") as acting:
        supporters.end_support(acting, supporter, supporters.LastDay(last_day=TODAY))
    assert refusal_of(lambda: support.commission(supporter=supporter)) == "last_day"
    support.urn = 900002
    assert refusal_of(lambda: support.commission(supporter=supporter)) == "supporter"


# Roles -------------------------------------------------------------------------------------

ACTS: dict[str, tuple[Act, Any]] = {
    "provider": (Act.KEEP_CONSULTANTS, lambda its, who: its.provider(who, "Another")),
    "ask": (Act.RECORD_COMMISSIONING, lambda its, who: its.ask(who)),
    "answer": (Act.COMMISSION_SUPPORT, lambda its, who: its.answer(1, who)),
    "refer": (Act.RECORD_COMMISSIONING, lambda its, who: its.refer(1, who)),
    "follow": (Act.RECORD_COMMISSIONING, lambda its, who: its.follow(1, who)),
    "commission": (Act.COMMISSION_SUPPORT, lambda its, who: its.commission(who, provider=1)),
    "use": (Act.RECORD_COMMISSIONING, lambda its, who: its.use(1, by=who)),
    "evaluate": (Act.RECORD_COMMISSIONING, lambda its, who: its.evaluate(1, "council", who)),
    "end": (Act.COMMISSION_SUPPORT, lambda its, who: its.end(1, TODAY, who)),
}
SENIOR = {"hos", "hos2", "sm", "aed", "dcs"}
MAY = {
    Act.KEEP_CONSULTANTS: SENIOR,
    Act.COMMISSION_SUPPORT: SENIOR,
    Act.RECORD_COMMISSIONING: SENIOR | {"seo", "seo2"},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", ACTS)
def test_every_role_and_act(support: Commissioned, what: str) -> None:
    act, do = ACTS[what]
    may = {name for name, (_, role) in OFFICERS.items() if role in RULES[act]}
    assert may == MAY[act]
    support.commission(provider=support.provider().id)
    support.ask()
    support.refer(1)
    for who in OFFICERS.keys() - may:
        with pytest.raises(NotAllowed, match="does not let you"):
            do(support, who)
    assert do(support, "sm")


def test_what_is_not_there_is_not_found(support: Commissioned) -> None:
    for wrong in (
        lambda: support.answer(9),
        lambda: support.follow(9),
        lambda: support.use(9),
        lambda: support.evaluate(9, "council"),
        lambda: support.end(9, TODAY),
    ):
        with pytest.raises(NotFound):
            wrong()
