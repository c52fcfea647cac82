"""What happens to the record itself, and who looked or was not let in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.happened import Happened, Names, Topic


@dataclass(frozen=True, kw_only=True)
class RestrictedCaseRead(Happened):
    """Somebody looked at a restricted case."""

    topic = Topic.RESTRICTED
    hidden = "A restricted case was read."
    address: str

    def sentence(self, _: Names) -> str:
        return f"The restricted case was read ({self.address})."


@dataclass(frozen=True, kw_only=True)
class AccessRefused(Happened):
    """An officer was refused something, by their role or because the case is not theirs to see."""

    topic = Topic.REFUSALS
    hidden = "Something on a restricted case was refused."
    address: str
    why: str

    def sentence(self, _: Names) -> str:
        return f"{self.address} was refused: {self.why}"


@dataclass(frozen=True, kw_only=True)
class CaseExported(Happened):
    """Everything that is known of a case was written to a file."""

    topic = Topic.FILES
    hidden = "A restricted case was exported."
    reference: str
    file: str

    def sentence(self, _: Names) -> str:
        return f"The case was exported to the file {self.file}."


@dataclass(frozen=True, kw_only=True)
class RecordWidened(Happened):
    """The record began to say how rows stand; `up_to` has the highest keys of before that."""

    up_to: Mapping[str, Any] | None = None

    def sentence(self, _: Names) -> str:
        return "From this point on, the record also covers the rows written with each event."
