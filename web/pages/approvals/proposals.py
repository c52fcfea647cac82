"""Proposals: those that wait for the officer, and one with its letters, to be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import Session

from models import paging
from models.approvals import shown as approvals_shown
from models.approvals.approving import own_work, recipients_if_known
from models.approvals.tables import Proposal, ProposalState
from models.clocks import add_working_days
from models.escalations.deciding import Decided, decide, find_approver
from models.escalations.proposed import RESPOND_BY, Change, Intervene, NextStep, Start
from models.letters import shown as letters_shown
from models.letters.addressing import contacts_of
from models.letters.recipients import Recipient
from models.letters.tables import Letter, LetterState
from models.matters.at_hand import see_row
from models.matters.case import at_hand, find_case, see_row_at_hand
from models.matters.tables import Matter
from models.people.access import Act
from models.policy import StepRule
from models.proposed import Proposed
from models.refusals import ChangedSince, InvalidInput
from models.rows import get_row
from models.sharing.proposed import ShareInformation
from models.sharing.shown import SharingDecision, sharing_decision
from models.statutory.notices_shown import warning_notices_of
from models.statutory.powers_shown import power as find_power
from models.statutory.proposed import (
    EndBoard,
    GiveWarningNotice,
    PreparingLetters,
    ReviewBudget,
    UsePower,
)
from models.statutory.shown import eligibility
from web.pages.asked import Asked
from web.pages.escalations.propose import CONFIRMED
from web.pages.forms import Form, Posted
from web.pages.letters.letters import editable, preview
from web.pages.lists import List, PageNumber, address
from web.pages.sharing.decisions import list_at
from web.pages.statutory.wording import (
    NoticeInWords,
    PowerInWords,
    notice_in_words,
    power_in_words,
)
from web.pages.visits import Key, Visit, Visitor, may, says
from web.pages.wording import TitledProposal, titled
from web.rendering import date_long
from web.tables import Column

SAYS_APPROVED = says("approved", "The proposal has been approved")
SAYS_RETURNED = says("returned", "The proposal has been returned to its proposer")
SAYS_SIGNED_OFF = says(
    "signed_off", "You have signed off the proposal. It is now waiting for the next approver"
)


router = APIRouter()
PER_PAGE = 25
DECISION = Asked(
    Decided,
    decision=("Decision", "Choose what you decide"),
    reason=("Reason", "Enter a reason"),
)


@router.get("/proposals", dependencies=[may(Act.SEE_OUTLINES)])
def waiting(visit: Visitor, page: PageNumber) -> Response:
    """What waits for this officer's decision, the oldest first."""
    with visit.read() as session:
        found = find_waiting(session, visit, {}, page, PER_PAGE)
    return visit.page(
        "approvals/proposals.html",
        title="Waiting for me",
        navigation="waiting",
        found=found,
        may_delegate=visit.may(Act.DELEGATE),
        address=address(visit, {}),
    )


