"""Two people means two: nobody approves what they wrote, nor an address that they gave."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal, ProposalState
from models.database import write
from models.escalations.deciding import Decided, decide
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.people.cover import Cover, delegate
from models.refusals import ChangedSince, InvalidInput, NotAllowed
from models.schools.contacts import NewContact, set_contact
from tests.support.cases import Case
from tests.support.policies import POLICY


@pytest.fixture
def formal(case: Case) -> Case:
    """A case whose formal letter to the headteacher is proposed."""
    case.started().climb_to("informal_governing_body").fail_step()
    case.propose("advance")
    return case


def rewrite(case: Case, by: str) -> None:
    """A new version of the letter that waits."""
    letter = case.all(Letter)[-1]
    with write(case.engine) as session:
        edit_letter(
            Acting(session, POLICY, case.council.officers[by], case.now),
            letter.id,
            DraftText(body="# A letter\n\nAs I would put it."),
        )


def divert(case: Case, by: str, role: str = "headteacher") -> None:
    """Another address for somebody at the school."""
    with write(case.engine) as session:
        set_contact(
            Acting(session, POLICY, case.council.officers[by], case.now),
            case.matter.urn,
            role,
            NewContact(name="Somebody Else", email="somebody@else.example", address=["Elsewhere"]),
        )


def cover(case: Case, absent: str, colleague: str) -> None:
    """Let a colleague decide for somebody from today."""
    with write(case.engine) as session:
        delegate(
            Acting(session, POLICY, case.council.officers[absent], case.now),
            Cover(
                colleague=case.council.officers[colleague].email,
                first_day=case.now.date(),
                last_day=case.now.date() + timedelta(days=5),
                reason="On leave.",
            ),
        )


def test_nobody_approves_the_letter_that_they_rewrote(formal: Case) -> None:
    rewrite(formal, "hos")
    proposal = formal.awaiting[-1]
    with pytest.raises(NotAllowed, match="You wrote the current version of a letter"):
        formal.decide(proposal, "hos")
    assert formal.decide(proposal, "hos2").state is ProposalState.APPROVED


def test_what_they_wrote_they_may_return(formal: Case) -> None:
    rewrite(formal, "hos")
    proposal = formal.awaiting[-1]
    returned = formal.decide(proposal, "hos", "return", "It is not right yet.")
    assert returned.state is ProposalState.RETURNED


def test_a_version_that_a_colleague_wrote_since_is_theirs(formal: Case) -> None:
    rewrite(formal, "hos")
    rewrite(formal, "seo")
    proposal = formal.awaiting[-1]
    assert formal.decide(proposal, "hos").state is ProposalState.APPROVED


@pytest.mark.parametrize("writer", ["hos", "seo2"])
def test_who_covers_approves_neither_their_own_words_nor_their_colleagues(
    formal: Case, writer: str
) -> None:
    cover(formal, "hos", "seo2")
    rewrite(formal, writer)
    proposal = formal.awaiting[-1]
    who = "You" if writer == "seo2" else "Harriet Osborne"
    with pytest.raises(NotAllowed, match=f"{who} wrote the current version"):
        formal.decide(proposal, "seo2")


@pytest.mark.parametrize("role", ["headteacher", "chair_of_governors"])
def test_nobody_approves_a_letter_to_an_address_that_they_gave_since(
    formal: Case, role: str
) -> None:
    divert(formal, "hos", role)
    proposal = formal.awaiting[-1]
    letter = formal.all(Letter)[-1]
    if role not in (letter.to_role, *letter.copy_roles):
        assert formal.decide(proposal, "hos").state is ProposalState.APPROVED
        return
    spoken = role.replace("_", " ")
    with pytest.raises(NotAllowed, match=f"You changed the contact of the {spoken}"):
        formal.decide(proposal, "hos")
    assert formal.decide(proposal, "hos2").state is ProposalState.APPROVED


def test_an_address_given_before_it_was_proposed_is_no_hindrance(case: Case) -> None:
    case.started().climb_to("informal_governing_body").fail_step()
    divert(case, "hos")
    case.now += timedelta(minutes=1)
    proposal = case.propose("advance")
    assert case.decide(proposal, "hos").state is ProposalState.APPROVED


def test_an_approval_says_what_was_seen(formal: Case) -> None:
    """Without it nothing is approved; of another version, or another proposal, neither."""
    proposal = formal.awaiting[-1]

    def approve(session: Session, seen: str | None) -> Proposal:
        return decide(
            Acting(session, formal.policy, formal.council.hos, formal.now),
            proposal.id,
            Decided(decision="approve", seen=seen),
        )

    for nothing in (None, ""):
        with pytest.raises(InvalidInput) as refused, write(formal.engine) as session:
            approve(session, nothing)
        assert refused.value.errors[0][0] == "seen"
    with write(formal.engine) as session:
        seen = what_is_seen(session, formal.policy, THE_MACHINE, proposal.id, formal.now.date())
    for change in (rewrite, divert):
        change(formal, "seo")
        with pytest.raises(ChangedSince), write(formal.engine) as session:
            approve(session, seen)
        with write(formal.engine) as session:
            seen = what_is_seen(session, formal.policy, THE_MACHINE, proposal.id, formal.now.date())
    with write(formal.engine) as session:
        assert approve(session, seen).state is ProposalState.APPROVED
