"""What can be proposed: each class has its effect, and rows of older versions load."""

import importlib
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlmodel import col, update

import models
from models.approvals.tables import Proposal
from models.approvals.vocabulary import AnyProposed, proposed_in
from models.database import write
from models.escalations import proposed as escalations
from models.escalations.deciding import EFFECTS
from models.law.powers import Section
from models.letters.tables import Letter
from models.proposed import Action, Proposed
from models.reports.proposed import SendReport
from models.school_record import proposed as school_record
from models.sharing import proposed as sharing
from models.statutory import proposed as statutory
from models.statutory.tables import ReviewOutcome
from tests.support.cases import Case

ROOMS = [path.parent.name for path in Path(models.__file__).parent.glob("*/proposed.py")]


def whatever_is_said() -> set[type[Proposed]]:
    """The classes that stand in the rooms, whoever knows of them."""
    rooms = [importlib.import_module(f"models.{room}.proposed") for room in ROOMS]
    said = [each for room in rooms for each in vars(room).values() if isinstance(each, type)]
    return {each for each in said if issubclass(each, Proposed) and not each.__subclasses__()}


def test_there_is_an_effect_of_whatever_can_be_proposed_and_its_row_loads() -> None:
    said = whatever_is_said()
    assert len(said) >= 19
    assert said == set(EFFECTS)
    assert said == set(get_args(get_args(AnyProposed)[0]))


def test_each_says_what_it_is_and_by_which_word_it_is_proposed() -> None:
    said = whatever_is_said()
    assert len({each.model_fields["what"].default for each in said}) == len(said)
    assert {each.action for each in said} == set(Action)
    # What may wait beside another is what the index on waiting transitions leaves out.
    for each in said:
        assert each.transition is (each.action not in (Action.LETTER, Action.SHARE)), each
        assert each.takes_step is (each.action in (Action.ADVANCE, Action.INTERVENE)), each


DAY = date(2026, 12, 9)
BEFORE: list[tuple[str, str | None, dict[str, Any], Proposed]] = [
    ("start", "action_plan", {}, escalations.Start()),
    ("advance", "formal_headteacher", {}, escalations.NextStep()),
    (
        "advance",
        "formal_headteacher",
        {"respond_by": "2026-12-09", "not_engaging": True},
        escalations.NextStep(respond_by=DAY, not_engaging=True),
    ),
    ("pass_over", "performance_meetings", {}, escalations.PassOver()),
    ("resolve", "action_plan", {}, escalations.Resolve()),
    ("withdraw", "action_plan", {}, escalations.Withdraw()),
    ("pause", "action_plan", {}, escalations.Pause()),
    ("resume", "action_plan", {}, escalations.Resume()),
    ("extend", "action_plan", {"to": "2026-12-09"}, escalations.Extend(to=DAY)),
    ("convert", "action_plan", {"step": "action_plan"}, escalations.Convert(step="action_plan")),
    (
        "end",
        "action_plan",
        {"head_performance_in_question": False},
        escalations.End(head_performance_in_question=False),
    ),
    ("letter", "action_plan", {}, escalations.Note()),
    (
        "advance",
        "warning_notice",
        {"compliance_ends_on": "2026-12-09"},
        statutory.GiveWarningNotice(compliance_ends_on=DAY),
    ),
    ("letter", "intervention", {"powers_after": 4}, statutory.NoticeOfPowers(powers_after=4)),
    ("letter", "intervention", {"prepares": 5}, statutory.PreparingLetters(prepares=5)),
    (
        "power",
        "intervention",
        {"power": 5, "section": "65"},
        statutory.UsePower(power=5, section=Section.INTERIM_EXECUTIVE_BOARD),
    ),
    (
        "letter",
        "intervention",
        {"review_of": 5, "outcome": "end", "reasons": "It is sound."},
        statutory.ReviewBudget(review_of=5, outcome=ReviewOutcome.END, reasons="It is sound."),
    ),
    (
        "letter",
        "intervention",
        {"end_of": 5, "ended_on": "2026-12-09", "reason": "Done."},
        statutory.EndBoard(end_of=5, ended_on=DAY, reason="Done."),
    ),
    ("letter", None, {}, school_record.SchoolLetter()),
]


@pytest.mark.parametrize(("action", "step", "details", "asks"), BEFORE)
def test_a_row_of_before_it_said_what_it_asks_for_is_read_as_that(
    action: str, step: str | None, details: dict[str, Any], asks: Proposed
) -> None:
    read = proposed_in(Action(action), step, details)
    assert read == asks
    # And one of today keeps the same facts, by the same names.
    assert asks.facts == {**details, "what": asks.what}
    assert proposed_in(asks.action, step, asks.facts) == asks


def test_every_class_but_what_shared_a_form_was_there_before() -> None:
    """An acknowledgement was told from a note by its letter alone; the others came later."""
    since = {
        escalations.Intervene,
        escalations.Acknowledgement,
        school_record.MakeStatement,
        sharing.ShareInformation,
        sharing.SharedLetter,
        SendReport,
    }
    assert {type(asks) for *_, asks in BEFORE} == set(EFFECTS) - since


def test_a_proposal_of_an_older_version_that_waits_is_decided(case: Case) -> None:
    case.started()
    case.discuss()
    to = date(case.now.year, 12, 31)
    proposal = case.propose("extend", to=to)
    as_it_was(case, proposal, {"to": to.isoformat()})
    case.decide(proposal, "hos")
    assert case.due_on == to


def test_a_note_of_an_older_version_asks_for_the_response_by_the_same_day(case: Case) -> None:
    case.started()
    case.discuss()
    [note] = case.awaiting
    as_it_was(case, note, {})
    case.decide(note, "hos")
    [letter] = case.all(Letter)
    assert letter.respond_by == case.due_on


def as_it_was(case: Case, proposal: Proposal, details: dict[str, Any]) -> None:
    """Let a row stand as an earlier version wrote it."""
    with write(case.engine) as session:
        session.exec(
            update(Proposal).where(col(Proposal.id) == proposal.id).values(details=details)
        )
