"""Tokens of Microsoft Entra: the service signs in as an application, with its own credentials.

A token is kept in memory alone, for the way out that asked for it; so is the secret, which is read
when it is needed. Neither stands in what is logged, raised or shown.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from models.clocks import long_date
from models.settings import Settings
from notifications.credentials import Certificate, CredentialTrouble, credential, trouble_of
from notifications.https import Answer, NoAnswer, ask
from notifications.way_out import Delivery, Outcome, one_line

if TYPE_CHECKING:
    from msal import ConfidentialClientApplication

CONNECT = 10.0  # seconds, as the next two
ANSWER = 20.0
AT_MOST = 30.0  # for one token
# An answer that it cannot read it would log whole, and a token may stand in it.
logging.getLogger("msal").setLevel(logging.CRITICAL + 1)

OURS = "For whoever runs this service."
THEIRS = "For the administrator of the council’s Microsoft 365."
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
NO_TENANT = (90002, 900023)
# What the numbers of Entra's refusals mean (AADSTS…), and whose task it is.
_REFUSALS: dict[int, str] = {
    7000215: f"The client secret is wrong: give its value, not its ID. {OURS}",
    7000222: f"The client secret has expired: a new one has to be made in Entra. {THEIRS}",
    700016: f"The tenant has no application with the ID in SCC_MAIL_CLIENT_ID. {OURS}",
    700027: f"The certificate is not one of the application’s, or has expired there. {THEIRS}",
    700024: f"The time on this machine is wrong, or the certificate’s days are over. {OURS}",
    7000112: f"The application is disabled in the tenant. {THEIRS}",
    7000218: f"The application got neither a secret nor a certificate from us. {OURS}",
    53003: f"A Conditional Access policy of the tenant keeps this service out. {THEIRS}",
    90002: f"There is no tenant as SCC_MAIL_TENANT has it. {OURS}",
}


class NoToken(Exception):  # noqa: N818 - what a way out tells instead of a delivery
    """No token is to be had. `for_administrator`: waiting does not help. `wait`: as was asked."""

    def __init__(
        self,
        says: str,
        *,
        code: int | None = None,
        for_administrator: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(says)
        self.says, self.code, self.wait = says, code, wait
        self.for_administrator = for_administrator

    @property
    def delivery(self) -> Delivery:
        """What became of the message that it was wanted for: nothing yet."""
        return Delivery(
            Outcome.RETRY,
            self.code,
            self.says,
            of_the_server=True,
            for_administrator=self.for_administrator,
            wait=self.wait,
        )


@dataclass(frozen=True)
class _Response:
    """An answer in the shape in which msal looks at one."""

    status_code: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    def raise_for_status(self) -> None:
        """Never: what no token can come of is raised where it was asked."""


class _Asking:
    """What msal asks through; `until` is when it has to be done, by `time.monotonic`."""

    until = 0.0

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> _Response:
        """What a service says of itself: where tokens are asked for, of one tenant."""
        query = f"?{urlencode(params)}" if params else ""
        found = self._ask("GET", f"{url}{query}", headers, b"")
        if found.status_code == 200:
            return found
        says = f"The service that gives tokens knows nothing of the tenant: {found.status_code}."
        if any(f"AADSTS{number}" in found.text for number in NO_TENANT):
            says = _REFUSALS[NO_TENANT[0]]
        raise NoToken(says, code=found.status_code, for_administrator=True)

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any
    ) -> _Response:
        """The answer to a form."""
        query = f"?{urlencode(params)}" if params else ""
        form = {**(headers or {}), "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", f"{url}{query}", form, urlencode(data or {}).encode())

    def close(self) -> None:
        """Nothing is open between two requests."""

    def _ask(self, method: str, url: str, headers: Any, content: bytes) -> _Response:
        try:
            answer = ask(
                method,
                url,
                headers=headers or {},
                content=content,
                connect=CONNECT,
                answer=ANSWER,
                until=self.until,
            )
        except NoAnswer as none:
            raise NoToken(f"No token could be asked for. {none.says}") from None
        _refuse_unavailable(answer)
        return _Response(answer.status, answer.headers, answer.text)


def _refuse_unavailable(answer: Answer) -> None:
    status = answer.status
    if status == 429 or status >= 500:
        says = f"The service that gives tokens puts us off: {status}."
        raise NoToken(says, code=status, wait=answer.wait)
    if not 200 <= status < 300 and not 400 <= status < 500:
        raise NoToken(f"The service that gives tokens sends us elsewhere: {status}.", code=status)


class Tokens:
    """The tokens for one service (`scope`), as the application of these settings."""

    def __init__(self, settings: Settings, scope: str) -> None:
        self._settings, self._scope = settings, scope
        self._one_at_a_time = threading.Lock()
        self._asking = _Asking()
        self._application: ConfidentialClientApplication | None = None
        self._token = self._secret = ""

    def __repr__(self) -> str:
        return f"Tokens({self._scope!r})"

    @property
    def trouble(self) -> str | None:
        """Why none can be asked for with these settings; reads no file."""
        return trouble_of(self._settings)

    def get(self, within: float | None = None) -> str:
        """A token that holds for five minutes at least; `within` so many seconds.

        Raises NoToken.
        """
        within = AT_MOST if within is None else within
        until = time.monotonic() + within
        if not self._one_at_a_time.acquire(timeout=within):
            raise NoToken("The service that gives tokens did not answer in time.")
        try:
            self._asking.until = until
            return self._get()
        except NoToken:
            self._application = None  # begun anew the next time, with the secret read anew
            raise
        finally:
            self._one_at_a_time.release()

    def refused(self, token: str) -> None:
        """Forget a token that its service refuses; the secret is read anew for the next one."""
        with self._one_at_a_time:
            if token == self._token:  # else somebody has a fresh one already
                self._application, self._token = None, ""

    def masked(self, text: str) -> str:
        """The text without a token or secret of ours, bare or as a server echoes it."""
        for secret in filter(None, (self._token, self._secret)):
            text = text.replace(secret, "****")
        return _TOKEN.sub("****", text)  # one that was replaced meanwhile

    def certificate_ends(self) -> datetime | None:
        """Until when the certificate is valid with which we sign in; None where it is a secret.

        Raises CredentialTrouble.
        """
        ours = credential(self._settings)
        return ours.ends if isinstance(ours, Certificate) else None

    def _get(self) -> str:
        try:
            application = self._application or self._signed_up()
            # One that is to be renewed and cannot be serves on until it ends.
            asked = {"http_exceptions": (NoToken,)}
            result = application.acquire_token_for_client([self._scope], **asked) or {}
        except NoToken:
            raise
        except CredentialTrouble as trouble:
            raise NoToken(f"{trouble} {OURS}", for_administrator=True) from None
        except Exception:  # whatever msal meets in an answer: its words may hold the answer
            says = f"What {self._settings.mail_authority} answers makes no sense as a token."
            raise NoToken(f"{says} Check SCC_MAIL_AUTHORITY. {OURS}") from None
        token = result.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise self._refusal(result)
        self._application, self._token = application, token
        return token

    def _signed_up(self) -> ConfidentialClientApplication:
        from msal import ConfidentialClientApplication  # for whoever asks for a token, and no other

        settings, ours = self._settings, credential(self._settings)
        if isinstance(ours, Certificate):
            how: Any = {"private_key": ours.key, "public_certificate": ours.certificate}
            if ours.ends <= datetime.now(UTC):
                raise CredentialTrouble(f"The certificate ended on {long_date(ours.ends)}.")
        else:
            how = self._secret = ours.text
        return ConfidentialClientApplication(
            settings.mail_client_id,
            client_credential=how,
            authority=f"{settings.mail_authority.rstrip('/')}/{settings.mail_tenant}",
            instance_discovery=False,  # the authority is the setting's, and nobody else is asked
            azure_region=False,
            http_client=self._asking,
        )

    def _refusal(self, said: Mapping[str, Any]) -> NoToken:
        """Why there is none, by what Entra said."""
        numbers = said.get("error_codes")
        known = [each for each in numbers if each in _REFUSALS] if isinstance(numbers, list) else []
        if known:
            says = _REFUSALS[known[0]]
        else:
            words = said.get("error_description") or said.get("error") or "it gave no reason"
            says = f"No token is given: {self.masked(one_line(str(words), 160))} {THEIRS}"
        return NoToken(says, code=401, for_administrator=True)


def with_fresh_token(
    tokens: Tokens, attempt: Callable[[str], Delivery], refusals: Collection[int]
) -> Delivery:
    """What came of an attempt with a token; where that was refused, once more with a fresh one.

    A refusal is one of these codes before anything was taken. Never raises.
    """
    try:
        token = tokens.get()
        delivery = attempt(token)
        if delivery.outcome is Outcome.RETRY and delivery.code in refusals:
            tokens.refused(token)
            delivery = attempt(tokens.get())
    except NoToken as none:
        return none.delivery
    return delivery


def roles_in(token: str) -> list[str] | None:
    """The permissions that a token names, for whoever sets it up; None where it cannot be read.

    A token is meant for the service that it opens: nothing is decided by what we read in one.
    """
    with suppress(ValueError, IndexError, AttributeError):
        claims = token.split(".")[1]
        roles = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("roles", [])
        return [str(role) for role in roles] if isinstance(roles, list) else None
    return None
