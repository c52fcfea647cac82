"""A sharing decision is withdrawn, or reviewed and stands."""

from sqlmodel import Session

from models.approvals.events import ProposalSuperseded
from models.approvals.tables import Proposal, ProposalState
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Reason, Text
from models.matters.at_hand import find_row
from models.matters.case import at_hand
from models.matters.deadlines import close_deadline, move_deadline
from models.matters.tables import Deadline, Matter
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.proposed import Action
from models.refusals import InvalidInput, NotPossible
from models.rows import change, get_row
from models.sharing.effects import review_rule
from models.sharing.events import SharingReviewed, SharingWithdrawn
from models.sharing.questions import review_fault
from models.sharing.recipients import recipients_of
from models.sharing.stopping import stop_what_rests
from models.sharing.tables import SharingDecision, SharingState
from models.text import check_prose

_OPEN = (SharingState.PROPOSED, SharingState.URGENT, SharingState.AUTHORISED)


class SharingLookedAt(Input):
    """What a review found, and when the decision is looked at again."""

    found: Text
    review_on: Day


def withdraw_sharing(acting: Acting, decision_id: int, given: Reason) -> SharingDecision:
    """A decision holds no more: nothing leaves on it from now on.

    Drafts and approved letters that rest on it are withdrawn, messages that wait are dropped.
    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that does not hold any more.
    """
    session = acting.session
    decision = find_open(session, acting.officer, Act.SHARE, decision_id)
    check_prose("reason", given.reason)
    about = at_hand(session, acting.policy, get_row(session, Matter, decision.matter_id))
    overtaken = _overtake(session, decision)
    if decision.deadline_id is not None:
        deadline = get_row(session, Deadline, decision.deadline_id)
        close_deadline(session, deadline, met=False)
    change(
        session,
        SharingDecision,
        {"id": decision.id},
        state=SharingState.WITHDRAWN,
        withdrawn_by_id=acting.officer.id,
        withdrawn_on=acting.today,
        withdrawn_because=given.reason,
    )
    stopped = stop_what_rests(about, decision, acting.now)
    said = SharingWithdrawn(
        decision.matter_id,
        decision=decision.id,
        recipients=_names(session, decision),
        reason=given.reason,
        stopped=stopped.letters,
    )
    append(session, acting.now, acting.officer.email, said, *overtaken, *stopped.happenings)
    return get_row(session, SharingDecision, decision.id)


def find_open(session: Session, officer: Officer, act: Act, decision_id: int) -> SharingDecision:
    """A decision that holds or waits, for whoever may act on it; raises what the commands do."""
    decision = find_row(session, officer, act, SharingDecision, decision_id)
    if decision.state not in _OPEN:
        raise NotPossible(f"This sharing decision has already been {decision.state.value}.")
    return decision


def _overtake(session: Session, decision: SharingDecision) -> list[Happened]:
    """Nobody is to decide any more whether it is authorised."""
    awaiting = {"id": decision.proposal_id, "state": ProposalState.AWAITING}
    if not change(session, Proposal, awaiting, state=ProposalState.SUPERSEDED):
        return []
    proposal = decision.proposal_id or 0
    return [ProposalSuperseded(decision.matter_id, proposal=proposal, action=Action.SHARE)]


def review_sharing(acting: Acting, decision_id: int, given: SharingLookedAt) -> SharingDecision:
    """A designated officer looked at an authorised decision, and it stands until the next review.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that is not authorised.
    """
    session = acting.session
    decision = find_authorised(session, acting.officer, decision_id)
    errors = []
    try:
        check_prose("found", given.found)
    except InvalidInput as invalid:
        errors += invalid.errors
    fault = review_fault(given.review_on, acting.today)
    if fault is not None:
        errors.append(("review_on", fault))
    if errors:
        raise InvalidInput.many(errors)
    names = _names(session, decision)
    deadline = get_row(session, Deadline, decision.deadline_id)
    rule = review_rule(names)
    move_deadline(session, acting.policy, deadline, given.review_on, rule, acting.now)
    change(
        session,
        SharingDecision,
        {"id": decision.id},
        review_on=given.review_on,
        reviewed_on=acting.today,
        reviewed=given.found,
    )
    said = SharingReviewed(
        decision.matter_id, decision=decision.id, recipients=names, review_on=given.review_on
    )
    append(session, acting.now, acting.officer.email, said)
    return get_row(session, SharingDecision, decision.id)


def find_authorised(session: Session, officer: Officer, decision_id: int) -> SharingDecision:
    """A decision that can be reviewed by this officer; raises what `review_sharing` does."""
    decision = find_row(session, officer, Act.AUTHORISE_SHARING, SharingDecision, decision_id)
    if decision.state is not SharingState.AUTHORISED:
        raise NotPossible(
            f"This sharing decision is {decision.state.value}: only an authorised one is reviewed."
        )
    return decision


def _names(session: Session, decision: SharingDecision) -> list[str]:
    return [each.words for each in recipients_of(session, decision.id)]
