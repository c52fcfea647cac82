"""The statutory steps end to end: from the warning notice to each power, and their refusals.

Days are written out as a lawyer would look them up: nothing here asks the product's own calendar.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from models.commands import clock, directory, notices, powers, secretary_of_state
from models.commands.correspondence import edit_letter
from models.commands.serving import record_service
from models.database import read, write
from models.deadlines import Deadline
from models.escalations import Decision, Proposal
from models.events import Event, verify
from models.letters import Letter, LetterVersion
from models.messages import Message, MessageKind, MessageState
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotPossible
from models.schools import School
from models.statements import add, change
from models.statutory import (
    BudgetReview,
    Power,
    PowerState,
    Representation,
    SecretaryOfStateNotice,
    Service,
    WarningNotice,
)
from tests.cases import BOARD, Case, somebody
from tests.council import NOW
from tests.remembered import remembered

GIVEN = date(2026, 11, 23)  # NOW, a Monday
ENDS_ON = date(2026, 11, 30)
LAST_DAY = date(2027, 1, 30)  # a Saturday: it does not roll over
ACADEMY_STEPS = ("the letter to the Secretary of State", "the letter to Ofsted")


def at(day: date, hour: int = 10) -> datetime:
    """A moment of a winter's day in London."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@remembered
def turn(case: Case, **start: Any) -> Case:
    """Everything before the warning notice has failed: it is its turn."""
    case.started(**start).climb_to("performance_meetings")
    case.fail_step()
    case.issue()
    return case


@remembered
def warned(case: Case, **start: Any) -> WarningNotice:
    """A warning notice that was given, on NOW, with a compliance period to ENDS_ON."""
    notice = turn(case, **start).warn(compliance_ends_on=ENDS_ON)
    case.issue()
    return notice


@remembered
def failed(case: Case, **start: Any) -> WarningNotice:
    """It was not complied with, and was judged so on the first day possible."""
    warned(case, **start)
    case.now = at(date(2026, 12, 1))
    return case.judge_compliance(complied=False)


@remembered
def eligible(case: Case, **start: Any) -> Case:
    """Powers were proposed on 1 December, five working days ran, and the case is at step vii."""
    failed(case, **start)
    case.propose_powers("63", "64", "65", "66")
    case.now = at(date(2026, 12, 9))
    case.change("advance")
    return case


def of_kind(case: Case, kind: str) -> list[Deadline]:
    """The deadlines of this kind, the earliest set first."""
    return [each for each in case.all(Deadline) if each.kind == kind]


def letters(case: Case, template: str) -> list[Letter]:
    """The letters of this kind."""
    return [letter for letter in case.all(Letter) if letter.template == template]


def text(case: Case, letter: Letter) -> str:
    """What a letter says now."""
    with read(case.engine) as session:
        versions = select(LetterVersion).where(LetterVersion.letter_id == letter.id)
        return max(session.exec(versions), key=lambda version: version.version).body


def roles(letter: Letter) -> list[str]:
    """Whom an approved letter goes to, the addressee first."""
    return [person["role"] for person in letter.recipients or ()]


def act(case: Case, command: Callable[..., Any], by: str = "seo", **values: Any) -> Any:
    """One command, in a transaction of its own."""
    officer = case.council.officers[by]
    with write(case.engine) as session:
        return command(session, case.policy, officer=officer, now=case.now, **values)


def support(case: Case, **answers: bool) -> None:
    """Put on record how the school and the authority work together."""
    given = {"aware_of_problem": False, "working_with_partner": False, "plan_on_track": False}
    evidence = "The minutes of 20 November."
    act(
        case,
        notices.record_support,
        reference=case.reference,
        evidence=evidence,
        **{**given, **answers},
    )


def told(case: Case, kind: str, on: date | None = None) -> SecretaryOfStateNotice:
    """A notice of the Secretary of State has come."""
    return act(
        case,
        secretary_of_state.record_secretary_of_state_notice,
        reference=case.reference,
        kind=kind,
        received_on=on or case.now.date(),
        summary="A letter of the Regional Director.",
    )


def released(case: Case, notice: SecretaryOfStateNotice) -> None:
    """The Secretary of State lets the authority act again."""
    act(
        case,
        secretary_of_state.release_secretary_of_state_notice,
        notice_id=notice.id,
        released_on=case.now.date(),
        note="An e-mail of the Regional Director.",
    )


def blocked(case: Case) -> dict[str, str]:
    """By section, every rule that stands in the way of it."""
    found: dict[str, str] = {}
    for block in case.eligibility["blocked_by"]:
        found[block["section"]] = found.get(block["section"], "") + block["rule"]
    return found


def with_contacts(case: Case, *contact_roles: str) -> None:
    """The church school's diocese, or whoever appoints its foundation governors."""
    with write(case.engine) as session:
        for role in contact_roles:
            directory.set_contact(
                session,
                officer=case.council.admin,
                now=case.now,
                urn=case.council.church.urn,
                role=role,
                name=f"The {role.replace('_', ' ')}",
                email=f"{role.replace('_', '.')}@church.example",
                address=["Cathedral Close", "Fernminster"],
            )


def reminded(case: Case, deadline: Deadline) -> list[tuple[str, set[str]]]:
    """On which days the clock told whom of a deadline."""
    events = [each for each in case.all(Event) if each.kind == "reminder_queued"]
    told_of = [(each.at.date().isoformat(), json.loads(each.data)) for each in events]
    return [(day, set(data["to"])) for day, data in told_of if data["deadline"] == deadline.id]


def waiting(case: Case) -> Proposal:
    """What was put forward last and waits for a decision."""
    return case.awaiting[-1]


def ticks(case: Case, first: date, last: date) -> None:
    """The clock goes round at nine on every day, weekends too."""
    day = first
    while day <= last:
        clock.tick(case.engine, case.policy, at(day, 9))
        day += timedelta(days=1)


# --- the warning notice: whole or not at all


PARTS: dict[str, dict[str, Any]] = {
    "grounds": {"grounds": []},
    "comparisons": {"comparisons": []},
    "comparison": {"comparison": " "},
    "why_powers": {"why_powers": ""},
    "matters": {"matters": ""},
    "action_required": {"action_required": "\n"},
    "compliance_ends_on": {"compliance_ends_on": None},
    "action_minded": {"action_minded": ""},
}


def test_a_notice_is_refused_until_every_part_is_there(case: Case) -> None:
    turn(case)
    for field, lacking in PARTS.items():
        with pytest.raises(InvalidInput) as refusal:
            case.warn(**lacking)
        [(named, message)] = refusal.value.errors
        assert named == field
        assert "(section 60(" in message
    for today_or_before in (GIVEN, GIVEN - timedelta(days=30)):
        with pytest.raises(InvalidInput, match="compliance period must end after 23 November"):
            case.warn(compliance_ends_on=today_or_before)
    with pytest.raises(InvalidInput) as refusal:
        case.warn(**{field: empty for part in PARTS.values() for field, empty in part.items()})
    fields = [field for field, _ in refusal.value.errors]
    assert fields == [each for each in PARTS if not each.startswith(("compari", "why"))]
    assert case.all(WarningNotice) == []
    assert "advance" not in [each.action for each in case.awaiting]


def test_a_comparison_belongs_to_the_ground_of_standards_alone(case: Case) -> None:
    turn(case)
    only = {"comparisons": [], "comparison": "", "why_powers": ""}
    case.warn(grounds=["safety", "breakdown"], **only)
    case.issue()
    [letter] = letters(case, "warning_notice")
    says = text(case, letter)
    assert "section 60(2)(b)" in says
    assert "section 60(2)(c)" in says
    assert "section 60(2)(a)" not in says
    assert "section 60(3)" not in says


@pytest.mark.parametrize(
    ("field", "given"),
    [("grounds", ["attainment"]), ("comparisons", ["neighbours"]), ("matters", "A \U0001f600.")],
)
def test_what_no_notice_can_hold_is_refused(case: Case, field: str, given: Any) -> None:
    turn(case)
    with pytest.raises(InvalidInput) as refusal:
        case.warn(**{field: given})
    assert [name for name, _ in refusal.value.errors] == [field]


