"""The connections of the web server: nobody holds one for long with half a request.

uvicorn limits how many there are and how long one may be idle, but every byte that comes begins
its patience anew: a request that comes byte by byte is waited for without end. So here a request
line and its headers have a deadline of their own, and so has whoever does not take an answer;
bodies have theirs in `web.protection`, which holds under any server.
"""

import asyncio
import socket
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from models.settings import Settings

AT_ONCE = 400  # connections; well below the 1,024 files that a process may usually have open
ACCEPTED_AT_ONCE = 128
HEAD_WITHIN = 10.0  # seconds for a request line and its headers
TAKEN_WITHIN = 60.0  # seconds in which something of an answer must be taken
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Shared(socket.socket):
    """A socket that other processes take connections from as well, inherited from who opened it."""

    def listen(self, _: int = 0) -> None:
        """Listen, with the queue that all of them have."""
        super().listen(ACCEPTED_AT_ONCE)


class Connection(H11Protocol):
    """uvicorn's connection over HTTP/1.1, with deadlines.

    When all places are taken, whoever has kept us waiting longest for the rest of a request is
    let go; only when all are being answered does a new one get 503 (`limit_concurrency`).
    """

    _head: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _waits_since = 0.0

    @property
    def is_unfinished(self) -> bool:
        """Whether the rest of a request, or the next one, is still to come."""
        return self._is_idle or self.cycle.more_body

    @property
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, in the place of another if need be."""
        super().connection_made(transport)
        self._waits_since = self.loop.time()
        self._wait_for_head()
        if len(self.connections) > AT_ONCE:
            self._let_one_go()

    def data_received(self, data: bytes) -> None:
        """Take what has come; a request whose headers are all here is waited for no more."""
        super().data_received(data)
        if not self._is_idle:
            self._stop_waiting()
        elif self._head is None:
            self._wait_for_head()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._waits_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for whoever has not yet taken what was answered."""
        super().pause_writing()
        self._taken()
        self._taking = self.loop.call_later(TAKEN_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on, as it was taken."""
        self._taken()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        self._taken()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if not self.transport.is_closing():
            self._head = self.loop.call_later(HEAD_WITHIN, self._too_late)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _too_late(self) -> None:
        """Let go whoever has not sent a whole head; who has sent none of it hears nothing."""
        self._head = None
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            self.transport.write(TOO_LATE)
        self.transport.close()

    def _let_one_go(self) -> None:
        others = (found for found in self.connections if isinstance(found, Connection))
        waiting = [found for found in others if found is not self and found.is_unfinished]
        if waiting:
            longest = min(waiting, key=lambda connection: connection._waits_since)
            self.connections.discard(longest)  # it is lost only after all who came with us are in
            longest.transport.abort()


def serving(settings: Settings, *, shared: bool = False) -> dict[str, Any]:
    """How uvicorn serves the application: its arguments, but for where it listens.

    On a `shared` socket it takes one connection at a time, so that the others have theirs.
    """
    proxies = settings.trusted_proxies  # nobody's word is taken unless one is named
    return {
        "http": Connection,
        "ws": "none",
        "limit_concurrency": AT_ONCE + 1,
        "backlog": 1 if shared else ACCEPTED_AT_ONCE,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(proxies),
        "forwarded_allow_ips": proxies or None,
        "timeout_graceful_shutdown": 2,
    }
