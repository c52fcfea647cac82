"""Assessing a school: who may do what in which state, what it rests on, and what comes of it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from models.database import read, write
from models.events import Event, verify
from models.people.tables import Officer
from models.policy import Policy
from models.programme.tables import Duty, Supporter
from models.refusals import (
    ChangedSince,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotPossible,
    Refused,
)
from models.risk import assessing
from models.risk.tables import Assessment, RiskEvidence, RiskEvidenceKind
from models.rows import add
from models.schools.tables import RiskLevel, School
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.council import NOW, OFFICERS, Council

ASHFIELD = 900001
# For what does not depend on the database.
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    """The risk register of a council where no school was assessed."""
    return Register(engine, policy, council)


# Who may do what, in which state -------------------------------------------------------------
# Each assessment was begun and proposed by `seo` and, where it was, moderated by `hos`.

STATES = (
    "in_year draft",
    "in_year proposed",
    "in_year in_force",
    "in_year withdrawn",
    "annual draft",
    "annual proposed",
    "annual agreed",
    "annual in_force",
)
CASEWORKERS = {"hos", "hos2", "seo", "seo2", "sm", "aed", "dcs"}
HEADS = {"hos", "hos2"}
ACTIONS: dict[str, Callable[[Register, int, str], Assessment]] = {
    "add evidence": lambda register, number, who: register.add(number, by=who),
    "propose": lambda register, number, who: register.propose(number, by=who),
    "agree": lambda register, number, who: register.moderate(number, by=who),
    "agree another": lambda register, number, who: register.moderate(
        number, by=who, level="high", reason="It is worse."
    ),
    "return": lambda register, number, who: register.moderate(
        number, "return", by=who, reason="Say more."
    ),
    "withdraw": lambda register, number, who: register.withdraw(number, by=who),
}
# Who can do it; everybody else is refused.
EXPECTED: dict[tuple[str, str], set[str]] = {
    ("in_year draft", "add evidence"): CASEWORKERS,
    ("in_year draft", "propose"): CASEWORKERS,
    ("in_year draft", "withdraw"): {"seo", *HEADS},
    ("in_year proposed", "agree"): HEADS,
    ("in_year proposed", "agree another"): HEADS,
    ("in_year proposed", "return"): HEADS,
    ("in_year proposed", "withdraw"): {"seo", *HEADS},
    ("annual draft", "add evidence"): CASEWORKERS,
    ("annual draft", "propose"): CASEWORKERS,
    ("annual proposed", "agree"): HEADS,
    ("annual proposed", "agree another"): HEADS,
    ("annual proposed", "return"): HEADS,
    ("annual agreed", "return"): HEADS,
}
AFTER = {
    ("in_year", "add evidence"): "draft",
    ("in_year", "propose"): "proposed",
    ("in_year", "agree"): "in_force",
    ("in_year", "agree another"): "in_force",
    ("in_year", "return"): "draft",
    ("in_year", "withdraw"): "withdrawn",
    ("annual", "add evidence"): "draft",
    ("annual", "propose"): "proposed",
    ("annual", "agree"): "agreed",
    ("annual", "agree another"): "agreed",
    ("annual", "return"): "draft",
}


def brought_to(register: Register, state: str) -> int:
    """An assessment in this state."""
    occasion, _, reached = state.partition(" ")
    if occasion == "annual":
        register.now = JULY
        register.open_round()
        number = register.of_round()[0].id
        register.add_all_kinds(number)
    else:
        number = register.begin()
        register.add(number)
    if reached in ("proposed", "agreed", "in_force"):
        register.propose(number)
    if reached == "agreed" or (reached == "in_force" and occasion == "in_year"):
        register.moderate(number)
    if reached == "in_force" and occasion == "annual":
        register.moderate(number)
        register.agree_all()
        register.now = SEPTEMBER
        register.publish()
    if reached == "withdrawn":
        register.withdraw(number)
    assert register.assessment(number).state == reached
    return number


@pytest.mark.parametrize("state", STATES)
@ONCE
def test_every_action_of_every_role_in_every_state(register: Register, state: str) -> None:
    number = brought_to(register, state)
    before = snapshot(register)
    register.rehearsing = True
    wrong = []
    for action, act in ACTIONS.items():
        for who in OFFICERS:
            reached = tried(register, act, number, who)
            may = who in EXPECTED.get((state, action), set())
            expected = AFTER[state.partition(" ")[0], action] if may else None
            if reached != expected:
                wrong.append((action, who, reached))
    assert not wrong
    assert snapshot(register) == before


def tried(
    register: Register, act: Callable[[Register, int, str], Assessment], number: int, who: str
) -> str | None:
    """The state that somebody's action leads to; None when it is refused."""
    try:
        return act(register, number, who).state.value
    except Refused:
        return None