def test_a_notice_is_given_by_its_form_and_in_its_turn(case: Case) -> None:
    case.started().climb_to("formal_governing_body")
    with pytest.raises(NotPossible, match="approved but has not been carried out"):
        case.warn()
    case.fail_step()
    with pytest.raises(NotPossible, match="Step v is only for when"):
        case.warn()
    case.change("pass_over")
    with pytest.raises(NotPossible, match=r"section 60\(4\).*/warning-notices"):
        case.propose("advance")
    case.change("pause")
    with pytest.raises(NotPossible, match="paused"):
        case.warn()
    case.change("resume")
    case.warn(approved=False)
    with pytest.raises(NotPossible, match="waiting for a decision"):
        case.warn()


def test_legal_then_the_director_and_neither_the_drafter(case: Case) -> None:
    turn(case)
    with pytest.raises(NotAllowed, match="does not let you propose a warning notice"):
        case.warn(by="legal")
    with pytest.raises(NotAllowed):
        case.warn(by="viewer")
    case.warn(by="dcs", approved=False)
    proposal = waiting(case)
    for by in ("dcs", "aed", "hos", "seo", "viewer"):
        with pytest.raises(NotAllowed):
            case.decide(proposal, by)
    proposal = case.decide(proposal, "legal")
    with pytest.raises(NotAllowed, match="You made this proposal"):
        case.decide(proposal, "dcs")
    with pytest.raises(AlreadyDecided):
        case.decide(proposal, "legal")
    assert case.issue() == []
    assert case.states["warning_notice"] == "proposed"
    assert case.eligibility["facts"][0]["holds"] is False


def test_its_text_follows_from_its_form_alone(case: Case) -> None:
    turn(case).warn(approved=False)
    [letter] = letters(case, "warning_notice")
    with write(case.engine) as session, pytest.raises(NotPossible, match="follows from its form"):
        edit_letter(
            session, officer=case.council.seo, now=case.now, letter_id=letter.id, body="# Nothing"
        )


def test_a_notice_that_was_returned_was_never_given(case: Case) -> None:
    turn(case).warn(approved=False)
    proposal = waiting(case)
    case.decide(proposal, "legal")
    case.decide(proposal, "dcs", "return", "The matters are too vague.")
    assert case.issue() == []
    assert [letter.state for letter in letters(case, "warning_notice")] == ["withdrawn"]
    assert case.states["warning_notice"] == "ahead"
    assert of_kind(case, "compliance") + of_kind(case, "powers") == []
    with pytest.raises(NotPossible, match="has not been given"):
        case.judge_compliance(complied=True)
    again = case.warn(matters="The results of 2026 in mathematics: 41 per cent.")
    case.issue()
    assert case.states["warning_notice"] == "awaiting_response"
    assert again.id == case.notice.id


def test_a_notice_is_not_approved_once_its_period_is_over(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON, approved=False)
    proposal = waiting(case)
    case.decide(proposal, "legal")
    case.now = at(ENDS_ON)
    with pytest.raises(NotPossible, match=r"ends on 30 November 2026\. Return the proposal"):
        case.decide(proposal, "dcs")
    assert case.states["warning_notice"] == "proposed"
    assert of_kind(case, "compliance") == []


# --- the guard: support that works


@pytest.mark.parametrize(
    ("answers", "guarded"),
    [
        ({"aware_of_problem": True, "working_with_partner": True}, True),
        ({"plan_on_track": True}, True),
        ({"aware_of_problem": True}, False),
        ({"working_with_partner": True}, False),
        ({}, False),
    ],
)
def test_a_notice_needs_a_reason_while_support_works(
    case: Case, answers: dict[str, bool], guarded: bool
) -> None:
    turn(case)
    support(case, **answers)
    if not guarded:
        case.warn(approved=False, why_support_is_not_enough="It is not asked for.")
        assert case.notice.why_support_is_not_enough == ""
        return
    for nothing in ("", " \n"):
        with pytest.raises(InvalidInput) as refusal:
            case.warn(why_support_is_not_enough=nothing)
        assert [name for name, _ in refusal.value.errors] == ["why_support_is_not_enough"]
    case.warn(approved=False, why_support_is_not_enough="Three plans have come to nothing.")
    proposal = waiting(case)
    assert "Three plans have come to nothing." in proposal.reason
    assert "Three plans" not in text(case, letters(case, "warning_notice")[0])


def test_the_latest_record_of_support_counts(case: Case) -> None:
    turn(case)
    support(case, plan_on_track=True)
    support(case)
    case.warn(approved=False)
    assert waiting(case).action == "advance"


def test_support_that_comes_to_work_while_a_notice_waits_stops_it(case: Case) -> None:
    turn(case).warn(approved=False)
    proposal = waiting(case)
    case.decide(proposal, "legal")
    support(case, plan_on_track=True)
    with pytest.raises(NotPossible, match="support works"):
        case.decide(proposal, "dcs")
    support(case)
    assert case.decide(proposal, "dcs").state == "approved"


# --- copies


BASE = ["headteacher", "ofsted", "secretary_of_state"]
COPIES = [
    (1, None, []),
    (7, None, []),
    (15, None, []),
    (2, "Church of England", ["diocese", "foundation_appointer"]),
    (2, "Roman Catholic", ["diocese", "foundation_appointer"]),
    (2, "Church of England/Methodist", ["diocese", "foundation_appointer"]),
    (2, "Jewish", ["foundation_appointer"]),
    (3, "Church of England", ["diocese", "foundation_appointer"]),
    (3, None, ["foundation_appointer"]),
    (5, "Does not apply", ["foundation_appointer"]),
    (5, "Church of England", ["diocese", "foundation_appointer"]),
    (12, None, ["foundation_appointer"]),
]


def test_copies_follow_the_school_and_a_missing_address_is_named(case: Case) -> None:
    turn(case, school="church")
    with pytest.raises(NotPossible, match="no e-mail address for its diocese"):
        case.warn()
    with_contacts(case, "diocese")
    with pytest.raises(NotPossible, match="no e-mail address for its foundation appointer"):
        case.warn()
    assert case.all(WarningNotice) == []
    with_contacts(case, "foundation_appointer")
    for type_code, character, more in COPIES:
        kind = {"type_code": type_code, "religious_character": character}
        with write(case.engine) as session:
            change(session, School, {"urn": case.council.church.urn}, **kind)
        case.warn(approved=False)
        letter = letters(case, "warning_notice")[-1]
        assert letter.to_role == "chair_of_governors"
        assert letter.copy_roles == BASE + more, kind
        case.decide(case.awaiting[-1], "legal", "return", "Another kind of school.")


def test_an_address_that_goes_missing_meanwhile_blocks_the_approval(case: Case) -> None:
    with_contacts(case, "diocese", "foundation_appointer")
    turn(case, school="church").warn(approved=False)
    proposal = waiting(case)
    case.decide(proposal, "legal")
    with write(case.engine) as session:
        directory.set_contact(
            session,
            officer=case.council.admin,
            now=case.now,
            urn=case.council.church.urn,
            role="diocese",
            name="The diocese",
            email=None,
            address=[],
        )
    with pytest.raises(NotPossible, match="diocese"):
        case.decide(proposal, "dcs")
    assert case.issue() == []
    with_contacts(case, "diocese")
    case.decide(proposal, "dcs")
    case.issue()
    [letter] = letters(case, "warning_notice")
    assert roles(letter) == ["chair_of_governors", *BASE, "diocese", "foundation_appointer"]


def posted(case: Case, letter: Letter) -> list[Message]:
    return [message for message in case.messages if message.letter_id == letter.id]


