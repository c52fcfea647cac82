"""How messages leave the building: a mail server, the mail folder, internal alerts.

Formal letters and officers' mail share one Apprise plugin of ours. Apprise's own e-mail plugin
answers only True or False, writes its own Message-ID, repeats what had arrived when a copy fails,
and goes on sending after it has reported a timeout: none of which a letter can live with.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.manager_plugins import NotificationManager

from notifications.calendars import Invitation
from notifications.conversation import Delivery, LetterChannel, Outcome, one_line, unprintable

SERVICE = "Schools Causing Concern"
# A sender for mail that no server will see; .invalid can never be anybody's (RFC 2606).
UNCONFIGURED_SENDER = Address(SERVICE, "not-configured", "mail.invalid")
_ADDRESS = re.compile(r"(?P<local>[^\s<>()\[\]\\,;:@\"]+)@(?P<domain>[^\s<>()\[\]\\,;:@\"]+)")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
# 7bit: not every mail server takes 8-bit text, and none may rewrite a letter to forward it.
_POLICY = SMTP.clone(cte_type="7bit")
_ASSET = AppriseAsset(app_id=SERVICE, app_desc=SERVICE)


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One message to one person. `message_id` stands in angle brackets and never changes between
    attempts; `date` is aware. `invitation` is what a calendar takes."""

    to_name: str
    to_email: str
    subject: str
    text: str
    html: str | None
    message_id: str
    attachments: tuple[Attachment, ...]
    date: datetime
    invitation: Invitation | None = None


def send_letter(mail: Mail, *, mail_url: str) -> Delivery:
    """Sends a formal letter through the mail server of `mail_url` (SCC_MAIL_URL). Never raises."""
    return _send(mail, mail_url, automatic=False)


def send_mail(mail: Mail, *, mail_url: str) -> Delivery:
    """Sends a reminder, digest or alert to an officer, marked as automatic (RFC 3834).

    Never raises.
    """
    # Not Apprise's mailto://: a reminder must not arrive twice or vanish any more than a letter.
    return _send(mail, mail_url, automatic=True)


def keep_mail(mail: Mail, folder: Path) -> Delivery:
    """Keeps the message as an .eml file in `folder`, for a council that has configured no mail.

    A Message-ID gives one file however often it is kept. Names sort by time. Files are readable
    by their owner alone: they are letters about named people.
    """
    try:
        content = _message(mail, UNCONFIGURED_SENDER).as_bytes()
    except ValueError as reason:
        return Delivery(Outcome.FAILED, None, str(reason))
    try:
        name = _write_once(folder, mail, content)
    except OSError as error:
        trouble = f"The mail folder {folder} cannot be written: {error.strerror or error}."
        return Delivery(Outcome.RETRY, None, one_line(trouble), of_the_server=True)
    return Delivery(Outcome.SENT, None, f"Kept as {name}: no mail server is configured.")


def send_alert(title: str, body: str, *, alerts_url: str) -> Delivery:
    """Posts an internal alert to every Apprise URL in `alerts_url`, split by spaces or commas.

    `SENT` when at least one service took it, so that none hears it twice; the line names those
    that did not. Never raises.
    """
    services = Apprise(asset=_ASSET)
    usable = services.add(alerts_url)
    took: list[str] = []
    missed: list[str] = [] if usable else ["an address Apprise cannot use"]
    for service in services:
        service.retry = 0  # an address may ask for repeats; what is repeated can arrive twice
        one = Apprise(asset=_ASSET)
        one.add(service)
        accepted = one.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
        (took if accepted else missed).append(str(service.service_name))
    if not took:
        return Delivery(Outcome.RETRY, None, f"No alert was taken: {', '.join(missed)}.")
    but = f"; not by {', '.join(missed)}" if missed else ""
    return Delivery(Outcome.SENT, None, f"Taken by {', '.join(took)}{but}.")


@dataclass(frozen=True)
class Server:
    """A mail server by name and port, and the longest that it can be at one message, in seconds."""

    name: str
    longest: float


def mail_server(mail_url: str) -> Server:
    """The server that `mail_url` (SCC_MAIL_URL) names; one without a name where it cannot be used.

    Connects to nothing.
    """
    try:
        channel = _channel(mail_url)
    except ValueError:
        return Server("", 0)
    return Server(f"{channel.server}:{channel.server_port}", channel.before + channel.body)


