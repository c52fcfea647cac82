"""A mailbox at Microsoft 365 as the way out, through Microsoft Graph: `graph://`.

Graph takes a whole message (MIME in base64), so that headers, Message-ID and every part are ours,
and keeps a copy among the mailbox's sent items.
"""

import json
import re
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from functools import cached_property
from urllib.parse import parse_qs, quote, unquote

from models.clocks import long_date
from models.settings import Settings
from models.upkeep.findings import Finding, Health
from notifications import credentials, way_out
from notifications.https import Answer, NoAnswer, ask
from notifications.tokens import OURS, THEIRS, NoToken, Tokens, roles_in, with_fresh_token
from notifications.way_out import Delivery, Outcome, Parcel, one_line, unprintable

# One mailbox answers four requests of an application at a time, from all workers.
AT_ONCE = 2
# Graph's limit for a request is 4 MB; of a longer one it has said neither yes nor no.
LONGEST_REQUEST = 4_000_000
EXAMINED_FOR = 5.0  # seconds
PERMISSION = "Mail.Send"
PUT_OFF = frozenset({429, 503, 509})
ELSEWHERE = frozenset({307, 308})  # the request was not looked at (RFC 9110, 15.4.8 and 15.4.9)
NOT_THIS_MESSAGE = re.compile(r"ErrorMimeContent|ErrorMessageSizeExceeded|RequestEntityTooLarge")
NO_MESSAGE = re.compile(r"base64|MIME", re.IGNORECASE)  # what it says of what cannot be one
CERTIFICATE_ENDS_SOON = timedelta(days=30)
_SETTINGS = {"name", "reply", "cto", "rto"}
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:@\"/?#%]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class _Mailbox:
    """What the address says."""

    sender: Address
    reply_to: str
    connect: float
    answer: float


