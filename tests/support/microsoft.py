"""Microsoft Entra's token endpoint and Graph's sendMail, by HTTPS on a free port of this machine.

    with Microsoft(folder) as microsoft:
        send_letter(mail, way_out(microsoft.settings()))
    assert microsoft.messages

`gives` is how it answers who asks for a token, `takes` how it answers who sends. It checks what the
real ones check: secret or signed assertion, scope, token, mailbox, base64.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from models.settings import Settings

TENANT = "fernshire.example"
CLIENT = "0f8fad5b-d9cb-469f-a165-70867728950e"
SECRET = "s3cret~of.the-Application"
MAILBOX = "education@fernshire.example"
GRAPH = f"graph://{MAILBOX}?name=Fernshire Council"
SMTP_SCOPE = "https://outlook.office365.com/.default"
NOW = datetime.now(UTC)

Answer = tuple[int, dict[str, str], str]


def _entra(number: int, words: str) -> Answer:
    said = {
        "error": "invalid_client",
        "error_description": f"AADSTS{number}: {words} '{SECRET}'. Trace ID: 1",
        "error_codes": [number],
    }
    return 401, {}, json.dumps(said)


def _graph(status: int, code: str, words: str, **headers: str) -> Answer:
    return status, headers, json.dumps({"error": {"code": code, "message": words}})


# How the token endpoint misbehaves: at what it says of itself ("no_tenant"), or at the token.
GIVES: dict[str, Answer] = {
    "expired_secret": _entra(7000222, "The provided client secret keys are expired"),
    "expired_certificate": _entra(700027, "The key used is expired"),
    "policy": _entra(1234567, "Something new"),
    "busy": (429, {"Retry-After": "90"}, "{}"),
    "down": (503, {}, "out of order"),
    "malformed": (200, {}, f"<html>{SECRET}"),
    "elsewhere": (302, {"Location": "https://evil.example/token"}, ""),
}
TAKES: dict[str, Answer] = {
    "throttle": _graph(429, "ApplicationThrottled", "MailboxConcurrency", **{"Retry-After": "120"}),
    "unavailable": _graph(503, "ErrorServerBusy", "Busy", **{"Retry-After": "30"}),
    "refuse_recipient": _graph(400, "ErrorInvalidRecipients", "At least one is not valid."),
    "refuse_message": _graph(413, "ErrorMessageSizeExceeded", "Too big."),
    "malformed": _graph(400, "ErrorMimeContentInvalid", "It cannot be read."),
    "forbid": _graph(403, "ErrorAccessDenied", "Access is denied."),
    "no_mailbox": _graph(404, "ErrorInvalidUser", "The requested user is invalid."),
    "quota": _graph(400, "ErrorQuotaExceeded", "The mailbox is full."),
    "fault": _graph(500, "UnknownError", ""),
    "gateway": (504, {}, "<html>"),
    "two_hundred": (200, {}, ""),
    "elsewhere": (307, {"Location": "https://evil.example/sendMail"}, ""),
    "see_other": (303, {"Location": "https://evil.example/"}, ""),
}


@cache
def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Who vouches for the certificates of the tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _signed("Tests", key.public_key(), key, None), key


def _signed(
    name: str, public: Any, key: Any, issuer: x509.Certificate | None, days: int = 90
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by = issuer.subject if issuer else subject
    built = (
        x509.CertificateBuilder(by, subject, public, x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
    )
    return built.sign(key, hashes.SHA256())


def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lets this process trust the tests' certificates and no others; the file that says so."""
    file = folder / "authority.pem"
    file.write_bytes(authority()[0].public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def encryption(folder: Path) -> ssl.SSLContext:
    """A server's encryption with a certificate that the tests' authority vouches for."""
    ours, by = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + _signed("127.0.0.1", key.public_key(), by, ours).public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@cache
def _application_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate_file(folder: Path, days: int = 90) -> Path:
    """The application's certificate with its key, readable by us alone."""
    key = _application_key()
    file = folder / "application.pem"
    file.touch(0o600)
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        + _signed("scc", key.public_key(), key, None, days).public_bytes(Encoding.PEM)
    )
    return file