def check_mail_url(url: str) -> str | None:
    """Says in plain words why `url` cannot serve as SCC_MAIL_URL; None when it can.

    Looks at the address alone and connects to nothing. The reason never repeats the password.
    """
    try:
        _channel(url)
    except ValueError as reason:
        return str(reason)
    return None


def _send(mail: Mail, mail_url: str, *, automatic: bool) -> Delivery:
    try:
        channel = _channel(mail_url)
    except ValueError as reason:
        fails = f"The mail address in the settings fails. {reason}"
        return Delivery(Outcome.RETRY, None, fails, of_the_server=True)
    try:
        message = _message(mail, channel.sender)
        recipient = _recipient(mail).addr_spec
        if channel.reply_to:
            message["Reply-To"] = ", ".join(sorted(channel.reply_to))
        if automatic:
            message["Auto-Submitted"] = "auto-generated"
        content = message.as_bytes()
    except ValueError as reason:
        return Delivery(Outcome.FAILED, None, str(reason))
    return channel.deliver(recipient, content)


def _channel(url: str) -> LetterChannel:
    """Reads an Apprise mail URL; ValueError says in plain words why it cannot be used."""
    scheme, _, rest = url.strip().partition("://")
    letter_scheme = {"mailto": "letter", "mailtos": "letters"}.get(scheme.lower())
    if not letter_scheme or not rest:
        raise ValueError("It must begin with mailto:// or mailtos:// and name a mail server.")
    plugins = NotificationManager()  # type: ignore[no-untyped-call]
    if "letters" not in plugins:
        plugins.add(LetterChannel)  # type: ignore[no-untyped-call]
    try:
        channel = Apprise.instantiate(
            f"{letter_scheme}://{rest}", asset=_ASSET, suppress_exceptions=False
        )
    except TypeError:  # Apprise's own refusals: sender, mode, timeouts
        channel = None
    if not isinstance(channel, LetterChannel):
        raise ValueError("It cannot be read: check the server, mode= and the sender in from=.")
    return channel


def _message(mail: Mail, sender: Address) -> EmailMessage:
    """The message as it will stand in the letterbox; ValueError says why there can be none."""
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise ValueError("The message has no usable Message-ID.")
    for header in (mail.to_name, mail.subject, *(file.filename for file in mail.attachments)):
        if unprintable(header):
            raise ValueError(
                "The recipient's name, the subject or a file's name contains a line break or "
                "control character."
            )
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = _recipient(mail)
    message["Subject"] = mail.subject
    message["Date"] = mail.date
    message["Message-ID"] = mail.message_id
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    if mail.invitation is not None:  # the last form: what a calendar program looks for
        calendar = mail.invitation.written(organiser=sender.addr_spec)
        method = {"method": mail.invitation.method}
        message.add_alternative(calendar, subtype="calendar", params=method)
    for file in mail.attachments:
        maintype, _, subtype = file.media_type.partition("/")
        message.add_attachment(
            file.content, maintype=maintype, subtype=subtype, filename=file.filename
        )
    return message


def _recipient(mail: Mail) -> Address:
    """The one person a mail goes to."""
    parts = _ADDRESS.fullmatch(mail.to_email)
    if not parts or unprintable(mail.to_email):
        raise ValueError("The recipient's address is not one plain e-mail address.")
    if not mail.to_email.isascii():
        raise ValueError(
            "The recipient's address has letters outside ASCII, which not every mail server "
            "carries: ask for a plain address."
        )
    return Address(mail.to_name, parts["local"], parts["domain"])


def _write_once(folder: Path, mail: Mail, content: bytes) -> str:
    """Writes the file whole or not at all and returns its name, old or new."""
    folder.mkdir(parents=True, exist_ok=True)
    identity = hashlib.sha256(mail.message_id.encode()).hexdigest()[:16]
    kept = next(folder.glob(f"*-{identity}.eml"), None)
    if kept:
        return kept.name
    moment = mail.date.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    readable = re.sub(r"[^A-Za-z0-9@._-]+", "_", mail.message_id.strip("<>"))[:80]
    name = f"{moment}-{readable}-{identity}.eml"
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / name)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
    _make_durable(folder)
    return name


def _make_durable(folder: Path) -> None:
    """A rename survives a power cut only once its folder is written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
