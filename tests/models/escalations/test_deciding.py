"""Who decides, in which order, and what happens when two decide at once."""

import threading
from collections.abc import Callable

import pytest
from sqlmodel import select

from models.approvals.approving import what_is_seen
from models.approvals.tables import Decision, Proposal
from models.clocks import london_date, office_moment
from models.database import connect, read, write
from models.escalations.deciding import Decided, decide
from models.escalations.proposing import ChangeWanted, propose
from models.escalations.starting import EscalationToStart, start
from models.events import Event, verify
from models.letters.tables import Letter
from models.matters.tables import Deadline, Matter
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotFound, NotPossible, Refused
from models.statutory.secretary_of_state import (
    NoticeReceived,
    record_secretary_of_state_notice,
)
from tests.support.cases import Case


@pytest.fixture
def formal(case: Case) -> Case:
    """A case whose next step is the formal letter to the headteacher."""
    return case.started().climb_to("informal_governing_body")


@pytest.fixture
def warned(case: Case) -> Case:
    """A case whose warning notice waits for Legal Services."""
    case.started().climb_to("formal_governing_body").fail_step()
    case.change("pass_over")
    case.warn(approved=False)
    return case


def test_approving_a_formal_step_approves_its_letter_and_sets_its_deadline(formal: Case) -> None:
    formal.fail_step()
    proposal = formal.propose("advance")
    letter = formal.all(Letter)[-1]
    assert (letter.state, letter.proposal_id) == ("draft", proposal.id)
    formal.decide(proposal, "hos2")
    letter = formal.all(Letter)[-1]
    assert letter.state == "approved"
    assert letter.signed_by == formal.council.hos2.name
    assert letter.dated == formal.now.date()
    assert letter.respond_by == formal.due_on
    assert [person["role"] for person in letter.recipients] == ["headteacher"]


def test_a_return_needs_a_reason_withdraws_the_letter_and_opens_the_way(formal: Case) -> None:
    formal.fail_step()
    proposal = formal.propose("advance")
    with pytest.raises(InvalidInput) as refused:
        formal.decide(proposal, "hos", "return", "")
    assert refused.value.errors[0][0] == "reason"
    formal.decide(proposal, "hos", "return", "Say more about phonics.")
    assert formal.all(Letter)[-1].state == "withdrawn"
    assert formal.states["formal_headteacher"] == "ahead"
    told = formal.messages[-1]
    assert (told.to_email, told.data["what"]) == (formal.council.seo.email, "proposal_returned")
    assert formal.propose("advance").id == proposal.id + 1


def test_nobody_decides_their_own_proposal(case: Case) -> None:
    case.started()
    proposal = case.propose("pause", by="hos")
    with pytest.raises(NotAllowed, match="You made this proposal"):
        case.decide(proposal, "hos")
    assert [message.to_email for message in case.messages] == [case.council.hos2.email]
    assert case.decide(proposal, "hos2").state == "approved"


def test_an_officer_who_has_left_decides_nothing(case: Case) -> None:
    case.started()
    proposal = case.propose("pause")
    case.council.hos.active = False
    with pytest.raises(NotAllowed):
        case.decide(proposal, "hos")


