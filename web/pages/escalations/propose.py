"""Proposing a change: only what the rules allow now, each on a page of its own."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models.clocks import add_working_days
from models.escalations.proposing import BY_NAME, CLOSING, propose, reached
from models.escalations.tables import Action
from models.law import standing as standing_law
from models.letters.words import why_now
from models.matters.case import Case, find_case
from models.people.access import Act
from models.people.tables import Role
from models.policy import StepRule
from models.policy.ladder import Standing, approvers, refusal, target
from models.refusals import InvalidInput, NotFound, NotPossible
from models.statutory.legal import check_eligible, check_may_close, legal_standing
from web.pages.forms import Form, Posted
from web.pages.visits import Reference, Visit, Visitor, may
from web.pages.wording import change_title

router = APIRouter()

# What may have to be confirmed with a proposal before the rules allow it, and in which words.
Confirmation = tuple[str, bool]
CONFIRMATIONS: dict[Confirmation, str] = {
    ("head_performance_in_question", True): "The headteacher’s performance is in question",
    ("head_performance_in_question", False): (
        "The headteacher’s performance is no longer in question"
    ),
    ("not_engaging", True): "The academy does not engage with quality assurance",
}


@dataclass(frozen=True)
class Offer:
    """A change that the rules allow now, perhaps once one thing is confirmed."""

    action: Action
    rule: StepRule
    approvers: tuple[str, ...]
    confirm: Confirmation | None = None

    @property
    def title(self) -> str:
        """The change in words, with the step it is about."""
        return change_title(self.action, self.rule.number, self.rule.title)

    @property
    def confirmation(self) -> str | None:
        """What must be confirmed, in words."""
        return CONFIRMATIONS[self.confirm] if self.confirm else None

    @property
    def gives_notice(self) -> bool:
        """Whether it is the warning notice, which has a form of its own."""
        return self.action is Action.ADVANCE and self.rule.kind == "notice"

    @property
    def letter(self) -> str | None:
        """The template of the letter that is drafted with the proposal to take a step."""
        return self.rule.letter_on_approval if self.action is Action.ADVANCE else None

    def address(self, escalation: str) -> str:
        """Where the change is proposed, below the address of its escalation."""
        if self.gives_notice:
            return f"{escalation}/warning-notices/new"
        return f"{escalation}/propose/{self.action.value}"

    @property
    def approved_by(self) -> str:
        """Who decides, in turn."""
        return ", then ".join(Role(role).label for role in self.approvers)


def offers(case: Case, at: Standing, today: date) -> list[Offer]:
    """Every change that may be proposed now, in the order of the policy's actions."""
    possible = [offer for action in BY_NAME if (offer := _offer(case, at, action)) is not None]
    return [offer for offer in possible if _unlawful(case, offer, today) is None]


def _unlawful(case: Case, offer: Offer, today: date) -> str | None:
    """Why the law does not allow this change today; None where it does."""
    try:
        if offer.action in CLOSING:
            check_may_close(case)
        elif offer.action is Action.ADVANCE and offer.rule.kind == "powers":
            check_eligible(case, today)
    except NotPossible as refusal:
        return refusal.message
    if offer.gives_notice:
        return standing_law.notice_refusal(legal_standing(case, today), today)
    return None


def _offer(case: Case, at: Standing, action: Action) -> Offer | None:
    for confirm in (None, *CONFIRMATIONS):
        given = _with(at, confirm)
        if refusal(action, given) is None:
            rule = target(action, given)
            return Offer(action, rule, approvers(case.policy, action, rule), confirm)
    return None


def _with(at: Standing, confirm: Confirmation | None) -> Standing:
    """The standing as it would be once this is confirmed."""
    changed: dict[str, Any] = dict([confirm] if confirm else [])
    return replace(at, **changed)


def standing(case: Case, visit: Visit) -> Standing:
    """Where the escalation stands at this visit."""
    return case.standing(visit.now, transition_awaiting=case.transition_awaiting())


@router.get("/escalations/{reference}/propose", dependencies=[may(Act.PROPOSE)])
def choose(visit: Visitor, reference: Reference) -> Response:
    """What may be proposed now."""
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        at = standing(case, visit)
        allowed = offers(case, at, visit.today)
        title = "Propose a change"
        return visit.page("escalations/propose.html", title=title, case=case, offers=allowed, at=at)


@router.get("/escalations/{reference}/propose/{action}", dependencies=[may(Act.PROPOSE)])
def change(visit: Visitor, reference: Reference, action: str) -> Response:
    """The form of one change."""
    return _change(visit, reference, action, Form())


@router.post("/escalations/{reference}/propose/{action}", dependencies=[may(Act.PROPOSE)])
def propose_change(visit: Visitor, reference: Reference, action: str, form: Posted) -> Response:
    """Put the change forward."""
    try:
        with visit.write() as session:
            flags = _confirmed(session, visit, reference, action, form)
            proposal = propose(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                reference=reference,
                action=action,
                reason=form.text("reason"),
                words=form.text("words"),
                to=form.optional_day("to"),
                respond_by=form.optional_day("respond_by"),
                step=form.text("step") or None,
                head_performance_in_question=flags.get("head_performance_in_question"),
                not_engaging=flags.get("not_engaging"),
            )
    except InvalidInput as invalid:
        return _change(visit, reference, action, form.refused(invalid))
    return visit.done(f"/proposals/{proposal.id}", "proposed")


def _confirmed(
    session: Session, visit: Visit, reference: str, action: str, form: Form
) -> dict[str, bool]:
    """The flag that is recorded with this change, once the officer has confirmed it."""
    if action not in BY_NAME:
        raise NotFound("There is no such change.")
    case = find_case(session, visit.policy, visit.reader, reference)
    offer = _offer(case, standing(case, visit), Action(action))
    confirm = offer.confirm if offer is not None else None
    confirmed = [confirm[0]] if confirm else []
    form.check(*confirmed, *(["to"] if action == Action.EXTEND else []), "reason")
    return dict([confirm]) if confirm else {}


def _change(visit: Visit, reference: str, action: str, form: Form) -> Response:
    if action not in BY_NAME:
        raise NotFound("There is no such change.")
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        at = standing(case, visit)
        offer = _offer(case, at, Action(action))
        unlawful = _unlawful(case, offer, visit.today) if offer else None
        if offer is None or unlawful:
            refused = unlawful or refusal(Action(action), at)
            raise NotPossible(refused or "This cannot be proposed now.")
        if offer.gives_notice:
            return RedirectResponse(offer.address(f"/escalations/{reference}"), 303)
        sends = offer.action is Action.RESOLVE or bool(offer.letter)
        if sends and "words" not in form.values:
            silent = at.not_engaging or offer.confirm == ("not_engaging", True)
            drafted = why_now(case, offer.action, offer.rule, visit.now, silent=silent)
            form.values["words"] = [drafted]
        return visit.page(
            "escalations/propose_form.html",
            title=offer.title,
            form=form,
            sends=sends,
            case=case,
            offer=offer,
            expected=add_working_days(visit.today, offer.rule.response_working_days),
            reached=reached(case) if offer.action is Action.CONVERT else [],
        )
