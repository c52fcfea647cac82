"""The school year on the clock: what is planned, who is reminded, once and in one message."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.clocks import is_working_day
from models.consultants.keeping import ConsultantDetails, add_consultant, change_consultant
from models.database import read, write
from models.outbox import Message
from models.people.tables import Officer
from models.policy import Policy
from models.programme.tables import Duty, DutyKind, DutyState
from models.risk.tables import AssessmentRound
from models.rows import change
from models.schools.tables import RiskLevel, School
from models.settings import Settings
from models.upkeep.clock import tick
from models.upkeep.school_year import SchoolYearPass
from notifications.composing import Composer
from notifications.outbox import deliver
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme, at

VISIT, REPORT = DutyKind.VISIT, DutyKind.REPORT
# A visit at medium risk is due on 18 December 2026, the last day of term; five working days
# before is Friday 11 December.
DUE, REMINDED, LATE = date(2026, 12, 18), date(2026, 12, 11), date(2026, 12, 21)


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    return Programme(engine, policy, council)


@pytest.fixture
def visited(programme: Programme) -> Programme:
    """A school of Sam Ellison's of which nothing is late, and only visits are still to be done."""
    programme.evaluates(programme.council.seo)
    programme.level(RiskLevel.MEDIUM, on=WHOLE_YEAR)
    with write(programme.engine) as session:
        for duty in programme.duties():
            if duty.kind is not VISIT or duty.due_on < DUE:
                change(session, Duty, {"id": duty.id}, state=DutyState.CANCELLED)
    return programme


def compose(programme: Programme, message: Message) -> str | None:
    """What a message would say if it left now."""
    with read(programme.engine) as session:
        settings = Settings(_env_file=None)
        mail = Composer(session, programme.policy, settings, programme.now).compose(message)
        return f"{mail.subject}\n{mail.text}" if mail else None


def rest_of_council(programme: Programme, state: DutyState = DutyState.CANCELLED) -> None:
    """Leave the council's own duties out of the story."""
    with write(programme.engine) as session:
        for duty in programme.duties(urn=None):
            change(session, Duty, {"id": duty.id}, state=state)


# --- planning


def test_a_pass_plans_what_has_a_level_and_nothing_else(programme: Programme) -> None:
    assert programme.pass_().duties_planned == 0, "nobody has a level yet"
    with write(programme.engine) as session:
        change(session, School, {"urn": 900001}, risk_level=RiskLevel.LOW)
        change(session, School, {"urn": 900003}, risk_level=RiskLevel.HIGH)
    first = programme.pass_()
    assert first.duties_planned == sum(
        len(programme.duties(urn=urn)) for urn in (900001, 900003, None)
    )
    assert programme.duties(urn=900002) == []
    assert min(duty.due_on for duty in programme.duties(urn=None)) >= programme.now.date()
    again = programme.pass_()
    assert again == SchoolYearPass(programme.now, 0, 0, 0, 0)


def test_a_new_school_year_is_planned_on_its_first_day(programme: Programme) -> None:
    with write(programme.engine) as session:
        change(session, School, {"urn": 900001}, risk_level=RiskLevel.LOW)
    programme.pass_(at(date(2027, 8, 10)))
    assert programme.duties() == []
    programme.pass_(at(date(2027, 9, 1), 0))
    assert [day for day, _ in programme.standing(VISIT)] == [
        date(2027, 12, 17),
        date(2028, 3, 31),
        date(2028, 7, 21),
    ]


def test_the_round_opens_when_it_is_due(programme: Programme) -> None:
    assert programme.pass_(at(date(2027, 6, 30))).rounds_opened == 0
    assert programme.pass_(at(date(2027, 7, 1))).rounds_opened == 1
    assert programme.pass_(at(date(2027, 7, 2))).rounds_opened == 0
    with read(programme.engine) as session:
        [opened] = session.exec(select(AssessmentRound)).all()
        assert (opened.school_year, opened.opened_by) == (2027, "the clock")


