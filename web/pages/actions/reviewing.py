"""The weekly review of the register: the open actions, with a line said on each."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.actions.following import ProgressOf
from models.actions.reviewing import MOST_LISTED, to_review
from models.inputs import refusing
from models.people.access import Act
from models.programme import duties_shown, reviews
from models.programme.tables import DutyKind
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.programme.duty_met import Duty
from web.pages.visits import Visit, Visitor, may, says

SAYS_REVIEWED = says("actions_reviewed", "The review has been recorded")

router = APIRouter()
REVIEW = Asked(
    reviews.ReviewHeld,
    held_on=("The date", "Enter the date on which it was held"),
    summary=("Summary", "Enter a summary, or a line on one of the actions"),
)
LINE = "line-"


@router.get("/reviews/actions", dependencies=[may(Act.RECORD_SUPPORT_WORK)])
def review(visit: Visitor, duty: Duty) -> Response:
    """The open actions, and a line for each."""
    return _review(visit, duty, Form())


@router.post("/reviews/actions", dependencies=[may(Act.RECORD_SUPPORT_WORK)])
def record_review(visit: Visitor, duty: Duty, form: Posted) -> Response:
    """Put the review on record, with what was said on each action."""
    try:
        form.demand(REVIEW)
        given = form.taken(REVIEW, kind=DutyKind.ACTION_REVIEW.value, duty=duty, lines=_lines(form))
        with visit.acting() as acting:
            reviews.record_review(acting, given)
    except STAYS as refusal:
        return _review(visit, duty, form.refused(refusal, REVIEW))
    return visit.done("/programme/duties", SAYS_REVIEWED)


def _lines(form: Form) -> list[ProgressOf]:
    with refusing():
        return [
            ProgressOf(
                action=int(name.removeprefix(LINE)),
                said=form.text(name),
                needed=form.text(f"{name}-needed") or None,
                needed_because=form.text(f"{name}-needed_because"),
            )
            for name in form.values
            if name.startswith(LINE) and name.removeprefix(LINE).isascii()
            if name.removeprefix(LINE).isdigit()
        ]


def _review(visit: Visit, duty: int | None, form: Form) -> Response:
    with visit.read() as session:
        actions = to_review(session, visit.policy, visit.reader, visit.today)
        due = (
            duties_shown.duty(session, visit.reader, duty, visit.today)
            if duty is not None
            else None
        )
    return visit.page(
        "actions/review_form.html",
        title="Weekly review of actions",
        navigation="risk",
        form=form,
        duty=due,
        actions=actions,
        most=MOST_LISTED,
    )
