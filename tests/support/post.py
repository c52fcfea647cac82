"""Letters of a case that wait in the outbox."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import col, select

from models.database import read, write
from models.outbox import MailServer, Message, MessageKind, MessageState
from models.rows import add, change
from models.settings import Settings
from notifications.issuing import issue_letters
from notifications.outbox import Delivered, deliver
from tests.support.cases import Case

HEAD = "headteacher@school-900001.example"
CHAIR = "chair.of.governors@school-900001.example"
BASE_URL = "https://scc.fernshire.example"


class Post:
    """A case whose letters wait in the outbox, and passes over it."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case.started().climb_to("formal_governing_body")
        self.folder = folder
        with write(case.engine) as session:
            for message in session.exec(select(Message)):
                change(session, Message, {"id": message.id}, state=MessageState.DROPPED)
        issue_letters(case.engine, case.policy, case.now)

    @property
    def letters(self) -> list[Message]:
        """Those in the outbox, in the order in which they were queued."""
        queued = select(Message).where(
            Message.kind == MessageKind.LETTER, Message.state != MessageState.DROPPED
        )
        with read(self.case.engine) as session:
            return list(session.exec(queued.order_by(col(Message.id))))

    @property
    def states(self) -> Counter[str]:
        return Counter(letter.state.value for letter in self.letters)

    @property
    def server(self) -> MailServer:
        """What is known of the one server that was asked."""
        with read(self.case.engine) as session:
            return session.exec(select(MailServer)).one()

    def queue(self, *recipients: str) -> None:
        """Copies of the first letter, to these as well."""
        first = self.letters[0]
        with write(self.case.engine) as session:
            for number, email in enumerate(recipients, start=len(self.letters)):
                add(
                    session,
                    Message,
                    key=f"letter:{first.letter_id}:{number}",
                    kind=MessageKind.LETTER,
                    matter_id=first.matter_id,
                    letter_id=first.letter_id,
                    to_name="A governor",
                    to_email=email,
                    data=first.data,
                    state=MessageState.PENDING,
                    queued_at=self.case.now,
                    next_attempt_at=self.case.now,
                )

    def deliver(self, url: str, **more: str) -> Delivered:
        """One pass, by the case's clock."""
        case = self.case
        here = {"home": self.folder, "mail_url": url, "base_url": BASE_URL}
        settings = Settings(_env_file=None, **(here | more))
        return deliver(case.engine, case.policy, settings, lambda: case.now)

    @contextmanager
    def delivering(self, url: str) -> Iterator[None]:
        """A pass that goes on meanwhile, and has ended afterwards."""
        going = threading.Thread(target=self.deliver, args=(url,))
        going.start()
        yield
        going.join(60)
        assert not going.is_alive()


def governors(number: int) -> list[str]:
    return [f"governor.{n}@school-900001.example" for n in range(number)]
