"""What happens to the letters about risk levels."""

from dataclasses import dataclass
from typing import ClassVar

from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class OfBatch(Happened):
    """What became of a batch of so many letters."""

    done: ClassVar[str]
    batch: int
    title: str
    letters: int

    def sentence(self, _: Names) -> str:
        letters = "1 letter was" if self.letters == 1 else f"{self.letters:,} letters were"
        return f"{self.title}: {letters} {self.done}."


class LevelLettersPrepared(OfBatch):
    """The letters of a batch were drafted."""

    done = "drafted"


class LevelLettersApproved(OfBatch):
    """A Head of Service approved a batch."""

    done = "approved"


class LevelLettersKept(OfBatch):
    """The letters of a batch were printed, and the files kept."""

    done = "printed and kept"


class LevelLettersIssued(OfBatch):
    """The letters of a batch wait to be sent."""

    done = "issued"


class LevelLettersWithdrawn(OfBatch):
    """The letters of a batch are not to go out."""

    done = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class LevelLetterSettled(Happened):
    """An officer decided about one letter that failed, or may have left."""

    message: int
    school: str
    decision: str
    reason: str

    def sentence(self, _: Names) -> str:
        if self.decision == "sent":
            return (
                f"The letter to {self.school} about its risk level was recorded as having arrived."
            )
        return f"The letter to {self.school} about its risk level will be sent again."
