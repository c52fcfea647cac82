"""How a part of `scc up` shows that it lives: it answers over HTTP, or its pulse is felt."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Event, Thread
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from models.settings import is_loopback

GLANCE = 0.3  # seconds between questions until the first answer
EVERY = 5.0  # seconds between questions from then on
WITHIN = 10.0  # seconds for one answer


class Sign(Protocol):
    """What tells whether a process lives."""

    def of_a_new_one(self) -> AbstractContextManager[int | None]:
        """For as long as a process is being started: the descriptor that it has to inherit.

        What the one before has shown counts no more.
        """

    def shown(self) -> bool:
        """Whether it has shown that it lives since this was last asked; never waits."""


class Answers:
    """The sign of life of a server: an answer, whatever it says.

    A thread of its own asks, and nobody waits for it.
    """

    def __init__(self, url: str, *, every: float = EVERY, within: float = WITHIN) -> None:
        self.url = url
        self.is_well = False  # whether the last answer was a good one
        self._every, self._within = every, within
        self._heard, self._known = Event(), False
        Thread(target=self._ask, daemon=True, name=f"asks {url}").start()

    @contextmanager
    def of_a_new_one(self) -> Iterator[int | None]:
        """Nothing has to be inherited."""
        self._heard.clear()
        self._known = self.is_well = False
        yield None

    def shown(self) -> bool:
        """Whether there was an answer since this was last asked."""
        heard = self._heard.is_set()
        self._heard.clear()
        return heard

    def _ask(self) -> None:
        beyond = not is_loopback(urlsplit(self.url).hostname or "")
        close = {"Connection": "close"}
        # A proxy for the outside is none for this machine.
        with httpx.Client(timeout=self._within, trust_env=beyond, headers=close) as client:
            while True:
                well = False
                with suppress(httpx.HTTPError, httpx.InvalidURL):
                    well = client.get(self.url).is_success
                    self._known = True
                    self._heard.set()
                self.is_well = well
                time.sleep(self._every if self._known else GLANCE)


class Pulse:
    """The sign of life of a process without a server: what it writes into a pipe of its own."""

    def __init__(self) -> None:
        self._pipe: int | None = None

    @contextmanager
    def of_a_new_one(self) -> Iterator[int | None]:
        """The end of the pipe into which the new process writes."""
        if self._pipe is not None:
            os.close(self._pipe)
        self._pipe, end = os.pipe()
        os.set_blocking(self._pipe, False)
        try:
            yield end
        finally:
            os.close(end)

    def shown(self) -> bool:
        """Whether there was a beat since this was last asked."""
        if self._pipe is None:
            return False
        with suppress(BlockingIOError):
            return bool(os.read(self._pipe, 4096))
        return False
