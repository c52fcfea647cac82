"""What happens to letters, and to the messages that carry them."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.policy.wording import inside, the_role
from models.statutory.tables import ServiceMethod


@dataclass(frozen=True, kw_only=True)
class LetterDrafted(Happened):
    """A letter was written from its template."""

    letter: int
    template: str
    to: str
    copies: tuple[str, ...]

    def sentence(self, names: Names) -> str:
        return f"{names.letter(self.letter)} was drafted for {the_role(self.to)}."


@dataclass(frozen=True, kw_only=True)
class LetterEdited(Happened):
    """A letter has another text."""

    letter: int
    version: int

    def sentence(self, names: Names) -> str:
        return f"{names.letter(self.letter)} was edited: version {self.version}."


@dataclass(frozen=True, kw_only=True)
class LetterIssued(Happened):
    """A letter's documents were made, and it waits to be sent."""

    letter: int
    version: int
    sha256: str

    def sentence(self, names: Names) -> str:
        return f"{names.letter(self.letter)} was issued."


@dataclass(frozen=True, kw_only=True)
class LetterWithdrawn(Happened):
    """A letter is not to go out any more."""

    letter: int

    def sentence(self, names: Names) -> str:
        return f"{names.letter(self.letter)} was withdrawn."


@dataclass(frozen=True, kw_only=True)
class LetterNotIssued(Happened):
    """An approved letter's documents could not be made."""

    letter: int

    def sentence(self, names: Names) -> str:
        return f"{names.letter(self.letter)} is approved, but its documents could not be made."


@dataclass(frozen=True, kw_only=True)
class LetterServed(Happened):
    """A notice was given as the law asks."""

    letter: int
    to: str
    method: ServiceMethod
    served_on: date
    counts_from: date | None = None
    service: int | None = None

    def sentence(self, names: Names) -> str:
        whom, day = the_role(self.to), long_date(self.served_on)
        letter = names.letter(self.letter)
        said = f"{letter} was served on {whom} on {day} ({self.method.label})"
        if self.counts_from is None or self.counts_from == self.served_on:
            return f"{said}."
        return f"{said}; it counts as served from {long_date(self.counts_from)}."


@dataclass(frozen=True, kw_only=True)
class ServiceUndone(Happened):
    """What was recorded of a letter's service does not count: it came back, or was a mistake."""

    letter: int
    service: int
    to: str
    reason: str

    def sentence(self, names: Names) -> str:
        letter = names.letter(self.letter)
        return f"The recorded service of {inside(letter)} on {the_role(self.to)} was undone."


@dataclass(frozen=True, kw_only=True)
class MessageSent(Happened):
    """The mail server took a letter."""

    message: int
    letter: int | None
    to: str
    detail: str

    def sentence(self, names: Names) -> str:
        return f"{names.letter(self.letter)} was sent to {self.to}."


@dataclass(frozen=True, kw_only=True)
class MessageFailed(Happened):
    """The mail server refused a letter."""

    message: int
    letter: int | None
    to: str
    detail: str

    def sentence(self, names: Names) -> str:
        letter = names.letter(self.letter)
        return f"{letter} could not be sent to {self.to}.{_quoted(self.detail)}"


@dataclass(frozen=True, kw_only=True)
class MessageBecameUnknown(Happened):
    """Nobody can say whether a letter left."""

    message: int
    letter: int | None
    to: str
    detail: str

    def sentence(self, names: Names) -> str:
        letter = names.letter(self.letter)
        return f"{letter} may or may not have reached {self.to}.{_quoted(self.detail)}"


@dataclass(frozen=True, kw_only=True)
class MessageHeldUp(Happened):
    """A letter waits, for its message could not be put together."""

    message: int
    letter: int | None
    to: str

    def sentence(self, names: Names) -> str:
        return (
            f"{names.letter(self.letter)} has not been sent to {self.to}: "
            "its message could not be put together."
        )


@dataclass(frozen=True, kw_only=True)
class MessageSettled(Happened):
    """An officer decided about a letter that failed, or may have left."""

    message: int
    letter: int | None
    decision: str
    reason: str

    def sentence(self, names: Names) -> str:
        if self.decision == "send_again":
            return f"{names.letter(self.letter)} will be sent again."
        return f"{names.letter(self.letter)} was recorded as having arrived."


def _quoted(detail: str) -> str:
    return f" The mail server said: {detail}" if detail else ""
