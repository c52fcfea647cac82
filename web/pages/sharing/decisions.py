"""Sharing decisions: listed on a case and on a school's record, each by itself, what follows."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.escalations.shown import escalation
from models.inputs import Reason
from models.matters.sight import is_theirs
from models.matters.tables import OF_SCHOOL, Matter
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.school_record.shown import listed_on, school_record
from models.schools.contacts import find_school
from models.sharing import shown, withdrawing, writing
from models.sharing.questions import QUESTIONS
from models.sharing.standing import standing_decisions
from models.sharing.tables import SharedKind, SharingDecision, SharingState
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List
from web.pages.visits import Key, Reference, Visit, Visitor, may, says
from web.tables import Column

SAYS_WITHDRAWN = says(
    "sharing_withdrawn", "The sharing decision has been withdrawn. Nothing more leaves on it"
)
SAYS_REVIEWED = says("sharing_reviewed", "The review has been recorded")
SAYS_DRAFTED = says(
    "shared_letter_drafted", "The letter has been drafted and put forward for approval"
)
SAYS_HANDED_OVER = says("handed_over", "What was handed over has been recorded")


router = APIRouter()
OPEN = (SharingState.PROPOSED, SharingState.URGENT, SharingState.AUTHORISED)
WITHDRAWN = Asked(Reason, reason=("The reason", "Enter why it holds no more"))
REVIEWED = Asked(
    withdrawing.SharingLookedAt,
    found=("What was found", "Enter what the review found"),
    review_on=("The date", "Enter the date of the next review"),
)
WRITTEN = Asked(
    writing.LetterToShare,
    subject=("The subject", "Enter the subject"),
    words=("The text", "Enter what the letter says"),
    reason=("The reason", "Enter why it is sent"),
)
HANDED_OVER = Asked(
    writing.HandingOver,
    recipient=("The recipient", "Choose to whom it was given"),
    kind=("The kind", "Choose what was given"),
    what=("What was given", "Enter what was given"),
    how=("The way", "Enter how it was given"),
    handed_over_on=("The date", "Enter the date on which it was given"),
)


def list_at(reference: str) -> str:
    """The address of the list of sharing decisions of the matter with this reference."""
    if reference.startswith(OF_SCHOOL):
        return f"/schools/{reference.removeprefix(OF_SCHOOL)}/record/sharing"
    return f"/escalations/{reference}/sharing"


def find_of_case(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[shown.SharingDecision]:
    """The decisions on the escalation that the address names, the newest first."""
    reference = visit.request.path_params["reference"]
    return shown.decisions_of(
        session, visit.reader, reference, today=visit.today, page=page, per_page=per_page
    )


def find_of_school(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[shown.SharingDecision]:
    """The decisions on the record of the school that the address names, the newest first."""

    def listed(reference: str) -> Page[shown.SharingDecision]:
        return shown.decisions_of(
            session, visit.reader, reference, today=visit.today, page=page, per_page=per_page
        )

    return listed_on(session, visit.reader, visit.request.path_params["urn"], listed)


_COLUMNS: list[Column[shown.SharingDecision]] = [
    Column("With", lambda each: each.with_whom),
    Column("State", lambda each: each.state),
    Column("In force", lambda each: each.in_force),
    Column("What", lambda each: each.information),
    Column("As", lambda each: ", ".join(kind.label for kind in each.kinds)),
    Column("Purpose", lambda each: each.purpose),
    Column("Confidential", lambda each: each.confidential),
    Column("Consent", lambda each: each.consent.label),
    Column("In place of consent", lambda each: each.override.label if each.override else ""),
    Column("Review by", lambda each: each.review_on),
    Column("Review overdue", lambda each: each.review_overdue),
    Column("Asked by", lambda each: each.proposed_by_name),
    Column("Asked at", lambda each: each.proposed_at),
    Column("Authorised by", lambda each: each.authorised_by),
    Column("Authorised on", lambda each: each.authorised_on),
    Column("Withdrawn on", lambda each: each.withdrawn_on),
]
LISTS: tuple[List[Any], ...] = (
    List[shown.SharingDecision](
        "/escalations/{reference}/sharing",
        Act.SEE_CASE,
        "Sharing decisions of escalation",
        find_of_case,
        _COLUMNS,
    ),
    List[shown.SharingDecision](
        "/schools/{urn}/record/sharing",
        Act.SEE_CASE,
        "Sharing decisions of school",
        find_of_school,
        _COLUMNS,
        of=Matter,
    ),
)


@router.get("/standing-decisions", dependencies=[may(Act.SEE_OUTLINES)])
def standing(visit: Visitor) -> Response:
    """To whom letters go without a sharing decision of their own."""
    return visit.page(
        "sharing/standing.html",
        title="To whom letters go without a sharing decision",
        decisions=standing_decisions(visit.policy, visit.today).items,
    )


@router.get("/escalations/{reference}/sharing", dependencies=[may(Act.SEE_CASE)])
def of_case(visit: Visitor, reference: Reference) -> Response:
    """The sharing decisions on an escalation."""
    with visit.read() as session:
        found = escalation(session, visit.policy, visit.reader, reference, today=visit.today)
        listed = find_of_case(session, visit, {}, 1, MOST_PER_PAGE)
    return visit.page(
        "sharing/of_case.html",
        title=f"{found.school}: sharing information",
        found=found,
        section="sharing",
        here=list_at(reference),
        decisions=listed.items,
        may_add=visit.may(Act.SHARE),
    )


@router.get("/schools/{urn}/record/sharing", dependencies=[may(Act.SEE_CASE, of=Matter)])
def of_school(visit: Visitor, urn: str) -> Response:
    """The sharing decisions on a school's own record."""
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        listed = find_of_school(session, visit, {}, 1, MOST_PER_PAGE)
        theirs = is_theirs(visit.officer, find_school(session, urn)) or found.reference is not None
    return visit.page(
        "sharing/of_school.html",
        title=f"{found.school}: sharing information",
        navigation="schools",
        found=found,
        here=f"/schools/{urn}/record/sharing",
        decisions=listed.items,
        may_add=theirs and visit.may(Act.SHARE),
    )


