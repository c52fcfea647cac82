"""A real mail server for the endurance test, which keeps a ledger of what it got."""

import asyncio
from collections import Counter
from email.parser import BytesHeaderParser
from email.policy import default

from tests.support.smtp import Received, SmtpServer

SLOW = 20.0  # seconds that it takes over a message when it is slow


class PostOffice(SmtpServer):
    """Counts each Message-ID that it got, whether or not it could still say so.

    `hold` means slow here: it has the message, and says so after a while.
    """

    def __init__(self) -> None:
        super().__init__()
        self._got: Counter[str] = Counter()

    def keep(self, received: Received) -> None:
        """Count a message; what it says is not kept."""
        headers = BytesHeaderParser(policy=default).parsebytes(received.content)
        with self._arrived:
            self._got[str(headers["Message-ID"]).strip()] += 1

    async def may_answer(self) -> None:
        """When it is slow."""
        await asyncio.sleep(SLOW)

    @property
    def got(self) -> Counter[str]:
        """How often it got each message so far, by Message-ID."""
        with self._arrived:
            return Counter(self._got)
