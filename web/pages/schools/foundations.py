"""Whether a foundation school has a foundation: asked at its page, and "none" is an answer."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.people.access import Act
from models.schools import shown as schools_shown
from models.schools.foundations import FoundationOfSchool, say_foundation
from models.schools.tables import School
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Visit, Visitor, may, says

SAYS_FOUNDATION = says("foundation", "The answer about the foundation has been recorded")


router = APIRouter()
ANSWER = Asked(
    FoundationOfSchool,
    none=("The answer", "Choose whether the school has a foundation"),
    reason=("How it is known", "Enter how that is known"),
)


@router.get("/schools/{urn}/foundation", dependencies=[may(Act.CHANGE_CONTACTS, of=School)])
def foundation(visit: Visitor, urn: str) -> Response:
    """The question whether there is a foundation."""
    return _foundation(visit, urn, Form())


@router.post("/schools/{urn}/foundation", dependencies=[may(Act.CHANGE_CONTACTS, of=School)])
def set_foundation(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put the answer on record."""
    try:
        given = form.filled(ANSWER)
        with visit.acting() as acting:
            say_foundation(acting, urn, given)
    except STAYS as refusal:
        return _foundation(visit, urn, form.refused(refusal, ANSWER))
    return visit.done(f"/schools/{urn}", SAYS_FOUNDATION)


def _foundation(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
    return visit.page(
        "schools/foundation_form.html",
        title="Does the school have a foundation?",
        navigation="schools",
        form=form,
        school=school,
    )
