"""What a page says when something was refused, is not there or went wrong."""

import re
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from models.refusals import NotIdentified, Refused
from web.door import open_door
from web.pages.visits import find_visit, page
from web.rules import keep_refusal
from web.unavailable import Unavailable
from web.waiting import retry_after

REFERENCE = re.compile("ESC-[0-9]{4}-[0-9]{4,9}")
SAFE = ("GET", "HEAD")
WORDS = {
    400: ("What was sent could not be read", "Go back and try again."),
    404: (
        "Page not found",
        "If you typed the address, check that it is correct. "
        "If you followed a link, what it leads to may have been moved.",
    ),
    405: (
        "This address cannot be used this way",
        "It belongs to a form. Go to the page with the form and send it from there.",
    ),
    408: (
        "What you sent did not arrive in time",
        "Nothing was done. Check your connection, then go back and try again.",
    ),
    413: (
        "That is too much at once",
        "Go back, shorten what you entered and try again. A file can be 25 MB at most.",
    ),
    500: (
        "Sorry, there is a problem with the service",
        "Try again in a few minutes. If you were saving something, look first whether it is there.",
    ),
}


def refused(request: Request, refusal: Refused) -> Response:
    """A refusal in words, with a way back; to sign-in for whoever is not signed in."""
    if isinstance(refusal, NotIdentified):
        query = urlencode({"next": _address(request)})
        return RedirectResponse(f"/sign-in?{query}", 303)
    keep_refusal(request, refusal)
    answer = _problem(request, refusal.status, refusal.title, refusal.message)
    answer.headers.update(retry_after(refusal))
    return answer


def failed(request: Request, status: int) -> Response:
    """A page for a status that no rule gave: a wrong address, a wrong method, a fault of ours."""
    fallback = 500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400
    title, message = WORDS.get(status) or WORDS[fallback]
    return _problem(request, status, title, message)


def away(request: Request, found: Unavailable) -> Response:
    """A page that asks nothing of database or disk, which refuse."""
    answer = _problem(request, found.status, found.title, found.detail)
    answer.headers.update(found.headers)
    return answer


def _address(request: Request) -> str:
    """Where to go on after signing in: every form's address also shows the form."""
    query = request.url.query
    return request.url.path + (f"?{query}" if query and request.method in SAFE else "")


def _problem(request: Request, status: int, title: str, message: str) -> Response:
    # A fault may be the database's own: its page asks nothing of it.
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and not hasattr(request.state, "visit"):
        find_visit(request, open_door(request))
    return page(
        request,
        "problem.html",
        status,
        title=title,
        message=message,
        named=REFERENCE.search(message),
        back=_back(request),
    )


def _back(request: Request) -> str | None:
    """The page that the officer came from, if it is one of ours."""
    before = request.headers.get("referer", "")
    ours = f"{request.url.scheme}://{request.headers.get('host', '')}/"
    return before if before.startswith(ours) else None