def test_what_was_planned_of_a_school_that_closed_is_cancelled(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    programme.close(900001, date(2026, 11, 2))
    assert programme.pass_().duties_cancelled > 0
    cancelled = [duty for duty in programme.duties() if duty.state == "cancelled"]
    assert {duty.reason for duty in cancelled} == {"The school closed."}
    assert min(duty.due_on for duty in cancelled) >= date(2026, 11, 2)
    before = [duty for duty in programme.duties() if duty.due_on < date(2026, 11, 2)]
    assert {duty.state.value for duty in before} == {"planned"}
    assert programme.pass_().duties_cancelled == 0


def test_a_school_that_is_open_after_all_is_planned_again(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    programme.pass_()
    before = programme.standing(VISIT)
    programme.close(900001, date(2026, 11, 2))
    programme.pass_()
    with write(programme.engine) as session:
        change(session, School, {"urn": 900001}, closed_on=None)
    programme.pass_()
    to_come = [(day, state) for day, state in before if day >= programme.now.date()]
    again = [
        (duty.due_on, "planned") for duty in programme.duties(VISIT) if duty.state == "planned"
    ]
    assert [pair for pair in again if pair[0] >= programme.now.date()] == to_come
    assert programme.pass_().duties_planned == 0


def test_what_was_not_done_ends_with_its_school_year(programme: Programme) -> None:
    programme.level(RiskLevel.LOW, on=WHOLE_YEAR)
    programme.pass_(at(date(2027, 8, 31)))
    assert {duty.state.value for duty in programme.duties(VISIT)} == {"planned"}
    programme.pass_(at(date(2027, 9, 1)))
    last_year = [duty for duty in programme.duties(VISIT) if duty.school_year == 2026]
    assert {(duty.state.value, duty.reason) for duty in last_year} == {
        ("cancelled", "It was not done before the school year ended.")
    }


# --- reminders


def test_reminded_once_before_and_once_when_late(visited: Programme) -> None:
    heard = []
    day = date(2026, 12, 1)
    while day <= date(2026, 12, 31):
        for hour in (0, 7, 9, 17, 20):
            number = visited.pass_(at(day, hour)).duties_reminded
            rest_of_council(visited)
            if number and visited.messages and visited.messages[-1].queued_at == visited.now:
                heard.append((day, hour))
        day += timedelta(days=1)
    mine = [(day, hour) for day, hour in heard if day in (REMINDED, LATE)]
    assert mine == [(REMINDED, 9), (LATE, 9)]
    council = visited.council
    to = [
        (message.queued_at.date(), message.to_email)
        for message in visited.messages
        if message.queued_at.date() in (REMINDED, LATE)
    ]
    assert to == [
        (REMINDED, council.seo.email),
        (LATE, council.seo.email),
        (LATE, council.hos.email),  # a school that falls behind
        (LATE, council.hos2.email),
    ]
    assert all(is_working_day(message.queued_at.date()) for message in visited.messages)


def test_one_message_a_day_about_everything(programme: Programme) -> None:
    programme.evaluates(programme.council.seo)
    programme.evaluates(programme.council.seo, urn=900003)
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    programme.level(RiskLevel.MEDIUM, urn=900003, on=WHOLE_YEAR)
    programme.level(RiskLevel.LOW, urn=900002, on=WHOLE_YEAR)  # nobody's
    assert programme.pass_(at(date(2026, 12, 1), 3)).duties_reminded == 0, "at night"
    done = programme.pass_(at(date(2026, 12, 21)))
    council = programme.council
    messages = {message.to_email: message for message in programme.messages}
    assert len(messages) == len(programme.messages) == 3
    assert done.duties_reminded == len(
        {duty for message in messages.values() for duty in message.data["duties"]}
    )
    about = {
        email: {duty.urn for duty in all_duties(programme) if duty.id in message.data["duties"]}
        for email, message in messages.items()
    }
    assert about[council.seo.email] == {900001, 900003}
    assert about[council.hos.email] == {None, 900001, 900002, 900003}
    text = compose(programme, messages[council.seo.email])
    assert text is not None
    assert text.startswith("Support programme: ")
    assert "Ashfield Primary School\nWritten report, was due by 16 October 2026" in text
    assert programme.pass_().duties_reminded == 0


def test_a_consultant_headteacher_is_told_that_there_is_work_but_not_where(
    programme: Programme,
) -> None:
    council = programme.council
    with programme.acting(council.hos) as acting:
        for name, email in (("Carys Howell", "carys@holywell.example"), ("Rhys Bowen", None)):
            add_consultant(acting, ConsultantDetails(name=name, email=email))
    days = {"first_day": WHOLE_YEAR, "role": "consultant_headteacher"}
    for number in (1, 2):
        programme.assign(council.hos, consultant=number, **days)
    programme.assign(council.hos, urn=900003, consultant=1, **{**days, "role": "local_leader"})
    for urn in (900001, 900003):
        programme.level(RiskLevel.HIGH, urn=urn, on=WHOLE_YEAR)
    programme.pass_(at(REMINDED, 9))
    with read(programme.engine) as session:
        theirs = select(Message).where(col(Message.key).startswith("consultants_duties:"))
        [message] = session.exec(theirs).all()
    told = {duty.urn for duty in all_duties(programme) if duty.id in message.data["duties"]}
    assert (message.to_email, told) == ("carys@holywell.example", {900001})
    text = compose(programme, message)
    assert text is not None
    assert text.startswith("Work at a school that you support is late")
    assert "Ashfield" not in text
    assert {each.to_email for each in programme.messages} == {council.hos.email, council.hos2.email}
    programme.pass_(at(REMINDED, 11))
    with read(programme.engine) as session:
        assert len(session.exec(theirs).all()) == 1
    with programme.acting(council.hos) as acting:
        change_consultant(acting, 1, ConsultantDetails(name="Carys Howell", email="c@new.example"))
    assert compose(programme, message) is None


def all_duties(programme: Programme) -> list[Duty]:
    return [duty for urn in (900001, 900002, 900003, None) for duty in programme.duties(urn=urn)]


def test_what_comes_up_later_in_the_day_waits_for_the_next(visited: Programme) -> None:
    visited.pass_(at(REMINDED, 9))
    before = len(visited.messages)
    visited.evaluates(visited.council.seo, urn=900003)
    visited.level(RiskLevel.MEDIUM, urn=900003, on=REMINDED)
    assert visited.pass_(at(REMINDED, 11)).duties_reminded == 0
    assert len(visited.messages) == before
    assert visited.pass_(at(date(2026, 12, 14), 9)).duties_reminded > 0
    assert Counter(message.key for message in visited.messages).most_common(1)[0][1] == 1


def test_what_was_done_meanwhile_is_left_out(visited: Programme) -> None:
    visited.pass_(at(REMINDED))
    message = next(m for m in visited.messages if m.to_email == visited.council.seo.email)
    text = compose(visited, message)
    assert text is not None
    assert "Visit, due by 18 December 2026" in text
    visited.visit(visited_on=REMINDED)
    assert compose(visited, message) is None, "nothing is left of it"


def test_a_message_with_nothing_left_is_dropped(visited: Programme, tmp_path: Path) -> None:
    visited.pass_(at(REMINDED))
    rest_of_council(visited)
    visited.visit(visited_on=REMINDED)
    settings = Settings(home=tmp_path, _env_file=None)
    delivered = deliver(visited.engine, visited.policy, settings, lambda: visited.now)
    assert delivered.sent == 0
    assert {message.state.value for message in visited.messages} == {"dropped"}


def test_the_heads_of_service_hear_where_the_officer_has_left(visited: Programme) -> None:
    with write(visited.engine) as session:
        change(session, Officer, {"id": visited.council.seo.id}, active=False)
    visited.pass_(at(REMINDED))
    assert {message.to_email for message in visited.messages} == {
        visited.council.hos.email,
        visited.council.hos2.email,
    }


@pytest.mark.parametrize(
    "moment",
    [
        at(REMINDED, 7),
        at(REMINDED, 18),
        at(date(2026, 12, 12)),
        at(date(2026, 12, 25)),
        at(date(2027, 3, 26)),
    ],
    ids=["early", "evening", "Saturday", "Christmas", "Good Friday"],
)
def test_nobody_is_told_out_of_hours(visited: Programme, moment: datetime) -> None:
    assert visited.pass_(moment).duties_reminded == 0
    assert visited.messages == []


def test_reminders_leave_by_the_end_of_the_day(visited: Programme) -> None:
    visited.pass_(at(REMINDED))
    assert {message.leave_by for message in visited.messages} == {at(REMINDED, 18)}


def test_the_clock_does_it_too(visited: Programme) -> None:
    first = tick(visited.engine, visited.policy, at(REMINDED))
    assert first.duties_reminded > 0
    assert tick(visited.engine, visited.policy, at(REMINDED)).duties_reminded == 0
