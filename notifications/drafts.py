"""One message that is put together: what is known to write it, and how it becomes a mail."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import Session, col, select

from models.clocks import london_date
from models.letters.tables import Letter
from models.letters.writing import letter_body
from models.matters.at_hand import find_visible
from models.outbox import Message
from models.people.access import reader
from models.people.tables import Officer
from models.policy import Policy
from models.rows import find_first
from models.settings import TEMPLATES, Settings
from notifications.calendars import Invitation
from notifications.channels import Attachment, Mail
from notifications.letters import parse

# Plain text to officers: nothing here is markup, so nothing is escaped.
_emails = Environment(  # noqa: S701 # nosec B701
    loader=FileSystemLoader(TEMPLATES / "emails"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Draft:
    """A message, and what is asked while it is written."""

    session: Session
    policy: Policy
    settings: Settings
    now: datetime
    message: Message
    secret: str = ""  # of the personal link that it carries, if it carries one

    @property
    def today(self) -> date:
        """The day in London."""
        return london_date(self.now)

    def officer(self) -> Officer | None:
        """To whom it goes, if they are still an officer here."""
        named = select(Officer).where(Officer.email == self.message.to_email, col(Officer.active))
        return find_first(self.session, named)

    def sees_its_matter(self, officer: Officer) -> bool:
        """Whether it is about a matter that this officer sees; it may be restricted since."""
        matter = self.message.matter_id
        return matter is None or find_visible(self.session, reader(officer), matter) is not None

    def url(self, path: str) -> str:
        """The whole address of a page."""
        return f"{self.settings.base_url.rstrip('/')}{path}"

    def subject(self, letter: Letter) -> str:
        """The subject of a letter."""
        subject, _ = parse(letter_body(self.session, letter))
        return subject

    def mail(
        self,
        *,
        subject: str,
        text: str,
        html: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        invitation: Invitation | None = None,
    ) -> Mail:
        """The mail, to whom the message is."""
        message = self.message
        return Mail(
            to_name=message.to_name,
            to_email=message.to_email,
            subject=" ".join(subject.split()),
            text=text,
            html=html,
            message_id=message_id(message, self.settings.base_url),
            attachments=attachments,
            date=message.queued_at,
            invitation=invitation,
        )

    def from_template(self, template: str, facts: dict[str, Any]) -> Mail:
        """The mail by a template of `templates/emails`; its first line is the subject."""
        subject, text = self.written(template, facts)
        return self.mail(subject=subject, text=text)

    def written(self, template: str, facts: dict[str, Any]) -> tuple[str, str]:
        """Subject and text by a template of `templates/emails`."""
        whole = _emails.get_template(f"{template}.txt.j2").render(
            officer=self.message.to_name,
            base_url=self.settings.base_url,
            council=self.policy.letterhead.council,
            **facts,
        )
        first, _, text = whole.partition("\n")
        return first.removeprefix("Subject: "), text.lstrip("\n")


def message_id(message: Message, base_url: str) -> str:
    """The Message-ID of a message: the same at every attempt, and nobody else's.

    Keys come again after a backup was restored, the moment at which one was queued does not.
    """
    host = urlsplit(base_url).hostname or "localhost"
    identity = f"{message.key} {message.queued_at.isoformat()}"
    return f"<{hashlib.sha256(identity.encode()).hexdigest()[:40]}@{host}>"