def test_a_warning_notice_needs_legal_first_and_then_the_director(warned: Case) -> None:
    case, proposal = warned, warned.awaiting[-1]
    assert (proposal.action, proposal.step_key) == ("advance", "warning_notice")
    with pytest.raises(NotAllowed, match="must be decided by Legal Services first"):
        case.decide(proposal, "dcs")
    for name in ("hos", "aed", "seo2"):
        with pytest.raises(NotAllowed, match="decided by: Legal Services then Director"):
            case.decide(proposal, name)
    signed = case.decide(proposal, "legal")
    assert (signed.state, signed.stage) == ("awaiting", 1)
    assert case.all(Letter)[-1].state == "draft"
    assert case.messages[-1].to_email == case.council.dcs.email
    with pytest.raises(AlreadyDecided, match="Your part"):
        case.decide(proposal, "legal")
    case.decide(proposal, "dcs")
    assert case.states["warning_notice"] == "approved"
    letter = case.all(Letter)[-1]
    assert letter.signed_by == case.council.dcs.name
    assert letter.respond_by == case.notice.compliance_ends_on
    with read(case.engine) as session:
        decisions = session.exec(select(Decision).where(Decision.proposal_id == proposal.id)).all()
    assert [each.officer_id for each in decisions] == [case.council.legal.id, case.council.dcs.id]
    both_clocks = ["deadline_set", "deadline_set"]
    assert case.kinds[-4:] == ["proposal_signed_off", "proposal_approved", *both_clocks]
    set_now = [(each.kind, each.step_key) for each in case.all(Deadline)[-2:]]
    assert set_now == [("compliance", "warning_notice"), ("powers", "intervention")]


def test_one_person_cannot_be_both_legal_and_director(warned: Case) -> None:
    case, proposal = warned, warned.awaiting[-1]
    case.decide(proposal, "legal")
    promoted = case.council.legal
    promoted.role = case.council.dcs.role
    with pytest.raises(NotAllowed, match="You decided an earlier stage"):
        case.decide(proposal, "legal")


def test_legal_may_return_a_warning_notice(warned: Case) -> None:
    case, proposal = warned, warned.awaiting[-1]
    assert case.decide(proposal, "legal", "return", "Name the grounds.").state == "returned"
    with pytest.raises(AlreadyDecided, match="it was returned"):
        case.decide(proposal, "dcs")
    assert case.states["warning_notice"] == "ahead"
    assert case.all(Letter)[-1].state == "withdrawn"
    case.warn()
    assert case.states["warning_notice"] == "approved"


def test_a_warning_notice_is_not_given_once_its_period_is_over(warned: Case) -> None:
    case, proposal = warned, warned.awaiting[-1]
    case.decide(proposal, "legal")
    case.now = office_moment(case.notice.compliance_ends_on)
    with pytest.raises(NotPossible, match="The compliance period proposed ends on"):
        case.decide(proposal, "dcs")
    assert case.states["warning_notice"] == "proposed"
    case.decide(proposal, "dcs", "return", "Propose a later day.")


def test_a_warning_notice_is_not_given_once_the_case_has_moved_on(case: Case) -> None:
    case.started(head_performance_in_question=True).climb_to("performance_meetings").fail_step()
    case.warn(approved=False)
    proposal = case.awaiting[-1]
    case.decide(proposal, "legal")
    case.respond("satisfactory")
    with pytest.raises(NotPossible, match="was judged satisfactory"):
        case.decide(proposal, "dcs")
    assert case.states["warning_notice"] == "proposed"


def test_the_step_to_the_powers_is_not_approved_once_it_is_not_eligible(case: Case) -> None:
    case.started().climb_to("warning_notice").fail_notice()
    proposal = case.propose("advance")
    told = NoticeReceived(
        kind="warning_notice",
        received_on=london_date(case.now),
        summary="The Secretary of State has given a warning notice of her own.",
    )
    with case.acting() as acting:
        record_secretary_of_state_notice(acting, case.reference, told)
    with pytest.raises(NotPossible, match="not eligible for intervention"):
        case.decide(proposal, "dcs")
    assert case.escalation.step_key == "warning_notice"


def test_what_the_case_has_left_behind_is_not_approved(formal: Case) -> None:
    formal.fail_step()
    proposal = formal.propose("advance")
    formal.respond("satisfactory")
    with pytest.raises(NotPossible, match="The case has moved on since this was proposed"):
        formal.decide(proposal, "hos")
    assert formal.states["formal_headteacher"] == "proposed"
    formal.decide(proposal, "hos", "return", "They answered.")


