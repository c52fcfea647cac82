"""The page of a personal link: somebody at a school says whether a report’s facts are accurate.

Its secret stands in an address once, and addresses end up in histories and logs: so it goes into
a cookie at once, and no page is shown at that address. Whoever has it needs no account.
"""

import re
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.database import read
from models.people.tables import digest
from models.refusals import InvalidInput, NotIdentified, NotPossible, TooManyTries
from models.reports.checking import FactsChecked, answer_by_link
from models.reports.found import author_of, title_of
from models.reports.links import (
    LinkState,
    Opened,
    check_rate,
    document,
    note_failure,
    opened,
    sections_issued,
)
from models.reports.tables import AccuracyKey
from models.rows import get_row
from models.schools.tables import School
from web.door import AtDoor, Door
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.people.sign_in import network_address
from web.pages.visits import keep, kept, page
from web.rules import anybody, whoever_holds
from web.waiting import may_wait

LINK = "scc_report_link"
LASTS = timedelta(hours=4)  # between opening the link and the answer
PATH = "/report-accuracy"
# What of it is in search engines or in the histories of others helps nobody.
UNSEEN = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
TITLE = "Are the facts in this report accurate?"
ANSWER = Asked(
    FactsChecked,
    answer=("Your answer", "Choose whether the facts are accurate"),
    comments=("Your comments", "Enter what is not accurate"),
)

router = APIRouter()


@router.get(f"{PATH}/{{secret}}", dependencies=[whoever_holds(of=AccuracyKey)])
def open_link(request: Request, secret: str) -> Response:
    """Keep the secret and go on to a page without it."""
    answer = RedirectResponse(PATH, 303, headers=UNSEEN)
    if re.fullmatch(r"[A-Za-z0-9_-]{43}", secret):
        keep(request, answer, LINK, secret, LASTS)
    return answer


@router.get(PATH, dependencies=[anybody])
def show(request: Request, door: AtDoor) -> Response:
    """The report and the question, or what became of it."""
    try:
        return _page(request, door, _opened(request, door), Form())
    except (NotIdentified, TooManyTries) as refusal:
        return _no_link(request, refusal)


@router.post(PATH, dependencies=[anybody])
def answer(request: Request, door: AtDoor, form: Posted) -> Response:
    """Put the answer on record, once."""
    try:
        found = _opened(request, door)
        try:
            given = form.filled(ANSWER)
            mark = digest(kept(request, LINK))
            answer_by_link(door.engine, door.policy, door.now, mark, given)
        except InvalidInput as invalid:
            return _page(request, door, found, form.refused(invalid, ANSWER))
        except NotPossible:  # its page says why
            return _page(request, door, _opened(request, door), Form())
    except (NotIdentified, TooManyTries) as refusal:
        return _no_link(request, refusal)
    return RedirectResponse(PATH, 303, headers=UNSEEN)


@router.get(f"{PATH}.pdf", dependencies=[anybody])
def download(request: Request, door: AtDoor) -> Response:
    """The report as it was issued."""
    try:
        found = _opened(request, door)
    except (NotIdentified, TooManyTries) as refusal:
        return _no_link(request, refusal)
    if found.state not in (LinkState.OPEN, LinkState.ANSWERED):
        return _page(request, door, found, Form())
    with read(door.engine) as session:
        content = document(session, found)
    name = {"Content-Disposition": 'attachment; filename="report.pdf"'}
    return Response(content, media_type="application/pdf", headers=UNSEEN | name)


def _opened(request: Request, door: Door) -> Opened:
    """What the link opens that this browser keeps; raises NotIdentified, TooManyTries."""
    mark, address = digest(kept(request, LINK)), network_address(request)
    check_rate(door.engine, door.now, address)
    try:
        with read(door.engine) as session:
            found = opened(session, mark, door.now)
    except NotIdentified:
        if kept(request, LINK):
            note_failure(door.engine, door.now, mark, address)
        raise
    if found.state is LinkState.SHUT:  # as if it were not there
        raise NotIdentified("This link cannot be used now.")
    return found


def _page(request: Request, door: Door, found: Opened, form: Form) -> Response:
    with read(door.engine) as session:
        school = get_row(session, School, found.report.urn)
        author = author_of(session, found.report)
        sections = sections_issued(session, found)
    status = {LinkState.OPEN: 200, LinkState.ANSWERED: 200}.get(found.state, 410)
    shown = page(
        request,
        "reports/link.html",
        422 if form.errors else status,
        title=TITLE if found.state is LinkState.OPEN else "Factual accuracy of a report",
        mail_configured=True,  # of no concern to a school
        school=school,
        report=found.report,
        sections=sections,
        called=title_of(door.policy, found.report.kind),
        author=author,
        link=found.link,
        issue=found.issue,
        state=found.state,
        letterhead=door.policy.letterhead,
        form=form,
        errors=form.errors,
    )
    shown.headers.update(UNSEEN)
    return shown


def _no_link(request: Request, refusal: NotIdentified | TooManyTries) -> Response:
    """What is said to a browser in which no link is open that works."""
    policy = request.app.state.policy
    shown = page(
        request,
        "reports/no_link.html",
        404,
        title="This link does not work",
        mail_configured=True,
        waits=refusal.message if isinstance(refusal, TooManyTries) else "",
        letterhead=policy.letterhead,
    )
    shown.headers.update(UNSEEN)
    return may_wait(shown, refusal)