def test_notice_and_copies_are_issued_at_once_or_not_at_all(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    [letter] = letters(case, "warning_notice")
    assert (letter.state, letter.dated) == ("approved", GIVEN)
    assert posted(case, letter) == []
    in_the_way = {
        "key": f"letter:{letter.id}:1:secretary_of_state:email",
        "kind": MessageKind.LETTER,
        "escalation_id": case.escalation.id,
        "letter_id": letter.id,
        "to_name": "Nobody",
        "to_email": "nobody@fernshire.example",
        "data": {},
        "state": MessageState.FAILED,
        "queued_at": NOW,
        "next_attempt_at": NOW,
    }
    with write(case.engine) as session:
        add(session, Message, **in_the_way)
    with pytest.raises(IntegrityError):
        case.issue()
    assert [message.to_name for message in posted(case, letter)] == ["Nobody"]
    assert letters(case, "warning_notice")[0].state == "approved"
    assert case.states["warning_notice"] == "approved"
    with case.engine.begin() as connection:
        connection.execute(delete(Message.__table__).where(Message.letter_id == letter.id))
    case.issue()
    messages = posted(case, letter)
    assert [message.data["role"] for message in messages] == ["chair_of_governors", *BASE]
    assert {message.queued_at for message in messages} == {NOW}
    assert case.kinds.count("letter_issued") == len(
        [each for each in case.all(Letter) if each.state == "issued"]
    )
    with read(case.engine) as session:
        assert verify(session) is None


def test_an_approved_notice_is_not_followed_by_another_before_it_is_issued(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    with pytest.raises(NotPossible, match="approved and has not been issued yet"):
        case.warn()
    case.issue()
    with pytest.raises(NotPossible, match="given on 23 November 2026 still runs"):
        case.warn()


# --- the clocks


def test_both_clocks_begin_with_the_notice(case: Case) -> None:
    warned(case)
    [compliance], [last] = of_kind(case, "compliance"), of_kind(case, "powers")
    assert (compliance.due_on, compliance.state) == (ENDS_ON, "open")
    assert (last.due_on, last.state) == (LAST_DAY, "open")
    assert case.eligibility["last_day_for_powers"] == {
        "63": LAST_DAY,
        "64": LAST_DAY,
        "65": None,
        "66": LAST_DAY,
    }
    with pytest.raises(NotPossible, match=r"fixed by its warning notice \(section 60\)"):
        case.propose("extend", to=date(2026, 12, 20))


# End of the compliance period; the last day by the corresponding date; the days of the alerts:
# 20, 10 and 5 working days before it, and on it or on the last working day before.
LAST_DAYS = [
    # a Saturday
    ("2026-11-30", "2027-01-30", ["2027-01-04", "2027-01-18", "2027-01-25", "2027-01-29"]),
    # the end of a short month, a Sunday
    ("2026-12-31", "2027-02-28", ["2027-02-01", "2027-02-15", "2027-02-22", "2027-02-26"]),
    # Good Friday
    ("2027-01-26", "2027-03-26", ["2027-02-26", "2027-03-12", "2027-03-19", "2027-03-25"]),
    # a working day after Easter: Good Friday and Easter Monday, 26 and 29 March, do not count
    ("2027-02-06", "2027-04-06", ["2027-03-05", "2027-03-19", "2027-03-30", "2027-04-06"]),
]


@pytest.mark.parametrize("paused", [False, True], ids=["open", "paused"])
@pytest.mark.parametrize(("ends_on", "last", "days"), LAST_DAYS)
def test_everybody_in_charge_is_alerted_to_the_last_day(
    case: Case, ends_on: str, last: str, days: list[str], paused: bool
) -> None:
    with write(case.engine) as session:
        directory.add_officer(
            session, now=NOW, email="d2@fernshire.example", name="Dan Frost", role="director"
        )
    turn(case).warn(compliance_ends_on=date.fromisoformat(ends_on))
    case.issue()
    if paused:
        case.change("pause")
    due_on = date.fromisoformat(last)
    [deadline] = of_kind(case, "powers")
    assert deadline.due_on == due_on
    ticks(case, date.fromisoformat(days[0]) - timedelta(days=5), due_on + timedelta(days=3))
    people = {f"{name}@fernshire.example" for name in ("seo", "hos", "dcs", "d2")}
    assert reminded(case, deadline) == [(day, people) for day in days]
    [after] = of_kind(case, "powers")
    assert after.state == "missed"
    mine = {message.to_email for message in case.messages if message.kind == "reminder"}
    assert people <= mine


def test_the_compliance_period_is_reminded_of_while_paused(case: Case) -> None:
    warned(case)
    case.change("pause")
    ticks(case, GIVEN, date(2026, 12, 8))
    [compliance] = of_kind(case, "compliance")
    days = [day for day, _ in reminded(case, compliance)]
    assert days == ["2026-11-27", "2026-11-30", "2026-12-07"]
    assert compliance.state == "missed"


def test_a_response_is_not_compliance(case: Case) -> None:
    warned(case)
    with pytest.raises(NotPossible, match="compliance with the warning notice is judged"):
        case.respond("satisfactory")
    case.respond(None)
    [compliance] = of_kind(case, "compliance")
    assert compliance.state == "open", "an answer in time is not compliance in time"


# --- judging compliance


def test_judged_complied_ends_both_clocks(case: Case) -> None:
    notice = warned(case)
    case.now = at(date(2026, 11, 26))
    judged = case.judge_compliance(complied=True)
    assert (judged.complied, judged.judged_on) == (True, date(2026, 11, 26))
    assert case.states["warning_notice"] == "satisfactory"
    assert [each.state for each in of_kind(case, "compliance")] == ["met"]
    assert [each.state for each in of_kind(case, "powers")] == ["cancelled"]
    before = len(case.messages)
    ticks(case, date(2027, 1, 1), LAST_DAY)
    reminders = [each for each in case.messages[before:] if each.kind == "reminder"]
    assert reminders == []
    with pytest.raises(NotPossible, match="judged already"):
        case.judge_compliance(complied=False)
    with pytest.raises(NotPossible, match="complied with the warning notice"):
        case.propose_powers("65")
    with pytest.raises(NotPossible, match="complied with the warning notice"):
        case.prepare("63")
    assert not case.eligibility["eligible"]
    case.change("resolve")
    assert case.escalation.status == "resolved"
    assert case.notice.id == notice.id


def test_not_complied_is_judged_only_once_the_period_is_over(case: Case) -> None:
    warned(case)
    for day in (GIVEN, ENDS_ON):
        case.now = at(day, 23)
        with pytest.raises(NotPossible, match="can be judged from 1 December 2026"):
            case.judge_compliance(complied=False)
    case.now = at(date(2026, 12, 1), 0)
    case.judge_compliance(complied=False)
    assert case.states["warning_notice"] == "unsatisfactory"
    assert [each.state for each in of_kind(case, "compliance")] == ["missed"]
    assert [each.state for each in of_kind(case, "powers")] == ["open"]


def test_an_approved_notice_is_not_judged_before_it_is_given(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    with pytest.raises(NotPossible, match="has not been given"):
        case.judge_compliance(complied=True)


# --- the notice of proposed powers, and the four facts


def test_powers_are_proposed_only_after_a_failure(case: Case) -> None:
    warned(case)
    with pytest.raises(NotPossible, match="Judge first"):
        case.propose_powers("65")
    case.now = at(date(2026, 12, 1))
    case.judge_compliance(complied=False)
    with pytest.raises(InvalidInput, match="at least one"):
        act(
            case,
            notices.propose_powers,
            notice_id=case.notice.id,
            sections=[],
            reasons="The governing body has not acted.",
        )
    with pytest.raises(InvalidInput, match="Choose from: 63, 64, 65, 66"):
        case.propose_powers("67")
    case.propose_powers("65", "66")
    [letter] = letters(case, "proposed_powers")
    assert (letter.state, letter.dated) == ("issued", date(2026, 12, 1))
    assert roles(letter) == ["chair_of_governors", "headteacher"]
    says = text(case, letter)
    assert "section 60(1)(d)" in says
    assert "ended at the end of ⟦30 November 2026⟧" in says
    with read(case.engine) as session:
        decided = session.exec(
            select(Decision).where(Decision.proposal_id == letter.proposal_id)
        ).one()
        assert decided.officer_id == case.council.dcs.id


def facts(case: Case) -> list[tuple[str, date | None]]:
    found = case.eligibility["facts"]
    assert all(fact["holds"] is (fact["on"] is not None) for fact in found)
    assert all("section 60(1)" in fact["says"] for fact in found)
    return [(fact["key"], fact["on"]) for fact in found]


def test_the_four_facts_come_one_by_one_each_with_its_day(case: Case) -> None:
    turn(case)
    keys = ["notice_given", "period_over", "not_complied", "powers_proposed"]
    assert facts(case) == [(key, None) for key in keys]
    case.warn(compliance_ends_on=ENDS_ON)
    assert facts(case)[0] == ("notice_given", None), "approved is not given"
    case.issue()
    assert [on for _, on in facts(case)] == [GIVEN, None, None, None]
    case.now = at(ENDS_ON, 23)
    assert [on for _, on in facts(case)] == [GIVEN, None, None, None]
    case.now = at(date(2026, 12, 1))
    over = date(2026, 12, 1)
    assert [on for _, on in facts(case)] == [GIVEN, over, None, None]
    case.now = at(date(2026, 12, 2))
    case.judge_compliance(complied=False)
    assert [on for _, on in facts(case)] == [GIVEN, over, date(2026, 12, 2), None]
    case.propose_powers("65")
    assert facts(case)[3] == ("powers_proposed", None), "five working days are reasonable notice"
    with pytest.raises(NotPossible, match="not eligible for intervention"):
        case.propose("advance")
    case.now = at(date(2026, 12, 9), 23)
    assert facts(case)[3] == ("powers_proposed", None)
    case.now = at(date(2026, 12, 10))
    assert facts(case)[3] == ("powers_proposed", date(2026, 12, 10))
    assert case.eligibility["eligible"]
    case.change("advance")
    assert case.states["intervention"] == "approved"


def test_eligibility_is_looked_at_again_when_the_step_is_approved(case: Case) -> None:
    failed(case)
    case.propose_powers("65")
    case.now = at(date(2026, 12, 9))
    proposal = case.propose("advance")
    told(case, "warning_notice")
    with pytest.raises(NotPossible, match="not eligible for intervention"):
        case.decide(proposal, "dcs")
    assert case.escalation.step_key == "warning_notice"


# --- each power


@pytest.mark.parametrize("section", ["63", "64", "65", "66"])
def test_each_power_is_used_and_holds_from_its_day(case: Case, section: str) -> None:
    eligible(case)
    power = case.used(section)
    assert power.state is PowerState.IN_FORCE
    assert power.used_on == date(2026, 12, 9)
    effective = {"63": power.used_on, "64": power.used_on, "65": date(2026, 12, 16), "66": None}
    assert power.effective_on == effective[section]
    assert case.states["intervention"] == "carried_out"
    [last] = of_kind(case, "powers")
    assert last.state == "met"


NOTICES = {
    "63": ("notice_of_arrangements", ["headteacher"]),
    "64": ("appointment_of_governors", ["headteacher", "person_1"]),
    "65": ("notice_of_board", ["secretary_of_state", "person_1", "person_2"]),
    "66": ("suspension_of_budget", ["headteacher"]),
}


@pytest.mark.parametrize("section", NOTICES)
def test_nothing_is_used_before_everybody_was_asked_and_told(case: Case, section: str) -> None:
    eligible(case)
    needs: dict[str, dict[str, Any]] = {
        "63": {"arrangements": "Work with the Fernshire Schools Partnership."},
        "64": {"governors": [somebody("Una Marsh")]},
        "65": {"members": BOARD, "starts_on": date(2027, 1, 4)},
        "66": {},
    }
    power = case.prepare(section)
    missing = f"(section {section}(2))" if section in ("63", "65") else "has not been notified"
    with pytest.raises(NotPossible) as refusal:
        case.on_power(powers.use_power, power.id, reason="Now.", **needs[section])
    assert missing in refusal.value.message
    assert ("consent has not been received" in refusal.value.message) is (section == "65")
    if section in ("63", "65"):
        for wrong in ("headteacher", "diocese"):
            with pytest.raises(InvalidInput, match="Choose from: chair_of_governors"):
                consult(case, power, wrong)
        consult(case, power, "chair_of_governors")
        with pytest.raises(NotPossible, match="Secretary of State"):
            case.on_power(powers.use_power, power.id, reason="Now.", **needs[section])
    else:
        with pytest.raises(InvalidInput, match="Nobody has to be consulted"):
            consult(case, power, "chair_of_governors")
    case.on_power(
        powers.record_secretary_of_state_told, power.id, on=case.now.date(), evidence="A letter."
    )
    if needs[section]:
        with pytest.raises(NotPossible, match=f"section {section}"):
            case.on_power(powers.use_power, power.id, reason="Now.")
    assert case.power(power.id).state is PowerState.PREPARED
    proposal = case.on_power(powers.use_power, power.id, reason="Now.", **needs[section])
    assert proposal.approvers == ["director"]
    for by in ("hos", "aed", "legal", "seo"):
        with pytest.raises(NotAllowed):
            case.decide(proposal, by)
    assert case.power(power.id).state is PowerState.PROPOSED
    case.approve(proposal)
    case.issue()
    template, copies = NOTICES[section]
    [letter] = letters(case, template)
    assert roles(letter) == ["chair_of_governors", *copies]
    assert f"section {section}" in text(case, letter)
    assert len(posted(case, letter)) == len(copies) + 1


def consult(case: Case, power: Power, role: str, on: date | None = None) -> None:
    case.on_power(
        powers.record_consultation,
        power.id,
        with_whom=role,
        consulted_on=on or case.now.date(),
        said="They object to it.",
    )


def test_a_power_is_prepared_only_after_a_notice_and_one_of_a_kind_at_a_time(case: Case) -> None:
    turn(case)
    with pytest.raises(NotPossible, match=r"once a warning notice has been given \(section 60"):
        case.prepare("65")
    case.warn(compliance_ends_on=ENDS_ON)
    with pytest.raises(NotPossible, match="once a warning notice has been given"):
        case.prepare("65")
    case.issue()
    with pytest.raises(InvalidInput, match="Choose a section: 63, 64, 65, 66"):
        case.prepare("67")
    power = case.prepare("65", members=BOARD, starts_on=date(2027, 1, 4))
    with pytest.raises(NotPossible, match="being prepared already"):
        case.prepare("65")
    case.ready(power)
    with pytest.raises(NotPossible, match="moved to the step of the powers"):
        case.on_power(powers.use_power, power.id, reason="Now.")


def test_what_prepares_a_power_is_not_older_than_the_notice(case: Case) -> None:
    eligible(case)
    power = case.prepare("65")
    before, tomorrow = GIVEN - timedelta(days=1), case.now.date() + timedelta(days=1)
    for day in (before, tomorrow):
        with pytest.raises(InvalidInput):
            consult(case, power, "chair_of_governors", on=day)
        with pytest.raises(InvalidInput):
            case.on_power(
                powers.record_secretary_of_state_told, power.id, on=day, evidence="A letter."
            )
    consult(case, power, "chair_of_governors", on=GIVEN)


@pytest.mark.parametrize(
    ("section", "field", "given"),
    [
        ("63", "governors", [somebody("Una Marsh")]),
        ("66", "governors", [somebody("Una Marsh")]),
        ("64", "members", BOARD),
        ("66", "arrangements", "Work with a partner."),
    ],
)
def test_a_power_names_nobody_whom_its_section_does_not(
    case: Case, section: str, field: str, given: Any
) -> None:
    warned(case)
    with pytest.raises(InvalidInput) as refusal:
        case.prepare(section, **{field: given})
    assert [name for name, _ in refusal.value.errors] == [field]


def test_a_church_school_consults_its_diocese_and_copies_it_in(case: Case) -> None:
    with_contacts(case, "diocese", "foundation_appointer")
    eligible(case, school="church")
    power = case.prepare("65", members=BOARD, starts_on=date(2027, 1, 4))
    consult(case, power, "chair_of_governors")
    case.on_power(
        powers.record_secretary_of_state_told, power.id, on=case.now.date(), evidence="Consent."
    )
    with pytest.raises(NotPossible, match="diocesan authority has not been consulted"):
        case.on_power(powers.use_power, power.id, reason="Now.")
    consult(case, power, "diocese")
    case.approve(case.on_power(powers.use_power, power.id, reason="Now."))
    case.issue()
    [letter] = letters(case, "notice_of_board")
    assert "diocese" in roles(letter)
    assert len(letters(case, "consultation")) == 2


# --- the two months


@pytest.mark.parametrize("section", ["63", "64", "66"])
def test_a_power_proposed_in_time_is_refused_the_day_after(case: Case, section: str) -> None:
    eligible(case)
    power = case.prepare(section)
    case.now = at(LAST_DAY, 22)
    case.ready(power)
    needs = {"63": {"arrangements": "A contract."}, "64": {"governors": [somebody("Una Marsh")]}}
    given = needs.get(section, {})
    proposal = case.on_power(powers.use_power, power.id, reason="Now.", **given)
    case.now = at(LAST_DAY + timedelta(days=1), 0)
    with pytest.raises(NotPossible) as refusal:
        case.decide(proposal, "dcs")
    assert f"The last day for section {section} was 30 January 2027" in refusal.value.message
    assert "corresponding date" in refusal.value.message
    assert case.power(power.id).state is PowerState.PROPOSED
    assert letters(case, NOTICES[section][0])[0].state == "draft"
    case.decide(proposal, "dcs", "return", "Too late.")
    assert case.power(power.id).state is PowerState.PREPARED
    with pytest.raises(NotPossible, match="corresponding date"):
        case.on_power(powers.use_power, power.id, reason="Now.", **given)
    assert "corresponding date" in blocked(case)[section]


@pytest.mark.parametrize("section", ["63", "64", "66"])
def test_a_power_is_used_on_the_very_last_day(case: Case, section: str) -> None:
    eligible(case)
    case.now = at(LAST_DAY, 23)
    assert case.used(section).used_on == LAST_DAY


def test_section_65_has_no_last_day(case: Case) -> None:
    eligible(case)
    case.now = at(date(2027, 11, 30))
    assert "65" not in blocked(case)
    assert set(blocked(case)) == {"63", "64", "66"}
    assert case.used("65").state is PowerState.IN_FORCE


def test_one_power_does_not_silence_the_last_day_of_another(case: Case) -> None:
    eligible(case)
    later = case.prepare("66")
    case.used("63")
    [last] = of_kind(case, "powers")
    assert last.state == "open", "section 66 is still being prepared"
    case.ready(later)
    case.approve(case.on_power(powers.use_power, later.id, reason="Now."))
    assert [each.state for each in of_kind(case, "powers")] == ["met"]
    case.prepare("64")
    again = of_kind(case, "powers")[-1]
    assert (again.state, again.due_on) == ("open", LAST_DAY)
    ticks(case, date(2027, 1, 1), LAST_DAY)
    assert reminded(case, again)


# --- the Interim Executive Board


def board(case: Case, **values: Any) -> Power:
    """A board prepared and ready, but for what is given."""
    power = case.prepare("65", **values)
    case.ready(power)
    return power


def test_a_board_has_two_members_and_a_day_to_start(case: Case) -> None:
    eligible(case)
    power = board(case)
    start = {"starts_on": date(2027, 1, 4)}
    one, twice = [BOARD[0]], [BOARD[0], BOARD[0]]
    for members in ([], one, twice):
        with pytest.raises(NotPossible, match="at least two members"):
            case.on_power(powers.use_power, power.id, reason="Now.", members=members, **start)
    with pytest.raises(NotPossible, match="starts is not stated"):
        case.on_power(powers.use_power, power.id, reason="Now.", members=BOARD)
    early = {"starts_on": date(2026, 12, 8)}
    with pytest.raises(NotPossible, match="cannot start on 8 December 2026"):
        case.on_power(powers.use_power, power.id, reason="Now.", members=BOARD, **early)
    assert case.power(power.id).details["members"] == [], "what was refused left nothing"
    no_address = [BOARD[0], {"name": "Omar Finch"}]
    with pytest.raises(InvalidInput):
        case.on_power(powers.use_power, power.id, reason="Now.", members=no_address, **start)


def test_a_governor_sits_on_the_board_only_when_confirmed(case: Case) -> None:
    eligible(case)
    power = board(case, starts_on=date(2027, 1, 4))
    members = [BOARD[0], somebody("Gil Grey", governor=True)]
    with pytest.raises(NotPossible, match="Gil Grey is a current governor of the school"):
        case.on_power(powers.use_power, power.id, reason="Now.", members=members)
    members = [BOARD[0], somebody("Gil Grey", governor=True, governor_confirmed=True)]
    assert case.on_power(powers.use_power, power.id, reason="Now.", members=members)


def test_a_board_whose_day_has_gone_is_not_approved(case: Case) -> None:
    eligible(case)
    power = board(case, members=BOARD, starts_on=date(2026, 12, 10))
    proposal = case.on_power(powers.use_power, power.id, reason="Now.")
    case.now = at(date(2026, 12, 11))
    with pytest.raises(NotPossible, match="cannot start on 10 December 2026"):
        case.decide(proposal, "dcs")


def test_each_member_and_each_governor_has_a_copy(case: Case) -> None:
    eligible(case)
    power = board(case, members=BOARD, starts_on=date(2027, 1, 4))
    governors = [somebody("Gil Grey"), somebody("Hana Pike")]
    case.approve(case.on_power(powers.use_power, power.id, reason="Now.", governors=governors))
    case.issue()
    [letter] = letters(case, "notice_of_board")
    people = [(person["name"], person["email"]) for person in letter.recipients or ()][2:]
    assert people == [
        ("Ingrid Bell", "ingrid@people.example"),
        ("Omar Finch", "omar@people.example"),
        ("Gil Grey", "gil@people.example"),
        ("Hana Pike", "hana@people.example"),
    ]
    assert {message.to_email for message in posted(case, letter)} >= {mail for _, mail in people}


def addressee(case: Case) -> str:
    """Who has a letter to the governing body that is written and approved now."""
    case.prepare("63")
    case.approve(case.awaiting[-1])
    case.issue()
    return (letters(case, "consultation")[-1].recipients or [{}])[0]["name"]


@pytest.mark.parametrize(
    ("day", "to"),
    [
        (date(2026, 12, 15), "Chair of governors of Ashfield Primary School"),
        (date(2026, 12, 16), "Ingrid Bell, Chair of the Interim Executive Board"),
    ],
)
def test_letters_go_to_the_board_from_the_day_it_starts(case: Case, day: date, to: str) -> None:
    eligible(case)
    assert case.used("65").starts_on == date(2026, 12, 16)
    case.now = at(day)
    assert addressee(case) == to


def test_no_governors_and_no_suspension_while_a_board_sits(case: Case) -> None:
    eligible(case)
    governors = case.prepare("64", governors=[somebody("Una Marsh")])
    case.ready(governors)
    proposal = case.on_power(powers.use_power, governors.id, reason="Now.")
    case.decide(proposal, "dcs", "return", "A board first.")
    case.used("65")
    budget = case.prepare("66")
    case.ready(budget)
    with pytest.raises(NotPossible, match=r"16 December 2026.*paragraph 12"):
        case.on_power(powers.use_power, budget.id, reason="Now.")
    assert "64" not in blocked(case), "the board does not sit yet"
    case.now = at(date(2026, 12, 16))
    for power, source in ((governors, "paragraph 14"), (budget, r"paragraph 12\(3\)")):
        with pytest.raises(NotPossible, match=source):
            case.on_power(powers.use_power, power.id, reason="Now.")
    assert set(blocked(case)) == {"64", "66"}
    with pytest.raises(NotPossible, match="section 65 is in force already"):
        case.prepare("65")
    assert case.used("63").state is PowerState.IN_FORCE


def test_a_board_ends_a_suspended_budget(case: Case) -> None:
    eligible(case)
    budget = suspended(case)
    case.used("65")
    ended = case.power(budget.id)
    assert (ended.state, ended.ended_on) == (PowerState.ENDED, date(2026, 12, 16))
    assert "paragraph 12(1)" in ended.end_reason
    assert [each.state for each in of_kind(case, "budget_review")] == ["cancelled"]


def end(case: Case, power: Power, day: date) -> Power:
    return case.on_power(powers.end_power, power.id, ended_on=day, reason="It has done its work.")


def test_a_board_ends_by_a_notice_on_a_day_to_come(case: Case) -> None:
    eligible(case)
    sits = case.used("65")
    with pytest.raises(InvalidInput, match="on or after the day the power took effect"):
        end(case, sits, date(2026, 12, 15))
    case.now = at(date(2027, 2, 1))
    with pytest.raises(InvalidInput, match="today or a later day"):
        end(case, sits, date(2027, 1, 31))
    end(case, sits, date(2027, 2, 20))
    assert case.power(sits.id).state is PowerState.IN_FORCE, "its end is proposed"
    [proposal] = [each for each in case.awaiting if "end_of" in each.details]
    assert proposal.approvers == ["director"]
    case.approve(proposal)
    case.issue()
    [letter] = letters(case, "end_of_board")
    assert roles(letter)[:2] == ["chair_of_governors", "secretary_of_state"]
    assert "paragraph 17(1)" in text(case, letter)
    assert case.power(sits.id).ended_on == date(2027, 2, 20)
    case.now = at(date(2027, 2, 19))
    assert "paragraph 14" in blocked(case)["64"], "it sits until the day in the notice"
    assert addressee(case) == "Ingrid Bell, Chair of the Interim Executive Board"
    case.now = at(date(2027, 2, 20))
    assert "paragraph 14" not in blocked(case).get("64", "")


def test_a_board_ends_once(case: Case) -> None:
    eligible(case)
    sits = case.used("65")
    case.now = at(date(2027, 2, 1))
    end(case, sits, date(2027, 2, 20))
    end(case, sits, date(2027, 3, 20))
    first, second = [each for each in case.awaiting if "end_of" in each.details]
    case.approve(first)
    with pytest.raises(NotPossible, match="ended by now"):
        case.decide(second, "dcs")
    assert case.power(sits.id).ended_on == date(2027, 2, 20)


def test_the_end_of_a_board_is_not_approved_after_its_day(case: Case) -> None:
    eligible(case)
    sits = case.used("65")
    case.now = at(date(2027, 2, 1))
    end(case, sits, date(2027, 2, 2))
    case.now = at(date(2027, 2, 3))
    [proposal] = [each for each in case.awaiting if "end_of" in each.details]
    with pytest.raises(NotPossible, match="has gone"):
        case.decide(proposal, "dcs")


# --- the suspended budget


def receive(case: Case, power: Power, on: date) -> Power:
    return case.on_power(
        powers.record_receipt, power.id, received_on=on, evidence="Signed by the clerk."
    )


def suspended(case: Case) -> Power:
    """A budget whose suspension the governing body received today."""
    power = case.used("66")
    return receive(case, power, case.now.date())


def hear(case: Case, power: Power, role: str) -> Representation:
    return case.on_power(
        powers.record_representation,
        power.id,
        from_whom=role,
        received_on=case.now.date(),
        said=f"The {role.replace('_', ' ')} asks for the budget back.",
    )


def review(case: Case, power: Power, outcome: str = "continue") -> Proposal:
    case.on_power(powers.review_budget, power.id, outcome=outcome, reasons="The accounts of June.")
    return case.awaiting[-1]


def test_a_suspension_takes_effect_when_it_is_received(case: Case) -> None:
    eligible(case)
    power = case.used("66")
    assert power.effective_on is None
    for too_soon in (hear, review):
        with pytest.raises(NotPossible, match="when the governing body received"):
            too_soon(case, power, "headteacher" if too_soon is hear else "continue")
    with pytest.raises(InvalidInput, match="before it was issued"):
        receive(case, power, date(2026, 12, 8))
    with pytest.raises(InvalidInput, match="today or in the past"):
        receive(case, power, date(2026, 12, 10))
    case.now = at(date(2026, 12, 14))
    assert receive(case, power, date(2026, 12, 11)).effective_on == date(2026, 12, 11)
    [deadline] = of_kind(case, "budget_review")
    assert (deadline.due_on, deadline.state) == (date(2027, 3, 31), "open")
    with pytest.raises(NotPossible, match="11 December 2026 already"):
        receive(case, power, date(2026, 12, 11))
    with pytest.raises(NotPossible, match="in force already"):
        case.prepare("66")


@pytest.mark.parametrize(
    ("received", "due_on"),
    [
        (date(2027, 1, 29), date(2027, 3, 31)),
        (date(2027, 2, 1), date(2027, 3, 31)),  # two months before 1 April, to the day
        (date(2027, 2, 2), date(2028, 3, 31)),  # less than two months
        (date(2027, 3, 31), date(2028, 3, 31)),
    ],
)
def test_the_first_review_is_before_the_financial_year(
    case: Case, received: date, due_on: date
) -> None:
    eligible(case)
    case.now = at(date(2027, 1, 29))
    power = case.used("66")
    case.now = at(date(2027, 4, 2))
    receive(case, power, received)
    assert of_kind(case, "budget_review")[-1].due_on == due_on, "a receipt put on record late"


def test_the_review_is_alerted_and_runs_on_while_paused(case: Case) -> None:
    eligible(case)
    suspended(case)
    case.change("pause")
    ticks(case, date(2027, 2, 24), date(2027, 4, 1))
    [deadline] = of_kind(case, "budget_review")
    days = [day for day, _ in reminded(case, deadline)]
    # Good Friday and Easter Monday, 26 and 29 March, are no working days.
    assert days == ["2027-03-01", "2027-03-15", "2027-03-22", "2027-03-31"]
    assert deadline.state == "missed"


def test_representations_are_weighed_and_the_decision_goes_to_both(case: Case) -> None:
    eligible(case)
    power = suspended(case)
    with pytest.raises(InvalidInput, match="Choose from: chair_of_governors, headteacher"):
        hear(case, power, "parents")
    hear(case, power, "headteacher")
    hear(case, power, "chair_of_governors")
    case.now = at(date(2027, 3, 1))
    with pytest.raises(InvalidInput, match="continue"):
        review(case, power, "maybe")
    proposal = review(case, power)
    assert proposal.approvers == ["director"]
    assert [each.decided_on for each in of_power(case, BudgetReview, power)] == [None]
    case.approve(proposal)
    case.issue()
    [letter] = letters(case, "budget_review_decision")
    assert roles(letter) == ["chair_of_governors", "headteacher"]
    says = text(case, letter)
    assert says.count("asks for the budget back") == 2
    assert "⟦31 March 2028⟧" in says
    met, following = of_kind(case, "budget_review")
    assert (met.state, following.due_on) == ("met", date(2028, 3, 31))
    assert [each.decided_on for each in of_power(case, BudgetReview, power)] == [date(2027, 3, 1)]


def of_power(case: Case, table: Any, power: Power) -> list[Any]:
    with read(case.engine) as session:
        return list(session.exec(select(table).where(table.power_id == power.id)))


def test_a_late_review_does_not_skip_the_next_year(case: Case) -> None:
    eligible(case)
    power = suspended(case)
    case.now = at(date(2027, 3, 30))
    proposal = review(case, power)
    case.now = at(date(2027, 4, 6))
    clock.tick(case.engine, case.policy, case.now)
    case.approve(proposal)
    missed, following = of_kind(case, "budget_review")
    assert (missed.state, missed.due_on) == ("missed", date(2027, 3, 31))
    assert (following.state, following.due_on) == ("open", date(2028, 3, 31))


def test_a_suspension_ends_by_its_review(case: Case) -> None:
    eligible(case)
    power = suspended(case)
    with pytest.raises(NotPossible, match="ends by its review"):
        end(case, power, case.now.date())
    going_on, ending = review(case, power), review(case, power, "end")
    case.approve(ending)
    ended = case.power(power.id)
    assert (ended.state, ended.ended_on) == (PowerState.ENDED, date(2026, 12, 9))
    with pytest.raises(NotPossible, match="ended by now"):
        case.decide(going_on, "dcs")
    assert [each.state for each in of_kind(case, "budget_review")] == ["met"]
    for command in (hear, receive, review):
        given = {hear: "headteacher", receive: case.now.date(), review: "end"}[command]
        with pytest.raises(NotPossible):
            command(case, power, given)


# --- several powers, and closing


def test_several_powers_stand_side_by_side_and_keep_the_case_open(case: Case) -> None:
    eligible(case)
    used = [case.used(section) for section in ("63", "64", "66")]
    assert [power.state for power in case.all(Power)] == [PowerState.IN_FORCE] * 3
    for action in ("resolve", "withdraw"):
        with pytest.raises(NotPossible, match=r"section 63 is in force\. End it first"):
            case.propose(action)
    with pytest.raises(InvalidInput, match="today or in the past"):
        end(case, used[0], date(2026, 12, 10))
    for power in used[:2]:
        end(case, power, case.now.date())
        with pytest.raises(NotPossible, match="not in force"):
            end(case, power, case.now.date())
    with pytest.raises(NotPossible, match="section 66 is in force"):
        case.propose("resolve")
    budget = receive(case, used[2], case.now.date())
    case.approve(review(case, budget, "end"))
    case.change("resolve")
    assert case.escalation.status == "resolved"


def test_a_second_use_of_arrangements_is_a_power_of_its_own(case: Case) -> None:
    eligible(case)
    first, second = case.used("63"), case.used("63")
    assert first.id != second.id
    assert second.state is PowerState.IN_FORCE


def test_a_resolution_waits_no_more_when_a_power_came_first(case: Case) -> None:
    eligible(case)
    power = case.prepare("66")
    case.change("resolve")
    assert case.power(power.id).state is PowerState.DROPPED
    assert [each.state for each in of_kind(case, "powers")] == ["cancelled"]
    assert case.awaiting == []


def test_a_school_that_closes_ends_everything(case: Case) -> None:
    eligible(case)
    suspended(case)
    case.change("end")
    assert {power.state for power in case.all(Power)} == {PowerState.ENDED}
    assert "open" not in {each.state for each in case.all(Deadline)}


# --- the Secretary of State


def test_a_notice_of_the_secretary_of_state_supersedes_and_locks(case: Case) -> None:
    failed(case)
    hers = told(case, "warning_notice")
    notice = case.notice
    assert notice.ceased_on == case.now.date()
    assert "Secretary of State" in notice.ceased_because
    assert {each.state for each in of_kind(case, "powers")} == {"cancelled"}
    assert [on for _, on in facts(case)] == [None] * 4
    for refused in (
        case.warn,
        lambda: case.propose_powers("65"),
        lambda: case.prepare("65"),
    ):
        with pytest.raises(NotPossible, match="Secretary of State"):
            refused()
    assert "section 60(4A)" in case.eligibility["notice_refused_because"]
    released(case, hers)
    assert [on for _, on in facts(case)] == [None] * 4, "a release does not revive our notice"
    with pytest.raises(NotPossible, match="released already"):
        released(case, hers)
    case.warn(compliance_ends_on=date(2026, 12, 18))
    case.issue()
    assert facts(case)[0] == ("notice_given", date(2026, 12, 1))


def test_a_superseded_notice_is_chased_no_more(case: Case) -> None:
    warned(case)
    ticks(case, date(2026, 12, 1), date(2026, 12, 2))
    assert [each.state for each in of_kind(case, "compliance")] == ["missed"]
    case.now = at(date(2026, 12, 2), 11)
    told(case, "warning_notice")
    before = case.kinds.count("reminder_queued")
    ticks(case, date(2026, 12, 3), date(2027, 2, 2))
    assert case.kinds.count("reminder_queued") == before


def test_a_notice_that_waits_is_not_given_over_the_secretary_of_states(case: Case) -> None:
    turn(case).warn(approved=False)
    proposal = waiting(case)
    case.decide(proposal, "legal")
    told(case, "warning_notice")
    with pytest.raises(NotPossible, match=r"section 60\(4A\)"):
        case.decide(proposal, "dcs")


def test_an_approved_notice_does_not_go_out_after_the_secretary_of_states(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    hers = told(case, "warning_notice")
    case.issue()
    [letter] = letters(case, "warning_notice")
    assert letter.state == "withdrawn"
    assert posted(case, letter) == []
    released(case, hers)
    assert facts(case)[0] == ("notice_given", None)
    case.warn(compliance_ends_on=ENDS_ON)
    case.issue()
    assert facts(case)[0] == ("notice_given", GIVEN)
    assert case.states["warning_notice"] == "awaiting_response"


def test_proposed_powers_are_not_approved_once_the_notice_has_ceased(case: Case) -> None:
    failed(case)
    act(
        case,
        notices.propose_powers,
        notice_id=case.notice.id,
        sections=["65"],
        reasons="The governing body has not acted.",
    )
    case.prepare("65")
    told(case, "warning_notice")
    proposing, preparing = case.awaiting[-2:]
    with pytest.raises(NotPossible, match="ceased to have effect"):
        case.decide(proposing, "dcs")
    with pytest.raises(NotPossible, match="ceased to have effect"):
        case.decide(preparing, "hos")
    assert case.issue() == []


def test_an_intention_to_act_locks_three_powers_and_not_the_board(case: Case) -> None:
    eligible(case)
    budget = case.prepare("66")
    case.ready(budget)
    proposal = case.on_power(powers.use_power, budget.id, reason="Now.")
    hers = told(case, "intends_to_act")
    assert set(blocked(case)) == {"63", "64", "66"}
    assert all("section 70B(2)" in rule for rule in blocked(case).values())
    assert case.eligibility["eligible"], "eligible, and locked"
    with pytest.raises(NotPossible, match=r"section 70B\(2\)"):
        case.decide(proposal, "dcs")
    case.decide(proposal, "dcs", "return", "Wait for the Secretary of State.")
    for section in ("63", "64"):
        power = case.prepare(section)
        case.ready(power)
        with pytest.raises(NotPossible, match=r"section 70B\(2\)"):
            case.on_power(powers.use_power, power.id, reason="Now.")
    assert case.used("65").state is PowerState.IN_FORCE
    released(case, hers)
    assert blocked(case) == {}


def test_what_the_secretary_of_state_sends_is_checked(case: Case) -> None:
    warned(case)
    with pytest.raises(InvalidInput, match="Choose from: warning_notice, intends_to_act"):
        told(case, "letter")
    with pytest.raises(InvalidInput, match="today or in the past"):
        told(case, "warning_notice", GIVEN + timedelta(days=1))
    hers = told(case, "warning_notice", GIVEN - timedelta(days=3))
    assert case.notice.ceased_on == GIVEN, "not before it was given"
    with pytest.raises(InvalidInput, match="earlier than the notice"):
        act(
            case,
            secretary_of_state.release_secretary_of_state_notice,
            notice_id=hers.id,
            released_on=GIVEN - timedelta(days=4),
            note="An e-mail.",
        )


def test_a_lock_outlives_the_escalation(case: Case) -> None:
    turn(case)
    told(case, "warning_notice")
    case.change("withdraw")
    turn(case)
    assert "section 60(4A)" in case.eligibility["notice_refused_because"]
    with pytest.raises(NotPossible, match=r"section 60\(4A\)"):
        case.warn()


# --- academies and conversion


def test_an_academy_is_refused_everything_with_the_two_steps_that_exist(case: Case) -> None:
    case.started(school="academy")
    refused = [
        case.warn,
        lambda: case.prepare("65"),
        lambda: support(case, plan_on_track=True),
        lambda: told(case, "warning_notice"),
        lambda: told(case, "intends_to_act"),
    ]
    for command in refused:
        with pytest.raises(NotPossible) as refusal:
            command()
        assert all(step in refusal.value.message for step in ACADEMY_STEPS)
        assert "section 59(1)" in refusal.value.message
    assert set(blocked(case)) == {"63", "64", "65", "66"}
    assert not case.eligibility["eligible"]
    assert case.all(WarningNotice) + case.all(Power) == []


def test_a_school_that_converts_loses_the_statutory_steps(case: Case) -> None:
    eligible(case)
    budget, prepared = suspended(case), case.prepare("63")
    proposal = case.propose("convert", step="formal_headteacher")
    case.approve(proposal)
    assert (case.escalation.ladder, case.escalation.step_key) == ("academy", "formal_headteacher")
    assert case.notice.ceased_because == "the school became an academy"
    assert case.power(budget.id).state is PowerState.ENDED
    assert case.power(prepared.id).state is PowerState.DROPPED
    statutory = [each for each in case.all(Deadline) if each.kind != "response"]
    assert {each.state for each in statutory} <= {"cancelled", "missed", "met"}
    assert case.states["warning_notice"] == case.states["intervention"] == "fallen_away"
    [letters_of_63] = [each for each in case.awaiting if each.details == {"prepares": prepared.id}]
    with pytest.raises(NotPossible, match="ceased to have effect"):
        case.decide(letters_of_63, "hos")
    after = [
        case.warn,
        lambda: case.judge_compliance(complied=True),
        lambda: case.propose_powers("65"),
        lambda: case.prepare("65"),
        lambda: support(case),
        lambda: told(case, "warning_notice"),
    ]
    for command in after:
        with pytest.raises(NotPossible) as refusal:
            command()
        assert all(step in refusal.value.message for step in ACADEMY_STEPS)
    for command in (powers.use_power, powers.review_budget, powers.end_power):
        values: dict[Any, dict[str, Any]] = {
            powers.use_power: {"reason": "Now."},
            powers.review_budget: {"outcome": "end", "reasons": "Now."},
            powers.end_power: {"ended_on": case.now.date(), "reason": "Now."},
        }
        for power in (budget, prepared):
            with pytest.raises(NotPossible):
                case.on_power(command, power.id, **values[command])
    before = [reminded(case, each) for each in statutory]
    ticks(case, date(2026, 12, 10), date(2027, 4, 2))
    assert [reminded(case, each) for each in statutory] == before


@pytest.mark.parametrize("step", [None, "formal_headteacher", "informal_governing_body"])
def test_a_notice_falls_at_conversion_and_the_case_goes_on_where_an_officer_says(
    case: Case, step: str | None
) -> None:
    warned(case)
    case.change("convert", **({"step": step} if step else {}))
    assert case.escalation.step_key == (step or "formal_governing_body")
    assert case.notice.ceased_on == GIVEN
    assert [on for _, on in facts(case)] == [None] * 4
    assert "open" not in {each.state for each in of_kind(case, "compliance")}
    assert "warning_notice_ceased" in case.kinds


def test_a_notice_that_was_approved_does_not_reach_an_academy(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    case.change("convert")
    case.issue()
    assert [letter.state for letter in letters(case, "warning_notice")] == ["withdrawn"]


def test_a_power_that_was_approved_does_not_reach_an_academy(case: Case) -> None:
    eligible(case)
    power = case.prepare("66")
    case.ready(power)
    case.approve(case.on_power(powers.use_power, power.id, reason="Now."))
    case.change("convert")
    case.issue()
    assert [letter.state for letter in letters(case, "suspension_of_budget")] == ["withdrawn"]


@pytest.mark.parametrize("type_code", [14, 11, 34])
def test_part_4_is_not_for_every_school(case: Case, type_code: int) -> None:
    turn(case)
    with write(case.engine) as session:
        change(session, School, {"urn": case.council.maintained.urn}, type_code=type_code)
    for refused in (case.warn, lambda: case.prepare("65")):
        with pytest.raises(NotPossible, match=r"section 59\(1\)"):
            refused()


# --- a further notice


def test_a_further_notice_renews_the_two_months(case: Case) -> None:
    eligible(case)
    case.now = at(date(2027, 2, 1))
    assert set(blocked(case)) == {"63", "64", "66"}
    case.warn(compliance_ends_on=date(2027, 2, 22))
    assert case.escalation.step_key == "warning_notice"
    assert case.states["intervention"] == "ahead"
    case.issue()
    assert [on for _, on in facts(case)] == [date(2027, 2, 1), None, None, None]
    assert case.eligibility["last_day_for_powers"]["63"] == date(2027, 4, 22)
    old, new = case.all(WarningNotice)
    with pytest.raises(NotPossible, match="or a later one has"):
        act(case, notices.judge_compliance, notice_id=old.id, complied=True, reasons="Late.")
    assert [each.due_on for each in of_kind(case, "powers") if each.state == "open"] == [
        date(2027, 4, 22)
    ]
    case.now = at(date(2027, 2, 23))
    case.judge_compliance(complied=False)
    case.propose_powers("66")
    case.now = at(date(2027, 3, 3))
    case.change("advance")
    assert case.used("66").state is PowerState.IN_FORCE
    assert new.id == case.notice.id


def test_a_further_notice_leaves_a_suspended_budget_under_review(case: Case) -> None:
    eligible(case)
    suspended(case)
    case.warn(compliance_ends_on=date(2026, 12, 18))
    case.issue()
    assert [each.state for each in of_kind(case, "budget_review")] == ["open"]
    case.judge_compliance(complied=True)
    assert [each.state for each in of_kind(case, "budget_review")] == ["open"]


def test_the_secretary_of_states_notice_leaves_a_suspended_budget_under_review(
    case: Case,
) -> None:
    eligible(case)
    suspended(case)
    told(case, "warning_notice")
    assert [each.state for each in of_kind(case, "budget_review")] == ["open"]


# --- service


def serve(case: Case, letter: Letter, **values: Any) -> Service:
    given = {
        "role": "chair_of_governors",
        "method": "by_hand",
        "served_on": case.now.date(),
        "evidence": "Handed to the clerk at ten.",
    }
    with write(case.engine) as session:
        return record_service(
            session,
            officer=case.council.seo,
            now=case.now,
            letter_id=letter.id,
            **{**given, **values},
        )


def test_service_is_on_record_apart_from_delivery(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    [letter] = letters(case, "warning_notice")
    with pytest.raises(NotPossible, match="Only a letter that was issued"):
        serve(case, letter)
    case.issue()
    [letter] = letters(case, "warning_notice")
    case.now += timedelta(days=1)
    service = serve(case, letter, method="recorded_delivery")
    assert (service.role, service.method.value) == ("chair_of_governors", "recorded_delivery")
    assert (service.served_on, service.recorded_by_id) == (date(2026, 11, 24), case.council.seo.id)
    assert {message.state.value for message in posted(case, letter)} == {"pending"}
    assert case.kinds[-1] == "letter_served"
    for field, wrong in [
        ("role", "diocese"),
        ("method", "pigeon"),
        ("served_on", GIVEN - timedelta(days=1)),
        ("served_on", date(2026, 11, 25)),
        ("evidence", " "),
    ]:
        with pytest.raises(InvalidInput) as refusal:
            serve(case, letter, **{field: wrong})
        assert [name for name, _ in refusal.value.errors] == [field]


# --- who may


@pytest.mark.parametrize("by", ["viewer", "admin", "legal"])
def test_only_caseworkers_act(case: Case, by: str) -> None:
    eligible(case)
    power = case.used("66")
    today = case.now.date()
    values: dict[Any, dict[str, Any]] = {
        powers.record_receipt: {"received_on": today, "evidence": "Signed."},
        powers.record_representation: {
            "from_whom": "headteacher",
            "received_on": today,
            "said": "No.",
        },
        powers.review_budget: {"outcome": "end", "reasons": "It is sound."},
        powers.end_power: {"ended_on": today, "reason": "It is done."},
        powers.use_power: {"reason": "Now."},
        powers.record_secretary_of_state_told: {"on": today, "evidence": "A letter."},
        powers.record_consultation: {
            "with_whom": "chair_of_governors",
            "consulted_on": today,
            "said": "",
        },
    }
    for command, given in values.items():
        with pytest.raises(NotAllowed):
            case.on_power(command, power.id, by, **given)
    for refused in (
        lambda: case.warn(by=by),
        lambda: case.judge_compliance(complied=True, by=by),
        lambda: case.propose_powers("65", by=by),
        lambda: case.prepare("63", by=by),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_the_engine_holds_every_event(case: Case, engine: Engine) -> None:
    eligible(case)
    suspended(case)
    with read(engine) as session:
        assert verify(session) is None