def snapshot(register: Register) -> tuple[object, ...]:
    """What the register holds, and how much has happened."""
    with read(register.engine) as session:
        rows = session.exec(select(Assessment).order_by(Assessment.id)).all()
        levels = session.exec(select(School.urn, School.risk_level).order_by(School.urn)).all()
        events = session.exec(select(func.count(Event.sequence))).one()
        evidence = session.exec(select(func.count(RiskEvidence.id))).one()
        return [row.model_dump() for row in rows], list(levels), events, evidence


# Evidence and reasons ------------------------------------------------------------------------


def test_an_annual_level_needs_all_six_kinds_of_evidence(register: Register) -> None:
    register.now = JULY
    register.open_round()
    number = register.of_round()[0].id
    register.add_all_kinds(number, but=["dfe_assessments", "leadership_changes"])
    with pytest.raises(NotPossible) as refused:
        register.propose(number)
    assert "Department for Education assessments, Changes in leadership." in str(refused.value)
    register.add(number, "dfe_assessments")
    with pytest.raises(NotPossible, match="none of: Changes in leadership"):
        register.propose(number)
    register.add(number, "leadership_changes")
    assert register.propose(number).state == "proposed"


@pytest.mark.parametrize("missing", RiskEvidenceKind)
@ONCE
def test_no_kind_can_be_left_out(register: Register, missing: str) -> None:
    register.now = JULY
    register.open_round()
    number = register.of_round()[0].id
    register.add_all_kinds(number, but=[missing])
    with pytest.raises(NotPossible, match="Add evidence first"):
        register.propose(number)
    assert register.assessment(number).state == "draft"


def test_in_the_year_one_piece_of_evidence_is_enough_but_none_is_not(register: Register) -> None:
    number = register.begin()
    with pytest.raises(NotPossible, match="Add evidence first"):
        register.propose(number)
    register.add(number, "local_intelligence")
    assert register.propose(number).state == "proposed"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"source": ""}, "source"),
        ({"source": "two\nlines"}, "source"),
        ({"summary": " "}, "summary"),
        ({"summary": "a\0b"}, "summary"),
        ({"dated": date(2026, 11, 24)}, "dated"),
        ({"dated": date(26, 11, 2)}, "dated"),
        ({"dated": "2 November 2026"}, "dated"),
        ({"dated": datetime(2026, 11, 2, tzinfo=UTC)}, "dated"),
    ],
)
@ONCE
def test_evidence_names_its_kind_source_day_and_content(
    register: Register, values: dict[str, object], field: str
) -> None:
    number = register.begin()
    kind = str(values.pop("kind", "data_analysis"))
    with pytest.raises(InvalidInput) as refused:
        register.add(number, kind, **values)
    assert [name for name, _ in refused.value.errors] == [field]
    assert register.all(select(RiskEvidence)) == []
    assert register.assessment(number).version == 1


@ONCE
def test_evidence_of_today_is_of_the_past(register: Register) -> None:
    # Half past midnight in London on 1 July 2027, where the day before is still on in UTC.
    register.now = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    register.add(register.begin(), dated=date(2027, 7, 1))


