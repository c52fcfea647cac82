"""The web application: pages, JSON API, static files and health in one."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine
from starlette.exceptions import HTTPException

from models.database import connect
from models.policy import load_policy
from models.refusals import Refused
from models.settings import Settings
from web import api, health, pages
from web.api.problems import failed
from web.protection import Protection
from web.rendering import STATIC
from web.routes import every_route
from web.rules import check_rules
from web.unavailable import handle_unavailable, unavailable
from web.uploads import uploads

# Who serves pages at once in one process; the others wait their turn. Python runs one at a time,
# and each that asks the database gives its turn away and waits for all others to have theirs.
THREADS = 16
# So many new objects to a search for dead ones; what is there at the start is no part of it.
BETWEEN_SEARCHES = 10_000


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """The application for these settings; without any, for those of the environment.

    `state.clock` gives the moment of each request: the one place where the web reads the time.
    Raises PolicyError when the policy cannot be used, and ValueError for a route that does not name
    its rule, or the table of the row that its address names.
    """
    settings = settings or Settings()
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=_serving)
    app.state.settings = settings
    app.state.engine = engine or connect(settings.database, at_once=THREADS)
    app.state.policy = load_policy(settings.policy)
    app.state.clock = _clock
    app.state.damaged = False  # whether a request has met damage in the database
    app.include_router(health.router)
    app.mount(api.ADDRESS, _with_state(api.create_api(), app))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(pages.router)
    app.add_exception_handler(Refused, pages.refused)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _failed)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _unreadable)
    handle_unavailable(app, pages.away)
    app.add_exception_handler(Exception, _broken)
    https = settings.base_url.startswith("https:")
    check_rules(every_route(app))
    longest_upload = uploads(every_route(app))
    app.add_middleware(Protection, refused=_failed, longest_upload=longest_upload, https=https)
    return app


@asynccontextmanager
async def _serving(_: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN_SEARCHES)
    yield


def _clock() -> datetime:
    return datetime.now(UTC)


def _with_state(mounted: FastAPI, app: FastAPI) -> FastAPI:
    """Share what `create_app` set up, so that a clock set on the one is the other's too."""
    mounted.state = app.state
    return mounted


def _failed(request: Request, failure: HTTPException) -> Response:
    """A page that says so, or problem details: a mounted API does not see every address of its."""
    if request.url.path.startswith(api.ADDRESS):
        return failed(request, failure)
    return pages.failed(request, failure.status_code)


def _unreadable(request: Request, _: Exception) -> Response:
    return pages.failed(request, HTTPStatus.UNPROCESSABLE_ENTITY)


def _broken(request: Request, error: Exception) -> Response:
    found = unavailable(request, error)
    if found is not None:  # as when a refusal was to be kept
        return pages.away(request, found)
    return pages.failed(request, HTTPStatus.INTERNAL_SERVER_ERROR)
