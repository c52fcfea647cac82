"""Discussions, meetings and visits are planned, moved, called off and held: who may, and when."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.appointments.tables import AppointmentState, Asked
from models.database import read, write
from models.escalations.holding import Restriction, restrict_record
from models.matters.tables import Matter
from models.people.acting import Acting
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible, Refused
from models.schools.contacts import NewContact, set_contact
from tests.support.appointments import (
    CHAIR,
    DAY,
    HEAD,
    cancel,
    intact,
    invitations,
    invite,
    move,
    people,
    plan,
    plan_at_school,
    queued,
    row,
    told,
)
from tests.support.cases import Case

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT_TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)


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
