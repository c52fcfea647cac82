"""What is due once with an outcome, what is planned if it is required, who hears of progress."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from models.clocks import is_working_day
from models.database import read
from models.events import Event, verify
from models.outbox import Message
from models.people.access import THE_MACHINE
from models.policy import Policy, load_policy
from models.policy.programme import OnceRule, SchoolYear
from models.programme import duties_shown
from models.programme import shown as reading
from models.programme.days_due import day_of_term, once_at_level, term_days
from models.programme.events import OutcomeRecorded, SupportNoLongerRequired, SupportRequired
from models.programme.tables import DutyKind, Review
from models.record.verifying import examine
from models.record.vocabulary import Titles, happened_in
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.schools.tables import RiskLevel
from models.settings import DEFAULT_POLICY
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme, at

POLICY = load_policy(DEFAULT_POLICY).programme
AUDIT, GOVERNANCE, PLACE = (
    DutyKind.NEED_AUDIT,
    DutyKind.GOVERNANCE_AUDIT,
    DutyKind.LEADERSHIP_PROGRAMME,
)
ONCE = (AUDIT, GOVERNANCE, PLACE)
GROUP = DutyKind.SISG_MEETING
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    return Programme(engine, policy, council)


def said(programme: Programme, *kinds: str) -> list[str]:
    """What the record says of these, in words; the whole of it holds."""
    titles = Titles(programme.policy)
    with read(programme.engine) as session:
        assert verify(session) is None
        assert examine(session).intact
        events = session.exec(select(Event).order_by(col(Event.sequence)))
        return [happened_in(each).sentence(titles) for each in events if each.kind in kinds]


# --- the days


@given(st.sampled_from(POLICY.years), st.integers(-10, 380), st.integers(1, 190))
def test_what_is_due_once_is_due_in_term_in_the_same_year_or_in_the_next(
    of: SchoolYear, shift: int, days: int
) -> None:
    on = date(of.begins, 9, 1) + timedelta(days=shift)
    rule = POLICY.levels[RiskLevel.HIGH].model_copy(
        update={"once": {AUDIT: OnceRule(within_working_days=days)}}
    )
    due = once_at_level(rule, of, on)
    left = sum(day > on for day in term_days(of))
    assert len(due) == (left >= days)
    for each in due:
        assert each.due_on in term_days(of)
        assert sum(on < day <= each.due_on for day in term_days(of)) == days


@given(st.dates(date(2025, 9, 1), date(2029, 1, 31)), st.integers(1, 190))
def test_a_day_of_term_is_so_many_days_of_term_later_and_in_no_holiday(on: date, days: int) -> None:
    due_on = day_of_term(POLICY, on, days)
    assert due_on > on
    assert is_working_day(due_on)
    known = [day for year in POLICY.years for day in term_days(year) if day > on]
    if due_on in known:
        assert known.index(due_on) == days - 1


@pytest.mark.parametrize(
    ("on", "due_on"),
    [
        (date(2026, 12, 14), date(2027, 1, 11)),  # across Christmas
        (date(2026, 10, 21), date(2026, 11, 11)),  # across a half-term holiday
        (date(2027, 7, 21), date(2027, 9, 14)),  # into the next school year
        (date(2028, 2, 24), date(2028, 3, 9)),  # a leap year
        (date(2028, 7, 20), date(2028, 8, 3)),  # terms that are not known yet
    ],
)
def test_ten_days_of_term(on: date, due_on: date) -> None:
    assert day_of_term(POLICY, on, 10) == due_on


# --- once in a school year


def test_a_school_at_high_is_due_its_audits_once(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    whole = programme.standing(*ONCE)
    assert [day for day, _ in programme.standing(AUDIT)] == [date(2026, 10, 13)]
    assert len(whole) == 3
    for on in (date(2026, 9, 30), date(2027, 2, 1)):
        programme.level(RiskLevel.HIGH, on=on)
        programme.pass_(at(on))
    assert programme.standing(*ONCE) == whole, "on whatever day it is planned again"


def test_a_level_that_has_none_takes_back_what_is_not_late(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    programme.outcome(programme.duties(AUDIT)[0], done_on=date(2026, 10, 1))
    programme.level(RiskLevel.LOW, on=date(2026, 11, 2))
    assert programme.standing(*ONCE) == [(date(2026, 10, 13), "done")]
    programme.level(RiskLevel.HIGH, on=date(2027, 1, 11))
    kinds = [duty.kind for duty in programme.duties(*ONCE) if duty.state == "planned"]
    assert sorted(kinds) == [GOVERNANCE, PLACE], "the audit of need was done this year"


@ON_SQLITE
def test_a_school_that_was_planned_before_the_policy_had_them_gets_them(
    programme: Programme,
) -> None:
    policy, its = programme.policy, programme.policy.programme
    high = its.levels[RiskLevel.HIGH].model_copy(update={"once": {}})
    without = its.model_copy(update={"levels": {**its.levels, RiskLevel.HIGH: high}})
    programme.policy = policy.model_copy(update={"programme": without})
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    others = programme.standing()
    programme.policy = policy
    assert programme.pass_().duties_planned > 3  # the council's own too
    assert len(programme.standing(*ONCE)) == 3
    assert [
        each for each in programme.standing() if each not in programme.standing(*ONCE)
    ] == others
    assert programme.pass_().duties_planned == 0


def test_an_outcome_is_recorded_once(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    audit, *_ = programme.duties(AUDIT)
    done = programme.outcome(audit, done_on=date(2026, 11, 20))
    assert (done.state, done.done_on) == ("done", date(2026, 11, 20))
    with read(programme.engine) as session:
        [review] = session.exec(select(Review)).all()
        assert (review.duty_id, review.summary) == (audit.id, "Four of five are met.")
        shown = duties_shown.duty(session, THE_MACHINE, audit.id, programme.now.date())
        assert (shown.outcome, shown.record) == ("Four of five are met.", f"/reviews/{review.id}")
    assert said(programme, OutcomeRecorded.kind) == [
        "The outcome of the audit of need on 20 November 2026 was recorded for Ashfield Primary "
        "School."
    ]
    with pytest.raises(NotPossible, match="already been done"):
        programme.outcome(audit)


@ON_SQLITE
def test_outcomes_that_are_refused(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    audit, *_ = programme.duties(AUDIT)
    with pytest.raises(NotPossible, match="record that"):
        programme.outcome(programme.duties(DutyKind.VISIT)[0])
    with pytest.raises(InvalidInput):
        programme.outcome(audit, done_on=date(2026, 11, 24))
    with pytest.raises(InvalidInput):
        programme.outcome(audit, outcome=" ")
    with pytest.raises(NotAllowed):
        programme.outcome(audit, programme.council.viewer)
    programme.cancel(audit, reason="Not required, because Ofsted looked at it in October.")
    with pytest.raises(NotPossible, match="cancelled"):
        programme.outcome(audit)
    programme.level(RiskLevel.HIGH)
    assert programme.standing(AUDIT) == [], "and it is not planned again"


@ON_SQLITE
def test_a_policy_says_which_of_them_make_a_school_fall_behind(
    tmp_path: Path, programme: Programme
) -> None:
    folder = shutil.copytree(DEFAULT_POLICY, tmp_path / "policy")
    file = folder / "programme.toml"
    text = file.read_text().replace(
        "once.need_audit = { within_working_days = 30 }",
        "once.need_audit = { within_working_days = 30, falls_behind = true }",
    )
    file.write_text(text)
    today = date(2026, 10, 14)  # the audit was due on the day before
    for urn, policy in ((900001, programme.policy), (900003, load_policy(folder))):
        programme.policy = policy
        programme.level(RiskLevel.HIGH, urn=urn, on=WHOLE_YEAR)
    with read(programme.engine) as session:
        assert duties_shown.behind(session, [900001, 900003], today) == {900003}
        page = reading.programme(session, programme.policy, today=today, only_behind=True)
        assert [(each.urn, each.behind) for each in page.items] == [(900003, True)]


# --- if it is required


def test_the_strategy_group_meets_where_it_is_required(programme: Programme) -> None:
    programme.level(RiskLevel.MEDIUM, on=WHOLE_YEAR)
    programme.level(RiskLevel.MEDIUM, urn=900003, on=WHOLE_YEAR)
    assert programme.standing(GROUP) == []
    required = programme.require("sisg_meeting")
    from_today = [
        (date(2026, 12, 18), "planned"),
        (date(2027, 2, 12), "planned"),
        (date(2027, 3, 25), "planned"),
        (date(2027, 5, 28), "planned"),
        (date(2027, 7, 22), "planned"),
    ]
    assert programme.standing(GROUP) == from_today
    assert programme.standing(GROUP, urn=900003) == [], "of this school alone"
    with pytest.raises(NotPossible, match="already on record"):
        programme.require("sisg_meeting")
    assert programme.level(RiskLevel.MEDIUM) == 0
    programme.now = at(date(2027, 1, 11))
    programme.no_longer(required)
    assert programme.standing(GROUP) == [(date(2026, 12, 18), "planned")], "what is late stays late"
    assert {duty.reason for duty in programme.duties(GROUP) if duty.state == "cancelled"} == {
        "No longer required: the board is complete."
    }
    with pytest.raises(NotPossible, match="already ended"):
        programme.no_longer(required)
    programme.require("sisg_meeting")
    assert programme.standing(GROUP) == from_today, "and it is required again"
    assert said(programme, SupportRequired.kind, SupportNoLongerRequired.kind)[:2] == [
        "Ashfield Primary School requires a School Improvement Strategy Group: two governors "
        "resigned.",
        "Ashfield Primary School no longer requires a School Improvement Strategy Group: the board "
        "is complete.",
    ]


def test_a_requirement_holds_from_year_to_year_and_through_other_levels(
    programme: Programme,
) -> None:
    programme.level(RiskLevel.MEDIUM, on=WHOLE_YEAR)
    programme.require("governance_audit")
    assert [day for day, _ in programme.standing(GOVERNANCE)] == [date(2027, 1, 18)]
    programme.level(RiskLevel.LOW, on=date(2026, 12, 1))
    assert programme.standing(GOVERNANCE) == []
    programme.level(RiskLevel.MEDIUM, on=date(2026, 12, 7))
    assert len(programme.standing(GOVERNANCE)) == 1
    programme.pass_(at(date(2027, 9, 1)))
    days = [day for day, state in programme.standing(GOVERNANCE) if state == "planned"]
    assert days == [date(2027, 10, 13)]


@ON_SQLITE
@pytest.mark.parametrize(
    ("level", "what", "refusal"),
    [
        ("medium", "need_audit", InvalidInput),
        ("medium", "visit", InvalidInput),
        ("medium", "gossip", InvalidInput),
        ("high", "sisg_meeting", NotPossible),
        ("low", "governance_audit", NotPossible),
    ],
)
def test_what_cannot_be_required(
    programme: Programme, level: str, what: str, refusal: type[Exception]
) -> None:
    programme.level(RiskLevel(level), on=WHOLE_YEAR)
    with pytest.raises(refusal):
        programme.require(what)


@ON_SQLITE
def test_who_can_say_that_something_is_required(programme: Programme) -> None:
    programme.level(RiskLevel.MEDIUM, on=WHOLE_YEAR)
    required = programme.require("sisg_meeting", programme.council.sm)
    for who in (programme.council.viewer, programme.council.admin):
        with pytest.raises(NotAllowed):
            programme.require("governance_audit", who)
        with pytest.raises(NotAllowed):
            programme.no_longer(required, who)
    required.id = 987654
    with pytest.raises(NotFound):
        programme.no_longer(required)


# --- progress


@ON_SQLITE
@pytest.mark.parametrize(
    ("level", "told"), [("high", 2), ("medium", 2), ("low", 0), ("none", 0), (None, 0)]
)
def test_the_heads_of_service_are_advised_of_progress(
    programme: Programme, level: str | None, told: int
) -> None:
    if level is not None:
        programme.level(RiskLevel(level), on=WHOLE_YEAR)
    programme.review("evaluation")
    programme.review("evaluation", programme.council.hos, held_on=date(2026, 11, 20))
    with read(programme.engine) as session:
        messages = session.exec(select(Message).order_by(col(Message.id))).all()
    to = [each.to_email for each in messages if each.data["what"] == "progress_evaluated"]
    heads = [programme.council.hos.email, programme.council.hos2.email]
    assert to == ([*heads, heads[1]] if told else []), "nobody is told of their own"
