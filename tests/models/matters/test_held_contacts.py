"""A contact that somebody changes who does not see a case: its letters wait for who does."""

import pytest
from sqlalchemy import Engine

from models.approvals.approving import to_be_sent
from models.approvals.tables import Proposal
from models.database import read, write
from models.escalations import holding
from models.events import Event
from models.inputs import Reason
from models.letters import shown as letters_shown
from models.letters.deliveries import DeliverySettled, settle
from models.letters.shown import held_contacts
from models.letters.tables import Letter
from models.matters.case import find_case
from models.matters.held_contacts import ContactChosen, settle_contact
from models.outbox import Message, MessageKind, MessageState
from models.people.access import THE_MACHINE, reader
from models.people.acting import Acting
from models.people.tables import Officer, Phase
from models.record import timeline
from models.refusals import NotAllowed, NotFound, NotPossible, Refused
from models.rows import change
from models.schools import contacts
from models.schools.events import ContactChanged
from models.schools.shown import school
from models.schools.tables import HeldContact
from tests.support.cases import Case
from tests.support.council import NOW, OFFICERS, Council
from tests.support.policies import POLICY

BEFORE = "headteacher@school-900001.example"
NEW = "new.head@school-900001.example"
SEE_IT = ("seo", "hos", "dcs")  # once it is restricted to its case officer and who restricted it


def set_contact(case: Case, by: str, email: str = NEW, role: str = "headteacher") -> None:
    with write(case.engine) as session:
        contacts.set_contact(
            Acting(session, POLICY, case.council.officers[by], NOW),
            case.matter.urn,
            role,
            contacts.NewContact(name="Nora Quill", email=email, address=[]),
        )


def held(case: Case) -> list[letters_shown.HeldContact]:
    with read(case.engine) as session:
        return held_contacts(session, THE_MACHINE, case.reference).items


def choose(case: Case, by: str, decision: str, seen: str = "", role: str = "headteacher") -> None:
    with write(case.engine) as session:
        settle_contact(
            Acting(session, case.policy, case.council.officers[by], NOW),
            case.reference,
            role,
            ContactChosen(decision=decision, seen=seen or held(case)[0].seen),
        )


def waits(case: Case) -> Proposal:
    """A formal letter to the headteacher of a restricted case, which waits for approval."""
    case.started().climb_to("informal_governing_body")
    case.fail_step()
    case.restrict()
    return case.propose("advance")


def goes_to(case: Case, proposal: Proposal) -> list[str]:
    """To which addresses the letters of a proposal went when it was approved."""
    case.decide(proposal, "hos")
    return [
        person["email"]
        for letter in case.all(Letter)
        if letter.proposal_id == proposal.id
        for person in letter.recipients
    ]


@pytest.fixture
def waiting(case: Case) -> Proposal:
    return waits(case)


@pytest.mark.parametrize("by", ["admin", "seo2", "hos2", "sm", "aed"])
def test_a_letter_is_not_diverted_by_who_does_not_see_its_case(
    case: Case, waiting: Proposal, by: str
) -> None:
    set_contact(case, by)
    [change] = held(case)
    assert (change.before.email, change.after.email) == (BEFORE, NEW)
    assert change.changed_by == case.council.officers[by].email
    assert goes_to(case, waiting) == [BEFORE]


def test_everything_else_uses_the_new_contact_at_once(case: Case, waiting: Proposal) -> None:
    set_contact(case, "seo2")
    for who in OFFICERS.keys() - {"cht"}:  # who is assigned to no school
        with read(case.engine) as session:
            found = school(session, reader(case.council.officers[who]), 900001)
        assert [each.email for each in found.contacts if each.role == "headteacher"] == [NEW]


@pytest.mark.parametrize("by", SEE_IT)
def test_whoever_sees_the_case_confirms_by_changing_it_themselves(
    case: Case, waiting: Proposal, by: str
) -> None:
    set_contact(case, "seo2", "diverted@elsewhere.example")
    set_contact(case, by)
    assert held(case) == []
    assert not case.all(HeldContact)


@pytest.mark.parametrize("by", OFFICERS)
def test_who_confirms(case: Case, waiting: Proposal, by: str) -> None:
    set_contact(case, "seo2")
    if by in SEE_IT:
        choose(case, by, "confirm")
        assert case.kinds[-1] == "contact_confirmed"
        assert goes_to(case, waiting) == [NEW]
        return
    casework = by in ("hos2", "seo2", "sm", "aed")
    with pytest.raises(NotFound if casework else NotAllowed):
        choose(case, by, "confirm")
    assert goes_to(case, waiting) == [BEFORE]


def test_refused_it_stays_with_the_one_before_until_somebody_thinks_again(
    case: Case, waiting: Proposal
) -> None:
    set_contact(case, "seo2")
    choose(case, "seo", "keep")
    assert held(case)[0].kept
    assert case.kinds[-1] == "contact_kept"
    with pytest.raises(NotPossible, match="already been decided"):
        choose(case, "hos", "keep")
    set_contact(case, "seo2", "third@school-900001.example")
    assert not held(case)[0].kept, "of another contact nothing was decided yet"
    choose(case, "hos", "confirm")
    assert goes_to(case, waiting) == ["third@school-900001.example"]


