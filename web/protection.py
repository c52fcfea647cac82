"""What is done to every request and answer: bodies have an end, browsers get strict headers."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_BODY = 2_000_000  # bytes
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_STATIC = "/static/"


class Protection:
    """ASGI middleware. A body over `LONGEST_BODY` is answered by `too_long`, and read by no one."""

    def __init__(self, app: ASGIApp, too_long: Callable[[Request], Response]) -> None:
        self.app = app
        self.too_long = too_long

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what is not HTTP passes as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                _protect(scope, MutableHeaders(scope=message))
            await send(message)

        body = await _body(scope, receive)
        if body is None:
            refusal = await run_in_threadpool(self.too_long, Request(scope))
            await refusal(scope, receive, send_protected)
            return
        await self.app(scope, _first(body, receive), send_protected)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, or None when it is too long, whether or not it says so."""
    stated = Headers(scope=scope).get("content-length", "0")
    if stated.isdigit() and int(stated) > LONGEST_BODY:
        return None
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST_BODY:
            return None
    return bytes(body)


def _first(body: bytes, receive: Receive) -> Receive:
    """What the application receives: the body that was read, then whatever comes."""
    unread = [body]

    async def receive_body() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return receive_body


def _protect(scope: Scope, headers: MutableHeaders) -> None:
    headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    if not scope["path"].startswith(_STATIC):
        headers["Cache-Control"] = "no-store"
    elif b"v=" in scope["query_string"]:
        # The address carries a stamp of the content: another content, another address.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