@router.get("/sharing/{id}", dependencies=[may(Act.SEE_CASE, of=SharingDecision)])
def decision(visit: Visitor, number: Key) -> Response:
    """One sharing decision, with its answers and what rests on it."""
    with visit.read() as session:
        found = shown.sharing_decision(session, visit.reader, number, today=visit.today)
    letters = SharedKind.LETTERS in found.kinds
    others = any(kind is not SharedKind.LETTERS for kind in found.kinds)
    return visit.page(
        "sharing/decision.html",
        title=f"Sharing information with {found.with_whom}",
        decision=found,
        questions=QUESTIONS,
        back=list_at(found.reference),
        may_write=letters and found.state in OPEN and visit.may(Act.WRITE_LETTER),
        may_hand_over=others and found.in_force and visit.may(Act.SHARE),
        may_withdraw=found.state in OPEN and visit.may(Act.SHARE),
        may_review=found.state is SharingState.AUTHORISED and visit.may(Act.AUTHORISE_SHARING),
    )


@router.get("/sharing/{id}/withdraw", dependencies=[may(Act.SHARE, of=SharingDecision)])
def withdraw(visit: Visitor, number: Key) -> Response:
    """The form for why it holds no more."""
    return _form(visit, number, "withdraw", Form())


@router.post("/sharing/{id}/withdraw", dependencies=[may(Act.SHARE, of=SharingDecision)])
def withdraw_sharing(visit: Visitor, number: Key, form: Posted) -> Response:
    """Withdraw it, and stop what has not left."""
    try:
        given = form.filled(WITHDRAWN)
        with visit.acting() as acting:
            withdrawing.withdraw_sharing(acting, number, given)
    except STAYS as refusal:
        return _form(visit, number, "withdraw", form.refused(refusal, WITHDRAWN))
    return visit.done(f"/sharing/{number}", SAYS_WITHDRAWN)


@router.get("/sharing/{id}/review", dependencies=[may(Act.AUTHORISE_SHARING, of=SharingDecision)])
def review(visit: Visitor, number: Key) -> Response:
    """The form for what a review found."""
    return _form(visit, number, "review", Form())


@router.post("/sharing/{id}/review", dependencies=[may(Act.AUTHORISE_SHARING, of=SharingDecision)])
def review_sharing(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say that it stands until the next review."""
    try:
        given = form.filled(REVIEWED)
        with visit.acting() as acting:
            withdrawing.review_sharing(acting, number, given)
    except STAYS as refusal:
        return _form(visit, number, "review", form.refused(refusal, REVIEWED))
    return visit.done(f"/sharing/{number}", SAYS_REVIEWED)


@router.get("/sharing/{id}/letters", dependencies=[may(Act.WRITE_LETTER, of=SharingDecision)])
def write(visit: Visitor, number: Key) -> Response:
    """The form for a letter to those whom the decision names."""
    return _form(visit, number, "letter", Form())


@router.post("/sharing/{id}/letters", dependencies=[may(Act.WRITE_LETTER, of=SharingDecision)])
def write_letter(visit: Visitor, number: Key, form: Posted) -> Response:
    """Draft it, and put it forward for approval."""
    try:
        given = form.filled(WRITTEN)
        with visit.acting() as acting:
            made = writing.write_shared_letter(acting, number, given).id
    except STAYS as refusal:
        return _form(visit, number, "letter", form.refused(refusal, WRITTEN))
    return visit.done(f"/proposals/{made}", SAYS_DRAFTED)


@router.get("/sharing/{id}/handed-over", dependencies=[may(Act.SHARE, of=SharingDecision)])
def hand_over(visit: Visitor, number: Key) -> Response:
    """The form for what was given to somebody."""
    return _form(visit, number, "hand_over", Form())


@router.post("/sharing/{id}/handed-over", dependencies=[may(Act.SHARE, of=SharingDecision)])
def record_hand_over(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put on record what was given."""
    try:
        given = form.filled(HANDED_OVER)
        with visit.acting() as acting:
            writing.hand_over(acting, number, given)
    except STAYS as refusal:
        return _form(visit, number, "hand_over", form.refused(refusal, HANDED_OVER))
    return visit.done(f"/sharing/{number}", SAYS_HANDED_OVER)


_TITLES = {
    "withdraw": "Withdraw the sharing decision",
    "review": "Review the sharing decision",
    "letter": "Write to those with whom it is shared",
    "hand_over": "Record what was handed over",
}


def _form(visit: Visit, number: int, what: str, form: Form) -> Response:
    checks: Mapping[str, Callable[[Session], object]] = {
        "withdraw": lambda session: withdrawing.find_open(
            session, visit.officer, Act.SHARE, number
        ),
        "review": lambda session: withdrawing.find_authorised(session, visit.officer, number),
        "letter": lambda session: writing.find_for_letter(session, visit.officer, number),
        "hand_over": lambda session: writing.find_for_handing_over(session, visit.officer, number),
    }
    with visit.read() as session:
        if not form.errors:
            checks[what](session)
        found = shown.sharing_decision(session, visit.reader, number, today=visit.today)
    return visit.page(f"sharing/{what}_form.html", title=_TITLES[what], form=form, decision=found)
