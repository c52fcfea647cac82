"""One of the processes that `scc up` lets serve pages: it shows that it serves them still.

Who asks over HTTP is answered by any of them. So each has a pulse of its own, which the event loop
turns for as long as the threads that serve pages come free.
"""

import asyncio
import socket
import time
from collections.abc import Sequence

import uvicorn
from anyio import CapacityLimiter, to_thread

from models import pulse
from models.settings import Settings
from web.connections import serving

LOOK = 1.0  # seconds between two looks at the threads
LOOP_WITHIN = 10.0  # seconds: the event loop waits for nothing, so it is round at once
# All threads may wait for a locked database, for 30 seconds each, more than once.
THREADS_WITHIN = 90.0  # seconds


def serve_with_others(settings: Settings, sockets: Sequence[socket.socket]) -> None:
    """Serve pages on inherited sockets, until SIGTERM or Ctrl-C."""
    how = serving(settings, shared=True)
    Server(uvicorn.Config("web.app:create_app", factory=True, **how)).run(list(sockets))


class Server(uvicorn.Server):
    """A server with a pulse, from when it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and to show it."""
        await super().startup(sockets)
        self._showing = asyncio.create_task(_show(pulse.begin(turn_within=LOOP_WITHIN)))


async def _show(beating: pulse.Pulse) -> None:
    threads = Threads(to_thread.current_default_thread_limiter())
    while True:
        if await threads.answer(time.monotonic()):
            beating.turn()
        await asyncio.sleep(LOOK)


class Threads:
    """The threads that serve pages: whether they do, or all wait for something that never comes."""

    def __init__(self, limiter: CapacityLimiter) -> None:
        self._limiter = limiter
        self._busy: frozenset[object] = frozenset()
        self._came_free = 0.0

    async def answer(self, now: float) -> bool:
        """Whether they do: one is free, or they serve others than they did a while ago."""
        busy = frozenset(self._limiter.statistics().borrowers)
        if self._limiter.available_tokens > 0:
            await to_thread.run_sync(_nothing, limiter=self._limiter)
            self._came_free = now
        elif busy != self._busy:
            self._came_free = now
        self._busy = busy
        return now - self._came_free < THREADS_WITHIN


def _nothing() -> None:
    """What a thread does to show that it runs."""
