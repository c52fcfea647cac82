"""An identity provider on a port of this machine, which speaks OpenID Connect over HTTP.

It checks what a provider checks (client, redirect address, PKCE, codes used once), signs with
RS256, and can be told to do any of it wrong.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.council import NOW

CLIENT = "scc of fernshire"
SECRET = "s3cret~with:signs/and%"
Answer = tuple[int, dict[str, str], bytes]


@cache
def key(kid: str) -> RSAKey:
    """A key for signing; there are as many as there are names."""
    return RSAKey.generate_key(2048, parameters={"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """What it knows, and how it misbehaves."""

    redirect_uri: str
    issuer: str = ""
    now: datetime = NOW
    person: dict[str, Any] = field(default_factory=dict)  # who signs in at it
    signs_with: str = "first"
    algorithm: str = "RS256"
    twisted: dict[str, Any] = field(default_factory=dict)  # claims that are wrong; None: missing
    stated: dict[str, Any] = field(default_factory=dict)  # wrong in what it says of itself
    error: str = ""
    breaks: str = ""  # the address at which it answers with a fault
    fault: Answer = (500, {}, b"out of order")  # which is this
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def known(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.stated,
        }

    def authorize(self, query: dict[str, str]) -> Answer:
        """Somebody signs in, and is sent back with a code."""
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self.redirect_uri,
            "code_challenge_method": "S256",
        }
        wrong = [name for name, value in wanted.items() if query.get(name) != value]
        wrong += [name for name in ("state", "nonce", "code_challenge") if not query.get(name)]
        if wrong or "openid" not in query.get("scope", "").split():
            return _json(400, {"error": "invalid_request", "wrong": wrong})
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"]}
        if self.error:
            back = {"error": self.error, "error_description": "Ring", "state": query["state"]}
        return 302, {"Location": f"{self.redirect_uri}?{urlencode(back)}"}, b""

    def token(self, form: dict[str, str], authorization: str) -> Answer:
        """A code is exchanged for what it says of the person."""
        if not _is_client(authorization):
            return _json(401, {"error": "invalid_client"})
        query = self.codes.pop(form.get("code", ""), None)
        if query is None or form.get("grant_type") != "authorization_code":
            return _json(400, {"error": "invalid_grant"})
        if form.get("redirect_uri") != query["redirect_uri"]:
            return _json(400, {"error": "invalid_grant"})
        if _challenge(form.get("code_verifier", "")) != query["code_challenge"]:
            return _json(400, {"error": "invalid_grant"})
        tokens = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer"}
        return _json(200, {**tokens, "id_token": self._sign(self._claims(query["nonce"]))})

    def _claims(self, nonce: str) -> dict[str, Any]:
        at = int(self.now.timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": at,
            "exp": at + 300,
            "nonce": nonce,
            **self.person,
            **self.twisted,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def _sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": self.algorithm, "kid": "first"}
        if self.algorithm != "RS256":
            signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
            return f"{signed}.{_by_public_key(signed) if self.algorithm == 'HS256' else ''}"
        return jwt.encode(header, claims, key(self.signs_with))


def _challenge(verifier: str) -> str:
    return _encoded(hashlib.sha256(verifier.encode()).digest())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _by_public_key(signed: str) -> str:
    """A signature that anybody can make, for whoever takes the public key for a shared secret."""
    public = key("first").as_pem(private=False)
    return _encoded(hmac.digest(public, signed.encode(), "sha256"))


def _is_client(authorization: str) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    name, _, secret = base64.b64decode(encoded).decode().partition(":")
    return scheme == "Basic" and (unquote(name), unquote(secret)) == (CLIENT, SECRET)


def _json(status: int, content: object) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


class _Handler(BaseHTTPRequestHandler):
    provider: ClassVar[Provider]

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        status, headers, content = self._respond(body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _respond(self, body: bytes) -> Answer:
        parts = urlsplit(self.path)
        provider = self.provider
        provider.asked.append(parts.path)
        if provider.breaks == parts.path:
            return provider.fault
        if parts.path == "/.well-known/openid-configuration":
            return _json(200, provider.known())
        if parts.path == "/keys":
            return _json(200, {"keys": [key("first").as_dict(private=False)]})
        if parts.path == "/authorize":
            return provider.authorize(_single(parts.query))
        if parts.path == "/token":
            return provider.token(_single(body.decode()), self.headers.get("Authorization", ""))
        return 404, {}, b""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _single(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text).items()}


@contextmanager
def provider_for(redirect_uri: str) -> Iterator[Provider]:
    """A provider on a free port, until the end."""
    provider = Provider(redirect_uri)
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
