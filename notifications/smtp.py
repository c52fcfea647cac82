"""A mail server as the way out: `mailto://` and `mailtos://` with a password or without any
sign-in, `xoauth2://` with a token of Microsoft Entra."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from functools import cached_property

from apprise import Apprise, AppriseAsset
from apprise.manager_plugins import NotificationManager

from models.upkeep.findings import Finding, Health
from notifications.conversation import SIGN_IN_CODES, LetterChannel
from notifications.folder import SERVICE
from notifications.tokens import Tokens
from notifications.way_out import Delivery, Parcel

AT_ONCE = 4  # messages that one process has under way through a server that is well
# Exchange Online takes three conversations of one mailbox at a time, from all workers.
AT_ONCE_BY_TOKEN = 2
EXAMINED_FOR = 5  # seconds
OF_MICROSOFT = re.compile(r"(?:.+\.)?(?:office365|outlook|office)\.com", re.IGNORECASE)
PASSWORDS_END = datetime(2026, 12, 31, tzinfo=UTC)
_ASSET = AppriseAsset(app_id=SERVICE, app_desc=SERVICE)
_SCHEMES = {"mailto": "letter", "mailtos": "letters", "xoauth2": "letters"}


@dataclass(frozen=True)
class Smtp:
    """The mail server of `url`; by `tokens` where it is to be signed in at with one."""

    url: str
    tokens: Tokens | None = None

    def __repr__(self) -> str:
        return f"Smtp({self.name!r})"  # a password stands in the address

    @cached_property
    def trouble(self) -> str | None:
        """Why the address cannot be used; never with the password."""
        try:
            self._channel()
        except ValueError as reason:
            return str(reason)
        return self.tokens.trouble if self.tokens else None

    @cached_property
    def name(self) -> str:
        """The server and its port; the sign-in belongs to how it is, not to which it is."""
        if self.trouble:
            return "mail:"
        channel = self._channel()
        return f"mail:{channel.server}:{channel.server_port}"

    @property
    def at_once(self) -> int:
        """How many conversations one process has with it."""
        return AT_ONCE_BY_TOKEN if self.tokens else AT_ONCE

    @cached_property
    def longest(self) -> float:
        """The longest that it can be at one message, in seconds."""
        if self.trouble:
            return 0
        channel = self._channel()
        return channel.before + channel.body

    @cached_property
    def sender(self) -> Address:
        """As `from` and `name` have it."""
        return self._channel().sender

    @cached_property
    def reply_to(self) -> str:
        """As `reply` has it."""
        return ", ".join(sorted(self._channel().reply_to))

    def deliver(self, parcel: Parcel) -> Delivery:
        """One conversation about one message; a second one where the first token was refused."""
        return self._channel().deliver(parcel.recipient, parcel.content)

    def examine(self, now: datetime) -> list[Finding]:  # noqa: ARG002 - as every way out
        """Signs in and names the sender; no recipient is named."""
        about = "way out"
        channel = self._channel()
        channel.socket_connect_timeout = channel.socket_read_timeout = EXAMINED_FOR
        refusal = channel.look_in(2 * EXAMINED_FOR)
        if refusal is not None:
            says = refusal.detail
            if refusal.code in SIGN_IN_CODES and self.tokens:
                says = f"{says} {_BY_EXCHANGE.format(mailbox=self.sender.addr_spec)}"
            return [Finding(about, Health.PROBLEM, says)]
        where = f"{channel.server}, port {channel.server_port}"
        says = f"{where} lets us in and takes mail from {self.sender.addr_spec}."
        return [Finding(about, Health.OK, says)]

    @cached_property
    def has_password_at_microsoft(self) -> bool:
        """Whether it is Exchange Online, with user name and password."""
        if self.trouble:
            return False
        channel = self._channel()
        return bool(channel.password and OF_MICROSOFT.fullmatch(channel.server))

    def _channel(self) -> LetterChannel:
        """Anew for each message: a conversation has a state. Raises ValueError."""
        scheme, _, rest = self.url.strip().partition("://")
        if self.tokens is None and scheme.lower() == "xoauth2":
            raise ValueError("It wants a token, and none can be had with these settings.")
        if scheme.lower() not in _SCHEMES or not rest:
            raise ValueError(
                "It must begin with mailto://, mailtos:// or xoauth2:// and name a mail server, "
                "or with graph:// and name a mailbox."
            )
        plugins = NotificationManager()  # type: ignore[no-untyped-call]
        if "letters" not in plugins:
            plugins.add(LetterChannel)  # type: ignore[no-untyped-call]
        try:
            channel = Apprise.instantiate(
                f"{_SCHEMES[scheme.lower()]}://{rest}", asset=_ASSET, suppress_exceptions=False
            )
        except TypeError:  # Apprise's own refusals: sender, mode, timeouts
            channel = None
        if not isinstance(channel, LetterChannel):
            raise ValueError("It cannot be read: check the server, mode= and the sender in from=.")
        if self.tokens is not None:
            channel.sign_in_by(self.tokens)
        return channel


_BY_EXCHANGE = (
    "The application needs SMTP.SendAsApp, a service principal in Exchange Online, full access to "
    "{mailbox}, and that mailbox SMTP AUTH. For the administrator of the council’s Microsoft 365: "
    "docs/mail.md has the steps."
)


def password_sign_in(way: Smtp, now: datetime) -> Finding:
    """What becomes of user name and password at Exchange Online."""
    when = "switches this off" if now < PASSWORDS_END else "has switched this off"
    says = (
        f"{way.name.split(':')[1]} is signed in at with user name and password. Microsoft {when} "
        "by default at the end of December 2026, and no letter leaves then. docs/mail.md has the "
        "two ways that go on: xoauth2:// and graph://."
    )
    return Finding("password sign-in", Health.WARNING, says)
