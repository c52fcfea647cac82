"""Who is visiting, what every page shows round its content, and how an action is answered."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Engine
from sqlmodel import Session

from models import reading
from models.commands import directory
from models.commands.casework import require
from models.database import read, write
from models.officers import Officer, Role
from models.policy import Policy
from models.refusals import NotAllowed, NotFound, NotIdentified
from models.settings import Settings
from web.pages.forms import Form
from web.rendering import render

SESSION = "scc_session"
DONE = "scc_done"
# A key of a row: beyond this no database has one, and asking could only fail.
LARGEST_KEY = 2**31 - 1

# What a page says after the action before it: the cookie names the sentence, never carries it.
SENTENCES = {
    "started": "The escalation is started.",
    "start_proposed": "The escalation is proposed. It waits for a Head of Service.",
    "discussion": "The discussion is on record.",
    "response": "The response is on record.",
    "judged": "The judgement is on record.",
    "proposed": "The proposal is made. It waits for a decision.",
    "approved": "The proposal is approved.",
    "signed_off": "You have signed the proposal off. It now waits for the next approver.",
    "returned": "The proposal is returned to its proposer.",
    "letter": "The new version of the letter is saved.",
    "contact": "The contact is saved.",
    "settled": "Your decision about the message is on record.",
    "signed_out": "You are signed out.",
}


def clock() -> datetime:
    """The time of the visit."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(clock)]


@dataclass(frozen=True)
class Visit:
    """One request of an officer who is signed in."""

    request: Request
    officer: Officer
    now: datetime
    waiting: int

    @property
    def engine(self) -> Engine:
        """The database."""
        engine: Engine = self.request.app.state.engine
        return engine

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        policy: Policy = self.request.app.state.policy
        return policy

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking."""
        with read(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One write transaction."""
        with write(self.engine) as session:
            yield session

    @contextmanager
    def rehearsal(self) -> Iterator[Session]:
        """A write transaction that is undone: to hear a command's refusals before it is meant."""
        with write(self.engine) as session:
            yield session
            session.connection().get_transaction().rollback()

    def require(self, roles: Collection[Role], to_do: str) -> None:
        """Refuse the page of an action to those whose role may not take it."""
        require(self.officer, roles, to_do)

    def page(
        self, template: str, *, title: str, form: Form | None = None, **context: object
    ) -> Response:
        """A page of the service; with a form that has errors, status 422."""
        errors = form.errors if form else []
        context |= {"form": form or Form(), "errors": errors}
        return html(
            self.request, template, 422 if errors else 200, visit=self, title=title, **context
        )