@dataclass(frozen=True)
class Graph:
    """The mailbox of `settings.mail_url`: `graph://mailbox@council.example?name=Council`."""

    settings: Settings
    tokens: Tokens

    def __repr__(self) -> str:
        return f"Graph({self.name!r})"

    @cached_property
    def trouble(self) -> str | None:
        """Why it cannot be used as it is set."""
        try:
            self._mailbox  # noqa: B018 - to hear what is wrong with it
        except ValueError as reason:
            return str(reason)
        return self.tokens.trouble

    @cached_property
    def name(self) -> str:
        """The mailbox: others of the same service have limits of their own."""
        return "graph:" if self.trouble else f"graph:{self._mailbox.sender.addr_spec}"

    @property
    def at_once(self) -> int:
        """How many requests one process has under way."""
        return AT_ONCE

    @property
    def longest(self) -> float:
        """The longest that one message may take, in seconds."""
        return 0 if self.trouble else self._before + self._body

    @property
    def sender(self) -> Address:
        """The mailbox, by the name that is set."""
        return self._mailbox.sender

    @property
    def reply_to(self) -> str:
        """Where answers go, if not to the mailbox."""
        return self._mailbox.reply_to

    @property
    def _before(self) -> float:
        """Tokens, and an attempt that is refused for one, in seconds."""
        return self._mailbox.connect + way_out.ANSWERS_BEFORE * self._mailbox.answer

    @property
    def _body(self) -> float:
        return self._mailbox.answer * way_out.BODY_PATIENCE

    def deliver(self, parcel: Parcel) -> Delivery:
        """One request; a second one where the first token was refused."""
        content = b64encode(parcel.content)
        if len(content) > LONGEST_REQUEST:
            says = f"Microsoft Graph takes 4 MB, and this is {len(content) / 1e6:.1f} MB."
            return Delivery(Outcome.FAILED, None, says)
        give_up = time.monotonic() + self._before
        return with_fresh_token(
            self.tokens, lambda token: self._attempt(token, content, give_up), {401}
        )

    def _attempt(self, token: str, content: bytes, give_up: float) -> Delivery:
        if time.monotonic() > give_up:
            # As after the machine slept: by now an officer may have sent it again.
            says = "Microsoft Graph could not be asked in time."
            return Delivery(Outcome.RETRY, None, says, of_the_server=True)
        try:
            answer = self._post(token, content, self._body)
        except NoAnswer as none:
            if none.handed_over:
                may_have = f"It may or may not have arrived. {none.says}"
                return Delivery(Outcome.UNKNOWN, None, may_have)
            return Delivery(Outcome.RETRY, None, none.says, of_the_server=True)
        return self._outcome(answer)

    def _post(self, token: str, content: bytes, seconds: float) -> Answer:
        mailbox = quote(self._mailbox.sender.addr_spec, safe="@")
        return ask(
            "POST",
            f"{self.settings.mail_graph.rstrip('/')}/v1.0/users/{mailbox}/sendMail",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "text/plain"},
            content=content,
            connect=min(self._mailbox.connect, seconds),
            answer=seconds,
            until=time.monotonic() + seconds,
        )

    def _outcome(self, answer: Answer) -> Delivery:
        """What an answer means. Only Graph's own word says that a message was not taken."""
        code, said = answer.status, self._said(answer)
        match code:
            case 202:
                return Delivery(Outcome.SENT, code, "Microsoft Graph took it: 202 Accepted")
            case 401:
                says = f"Microsoft Graph does not accept our token: {said}"
                return _for_administrator(code, says)
            case 403:
                says = f"Microsoft Graph does not let us send as {self.sender.addr_spec}: {said}"
                return _for_administrator(code, says)
            case 404:
                says = f"Microsoft Graph knows no mailbox {self.sender.addr_spec}: {said}"
                return _for_administrator(code, says)
            case _ if code in PUT_OFF:
                says = f"Microsoft Graph puts us off: {said}"
                return Delivery(Outcome.RETRY, code, says, of_the_server=True, wait=answer.wait)
            case _ if code in ELSEWHERE:
                says = f"Microsoft Graph sends us elsewhere: {said}"
                return Delivery(Outcome.RETRY, code, says, of_the_server=True)
            case _ if 400 <= code < 500:
                return _refusal(code, said)
        says = f"It may or may not have arrived. Microsoft Graph answered: {said}"
        return Delivery(Outcome.UNKNOWN, code, says)

    def _said(self, answer: Answer) -> str:
        """The code and words of an answer, without what we sent."""
        code, words = "", ""
        with suppress(ValueError, KeyError, TypeError):
            error = json.loads(answer.text)["error"]
            code, words = str(error["code"]), str(error.get("message", ""))
        return self.tokens.masked(one_line(f"{answer.status} {code}: {words}", 220)).strip(": ")

    # Without sending ---------------------------------------------------------------------

    def examine(self, now: datetime) -> list[Finding]:
        """A token, what it allows, and whether the mailbox would take a message from us."""
        try:
            token = self.tokens.get(2 * EXAMINED_FOR)
        except NoToken as none:
            return [Finding("way out", Health.PROBLEM, none.says)]
        answered = self._asked_with_nothing(token)
        return [answered, self._permission(token, answered), *self._certificate(now)]

    def _asked_with_nothing(self, token: str) -> Finding:
        """Graph refuses what is no message, and before that whoever may not send: so it is told."""
        about, mailbox = "way out", self.sender.addr_spec
        try:
            answer = self._post(token, b"!", EXAMINED_FOR)
        except NoAnswer as none:
            return Finding(about, Health.PROBLEM, none.says)
        if answer.status == 400 and NO_MESSAGE.search(answer.text):
            says = f"Microsoft Graph gives us a token and would take a message from {mailbox}."
            return Finding(about, Health.OK, says)
        found = self._outcome(answer)
        if answer.status in PUT_OFF or answer.status == 400:
            return Finding(about, Health.WARNING, found.detail)
        return Finding(about, Health.PROBLEM, f"{found.detail} {_STEPS.get(answer.status, '')}")

    def _permission(self, token: str, answered: Finding) -> Finding:
        about, roles = "permission", roles_in(token)
        if roles is None:
            says = "The token does not show what it allows: a test message does."
            return Finding(about, Health.WARNING, says)
        more = sorted(set(roles) - {PERMISSION})
        if more:
            says = (
                f"The application may do more than send: {', '.join(more)}. It needs {PERMISSION} "
                f"and nothing else: take the rest away. {THEIRS}"
            )
            return Finding(about, Health.WARNING, one_line(says, 500))
        if PERMISSION in roles:
            says = (
                f"{PERMISSION} is granted in Entra, so for every mailbox of the council unless an "
                f"application access policy limits it. docs/mail.md has how. {THEIRS}"
            )
            return Finding(about, Health.WARNING, says)
        if answered.health is Health.OK:
            says = f"{PERMISSION} by a role in Exchange Online, for the mailboxes of its scope"
            return Finding(about, Health.OK, says)
        says = (
            f"{PERMISSION} is granted neither in Entra nor, it seems, in Exchange Online. {THEIRS}"
        )
        return Finding(about, Health.PROBLEM, says)

    def _certificate(self, now: datetime) -> list[Finding]:
        try:
            ends = self.tokens.certificate_ends()
        except credentials.CredentialTrouble as trouble:
            return [Finding("certificate", Health.PROBLEM, f"{trouble} {OURS}")]
        if ends is None:
            return []
        says = f"It is valid until {long_date(ends)}."
        if ends - now < CERTIFICATE_ENDS_SOON:
            says = f"{says} Put the next one in its place, here and in Entra. {OURS}"
            return [Finding("certificate", Health.WARNING, says)]
        return [Finding("certificate", Health.OK, says)]

    # As it is set ------------------------------------------------------------------------

    @cached_property
    def _mailbox(self) -> _Mailbox:
        """Raises ValueError with what is wrong."""
        scheme, _, rest = self.settings.mail_url.strip().partition("://")
        place, _, query = rest.partition("?")
        address = unquote(place.rstrip("/"))
        if scheme.lower() != "graph" or not _ADDRESS.fullmatch(address) or not address.isascii():
            raise ValueError("It must be graph:// with the mailbox’s address and nothing else.")
        try:
            given = {name: values[-1] for name, values in parse_qs(query).items()}
            waits = [float(given.get(name, default)) for name, default in _WAITS.items()]
        except ValueError:
            raise ValueError("cto and rto must be more than 0 seconds.") from None
        if not all(0 < seconds < 3600 for seconds in waits):
            raise ValueError("cto and rto must be more than 0 seconds.")
        if set(given) - _SETTINGS:
            raise ValueError("Only name, reply, cto and rto can be set in it: take the rest out.")
        name, reply = given.get("name", ""), given.get("reply", "")
        if unprintable(name):
            raise ValueError("The sender's name contains a line break or control character.")
        if reply and not (_ADDRESS.fullmatch(reply) and reply.isascii()):
            raise ValueError("reply= is not one plain e-mail address.")
        return _Mailbox(Address(name, *address.rsplit("@", 1)), reply, *waits)


_WAITS = {"cto": way_out.CONNECT_TIMEOUT, "rto": way_out.READ_TIMEOUT}
_STEPS = {
    403: f"Its role or policy does not cover this mailbox: docs/mail.md has the steps. {THEIRS}",
    404: f"Check the mailbox in SCC_MAIL_URL. {OURS}",
}


def _for_administrator(code: int, says: str) -> Delivery:
    return Delivery(Outcome.RETRY, code, says, of_the_server=True, for_administrator=True)


def _refusal(code: int, said: str) -> Delivery:
    """Of a message: for good where Graph names its recipient or its content, else for now."""
    if "recipient" in said.partition(":")[0].lower():
        return Delivery(Outcome.FAILED, code, f"Microsoft Graph refused the recipient: {said}")
    if code == 413 or NOT_THIS_MESSAGE.search(said):
        return Delivery(Outcome.FAILED, code, f"Microsoft Graph refused the message: {said}")
    return Delivery(Outcome.RETRY, code, f"Microsoft Graph put the message off: {said}")