def test_resolving_supersedes_the_letters_that_still_wait(case: Case) -> None:
    case.started().discuss()
    case.respond("satisfactory")
    assert [each.action for each in case.awaiting] == ["letter", "letter"]
    case.change("resolve")
    assert case.awaiting == []
    states = [(letter.template, letter.state) for letter in case.all(Letter)]
    assert states == [
        ("note_of_discussion", "withdrawn"),
        ("acknowledgement_of_response", "withdrawn"),
        ("resolution", "approved"),
    ]


@pytest.mark.parametrize("number", [0, -1, 999, 2**31, 2**63, 10**40])
def test_an_unknown_proposal_is_not_found(case: Case, number: int) -> None:
    with pytest.raises(NotFound), write(case.engine) as session:
        decide(
            Acting(session, case.policy, case.council.hos, case.now),
            number,
            Decided(decision="approve"),
        )


def test_a_word_that_is_no_decision_is_refused(case: Case) -> None:
    proposal = case.started().propose("pause")
    with pytest.raises(InvalidInput) as refused:
        case.decide(proposal, "hos", "perhaps")
    assert refused.value.errors[0][0] == "decision"


# --- at once


def at_once(url: str, *calls: Callable) -> list[Refused | None]:
    """Run each call in a thread and a transaction of its own; what refused it, if anything."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[Refused | None] = [None] * len(calls)

    def run(place: int) -> None:
        engine = connect(url)
        try:
            barrier.wait(20)
            with write(engine) as session:
                calls[place](session)
        except Refused as refused:
            outcomes[place] = refused
        finally:
            engine.dispose()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return outcomes


@pytest.mark.parametrize("second", ["approve", "return"])
def test_two_officers_deciding_at_once_have_one_effect(
    case: Case, database_url: str, second: str
) -> None:
    proposal = case.started().propose("pause")

    def deciding(name: str, decision: str) -> Callable:
        return lambda session: decide(
            Acting(session, case.policy, case.council.officers[name], case.now),
            proposal.id,
            Decided(
                decision=decision,
                reason="At once.",
                seen=what_is_seen(
                    session, case.policy, THE_MACHINE, proposal.id, london_date(case.now)
                ),
            ),
        )

    outcomes = at_once(database_url, *(deciding("hos", "approve"), deciding("hos2", second)) * 3)
    assert outcomes.count(None) == 1
    assert {type(outcome) for outcome in outcomes} == {type(None), AlreadyDecided}
    assert len([kind for kind in case.kinds if kind.startswith("proposal_")]) == 1
    with read(case.engine) as session:
        assert len(session.exec(select(Decision)).all()) == 1
        assert verify(session) is None


def test_two_proposals_at_once_leave_one_waiting(case: Case, database_url: str) -> None:
    case.started()

    def proposing(action: str) -> Callable:
        return lambda session: propose(
            Acting(session, case.policy, case.council.seo, case.now),
            case.reference,
            ChangeWanted(action=action, reason="At once."),
        )

    outcomes = at_once(database_url, *map(proposing, ("pause", "withdraw", "resolve")))
    assert outcomes.count(None) == 1
    assert {type(outcome) for outcome in outcomes} == {type(None), NotPossible}
    assert len(case.all(Proposal)) == 1


def test_two_starts_at_once_give_one_escalation(case: Case, database_url: str) -> None:
    def starting(urn: int) -> Callable:
        return lambda session: start(
            Acting(session, case.policy, case.council.hos, case.now),
            EscalationToStart(
                urn=urn,
                triggers=["safety"],
                summary="At once.",
                case_officer=case.council.seo.email,
            ),
        )

    schools = (case.council.maintained, case.council.academy)
    outcomes = at_once(database_url, *(starting(school.urn) for school in schools * 2))
    assert outcomes.count(None) == 2
    with read(case.engine) as session:
        references = session.exec(select(Matter.reference)).all()
        assert sorted(references) == ["ESC-2026-0001", "ESC-2026-0002"]
        sequences = session.exec(select(Event.sequence).order_by(Event.sequence)).all()
        assert list(sequences) == list(range(1, len(sequences) + 1))
        assert verify(session) is None
