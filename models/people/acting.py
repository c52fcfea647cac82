"""Who carries out a command: in which transaction, under which policy, and when."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from models.clocks import london_date
from models.people.access import Act, Reader, reader, require
from models.people.tables import Officer
from models.policy import Policy


@dataclass(frozen=True)
class Acting:
    """An officer who acts: what every command of theirs is given first.

    `session` is the write transaction, `policy` the policy in force, `now` the moment, in UTC.
    """

    session: Session
    policy: Policy
    officer: Officer
    now: datetime

    @property
    def today(self) -> date:
        """The day in London."""
        return london_date(self.now)

    @property
    def reader(self) -> Reader:
        """What the officer may look at."""
        return reader(self.officer, self.today)

    def require(self, act: Act) -> None:
        """Refuse an officer whose role may not do this; raises NotAllowed."""
        require(self.officer, act)
