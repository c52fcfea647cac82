"""What every request comes with: the database, the policy, the settings and the time."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, wraps
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlmodel import Session

from models.clocks import london_date
from models.escalations.tables import Escalation
from models.people import identity
from models.people.acting import Acting
from models.people.tables import Credential, Officer, SignIn
from models.policy import Policy
from models.refusals import NotFound
from models.rows import LAST_KEY
from models.settings import Settings


@cache
def at_once(given: Callable[..., Any]) -> Any:
    """As `Depends`, for what asks nobody: it is told in the event loop, and takes no thread."""

    @wraps(given)
    async def told(*values: Any, **named: Any) -> Any:
        return given(*values, **named)

    return Depends(told)


@dataclass(frozen=True)
class Door:
    """What stands behind one request; `now` is the moment it came in."""

    engine: Engine
    policy: Policy
    settings: Settings
    now: datetime

    @property
    def today(self) -> date:
        """The day in London."""
        return london_date(self.now)


def open_door(request: Request) -> Door:
    """The door of this application, as `create_app` set it up."""
    state = request.app.state
    return Door(state.engine, state.policy, state.settings, state.clock())


def let_in(request: Request, proof: SignIn | Credential, officer: Officer) -> None:
    """Note who makes a request, and by what that was proved."""
    request.state.officer, request.state.proof = officer, proof


@contextmanager
def acting(request: Request) -> Iterator[Session]:
    """The write transaction of whoever makes a request: the only one that pages and API open.

    Raises NotIdentified when they are signed out by now.
    """
    state = request.app.state
    proof = request.state.proof
    with identity.acting(state.engine, proof=proof, clock=state.clock) as (session, officer):
        request.state.officer = officer
        yield session
    request.state.saved = True  # whatever fails from here on


@contextmanager
def act(request: Request, door: Door) -> Iterator[Acting]:
    """The same transaction, as commands take it."""
    with acting(request) as session:
        yield Acting(session, door.policy, request.state.officer, door.now)


AtDoor = Annotated[Door, at_once(open_door)]


def _act(request: Request, door: AtDoor) -> Callable[[], AbstractContextManager[Acting]]:
    return lambda: act(request, door)


InOneGo = Annotated[Callable[[], AbstractContextManager[Acting]], at_once(_act)]


def key(id: str) -> int:
    """The key of a row out of an address; raises NotFound for what cannot be one."""
    if not re.fullmatch("[1-9][0-9]{0,9}", id) or int(id) > LAST_KEY:
        raise NotFound("There is nothing with this number.")
    return int(id)


def school_year(number: str) -> int:
    """A school year out of an address: the year in which it begins; raises NotFound."""
    if not re.fullmatch("2[01][0-9]{2}", number):
        raise NotFound("There is no such school year.")
    return int(number)


def reference(reference: str) -> str:
    """The reference of an escalation out of an address; raises NotFound for what cannot be one."""
    if not re.fullmatch("ESC-[0-9]{4}-[0-9]{4,9}", reference):
        raise NotFound(Escalation.missing)
    return reference
