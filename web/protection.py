"""What is done to every request and answer: bodies have an end, browsers get strict headers."""

import re
from collections.abc import Callable
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.commands.importing import LARGEST as LARGEST_REGISTER
from models.files.folder import LARGEST

LONGEST_BODY = 2_000_000  # bytes
_FRAME = 100_000  # bytes: the description of a file and what frames them
LONGEST_UPLOAD = LARGEST + _FRAME
LONGEST_DRAINED = 4 * LARGEST  # bytes of one that is too long
_UPLOADS = re.compile("/escalations/[^/]+/evidence/new|/api/v1/escalations/[^/]+/evidence")
_REGISTER = "/administration/imports/new"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STATIC = "/static/"


class Protection:
    """ASGI middleware. A body over `LONGEST_BODY` is answered by `too_long`, and read by no one.

    That of an upload has a limit of its own and is handed on as it comes, so that no memory has to
    hold it.
    """

    def __init__(
        self, app: ASGIApp, too_long: Callable[[Request], Response], *, https: bool
    ) -> None:
        """`https`: the service is reached by HTTPS, whatever the proxy before us speaks to us."""
        self.app = app
        self.too_long = too_long
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what is not HTTP passes as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                _protect(scope, headers)
                if self.https or scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        longest = _longest_upload(scope)
        if longest is not None:
            upload = _Upload(scope, receive, longest)
            await self.app(scope, upload.receive, upload.before(send_protected))
            return
        try:
            body = await _body(scope, receive)
        except ClientDisconnect:
            return  # half a form is none, and there is nobody to tell
        if body is None:
            refusal = await run_in_threadpool(self.too_long, Request(scope))
            await refusal(scope, receive, send_protected)
            return
        await self.app(scope, _first(body, receive), send_protected)


def _longest_upload(scope: Scope) -> int | None:
    """How long an upload to this address may be; None where nothing is uploaded."""
    if scope["method"] != "POST":
        return None
    if scope["path"] == _REGISTER:
        return LARGEST_REGISTER + _FRAME
    return LONGEST_UPLOAD if _UPLOADS.fullmatch(scope["path"]) else None


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, or None when it is too long, whether or not it says so.

    Raises ClientDisconnect when it is cut off.
    """
    if _stated_length(scope) > LONGEST_BODY:
        return None
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST_BODY:
            return None
    return bytes(body)


class _Upload:
    """The body of an upload, handed on as it comes."""

    def __init__(self, scope: Scope, receive: Receive, longest: int) -> None:
        self._receive = receive
        self._longest = longest
        self._drained = max(longest, LONGEST_DRAINED)
        self._stated = _stated_length(scope)
        self._length = 0
        self._more = True

    async def receive(self) -> Message:
        """The next part; raises HTTPException (413) when it is, or says it will be, too long."""
        if self._stated <= self._longest:
            message = await self._take()
            if self._length <= self._longest:
                return message
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def before(self, send: Send) -> Send:
        """Answer when the whole body has gone by: a browser looks for no answer before that."""

        async def send_after_all(message: Message) -> None:
            while self._more and self._length < self._drained:
                await self._take()
            await send(message)

        return send_after_all

    async def _take(self) -> Message:
        message = await self._receive()
        self._more = message.get("more_body", False)
        self._length += len(message.get("body", b""))
        return message


def _stated_length(scope: Scope) -> int:
    stated = Headers(scope=scope).get("content-length", "")
    return int(stated) if stated.isdecimal() else 0


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
    for name, value in _ALWAYS.items():
        headers[name] = value
    headers.setdefault("Referrer-Policy", "same-origin")
    if not scope["path"].startswith(_STATIC):
        headers["Cache-Control"] = "no-store"
    elif b"v=" in scope["query_string"]:
        # The address carries a stamp of the content: another content, another address.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
