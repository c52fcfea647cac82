"""Step v by days, who carries out the second step of academies, and whom we thank."""

from datetime import date, timedelta

import pytest

from models.clocks import add_working_days, london_date
from models.escalations.tables import Discussion, Response
from models.letters.tables import Letter
from models.refusals import InvalidInput, NotPossible
from tests.support.cases import Case
from tests.support.council import NOW

TODAY = london_date(NOW)
HEAD, CHAIR = "headteacher", "chair_of_governors"


@pytest.fixture
def at_meetings(case: Case) -> Case:
    """A case whose meetings are approved and may be held from now on."""
    return case.started().climb_to("performance_meetings")


def days_ago(case: Case, days: int) -> date:
    return london_date(case.now) - timedelta(days=days)


def test_the_headteacher_was_not_met_on_a_day_before_the_chair(at_meetings: Case) -> None:
    case = at_meetings
    case.discuss(CHAIR, held_on=days_ago(case, 2))
    with pytest.raises(InvalidInput, match=r"chair of governors was met on .* or a later one"):
        case.discuss(HEAD, held_on=days_ago(case, 3))
    assert case.states["performance_meetings"] == "approved"
    case.discuss(HEAD, held_on=days_ago(case, 1))
    assert case.states["performance_meetings"] == "awaiting_response"
    assert case.due_on == add_working_days(days_ago(case, 1), 10)


def test_a_meeting_with_both_needs_the_reason_for_one(at_meetings: Case) -> None:
    case = at_meetings
    with pytest.raises(InvalidInput, match="were met together") as refused:
        case.discuss(CHAIR, HEAD)
    assert [field for field, _ in refused.value.errors] == ["why_one_meeting"]
    case.discuss(CHAIR, HEAD, why_one_meeting="The chair was in hospital before.")
    assert case.states["performance_meetings"] == "awaiting_response"
    [held] = [each for each in case.all(Discussion) if each.why_one_meeting]
    assert held.why_one_meeting == "The chair was in hospital before."


def test_no_reason_for_one_meeting_where_there_are_two(at_meetings: Case) -> None:
    with pytest.raises(InvalidInput, match="Clear this answer"):
        at_meetings.discuss(CHAIR, why_one_meeting="We were in a hurry.")


@pytest.mark.parametrize(
    ("held_by", "why"),
    [
        (None, "Enter who held the meeting: Head of Service"),
        ("seo@fernshire.example", "is not senior enough for this meeting"),
        ("nobody@fernshire.example", "No active officer has this e-mail address"),
    ],
)
def test_a_senior_officer_holds_the_meetings(at_meetings: Case, held_by: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        at_meetings.discuss(CHAIR, held_by=held_by)


def test_a_senior_officer_who_records_a_meeting_held_it(at_meetings: Case) -> None:
    at_meetings.discuss(CHAIR, held_by=None, by="hos")
    assert at_meetings.all(Discussion)[-1].held_by_id == at_meetings.council.hos.id


def test_the_trust_alone_does_not_carry_out_the_second_step_of_academies(case: Case) -> None:
    case.started(school="academy").climb_to("informal_governing_body")
    case.discuss("trust")
    assert case.states["informal_governing_body"] == "approved"
    case.discuss("trust", "governing_body")
    assert case.states["informal_governing_body"] == "awaiting_response"


def thanked(case: Case) -> tuple[str, list[str]]:
    letter = [each for each in case.all(Letter) if each.template == "acknowledgement_of_response"][
        -1
    ]
    return letter.to_role, letter.copy_roles


def test_the_chair_does_not_hear_of_the_answer_to_the_first_step(case: Case) -> None:
    case.started().discuss()
    case.respond()
    assert thanked(case) == (HEAD, [])


def test_whoever_answered_is_thanked_with_the_copies_of_the_step(case: Case) -> None:
    case.started().climb_to("formal_governing_body")
    case.issue()
    with pytest.raises(InvalidInput, match="Choose from: chair_of_governors, headteacher"):
        case.respond(**{"from": "parents"})
    case.respond(**{"from": HEAD})
    assert thanked(case) == (HEAD, [])
    case.respond()
    assert thanked(case) == (CHAIR, [HEAD])
    assert [each.from_whom for each in case.all(Response)[-2:]] == [HEAD, None]


# --- an academy that does not engage


WHY = "It has not let us in since May."


def test_an_academy_that_does_not_engage_starts_at_the_formal_letter(case: Case) -> None:
    case.started(by="seo", school="academy", not_engaging=True, why_not_engaging=WHY)
    [proposal] = case.awaiting
    assert (case.escalation.status, case.escalation.step_key) == ("proposed", "formal_headteacher")
    [letter] = case.all(Letter)
    assert (letter.state, letter.to_role) == ("draft", HEAD)
    case.decide(proposal, "hos")
    assert case.escalation.status == "open"
    assert list(case.states.values())[:3] == ["passed_over", "passed_over", "approved"]
    assert case.due_on == add_working_days(TODAY, 10)
    assert case.kinds.count("step_passed_over") == 2
    case.issue()
    assert case.states["formal_headteacher"] == "awaiting_response"


def test_the_head_of_service_does_not_approve_their_own_letter_by_starting(case: Case) -> None:
    case.started(school="academy", not_engaging=True, why_not_engaging=WHY)
    [proposal] = case.awaiting
    assert case.escalation.status == "proposed"
    case.decide(proposal, "hos2")
    assert case.states["formal_headteacher"] == "approved"


def test_a_start_that_is_returned_leaves_no_letter_and_no_step(case: Case) -> None:
    case.started(by="seo", school="academy", not_engaging=True, why_not_engaging=WHY)
    case.decide(case.awaiting[0], "hos", "return", "Talk to them first.")
    assert case.escalation.status == "withdrawn"
    assert set(case.states.values()) == {"ahead"}
    assert [letter.state for letter in case.all(Letter)] == ["withdrawn"]


def test_without_a_reason_it_begins_at_the_first_step(case: Case) -> None:
    case.started(school="academy", not_engaging=True)
    assert case.escalation.step_key == "informal_headteacher"


def test_a_reason_without_the_flag_is_refused(case: Case) -> None:
    with pytest.raises(InvalidInput, match="Clear this answer"):
        case.started(school="academy", why_not_engaging=WHY)


def test_the_formal_letter_needs_an_address_before_the_start(case: Case) -> None:
    from models.schools import contacts

    with case.acting("admin") as acting:
        contacts.set_contact(
            acting, case.council.academy.urn, HEAD, contacts.NewContact(name="A Head", email=None)
        )
    with pytest.raises(NotPossible, match="no e-mail address for its headteacher"):
        case.started(school="academy", not_engaging=True, why_not_engaging=WHY)