def test_evidence_is_replaced_and_removed_while_it_is_a_draft(register: Register) -> None:
    number = register.begin()
    register.add(number, "data_analysis")
    register.add(number, "local_intelligence")
    first, second = register.all(select(RiskEvidence).order_by(RiskEvidence.id))
    better = assessing.PieceOfEvidence(
        kind="ofsted_outcomes",
        source="The inspection",
        dated=date(2026, 10, 1),
        summary="Good.",
    )
    with register.acting("seo2") as acting:
        assessing.replace_evidence(acting, number, first.id, better)
        assessing.remove_evidence(acting, number, second.id)
    [left] = register.all(select(RiskEvidence))
    assert (left.kind, left.source, left.added_by) == (
        "ofsted_outcomes",
        "The inspection",
        "seo2@fernshire.example",
    )
    assert register.assessment(number).version == 5
    register.propose(number)
    with pytest.raises(NotPossible, match="only a draft"), register.acting("seo2") as acting:
        assessing.remove_evidence(acting, number, left.id)
    with pytest.raises(NotPossible, match="only a draft"), register.acting("seo2") as acting:
        assessing.replace_evidence(acting, number, left.id, better)


@ONCE
def test_evidence_of_another_assessment_is_out_of_reach(register: Register) -> None:
    register.add(register.begin())
    [its] = register.all(select(RiskEvidence))
    other = register.begin(school="academy")
    with pytest.raises(NotFound), register.acting("seo") as acting:
        assessing.remove_evidence(acting, other, its.id)


@pytest.mark.parametrize("reason", ["", " ", "a\0b", "\U0001f600", "x" * 2_001])
@ONCE
def test_no_level_without_a_reason_that_can_be_printed(register: Register, reason: str) -> None:
    number = register.begin()
    register.add(number)
    with pytest.raises(InvalidInput) as refused:
        register.propose(number, reason=reason)
    assert refused.value.errors[0][0] == "reason"
    register.propose(number)
    with pytest.raises(InvalidInput):
        register.moderate(number, level="high", reason=reason)
    assert register.level(ASHFIELD) is None


@ONCE
def test_a_level_is_one_of_four(register: Register) -> None:
    number = register.begin()
    register.add(number)
    with pytest.raises(InvalidInput):
        register.propose(number, "very high")
    register.propose(number)
    with pytest.raises(InvalidInput):
        register.moderate(number, level="very high", reason="So.")
    with pytest.raises(InvalidInput):
        register.moderate(number, "perhaps")


# Moderation ----------------------------------------------------------------------------------


def test_what_is_agreed_in_the_year_is_in_force_at_once(register: Register) -> None:
    number = register.begin()
    register.add(number)
    register.propose(number, "medium", reason="Two heads of department left.")
    register.moderate(number)
    assert register.level(ASHFIELD) is RiskLevel.MEDIUM
    [change] = register.changes(ASHFIELD)
    assert (change.before, change.level, change.on, change.reason, change.changed_by) == (
        None,
        RiskLevel.MEDIUM,
        date(2026, 11, 23),
        "Two heads of department left.",
        "hos@fernshire.example",
    )
    assert register.happened("level_changed") == [
        {
            "urn": ASHFIELD,
            "school": "Ashfield Primary School",
            "assessment": number,
            "before": None,
            "level": "medium",
            "occasion": "in_year",
        }
    ]
    planned = register.all(select(Duty).where(Duty.urn == ASHFIELD))
    assert planned
    assert {duty.level for duty in planned} == {RiskLevel.MEDIUM}
    with read(register.engine) as session:
        assert verify(session) is None


def test_another_level_comes_with_the_reason_of_whoever_agreed_it(register: Register) -> None:
    number = register.begin()
    register.add(number)
    register.propose(number, "medium", reason="Results fell.")
    with pytest.raises(InvalidInput) as refused:
        register.moderate(number, level="high")
    assert refused.value.errors[0][0] == "reason"
    register.moderate(number, level="high", reason="They fell for three years.")
    assert register.level(ASHFIELD) is RiskLevel.HIGH
    assert register.changes(ASHFIELD)[0].reason == "They fell for three years."


