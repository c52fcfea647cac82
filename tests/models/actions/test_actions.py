"""Actions: agreed, changed, followed, done or dropped, on any matter."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.actions import following, shown
from models.actions.tables import ActionState, AgreedAction
from models.dashboard.calendar import calendar
from models.database import read
from models.events import verify
from models.inputs import Reason, refusing
from models.matters.shown import deadlines_of
from models.matters.tables import Deadline, DeadlineState, Reminder, ReminderState
from models.outbox import Message
from models.people.access import reader
from models.people.acting import Acting
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.upkeep.clock import tick
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.programme import Programme
from tests.support.school_records import SchoolRecord

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = NOW.date()


@pytest.fixture
def record(engine: Engine, policy: Policy, council: Council) -> SchoolRecord:
    return SchoolRecord(engine, policy, council)


def rows(record: SchoolRecord, table: Any) -> list[Any]:
    with read(record.engine) as session:
        return list(session.exec(select(table).order_by(col(table.id))))


def change(acting: Acting, key: int, **values: Any) -> AgreedAction:
    given = {
        "what": "Send the plan for reading",
        "role": "headteacher",
        "due_on": TODAY + timedelta(days=14),
        "why": "Reading has fallen behind.",
        **values,
    }
    with refusing():
        now = following.ActionNow(**given)
    return following.change_action(acting, key, now)


# Each thing that is done to an action: by a command, and where the action stands after it.
DO: dict[str, tuple[Callable[[Acting, int], object], ActionState]] = {
    "change": (lambda acting, key: change(acting, key, what="Call"), ActionState.OPEN),
    "say": (
        lambda acting, key: following.say_progress(
            acting, key, following.Progress(said="Half of it is written.")
        ),
        ActionState.OPEN,
    ),
    "finish": (
        lambda acting, key: following.finish_action(
            acting, key, following.Achieved(done_on=TODAY, achieved="The plan is good.")
        ),
        ActionState.DONE,
    ),
    "drop": (
        lambda acting, key: following.drop_action(acting, key, Reason(reason="It merges.")),
        ActionState.DROPPED,
    ),
}


def stand(record: SchoolRecord, state: ActionState) -> AgreedAction:
    """An action in this state."""
    action = record.action()
    for what, (command, after) in DO.items():
        if after is state and what in ("finish", "drop"):
            with record.acting() as acting:
                command(acting, action.id)
    return action


@pytest.mark.parametrize("what", DO)
@pytest.mark.parametrize("state", ActionState)
def test_only_an_open_action_is_acted_on(
    record: SchoolRecord, state: ActionState, what: str
) -> None:
    action = stand(record, state)
    command, after = DO[what]
    if state is ActionState.OPEN:
        with record.acting() as acting:
            command(acting, action.id)
        assert rows(record, AgreedAction)[0].state is after
    else:
        with pytest.raises(NotPossible, match=f"already been {state}"), record.acting() as acting:
            command(acting, action.id)
        assert rows(record, AgreedAction)[0].state is state
    with read(record.engine) as session:
        assert verify(session) is None
        assert examine(session).intact


@pytest.mark.parametrize("what", DO)
@pytest.mark.parametrize("by", ["viewer", "legal", "admin", "hos", "seo2"])
def test_who_may_act(record: SchoolRecord, by: str, what: str) -> None:
    action = record.action()
    command, after = DO[what]
    if by in ("hos", "seo2"):
        with record.acting(by) as acting:
            command(acting, action.id)
        assert rows(record, AgreedAction)[0].state is after
        return
    with pytest.raises(NotAllowed, match="does not let you record actions"):
        record.action(by=by)
    with pytest.raises(NotAllowed), record.acting(by) as acting:
        command(acting, action.id)
    assert rows(record, AgreedAction)[0] == action


@pytest.mark.parametrize("what", DO)
def test_whoever_does_not_see_the_record_finds_no_action(record: SchoolRecord, what: str) -> None:
    action = record.action(by="seo2")
    record.restrict()
    command, after = DO[what]
    with pytest.raises(NotFound, match=f"There is no action {action.id}"), record.acting() as me:
        command(me, action.id)
    with read(record.engine) as session:
        who = reader(record.council.seo)
        assert not shown.actions(session, record.policy, who, today=TODAY).items
        with pytest.raises(NotFound):
            shown.action(session, who, action.id, today=TODAY)
    with pytest.raises(InvalidInput, match="sees this one"):
        record.action(by="seo2", role=None, officer=record.council.seo.email)
    with record.acting("dcs") as acting:
        command(acting, action.id)
    assert rows(record, AgreedAction)[0].state is after


def test_what_became_of_an_action_stays_on_record(record: SchoolRecord) -> None:
    action = stand(record, ActionState.DONE)
    [deadline] = rows(record, Deadline)
    assert (deadline.kind, deadline.rule) == ("action", "Headteacher: Send the plan for reading")
    assert deadline.state is DeadlineState.MET
    assert not [each for each in rows(record, Reminder) if each.state is ReminderState.OPEN]
    with read(record.engine) as session:
        found = shown.action(session, reader(record.council.seo), action.id, today=TODAY)
    assert (found.who, found.outcome, found.settled_on) == (
        *("Headteacher", "The plan is good."),
        TODAY,
    )
    assert record.kinds == ["school_record_opened", "action_added", "deadline_set", "action_done"]


def test_a_dropped_action_is_not_chased(record: SchoolRecord) -> None:
    stand(record, ActionState.DROPPED)
    assert [each.state for each in rows(record, Deadline)] == [DeadlineState.CANCELLED]
    assert not told(record, TODAY + timedelta(days=21))["reminder"]


def test_a_new_day_has_its_own_reminders_and_one_that_was_missed_is_open_again(
    record: SchoolRecord,
) -> None:
    action = record.action(days=1)
    record.now = NOW + timedelta(days=3)
    tick(record.engine, record.policy, record.now)
    assert rows(record, Deadline)[0].state is DeadlineState.MISSED
    with record.acting() as acting:
        change(acting, action.id, due_on=TODAY + timedelta(days=30), what="Send it all")
    [deadline] = rows(record, Deadline)
    assert (deadline.state, deadline.due_on) == (DeadlineState.OPEN, TODAY + timedelta(days=30))
    assert deadline.rule == "Headteacher: Send it all"
    to_come = [each for each in rows(record, Reminder) if each.state is ReminderState.OPEN]
    assert {each.due_at > record.now for each in to_come} == {True}
    with pytest.raises(NotPossible, match="Nothing has been changed"), record.acting() as acting:
        change(acting, action.id, due_on=TODAY + timedelta(days=30), what="Send it all")


def test_whose_an_overdue_action_is_can_be_changed_without_another_day(
    record: SchoolRecord,
) -> None:
    action = record.action(days=0)
    record.now = NOW + timedelta(days=3)
    with record.acting() as acting:
        change(acting, action.id, due_on=TODAY, role=None, officer=record.council.seo2.email)
    [now] = rows(record, AgreedAction)
    assert (now.officer_id, now.contact_role) == (record.council.seo2.id, None)
    with pytest.raises(InvalidInput, match="from today on"), record.acting() as acting:
        change(acting, action.id, due_on=TODAY + timedelta(days=1))


def told(record: SchoolRecord, day: date) -> dict[str, set[str]]:
    """Who is reminded, and who has a digest, on the morning of a day."""
    tick(record.engine, record.policy, datetime.combine(day, time(9), UTC))
    queued = [each for each in rows(record, Message) if each.queued_at.date() == day]
    return {
        kind: {each.to_email for each in queued if each.kind == kind}
        for kind in ("reminder", "digest")
    }


def test_who_is_to_do_it_is_reminded_like_whoever_looks_after_the_matter(
    record: SchoolRecord,
) -> None:
    council = record.council
    action = record.action(role=None, officer=council.seo2.email, days=11)
    both = {council.seo.email, council.seo2.email}
    for day in (date(2026, 11, 27), date(2026, 12, 4)):
        assert told(record, day) == {"reminder": both, "digest": both}
    with read(record.engine) as session:
        [entry] = calendar(session, record.policy, council.seo2, today=TODAY)
    assert (entry.day, "Send the plan for reading" in entry.summary) == (date(2026, 12, 4), True)
    heads = {council.hos.email, council.hos2.email}
    assert told(record, date(2026, 12, 11)) == {"reminder": both | heads, "digest": both}
    with record.acting() as acting:
        following.drop_action(acting, action.id, Reason(reason="It is not needed."))
    assert told(record, date(2026, 12, 18)) == {"reminder": set(), "digest": set()}


def test_who_is_to_do_it_hears_nothing_of_a_record_that_is_hidden_from_them(
    record: SchoolRecord,
) -> None:
    record.action(role=None, officer=record.council.seo2.email, days=11)
    record.restrict()
    seo = {record.council.seo.email}
    assert told(record, date(2026, 12, 4)) == {"reminder": seo, "digest": seo}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"what": " "}, "what"),
    "two lines": ({"what": "Send\nit"}, "what"),
    "too much": ({"what": "x" * 301}, "what"),
    "yesterday": ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
    "in two years": ({"due_on": TODAY + timedelta(days=731)}, "due_on"),
    "nobody": ({"role": None}, "officer"),
    "two people": ({"officer": "seo@fernshire.example"}, "officer"),
    "a viewer": ({"role": None, "officer": "viewer@fernshire.example"}, "officer"),
    "no officer": ({"role": None, "officer": "nobody@fernshire.example"}, "officer"),
    "an unknown role": ({"role": "caretaker"}, "role"),
    "no reason": ({"why": ""}, "why"),
    "an unknown source": ({"source": "dream", "source_id": 1}, "source"),
    "a source without a number": ({"source": "visit"}, "source_id"),
    "a number without a source": ({"source_id": 1}, "source"),
    "a visit that was not": ({"source": "visit", "source_id": 7}, "source_id"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_an_action_must_say(record: SchoolRecord, wrong: str) -> None:
    values, field = WRONG[wrong]
    with pytest.raises(InvalidInput) as refused:
        record.action(**values)
    assert [name for name, _ in refused.value.errors] == [field]
    assert not rows(record, AgreedAction)
    assert not rows(record, Deadline)


WHO = {
    "a role": ({}, "Headteacher"),
    "a person": ({"role": None, "person": "Ms Lee"}, "Ms Lee"),
    "both": ({"role": "chair_of_governors", "person": "Ms Lee"}, "Ms Lee (chair of governors)"),
    "an officer": ({"role": None, "officer": "seo2@fernshire.example"}, None),
}


@pytest.mark.parametrize("who", WHO)
def test_who_is_to_do_it(record: SchoolRecord, who: str) -> None:
    values, words = WHO[who]
    action = record.action(**values)
    with read(record.engine) as session:
        found = shown.action(session, reader(record.council.seo), action.id, today=TODAY)
    assert found.who == (words or record.council.seo2.name)


def test_an_action_comes_from_what_was_done_at_this_school(
    record: SchoolRecord, engine: Engine, policy: Policy, council: Council
) -> None:
    programme = Programme(engine, policy, council)
    visit, other = programme.visit(), programme.visit(urn=900002)
    meeting = programme.review("sisg_meeting")
    evaluation = programme.review("evaluation")
    register = programme.review("action_review", council.hos)
    report = programme.report()
    sources = {
        "visit": visit.id,
        "meeting": meeting.id,
        "report": report.id,
        "review": evaluation.id,
    }
    for source, key in sources.items():
        record.action(source=source, source_id=key, why="")
    record.action(source="review", source_id=register.id)
    for source, key in (("visit", other.id), ("review", meeting.id), ("meeting", evaluation.id)):
        with pytest.raises(InvalidInput, match="There is no such"):
            record.action(source=source, source_id=key)
    with read(engine) as session:
        found = shown.actions(session, policy, reader(council.seo), today=TODAY).items
    assert [each.came_from for each in found] == [
        "Visit of 23 November 2026",
        "Meeting of the School Improvement Strategy Group of 23 November 2026",
        "Written report of 23 November 2026",
        "Review of 23 November 2026",
        "Review of 23 November 2026",
    ]


@pytest.fixture
def case(engine: Engine, policy: Policy, council: Council) -> Case:
    return Case(engine, policy, council).started()


def test_on_an_escalation_an_action_outlives_its_end(case: Case) -> None:
    discussion = case.discuss()
    first = case.act_on("Send the plan", source="discussion", source_id=discussion.id, why="")
    response = case.respond()
    second = case.act_on("Send the plan", source="response", source_id=response.id, why="")
    case.change("withdraw")
    with pytest.raises(NotPossible, match="Add it to the school’s own record"):
        case.act_on("Send the plan")
    assert [each.state for each in case.all(AgreedAction)] == [ActionState.OPEN] * 2
    with case.acting() as acting:
        following.say_progress(acting, first.id, following.Progress(said="Nearly."))
    with case.acting() as acting:
        following.drop_action(acting, second.id, Reason(reason="The case is closed."))
    with read(case.engine) as session:
        found = shown.actions_of(
            session, reader(case.council.seo), case.reference, today=TODAY
        ).items
    assert [[line.said for line in each.lines] for each in found] == [["Nearly."], []]


AGREED = [
    following.ActionNow(what="Call", role="clerk", due_on=TODAY),
    following.ActionNow(what="Write", person="Ms Lee", due_on=TODAY + timedelta(days=7)),
]


def test_what_is_agreed_at_a_discussion_is_followed(case: Case) -> None:
    discussion = case.discuss(actions=AGREED)
    found = case.all(AgreedAction)
    assert [(each.what, each.source, each.source_id) for each in found] == [
        ("Call", "discussion", discussion.id),
        ("Write", "discussion", discussion.id),
    ]


def test_what_is_agreed_on_a_visit_goes_on_the_schools_record(record: SchoolRecord) -> None:
    programme = Programme(record.engine, record.policy, record.council)
    wrong = AGREED[1].model_copy(update={"due_on": TODAY - timedelta(days=1)})
    with pytest.raises(InvalidInput) as refused:
        programme.visit(actions=[AGREED[0], wrong])
    assert [field for field, _ in refused.value.errors] == ["action-2-due_on"]
    assert record.matter is None
    visit = programme.visit(actions=AGREED)
    assert [(each.source, each.source_id) for each in rows(record, AgreedAction)] == [
        ("visit", visit.id)
    ] * 2
    assert record.kinds[:2] == ["school_record_opened", "action_added"]


def test_the_deadline_of_a_step_is_not_touched_by_actions(case: Case) -> None:
    case.discuss()
    due_on = case.due_on
    action = case.act_on("Send the plan")
    with case.acting() as acting:
        following.drop_action(acting, action.id, Reason(reason="No."))
    assert case.due_on == due_on


def test_whoever_sees_only_outlines_does_not_read_what_was_agreed(case: Case) -> None:
    case.act_on("Send the plan")
    said = {}
    for name in ("viewer", "seo2"):
        with read(case.engine) as session:
            who = reader(case.council.officers[name])
            found = deadlines_of(session, case.policy, who, case.reference, today=TODAY).items
        said[name] = [each.rule for each in found if each.kind == "action"]
    assert said == {
        "viewer": ["Something that was agreed"],
        "seo2": ["Headteacher: Send the plan"],
    }
