"""How messages leave the building: mail by the way out that is set, internal alerts by Apprise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from apprise import Apprise, AppriseAsset, NotifyFormat

from notifications.calendars import Invitation
from notifications.folder import SERVICE
from notifications.way_out import Delivery, Outcome, Parcel, WayOut, unprintable

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


def send_letter(mail: Mail, way: WayOut) -> Delivery:
    """Sends a formal letter. Never raises."""
    return _send(mail, way, automatic=False)


def send_mail(mail: Mail, way: WayOut) -> Delivery:
    """Sends a reminder, digest or alert to an officer, marked as automatic (RFC 3834).

    Never raises.
    """
    # Not Apprise's mailto://: a reminder must not arrive twice or vanish any more than a letter.
    return _send(mail, way, automatic=True)


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


def _send(mail: Mail, way: WayOut, *, automatic: bool) -> Delivery:
    if way.trouble:
        fails = f"Mail cannot leave as it is set. {way.trouble}"
        return Delivery(Outcome.RETRY, None, fails, of_the_server=True)
    try:
        message = _message(mail, way.sender)
        if way.reply_to:
            message["Reply-To"] = way.reply_to
        if automatic:
            message["Auto-Submitted"] = "auto-generated"
        recipient = _recipient(mail).addr_spec
        parcel = Parcel(recipient, mail.message_id, mail.date, message.as_bytes())
    except ValueError as reason:
        return Delivery(Outcome.FAILED, None, str(reason))
    return way.deliver(parcel)


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
