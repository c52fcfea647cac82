"""What follows for appointments: they took place, fell away, or wait for their turn."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.appointments.tables import AppointmentState
from models.inputs import refusing
from models.programme.reviews import ReviewHeld, record_review
from models.programme.visits import VisitMade, record_visit
from models.refusals import InvalidInput, NotPossible
from tests.support.appointments import (
    AFTER,
    CHAIR,
    DAY,
    HEAD,
    intact,
    invite,
    move,
    plan,
    plan_at_school,
    queued,
    row,
    told,
)
from tests.support.cases import Case

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT_TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)


def test_what_is_recorded_of_the_day_was_the_appointment(case: Case) -> None:
    made, later = plan(case.started()), plan(case, starts="3pm", ends="4pm")
    case.now = AT_TEN + timedelta(hours=2)
    case.discuss(held_on=DAY)
    assert row(case.engine, made.id).state is AppointmentState.HELD
    assert row(case.engine, later.id).state is AppointmentState.PLANNED  # it has not begun
    assert [event.facts["appointment"] for event in told(case, "appointment_held")] == [made.id]
    intact(case)


def test_what_is_recorded_of_others_or_another_day_was_not(case: Case) -> None:
    made = plan(case.started())
    case.now = AT_TEN + AFTER
    case.discuss("clerk", held_on=DAY)
    case.discuss("headteacher", held_on=DAY + timedelta(days=1))
    assert row(case.engine, made.id).state is AppointmentState.PLANNED


def test_the_governing_body_is_its_chair(case: Case) -> None:
    case.started().climb_to("informal_governing_body")
    on = case.now.date() + timedelta(days=7)
    made = plan(case, on=on, **{"with": ["chair_of_governors"]})
    case.now += timedelta(days=8)
    case.discuss("governing_body", held_on=on)
    assert row(case.engine, made.id).state is AppointmentState.HELD


def test_a_visit_that_is_recorded_was_the_one_that_was_planned(case: Case) -> None:
    visit = plan_at_school(case)
    meeting = plan_at_school(case, kind="meeting")
    assert (visit.step_key, visit.subject.partition(":")[0]) == (None, "Visit")
    case.now = AT_TEN + AFTER
    told_of = {"visited_on": DAY, "purpose": "Autumn visit", "notes": "We came."}
    with refusing():
        made = VisitMade(urn=900001, **told_of)
        reviewed = ReviewHeld(kind="sisg_meeting", urn=900001, held_on=DAY, summary="We met.")
    with case.acting() as acting:
        record_visit(acting, made)
    assert row(case.engine, visit.id).state is AppointmentState.HELD
    assert row(case.engine, meeting.id).state is AppointmentState.PLANNED
    with case.acting() as acting:
        record_review(acting, reviewed)
    assert row(case.engine, meeting.id).state is AppointmentState.HELD
    intact(case)


@pytest.mark.parametrize("change", ["resolve", "withdraw", "end", "pause"])
def test_with_the_case_what_is_to_come_falls_away(case: Case, change: str) -> None:
    case.started()
    past, to_come = plan(case), plan(case, on=date(2026, 12, 20))
    silent = plan(case, on=date(2026, 12, 21), invite=False)
    case.now = AT_TEN + AFTER
    case.discuss("clerk", held_on=DAY) if change == "resolve" else None
    if change == "resolve":
        case.discuss(held_on=case.now.date())
        case.respond("satisfactory")
    before = len(queued(case))
    case.change(change)
    states = [row(case.engine, each.id).state for each in (past, to_come, silent)]
    assert states == [AppointmentState.PLANNED, *[AppointmentState.CANCELLED] * 2]
    assert queued(case)[before:] == [
        (HEAD, "cancel", 1),
        (case.council.seo.email, "cancel", 1),
    ]
    assert len(told(case, "appointment_cancelled")) == 2
    intact(case)


def test_a_closed_case_can_be_planned_for_no_more(case: Case) -> None:
    case.started().change("withdraw")
    with pytest.raises(NotPossible, match="withdrawn"):
        plan(case)


def test_meetings_fall_away_with_their_step_when_the_school_becomes_an_academy(case: Case) -> None:
    at_meetings(case)
    made = plan(case, kind="meeting", on=ahead(case), **{"with": ["chair_of_governors"]})
    case.change("convert")
    assert row(case.engine, made.id).state is AppointmentState.CANCELLED
    intact(case)


def at_meetings(case: Case) -> Case:
    """At the meetings of step v, whose letter of invitation is out."""
    case.started().climb_to("performance_meetings").issue()
    return case


def ahead(case: Case, days: int = 7) -> date:
    return case.now.date() + timedelta(days=days)


def test_to_the_performance_meetings_nobody_is_invited_before_the_letter(case: Case) -> None:
    case.started().climb_to("performance_meetings")
    chair = {"kind": "meeting", "with": ["chair_of_governors"], "on": ahead(case)}
    with pytest.raises(NotPossible, match="has not been issued yet"):
        plan(case, **chair)
    made = plan(case, **chair, invite=False)
    with pytest.raises(NotPossible, match="has not been issued yet"):
        invite(case, made.id)
    case.issue()
    invite(case, made.id)
    assert queued(case)[0] == (CHAIR, "request", 0)


def test_the_chair_is_met_first(case: Case) -> None:
    at_meetings(case)
    chair = {"kind": "meeting", "with": ["chair_of_governors"]}
    head = {"kind": "meeting", "with": ["headteacher"]}
    with pytest.raises(NotPossible, match="the meeting with the chair of governors comes first"):
        plan(case, **head, on=ahead(case))
    first = plan(case, **chair, on=ahead(case))
    with pytest.raises(InvalidInput, match="must come before the one with the headteacher"):
        plan(case, **head, on=ahead(case, 6))
    second = plan(case, **head, on=ahead(case), starts="2pm", ends="3pm")
    with pytest.raises(InvalidInput, match="must come before"):
        move(case, first.id, on=ahead(case, 8), **{"with": ["chair_of_governors"]})
    move(case, second.id, on=ahead(case, 9))
    move(case, first.id, on=ahead(case, 8))
    case.now += timedelta(days=10)
    case.discuss("chair_of_governors", held_on=ahead(case, -2))
    case.discuss("headteacher", held_on=ahead(case, -1))
    states = {row(case.engine, each.id).state for each in (first, second)}
    assert states == {AppointmentState.HELD}


def test_it_waits_for_no_turn_where_the_meeting_was_held(case: Case) -> None:
    at_meetings(case).discuss("chair_of_governors")
    plan(case, kind="meeting", on=ahead(case))
    assert queued(case)[0][0] == HEAD
