"""What was promised on an occasion: a visit about a changed level, the induction of a new head."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read
from models.events import Event, verify
from models.people.access import THE_MACHINE
from models.policy import Policy
from models.programme import duties_shown, support_work
from models.programme import shown as reading
from models.programme.events import VisitRecorded
from models.programme.tables import Duty, DutyKind
from models.record.verifying import examine
from models.record.vocabulary import Titles, happened_in
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.risk.new_headteachers import enter_contact
from models.schools.contacts import NewContact, add_school
from models.schools.tables import RiskLevel, School
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.council import Council
from tests.support.programme import Programme, at

ASHFIELD = 900001
PROMISED, VISIT, INDUCTION = DutyKind.LEVEL_CHANGE_VISIT, DutyKind.VISIT, DutyKind.INDUCTION
BOTH = [{"who": "headteacher", "name": ""}, {"who": "governor", "name": "Mr B. Example"}]
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    """The risk register on Monday 23 November 2026."""
    return Register(engine, policy, council)


@pytest.fixture
def programme(register: Register) -> Programme:
    return Programme(register.engine, register.policy, register.council)


# --- a visit about a change of level


def test_a_change_of_level_promises_a_visit(register: Register, programme: Programme) -> None:
    register.in_force("high")
    [duty] = programme.duties(PROMISED)
    assert (duty.due_on, duty.since, duty.state) == (
        date(2026, 12, 7),
        date(2026, 11, 23),
        "planned",
    )
    assert (duty.level, duty.school_year, duty.number) == (RiskLevel.HIGH, 2026, 1)
    register.in_force("high")
    assert len(programme.duties(PROMISED)) == 1, "the level stayed"
    register.now = programme.now = at(date(2026, 11, 30))
    register.in_force("medium")
    [same] = programme.duties(PROMISED)
    assert (same.id, same.due_on, same.since) == (duty.id, duty.due_on, date(2026, 11, 30)), (
        "one visit is about both changes, and its day stays"
    )
    programme.visit(visited_on=date(2026, 11, 30), attendees=BOTH)
    register.now = at(date(2026, 12, 1))
    register.in_force("low")
    assert [each.number for each in programme.duties(PROMISED)] == [1, 2]


def test_it_is_met_by_a_visit_to_leaders_and_governors_alone(
    register: Register, programme: Programme
) -> None:
    register.in_force("high")
    [duty] = programme.duties(PROMISED)
    for attendees, words in (
        ([], "of the leaders and of the governors"),
        ([{"who": "headteacher"}], "of the governors"),
        ([{"who": "chair_of_governors"}, {"who": "other", "name": "A parent"}], "of the leaders"),
    ):
        with pytest.raises(InvalidInput, match=f"Say who {words} was there") as refusal:
            programme.visit(duty=duty.id, attendees=attendees)
        assert [field for field, _ in refusal.value.errors] == ["attendees"]
        usual = programme.visit(attendees=attendees, purpose=words)
        assert usual.duty_id != duty.id, "without a duty it is a visit like any other"
    with pytest.raises(InvalidInput, match="changed on 23 November 2026"):
        programme.visit(duty=duty.id, attendees=BOTH, visited_on=date(2026, 11, 20))
    before = programme.visit(attendees=BOTH, visited_on=date(2026, 11, 20))
    assert before.duty_id != duty.id
    made = programme.visit(attendees=BOTH)
    assert made.duty_id == duty.id
    assert programme.duties(PROMISED)[0].state == "done"
    with pytest.raises(NotPossible, match="already been done"):
        programme.visit(duty=duty.id, attendees=BOTH, purpose="Again")
    with read(programme.engine) as session:
        shown = support_work.visit(session, THE_MACHINE, made.id)
        assert shown.who_was_there == "Headteacher\nAnother governor: Mr B. Example"
        assert (verify(session), examine(session).intact) == (None, True)
        *_, last = session.exec(
            select(Event).where(Event.kind == VisitRecorded.kind).order_by(col(Event.sequence))
        )
        assert happened_in(last).sentence(Titles(programme.policy)) == (
            "A visit to Ashfield Primary School about its change of level on 23 November 2026 was "
            "recorded."
        )


@ON_SQLITE
@pytest.mark.parametrize(
    "attendees",
    [
        [{"who": "caretaker"}],
        [{"who": "other"}],
        [{"who": "governor", "name": "Two\nlines"}],
        [{"who": "governor", "name": "\ud800"}],
        [{"who": "governor"}] * 31,
    ],
)
def test_attendees_that_are_refused(programme: Programme, attendees: list[Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        programme.visit(attendees=attendees)
    assert {field for field, _ in refusal.value.errors} == {"attendees"}


def test_a_promise_does_not_end_with_the_school_year(
    register: Register, programme: Programme
) -> None:
    register.now = at(date(2027, 7, 1))
    register.in_force("high")
    [duty] = programme.duties(PROMISED)
    assert (duty.due_on, duty.school_year) == (date(2027, 7, 15), 2026)
    programme.pass_(at(date(2027, 9, 1)))
    today = date(2027, 9, 6)
    assert programme.standing(PROMISED) == [(date(2027, 7, 15), "planned")]
    with read(programme.engine) as session:
        assert duties_shown.behind(session, [ASHFIELD], today) == {ASHFIELD}
        found = reading.programme_of(session, programme.policy, THE_MACHINE, ASHFIELD, today=today)
        [late] = [each for term in found.terms for each in term.duties if each.state == "late"]
        assert (late.kind, found.behind) == (PROMISED, True)
    programme.now = at(today)
    programme.visit(attendees=BOTH)
    with read(programme.engine) as session:
        assert duties_shown.behind(session, [ASHFIELD], today) == set()


def test_whoever_looks_after_the_school_is_reminded_of_it_and_the_heads_when_it_is_late(
    register: Register, programme: Programme
) -> None:
    programme.evaluates(programme.council.seo)
    register.in_force("none")  # of a level at which little else is due
    heard: dict[str, list[date]] = {}
    for day in range(24, 31):
        programme.pass_(at(date(2026, 11, day)))
    for day in range(1, 11):
        programme.pass_(at(date(2026, 12, day)))
    [duty] = programme.duties(PROMISED)
    for message in programme.messages:
        if duty.id in message.data["duties"]:
            heard.setdefault(message.to_email, []).append(message.queued_at.date())
    assert heard == {
        programme.council.seo.email: [date(2026, 11, 30), date(2026, 12, 8)],
        programme.council.hos.email: [date(2026, 12, 8)],
        programme.council.hos2.email: [date(2026, 12, 8)],
    }


@ON_SQLITE
@pytest.mark.parametrize(("after_annual", "promised"), [(False, []), (True, [900001, 900003])])
def test_the_annual_assessment_promises_none_unless_the_policy_says_so(
    register: Register, programme: Programme, after_annual: bool, promised: list[int]
) -> None:
    its = register.policy.programme
    visit = its.level_change_visit.model_copy(update={"after_annual": after_annual})
    changed = its.model_copy(update={"level_change_visit": visit})
    register.policy = register.policy.model_copy(update={"programme": changed})
    register.now = JULY
    for urn in (900002, 900004):
        register.set(School, {"urn": urn}, risk_level=RiskLevel.LOW)
    register.open_round()
    register.agree_all("low")
    register.now = SEPTEMBER
    register.publish()
    its_duties = select(Duty).where(Duty.kind == PROMISED).order_by(col(Duty.urn))
    duties = register.all(its_duties)
    assert [each.urn for each in duties] == promised
    assert {each.due_on for each in duties} <= {date(2027, 9, 17)}


# --- a new headteacher


def enter(register: Register, name: str, by: str = "seo", **given: Any) -> None:
    """An officer enters the headteacher of the school."""
    with register.acting(by) as acting:
        enter_contact(acting, ASHFIELD, "headteacher", NewContact(name=name, **given))


def test_a_new_headteacher_whom_an_officer_enters_counts_like_one_of_the_register(
    register: Register, programme: Programme
) -> None:
    before = len(register.changes(ASHFIELD))
    enter(register, "Hester Newcomb")
    assert register.level(ASHFIELD) is RiskLevel.LOW
    [change] = register.changes(ASHFIELD)[before:]
    assert (change.occasion, change.changed_by) == ("new_headteacher", "seo@fernshire.example")
    assert register.told("new_headteacher") == ["hos", "hos2"]
    [induction] = programme.duties(INDUCTION)
    assert (induction.due_on, induction.level) == (date(2027, 1, 4), RiskLevel.LOW)
    assert len(programme.duties(PROMISED)) == 1
    enter(register, "Hester Newcomb", email="head@school-900001.example")
    enter(register, "Ms H. Newcomb")
    assert register.new_headteacher(ASHFIELD, "Ms Hester Newcomb") is False
    assert len(register.changes(ASHFIELD)) == before + 1, "counted once, whoever names her"
    assert len(programme.duties(INDUCTION)) == 1
    assert register.told("new_headteacher") == ["hos", "hos2"]
    with read(register.engine) as session:
        assert verify(session) is None


def test_whoever_enters_it_is_not_told_of_it_and_a_higher_level_stays(
    register: Register, programme: Programme
) -> None:
    register.in_force("high")
    enter(register, "Hester Newcomb", by="hos2")
    assert register.level(ASHFIELD) is RiskLevel.HIGH
    assert register.told("new_headteacher") == ["hos"]
    assert len(programme.standing(INDUCTION)) == 1


@ON_SQLITE
def test_a_name_that_is_corrected_is_nobody_new(register: Register, programme: Programme) -> None:
    enter(register, "Hester Newcombe", correction=True)
    assert register.level(ASHFIELD) is None
    enter(register, "Ivo Marsh")
    enter(register, "Ivor Marsh", correction=True)
    assert register.new_headteacher(ASHFIELD, "Mr Ivor Marsh") is False
    assert len(programme.standing(INDUCTION)) == 1


@ON_SQLITE
def test_the_first_headteacher_who_is_entered_is_not_new(register: Register) -> None:
    with register.acting("seo") as acting:
        new = {"urn": 900009, "name": "Elm School", "type_code": 1, "type_name": "Community school"}
        add_school(acting.session, now=acting.now, actor="a test", phase="Primary", **new)
        enter_contact(acting, 900009, "headteacher", NewContact(name="Ivo Marsh"))
        enter_contact(acting, ASHFIELD, "clerk", NewContact(name="Ivo Marsh"))
    assert register.told("new_headteacher") == []
    assert register.level(900009) is None


@ON_SQLITE
def test_the_induction_of_a_head_who_left_falls_away(
    register: Register, programme: Programme
) -> None:
    enter(register, "Hester Newcomb")
    register.now = datetime(2026, 11, 23, 15, tzinfo=UTC)
    enter(register, "Ivo Marsh")
    assert len(programme.duties(INDUCTION)) == 1, "of two names on one day, one is a slip"
    register.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    enter(register, "Ursula Vane")
    first, second = programme.duties(INDUCTION)
    assert (first.state, first.reason) == ("cancelled", "Another headteacher has taken up post.")
    assert (second.state, second.number) == ("planned", 2)
    done = programme.outcome(second, outcome="She has met every officer who works with the school.")
    assert done.state == "done"


@ON_SQLITE
def test_who_may_not_enter_a_contact(register: Register) -> None:
    with pytest.raises(NotAllowed):
        enter(register, "Hester Newcomb", by="viewer")
    assert register.level(ASHFIELD) is None
