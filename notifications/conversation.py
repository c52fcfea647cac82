"""One conversation with a mail server about one message, and what it tells.

Letters and officers' mail share one Apprise plugin of ours. Apprise's own e-mail plugin answers
only True or False, writes its own Message-ID, repeats what had arrived when a copy fails, and goes
on sending after it has reported a timeout: none of which a letter can live with.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from typing import Any

from apprise.plugins.email import NotifyEmail

from models.settings import is_loopback
from notifications.tokens import NoToken, Tokens, with_fresh_token
from notifications.way_out import (
    ANSWERS_BEFORE,
    BODY_PATIENCE,
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    Delivery,
    Outcome,
    one_line,
    unprintable,
)

# Answers that blame our sign-in and not the letter (RFC 4954, section 6).
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
CLOSING_DOWN = 421  # RFC 5321, section 3.8
# Exchange Online's words, after the message itself, of a mailbox that may not or cannot send.
OF_THE_SENDER = re.compile(
    rb"SendAsDenied|SubmissionQuotaExceeded|STOREDRV\.Submission\.Exception:QuotaExceeded"
)

_SENDER = re.compile(r'(?:\s*"?(?P<name>[^<"]*?)"?\s*<)?\s*(?P<address>[^<>]*?)\s*>?\s*')


class LetterChannel(NotifyEmail):  # type: ignore[no-untyped-call]
    """`letter://` and `letters://`: what Apprise's `mailto://` and `mailtos://` say about server,
    sign-in, encryption and sender, with one recipient a connection and the server's exact answer.

    `cto` and `rto` in the address set the seconds to wait for a connection and for an answer.
    The conversation as a whole has its limits too, however slowly the server speaks.
    """

    service_name = "Letters"
    protocol = "letter"
    secure_protocol = "letters"
    socket_connect_timeout = CONNECT_TIMEOUT
    socket_read_timeout = READ_TIMEOUT

    def __init__(self, sender_name: str = "", from_addr: str = "", **parts: Any) -> None:
        super().__init__(from_addr=from_addr, **parts)  # type: ignore[no-untyped-call]
        name, address = str(self.from_addr[0] or ""), str(self.from_addr[1])
        if "@" in from_addr and from_addr != address:
            raise ValueError("The sender in from= is not one plain e-mail address.")
        if unprintable(sender_name or name):
            raise ValueError("The sender's name contains a line break or control character.")
        self.sender = Address(sender_name or name, *address.rsplit("@", 1))
        self.server = str(self.smtp_host).strip("[]")
        self.server_port = int(self.port or 0)
        self.tokens: Tokens | None = None  # to sign in by XOAUTH2, where no password is
        self._cut_short = False
        self._check()

    def _check(self) -> None:
        if not self.server or not 0 < self.server_port < 65536:
            raise ValueError("It names no mail server and port that can be reached.")
        if not f"{self.user or ''}{self.password or ''}{self.sender.addr_spec}".isascii():
            raise ValueError("User name, password and sender's address must be plain ASCII.")
        if self.cc or self.bcc or self.headers or self.pgp_mode != "no":
            raise ValueError("cc, bcc, pgp and extra headers are not supported: take them out.")
        if self.socket_connect_timeout <= 0 or self.socket_read_timeout <= 0:
            raise ValueError("cto and rto must be more than 0 seconds.")

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:  # type: ignore[override]
        """Apprise's reading, but for the sender's name: its pattern refuses an apostrophe or a
        colon, and letters come from the Director of Children's Services."""
        results: dict[str, Any] | None = NotifyEmail.parse_url(url)  # type: ignore[no-untyped-call]
        if not results:
            return None
        sender = _SENDER.fullmatch(results["qsd"].get("from", ""))
        if sender:
            results["from_addr"] = sender["address"]
            results["sender_name"] = results["qsd"].get("name") or sender["name"] or ""
        return results

    def send(self, *_args: Any, **_kwargs: Any) -> bool:
        """Refuses Apprise's own way in: it knows neither a Message-ID nor more than True, False."""
        raise TypeError("A letter is sent by deliver().")

    @property
    def before(self) -> float:
        """How long all that comes before the message itself may take, in seconds."""
        return float(self.socket_connect_timeout + ANSWERS_BEFORE * self.socket_read_timeout)

    @property
    def body(self) -> float:
        """How long the server may take over the message itself, in seconds."""
        return float(self.socket_read_timeout * BODY_PATIENCE)

    def sign_in_by(self, tokens: Tokens) -> None:
        """Sign in by XOAUTH2; raises ValueError where somebody on the way could take the token."""
        if self.user or self.password:
            raise ValueError("With xoauth2:// no user name and no password is set.")
        guarded = self.secure_mode != "insecure" and self.verify_certificate
        if not guarded and not is_loopback(self.server):
            raise ValueError("With xoauth2:// the line is encrypted and its certificate checked.")
        self.tokens = tokens

    def deliver(self, recipient: str, content: bytes) -> Delivery:
        """Hands one message to the mail server for one recipient; never raises."""
        give_up = time.monotonic() + self.before
        if self.tokens is None:
            return self._attempt("", recipient, content, give_up)
        return with_fresh_token(
            self.tokens,
            lambda token: self._attempt(token, recipient, content, give_up),
            SIGN_IN_CODES,
        )

    def _attempt(self, token: str, recipient: str, content: bytes, give_up: float) -> Delivery:
        ready = False
        try:
            with self._session(token, give_up) as smtp:
                ready = True
                with self._at_most(smtp, give_up):
                    refusal = self._open_envelope(smtp, recipient, len(content))
                if refusal:
                    return refusal
                if time.monotonic() > give_up:
                    # As after the machine slept: by now an officer may have sent it again.
                    raise TimeoutError
                return self._hand_over(smtp, content)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return self._failure(error, of_the_server=not ready)

    def look_in(self, within: float) -> Delivery | None:
        """All that comes before a recipient, and nothing after it; None when all went well."""
        try:
            token = self.tokens.get(within) if self.tokens else ""
            give_up = time.monotonic() + within
            with self._session(token, give_up) as smtp, self._at_most(smtp, give_up):
                code, reply = smtp.mail(self.sender.addr_spec)
                if code != 250:
                    return self._refusal(f"mail from {self.sender.addr_spec}", code, reply)
        except NoToken as none:
            return none.delivery
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return self._failure(error, of_the_server=True)
        return None

    def _failure(self, error: Exception, *, of_the_server: bool) -> Delivery:
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else -1
        return Delivery(
            Outcome.RETRY,
            code if code > 0 else None,
            self._trouble(error),
            of_the_server=of_the_server,
            for_administrator=_wants_another_sign_in(error),
        )

    @contextmanager
    def _at_most(self, smtp: smtplib.SMTP, give_up: float) -> Iterator[None]:
        """Cut the line at this time: a server that says a little now and then runs into no timeout
        of the socket."""

        def cut() -> None:
            self._cut_short = True
            with suppress(OSError):
                if smtp.sock:
                    smtp.sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(give_up - time.monotonic(), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @contextmanager
    def _session(self, token: str, give_up: float) -> Iterator[smtplib.SMTP]:
        """A conversation up to the sign-in."""
        timeout = self.socket_connect_timeout
        if self.secure_mode == "ssl":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=timeout, context=self._encryption())
        else:
            smtp = smtplib.SMTP(timeout=timeout)
        # Whose certificate is asked for; smtplib sets it only when it connects at once.
        smtp._host = self.server  # type: ignore[attr-defined]
        try:
            with self._at_most(smtp, give_up):
                code, greeting = smtp.connect(self.server, self.server_port)
                if code != 220:
                    raise smtplib.SMTPConnectError(code, greeting)
                _wait_at_most(smtp, self.socket_read_timeout)
                if self.secure_mode == "starttls":
                    smtp.starttls(context=self._encryption())
                if token:
                    self._sign_in(smtp, token)
                elif self.user and self.password:
                    smtp.login(self.user, self.password)
                smtp.ehlo_or_helo_if_needed()
            yield smtp
        finally:
            # The farewell's answer is not waited for: all is decided, and a worker killed
            # while waiting would leave a message that was taken standing as unknown.
            with suppress(OSError, smtplib.SMTPException):
                smtp.putcmd("QUIT")
            smtp.close()

    def _sign_in(self, smtp: smtplib.SMTP, token: str) -> None:
        """By XOAUTH2, as the mailbox that is the sender."""
        smtp.ehlo_or_helo_if_needed()
        if "XOAUTH2" not in smtp.esmtp_features.get("auth", "").upper().split():
            raise smtplib.SMTPNotSupportedError("it offers no sign-in by XOAUTH2")
        said = f"user={self.sender.addr_spec}\1auth=Bearer {token}\1\1"
        # A refusal comes as a challenge, which wants an empty answer before it becomes one.
        smtp.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")

    def _encryption(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _open_envelope(self, smtp: smtplib.SMTP, recipient: str, size: int) -> Delivery | None:
        """Everything before the message itself; None when the server is ready to take it."""
        options = [f"SIZE={size}"] if smtp.has_extn("size") else []
        code, reply = smtp.mail(self.sender.addr_spec, options)
        if code != 250:
            return self._refusal(f"mail from {self.sender.addr_spec}", code, reply)
        code, reply = smtp.rcpt(recipient)
        if code not in (250, 251):
            return self._refusal("the recipient", code, reply)
        code, reply = smtp.docmd("DATA")
        if code != 354:
            return self._refusal("the message", code, reply)
        return None

    def _hand_over(self, smtp: smtplib.SMTP, content: bytes) -> Delivery:
        """The message itself: from its first byte on, only the server's word says that it was
        not taken."""
        try:
            _wait_at_most(smtp, self.body)
            with self._at_most(smtp, time.monotonic() + self.body):
                smtp.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
                code, reply = smtp.getreply()
        except Exception as error:
            may_have = f"It may or may not have arrived. {self._trouble(error)}"
            return Delivery(Outcome.UNKNOWN, None, may_have)
        said = self._said(code, reply)
        if 200 <= code < 300:
            return Delivery(Outcome.SENT, code, f"The mail server took it: {said}")
        if 400 <= code < 600:
            return self._refusal("the message", code, reply)
        return Delivery(Outcome.UNKNOWN, None, f"The mail server's answer makes no sense: {said}")

    def _refusal(self, what: str, code: int, reply: bytes) -> Delivery:
        said = self._said(code, reply)
        if not 400 <= code < 600:
            return Delivery(
                Outcome.RETRY, None, f"The mail server's answer to {what} makes no sense: {said}"
            )
        if code in SIGN_IN_CODES or OF_THE_SENDER.search(reply):
            wants = f"The mail server wants another sign-in: {said}"
            if code not in SIGN_IN_CODES:
                wants = f"The mail server does not let us send as {self.sender.addr_spec}: {said}"
            return Delivery(Outcome.RETRY, code, wants, of_the_server=True, for_administrator=True)
        if code < 500:
            put_off, closing = f"The mail server put {what} off: {said}", code == CLOSING_DOWN
            return Delivery(Outcome.RETRY, code, put_off, of_the_server=closing)
        return Delivery(Outcome.FAILED, code, f"The mail server refused {what}: {said}")

    def _trouble(self, error: Exception) -> str:
        """One line on a conversation that broke."""
        where = f"{self.server}, port {self.server_port}"
        match error:
            case smtplib.SMTPAuthenticationError(smtp_code=code, smtp_error=reply):
                how = "our token" if self.tokens else "the user name and password"
                return f"The mail server did not accept {how}: {self._said(code, reply)}"
            case smtplib.SMTPResponseException(smtp_code=code, smtp_error=reply):
                return f"The mail server turned the connection away: {self._said(code, reply)}"
            case ssl.SSLCertVerificationError(verify_message=message):
                return one_line(f"The certificate of {where} is not trusted: {message}")
            case socket.gaierror():
                return f"No mail server is known by the name {self.server}."
        late = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        if late or self._cut_short:
            return f"The mail server ({where}) did not answer in time."
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return f"The mail server ({where}) dropped the line."
        reason = getattr(error, "strerror", None) or str(error)
        return self._masked(f"No mail could be handed to {where}: {reason}")

    def _said(self, code: int, reply: bytes | str) -> str:
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        return self._masked(f"{code} {text}" if code > 0 else text)

    def _masked(self, text: str) -> str:
        """The text in one line, without password or token, bare or as a server echoes them."""
        if self.tokens:
            text = self.tokens.masked(text)
        if self.password:
            user, password = str(self.user or "").encode(), self.password.encode()
            plain = b64encode(b"\0" + user + b"\0" + password).decode()
            for secret in (plain, b64encode(password).decode(), self.password):
                text = text.replace(secret, "****")
        return one_line(text)


def _wants_another_sign_in(error: Exception) -> bool:
    """Whether waiting does not help; a server that is busy puts a sign-in off."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return int(error.smtp_code) >= 500
    return isinstance(error, smtplib.SMTPNotSupportedError)


def _wait_at_most(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock:
        smtp.sock.settimeout(seconds)