@ONCE
def test_the_level_proposed_may_be_named_in_agreeing(register: Register) -> None:
    number = register.begin()
    register.add(number)
    register.propose(number, "medium")
    register.moderate(number, level="medium")
    assert register.changes(ASHFIELD)[0].reason == "Results fell."


def test_nobody_moderates_what_they_proposed(register: Register) -> None:
    number = register.begin(by="hos")
    register.add(number, by="hos")
    register.propose(number, by="hos")
    for decision in ("agree", "return"):
        with pytest.raises(NotAllowed, match="You proposed this"):
            register.moderate(number, decision, by="hos", reason="So.")
    assert register.moderate(number, by="hos2").state == "in_force"
    assert register.told("assessment_waits") == ["hos2"]


def test_a_return_needs_a_reason_and_its_proposer_hears_it(register: Register) -> None:
    number = register.begin()
    register.add(number)
    register.propose(number)
    with pytest.raises(InvalidInput):
        register.moderate(number, "return")
    register.moderate(number, "return", reason="What of attendance?")
    assert register.assessment(number).state == "draft"
    assert register.told("assessment_returned") == ["seo"]
    register.add(number, "local_intelligence")
    register.propose(number, "high")
    assert register.assessment(number).moderation_reason == ""
    register.moderate(number)
    assert register.level(ASHFIELD) is RiskLevel.HIGH


def test_of_two_moderators_one_decides_and_the_other_is_told(register: Register) -> None:
    number = register.begin()
    register.add(number)
    seen = register.propose(number).version
    register.moderate(number, by="hos", version=seen)
    with pytest.raises(NotPossible, match="in force"):
        register.moderate(number, "return", by="hos2", reason="Say more.", version=seen)
    assert len(register.changes(ASHFIELD)) == 1


def test_two_moderators_at_the_same_moment(register: Register) -> None:
    number = register.begin()
    register.add(number)
    seen = register.propose(number).version
    both = threading.Barrier(2)

    def agree(who: str, level: str) -> str:
        both.wait()
        try:
            register.moderate(number, by=who, version=seen, level=level, reason="It is so.")
        except NotPossible:
            return "told"
        return level

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(agree, ("hos", "hos2"), ("high", "low")))
    [agreed] = answers - {"told"}
    assert "told" in answers
    assert register.level(ASHFIELD) == agreed
    assert [change.level for change in register.changes(ASHFIELD)] == [agreed]


def test_what_was_changed_since_it_was_seen_is_not_agreed(register: Register) -> None:
    number = register.begin()
    register.add(number)
    seen = register.propose(number, "low").version
    register.moderate(number, "return", by="hos2", reason="Too low.", version=seen)
    register.add(number, "ofsted_outcomes")
    register.propose(number, "high")
    with pytest.raises(ChangedSince):
        register.moderate(number, by="hos", version=seen)
    assert register.level(ASHFIELD) is None


# One at a time, and withdrawing --------------------------------------------------------------


def test_a_school_has_one_assessment_in_the_year_at_a_time(register: Register) -> None:
    number = register.begin()
    with pytest.raises(NotPossible, match=f"assessment {number}"):
        register.begin(by="seo2")
    register.begin(school="academy")
    register.withdraw(number)
    again = register.begin(by="seo2")
    register.add(again)
    register.propose(again)
    with pytest.raises(NotPossible):
        register.begin()
    register.moderate(again)
    register.begin()


@ONCE
def test_the_round_and_the_year_do_not_stand_in_each_others_way(register: Register) -> None:
    register.now = JULY
    register.open_round()
    register.in_force("high")
    assert register.level(ASHFIELD) is RiskLevel.HIGH
    register.now = SEPTEMBER
    register.agree_all("low")
    register.publish()
    before = [(change.before, change.level) for change in register.changes(ASHFIELD)]
    assert before == [(None, RiskLevel.HIGH), (RiskLevel.HIGH, RiskLevel.LOW)]


