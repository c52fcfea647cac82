"""The warning notice: whole or not at all, guarded while support works, copied and served."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from models.database import read, write
from models.events import verify
from models.letters.serving import ServiceOfLetter, record_service
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter
from models.outbox import Message, MessageKind, MessageState
from models.people.acting import Acting
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotPossible
from models.rows import add, change
from models.schools import contacts
from models.schools.tables import School
from models.statutory.tables import Service, WarningNotice
from tests.support.cases import Case
from tests.support.council import NOW
from tests.support.policies import POLICY
from tests.support.statutory import (
    ENDS_ON,
    GIVEN,
    at,
    letters,
    of_kind,
    posted,
    roles,
    support,
    text,
    turn,
    waiting,
    with_contacts,
)

# --- the warning notice: whole or not at all


PARTS: dict[str, dict[str, Any]] = {
    "grounds": {"grounds": []},
    "comparisons": {"comparisons": []},
    "comparison": {"comparison": " "},
    "why_powers": {"why_powers": ""},
    "matters": {"matters": ""},
    "action_required": {"action_required": "\n"},
    "compliance_ends_on": {"compliance_ends_on": GIVEN},
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
    assert case.eligibility.facts[0].holds is False


def test_its_text_follows_from_its_form_alone(case: Case) -> None:
    turn(case).warn(approved=False)
    [letter] = letters(case, "warning_notice")
    with write(case.engine) as session, pytest.raises(NotPossible, match="follows from its form"):
        edit_letter(
            Acting(session, POLICY, case.council.seo, case.now),
            letter.id,
            DraftText(body="# Nothing"),
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
        contacts.set_contact(
            Acting(session, POLICY, case.council.admin, case.now),
            case.council.church.urn,
            "diocese",
            contacts.NewContact(name="The diocese", email=None, address=[]),
        )
    with pytest.raises(NotPossible, match="diocese"):
        case.decide(proposal, "dcs")
    assert case.issue() == []
    with_contacts(case, "diocese")
    case.decide(proposal, "dcs")
    case.issue()
    [letter] = letters(case, "warning_notice")
    assert roles(letter) == ["chair_of_governors", *BASE, "diocese", "foundation_appointer"]


def test_notice_and_copies_are_issued_at_once_or_not_at_all(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    [letter] = letters(case, "warning_notice")
    assert (letter.state, letter.dated) == ("approved", GIVEN)
    assert posted(case, letter) == []
    in_the_way = {
        "key": f"letter:{letter.id}:1:secretary_of_state:email",
        "kind": MessageKind.LETTER,
        "matter_id": case.matter.id,
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


# --- service


def serve(case: Case, letter: Letter, role: str = "chair_of_governors", **values: Any) -> Service:
    given = {
        "to": role,
        "method": "by_hand",
        "served_on": case.now.date(),
        "evidence": "Handed to the clerk at ten.",
    }
    with case.acting() as acting:
        return record_service(acting, letter.id, ServiceOfLetter(**{**given, **values}))


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
        ("to", "diocese"),
        ("method", "pigeon"),
        ("served_on", GIVEN - timedelta(days=1)),
        ("served_on", date(2026, 11, 25)),
        ("evidence", " "),
    ]:
        with pytest.raises(InvalidInput) as refusal:
            serve(case, letter, **{field: wrong})
        assert [name for name, _ in refusal.value.errors] == [field]
