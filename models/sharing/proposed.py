"""What can be proposed of sharing information."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from models.proposed import Action, LetterAlone, Proposed


class ShareInformation(Proposed):
    """Information is to be shared with somebody outside, on the answers of a decision."""

    action: ClassVar[Action] = Action.SHARE
    transition: ClassVar[bool] = False

    what: Literal["sharing_decision"] = "sharing_decision"
    decision: int
    recipients: list[str]  # in words
    urgent: bool = False

    def title(self, number: str | None, title: str | None, letters: Sequence[str]) -> str:  # noqa: ARG002
        return f"Share information with {' and '.join(self.recipients)}"

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:  # noqa: ARG002
        return "Share information"


class SharedLetter(LetterAlone):
    """A letter to those whom a sharing decision names."""

    what: Literal["shared_letter"] = "shared_letter"
    decision: int
