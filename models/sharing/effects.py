"""What a decision on sharing information does."""

from models.approvals.effects import Effect, Taken, letters_go
from models.happened import Happened
from models.matters.at_hand import AtHand
from models.matters.deadlines import close_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind
from models.people.access import Act, require
from models.refusals import NotPossible
from models.rows import change, get_row
from models.sharing.events import SharingAuthorised, SharingNotAuthorised
from models.sharing.proposed import SharedLetter, ShareInformation
from models.sharing.stopping import stop_what_rests
from models.sharing.tables import SharingDecision, SharingState


def _check(about: AtHand, taken: Taken[ShareInformation]) -> None:
    """Whoever authorises is designated for it, and it is still asked for; raises what it says."""
    require(taken.approver.holder, Act.AUTHORISE_SHARING)
    decision = get_row(about.session, SharingDecision, taken.asks.decision)
    if decision.state not in (SharingState.PROPOSED, SharingState.URGENT):
        raise NotPossible(f"The sharing decision is {decision.state.value}. Return the proposal.")
    if decision.review_on <= taken.today:
        raise NotPossible(
            "The day of its review has come while it waited. Return the proposal, to be asked anew."
        )


def _authorised(about: AtHand, taken: Taken[ShareInformation]) -> list[Happened]:
    session, asks = about.session, taken.asks
    decision = get_row(session, SharingDecision, asks.decision)
    if decision.deadline_id is not None:
        close_deadline(session, get_row(session, Deadline, decision.deadline_id), met=True)
    review = set_deadline(
        session,
        about.policy,
        about.matter.id,
        step_key=None,
        due_on=decision.review_on,
        rule=review_rule(asks.recipients),
        now=taken.now,
        kind=DeadlineKind.SHARING,
    )
    change(
        session,
        SharingDecision,
        {"id": decision.id},
        state=SharingState.AUTHORISED,
        authorised_by_id=taken.approver.officer.id,
        authorised_on=taken.today,
        deadline_id=review.deadline,
    )
    said = SharingAuthorised(
        about.matter.id,
        decision=decision.id,
        recipients=asks.recipients,
        review_on=decision.review_on,
    )
    return [said, review]


def review_rule(recipients: list[str]) -> str:
    """What is due on the day of a decision's review."""
    return f"Review the decision to share information with {' and '.join(recipients)}"


def _returned(about: AtHand, taken: Taken[ShareInformation]) -> list[Happened]:
    """It is not authorised: what was to leave on it at once, and has not yet, does not leave."""
    session, asks = about.session, taken.asks
    decision = get_row(session, SharingDecision, asks.decision)
    if decision.deadline_id is not None:
        close_deadline(session, get_row(session, Deadline, decision.deadline_id), met=True)
    if decision.state in (SharingState.PROPOSED, SharingState.URGENT):
        change(session, SharingDecision, {"id": decision.id}, state=SharingState.RETURNED)
    stopped = stop_what_rests(about, decision, taken.now)
    said = SharingNotAuthorised(
        about.matter.id,
        decision=decision.id,
        recipients=asks.recipients,
        stopped=stopped.letters,
    )
    return [said, *stopped.happenings]


EFFECTS = (
    Effect(ShareInformation, AtHand, approved=_authorised, returned=_returned, still=_check),
    Effect(SharedLetter, AtHand, approved=letters_go),
)