def test_a_withdrawn_assessment_keeps_its_reason_and_changes_nothing(register: Register) -> None:
    number = register.begin()
    register.add(number)
    register.propose(number)
    with pytest.raises(InvalidInput):
        register.withdraw(number, reason=" ")
    register.withdraw(number, by="hos2", reason="The data were of another school.")
    withdrawn = register.assessment(number)
    assert withdrawn.withdrawn_because == "The data were of another school."
    assert register.level(ASHFIELD) is None
    assert [facts["reason"] for facts in register.happened("assessment_withdrawn")] == [
        "The data were of another school."
    ]


@ONCE
def test_whoever_proposed_can_withdraw_what_a_colleague_began(register: Register) -> None:
    number = register.begin(by="seo")
    register.add(number)
    with pytest.raises(NotAllowed):
        register.withdraw(number, by="seo2")
    register.propose(number, by="seo2")
    assert register.withdraw(number, by="seo2").state == "withdrawn"


@ONCE
def test_a_school_that_closed_is_not_assessed(register: Register) -> None:
    number = register.begin()
    register.add(number)
    other = register.begin(school="academy")
    register.add(other)
    register.propose(other)
    for urn in (ASHFIELD, 900002):
        register.set(School, {"urn": urn}, closed_on=NOW.date())
    with pytest.raises(NotPossible, match="has closed"):
        register.propose(number)
    with pytest.raises(NotPossible, match="has closed"):
        register.moderate(other)
    register.withdraw(number)
    register.withdraw(other)
    with pytest.raises(NotPossible, match="has closed"):
        register.begin()
    register.set(School, {"urn": ASHFIELD}, closed_on=NOW.date() + timedelta(days=1))
    register.begin()  # open until then


# A new headteacher ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, "low"), ("none", "low"), ("low", "low"), ("medium", "medium"), ("high", "high")],
)
def test_a_new_headteacher_puts_a_school_into_a_category_of_support(
    register: Register, before: str | None, after: str
) -> None:
    if before:
        register.in_force(before)
    there = len(register.changes(ASHFIELD))
    changed = register.new_headteacher(ASHFIELD)
    assert changed == (before != after)
    assert register.level(ASHFIELD) == after
    assert len(register.changes(ASHFIELD)) == there + changed
    assert register.told("new_headteacher") == ["hos", "hos2"]
    if changed:
        latest = register.changes(ASHFIELD)[-1]
        assert (latest.occasion, latest.changed_by) == ("new_headteacher", "the national register")
        assessment = register.assessment(latest.assessment_id)
        assert (assessment.state, assessment.level_before) == ("in_force", before)
        its = select(RiskEvidence).where(RiskEvidence.assessment_id == assessment.id)
        [evidence] = register.all(its)
        assert (evidence.kind, evidence.source) == ("leadership_changes", "the national register")
        assert "Hester Newcomb" in evidence.summary
        assert register.all(select(Duty).where(Duty.urn == ASHFIELD))


def test_the_schools_own_evaluation_officer_is_told(register: Register) -> None:
    today = NOW.date()
    assign(register, register.council.seo2, last_day=today)
    assign(register, register.council.seo, last_day=today - timedelta(days=1))
    assign(register, register.council.sm, first_day=today + timedelta(days=2))
    assign(register, register.council.aed, role="consultant_headteacher")
    register.new_headteacher(ASHFIELD)
    assert register.told("new_headteacher") == ["seo2"]
    register.in_force("high")
    assert register.told("level_changed") == ["seo2"]
    register.set(Officer, {"id": register.council.seo2.id}, active=False)
    register.now += timedelta(days=1)
    register.new_headteacher(ASHFIELD, "H. Newcomb")
    assert register.told("new_headteacher") == ["seo2"], "whoever was counted is not counted again"
    register.new_headteacher(ASHFIELD, "Ivo Marsh")
    assert register.told("new_headteacher") == ["seo2", "hos", "hos2"]


