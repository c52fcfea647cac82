"""Proposing a change: only what the rules allow now, each on a page of its own."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models.clocks import add_working_days
from models.escalations.offering import Confirmation, Offer, offer
from models.escalations.possible import Situation
from models.escalations.proposing import (
    BY_NAME,
    ChangeWanted,
    letter_with,
    propose,
    reached,
    role_of,
)
from models.letters.words import why_now
from models.matters.case import find_case
from models.matters.possible import CaseAct
from models.people.access import Act, require
from models.people.tables import Role
from models.proposed import Action
from models.refusals import InvalidInput, NotFound
from web.pages.asked import Asked
from web.pages.escalations.acts import address
from web.pages.forms import Form, Posted
from web.pages.visits import Reference, Visit, Visitor, may, says

SAYS_PROPOSED = says("proposed", "The proposal has been made and is waiting for a decision")


router = APIRouter()
CONFIRM = ("Confirmation", "Confirm this before you propose the change")
CHANGE = Asked(
    ChangeWanted,
    head_performance_in_question=CONFIRM,
    not_engaging=CONFIRM,
    to=("New date", "Enter the new date of the deadline"),
    respond_by=("Date for the response", "Enter the date by which the school is to respond"),
    step=("Step", "Choose the step at which the escalation goes on"),
    reason=("Reason", "Enter a reason"),
    words=("What the school is told", "Enter what the letter says to the school"),
)

# What may have to be confirmed with a proposal, in words.
CONFIRMED: dict[Confirmation, str] = {
    ("head_performance_in_question", True): "The headteacher’s performance is in question",
    ("head_performance_in_question", False): (
        "The headteacher’s performance is no longer in question"
    ),
    ("not_engaging", True): "The academy does not engage with quality assurance",
}


@dataclass(frozen=True)
class OfferInWords:
    """A change that may be proposed, as the page offers it."""

    shown: Offer
    href: str

    @property
    def confirmation(self) -> str | None:
        """What must be confirmed."""
        return CONFIRMED[self.shown.confirm] if self.shown.confirm else None

    @property
    def approved_by(self) -> str:
        """Who decides, in turn."""
        return ", then ".join(Role(role).label for role in self.shown.approvers)


def _in_words(reference: str, offer: Offer) -> OfferInWords:
    act = CaseAct.GIVE_WARNING_NOTICE if offer.gives_notice else CaseAct(offer.action.value)
    return OfferInWords(offer, address(reference, act))


@router.get("/escalations/{reference}/propose", dependencies=[may(Act.PROPOSE)])
def choose(visit: Visitor, reference: Reference) -> Response:
    """What may be proposed now."""
    with visit.read() as session:
        here = _situation(session, visit, reference)
        return visit.page(
            "escalations/propose.html",
            title="Propose a change",
            case=here.case,
            offers=[_in_words(reference, offer) for offer in here.offers],
            at=here.at,
        )


def _situation(session: Session, visit: Visit, reference: str) -> Situation:
    case = find_case(session, visit.policy, visit.reader, reference)
    return Situation(case, visit.officer, visit.now)


@router.get("/escalations/{reference}/propose/{action}", dependencies=[may(Act.PROPOSE)])
def change(visit: Visitor, reference: Reference, action: str) -> Response:
    """The form of one change."""
    return _change(visit, reference, action, Form())


@router.post("/escalations/{reference}/propose/{action}", dependencies=[may(Act.PROPOSE)])
def propose_change(visit: Visitor, reference: Reference, action: str, form: Posted) -> Response:
    """Put the change forward."""
    try:
        with visit.acting() as acting:
            given = _wanted(acting.session, visit, reference, action, form)
            proposal = propose(acting, reference, given)
    except InvalidInput as invalid:
        return _change(visit, reference, action, form.refused(invalid, CHANGE))
    return visit.done(f"/proposals/{proposal.id}", SAYS_PROPOSED)


def _wanted(
    session: Session, visit: Visit, reference: str, action: str, form: Form
) -> ChangeWanted:
    """The change with the flag that is recorded with it, once the officer has confirmed it."""
    if action not in BY_NAME:
        raise NotFound("There is no such change.")
    here = _situation(session, visit, reference)
    confirm = offer(Action(action), here.at, here.law).confirm
    must = [*([confirm[0]] if confirm else []), *(["to"] if action == Action.EXTEND else [])]
    flags = dict.fromkeys(("head_performance_in_question", "not_engaging"))
    confirmed = dict([confirm]) if confirm else {}
    return form.filled(CHANGE, must=must, action=action, **{**flags, **confirmed})


def _change(visit: Visit, reference: str, action: str, form: Form) -> Response:
    if action not in BY_NAME:
        raise NotFound("There is no such change.")
    require(visit.officer, role_of(action))
    with visit.read() as session:
        here = _situation(session, visit, reference)
        case, offered = here.case, offer(Action(action), here.at, here.law)
        in_words = _in_words(reference, offered)
        if offered.gives_notice:
            return RedirectResponse(in_words.href, 303)
        sends = letter_with(visit.policy, offered.action, offered.rule) is not None
        if sends and "words" not in form.values:
            silent = here.at.not_engaging or offered.confirm == ("not_engaging", True)
            drafted = why_now(case, offered.action, offered.rule, visit.now, silent=silent)
            form.values["words"] = [drafted]
        return visit.page(
            "escalations/propose_form.html",
            title=offered.title,
            form=form,
            sends=sends,
            case=case,
            offer=in_words,
            expected=add_working_days(visit.today, offered.rule.response_working_days),
            reached=reached(case) if offered.action is Action.CONVERT else [],
        )
