"""There and back: visitors at the council's identity provider, which speaks the real protocol."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.events import Event, verify
from models.people import credentials, identity, officers
from models.people.tables import Officer
from models.refusals import NotIdentified
from tests.support.council import NOW, Council
from tests.support.oidc_provider import CLIENT, SECRET, Provider, provider_for
from tests.support.visitors import Page, Visitor, Visitors
from web.pages.visits import SESSION

ANSWER = "http://127.0.0.1:8000/sign-in/council/answer"
LINK = "/sign-in/council/link"
RUTH = {
    "sub": "pairwise",
    "oid": "0a1b",
    "tid": "9f8e",
    "name": "Ruth Calloway",
    "preferred_username": "ruth@fernshire.example",
    "roles": ["officer"],
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The council's identity provider, at which Ruth Calloway signs in."""
    with provider_for(ANSWER) as provider:
        provider.person = dict(RUTH)
        yield provider


def served(
    engine: Engine, council: Council, home: Path, provider: Provider, **more: Any
) -> Visitors:
    return Visitors(
        engine,
        council,
        home,
        **{
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            **more,
        },
    )


def leave(visitor: Visitor, address: str = "/sign-in/council") -> str:
    """Go to the provider and sign in there; the address that it sends the browser back to."""
    out = visitor.client.get(address, follow_redirects=False)
    assert out.status_code == 303, out.text
    back = httpx.get(out.headers["location"], verify=False)
    assert back.status_code == 302, back.text
    return back.headers["location"]


def go(visitor: Visitor, status: int = 200, address: str = "/sign-in/council") -> Page:
    """There and back."""
    return visitor.get(leave(visitor, address), status)


def officer(engine: Engine, email: str = "ruth@fernshire.example") -> Officer:
    with read(engine) as session:
        return officers.find_officer(session, email)


def kinds(engine: Engine) -> list[str]:
    with read(engine) as session:
        assert verify(session) is None
        return list(session.exec(select(Event.kind).order_by(col(Event.sequence))))


def assert_nobody(visitor: Visitor) -> None:
    """Nobody is signed in in this browser."""
    assert SESSION not in visitor.client.cookies
    assert visitor.get("/account").path.startswith("/sign-in")


def assert_token_is_dead(visitors: Visitors, token: str) -> None:
    with pytest.raises(NotIdentified):
        identity.caller(visitors.engine, now=NOW, token=token)


def invite(visitors: Visitors, invited: Officer) -> Visitor:
    """A browser in which the officer's link was opened."""
    with write(visitors.engine) as session:
        secret = credentials.issue_invitation(session, now=NOW, officer=invited, by="somebody")
    visitor = visitors.stranger()
    visitor.get(f"/set-password/{secret}")
    return visitor
