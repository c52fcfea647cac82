"""One request by HTTPS: no redirect is followed, and the line is cut at a time set beforehand."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from models.settings import is_loopback
from notifications.way_out import one_line

PIECE = 65536  # bytes
LONGEST_ANSWER = 1_000_000  # bytes: what is told about one message is far shorter


class NoAnswer(Exception):  # noqa: N818 - what is known when a line breaks
    """There is no answer. `handed_over`: the whole request may have reached the service."""

    def __init__(self, says: str, *, handed_over: bool) -> None:
        super().__init__(says)
        self.says, self.handed_over = says, handed_over


@dataclass(frozen=True)
class Answer:
    """What a service answered; `headers` by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    @property
    def wait(self) -> float | None:
        """For how many seconds it asks to be left alone (Retry-After); None where it does not."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return float(said[:9])
        try:
            until = parsedate_to_datetime(said)
            by = parsedate_to_datetime(self.headers["date"]) if "date" in self.headers else None
            return max(0.0, (until - (by or datetime.now(UTC))).total_seconds())
        except (TypeError, ValueError):
            return None


@dataclass
class _Line:
    """One line to a service, which another thread may cut."""

    content: bytes
    stream: Any = None
    cut: bool = False
    handed_over: bool = False

    def pieces(self) -> Iterator[bytes]:
        """The request's body; the service cannot have all of it before the last piece is asked."""
        for start in range(0, len(self.content), PIECE):
            self.handed_over = start + PIECE >= len(self.content)
            yield self.content[start : start + PIECE]

    def hear(self, event: str, about: Mapping[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self.stream = about["return_value"]

    def end(self) -> None:
        """A service that says a little now and then runs into no timeout of the socket."""
        self.cut = True
        with suppress(OSError, AttributeError):
            self.stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes = b"",
    connect: float,
    answer: float,
    until: float,
) -> Answer:
    """The answer to one request.

    `connect` and `answer` are how many seconds to wait for the connection and for each part of
    the answer, `until` is when it all ends, by `time.monotonic`. Raises NoAnswer.
    """
    line, host = _Line(content), url
    timer = threading.Timer(max(0.0, until - time.monotonic()), line.end)
    timer.daemon = True
    timer.start()
    try:
        host = httpx.URL(url).host
        with httpx.Client(
            verify=ssl.create_default_context(),
            timeout=httpx.Timeout(answer, connect=connect),
            trust_env=not is_loopback(host),  # on this machine without a proxy
            follow_redirects=False,
        ) as client:
            request = client.build_request(
                method,
                url,
                headers={**headers, "Content-Length": str(len(content))},
                content=line.pieces() if content else None,
                extensions={"trace": line.hear},
            )
            response = client.send(request, stream=True)
            text = _read(response)
            return Answer(response.status_code, _lower(response.headers), text)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ssl.SSLError) as error:
        raise NoAnswer(_trouble(error, host, line), handed_over=line.handed_over) from None
    finally:
        timer.cancel()


def _read(response: httpx.Response) -> str:
    """The body, so far as it can be meant for us: a cut one is still an answer."""
    read = b""
    with suppress(httpx.HTTPError):
        for piece in response.iter_bytes():
            read += piece
            if len(read) > LONGEST_ANSWER:
                break
    response.close()
    return read[:LONGEST_ANSWER].decode("utf-8", "replace")


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _trouble(error: BaseException, host: str, line: _Line) -> str:
    """One line on what broke; nothing of what was sent stands in it."""
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError(verify_message=message):
                return one_line(f"The certificate of {host} is not trusted: {message}")
            case socket.gaierror():
                return f"No service is known by the name {host}."
    if line.cut or any(isinstance(each, httpx.TimeoutException | TimeoutError) for each in causes):
        return f"{host} did not answer in time."
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        reasons = (getattr(cause, "strerror", None) for cause in causes)
        reason = next(filter(None, reasons), None) or str(error)
        return one_line(f"{host} cannot be reached: {reason}")
    return f"{host} dropped the line."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