@dataclass
class Microsoft:
    """What it knows, what it was given, and how it misbehaves."""

    folder: Path
    gives: str = "tokens"
    takes: str = "accept"
    roles: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)  # all that were given
    valid: set[str] = field(default_factory=set)
    messages: list[EmailMessage] = field(default_factory=list)
    recipients_refused: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    secret: str = SECRET
    url: str = ""

    @property
    def application(self) -> dict[str, str]:
        """The settings of who signs in as the application."""
        return {
            "mail_tenant": TENANT,
            "mail_client_id": CLIENT,
            "mail_client_secret": SECRET,
            "mail_authority": self.url,
            "mail_graph": self.url,
        }

    def settings(self, **more: Any) -> Settings:
        """All settings of who sends through its mailbox."""
        given: dict[str, Any] = {"home": self.folder, "mail_url": GRAPH, **self.application}
        return Settings(_env_file=None, **(given | more))

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"microsoft": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        # So that a long message cannot wait on the way while nobody reads it.
        self._server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self._server.socket = encryption(self.folder).wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    def revoke(self) -> None:
        """No token that was given is accepted any more."""
        self.valid.clear()

    def begin(self) -> None:
        """Be well, and know of nothing."""
        self.gives, self.takes, self.roles, self.secret = "tokens", "accept", [], SECRET
        self.release, self.arrived = threading.Event(), threading.Semaphore(0)
        for each in (self.tokens, self.messages, self.asked):
            each.clear()
        self.valid.clear()
        self.recipients_refused.clear()

    @property
    def sends(self) -> int:
        """How often it was asked to send."""
        return sum(path.endswith("/sendMail") for path in self.asked)

    @property
    def recipients(self) -> list[str]:
        """To whom its messages were, in their order."""
        return [str(each["To"].addresses[0].addr_spec) for each in self.messages]

    # Entra ---------------------------------------------------------------------------------

    def about(self, tenant: str) -> Answer:
        if self.gives == "no_tenant" or tenant != TENANT:
            return _entra(90002, "Tenant not found")
        known = {
            name: f"{self.url}/{TENANT}/oauth2/v2.0/{name.removesuffix('_endpoint')}"
            for name in ("authorization_endpoint", "token_endpoint")
        }
        return 200, {}, json.dumps(known | {"issuer": f"{self.url}/{TENANT}/v2.0"})

    def token(self, form: dict[str, str]) -> Answer:
        if self.gives in GIVES:
            return GIVES[self.gives]
        if form.get("grant_type") != "client_credentials" or form.get("client_id") != CLIENT:
            return _entra(700016, "Application not found")
        if form.get("scope") not in (f"{self.url}/.default", SMTP_SCOPE):
            return _entra(70011, "The scope is not valid")
        if "client_assertion" in form:
            if not self._is_signed_by_us(form["client_assertion"]):
                return _entra(700027, "The certificate is not registered")
        elif form.get("client_secret") != self.secret:
            return _entra(7000215, "Invalid client secret provided")
        claims = {"aud": form["scope"], "jti": secrets.token_hex(8)}
        if self.roles:
            claims["roles"] = self.roles  # type: ignore[assignment]
        given = jwt.encode(claims, "x" * 32)
        self.tokens.append(given)
        if self.gives != "stale":
            self.valid.add(given)
        said: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3599, "access_token": given}
        if self.gives == "aging":
            said["refresh_in"] = -1
        if self.gives == "brief":
            said["expires_in"] = 200
        return 200, {}, json.dumps(said)

    def _is_signed_by_us(self, assertion: str) -> bool:
        try:
            claims = jwt.decode(
                assertion,
                _application_key().public_key(),
                ["PS256"],
                audience=f"{self.url}/{TENANT}/oauth2/v2.0/token",
            )
        except jwt.InvalidTokenError:
            return False
        return bool(claims["iss"] == claims["sub"] == CLIENT)

    # Graph ---------------------------------------------------------------------------------

    def send(self, token: str, user: str, kind: str, body: bytes) -> Answer | None:
        """The answer; None where the line is dropped once all is here."""
        if token not in self.valid:
            return _graph(401, "InvalidAuthenticationToken", f"Not with {token}")
        if user != MAILBOX:
            return TAKES["no_mailbox"]
        if self.takes in TAKES:
            return TAKES[self.takes]
        try:
            content = base64.b64decode(body, validate=True)
        except binascii.Error:
            return _graph(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string")
        message = BytesParser(policy=default).parsebytes(content)
        assert isinstance(message, EmailMessage)
        if kind != "text/plain" or not message["To"]:
            return _graph(400, "ErrorInvalidRecipients", "It has no recipients.")
        if {each.addr_spec for each in message["To"].addresses} & self.recipients_refused:
            return TAKES["refuse_recipient"]
        self.messages.append(message)
        self.arrived.release()
        if self.takes == "drop_after_body":
            return None
        if self.takes in ("hold", "hang"):
            self.release.wait()
        return 202, {}, ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever asks may be killed in the middle."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    microsoft: ClassVar[Microsoft]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.microsoft.asked.append(path)
        tenant, _, rest = path.strip("/").partition("/")
        if rest != "v2.0/.well-known/openid-configuration":
            return self._answer((404, {}, ""))
        return self._answer(self.microsoft.about(tenant))

    def do_POST(self) -> None:
        parts = unquote(urlsplit(self.path).path).strip("/").split("/")
        self.microsoft.asked.append(self.path)
        sends = parts[0] == "v1.0"
        if sends and self.microsoft.takes in _AT_ONCE:
            return _AT_ONCE[self.microsoft.takes](self)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not sends:
            if self.microsoft.gives == "hang":
                self.microsoft.release.wait()
            form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
            return self._answer(self.microsoft.token(form))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        kind = self.headers.get("Content-Type", "")
        return self._answer(self.microsoft.send(token, parts[2], kind, body))

    def drop(self) -> None:
        """Break the line without reading more."""
        self.close_connection = True
        self.connection.close()

    def drop_in_body(self) -> None:
        """Break it with half of the message here."""
        self.rfile.read(1000)
        self.drop()

    def drip(self) -> None:
        """Answer a little all the time, and never come to an end."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        try:
            self.wfile.write(b"HTTP/1.1 202 Accepted\r\n")
            while not self.microsoft.release.is_set():
                self.wfile.write(b"X: y\r\n")
                time.sleep(0.01)
        except OSError:
            pass

    def _answer(self, answer: Answer | None) -> None:
        if answer is None:
            return self.drop()
        status, headers, text = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())
        return None

    def log_message(self, *_: object) -> None:
        """Say nothing."""


_AT_ONCE: dict[str, Callable[[_Handler], None]] = {
    "drop_before_body": _Handler.drop,
    "drop_in_body": _Handler.drop_in_body,
    "drip": _Handler.drip,
}