def find_waiting(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> paging.Page[TitledProposal]:
    """One page of what waits for this officer's decision, each with its title."""
    found = approvals_shown.proposals(
        session,
        visit.policy,
        officer=visit.officer,
        today=visit.today,
        page=page,
        per_page=per_page,
    )
    return found.of(titled(session, found.items))


LISTS: tuple[List[Any], ...] = (
    List[TitledProposal](
        "/proposals",
        Act.SEE_OUTLINES,
        "Waiting for me",
        find_waiting,
        [
            Column("Proposal", lambda each: each.title),
            Column("Reference", lambda each: each.shown.reference),
            Column("URN", lambda each: each.shown.urn),
            Column("School", lambda each: each.shown.school),
            Column("Reason", lambda each: each.shown.reason),
            Column("Proposed by", lambda each: each.shown.proposed_by_name),
            Column("Proposed at", lambda each: each.shown.proposed_at),
        ],
    ),
)


@router.get("/proposals/{id}", dependencies=[may(Act.SEE_CASE, of=Proposal)])
def proposal(visit: Visitor, number: Key) -> Response:
    """One proposal, with its letters as they would be sent."""
    return _proposal(visit, number, Form())


@router.post("/proposals/{id}", dependencies=[may(Act.DECIDE, of=Proposal)])
def decide_proposal(visit: Visitor, number: Key, form: Posted) -> Response:
    """Approve the proposal, or return it with a reason."""
    try:
        returns = form.text("decision") == "return"
        must = ("reason",) if returns else ()
        given = form.filled(DECISION, must=must, seen=form.text("seen"))
        with visit.acting() as acting:
            decided = decide(acting, number, given)
            page = get_row(acting.session, Matter, decided.matter_id).page
    except (InvalidInput, ChangedSince) as refusal:
        return _proposal(visit, number, form.refused(refusal, DECISION))
    done = {ProposalState.APPROVED: SAYS_APPROVED, ProposalState.RETURNED: SAYS_RETURNED}
    return visit.done(page, done.get(decided.state, SAYS_SIGNED_OFF))


def _proposal(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = approvals_shown.proposal(session, visit.policy, visit.reader, number, now=visit.now)
        record = see_row(session, visit.reader, Proposal, number)
        [titled_proposal] = titled(session, [found])
        letters = [_letter(session, visit, letter_id) for letter_id in found.letters]
        mine = number in approvals_shown.decidable(session, visit.officer, visit.today)
        own = _own_work(session, visit, number) if mine else None
        about = get_row(session, Matter, record.matter_id)
        case = at_hand(session, visit.policy, about)
        rule = case.step_of(found.step)
        notice = _notice_of(session, visit, found)
        power = _power_of(session, visit, found)
        eligible = _eligible(session, visit, found)
        sharing = _sharing_of(session, visit, found)
    return visit.page(
        "approvals/proposal.html",
        title=titled_proposal.title,
        navigation="waiting",
        form=form,
        proposal=found,
        letters=letters,
        notice=notice,
        power=power,
        eligible=eligible,
        sharing=sharing,
        sharing_at=list_at(found.reference),
        may_decide=mine,
        own=own,
        may_edit=visit.may(Act.WRITE_LETTER),
        may_confirm=visit.may(Act.CONFIRM_CONTACT),
        waits_for=found.waits_for.label if found.waits_for else None,
        then=_then(found),
        stages=[role.label for role in found.approvers],
        days=_days(visit, found, rule),
        confirmed=_confirmed(found.details),
    )


def _own_work(session: Session, visit: Visit, number: int) -> str | None:
    """Why the officer cannot approve what waits for them, only return it; None where they can."""
    proposal, about = see_row_at_hand(session, visit.policy, visit.reader, Proposal, number)
    approver = find_approver(session, proposal, visit.officer, visit.today)
    return own_work(about, proposal, approver, visit.today)


def _then(found: approvals_shown.Proposal) -> str | None:
    """Who decides after this stage; None at the last."""
    if found.waits_for is None:
        return None
    later = found.approvers[found.approvers.index(found.waits_for) + 1 :]
    return later[0].label if later else None


def _notice_of(
    session: Session, visit: Visit, found: approvals_shown.Proposal
) -> NoticeInWords | None:
    """The warning notice that the proposal is to give, in full."""
    if not isinstance(found.details, GiveWarningNotice):
        return None
    notices = warning_notices_of(
        session, visit.policy, visit.reader, found.reference, per_page=paging.MOST_PER_PAGE
    ).items
    proposed = [notice for notice in notices if notice.proposal == found.id]
    return notice_in_words(proposed[0]) if proposed else None


def _power_of(
    session: Session, visit: Visit, found: approvals_shown.Proposal
) -> PowerInWords | None:
    """The power that the proposal is to prepare, to use, to review or to end, in full."""
    match found.details:
        case UsePower(power=number) | PreparingLetters(prepares=number):
            pass
        case ReviewBudget(review_of=number) | EndBoard(end_of=number):
            pass
        case _:
            return None
    case = find_case(session, visit.policy, visit.reader, found.reference)
    power = find_power(session, visit.policy, visit.reader, number, today=visit.today)
    return power_in_words(case, power)


def _sharing_of(
    session: Session, visit: Visit, found: approvals_shown.Proposal
) -> SharingDecision | None:
    """The answers to the six questions that the proposal puts to its approver, in full."""
    if not isinstance(found.details, ShareInformation):
        return None
    number = found.details.decision
    return sharing_decision(session, visit.reader, number, today=visit.today)


def _eligible(session: Session, visit: Visit, found: approvals_shown.Proposal) -> list[str]:
    """By which facts the school is eligible today for the powers that are to be moved to."""
    if not isinstance(found.details, Intervene) or found.state is not ProposalState.AWAITING:
        return []
    shown = eligibility(session, visit.policy, visit.reader, found.reference, today=visit.today)
    return [fact.says for road in shown.roads if road.holds for fact in road.facts]


@dataclass(frozen=True)
class CarriedLetter:
    """A letter whose approval a proposal carries, and all that its approver must see of it."""

    shown: letters_shown.Letter
    held: Sequence[letters_shown.HeldContact]
    goes_to: Sequence[Recipient]
    preview: Markup
    editable: bool


def _letter(session: Session, visit: Visit, letter_id: int) -> CarriedLetter:
    found = letters_shown.letter(session, visit.policy, visit.reader, letter_id)
    letter, about = see_row_at_hand(session, visit.policy, visit.reader, Letter, letter_id)
    contacts = contacts_of(session, about.matter, visit.today)
    return CarriedLetter(
        shown=found,
        held=_held_for(session, visit, letter, found.reference),
        goes_to=letter.goes_to or recipients_if_known(about, contacts, letter),
        preview=preview(session, visit, letter_id),
        editable=editable(session, found),
    )


def _held_for(
    session: Session, visit: Visit, letter: Letter, reference: str
) -> list[letters_shown.HeldContact]:
    """The contacts a draft goes to in place of the school's, which nobody has confirmed."""
    if letter.state is not LetterState.DRAFT:
        return []
    roles = (letter.to_role, *letter.copy_roles)
    items = letters_shown.held_contacts(session, visit.reader, reference).items
    return [held for held in items if held.role in roles]


def _days(
    visit: Visit, found: approvals_shown.Proposal, rule: StepRule | None
) -> list[tuple[str, str]]:
    """The dates that a proposal sets, or would set if it were approved today."""
    asks = found.details
    days = [(words, date_long(day)) for words, day in asks.days.items()]
    by_policy = isinstance(asks, NextStep) and asks.respond_by is None
    if rule is not None and rule.kind == "letter" and by_policy:
        period = rule.response_working_days
        expected = date_long(add_working_days(visit.today, period))
        asked = f"{period} working days after the letter"
        if found.state is ProposalState.AWAITING:
            asked += f": {expected}, if it is approved today"
        days.append((RESPOND_BY, asked))
    return days


def _confirmed(asks: Proposed) -> list[str]:
    """What goes on record with the proposal, in words."""
    if isinstance(asks, Start) and asks.why_not_engaging:
        return [
            "The academy does not engage, so the informal steps are passed over: "
            f"{asks.why_not_engaging}"
        ]
    flags = asks.flags if isinstance(asks, Change) else {}
    return [words for about, words in CONFIRMED.items() if about in flags.items()]
