"""The authority's written statement of action after an adverse report: Education Act 2005, s.15."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.escalations.deciding import Decided, decide
from models.events import verify
from models.letters.tables import Letter, LetterState
from models.matters.shown import deadlines
from models.matters.tables import Deadline, DeadlineState, Reminder, ReminderState
from models.outbox import Message, MessageKind
from models.people import officers
from models.people.access import THE_MACHINE, reader
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.school_record.statements_shown import Statement, statements
from models.schools.contacts import NewContact, add_school, set_contact
from models.upkeep.clock import tick
from notifications.issuing import issue_letters
from tests.support.council import NOW, Council
from tests.support.school_records import SchoolRecord

TEN_WORKING_DAYS_ON = date(2026, 12, 7)  # from Monday 23 November


@pytest.fixture
def record(engine: Engine, policy: Policy, council: Council) -> SchoolRecord:
    return SchoolRecord(engine, policy, council)


def known(record: SchoolRecord) -> list[Statement]:
    with read(record.engine) as session:
        return statements(session, THE_MACHINE, record.urn).items


def rows(record: SchoolRecord, table: Any) -> list[Any]:
    with read(record.engine) as session:
        return list(session.exec(select(table).order_by(col(table.id))))


def clocks(record: SchoolRecord) -> list[Deadline]:
    """The deadlines of statements; the new category has a task of its own."""
    return [each for each in rows(record, Deadline) if each.kind == "statement_of_action"]


@pytest.mark.parametrize("category", ["special_measures", "significant_improvement"])
def test_an_adverse_report_sets_the_clock_on_the_schools_record(
    record: SchoolRecord, category: str
) -> None:
    assert record.matter is None
    record.inspect(category)
    [owed] = known(record)
    assert (owed.state, owed.due_on) == ("owed", TEN_WORKING_DAYS_ON)
    task = ["action_added", "deadline_set"]
    assert record.kinds == ["school_record_opened", *task, "statement_owed", "deadline_set"]
    [deadline] = clocks(record)
    assert (deadline.kind, deadline.state) == ("statement_of_action", DeadlineState.OPEN)


def test_a_report_without_a_category_asks_for_none(record: SchoolRecord) -> None:
    record.inspect("none")
    assert record.matter is None
    with pytest.raises(NotPossible, match="No adverse report counts"):
        record.state()


def test_an_academy_has_none(record: SchoolRecord) -> None:
    record.urn = record.council.academy.urn
    record.inspect("special_measures")
    assert not known(record)
    with pytest.raises(NotPossible, match="for maintained schools only"):
        record.state()


def test_whether_a_pupil_referral_unit_has_one_is_for_legal_services(record: SchoolRecord) -> None:
    record.urn = 900031
    with write(record.engine) as session:
        add_school(
            session,
            now=NOW,
            actor=officers.AT_THE_MACHINE,
            urn=record.urn,
            name="Larch Centre",
            type_code=14,
            type_name="Pupil referral unit",
            phase="Not applicable",
            town="Fernminster",
            postcode="FM1 1AA",
        )
    record.inspect("special_measures")
    assert not known(record)
    with pytest.raises(NotPossible, match="Ask legal services"):
        record.state()


def test_the_director_approves_it_and_it_goes_to_the_governing_body_and_the_chief_inspector(
    record: SchoolRecord,
) -> None:
    record.inspect("special_measures")
    proposal = record.state(parents_person="Ms D. Hale")
    with pytest.raises(NotAllowed, match="Director"):
        record.approve(proposal, by="hos")
    assert known(record)[0].state == "proposed"
    record.approve(proposal, by="dcs")
    assert issue_letters(record.engine, record.policy, record.now) == 1
    [letter] = rows(record, Letter)
    assert (letter.state, letter.signed_by) == (LetterState.ISSUED, record.council.dcs.name)
    posted = [each for each in rows(record, Message) if each.kind is MessageKind.LETTER]
    assert [each.data["role"] for each in posted] == [
        *("chair_of_governors", "ofsted", "headteacher")
    ]
    [made] = known(record)
    assert (made.state, made.given_on, made.letter) == ("given", NOW.date(), letter.id)
    [deadline] = clocks(record)
    assert deadline.state is DeadlineState.MET
    theirs = [each for each in rows(record, Reminder) if each.deadline_id == deadline.id]
    assert not [each for each in theirs if each.state is ReminderState.OPEN]
    with pytest.raises(NotPossible, match="has been made"):
        record.state()
    with read(record.engine) as session:
        assert verify(session) is None
        assert examine(session).intact


def test_at_a_voluntary_aided_school_it_needs_the_diocese_and_the_appointer(
    record: SchoolRecord,
) -> None:
    record.urn = record.council.church.urn
    record.inspect("special_measures")
    with pytest.raises(NotPossible, match="no e-mail address"):
        record.state()
    for role in ("diocese", "foundation_appointer"):
        contact = NewContact(name=f"The {role}", email=f"{role}@church.example", address=[])
        with record.acting("admin") as acting:
            set_contact(acting, record.urn, role, contact)
    record.state()
    [letter] = rows(record, Letter)
    assert letter.copy_roles == ["ofsted", "foundation_appointer", "diocese", "headteacher"]


WRONG = {
    "neither": ({"action": "", "period": ""}, "action"),
    "both": ({"no_action": "Nothing is needed."}, "action"),
    "no period": ({"period": " "}, "period"),
    "no parents": ({"parents": ""}, "parents"),
    "a period of nothing": ({"action": "", "no_action": "It is well."}, "period"),
    "unprintable": ({"action": "\u2063"}, "action"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_section_15_wants_must_be_there(record: SchoolRecord, wrong: str) -> None:
    record.inspect("special_measures")
    values, field = WRONG[wrong]
    with pytest.raises(InvalidInput) as refused:
        record.state(**values)
    assert field in [name for name, _ in refused.value.errors]
    assert not rows(record, Letter)


def test_returned_it_is_due_as_before_and_its_draft_is_kept(record: SchoolRecord) -> None:
    record.inspect("special_measures")
    proposal = record.state()
    with record.acting("dcs") as acting:
        decide(acting, proposal.id, Decided(decision="return", reason="Say more of parents."))
    [owed] = known(record)
    assert (owed.state, owed.period, owed.letter) == ("owed", "By the end of January.", None)
    record.approve(record.state(), by="dcs")
    assert [each.state for each in known(record)] == ["given"]


def test_a_later_adverse_report_asks_for_another_statement(record: SchoolRecord) -> None:
    record.inspect("special_measures")
    record.approve(record.state(), by="dcs")
    record.inspect("special_measures", days=120)
    assert [each.state for each in known(record)] == ["owed", "given"]


def test_a_correction_of_the_day_moves_the_clock_and_one_of_the_source_leaves_it(
    record: SchoolRecord,
) -> None:
    first = record.inspect("special_measures")
    record.inspect("special_measures", corrects=first.id, reason="A typing error.")
    assert [each.state for each in known(record)] == ["owed"]
    last = record.inspect("special_measures", days=1)
    assert [each.state for each in known(record)] == ["owed", "fell_away"]
    record.inspect("special_measures", days=2, corrects=last.id, reason="Another day.")
    found = [(each.state, each.due_on.day) for each in known(record)]
    assert found == [("owed", 9), ("fell_away", 8), ("fell_away", 7)]


def test_it_falls_away_with_the_category_and_what_was_proposed_cannot_be_approved(
    record: SchoolRecord,
) -> None:
    first = record.inspect("special_measures")
    proposal = record.state()
    record.inspect(None, corrects=first.id, reason="It was another school.")
    with pytest.raises(NotPossible, match="has changed since this was proposed"):
        record.approve(proposal, by="dcs")
    with record.acting("dcs") as acting:
        decide(acting, proposal.id, Decided(decision="return", reason="There was no report."))
    assert [each.state for each in known(record)] == ["fell_away"]
    [deadline] = clocks(record)
    assert deadline.state is DeadlineState.CANCELLED


def test_a_senior_officer_may_say_that_none_is_to_be_made_here(record: SchoolRecord) -> None:
    record.inspect("special_measures")
    with pytest.raises(NotAllowed):
        record.release(by="seo")
    with pytest.raises(InvalidInput):
        record.release(reason=" ")
    record.release()
    [released] = known(record)
    assert (released.state, released.released_because) == ("released", "It was made in October.")
    [deadline] = clocks(record)
    assert deadline.state is DeadlineState.CANCELLED
    with pytest.raises(NotPossible, match="No written statement of action is due"):
        record.release()


def test_its_day_is_reminded_of_and_chased(record: SchoolRecord) -> None:
    record.inspect("special_measures")
    for _ in range(5):
        record.now += timedelta(days=7)
        tick(record.engine, record.policy, record.now)
    with read(record.engine) as session:
        late = deadlines(session, record.policy, THE_MACHINE, today=record.now.date()).items
        [shown] = [each for each in late if each.kind == "statement_of_action"]
        assert shown.overdue
        told = {each.to_email for each in session.exec(select(Message))}
    assert {record.council.seo.email, record.council.hos.email} <= told


def test_whoever_does_not_see_the_record_is_shown_none_though_it_is_due(
    record: SchoolRecord,
) -> None:
    record.deadline(by="seo2")
    record.restrict()
    record.inspect("special_measures")
    assert [each.state for each in known(record)] == ["owed"]
    with read(record.engine) as session:
        assert not statements(session, reader(record.council.seo), record.urn).items
    with pytest.raises(NotPossible, match="Nothing can be added"):
        record.state()
