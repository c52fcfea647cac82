"""The web application for tests: built once in each process, as building it takes half a second.

What differs from test to test is its state alone: settings, database, policy, clock. Whoever asks
puts theirs in place first; the requests of one process come one after the other, or share a state.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine
from starlette.datastructures import State
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from models.policy import load_policy
from models.settings import Settings
from web.app import create_app


@cache
def _built(https: bool) -> tuple[FastAPI, FastAPI]:
    """The application and the API that is mounted in it."""
    base_url = "https://tracker.example" if https else "http://127.0.0.1:8000"
    app = create_app(Settings(base_url=base_url, _env_file=None), create_engine("sqlite://"))
    [api] = [
        route.app
        for route in app.routes
        if isinstance(route, Mount) and isinstance(route.app, FastAPI)
    ]
    return app, api


class Application:
    """As `web.app.create_app`, with a state of its own."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._apps = _built(settings.base_url.startswith("https:"))
        self.state = State()
        self.state.settings = settings
        self.state.engine = engine
        self.state.policy = load_policy(settings.policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with this state."""
        for app in self._apps:
            app.state = self.state
        await self._apps[0](scope, receive, send)


class Client(TestClient):
    """A test client whose requests share one event loop: a thread for each takes its time."""

    loop: BlockingPortal | None = None  # in a thread of its own, as a server has one

    @contextmanager
    def _portal_factory(self) -> Iterator[BlockingPortal]:
        with ExitStack() as stack:
            yield self.loop or stack.enter_context(super()._portal_factory())


@pytest.fixture(scope="session", autouse=True)
def loop_of_requests() -> Iterator[None]:
    """One event loop for the requests of all tests of this process."""
    with start_blocking_portal() as Client.loop:
        yield
    Client.loop = None
