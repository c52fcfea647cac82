"""What is done to every request and answer: who asks calls the service by a name of its own,
bodies have an end and a deadline, browsers get strict headers.
"""

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.files.folder import LARGEST
from models.settings import Settings

LONGEST_BODY = 2_000_000  # bytes
LONGEST_DRAINED = 4 * LARGEST  # bytes of one that is too long
BODY_WITHIN = 60.0  # seconds for a body
SLOWEST = 25_000  # bytes for which it has one second more
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
_HEALTH = "/health/"
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)
UNKNOWN_NAME = (
    "This service was called by a name that it does not use. Use the address that you were "
    "given. Whoever runs the service names that address in SCC_BASE_URL, or in SCC_HOSTS.\n"
)


class Protection:
    """ASGI middleware. A body that is too long or comes too slowly is refused, and read by no one.

    That of an upload has a limit of its own and is handed on as it comes, so that no memory has to
    hold it.
    """

    def __init__(
        self,
        app: ASGIApp,
        refused: Callable[[Request, HTTPException], Response],
        longest_upload: Callable[[Scope], int | None],
        *,
        https: bool,
    ) -> None:
        """`refused` answers for a body that is; `longest_upload` as `web.uploads` tells it.

        `https`: the service is reached by HTTPS, whatever the proxy before us speaks to us.
        """
        self.app = app
        self.refused = refused
        self.longest_upload = longest_upload
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
                if message["status"] == HTTPStatus.REQUEST_TIMEOUT:
                    headers["Connection"] = "close"  # the rest is not waited for either
                if self.https or scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        if not _is_called_by_name(scope):
            await PlainTextResponse(UNKNOWN_NAME, 400)(scope, receive, send_protected)
            return
        longest = self.longest_upload(scope)
        if longest is not None:
            upload = _Upload(scope, receive, longest)
            await self.app(scope, upload.receive, upload.before(send_protected))
            return
        try:
            body = await _body(scope, receive)
        except ClientDisconnect:
            return  # half a form is none, and there is nobody to tell
        except HTTPException as refusal:
            answer = await run_in_threadpool(self.refused, Request(scope), refusal)
            await answer(scope, receive, send_protected)
            return
        await self.app(scope, _first(body, receive), send_protected)


def _is_called_by_name(scope: Scope) -> bool:
    """Whether the name in the address is one of the service; its health is told under any."""
    if scope["path"].startswith(_HEALTH):
        return True
    named = _HOST.fullmatch(Headers(scope=scope).get("host", ""))
    settings: Settings = scope["app"].state.settings
    return named is not None and settings.goes_by((named[1] or named[2]).lower())


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body.

    Raises HTTPException (413) when it is too long, whether or not it says so, and (408) when it
    does not come in time; ClientDisconnect when it is cut off.
    """
    if _stated_length(scope) > LONGEST_BODY:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    arriving = _Arriving(receive)
    body = bytearray()
    while arriving.more:
        message = await arriving.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if arriving.length > LONGEST_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)


class _Arriving:
    """A body on its way, for which time runs from now on."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._begun = asyncio.get_running_loop().time()
        self.length = 0
        self.more = True

    async def receive(self) -> Message:
        """The next part, or whatever comes after the last one.

        Raises HTTPException (408) when it is not there in the time that what has come gives it.
        """
        end = self._begun + BODY_WITHIN + self.length / SLOWEST if self.more else None
        try:
            async with asyncio.timeout_at(end):
                message = await self._receive()
        except TimeoutError:
            self.more = False
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
        self.more = message.get("more_body", False)
        self.length += len(message.get("body", b""))
        return message


class _Upload:
    """The body of an upload, handed on as it comes."""

    def __init__(self, scope: Scope, receive: Receive, longest: int) -> None:
        self._arriving = _Arriving(receive)
        self._longest = longest
        self._drained = max(longest, LONGEST_DRAINED)
        self._stated = _stated_length(scope)

    async def receive(self) -> Message:
        """The next part.

        Raises HTTPException (413) when it is, or says it will be, too long, and (408) when it
        does not come in time.
        """
        if self._stated <= self._longest:
            message = await self._arriving.receive()
            if self._arriving.length <= self._longest:
                return message
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def before(self, send: Send) -> Send:
        """Answer when the whole body has gone by: a browser looks for no answer before that."""

        async def send_after_all(message: Message) -> None:
            try:
                while self._arriving.more and self._arriving.length < self._drained:
                    await self._arriving.receive()
            except HTTPException:  # the rest is late: the answer comes, and nothing after it
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        return send_after_all


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
