"""Cover for absence: letting a colleague decide for you between two days."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.people import cover as people_cover
from models.people.access import ON_THE_CASE, Act
from models.people.shown import delegations, officers_in
from models.people.tables import Delegation
from models.refusals import InvalidInput
from web.door import key
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.lists import PageNumber, address
from web.pages.visits import Visit, Visitor, may, says

SAYS_COVER = says("cover", "Your colleague can decide for you on these days")
SAYS_COVER_ENDED = says("cover_ended", "The cover has ended")


router = APIRouter()
PER_PAGE = 25
COVER = Asked(
    people_cover.Cover,
    colleague=("Colleague", "Choose who decides for you"),
    first_day=("First day", "Enter the first day"),
    last_day=("Last day", "Enter the last day"),
    reason=("Reason", "Enter a reason"),
)


@router.get("/cover", dependencies=[may(Act.DELEGATE)])
def cover(visit: Visitor, page: PageNumber) -> Response:
    """The cover that the officer gave and was given."""
    with visit.read() as session:
        found = delegations(session, visit.reader, today=visit.today, page=page, per_page=PER_PAGE)
    return visit.page("people/cover.html", title="Cover", found=found, address=address(visit, {}))


@router.get("/cover/new", dependencies=[may(Act.DELEGATE)])
def new(visit: Visitor) -> Response:
    """The form for giving cover."""
    return _form(visit, Form())


@router.post("/cover/new", dependencies=[may(Act.DELEGATE)])
def give(visit: Visitor, form: Posted) -> Response:
    """Let the colleague decide from one day to the other."""
    try:
        given = form.filled(COVER)
        with visit.acting() as acting:
            people_cover.delegate(acting, given)
    except InvalidInput as invalid:
        return _form(visit, form.refused(invalid, COVER))
    return visit.done("/cover", SAYS_COVER)


def _form(visit: Visit, form: Form) -> Response:
    with visit.read() as session:
        officers = officers_in(session, ON_THE_CASE)
    return visit.page(
        "people/cover_form.html",
        title="Let a colleague decide for you",
        form=form,
        officers=[officer for officer in officers if officer.id != visit.officer.id],
    )


@router.post("/cover/{number}/end", dependencies=[may(Act.DELEGATE, of=Delegation)])
def end(visit: Visitor, number: str) -> Response:
    """End cover before its last day."""
    with visit.acting() as acting:
        people_cover.end_delegation(acting, key(number))
    return visit.done("/cover", SAYS_COVER_ENDED)
