"""A suspended budget (section 66): when it takes effect, who is heard, and its yearly review."""

from datetime import date, datetime

from pydantic import Field
from sqlmodel import col, select

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.approvals.putting_forward import Draft, put_forward
from models.clocks import long_date, past_day
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Text, Word
from models.law import powers as law
from models.law.powers import Section
from models.letters.service_asked import service_proven
from models.letters.words import words_for_school
from models.matters.case import Case, find_in_case
from models.matters.deadlines import cancel_statutory, set_deadline
from models.matters.tables import DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, find, get_row
from models.schools.tables import ContactRole
from models.statutory.events import BudgetNoticeReceived, BudgetReviewed, RepresentationRecorded
from models.statutory.in_words import BudgetReviewLetter, ReviewInWords
from models.statutory.legal import LawToday
from models.statutory.one_notice import powers_rule, to_both
from models.statutory.one_power import check_state, end, in_their_words, in_words, newest_deadline
from models.statutory.proposed import ReviewBudget
from models.statutory.tables import BudgetReview, Power, PowerState, Representation, ReviewOutcome
from models.statutory.words import REVIEWED
from models.text import check_printable, check_prose

MAY_BE_HEARD = (ContactRole.CHAIR_OF_GOVERNORS.value, ContactRole.HEADTEACHER.value)


class ReceiptOfNotice(Input):
    """When the governing body received the notice of suspension."""

    received_on: Day
    evidence: Text


def record_receipt(acting: Acting, power_id: int, given: ReceiptOfNotice) -> Power:
    """The governing body has the notice of suspension: it takes effect (section 66).

    Its review before the next financial year goes onto the clock. Raises NotFound, NotAllowed,
    InvalidInput, NotPossible.
    """
    session, officer, received_on = acting.session, acting.officer, given.received_on
    power, case = find_in_case(session, acting.policy, officer, Act.RECORD_RECEIPT, Power, power_id)
    check_receipt(power)
    past_day("received_on", received_on, acting.now)
    if power.used_on is not None and received_on < power.used_on:
        raise InvalidInput("received_on", "The notice cannot be received before it was issued.")
    check_prose("evidence", given.evidence)
    effective = {"effective_on": received_on, "received_evidence": given.evidence}
    change(session, Power, {"id": power.id}, **effective)
    if power.letter_id is not None:
        service_proven(session, power.letter_id)
    case_id = case.escalation.id
    received = BudgetNoticeReceived(case_id, power=power.id, received_on=received_on)
    review = _set_review(case, law.review_by(received_on, received_on), acting.now)
    append(session, acting.now, officer.email, received, review)
    return get_row(session, Power, power.id)


def check_receipt(power: Power) -> None:
    """Refuse the receipt of what takes effect without one, or again; raises NotPossible."""
    if power.section is not Section.DELEGATED_BUDGET or power.state is not PowerState.IN_FORCE:
        raise NotPossible("Only the notice of a suspended budget takes effect when it is received.")
    if power.effective_on is not None:
        raise NotPossible(f"It was already received on {long_date(power.effective_on)}.")


def _set_review(case: Case, due_on: date, now: datetime) -> Happened:
    return set_deadline(
        case.session,
        case.policy,
        case.matter.id,
        step_key=powers_rule(case).key,
        kind=DeadlineKind.BUDGET_REVIEW,
        due_on=due_on,
        rule="The review of the suspended budget before the financial year (section 66)",
        now=now,
    )


class RepresentationMade(Input):
    """What the governing body or the headteacher said about a suspended budget."""

    from_whom: Word = Field(alias="from")
    received_on: Day
    said: Text


