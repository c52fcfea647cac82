"""What messages tell of the service itself."""

from typing import Literal

from models.told import Told


class MailTested(Told):
    """Somebody asked for a message to themselves, to see whether mail leaves."""

    what: Literal["mail_test"] = "mail_test"
