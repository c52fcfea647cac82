"""What happens to backups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.clocks import london_time, long_date
from models.happened import Happened, Names, Topic


@dataclass(frozen=True, kw_only=True)
class BackupMade(Happened):
    """Everything was written to one file; the record had so many events and ended with `head`."""

    topic = Topic.BACKUPS
    made_at: datetime
    events: int
    head: str
    file: str
    sha256: str

    def sentence(self, _: Names) -> str:
        first = f"the record’s first {self.events} events"
        return f"A backup of {first} was made: {self.file}."


@dataclass(frozen=True, kw_only=True)
class BackupRestored(Happened):
    """A backup took the place of what was there.

    `replaced` says where the record ended that was there, `level_letters` which letters about risk
    levels had been approved by then.
    """

    topic = Topic.BACKUPS
    made_at: datetime
    events: int
    head: str
    replaced: Mapping[str, Any]
    level_letters: Mapping[str, Any] | None = None

    def sentence(self, _: Names) -> str:
        made = london_time(self.made_at)
        words = f"The backup of {long_date(made.date())} at {made:%H:%M} was restored."
        replaced = self.replaced["events"]
        return f"{words} It replaced a record of {replaced} events." if replaced else words
