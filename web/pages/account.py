"""An officer's own page, and the accessibility statement."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.commands import directory
from web.door import AtDoor
from web.pages.visits import Visitor, find_visit, page

router = APIRouter()


@router.get("/account")
def account(visit: Visitor) -> Response:
    """Who the officer is here, and their personal code for Prefect."""
    return visit.page("account.html", title="My account")


@router.get("/account/code")
def no_code_yet(_: Visitor) -> Response:
    """A code is told once, in answer to the button; its address by itself leads back."""
    return RedirectResponse("/account", 303)


@router.post("/account/code")
def new_code(visit: Visitor) -> Response:
    """A new personal code, told this once."""
    with visit.write() as session:
        code = directory.issue_code(session, now=visit.now, officer=visit.officer)
    return visit.page("account_code.html", title="Your new personal code", code=code)


@router.get("/accessibility")
def accessibility(request: Request, door: AtDoor) -> Response:
    """The accessibility statement, for everybody."""
    find_visit(request, door)
    return page(
        request,
        "accessibility.html",
        200,
        title="Accessibility statement",
        contact=door.policy.letterhead.email,
    )
