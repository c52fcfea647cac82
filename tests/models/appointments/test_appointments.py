"""Discussions, meetings and visits are planned, moved, called off and held: who may, and when."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.appointments.tables import AppointmentState, Asked
from models.database import read, write
from models.escalations.holding import Restriction, restrict_record
from models.events import Event
from models.inputs import refusing
from models.matters.tables import Matter
from models.people.acting import Acting
from models.programme.supporting import ReviewHeld, VisitMade, record_review, record_visit
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible, Refused
from models.schools.contacts import NewContact, set_contact
from tests.support.appointments import (
    AFTER,
    CHAIR,
    DAY,
    HEAD,
    cancel,
    invitations,
    invite,
    move,
    people,
    plan,
    plan_at_school,
    row,
)
from tests.support.cases import Case

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT_TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)


def queued(case: Case) -> list[tuple[str, str, int]]:
    """What was put on its way: to whom, what, and which version."""
    return [
        (each.to_email, each.data["method"], each.data["sequence"])
        for each in invitations(case.engine)
    ]


def told(case: Case, kind: str) -> list[Event]:
    return [event for event in case.all(Event) if event.kind == kind]


def intact(case: Case) -> None:
    with read(case.engine) as session:
        assert examine(session).intact


def test_it_is_planned_and_everybody_who_comes_is_invited_once(case: Case) -> None:
    made = plan(case.started(), words="We look at the results of the summer.")
    assert (made.starts_at, made.ends_at) == (AT_TEN, AT_TEN + timedelta(minutes=90))
    assert made.step_key == "informal_headteacher"
    assert made.subject == "Discussion: Fernshire County Council and Ashfield Primary School"
    seo = case.council.seo.email
    assert queued(case) == [(HEAD, "request", 0), (seo, "request", 0)]
    [planned] = told(case, "appointment_planned")
    assert planned.facts["officers"] == [seo]
    with pytest.raises(NotPossible, match="Everybody who comes has been invited"):
        invite(case, made.id)
    intact(case)


def test_without_invitations_nobody_is_told_until_they_are_sent(case: Case) -> None:
    made = plan(case.started(), invite=False)
    move(case, made.id)
    assert queued(case) == []
    invite(case, made.id)
    assert [to for to, *_ in queued(case)] == [HEAD, case.council.seo.email]
    cancel(case, plan(case, invite=False).id)
    assert len(queued(case)) == 2
    intact(case)


def test_moved_it_has_a_higher_version_and_who_is_left_out_is_put_off(case: Case) -> None:
    made = plan(case.started(), **{"with": ["headteacher", "chair_of_governors"]})
    moved = move(case, made.id, place="County Hall", **{"with": ["headteacher"]})
    assert (moved.uid, moved.sequence, moved.place) == (made.uid, 1, "County Hall")
    seo = case.council.seo.email
    assert queued(case)[3:] == [(HEAD, "request", 1), (seo, "request", 1), (CHAIR, "cancel", 1)]
    cancelled = cancel(case, made.id)
    assert (cancelled.state, cancelled.reason) == (AppointmentState.CANCELLED, "The head is ill.")
    assert queued(case)[6:] == [(HEAD, "cancel", 2), (seo, "cancel", 2)]
    intact(case)


def test_who_was_left_out_can_be_asked_again(case: Case) -> None:
    made = plan(case.started(), **{"with": ["headteacher", "chair_of_governors"]})
    move(case, made.id, **{"with": ["headteacher"]})
    move(case, made.id, **{"with": ["chair_of_governors"]})
    asked = {
        each.email: (each.comes, each.asked, each.sequence) for each in people(case.engine, made.id)
    }
    assert asked == {
        HEAD: (False, Asked.CANCEL, 2),
        CHAIR: (True, Asked.REQUEST, 2),
        case.council.seo.email: (True, Asked.REQUEST, 2),
    }


def test_a_move_that_changes_nothing_is_refused(case: Case) -> None:
    made = plan(case.started())
    with pytest.raises(InvalidInput, match="Nothing is changed"):
        move(case, made.id, starts="10am", ends="11:30")
    assert row(case.engine, made.id).sequence == 0


def test_after_a_change_of_contact_the_new_one_is_asked_and_the_old_one_put_off(case: Case) -> None:
    made = plan(case.started())
    new = NewContact(name="New Head", email="new.head@school-900001.example", address=[])
    with case.acting() as acting:
        set_contact(acting, 900001, "headteacher", new)
    move(case, made.id)
    assert (HEAD, "cancel", 1) in queued(case)
    assert ("new.head@school-900001.example", "request", 1) in queued(case)


def test_a_contact_that_is_held_for_the_case_is_the_one_that_is_asked(case: Case) -> None:
    case.started().restrict()
    new = NewContact(name="Elsewhere", email="elsewhere@school-900001.example", address=[])
    with case.acting("seo2") as acting:
        set_contact(acting, 900001, "headteacher", new)
    plan(case)
    assert queued(case)[0][0] == HEAD


def test_one_person_in_two_roles_is_asked_once(case: Case) -> None:
    same = NewContact(name="Somebody", email=HEAD.upper(), address=[])
    with case.started().acting() as acting:
        set_contact(acting, 900001, "clerk", same)
    plan(case, **{"with": ["headteacher", "clerk"]})
    assert [to for to, *_ in queued(case)] == [HEAD, case.council.seo.email]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "visit"}, "kind", "Choose from: discussion, meeting"),
    ({"on": date(2026, 11, 22)}, "on", "from today on and within a year"),
    ({"on": date(2027, 11, 25)}, "on", "from today on and within a year"),
    ({"on": date(2026, 11, 23), "starts": "09:59"}, "starts", "This time has passed"),
    ({"starts": "later"}, "starts", "Enter a time, such as 10:30 or 2:30pm"),
    ({"starts": "25:00"}, "starts", "Enter a time"),
    ({"starts": "13pm"}, "starts", "Enter a time"),
    ({"starts": "10"}, "starts", "Enter a time"),
    ({"starts": "2:30", "ends": "3pm"}, "starts", "enter 2:30am or 2:30pm"),
    ({"ends": "10:00"}, "ends", "Enter a time after the one at which it starts"),
    ({"ends": "9am"}, "ends", "Enter a time after the one at which it starts"),
    ({"on": date(2027, 3, 28), "starts": "01:30"}, "starts", "There is no 01:30 on 28 March 2027"),
    (
        {"on": date(2027, 10, 31), "starts": "01:30"},
        "starts",
        "show 01:30 on 31 October",
    ),
    ({"place": " "}, "place", "Cannot be empty"),
    ({"place": "Hall\nATTENDEE:mailto:x@example.org"}, "place", "one line"),
    ({"subject": "Hello\r\nBCC: x@example.org"}, "subject", "one line"),
    ({"words": "x" * 2001}, "words", "2,000 characters or fewer"),
    ({"with": []}, "with", "Choose at least one person"),
    ({"with": ["ofsted"]}, "with", "Choose from: headteacher"),
    ({"officers": ["nobody@fernshire.example"]}, "officers", "who work on cases and see this one"),
    ({"officers": ["viewer@fernshire.example"]}, "officers", "who work on cases"),
]


@pytest.mark.parametrize(("given", "field", "message"), WRONG)
def test_what_cannot_be_is_refused_at_its_field(
    case: Case, given: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message) as refused:
        plan(case.started(), **{"ends": "23:00", **given} if "starts" in given else given)
    assert refused.value.errors[0][0] == field
    assert "appointment_planned" not in case.kinds
    assert queued(case) == []


@pytest.mark.parametrize(
    ("typed", "hour", "minute"),
    [
        *[("10:30", 10, 30), ("1030", 10, 30), ("10.30am", 10, 30), ("2:30 PM", 14, 30)],
        *[("2pm", 14, 0), ("12pm", 12, 0), ("12:15am", 0, 15), ("02:30", 2, 30), ("9:05", 9, 5)],
    ],
)
def test_times_are_taken_as_people_type_them(
    case: Case, typed: str, hour: int, minute: int
) -> None:
    made = plan(case.started(), starts=typed, ends="23:59")
    assert made.starts_at == datetime(2026, 12, 3, hour, minute, tzinfo=UTC)


def test_in_summer_a_time_is_that_of_londons_clocks(case: Case) -> None:
    made = plan(case.started(), on=date(2027, 6, 3))
    assert made.starts_at == datetime(2027, 6, 3, 9, tzinfo=UTC)


def test_a_school_without_the_address_is_named(case: Case) -> None:
    with pytest.raises(NotPossible, match="no e-mail address for its clerk"):
        plan(case.started(), **{"with": ["headteacher", "clerk"]})


@pytest.mark.parametrize("by", ["viewer", "admin", "legal"])
def test_whoever_may_not_record_a_discussion_may_not_plan_one(case: Case, by: str) -> None:
    made = plan(case.started())
    for attempt in (
        lambda: plan(case, by),
        lambda: plan_at_school(case, by),
        lambda: move(case, made.id, by),
        lambda: invite(case, made.id, by),
        lambda: cancel(case, made.id, by),
    ):
        with pytest.raises(NotAllowed, match="plan discussions, meetings and visits"):
            attempt()


def test_of_a_restricted_case_nobody_else_sees_or_sends_anything(case: Case) -> None:
    made = plan(case.started())
    case.restrict()
    for attempt in (
        lambda: plan(case, "seo2"),
        lambda: move(case, made.id, "seo2"),
        lambda: invite(case, made.id, "seo2"),
        lambda: cancel(case, made.id, "seo2"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert len(queued(case)) == 2


def test_on_a_restricted_case_the_subject_is_not_for_the_typing(case: Case) -> None:
    case.started().restrict()
    with pytest.raises(InvalidInput, match="names council and school alone"):
        plan(case, subject="Meeting about safeguarding")
    assert plan(case).subject.startswith("Discussion: Fernshire")
    with pytest.raises(InvalidInput, match="see this one"):
        plan(case, officers=[case.council.seo2.email])


def test_officers_who_see_it_no_more_are_put_off(case: Case) -> None:
    seo, seo2 = case.council.seo.email, case.council.seo2.email
    made = plan(case.started(), officers=[seo, seo2])
    case.restrict()
    assert queued(case)[3:] == [(seo2, "cancel", 1)]
    assert told(case, "attendees_left_out")[0].facts["officers"] == [seo2]
    move(case, made.id)
    assert queued(case)[4:] == [(HEAD, "request", 2), (seo, "request", 2)]
    intact(case)


# What may be done by the state in which it is: planned, begun, over, held, cancelled.
def held(case: Case, key: int) -> None:
    case.now = AT_TEN + timedelta(hours=2)
    case.discuss(held_on=DAY)


def begun(case: Case, _: int) -> None:
    case.now = AT_TEN + timedelta(minutes=5)


def over(case: Case, _: int) -> None:
    case.now = AT_TEN + timedelta(hours=2)


def off(case: Case, key: int) -> None:
    cancel(case, key)


ACTS: dict[str, Callable[[Case, int], Any]] = {
    "move": lambda case, key: move(case, key, on=date(2026, 12, 4)),
    "invite": invite,
    "cancel": cancel,
}
STATES: dict[str, tuple[Callable[[Case, int], Any], dict[str, str]]] = {
    "planned": (lambda case, key: None, {}),
    "begun": (begun, {}),
    "over": (over, dict.fromkeys(ACTS, "has passed")),
    "held": (held, dict.fromkeys(ACTS, "took place")),
    "cancelled": (off, dict.fromkeys(ACTS, "was cancelled")),
    "paused": (lambda case, key: case.change("pause"), dict.fromkeys(ACTS, "paused|was cancelled")),
    "withdrawn": (
        lambda case, key: case.change("withdraw"),
        dict.fromkeys(ACTS, "withdrawn|was cancelled"),
    ),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_in_each_state(case: Case, state: str, act: str) -> None:
    made = plan(case.started(), invite=False)
    come, refusals = STATES[state]
    come(case, made.id)
    refused = None
    try:
        ACTS[act](case, made.id)
    except NotPossible as error:
        refused = error.message
    if act in refusals:
        assert refused is not None
        assert any(words in refused for words in refusals[act].split("|"))
    else:
        assert refused is None


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


def test_a_record_that_is_restricted_is_no_ones_to_plan_on(case: Case) -> None:
    made = plan_at_school(case)
    with write(case.engine) as session:
        acting = Acting(session, case.policy, case.council.hos, case.now)
        restrict_record(acting, 900001, Restriction(officers=[], reason="It is delicate."))
    with pytest.raises(NotPossible, match="Ask the Director"):
        plan_at_school(case, "seo2")
    with pytest.raises(NotFound):
        move(case, made.id, "seo2")


def test_a_refusal_leaves_nothing_behind(case: Case) -> None:
    with pytest.raises(Refused):
        plan_at_school(case, place="")
    with read(case.engine) as session:
        assert session.exec(select(Matter)).all() == []  # the school's record was not opened
    assert invitations(case.engine) == []
