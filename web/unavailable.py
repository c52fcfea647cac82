"""What is said while database or disk refuse: 503, when to try again, and what became of it."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError

from models.settings import Settings
from models.trouble import CommitLost, Trouble, trouble_of

UNKNOWN = (
    "It is not known whether what you sent was saved. Look whether it is there before you send it "
    "again."
)
UNKNOWN_TO_PROGRAMS = (
    "It is not known whether it was saved. Send it again with the same Idempotency-Key, or look "
    "first whether it is there."
)
SAVED = "What you sent was saved. Only the answer could not be put together."
NOTHING = "Nothing was changed. Try again in {}."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unavailable:
    """One answer with the status 503."""

    title: str
    detail: str
    headers: dict[str, str]
    status: int = HTTPStatus.SERVICE_UNAVAILABLE


Answer = Callable[[Request, Unavailable], Response]


def unavailable(request: Request, error: Exception, unknown: str = UNKNOWN) -> Unavailable | None:
    """What to answer to an error of database or disk; None where it is another error.

    `unknown` is what is said where nobody knows whether it was saved.
    """
    trouble = trouble_of(error)
    if trouble is None:
        return None
    log.error("Database or disk refused: %s", getattr(error, "orig", None) or error)
    if trouble is Trouble.DAMAGED:
        _note_damage(request)
    became = NOTHING.format(_words(trouble))
    if isinstance(error, CommitLost):
        became = unknown
    elif getattr(request.state, "saved", False):
        became = SAVED
    return Unavailable(
        title="The service cannot do this just now",
        detail=f"{trouble.words} {became}",
        headers={"Retry-After": str(ceil(trouble.wait.total_seconds()))},
    )


def _note_damage(request: Request) -> None:
    """For all processes that serve pages; on a disk that takes nothing more, for this one."""
    request.app.state.damaged = True
    settings: Settings = request.app.state.settings
    with suppress(OSError):
        settings.damage_mark.touch()


def met_damage(request: Request) -> bool:
    """Whether a request has met damage in the database, here or in another process."""
    state = request.app.state
    mark: Path = state.settings.damage_mark
    return getattr(state, "damaged", False) or mark.exists()


def _words(trouble: Trouble) -> str:
    seconds = ceil(trouble.wait.total_seconds())
    if seconds < 60:
        return f"{seconds} seconds"
    minutes = ceil(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def handle_unavailable(app: FastAPI, answer: Answer, unknown: str = UNKNOWN) -> None:
    """Answer every error of database or disk in this application so; others stay what they are."""

    def answered(request: Request, error: Exception) -> Response:
        found = unavailable(request, error, unknown)
        if found is None:
            raise error
        return answer(request, found)

    for kind in (SQLAlchemyError, CommitLost, OSError):
        app.add_exception_handler(kind, answered)
