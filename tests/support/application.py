"""The web application for tests: built once in each process, as building it takes half a second.

What differs from test to test is its state alone: settings, database, policy, clock. Whoever asks
puts theirs in place first; the requests of one process come one after the other, or share a state.
"""

from functools import cache

from fastapi import FastAPI
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
