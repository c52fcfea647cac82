"""By which edition of the guidance a case goes, asked once the policy names another."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.escalations import guidance
from models.matters.case import find_case
from models.people.access import Act
from models.refusals import InvalidInput
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.visits import Reference, Visit, Visitor, may, says

SAYS_CHOSEN = says("guidance", "It is on record which guidance the case follows")
router = APIRouter()
CHOICE = Asked(
    guidance.GuidanceChoice,
    choice=("The guidance", "Choose which guidance the case follows"),
    reason=("Reason", "Enter a reason"),
)


@router.get("/escalations/{reference}/guidance", dependencies=[may(Act.CHOOSE_GUIDANCE)])
def choice(visit: Visitor, reference: Reference) -> Response:
    """The form; refused where nothing is asked."""
    return _choice(visit, reference, Form())


@router.post("/escalations/{reference}/guidance", dependencies=[may(Act.CHOOSE_GUIDANCE)])
def choose(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Put the choice on record."""
    try:
        given = form.filled(CHOICE)
        with visit.acting() as acting:
            guidance.choose_guidance(acting, reference, given)
    except InvalidInput as invalid:
        return _choice(visit, reference, form.refused(invalid, CHOICE))
    return visit.done(f"/escalations/{reference}", SAYS_CHOSEN)


def _choice(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        guidance.check_asked(case)
        return visit.page(
            "escalations/guidance_form.html",
            title="Which guidance does this case follow?",
            form=form,
            case=case,
            own=case.guidance,
            todays=case.todays_policy.guidance.words,
        )
