"""Sharing decisions for tests: answers that are whole, and what is done with them."""

from datetime import timedelta
from typing import Any

from models.approvals.tables import Proposal
from models.database import read
from models.inputs import Reason, refusing
from models.rows import get_row
from models.sharing import writing
from models.sharing.proposing import SharingToDecide, ask_school_sharing, ask_sharing
from models.sharing.recipients import recipients_of
from models.sharing.tables import HandedOver, SharingDecision
from models.sharing.withdrawing import SharingLookedAt, review_sharing, withdraw_sharing
from models.sharing.writing import HandingOver, LetterToShare, write_shared_letter
from tests.support.cases import Case
from tests.support.council import NOW
from tests.support.school_records import SchoolRecord

POLICE = {"kind": "police", "name": "Fernshire Police", "email": "desk@police.example"}
DIOCESE = {"kind": "contact", "role": "diocese"}
TODAY = NOW.date()
ANSWERS: dict[str, Any] = {
    "kinds": ["letters"],
    "information": "What we were told about the playground on 20 November.",
    "recipients": [POLICE],
    "purpose": "The police look into what happened.",
    "wellbeing": "The children are safer if the police know.",
    "confidential": True,
    "confidential_because": "A parent told us in confidence.",
    "consent": "given",
    "consent_said": "The parent agreed on the telephone.",
    "only_that": "Nothing of other families is in it.",
    "securely": "By e-mail to the address of the desk.",
    "accurate_on": TODAY,
    "told": "The parent and the headteacher.",
    "told_on": TODAY,
    "advice": "Legal services agreed.",
    "review_on": TODAY + timedelta(days=60),
}
URGENT = {
    "consent": "not_sought",
    "consent_said": "There was no time, and to ask would have put the child at risk.",
    "override": "serious_harm",
    "override_because": "A child is in danger today.",
    "urgent_because": "The child is collected at three.",
}


def answers(**values: Any) -> SharingToDecide:
    """The answers, with other values where they are given."""
    with refusing():
        return SharingToDecide(**{**ANSWERS, **values})


def ask(case: Case, by: str = "seo", **values: Any) -> SharingDecision:
    """Answer the six questions on the case."""
    with case.acting(by) as acting:
        return ask_sharing(acting, case.reference, answers(**values))


def proposal_of(case: Case | SchoolRecord, decision: SharingDecision) -> Proposal:
    """The proposal by which a decision is authorised."""
    with read(case.engine) as session:
        return get_row(session, Proposal, decision.proposal_id)


def ask_on_record(record: SchoolRecord, by: str = "seo", **values: Any) -> SharingDecision:
    """The same on a school's own record."""
    with record.acting(by) as acting:
        return ask_school_sharing(acting, record.urn, answers(**values))


def authorised(case: Case, **values: Any) -> SharingDecision:
    """Answer them, and have it authorised."""
    decision = ask(case, **values)
    case.decide(proposal_of(case, decision), "hos")
    return decision


def letter_on(case: Case, decision: SharingDecision, by: str = "seo") -> Proposal:
    """Draft a letter on a decision and put it forward."""
    given = LetterToShare(subject="The playground", words="This is what we know.", reason="Asked.")
    with case.acting(by) as acting:
        return write_shared_letter(acting, decision.id, given)


def withdraw(
    case: Case | SchoolRecord, decision: SharingDecision, by: str = "seo"
) -> SharingDecision:
    """Withdraw a decision."""
    with case.acting(by) as acting:
        return withdraw_sharing(acting, decision.id, Reason(reason="It was a mistake."))


def hand_over(case: Case, decision: SharingDecision) -> HandedOver:
    """Record that a file was given to the first recipient of a decision."""
    with case.acting() as acting:
        recipient = recipients_of(acting.session, decision.id)[0]
        given = HandingOver(
            recipient=recipient.id,
            kind="files",
            what="The photographs of the fence.",
            how="On paper, by hand.",
            handed_over_on=acting.today,
        )
        return writing.hand_over(acting, decision.id, given)


def review(case: Case, decision: SharingDecision) -> SharingDecision:
    """Look at a decision, and let it stand for three months."""
    with case.acting("hos") as acting:
        later = acting.today + timedelta(days=90)
        looked = SharingLookedAt(found="It is still needed.", review_on=later)
        return review_sharing(acting, decision.id, looked)
