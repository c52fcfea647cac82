"""What each message says, worked out when it leaves, so that it says what holds then."""

from datetime import datetime

from sqlmodel import Session

from models.outbox import Message
from models.policy import Policy
from models.settings import Settings
from notifications.channels import Mail
from notifications.drafts import Draft
from notifications.texts import TEXTS


class Composer:
    """Turns rows of the outbox into mail, for one pass of delivery."""

    def __init__(self, session: Session, policy: Policy, settings: Settings, now: datetime) -> None:
        self.session = session
        self.policy = policy
        self.settings = settings
        self.now = now

    def compose(self, message: Message, secret: str = "") -> Mail | None:
        """The mail for a message; None when it no longer applies and is to be dropped.

        `secret` is that of the personal link that it carries.
        """
        # A clock that was moved ahead by hand queues as of its own day.
        now = max(self.now, message.queued_at)
        draft = Draft(self.session, self.policy, self.settings, now, message, secret)
        tells = message.tells
        return TEXTS[type(tells)].write(draft, tells)