def record_representation(
    acting: Acting, power_id: int, given: RepresentationMade
) -> Representation:
    """What the governing body or the headteacher said about a suspended budget (section 66).

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer = acting.session, acting.officer
    power, case = find_in_case(
        session, acting.policy, officer, Act.RECORD_REPRESENTATION, Power, power_id
    )
    check_suspended(power)
    if given.from_whom not in MAY_BE_HEARD:
        raise InvalidInput("from", f"Choose from: {', '.join(MAY_BE_HEARD)}.")
    past_day("received_on", given.received_on, acting.now)
    check_printable("said", check_prose("said", given.said))
    representation_id = add(
        session,
        Representation,
        power_id=power.id,
        role=given.from_whom,
        received_on=given.received_on,
        said=given.said,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    heard = RepresentationRecorded(
        case.escalation.id, power=power.id, from_=given.from_whom, received_on=given.received_on
    )
    append(session, acting.now, officer.email, heard)
    return get_row(session, Representation, representation_id)


def check_suspended(power: Power) -> None:
    """Refuse what is about a budget whose suspension has no effect; raises NotPossible."""
    if power.section is not Section.DELEGATED_BUDGET or power.state is not PowerState.IN_FORCE:
        raise NotPossible("The school's budget is not suspended under this power.")
    if power.effective_on is None:
        raise NotPossible("Record first when the governing body received the notice.")


class OutcomeOfReview(Input):
    """The outcome of a review of a suspended budget: `continue` or `end`."""

    outcome: Word
    reasons: Text
    words: Text = ""


def review_budget(acting: Acting, power_id: int, given: OutcomeOfReview) -> BudgetReview:
    """Put the decision on a suspended budget forward, with its letter to both (section 66).

    The approver reads the `reasons`, the letter quotes the `words`.
    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer = acting.session, acting.officer
    power, case = find_in_case(session, acting.policy, officer, Act.REVIEW_BUDGET, Power, power_id)
    check_suspended(power)
    if given.outcome not in list(ReviewOutcome):
        raise InvalidInput("outcome", "Choose “continue” or “end”.")
    outcome = ReviewOutcome(given.outcome)
    check_printable("reasons", check_prose("reasons", given.reasons))
    rule = powers_rule(case)
    assert power.effective_on is not None  # noqa: S101 - checked above
    going_on = outcome is ReviewOutcome.CONTINUE
    next_review = _next_review(case, power.effective_on, acting.today) if going_on else None
    heard = select(Representation).where(Representation.power_id == power.id)
    facts = BudgetReviewLetter(
        power=in_words(LawToday(case, acting.today), power),
        review=ReviewInWords(
            outcome=outcome.value, words=words_for_school(given.words, REVIEWED[outcome])
        ),
        representations=in_their_words(find(session, heard.order_by(col(Representation.id)))),
        next_review=long_date(next_review) if next_review else "",
    )
    draft = Draft("budget_review_decision", to_both(rule), (facts,))
    what = ReviewBudget(review_of=power.id, outcome=outcome, reasons=given.reasons)
    placed = put_forward(
        case,
        officer,
        acting.now,
        what,
        rule,
        given.reasons,
        drafts=[draft],
        roles=rule.approvers,
    )
    review_id = add(
        session,
        BudgetReview,
        power_id=power.id,
        proposal_id=placed.proposal_id,
        letter_id=placed.letter_ids[0],
        outcome=outcome,
        reasons=given.reasons,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    append(session, acting.now, officer.email, *placed.happenings)
    return get_row(session, BudgetReview, review_id)


def _next_review(case: Case, effective_on: date, today: date) -> date:
    """The review after the one in hand, which may be late: one before each financial year."""
    coming = law.review_by(effective_on, today)
    in_hand = newest_deadline(case, DeadlineKind.BUDGET_REVIEW)
    late = in_hand is not None and in_hand.due_on < coming
    return coming if late else coming.replace(year=coming.year + 1)


def review_approved(case: Case, taken: Taken[ReviewBudget]) -> list[Happened]:
    """The decision on a suspended budget was approved: it goes on to its next review, or ends.

    Raises NotPossible when the power is in force no more.
    """
    proposal, asks, today = taken.proposal, taken.asks, taken.today
    approve_letters(case, proposal, taken.approver, today, None)
    power = check_state(case, asks.review_of, PowerState.IN_FORCE)
    assert power.effective_on is not None  # noqa: S101 - only an effective suspension is reviewed
    following = _next_review(case, power.effective_on, today)
    change(case.session, BudgetReview, {"proposal_id": proposal.id}, decided_on=today)
    cancel_statutory(case.session, case.escalation.id, DeadlineKind.BUDGET_REVIEW, met=True)
    reviewed = BudgetReviewed(case.escalation.id, power=power.id, outcome=asks.outcome)
    if asks.outcome is ReviewOutcome.END:
        return [reviewed, end(case, power.id, today, asks.reasons)]
    return [reviewed, _set_review(case, following, taken.now)]