def test_what_is_confirmed_is_what_was_seen(case: Case, waiting: Proposal) -> None:
    set_contact(case, "seo2")
    seen = held(case)[0].seen
    set_contact(case, "seo2", "diverted@elsewhere.example")
    with pytest.raises(NotPossible, match="look again"):
        choose(case, "seo", "confirm", seen)
    assert goes_to(case, waiting) == [BEFORE]


def test_the_approver_is_not_disturbed_before_it_is_confirmed(
    case: Case, waiting: Proposal
) -> None:
    def seen() -> str:
        with read(case.engine) as session:
            mine = find_case(session, case.policy, THE_MACHINE, case.reference)
            return to_be_sent(mine, waiting, NOW.date())

    before = seen()
    set_contact(case, "seo2")
    assert seen() == before
    choose(case, "seo", "confirm")
    assert seen() != before


def test_put_back_as_it_was_there_is_nothing_to_confirm(case: Case, waiting: Proposal) -> None:
    set_contact(case, "hos")
    set_contact(case, "seo2", "diverted@elsewhere.example")
    assert held(case)
    set_contact(case, "seo2")
    assert held(case) == []
    set_contact(case, "seo2")
    assert held(case) == [], "what changes nothing is no change"
    with pytest.raises(NotPossible, match="nothing to confirm"):
        choose(case, "seo", "confirm", "x")


def test_a_contact_where_there_was_none_is_held_too(case: Case) -> None:
    """Else whoever adds one has a copy of a letter of which they know nothing."""
    case.started(school="church").climb_to("performance_meetings")
    case.fail_step()
    case.restrict()
    set_contact(case, "seo2", role="diocese")
    [new] = held(case)
    assert new.before is None
    with pytest.raises(NotPossible, match="Confirm the diocese on the page of the case"):
        case.warn()
    choose(case, "seo", "confirm", role="diocese")
    assert not held(case)


def test_lifting_the_restriction_confirms_nothing(case: Case, waiting: Proposal) -> None:
    set_contact(case, "admin", "diverted@elsewhere.example")
    with write(case.engine) as session:
        holding.open_to_all(
            Acting(session, case.policy, case.council.hos, NOW),
            case.reference,
            Reason(reason="It is known now."),
        )
    assert len(held(case)) == 1
    set_contact(case, "admin", "again@elsewhere.example")
    assert len(held(case)) == 1, "an administrator confirms nothing"
    assert goes_to(case, waiting) == [BEFORE]
    choose(case, "seo2", "confirm")
    assert held(case) == []


def test_a_closed_case_sends_again_to_whom_it_sent(case: Case, waiting: Proposal) -> None:
    case.decide(waiting, "hos")
    case.issue()
    case.change("withdraw")
    set_contact(case, "seo2", "diverted@elsewhere.example")
    letter = next(message for message in case.messages if message.kind is MessageKind.LETTER)
    with write(case.engine) as session:
        change(session, Message, {"id": letter.id}, state=MessageState.FAILED)
    with write(case.engine) as session:
        settle(
            Acting(session, case.policy, case.council.seo, NOW),
            letter.id,
            DeliverySettled(decision="send_again", reason="The box was full."),
        )
    assert case.messages[-1].to_email == BEFORE


def test_so_it_is_for_the_other_phase(case: Case, council: Council, engine: Engine) -> None:
    """A Service Manager does not see the cases of the other phase, and is told nothing of them."""
    case.started().climb_to("informal_governing_body")
    case.fail_step()
    proposal = case.propose("advance")
    with write(engine) as session:
        change(session, Officer, {"id": council.sm.id}, phase=Phase.SECONDARY)
    council.sm.phase = Phase.SECONDARY
    set_contact(case, "sm")
    assert goes_to(case, proposal) == [BEFORE]


def test_who_sees_an_open_case_changes_its_contacts_as_ever(case: Case) -> None:
    case.started().climb_to("informal_governing_body")
    case.fail_step()
    proposal = case.propose("advance")
    set_contact(case, "admin")
    assert held(case) == []
    changed = case.all(Event)[-1]
    assert (changed.kind, changed.actor) == (ContactChanged.kind, case.council.admin.email)
    assert goes_to(case, proposal) == [NEW]


def test_the_record_of_the_case_tells_it(case: Case, waiting: Proposal) -> None:
    set_contact(case, "seo2")
    choose(case, "seo", "keep")
    choose(case, "hos", "confirm")
    with read(case.engine) as session:
        told = timeline.timeline(session, case.policy, THE_MACHINE, case.reference).items[:3]
    confirmed, kept, changed = [each.sentence for each in told]
    assert "Nora Quill was recorded as the headteacher" in changed
    assert "still go to the previous contact" in changed
    assert f"still go to Headteacher of Ashfield Primary School ({BEFORE})" in kept
    assert f"Nora Quill ({NEW}) was confirmed as the headteacher" in confirmed


@pytest.mark.parametrize("wrong", [{"role": "caretaker"}, {"decision": "perhaps"}])
def test_what_cannot_be_chosen_is_refused(
    case: Case, waiting: Proposal, wrong: dict[str, str]
) -> None:
    set_contact(case, "seo2")
    given = {"decision": "confirm", **wrong}
    with pytest.raises(Refused) as refused:
        choose(case, "seo", **given)
    assert not isinstance(refused.value, NotPossible)
    assert len(held(case)) == 1
