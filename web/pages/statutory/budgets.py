"""A suspended budget (section 66): receipt of its notice, who is heard, and its yearly review."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.people.access import Act
from models.people.acting import Acting
from models.statutory import budgets, tables
from web.pages.asked import Asked
from web.pages.forms import Posted
from web.pages.statutory.powers import PowerForm, begin, post
from web.pages.visits import Key, Said, Visitor, may, says

SAYS_HEARD = says("heard", "The representation has been recorded")
SAYS_RECEIPT = says("receipt", "The receipt has been recorded. The suspension has taken effect")
SAYS_REVIEWED = says(
    "reviewed", "The decision on the review has been drafted and is waiting for approval"
)


router = APIRouter()

RECEIPT = PowerForm(
    "statutory/receipt_form.html",
    "Record the receipt of the notice under {}",
    Asked(
        budgets.ReceiptOfNotice,
        received_on=("The date", "Enter the date on which it was received"),
        evidence=("Evidence", "Enter the evidence"),
    ),
)
REPRESENTATION = PowerForm(
    "statutory/representation_form.html",
    "Record representations about {}",
    Asked(
        budgets.RepresentationMade,
        from_whom=("From whom", "Choose from whom it came"),
        received_on=("The date", "Enter the date on which it was received"),
        said=("What they said", "Enter what they said"),
    ),
)
REVIEW = PowerForm(
    "statutory/review_form.html",
    "Review {}",
    Asked(
        budgets.OutcomeOfReview,
        outcome=("Outcome", "Choose the outcome of the review"),
        reasons=("Reasons", "Enter your reasons"),
        words=("What the school is told", "Enter what the letter says to the school"),
    ),
)


@router.get("/powers/{id}/receipt", dependencies=[may(Act.RECORD_RECEIPT, of=tables.Power)])
def receipt(visit: Visitor, number: Key) -> Response:
    """The form for the receipt of a notice of suspension."""
    return begin(visit, number, RECEIPT)


@router.post("/powers/{id}/receipt", dependencies=[may(Act.RECORD_RECEIPT, of=tables.Power)])
def record_receipt(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record when the governing body received the notice of suspension."""

    def command(acting: Acting, given: budgets.ReceiptOfNotice) -> Said:
        budgets.record_receipt(acting, number, given)
        return SAYS_RECEIPT

    return post(visit, number, form, RECEIPT, command)


@router.get(
    "/powers/{id}/representations/new",
    dependencies=[may(Act.RECORD_REPRESENTATION, of=tables.Power)],
)
def representation(visit: Visitor, number: Key) -> Response:
    """The form for representations about a suspended budget."""
    return begin(visit, number, REPRESENTATION)


@router.post(
    "/powers/{id}/representations/new",
    dependencies=[may(Act.RECORD_REPRESENTATION, of=tables.Power)],
)
def record_representation(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record what the governing body or the headteacher said."""

    def command(acting: Acting, given: budgets.RepresentationMade) -> Said:
        budgets.record_representation(acting, number, given)
        return SAYS_HEARD

    return post(visit, number, form, REPRESENTATION, command)


@router.get("/powers/{id}/reviews/new", dependencies=[may(Act.REVIEW_BUDGET, of=tables.Power)])
def review(visit: Visitor, number: Key) -> Response:
    """The form for the review of a suspended budget."""
    return begin(visit, number, REVIEW)


@router.post("/powers/{id}/reviews/new", dependencies=[may(Act.REVIEW_BUDGET, of=tables.Power)])
def review_budget(visit: Visitor, number: Key, form: Posted) -> Response:
    """Draft the decision on a suspended budget, and put it forward."""

    def command(acting: Acting, given: budgets.OutcomeOfReview) -> Said:
        budgets.review_budget(acting, number, given)
        return SAYS_REVIEWED

    return post(visit, number, form, REVIEW, command)
