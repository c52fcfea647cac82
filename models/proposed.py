"""What can be proposed: each thing is a class of its room, with what is asked as typed facts.

Every room says its own in its `proposed.py`; `models.approvals.vocabulary` knows them all.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Action(StrEnum):
    """What a proposal asks for, in the words of the doors; which letter it is says its class."""

    START = "start"
    ADVANCE = "advance"
    INTERVENE = "intervene"
    PASS_OVER = "pass_over"  # noqa: S105 - not a password
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    CONVERT = "convert"
    END = "end"
    LETTER = "letter"
    POWER = "power"
    SHARE = "share"

    @property
    def label(self) -> str:
        """The action in words: "move to the next step"."""
        return ACTION_TITLES[self]


ACTION_TITLES = {
    Action.START: "start the escalation",
    Action.ADVANCE: "move to the next step",
    Action.INTERVENE: "move straight to the powers",
    Action.PASS_OVER: "pass over a step",
    Action.RESOLVE: "resolve the concern",
    Action.WITHDRAW: "withdraw the escalation",
    Action.PAUSE: "pause the escalation",
    Action.RESUME: "resume the escalation",
    Action.EXTEND: "extend the deadline",
    Action.CONVERT: "move to the academy ladder",
    Action.END: "end the escalation because the school closes",
    Action.LETTER: "send a letter",
    Action.POWER: "use a power of intervention",
    Action.SHARE: "share information",
}


def left_out() -> Any:
    """A fact that is kept and shown only where it was given."""
    return Field(default=None, exclude_if=lambda value: value is None)


class Proposed(BaseModel):
    """Something that is put forward for approval; its fields are the facts, `what` the kind.

    A class of it says `what` as its one word, and which `action` that is for the doors.
    """

    model_config = ConfigDict(frozen=True)

    action: ClassVar[Action]
    # One transition waits at a time; letters outside a transition may wait beside it.
    transition: ClassVar[bool] = True
    # Whether it moves an escalation to the step that it is about.
    takes_step: ClassVar[bool] = False

    what: str

    @property
    def facts(self) -> dict[str, Any]:
        """What is kept of it: JSON, days as ISO 8601."""
        return self.model_dump(mode="json")

    @property
    def authors(self) -> Collection[str]:
        """E-mail addresses of those who wrote what it asks for, besides whoever put it forward."""
        return ()

    @property
    def days(self) -> Mapping[str, date]:
        """The days that it sets, by what a page calls them."""
        return {}

    @classmethod
    def called(cls, number: str | None, title: str | None) -> str:  # noqa: ARG003
        """What is asked for whatever the facts, by number and title of the step it is about."""
        return _upper_first(cls.action.label)

    def title(self, number: str | None, title: str | None, letters: Sequence[str]) -> str:  # noqa: ARG002
        """What it asks for: "Move to step iv: …", "Send the note of the discussion".

        `letters` are those that it carries, as they stand in a sentence.
        """
        return self.called(number, title)

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:  # noqa: ARG002
        """The step to be taken, the letter to be sent, or what else is to change."""
        return _upper_first(self.action.label)


class LetterAlone(Proposed):
    """Letters that belong to no transition."""

    action: ClassVar[Action] = Action.LETTER
    transition: ClassVar[bool] = False

    def title(self, number: str | None, title: str | None, letters: Sequence[str]) -> str:
        return f"Send {' and '.join(letters)}" if letters else self.called(number, title)

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:  # noqa: ARG002
        first, *others = letters
        return f"{first} and {len(others)} more" if others else first


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
