"""Mail servers that behave and misbehave, on a free port of this machine.

    with SmtpServer("refuse") as server:
        send_letter(mail, Smtp(server.url))
    assert server.messages == []

`behaviour` may be changed while the server runs; `stop()` and `start()` keep the port, so that
mail can be down for a while and come back.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

RECIPIENT_ANSWERS = {
    "refuse": "550 5.1.1 No such mailbox",
    "defer": "451 4.7.1 Greylisted, try again later",
    "wants_sign_in": "530 5.7.0 Authentication required",
}
BODY_ANSWERS = {
    "defer_body": "451 4.3.0 Try again later",
    "refuse_body": "552 5.3.4 Message too big",
    "garble": "banana",
    "mailbox_full": "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException",
    "not_as_sender": "554 5.2.252 SendAsDenied; not allowed to send as this mailbox",
}
BEHAVIOURS = {
    "accept",
    *RECIPIENT_ANSWERS,
    *BODY_ANSWERS,
    "hang",  # says nothing at all, not even its greeting
    "hang_after_body",
    "hold",  # has the message, and says so when it is told to `release` it
    "drop_at_once",
    "drop_before_body",  # where the go-ahead for the message was due
    "drop_in_body",
    "drop_after_body",  # has the message, and never says so
    "drop_at_quit",
    "busy_sign_in",
    "turn_away",  # 554 instead of a greeting
    "refuse_sender",
}


@dataclass(frozen=True)
class Received:
    """One message that the server kept, whether or not it told the sender."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = BytesParser(policy=default).parsebytes(self.content)
        assert isinstance(parsed, EmailMessage)
        return parsed


class SmtpServer:
    """A real SMTP server in a thread of its own; what it kept stands in `messages`."""

    def __init__(
        self,
        behaviour: str = "accept",
        *,
        login: tuple[str, str] | None = None,
        accepts: Callable[[str], bool] | None = None,
        tls: ssl.SSLContext | None = None,
        tls_from_start: bool = False,
        size_limit: int = 30_000_000,
    ) -> None:
        assert behaviour in BEHAVIOURS, behaviour
        self.behaviour = behaviour
        self.login = login
        self.accepts = accepts  # a token: then XOAUTH2 is all that is offered
        self.tls = tls
        self.tls_from_start = tls_from_start
        self.size_limit = size_limit
        self.port = 0
        self.connections = 0
        self.messages: list[Received] = []
        self.users: list[str] = []  # those who signed in with a token
        self.deferred: set[str] = set()  # recipients that are put off, whatever the behaviour
        self._arrived = threading.Condition()
        self._releases = asyncio.Semaphore(0)

    @property
    def url(self) -> str:
        """The address for SCC_MAIL_URL; short waits keep a hanging server's tests short."""
        query = "from=council@council.example&name=Example Council"
        waits = "&cto=2&rto=0.5" if "hang" in self.behaviour else ""
        return f"mailto://127.0.0.1:{self.port}?{query}{waits}"

    def keep(self, received: Received) -> None:
        with self._arrived:
            self.messages.append(received)
            self._arrived.notify_all()

    def wait_for(self, messages: int) -> None:
        """Until so many messages are here, answered or not."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.messages) >= messages, 60), "no mail"

    async def may_answer(self) -> None:
        await self._releases.acquire()

    def release(self, messages: int) -> None:
        """Say of so many messages that were held, or are going to be, that they are taken."""
        for _ in range(messages):
            self._loop.call_soon_threadsafe(self._releases.release)

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the mail server did not start"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, ready: threading.Event) -> None:
        self._loop = asyncio.new_event_loop()
        listening = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: _Conversation(self, self._loop),
                "127.0.0.1",
                self.port,
                ssl=self.tls if self.tls_from_start else None,
            )
        )
        self.port = listening.sockets[0].getsockname()[1]
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        listening.close()
        if conversations := asyncio.all_tasks(self._loop):
            for conversation in conversations:
                conversation.cancel()
            self._loop.run_until_complete(asyncio.wait(conversations))
        self._loop.close()


class _Handler:
    def __init__(self, owner: SmtpServer) -> None:
        self.owner = owner

    async def auth_XOAUTH2(self, smtp: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """As Exchange Online does it: a refusal comes as a challenge first."""
        assert self.owner.accepts is not None
        if self.owner.behaviour == "busy_sign_in":
            busy = "454 4.7.0 Temporary authentication failure"
            return AuthResult(success=False, handled=False, message=busy)
        said = base64.b64decode(args[1]).decode()
        found = re.fullmatch("user=(.+)\x01auth=Bearer (.+)\x01\x01", said)
        if found and self.owner.accepts(found[2]):
            self.owner.users.append(found[1])
            return AuthResult(success=True)
        answered = await smtp.challenge_auth('{"status": "401", "schemes": "bearer"}')
        assert answered == b""
        echo = f"535 5.7.3 Authentication unsuccessful {said} {args[1]}".replace("\x01", " ")
        return AuthResult(success=False, handled=False, message=echo)

    async def handle_MAIL(  # noqa: N802 (aiosmtpd finds its hooks by these names)
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.owner.behaviour == "refuse_sender":
            return "550 5.7.60 Not allowed to send as this sender"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.owner.deferred:
            return RECIPIENT_ANSWERS["defer"]
        if self.owner.behaviour in RECIPIENT_ANSWERS:
            return RECIPIENT_ANSWERS[self.owner.behaviour]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.owner.behaviour in BODY_ANSWERS:
            return BODY_ANSWERS[self.owner.behaviour]
        assert isinstance(envelope.content, bytes)
        self.owner.keep(
            Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content)
        )
        taken = len(self.owner.messages)
        if self.owner.behaviour == "hold":
            await self.owner.may_answer()
        if self.owner.behaviour == "drop_after_body":
            smtp.transport.abort()
        if self.owner.behaviour == "hang_after_body":
            await asyncio.Event().wait()
        return f"250 2.0.0 OK: queued as {taken}"


class _Conversation(SMTP):
    def __init__(self, owner: SmtpServer, loop: asyncio.AbstractEventLoop) -> None:
        self.owner = owner
        super().__init__(
            _Handler(owner),
            loop=loop,
            hostname="mail.council.example",
            data_size_limit=owner.size_limit,
            tls_context=None if owner.tls_from_start else owner.tls,
            authenticator=self._check_login if owner.login else None,
            auth_required=owner.login is not None or owner.accepts is not None,
            auth_exclude_mechanism=["LOGIN", "PLAIN"] if owner.accepts else ["XOAUTH2"],
            auth_require_tls=False,  # a test without encryption may still ask for a sign-in
        )

    def _check_login(
        self, smtp: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert self.owner.login is not None
        user, password = (part.encode() for part in self.owner.login)
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (user, password)
        echo = "" if right else f"535 5.7.8 Not with {data.password.decode()}"
        return AuthResult(success=right, handled=False, message=echo or None)

    async def _handle_client(self) -> None:
        self.owner.connections += 1
        match self.owner.behaviour:
            case "hang":
                await asyncio.Event().wait()
            case "drop_at_once":
                self.transport.abort()
            case "turn_away":
                await self.push("554 5.7.1 Blocked by reputation")
                self.transport.close()
            case _:
                await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.owner.behaviour == "drop_before_body":
            self.transport.abort()
        elif self.owner.behaviour == "drop_in_body":
            await self.push("354 Go ahead")
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        if self.owner.behaviour == "drop_at_quit":
            self.transport.abort()
        else:
            await super().smtp_QUIT(arg)
