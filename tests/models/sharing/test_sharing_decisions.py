"""Sharing decisions: asked, authorised, what may leave on them, withdrawn."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.approvals.tables import ProposalState
from models.dashboard.calendar import calendar
from models.database import read
from models.events import verify
from models.letters.tables import Letter, LetterState
from models.matters.tables import Deadline, DeadlineKind, DeadlineState
from models.outbox import Message, MessageKind, MessageState
from models.people.access import THE_MACHINE
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import get_row
from models.sharing.shown import sharing_decision
from models.sharing.tables import Override, SharingDecision, SharingState
from models.sharing.withdrawing import SharingLookedAt, review_sharing
from models.sharing.writing import HandingOver, hand_over
from models.upkeep.clock import tick
from tests.support.cases import Case
from tests.support.sharing import (
    DIOCESE,
    POLICE,
    TODAY,
    URGENT,
    ask,
    authorised,
    letter_on,
    proposal_of,
    withdraw,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def case(case: Case) -> Case:
    return case.started()


def row(case: Case, table: Any, key: int | None) -> Any:
    with read(case.engine) as session:
        return get_row(session, table, key)


def state_of(case: Case, decision: SharingDecision) -> str:
    return row(case, SharingDecision, decision.id).state.value


def letters_to(case: Case, role: str) -> list[Message]:
    """What is queued or was sent to somebody in a role."""
    with read(case.engine) as session:
        queued = select(Message).where(Message.kind == MessageKind.LETTER)
        every = session.exec(queued.order_by(col(Message.id))).all()
    return [each for each in every if each.data.get("role") == role]


def test_a_refusal_is_respected(case: Case) -> None:
    with pytest.raises(InvalidInput, match="The wish must be respected"):
        ask(case, consent="refused", consent_said="The parent said no.")
    assert case.all(SharingDecision) == []
    harm = {"override": "serious_harm", "override_because": "A child is in danger."}
    decision = ask(case, consent="refused", consent_said="The parent said no.", **harm)
    assert decision.override is Override.SERIOUS_HARM


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kinds": []}, "kinds"),
    ({"kinds": ["rumours"]}, "kinds"),
    ({"information": " "}, "information"),
    ({"recipients": []}, "recipients"),
    ({"recipients": [POLICE, POLICE]}, "recipients"),
    ({"recipients": [{"kind": "press", "name": "A paper"}]}, "recipient-1-kind"),
    ({"recipients": [{"kind": "contact", "role": "police"}]}, "recipient-1-role"),
    ({"recipients": [{**DIOCESE, "name": "The bishop"}]}, "recipient-1-name"),
    ({"recipients": [POLICE, {**POLICE, "name": ""}]}, "recipient-2-name"),
    ({"recipients": [{**POLICE, "email": "desk"}]}, "recipient-1-email"),
    ({"recipients": [{**POLICE, "role": "diocese"}]}, "recipient-1-role"),
    ({"purpose": ""}, "purpose"),
    ({"wellbeing": ""}, "wellbeing"),
    ({"confidential_because": ""}, "confidential_because"),
    ({"consent": "perhaps"}, "consent"),
    ({"consent_said": ""}, "consent_said"),
    ({"override": "curiosity"}, "override"),
    ({"only_that": ""}, "only_that"),
    ({"securely": ""}, "securely"),
    ({"accurate_on": TODAY + timedelta(days=1)}, "accurate_on"),
    ({"told": "", "told_on": None}, "told"),
    ({"not_told_because": "It is unsafe."}, "told"),
    ({"told_on": None}, "told_on"),
    ({"told_on": TODAY + timedelta(days=1)}, "told_on"),
    ({"review_on": TODAY}, "review_on"),
    ({"review_on": TODAY + timedelta(days=400)}, "review_on"),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_each_answer_is_asked_for(case: Case, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(case, **values)
    assert field in [name for name, _ in refused.value.errors]


def test_a_designated_officer_who_is_not_the_sharer_authorises_it(case: Case) -> None:
    decision = ask(case)
    proposal = proposal_of(case, decision)
    assert proposal.approvers == ["head_of_service"]
    assert state_of(case, decision) == "proposed"
    for other in ("seo2", "legal", "aed"):
        with pytest.raises(NotAllowed):
            case.decide(proposal, other)
    case.decide(proposal, "hos")
    kept = row(case, SharingDecision, decision.id)
    assert (kept.state, kept.authorised_by_id) == (SharingState.AUTHORISED, case.council.hos.id)
    review = row(case, Deadline, kept.deadline_id)
    assert (review.kind, review.due_on) == (DeadlineKind.SHARING, decision.review_on)
    with read(case.engine) as session:
        assert verify(session) is None
        assert examine(session).intact


def test_what_a_head_of_service_asks_another_senior_officer_authorises(case: Case) -> None:
    decision = ask(case, by="hos")
    proposal = proposal_of(case, decision)
    assert proposal.approvers == ["assistant_director"]
    with pytest.raises(NotAllowed):
        case.decide(proposal, "hos2")
    case.decide(proposal, "aed")
    assert state_of(case, decision) == "authorised"


def test_whoever_covers_for_nobody_designated_cannot_authorise(case: Case) -> None:
    with pytest.raises(NotAllowed):
        ask(case, by="viewer")
    with pytest.raises(NotAllowed):
        ask(case, by="legal")


def test_a_letter_on_a_decision_that_waits_is_approved_once_that_is_authorised(case: Case) -> None:
    decision = ask(case)
    letter = letter_on(case, decision)
    with pytest.raises(NotPossible, match=r"Nothing lets this go to Fernshire Police"):
        case.decide(letter, "hos")
    case.decide(proposal_of(case, decision), "hos")
    case.decide(letter, "hos")
    [written] = [each for each in case.all(Letter) if each.proposal_id == letter.id]
    assert written.state is LetterState.APPROVED
    case.issue()
    [message] = letters_to(case, "police")
    assert (message.to_email, message.state) == ("desk@police.example", MessageState.PENDING)
    with read(case.engine) as session:
        shown = sharing_decision(session, THE_MACHINE, decision.id, today=TODAY)
        assert [(each.letter, each.role) for each in shown.letters] == [(written.id, "police")]
        assert examine(session).intact


def test_a_decision_about_files_lets_no_letter_leave(case: Case) -> None:
    decision = authorised(case, kinds=["files"])
    with pytest.raises(NotPossible, match="not about letters"):
        letter_on(case, decision)


def test_in_imminent_danger_it_leaves_at_once_and_is_authorised_within_a_working_day(
    case: Case,
) -> None:
    decision = ask(case, **URGENT)
    assert state_of(case, decision) == "urgent"
    due = row(case, Deadline, decision.deadline_id)
    assert (due.kind, due.due_on) == (DeadlineKind.AUTHORISING, TODAY + timedelta(days=1))
    letter = letter_on(case, decision)
    case.decide(letter, "hos")
    case.decide(proposal_of(case, decision), "hos")
    assert state_of(case, decision) == "authorised"
    assert row(case, Deadline, due.id).state is DeadlineState.MET


def test_what_was_shared_first_is_chased_on_every_working_day(case: Case) -> None:
    decision = ask(case, **URGENT)
    with read(case.engine) as session:
        days = calendar(session, case.policy, case.council.seo, today=TODAY)
    assert [each.day for each in days if "Have it authorised" in each.summary] == [
        row(case, Deadline, decision.deadline_id).due_on
    ]
    for day in range(1, 5):
        case.now += timedelta(days=1)
        tick(case.engine, case.policy, case.now)
        told = [each.to_email for each in case.messages if each.kind is MessageKind.REMINDER]
        assert told.count(case.council.seo.email) == day
        assert told.count(case.council.hos.email) == day - 1


def test_what_was_shared_first_and_is_not_authorised_is_stopped(case: Case) -> None:
    decision = ask(case, **URGENT)
    case.decide(letter_on(case, decision), "hos")
    case.decide(proposal_of(case, decision), "hos", "return", "It was not urgent.")
    assert state_of(case, decision) == "returned"
    assert case.issue() == []
    assert letters_to(case, "police") == []


# How far a letter has come when its decision is withdrawn, and what becomes of it.
def drafted(case: Case, decision: SharingDecision) -> None:
    letter_on(case, decision)


def approved(case: Case, decision: SharingDecision) -> None:
    case.decide(letter_on(case, decision), "hos")


def queued(case: Case, decision: SharingDecision) -> None:
    approved(case, decision)
    case.issue()


@pytest.mark.parametrize(
    ("come", "letter", "message"),
    [
        (drafted, "withdrawn", None),
        (approved, "withdrawn", None),
        (queued, "issued", "dropped"),
    ],
)
def test_a_withdrawn_decision_stops_whatever_has_not_left(
    case: Case,
    come: Callable[[Case, SharingDecision], None],
    letter: str,
    message: str | None,
) -> None:
    decision = authorised(case)
    come(case, decision)
    withdraw(case, decision)
    [kept] = [each for each in case.all(Letter) if each.template == "shared_letter"]
    assert kept.state.value == letter
    assert [each.state.value for each in letters_to(case, "police")] == (
        [message] if message else []
    )
    assert case.issue() == []
    assert not [
        each for each in case.awaiting if each.asks.what in ("shared_letter", "sharing_decision")
    ]
    with read(case.engine) as session:
        assert verify(session) is None
        assert examine(session).intact
    with pytest.raises(NotPossible, match="already been withdrawn"):
        withdraw(case, decision)
    with pytest.raises(NotPossible, match="nothing leaves on it"):
        letter_on(case, decision)


def test_another_decision_and_its_letters_stay(case: Case) -> None:
    first = authorised(case)
    other = authorised(
        case, recipients=[{**POLICE, "kind": "health_service", "name": "The clinic"}]
    )
    waits = letter_on(case, other)
    withdraw(case, first)
    case.decide(waits, "hos")
    assert case.issue()


def test_one_that_waits_is_withdrawn_with_its_proposal(case: Case) -> None:
    decision = ask(case)
    withdraw(case, decision)
    assert proposal_of(case, decision).state is ProposalState.SUPERSEDED


def test_a_review_moves_its_day(case: Case) -> None:
    decision = authorised(case)
    later = TODAY + timedelta(days=90)
    looked = SharingLookedAt(found="It is still needed.", review_on=later)
    with case.acting("seo") as acting, pytest.raises(NotAllowed):
        review_sharing(acting, decision.id, looked)
    with case.acting("hos") as acting:
        kept = review_sharing(acting, decision.id, looked)
    assert (kept.review_on, row(case, Deadline, kept.deadline_id).due_on) == (later, later)


def test_files_are_handed_over_on_a_decision_in_force_alone(case: Case) -> None:
    decision = ask(case, kinds=["files", "letters"])
    with read(case.engine) as session:
        shown = sharing_decision(session, THE_MACHINE, decision.id, today=TODAY)
    given = HandingOver(
        recipient=shown.recipients[0].id,
        kind="files",
        what="The photographs of the fence.",
        how="On paper, by hand.",
        handed_over_on=TODAY,
    )
    with case.acting() as acting, pytest.raises(NotPossible, match="proposed"):
        hand_over(acting, decision.id, given)
    case.decide(proposal_of(case, decision), "hos")
    wrong = given.model_copy(update={"kind": "letters", "recipient": 99})
    with case.acting() as acting, pytest.raises(InvalidInput) as refused:
        hand_over(acting, decision.id, wrong)
    assert [field for field, _ in refused.value.errors] == ["recipient", "kind"]
    with case.acting() as acting:
        hand_over(acting, decision.id, given)
    with read(case.engine) as session:
        shown = sharing_decision(session, THE_MACHINE, decision.id, today=TODAY)
        assert [each.what for each in shown.handed_over] == ["The photographs of the fence."]
        assert shown.gone
    withdraw(case, decision)
    with case.acting() as acting, pytest.raises(NotPossible, match="withdrawn"):
        hand_over(acting, decision.id, given)


def test_a_decision_outlives_its_escalation(case: Case) -> None:
    decision = ask(case)
    case.change("resolve")
    case.decide(proposal_of(case, decision), "hos")
    assert state_of(case, decision) == "authorised"


def test_who_does_not_see_the_case_is_told_of_none(case: Case) -> None:
    decision = ask(case)
    case.restrict("seo", "aed")
    with pytest.raises(NotFound):
        withdraw(case, decision, by="seo2")
