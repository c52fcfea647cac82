"""Who is visiting, what stands round the content of every page, and how an action is answered."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, NewType
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models.approvals.shown import waiting_count
from models.database import read
from models.people import identity
from models.people.access import Act, Reader, reader
from models.people.access import may as may_do
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import NotAllowed, NotIdentified
from models.settings import Settings
from web.door import AtDoor, Door, act, acting, at_once, key, let_in, reference, school_year
from web.pages.forms import Form
from web.rendering import render
from web.rules import May

SESSION = "scc_session"
DONE = "scc_done"
BY_ITSELF = "by_itself"  # in an address: no person asked for it

# What a page says after the action before it: the cookie names the sentence, never carries it.
Said = NewType("Said", str)
_SENTENCES: dict[str, str] = {}


def says(name: str, sentence: str) -> Said:
    """The name of what the next page says, once, after an action of a page; told beside that page.

    It must be said as the module is loaded: another process may show the next page.
    """
    assert _SENTENCES.setdefault(name, sentence) == sentence, name  # noqa: S101 - a fault of ours
    return Said(name)


class _Undo(Exception):  # noqa: N818 - not an error: how a transaction is told to roll back
    pass


@dataclass(frozen=True)
class Visit:
    """One request of an officer who is signed in; `waiting` counts what they are to decide."""

    request: Request
    door: Door
    waiting: int

    @property
    def officer(self) -> Officer:
        """Who makes the request; within a write transaction, as they are there."""
        officer: Officer = self.request.state.officer
        return officer

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.door.policy

    @property
    def now(self) -> datetime:
        """The moment of the visit."""
        return self.door.now

    @property
    def today(self) -> date:
        """The day in London."""
        return self.door.today

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking."""
        with read(self.door.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One write transaction, in which the officer is who they still are."""
        with acting(self.request) as session:
            yield session

    @contextmanager
    def acting(self) -> Iterator[Acting]:
        """The same, as commands take it."""
        with act(self.request, self.door) as acting:
            yield acting

    @contextmanager
    def rehearsal(self) -> Iterator[Acting]:
        """A write transaction that is undone: to hear a command's refusals before it is meant."""
        with suppress(_Undo), self.acting() as acting:
            yield acting
            raise _Undo

    @property
    def reader(self) -> Reader:
        """What the officer may look at."""
        return reader(self.officer, self.today)

    def may(self, act: Act) -> bool:
        """Whether the officer's role lets them do this: what a page need not offer otherwise."""
        return may_do(self.officer, act)

    def page(
        self, template: str, *, title: str, form: Form | None = None, **context: object
    ) -> Response:
        """A page; when its form has errors, with status 422."""
        form = form or Form()
        status = 422 if form.errors else 200
        return page(
            self.request, template, status, title=title, form=form, errors=form.errors, **context
        )

    def ask_again(self, shown: Response, seconds: int) -> None:
        """Let the page ask for itself anew after so long; that is no sign of the officer."""
        address = self.request.url.include_query_params(**{BY_ITSELF: "1"})
        shown.headers["Refresh"] = f"{seconds}; url={address.path}?{address.query}"

    def done(self, address: str, what: Said) -> Response:
        """Answer an action: on to a page that says, once, what was done."""
        return went_on(self.request, address, what)


def page(request: Request, template: str, status: int, **context: object) -> Response:
    """A page with its frame, for whoever is visiting."""
    visit: Visit | None = getattr(request.state, "visit", None)
    settings: Settings = request.app.state.settings
    policy: Policy = request.app.state.policy
    done = request.cookies.get(DONE)
    frame = {
        "officer": visit.officer if visit else None,
        "waiting_count": visit.waiting if visit else 0,
        "may_start": visit.may(Act.START) if visit else False,
        "sees_outlines": visit.may(Act.SEE_OUTLINES) if visit else False,
        "sees_cases": visit.may(Act.SEE_CASE) if visit else False,
        "sees_programme": visit.may(Act.SEE_PROGRAMME) if visit else False,
        "sees_presentations": visit.may(Act.SEE_PRESENTATIONS) if visit else False,
        "sees_support": visit.may(Act.SEE_SUPPORT) if visit else False,
        "administers": visit.may(Act.SEE_SYSTEM) if visit else False,
        "demonstration": visit.officer.demonstration if visit else False,
        "council": policy.letterhead.council,
        "mail_configured": bool(settings.mail_url),
        "done": _SENTENCES.get(done or ""),
    }
    html = render(template, **frame | context)
    # A lone surrogate that was typed is shown again as a question mark: UTF-8 has no other way.
    shown = Response(html.encode("utf-8", "replace"), status, media_type="text/html")
    if done is not None:
        shown.delete_cookie(DONE)
    return shown


def went_on(request: Request, address: str, what: Said | None = None) -> Response:
    """A redirect after an action, with the sentence that the next page says."""
    answer = RedirectResponse(address, 303)
    if what is not None:
        answer.set_cookie(DONE, what, max_age=60, httponly=True, secure=is_https(request))
    return answer


def is_https(request: Request) -> bool:
    """Whether the browser speaks HTTPS, to us or to the proxy before us."""
    settings: Settings = request.app.state.settings
    return request.url.scheme == "https" or settings.base_url.startswith("https:")


def kept(request: Request, name: str) -> str:
    """What a cookie of ours holds that is a secret; nothing when there is none."""
    return request.cookies.get(_full(request, name), "")


def keep(request: Request, answer: Response, name: str, secret: str, lasts: timedelta) -> None:
    """Let the browser keep a secret that scripts and other sites do not get."""
    answer.set_cookie(
        _full(request, name),
        secret,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def drop(request: Request, answer: Response, name: str) -> None:
    """Let the browser forget a secret."""
    answer.delete_cookie(
        _full(request, name), httponly=True, samesite="lax", secure=is_https(request)
    )


def _full(request: Request, name: str) -> str:
    """By HTTPS a name that a browser takes from this host by HTTPS alone, and no other name."""
    return f"__Host-{name}" if is_https(request) else name


def visit(request: Request, door: AtDoor) -> Visit:
    """Whoever is signed in; raises NotIdentified when nobody is."""
    known = find_visit(request, door)
    if known is None:
        raise NotIdentified("Sign in to see this page.")
    return known


def find_visit(request: Request, door: Door) -> Visit | None:
    """Whoever is signed in, if anybody is; the frame of the page shows their name."""
    secret = kept(request, SESSION)
    if not secret:
        return None
    by_itself = BY_ITSELF in request.query_params
    found = identity.visitor(door.engine, now=door.now, secret=secret, by_itself=by_itself)
    if found is None:
        return None
    sign_in, officer = found
    with read(door.engine) as session:
        waiting = waiting_count(session, officer, door.today)
    known = request.state.visit = Visit(request, door, waiting)
    let_in(request, sign_in, officer)
    return known


Visitor = Annotated[Visit, Depends(visit)]


def visiting(visit: Visitor) -> Officer:
    """The officer who is signed in."""
    return visit.officer


may = May(visiting)


def same_origin(request: Request) -> None:
    """Refuse what another site made a browser send here (CSRF), for every unsafe method.

    `Sec-Fetch-Site` says it where the browser sends it (over HTTPS and to loopback), else
    `Origin` must be ours. Something that sends neither is no browser and holds no cookie.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        ours = site in ("same-origin", "none")
    else:
        ours = origin is None or origin in _our_origins(request)
    if not ours:
        raise NotAllowed("This was sent from another web site, so nothing was done.")


def _our_origins(request: Request) -> set[str]:
    settings: Settings = request.app.state.settings
    base = urlsplit(settings.base_url)
    return {
        f"{request.url.scheme}://{request.headers.get('host', '')}",
        f"{base.scheme}://{base.netloc}",
    }


Key = Annotated[int, at_once(key)]
Reference = Annotated[str, at_once(reference)]
SchoolYear = Annotated[int, at_once(school_year)]
