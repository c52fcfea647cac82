"""The annual assessment of all schools: opened in July, complete, published together."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.database import read, write
from models.events import verify
from models.policy import Policy
from models.programme.tables import Duty
from models.refusals import NotAllowed, NotFound, NotPossible
from models.risk import rounds
from models.risk.rounds_shown import missing_drafts
from models.risk.tables import AssessmentState, LevelChange
from models.rows import add
from models.schools.tables import RiskLevel, School
from models.upkeep import school_year
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.council import OFFICERS, Council

ASHFIELD, BROOKSIDE = 900001, 900002
# For what does not depend on the database.
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    """The risk register on the day on which the round for 2027 can be opened."""
    return Register(engine, policy, council, now=JULY)


def opened_by_the_clock(register: Register, now: datetime) -> bool:
    with write(register.engine) as session:
        return rounds.open_round_when_due(session, register.policy, now)


# Opening -------------------------------------------------------------------------------------


def test_a_round_gives_every_open_school_a_draft(register: Register) -> None:
    register.set(School, {"urn": ASHFIELD}, closed_on=JULY.date())
    register.set(School, {"urn": BROOKSIDE}, closed_on=JULY.date() + timedelta(days=1))
    register.set(School, {"urn": 900003}, opened_on=JULY.date() + timedelta(days=1))
    register.set(School, {"urn": 900004}, opened_on=JULY.date(), risk_level=RiskLevel.HIGH)
    opened = register.open_round()
    assert (opened.school_year, opened.state, opened.opened_by) == (
        2027,
        "open",
        "hos@fernshire.example",
    )
    assert opened.publish_on == date(2027, 9, 4)
    drafts = [
        (each.urn, each.state, each.occasion, each.level_before, each.version)
        for each in register.of_round()
    ]
    assert drafts == [
        (BROOKSIDE, "draft", "annual", None, 1),
        (900004, "draft", "annual", "high", 1),
    ]
    assert register.happened("round_opened") == [{"school_year": 2027, "schools": 2}]


def test_a_school_that_is_not_state_funded_is_not_watched(register: Register) -> None:
    castle_hill = register.council.independent.urn
    register.set(School, {"urn": castle_hill}, type_code=11)
    register.now = JULY
    with pytest.raises(NotPossible, match="neither a maintained school nor an academy"):
        register.begin(school="independent")
    register.open_round()
    assert castle_hill not in {each.urn for each in register.of_round()}


def test_there_is_one_round_a_school_year(register: Register) -> None:
    register.open_round()
    with pytest.raises(NotPossible, match="already open"):
        register.open_round(by="hos2")
    assert len(register.of_round()) == 4


@ONCE
@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2027, 6, 30, 22, 59, tzinfo=UTC), 2026),
        (datetime(2027, 6, 30, 23, 0, tzinfo=UTC), 2027),  # midnight in London, on summer time
        (datetime(2027, 12, 31, 23, 59, tzinfo=UTC), 2027),
        (datetime(2028, 6, 30, 12, 0, tzinfo=UTC), 2027),
    ],
)
def test_the_round_that_is_due_is_the_only_one_that_can_be_opened(
    register: Register, now: datetime, due: int
) -> None:
    register.now = now
    with pytest.raises(NotPossible, match="is over"):
        register.open_round(year=due - 1)
    with pytest.raises(NotPossible, match=f"from 1 July {due + 1}"):
        register.open_round(year=due + 1)
    assert register.open_round(year=due).school_year == due


@ONCE
@pytest.mark.parametrize("who", OFFICERS)
def test_only_a_head_of_service_opens_and_publishes(register: Register, who: str) -> None:
    if who in ("hos", "hos2"):
        register.open_round(by=who)
        register.agree_all()
        register.now = SEPTEMBER
        assert register.publish(by=who).published_by == f"{who}@fernshire.example"
        return
    with pytest.raises(NotAllowed):
        register.open_round(by=who)
    register.open_round()
    register.agree_all()
    register.now = SEPTEMBER
    with pytest.raises(NotAllowed):
        register.publish(by=who)
    assert register.level(ASHFIELD) is None


def test_the_clock_opens_it_on_its_day_and_once(register: Register) -> None:
    assert not opened_by_the_clock(register, datetime(2027, 6, 30, 22, 59, tzinfo=UTC))
    assert opened_by_the_clock(register, datetime(2027, 6, 30, 23, 0, tzinfo=UTC))
    assert not opened_by_the_clock(register, JULY)
    assert not opened_by_the_clock(register, SEPTEMBER + timedelta(days=30))
    [drafts] = [len(register.of_round())]
    assert drafts == 4
    [opened] = register.all(select(rounds.AssessmentRound))
    assert (opened.school_year, opened.opened_by) == (2027, "the clock")


@ONCE
def test_a_round_that_was_never_opened_is_not_opened_in_winter_by_the_clock(
    register: Register,
) -> None:
    assert not opened_by_the_clock(register, datetime(2027, 9, 5, 9, 0, tzinfo=UTC))
    assert not opened_by_the_clock(register, datetime(2028, 2, 1, 9, 0, tzinfo=UTC))
    assert register.of_round() == []
    register.now = datetime(2028, 2, 1, 9, 0, tzinfo=UTC)
    register.open_round(year=2027)  # by somebody who means it


def test_a_school_that_opens_later_gets_its_draft(register: Register) -> None:
    register.open_round()
    with write(register.engine) as session:
        new = {"urn": 900009, "name": "Elm School", "type_code": 1, "type_name": "Community"}
        add(session, School, phase="Primary", **new)
    with read(register.engine) as session:
        assert missing_drafts(session, 2027, today=JULY.date()) == 1
    assert not opened_by_the_clock(register, JULY + timedelta(days=2))
    assert [each.urn for each in register.of_round()][-1] == 900009
    with write(register.engine) as session:
        assert rounds.complete_round(session, JULY, 2027) == 0
        with pytest.raises(NotFound):
            rounds.complete_round(session, JULY, 2026)


# Publishing ----------------------------------------------------------------------------------


def test_published_levels_come_into_force_together(register: Register) -> None:
    register.in_force("low")
    register.open_round()
    register.agree_all("low", but=[BROOKSIDE])
    [brookside] = [each for each in register.of_round() if each.urn == BROOKSIDE]
    register.add_all_kinds(brookside.id)
    register.propose(brookside.id, "none", reason="All is well.")
    register.moderate(brookside.id, level="high", reason="It is not.")
    register.now = SEPTEMBER
    published = register.publish()
    assert (published.state, published.published_at) == ("published", SEPTEMBER)
    assert {each.state for each in register.of_round()} == {AssessmentState.IN_FORCE}
    assert register.level(ASHFIELD) is RiskLevel.LOW
    assert register.level(BROOKSIDE) is RiskLevel.HIGH
    # A level that stays is on record like one that changes.
    stayed = register.changes(ASHFIELD)[-1]
    assert (stayed.before, stayed.level, stayed.on) == (
        RiskLevel.LOW,
        RiskLevel.LOW,
        date(2027, 9, 3),
    )
    assert (stayed.occasion, stayed.reason) == ("annual", "Results fell.")
    assert register.changes(BROOKSIDE)[-1].reason == "It is not."
    assert register.happened("round_published") == [
        {
            "school_year": 2027,
            "schools": 4,
            "changed": 3,
            "levels": {"low": 3, "high": 1},
        }
    ]
    planned = register.all(select(Duty).where(Duty.school_year == 2027, Duty.state == "planned"))
    assert {duty.urn for duty in planned} == {900001, 900002, 900003, 900004}
    assert {duty.level for duty in planned if duty.urn == BROOKSIDE} == {RiskLevel.HIGH}
    assert register.told("level_changed") == ["hos2"]  # of the change in the year alone
    with read(register.engine) as session:
        assert verify(session) is None


def test_nothing_is_published_while_one_level_is_not_agreed(register: Register) -> None:
    register.open_round()
    register.agree_all(but=[ASHFIELD, BROOKSIDE])
    register.now = SEPTEMBER
    with pytest.raises(NotPossible, match="The levels of 2 schools are not agreed yet"):
        register.publish()
    register.agree_all(but=[ASHFIELD])
    [ashfield] = [each for each in register.of_round() if each.urn == ASHFIELD]
    register.add_all_kinds(ashfield.id)
    register.propose(ashfield.id)
    with pytest.raises(NotPossible, match="The levels of 1 school is not agreed yet"):
        register.publish()
    assert register.all(select(LevelChange)) == []
    assert register.level(BROOKSIDE) is None
    register.moderate(ashfield.id)
    register.publish()
    with pytest.raises(NotPossible, match="already published"):
        register.publish()
    assert len(register.all(select(LevelChange))) == 4


def test_a_school_that_closed_is_left_out_and_one_that_opened_is_not(register: Register) -> None:
    register.open_round()
    register.agree_all(but=[ASHFIELD])
    register.set(School, {"urn": ASHFIELD}, closed_on=date(2027, 8, 31))
    register.set(School, {"urn": BROOKSIDE}, closed_on=date(2027, 8, 31))
    register.now = SEPTEMBER
    with write(register.engine) as session:
        new = {"urn": 900009, "name": "Elm School", "type_code": 1, "type_name": "Community"}
        add(session, School, phase="Primary", opened_on=date(2027, 9, 1), **new)
    with pytest.raises(NotPossible, match="1 school is not agreed"):
        register.publish()
    with write(register.engine) as session:
        rounds.complete_round(session, SEPTEMBER, 2027)
    register.agree_all(but=[ASHFIELD])
    register.publish()
    states = {each.urn: each.state for each in register.of_round()}
    assert states == {
        ASHFIELD: "withdrawn",
        BROOKSIDE: "withdrawn",
        900003: "in_force",
        900004: "in_force",
        900009: "in_force",
    }
    assert register.level(BROOKSIDE) is None
    assert register.changes(BROOKSIDE) == []


def test_a_returned_level_holds_up_the_publication(register: Register) -> None:
    register.open_round()
    register.agree_all()
    number = register.of_round()[0].id
    register.moderate(number, "return", by="hos2", reason="Ofsted came in August.")
    register.now = SEPTEMBER
    with pytest.raises(NotPossible, match="1 school is"):
        register.publish()


@ONCE
def test_nothing_is_published_before_the_results_are_out(register: Register) -> None:
    register.open_round()
    register.agree_all()
    for moment in (JULY, datetime(2027, 8, 26, 22, 59, tzinfo=UTC)):
        register.now = moment
        with pytest.raises(NotPossible, match="can be published from 27 August 2027"):
            register.publish()
    assert register.level(ASHFIELD) is None
    register.now = datetime(2027, 8, 26, 23, tzinfo=UTC)  # midnight in London
    register.publish()
    assert register.level(ASHFIELD) is RiskLevel.LOW


@ONCE
def test_a_round_that_is_not_published_by_its_day_is_chased(register: Register) -> None:
    """On the next working day, and then every five, until it is published."""
    register.open_round()
    chased = []
    day = date(2027, 8, 31)
    while day < date(2027, 9, 30):
        for hour in (0, 9, 17):
            moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
            before = len(register.told("round_overdue"))
            school_year.run(register.engine, register.policy, moment)
            if len(register.told("round_overdue")) > before:
                chased.append(day)
        day += timedelta(days=1)
    assert chased == [
        date(2027, 9, 6),  # a Monday: the day was Saturday 4 September
        date(2027, 9, 13),
        date(2027, 9, 20),
        date(2027, 9, 27),
    ]
    assert register.told("round_overdue") == ["hos", "hos2"] * 4
    register.now = datetime(2027, 10, 4, 9, tzinfo=UTC)
    register.agree_all()
    register.publish()
    school_year.run(register.engine, register.policy, register.now)
    assert len(register.told("round_overdue")) == 8


@ONCE
def test_there_must_be_a_round_to_publish(register: Register) -> None:
    with pytest.raises(NotFound):
        register.publish()