def assign(register: Register, officer: Officer, **values: object) -> None:
    """Let an officer look after the school."""
    given = {
        "urn": ASHFIELD,
        "role": "school_evaluation_officer",
        "officer_id": officer.id,
        "name": officer.name,
        "first_day": date(2026, 9, 1),
        "assigned_by": "hos@fernshire.example",
        "assigned_at": NOW,
    }
    with write(register.engine) as session:
        add(session, Supporter, **{**given, **values})


@ONCE
def test_a_new_headteacher_of_a_closed_school_changes_nothing(register: Register) -> None:
    register.set(School, {"urn": ASHFIELD}, closed_on=date(2026, 8, 31))
    assert register.new_headteacher(ASHFIELD) is False
    assert register.level(ASHFIELD) is None
    assert register.told("new_headteacher") == []


@pytest.mark.parametrize("state", ["proposed", "agreed"])
def test_no_annual_level_takes_a_school_with_a_new_headteacher_below_it_unseen(
    register: Register, state: str
) -> None:
    register.now = JULY
    register.open_round()
    number = register.of_round()[0].id
    register.add_all_kinds(number)
    register.propose(number, "none")
    if state == "agreed":
        register.moderate(number)
    register.new_headteacher(ASHFIELD)
    returned = register.assessment(number)
    assert (returned.state, returned.level) == ("draft", None)
    assert register.told("assessment_returned") == ["seo"]
    assert register.level(ASHFIELD) is RiskLevel.LOW
    its = select(RiskEvidence.summary).where(
        RiskEvidence.assessment_id == number, RiskEvidence.kind == "leadership_changes"
    )
    assert any("Hester Newcomb" in summary for summary in register.all(its))


@ONCE
def test_an_annual_level_of_support_stands_when_the_headteacher_changes(register: Register) -> None:
    register.now = JULY
    register.open_round()
    number = register.of_round()[0].id
    register.add_all_kinds(number)
    register.propose(number, "medium")
    seen = register.moderate(number).version
    register.new_headteacher(ASHFIELD)
    assert register.assessment(number).state == "agreed"
    assert register.assessment(number).version == seen


@ONCE
@pytest.mark.parametrize("annual", ["proposed", "agreed"])
def test_a_level_that_changes_in_the_year_sends_the_annual_one_back(
    register: Register, annual: str
) -> None:
    register.now = JULY
    register.open_round()
    number = register.of_round()[0].id
    register.add_all_kinds(number)
    register.propose(number, "low")
    if annual == "agreed":
        register.moderate(number)
    register.in_force("high")
    returned = register.assessment(number)
    assert (returned.state, returned.level) == ("draft", None)
    assert returned.moderation_reason.startswith("The school was placed at high risk on")


@ONCE
def test_an_annual_level_that_agrees_with_the_change_stands(register: Register) -> None:
    register.now = JULY
    register.open_round()
    number = register.of_round()[0].id
    register.add_all_kinds(number)
    register.propose(number, "high")
    register.moderate(number)
    register.in_force("high")
    assert register.assessment(number).state == "agreed"


@ONCE
def test_a_proposal_in_the_year_that_a_new_headteacher_overtakes_is_sent_back(
    register: Register,
) -> None:
    number = register.begin()
    register.add(number)
    seen = register.propose(number, "none").version
    register.new_headteacher(ASHFIELD)
    assert register.assessment(number).state == "draft"
    with pytest.raises(NotPossible):
        register.moderate(number, version=seen)
    assert register.level(ASHFIELD) is RiskLevel.LOW


@ONCE
def test_a_level_that_changes_in_august_changes_the_plan_of_the_year_to_come(
    register: Register,
) -> None:
    register.now = JULY
    register.open_round()
    register.now = SEPTEMBER.replace(month=8, day=27)
    register.agree_all("low")
    register.publish()
    register.now = SEPTEMBER.replace(month=8, day=30)
    register.in_force("high")
    planned = select(Duty).where(Duty.urn == ASHFIELD, Duty.school_year == 2027)
    duties = [duty for duty in register.all(planned) if duty.state == "planned"]
    assert {duty.level for duty in duties} == {RiskLevel.HIGH}
    assert len([duty for duty in duties if duty.kind == "visit"]) == 6
