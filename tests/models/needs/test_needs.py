"""More or less is needed: said, told, answered by its day, and never leaked."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.clocks import add_working_days
from models.database import read, write
from models.escalations.holding import Restriction, restrict
from models.events import Event, verify
from models.inputs import refusing
from models.matters.tables import Deadline, DeadlineKind, Matter, Reminder
from models.needs.shown import NeedAct, need_now
from models.needs.tables import Needed, NeedSource, NeedState
from models.outbox import Message
from models.people.access import RULES, Act
from models.policy import Policy
from models.programme.tables import Review, SchoolVisit, WrittenReport
from models.record.verifying import examine
from models.record.vocabulary import Titles, happened_in
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.risk.tables import RiskEvidence
from models.rows import change
from models.schools.tables import RiskLevel, School
from models.upkeep.clock import tick
from tests.support.cases import Case
from tests.support.council import NOW, OFFICERS, Council
from tests.support.needs import Needs
from tests.support.programme import WHOLE_YEAR
from tests.support.school_records import SchoolRecord

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = NOW.date()
SAID = (NeedSource.VISIT, NeedSource.REPORT, NeedSource.REVIEW, NeedSource.ACTION_LINE)


@pytest.fixture
def needs(engine: Engine, policy: Policy, council: Council) -> Needs:
    """A school at low risk since September."""
    found = Needs(engine, policy, council)
    found.level(RiskLevel.LOW, on=WHOLE_YEAR)
    return found


@pytest.fixture
def case(needs: Needs) -> Case:
    return Case(needs.engine, needs.policy, needs.council)


def rows(needs: Needs, table: Any, *conditions: Any) -> list[Any]:
    with read(needs.engine) as session:
        return list(session.exec(select(table).where(*conditions).order_by(col(table.id))))


def told(needs: Needs) -> list[str]:
    return [each.to_email for each in rows(needs, Message) if each.data["what"] == "more_needed"]


@pytest.mark.parametrize("answer", [None, *Needed])
@pytest.mark.parametrize("source", SAID)
def test_what_is_said_at_each_source_is_kept_and_more_or_less_waits_for_an_answer(
    needs: Needs, source: NeedSource, answer: Needed | None
) -> None:
    needs.say(source, answer)
    waits = answer in (Needed.MORE, Needed.LESS)
    found = needs.listed()
    assert [(each.source, each.answer, each.why) for each in found] == (
        [(source, answer, "Results fell.")] if waits else []
    )
    assert told(needs) == (
        ["hos@fernshire.example", "hos2@fernshire.example"] if answer is Needed.MORE else []
    )
    due = rows(needs, Deadline, col(Deadline.kind) == DeadlineKind.NEED)
    assert [each.due_on for each in due] == ([add_working_days(TODAY, 10)] if waits else [])
    tables = {"visit": SchoolVisit, "report": WrittenReport, "review": Review}
    if source.value in tables:
        [kept] = rows(needs, tables[source.value])
        assert (kept.needed, kept.needed_because) == (answer, "Results fell." if answer else "")
    with read(needs.engine) as session:
        assert verify(session) is None
        assert examine(session).intact


def test_of_the_whole_register_nothing_is_said(needs: Needs) -> None:
    with pytest.raises(InvalidInput, match="Say it of one school"):
        needs.review("board_report", needed="more", needed_because="So.")
    with pytest.raises(InvalidInput, match="Cannot be empty") as refused:
        needs.review("action_review", lines=[needs.line(needed="more")])
    assert refused.value.errors[0][0].endswith("-needed_because")


def test_a_head_who_says_it_is_not_told_of_it(needs: Needs) -> None:
    needs.visit(needs.council.hos, needed="more", needed_because="So.")
    assert told(needs) == ["hos2@fernshire.example"]


def test_an_assessment_begins_with_what_was_said_as_its_evidence(needs: Needs) -> None:
    needs.say(NeedSource.VISIT, "less")
    [need] = needs.all
    assessment = needs.assess(need.id)
    [piece] = rows(needs, RiskEvidence)
    assert (piece.assessment_id, piece.source) == (assessment.id, "Visit of 23 November 2026")
    assert piece.summary == "Less is needed. Results fell."
    [found] = needs.listed(state="assessed")
    assert (found.assessment, found.settled_by, found.overdue) == (
        assessment.id,
        "seo@fernshire.example",
        False,
    )
    [deadline] = rows(needs, Deadline, col(Deadline.kind) == DeadlineKind.NEED)
    assert deadline.state == "met"
    assert {each.state for each in rows(needs, Reminder)} == {"cancelled"}


def test_a_second_need_goes_to_the_draft_that_there_is(needs: Needs) -> None:
    needs.say(NeedSource.VISIT, "more")
    needs.say(NeedSource.REVIEW, "more")
    first, second = needs.all
    assert needs.assess(first.id).id == needs.assess(second.id).id
    assert [each.kind for each in rows(needs, RiskEvidence)] == [
        "local_intelligence",
        "previous_assessments",
    ]


def test_an_escalation_names_the_visit_as_what_it_rests_on(needs: Needs, case: Case) -> None:
    needs.say(NeedSource.VISIT, "more")
    [need] = needs.all
    case.started(by="seo", need=need.id)
    [found] = needs.listed(state="escalated")
    assert (found.escalation, found.path) == (case.reference, "/visits/1")
    assert "need_escalated" in case.kinds
    with pytest.raises(NotPossible, match="answered already"):
        needs.settle(need.id)


def test_an_escalation_rests_on_nothing_that_it_may_not(needs: Needs, case: Case) -> None:
    needs.say(NeedSource.VISIT, "less")
    [need] = needs.all
    with pytest.raises(InvalidInput, match="no ground for an escalation"):
        case.started(need=need.id)
    needs.say(NeedSource.REVIEW, "more")
    with pytest.raises(InvalidInput, match="of this school"):
        case.started(need=needs.all[1].id, school="academy")
    with pytest.raises(NotFound):
        case.started(need=987)
    assert {each.state for each in needs.all} == {NeedState.OPEN}


def test_a_start_that_is_returned_leaves_it_to_be_answered_again(needs: Needs, case: Case) -> None:
    needs.say(NeedSource.VISIT, "more")
    case.started(by="seo", need=1)
    needs.now = case.now = NOW + timedelta(days=2)
    case.decide(case.awaiting[0], "hos", "return", "Talk to them first.")
    [found] = needs.listed(state="open")
    assert (found.escalation, found.settled_by, found.due_on) == (
        None,
        None,
        add_working_days(TODAY + timedelta(days=2), 10),
    )
    assert {each.state for each in rows(needs, Reminder)} == {"cancelled", "open"}
    with read(needs.engine) as session:
        assert examine(session).intact
    case.started(need=1)
    assert [each.escalation for each in needs.listed(state="escalated")] == [case.reference]


def test_it_is_closed_with_a_reason_or_with_the_escalation_that_runs(
    needs: Needs, case: Case
) -> None:
    case.started()
    for _ in range(3):
        needs.now += timedelta(minutes=1)
        needs.say(NeedSource.VISIT, "more")
    first, second, third = needs.all
    with pytest.raises(InvalidInput, match="Cannot be empty"):
        needs.settle(first.id, reason=" ")
    assert needs.settle(first.id).closed_because == "It is agreed."
    with pytest.raises(InvalidInput, match="not closed, or clear this"):
        needs.settle(second.id, escalation="ESC-2026-0099")
    needs.settle(second.id, escalation=case.reference)
    assert [each.state for each in needs.all] == ["closed", "escalated", "open"]
    assert [each.escalation for each in needs.listed(state="escalated")] == [case.reference]
    with pytest.raises(NotPossible, match="already has an escalation"):
        case.started(need=third.id)


@pytest.mark.parametrize("who", OFFICERS)
def test_only_whom_the_table_names_may_answer(needs: Needs, case: Case, who: str) -> None:
    needs.say(NeedSource.VISIT, "more")
    needs.say(NeedSource.REVIEW, "more")
    officer = needs.council.officers[who]
    tries = {
        Act.CLOSE_NEED: lambda: needs.settle(1, officer),
        Act.ASSESS: lambda: needs.assess(2, officer),
    }
    for act, attempt in tries.items():
        if officer.role in RULES[act]:
            attempt()
        else:
            with pytest.raises(NotAllowed):
                attempt()


@pytest.mark.parametrize("answer", ["more", "less"])
@pytest.mark.parametrize("who", ["hos", "seo", "legal"])
def test_what_is_possible_says_the_same_as_the_commands(
    needs: Needs, case: Case, who: str, answer: str
) -> None:
    needs.say(NeedSource.VISIT, answer)
    officer = needs.council.officers[who]

    def possible() -> dict[NeedAct, bool]:
        with read(needs.engine) as session:
            now = need_now(session, officer, 1, today=TODAY)
            return {each.act: each.allowed for each in now.possible}

    works = who != "legal"
    assert possible() == {
        NeedAct.ASSESS: works,
        NeedAct.ESCALATE: works and answer == "more",
        NeedAct.CLOSE: who == "hos",
    }
    case.started()
    assert possible()[NeedAct.ESCALATE] is False
    needs.settle(1)
    assert set(possible().values()) == {False}


def test_the_heads_are_reminded_before_the_day_and_after_it(needs: Needs) -> None:
    needs.say(NeedSource.VISIT, "less")
    [due] = rows(needs, Deadline, col(Deadline.kind) == DeadlineKind.NEED)
    tick(needs.engine, needs.policy, NOW.replace(month=12, day=4))
    late = NOW.replace(month=12, day=due.due_on.day + 7)
    tick(needs.engine, needs.policy, late)
    reminded = [each for each in rows(needs, Message) if each.kind == "reminder"]
    assert {"hos@fernshire.example", "hos2@fernshire.example"} <= {
        each.to_email for each in reminded
    }
    needs.now = late
    assert [each.overdue for each in needs.listed()] == [True]


# --- what is restricted


def test_of_a_restricted_escalation_no_list_says_more_than_that_it_was_closed(
    needs: Needs, case: Case
) -> None:
    needs.say(NeedSource.VISIT, "more")
    case.started(need=1)
    with case.acting("hos") as acting:
        restrict(acting, case.reference, Restriction(officers=[], reason="It is delicate."))
    seen = {who: needs.listed(who) for who in OFFICERS if who not in ("viewer", "admin")}
    shown = {who: (found[0].state, found[0].escalation) for who, found in seen.items() if found}
    whole = (NeedState.ESCALATED, case.reference)
    assert shown == {
        "hos": whole,
        "seo": whole,
        "dcs": whole,
        **dict.fromkeys(("hos2", "seo2", "sm", "aed", "legal"), (NeedState.CLOSED, None)),
    }
    for who, found in shown.items():
        other = NeedState.CLOSED if found == whole else NeedState.ESCALATED
        assert len(needs.listed(who, state=found[0].value)) == 1
        assert needs.listed(who, state=other.value) == []
        assert seen[who][0].closed_because == ""
        assert (seen[who][0].live_escalation is None) == (found != whole)
    with read(needs.engine) as session:
        [matter] = session.exec(select(Matter).where(Matter.reference == "SCH-900001"))
        titles = Titles(needs.policy)
        on_record = session.exec(select(Event).where(Event.matter_id == matter.id))
        told = [happened_in(each).sentence(titles) for each in on_record]
    assert not any("scalat" in sentence for sentence in told)


def test_a_restricted_record_hides_what_was_said_but_takes_it(needs: Needs) -> None:
    record = SchoolRecord(needs.engine, needs.policy, needs.council)
    record.letter(by="seo2")
    record.restrict()
    needs.say(NeedSource.VISIT, "more")
    assert needs.listed("seo") == []
    assert [each.answer for each in needs.listed("seo2")] == ["more"]
    assert [each.answer for each in needs.listed("dcs")] == ["more"]
    with pytest.raises(NotFound):
        needs.assess(1)


def test_a_line_on_a_restricted_escalations_action_stays_on_it(needs: Needs, case: Case) -> None:
    case.started()
    action = case.act_on("Send the plan")
    with case.acting("hos") as acting:
        restrict(acting, case.reference, Restriction(officers=[], reason="It is delicate."))
    with refusing():
        said = {"said": "None of it.", "needed": "more", "needed_because": "It does not move."}
        line = {"action": action.id, **said}
    needs.review("action_review", lines=[line])
    assert [each.reference for each in needs.listed("seo")] == [case.reference]
    assert needs.listed("hos2") == []
    assert told(needs) == ["hos@fernshire.example"]


@pytest.mark.parametrize("source", ["line", "escalation", "record"])
def test_the_evidence_of_an_assessment_says_nothing_of_what_others_may_not_see(
    needs: Needs, case: Case, source: str
) -> None:
    record = SchoolRecord(needs.engine, needs.policy, needs.council)
    if source == "record":
        needs.say(NeedSource.VISIT, "more", "A secret.")
        record.restrict()
    else:
        needs.level(RiskLevel.NONE)
        case.started().climb_to("formal_headteacher")
        needs.now = case.now
        if source == "escalation":
            tick(needs.engine, needs.policy, case.now)
        else:
            line = {"action": case.act_on("Call").id, "said": "No.", "needed": "more"}
            needs.review("action_review", lines=[{**line, "needed_because": "A secret."}])
    needs.assess(needs.all[0].id)
    [piece] = rows(needs, RiskEvidence)
    assert (piece.source, piece.summary) == (
        "“More or less needed”, 1",
        "More is needed. Why is on another record, for those who see it.",
    )


# --- a level that does not fit


@pytest.mark.parametrize("level", [None, *RiskLevel])
@pytest.mark.parametrize("school", ["maintained", "academy"])
def test_a_school_of_no_risk_at_a_formal_step_is_asked_of_once(
    needs: Needs, case: Case, school: str, level: RiskLevel | None
) -> None:
    urn = getattr(needs.council, school).urn
    if level is not None:
        needs.level(level, urn=urn)
    else:
        with write(needs.engine) as session:
            change(session, School, {"urn": urn}, risk_level=None)
    case.started(school=school).climb_to("informal_governing_body")
    assert tick(needs.engine, needs.policy, case.now).levels_asked_of == 0
    case.climb_to("formal_headteacher")
    asked = int(level is RiskLevel.NONE)
    assert tick(needs.engine, needs.policy, case.now).levels_asked_of == asked
    assert tick(needs.engine, needs.policy, case.now).levels_asked_of == 0
    assert [each.source for each in needs.all] == [NeedSource.ESCALATION] * asked
    assert len(told(needs)) == 2 * asked
    if asked:
        needs.now = case.now
        needs.settle(1)
        assert tick(needs.engine, needs.policy, case.now).levels_asked_of == 0


def test_the_day_of_what_the_clock_found_is_the_day_on_which_it_did(
    needs: Needs, case: Case
) -> None:
    needs.level(RiskLevel.NONE)
    case.started().climb_to("formal_headteacher")
    tick(needs.engine, needs.policy, case.now)
    needs.now = case.now
    [found] = needs.listed()
    assert (found.on, found.said_by, found.reference) == (
        case.now.date(),
        None,
        case.reference,
    )
    assert isinstance(found.on, date)
    assert f"its escalation {case.reference} has come to a formal step" in found.why
    assessment = needs.assess(found.id)
    [piece] = rows(needs, RiskEvidence)
    assert piece.assessment_id == assessment.id
