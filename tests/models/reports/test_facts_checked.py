"""The school says whether the facts are accurate, on a clock; the final version names that."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import col, select

from models.database import read
from models.escalations.holding import Restriction, restrict_record
from models.events import Event, verify
from models.letters.writing import letter_body
from models.matters.tables import Deadline, DeadlineKind, Matter
from models.outbox import Message
from models.people.tables import digest
from models.programme import support_work
from models.record.verifying import examine
from models.record.vocabulary import Titles, happened_in
from models.refusals import InvalidInput, NotAllowed, NotFound, NotIdentified, NotPossible
from models.reports.checking import FactsChecked, FactsReply, record_answer, reply
from models.reports.links import opened
from models.reports.reminding import remind_now
from models.reports.tables import AccuracyKey, ReportState
from models.rows import change, find
from models.upkeep.clock import tick
from tests.support.programme import at
from tests.support.reports import Report

HEAD, CHAIR = "headteacher@school-900001.example", "chair.of.governors@school-900001.example"
ANSWER_BY = date(2026, 12, 7)


@pytest.fixture
def asked(report: Report) -> Report:
    """A report that the school has since Monday 23 November 2026, to be answered in ten days."""
    return report.written(text="There are 210 pupils.").issue()


def deadlines(report: Report) -> list[tuple[date, str]]:
    with read(report.engine) as session:
        found = session.exec(
            select(Deadline)
            .where(Deadline.kind == DeadlineKind.ACCURACY)
            .order_by(col(Deadline.id))
        ).all()
        return [(each.due_on, each.state.value) for each in found]


def said(report: Report) -> list[str]:
    """What the record of the school says of it, in words."""
    titles = Titles(report.policy)
    with read(report.engine) as session:
        assert verify(session) is None
        assert examine(session).intact
        events = session.exec(
            select(Event).where(col(Event.matter_id).is_not(None)).order_by(col(Event.sequence))
        ).all()
        return [happened_in(each).sentence(titles) for each in events]


def messages(report: Report, what: str) -> list[str]:
    """To whom something was told."""
    with read(report.engine) as session:
        found = session.exec(select(Message).order_by(col(Message.id))).all()
        return [each.to_email for each in found if each.data.get("what") == what]


def accuracy(report: Report) -> str:
    with read(report.engine) as session:
        return support_work.report(session, report.id).accuracy.value


def test_from_the_first_letter_to_the_final_version(asked: Report) -> None:
    assert deadlines(asked) == [(ANSWER_BY, "open")]
    secrets = asked.secrets()
    assert set(secrets) == {HEAD, CHAIR}
    assert accuracy(asked) == "asked"
    with pytest.raises(NotPossible, match="until 7 December 2026"):
        asked.forward()

    asked.answer(secrets[HEAD], "inaccurate", "There are 212 pupils.")
    assert accuracy(asked) == "inaccurate"
    assert messages(asked, "accuracy_answered") == ["seo@fernshire.example"]
    assert deadlines(asked) == [(ANSWER_BY, "open")], "the chair has not answered"
    asked.answer(secrets[CHAIR])
    assert deadlines(asked) == [(ANSWER_BY, "met"), (date(2026, 12, 7), "open")]

    with pytest.raises(NotPossible, match="Reply to what the school said"):
        asked.forward()
    head, _ = asked.links
    asked.reply(head)
    asked.rewrite("There are 212 pupils.", by="seo2")
    asked.forward()
    assert asked.state == "final_proposed"
    for act in (lambda: asked.rewrite("No."), asked.forward, asked.withdraw):
        with pytest.raises(NotPossible, match="It waits for approval already"):
            act()
    with pytest.raises(NotPossible, match="on its way"):
        asked.reply(head)
    asked.issue()
    assert asked.state == "final"
    assert deadlines(asked)[1] == (date(2026, 12, 7), "met")
    with read(asked.engine) as session:
        body = letter_body(session, asked.letter()).replace("⟦", "").replace("⟧", "")
    assert "**Headteacher of Ashfield Primary School, headteacher,** told us on" in body
    assert "facts in it are not accurate" in body
    for words in ("There are 212 pupils.", "We have put it right.", "that the facts are accurate"):
        assert words in body
    assert "There are 210 pupils." not in body
    told = said(asked)
    assert "The headteacher said that the facts of a report are inaccurate." in told
    assert "What the headteacher said of the facts of a written report was replied to." in told
    assert "The final version of a written report was issued on 23 November 2026." in told
    for act in (asked.forward, asked.withdraw):
        with pytest.raises(NotPossible, match="has the final version"):
            act()


def test_who_had_a_hand_in_it_approves_no_final_version(asked: Report) -> None:
    secrets = asked.secrets()
    asked.answer(secrets[HEAD], "inaccurate", "No.")
    asked.answer(secrets[CHAIR])
    asked.reply(asked.links[0], by="hos")
    asked.forward(by="seo2")
    with pytest.raises(NotAllowed, match="You wrote this"):
        asked.decide(by="hos")
    asked.issue(by="hos2")
    assert asked.state == "final"


def test_no_answer_by_the_day(asked: Report) -> None:
    """The school is reminded once, the author too; the day passes; the final version says so."""
    asked.secrets()
    asked.now = at(date(2026, 12, 1))
    assert tick(asked.engine, asked.policy, asked.now).schools_reminded == 0
    asked.now = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
    assert tick(asked.engine, asked.policy, asked.now).schools_reminded == 0, "out of hours"
    asked.now = at(date(2026, 12, 2))
    assert tick(asked.engine, asked.policy, asked.now).schools_reminded == 2
    assert tick(asked.engine, asked.policy, asked.now).schools_reminded == 0
    assert messages(asked, "accuracy_reminder") == [HEAD, CHAIR]
    assert messages(asked, "reminder") == ["seo@fernshire.example"], "five working days before"
    newest = asked.secrets()
    asked.now = at(ANSWER_BY, 23)
    with read(asked.engine) as session:
        assert opened(session, digest(newest[HEAD]), asked.now).state == "open"
    assert asked.state == "issued"

    asked.now = at(date(2026, 12, 8))
    with pytest.raises(NotPossible, match="has passed"):
        asked.answer(newest[HEAD])
    tick(asked.engine, asked.policy, asked.now)
    assert deadlines(asked) == [(ANSWER_BY, "missed"), (date(2026, 12, 22), "open")]
    assert accuracy(asked) == "no_answer"
    asked.forward()
    asked.issue()
    with read(asked.engine) as session:
        body = letter_body(session, asked.letter()).replace("⟦", "").replace("⟧", "")
    assert "By that day we had no answer from the headteacher or the chair of governors." in body
    asked.now = at(date(2027, 2, 1))
    tick(asked.engine, asked.policy, asked.now)
    assert [each for each in deadlines(asked) if each[1] == "open"] == []


def test_the_final_version_is_chased_until_it_is_issued(asked: Report) -> None:
    asked.now = at(date(2026, 12, 8))
    tick(asked.engine, asked.policy, asked.now)
    before = len(messages(asked, "reminder"))
    asked.now = at(date(2027, 1, 5))
    tick(asked.engine, asked.policy, asked.now)
    assert messages(asked, "reminder")[before:].count("seo@fernshire.example") == 1
    assert "hos@fernshire.example" in messages(asked, "reminder")


def test_an_answer_is_given_once_and_says_what_is_wrong(asked: Report) -> None:
    secret = asked.secrets()[HEAD]
    for answer, comments, field in (
        ("perhaps", "", "answer"),
        ("inaccurate", " ", "comments"),
        ("inaccurate", "x" * 10_001, "comments"),
        ("accurate", "☃", "comments"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            asked.answer(secret, answer, comments)
        assert [name for name, _ in refusal.value.errors] == [field]
    asked.answer(secret)
    with pytest.raises(NotPossible, match="answered already"):
        asked.answer(secret, "inaccurate", "On reflection, no.")
    assert asked.links[0].answer == "accurate"


def test_an_answer_that_came_by_another_way(asked: Report) -> None:
    secret = asked.secrets()[HEAD]
    head, chair = asked.links
    asked.now = at(date(2026, 12, 9))
    asked.entered(head, "inaccurate", "She said on the telephone: 212.", by="seo2")
    assert messages(asked, "accuracy_answered") == ["seo@fernshire.example"]
    with pytest.raises(NotPossible, match="answered already"):
        asked.entered(head)
    with read(asked.engine) as session:
        assert opened(session, digest(secret), asked.now).state == "answered"
    asked.reply(head)
    asked.forward()
    with pytest.raises(NotPossible, match="has passed"):
        asked.entered(chair)


# The link ---------------------------------------------------------------------------------------


def test_a_secret_is_kept_as_its_hash_and_each_mail_has_its_own(asked: Report) -> None:
    first = asked.secrets()
    with asked.acting() as acting:
        remind_now(acting, asked.links[0].id)
    second = asked.secrets()
    assert second[HEAD] != first[HEAD]
    assert second[CHAIR] == first[CHAIR]
    with read(asked.engine) as session:
        kept = {each.digest for each in find(session, select(AccuracyKey))}
        for secret in (first[HEAD], second[HEAD]):
            assert digest(secret) in kept
            assert secret not in str(find(session, select(Message)))
            assert opened(session, digest(secret), asked.now).link.email == HEAD
        assert opened(session, digest(first[CHAIR]), asked.now).link.email == CHAIR
        for wrong in (digest("x" * 43), first[HEAD], ""):
            with pytest.raises(NotIdentified):
                opened(session, wrong, asked.now)


def test_every_mail_of_the_same_letter_has_a_link_while_it_is_open(asked: Report) -> None:
    secret = asked.secrets()[HEAD]
    asked.answer(secret)
    with pytest.raises(NotPossible, match="answered already"), asked.acting() as acting:
        remind_now(acting, asked.links[0].id)
    told = said(asked)
    made = "A personal link to check the facts of a written report was made for"
    assert len([each for each in told if each.startswith(made)]) == 2


@pytest.mark.parametrize("how", ["withdrawn", "restricted", "closed"])
def test_the_link_ends_with_the_report_and_with_its_record(asked: Report, how: str) -> None:
    secret = asked.secrets()[HEAD]
    if how == "withdrawn":
        asked.withdraw()
    with asked.acting("hos") as acting:
        if how == "restricted":
            given = Restriction(officers=[], reason="It is about somebody who is known here.")
            restrict_record(acting, asked.urn, given)
        if how == "closed":
            matter = asked.issues[0].matter_id
            change(acting.session, Matter, {"id": matter}, closed_on=acting.today)
    with read(asked.engine) as session:
        state = opened(session, digest(secret), asked.now).state.value
    assert state == ("withdrawn" if how == "withdrawn" else "shut")
    with pytest.raises(NotPossible):
        asked.answer(secret)
    if how != "closed":
        asked.now = at(date(2026, 12, 2))
        assert tick(asked.engine, asked.policy, asked.now).schools_reminded == 0
    assert asked.links[0].answer is None


def test_nobody_is_asked_where_the_policy_does_not_ask(report: Report) -> None:
    rule = report.policy.programme.report_kinds["written_report"]
    kinds = {"written_report": rule.model_copy(update={"accuracy_working_days": 0})}
    programme = report.policy.programme.model_copy(update={"reports": kinds})
    report.policy = report.policy.model_copy(update={"programme": programme})
    report.written().issue()
    assert (report.state, report.links, report.letter().respond_by) == ("issued", [], None)
    assert report.secrets() == {}
    with pytest.raises(NotPossible, match="it was not asked"):
        report.forward()
    with pytest.raises(NotPossible, match="no final version follows"):
        report.rewrite("Other.")


# Every state, role and act ----------------------------------------------------------------------

ACTS = ("change", "put_forward", "withdraw", "reply", "enter", "remind")
# What can be done to a report by where it stands, and to the first of its answers.
OPEN = {
    "draft": {"change", "put_forward", "withdraw"},
    "proposed": set(),
    "approved": set(),
    "issued": {"change", "withdraw", "enter", "remind"},
    "answered": {"change", "withdraw", "reply", "put_forward"},
    "silent": {"change", "withdraw", "enter", "put_forward"},
    "final_proposed": set(),
    "final_approved": set(),
    "final": set(),
    "withdrawn": set(),
}
WRITERS = {"hos", "seo", "sm", "aed", "dcs"}
OTHERS = {"legal", "viewer", "admin"}


def brought_to(report: Report, state: str) -> None:
    """Let it come so far."""
    report.written(by="seo2", put_forward=state != "draft")
    if state in ("draft", "proposed"):
        return
    report.decide()
    if state == "approved":
        return
    report.issue_what_is_approved()
    if state in ("issued", "withdrawn"):
        if state == "withdrawn":
            report.withdraw()
        return
    for link in report.links if state != "silent" else ():
        report.entered(link)
    if state in ("silent", "answered"):
        if state == "silent":
            report.now = at(date(2026, 12, 9))
        return
    report.forward(by="seo2")
    if state != "final_proposed":
        report.decide()
    if state == "final":
        report.issue_what_is_approved()


def attempt(report: Report, act: str, by: str) -> None:
    links = report.links
    with report.acting(by) as acting:
        link = links[0].id if links else 1
        tries: dict[str, Any] = {
            "change": lambda: report.rewrite_in(acting, "Other."),
            "put_forward": lambda: report.forward_in(acting),
            "withdraw": lambda: report.withdraw_in(acting),
            "reply": lambda: reply(acting, link, FactsReply(reply="Thank you.")),
            "enter": lambda: record_answer(acting, link, FactsChecked(answer="accurate")),
            "remind": lambda: remind_now(acting, link),
        }
        tries[act]()
        raise _Undo


class _Undo(Exception):  # noqa: N818 - how a transaction is told to roll back
    """It could be done; nothing of it stays."""


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_act_in_each_state_by_each_role(report: Report, state: str) -> None:
    brought_to(report, state)
    known = {each.value for each in ReportState} | {"answered", "silent"}
    assert OPEN.keys() == known
    for act in ACTS:
        for by in WRITERS | OTHERS:
            expected: Any = NotAllowed if by in OTHERS else NotPossible
            if by not in OTHERS and act in OPEN[state]:
                expected = _Undo
            if expected is NotPossible and not report.links and act in ("reply", "enter", "remind"):
                expected = NotFound
            with pytest.raises(expected):
                attempt(report, act, by)
