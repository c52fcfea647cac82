"""OpenID Connect with the council's identity provider: the code flow, with PKCE.

Only the protocol (OpenID Connect Core 1.0, sections 3.1 and 2; RFC 7636; RFC 8414 for the
addresses). What becomes of the account that it names is `models.people.council_accounts`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.people.account_officers import CouncilAccount
from models.people.council_accounts import Begun
from models.refusals import TooManyTries
from models.settings import Settings, is_loopback, is_safe_address

ANSWER = "/sign-in/council/answer"  # on our side; the provider is told beforehand
SCOPE = "openid profile email"
PATIENCE = 10.0  # seconds for one answer
AT_ONCE = 8  # who ask the provider; should it hang, the threads of the others are left to pages
LEEWAY = 60  # seconds by which the provider's clock may differ
# Never "none", and nothing that is signed with a secret that we know, too.
ALGORITHMS = ["RS256", "PS256", "ES256"]

_places = BoundedSemaphore(AT_ONCE)
log = logging.getLogger(__name__)


class CouncilSignInError(Exception):
    """The provider could not be asked, or what it said cannot be trusted; words for a page."""


UNREACHABLE = (
    "The council’s sign-in service cannot be reached, so you are not signed in. "
    "Try again in a few minutes. If it goes on, tell your administrator."
)
BUSY = "Many people are signing in at this moment. Wait a few seconds, then try again."
NOT_TRUSTED = (
    "What the council’s sign-in service answered cannot be accepted, so you are not signed in. "
    "Start again. If it happens again, tell your administrator."
)
REFUSED = (
    "The council’s sign-in service did not sign you in. Start again. "
    "If it happens again, ask your administrator whether your account may use this service."
)


def address(settings: Settings, begun: Begun, *, fresh: bool = False) -> str:
    """Where the browser is sent to sign in; raises CouncilSignInError, TooManyTries.

    With `fresh` the provider is told to ask who it is even of somebody whom it knows, and so to
    say when that was (OpenID Connect Core 1.0, section 3.1.2.1).
    """
    anew = {"prompt": "login", "max_age": "0"} if fresh else {}
    with _provider(settings) as (client, known):
        oauth = _oauth(settings, client)
        url, _ = oauth.create_authorization_url(
            known["authorization_endpoint"],
            state=begun.state,
            code_verifier=begun.verifier,
            nonce=begun.nonce,
            **anew,
        )
        return str(url)


def account(
    settings: Settings, *, now: datetime, code: str, verifier: str, nonce: str
) -> CouncilAccount:
    """Whose the code is that the browser brought back; raises CouncilSignInError, TooManyTries."""
    with _provider(settings) as (client, known):
        token = _oauth(settings, client).fetch_token(
            known["token_endpoint"],
            auth=_client_authentication(settings),
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
        )
        keys = KeySet.import_key_set(_get(client, known["jwks_uri"]))
        claims = _claims(settings, now, nonce, token["id_token"], keys)
        return _account(settings, claims, now)


@contextmanager
def _provider(settings: Settings) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    """A line to the provider and what it says of itself; whatever goes wrong becomes a page."""
    if not _places.acquire(blocking=False):
        raise TooManyTries(BUSY, timedelta(seconds=PATIENCE))
    # A proxy for the outside is none for this machine.
    beyond = not is_loopback(urlsplit(settings.oidc_issuer).hostname or "")
    try:
        with httpx.Client(timeout=PATIENCE, trust_env=beyond) as client:
            yield client, _discover(settings, client)
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        log.warning("The identity provider cannot be reached: %s", type(trouble).__name__)
        raise CouncilSignInError(UNREACHABLE) from None
    except OAuth2Error as refusal:
        log.warning("The identity provider refused the code: %r", refusal.error)
        raise CouncilSignInError(REFUSED) from None
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        # Whatever it sends instead of what the protocol asks for ends here; its content may be
        # personal, so what is logged of it is the kind of trouble.
        log.warning("The identity provider's answer is not accepted: %s", type(trouble).__name__)
        raise CouncilSignInError(NOT_TRUSTED) from None
    finally:
        _places.release()


def _discover(settings: Settings, client: httpx.Client) -> dict[str, Any]:
    """The provider's addresses, by OpenID Connect Discovery 1.0, section 4."""
    issuer = settings.oidc_issuer
    known: dict[str, Any] = _get(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if known["issuer"] != issuer:
        raise ValueError("another issuer than the one that was asked")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not is_safe_address(known[name]):
            raise ValueError(f"{name} is not protected by TLS")
    return known


def _get(client: httpx.Client, url: str) -> Any:
    return client.get(url).raise_for_status().json()


def _oauth(settings: Settings, client: httpx.Client) -> OAuth2Client:
    return OAuth2Client(
        client,
        client_id=settings.oidc_client_id,
        scope=SCOPE,
        redirect_uri=f"{settings.base_url.rstrip('/')}{ANSWER}",
        code_challenge_method="S256",
    )


def _client_authentication(settings: Settings) -> tuple[str, str]:
    """Who we are, for HTTP Basic: each part is encoded first (RFC 6749, section 2.3.1)."""
    return quote(settings.oidc_client_id, safe=""), quote(settings.oidc_client_secret, safe="")


def _claims(
    settings: Settings, now: datetime, nonce: str, token: str, keys: KeySet
) -> dict[str, Any]:
    """What the ID token says, once it is proven (OpenID Connect Core 1.0, section 3.1.3.7)."""
    claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    must = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
    )
    must.validate(claims)
    if claims.get("azp", settings.oidc_client_id) != settings.oidc_client_id:
        raise ValueError("the token was issued to another client")
    return claims


def _account(settings: Settings, claims: dict[str, Any], now: datetime) -> CouncilAccount:
    roles = claims.get("roles", [])
    return CouncilAccount(
        issuer=settings.oidc_issuer,
        subject=_subject(claims),
        name=_text(claims, "name"),
        email=_text(claims, "email") or _text(claims, "preferred_username"),
        roles=tuple(role for role in _listed(roles) if isinstance(role, str)),
        auth_time=_auth_time(claims, now),
    )


def _auth_time(claims: dict[str, Any], now: datetime) -> int | None:
    """When the provider last asked who it is, if it says so and it is not in time to come."""
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or not 0 < at <= now.timestamp() + LEEWAY:
        return None
    return int(min(at, now.timestamp()))


def _subject(claims: dict[str, Any]) -> str:
    """Entra ID: `oid` and `tid` are the same for every application, `sub` is another for each."""
    person, tenant = _text(claims, "oid"), _text(claims, "tid")
    if person and tenant:
        return f"oid {person} tid {tenant}"
    return f"sub {claims['sub']}"


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _listed(roles: object) -> list[object]:
    return roles if isinstance(roles, list) else [roles]
