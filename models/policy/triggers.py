"""Why a school causes concern: six triggers and other, and those of the council's own.

Source: The SIP's Brief, part 4: “Local authorities have their own triggers”.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

from models.refusals import InvalidInput
from models.text import check_line, check_printable

Ladders = tuple[Literal["maintained", "academy"], ...]
LONGEST = 40  # letters of a key
_KEY = re.compile("[a-z]+(_[a-z0-9]+)*")


class Trigger(StrEnum):
    """The six triggers of The SIP's Brief, part 4, and other."""

    UNDERPERFORMANCE = "underperformance"
    SAFETY = "safety"
    FINANCE = "finance"
    SELF_EVALUATION = "self_evaluation"
    LEADERSHIP = "leadership"
    SPECIALISM = "specialism"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The trigger in words, as pages and letters have it."""
        return _TITLES[self]


_TITLES = {
    Trigger.UNDERPERFORMANCE: "significant underperformance that is not being addressed",
    Trigger.SAFETY: "the safety and well-being of pupils",
    Trigger.FINANCE: "budget problems without a recovery plan",
    Trigger.SELF_EVALUATION: "no engagement with self-evaluation",
    Trigger.LEADERSHIP: "a lack of leadership capacity",
    Trigger.SPECIALISM: "the specialism at risk at re-designation",
    Trigger.OTHER: "another concern",
}


class OwnTrigger(BaseModel):
    """A trigger of the council's own; `text` stands in a list, as the others: "a lack of …"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    text: str
    ladders: Annotated[Ladders, Field(min_length=1)] = ("maintained", "academy")

    @field_validator("key")
    @classmethod
    def _a_word_of_its_own(cls, value: str) -> str:
        if not _KEY.fullmatch(value) or len(value) > LONGEST:
            raise ValueError(f"must be lower case words joined by _, at most {LONGEST} letters")
        if value in list(Trigger):
            raise ValueError(f"{value!r} is one of the triggers that every council has")
        return value

    @field_validator("text")
    @classmethod
    def _a_line_of_a_letter(cls, value: str) -> str:
        try:
            return check_printable("text", check_line("text", value))
        except InvalidInput as invalid:
            raise ValueError(invalid.message) from None


class WithTriggers(Protocol):
    """What has triggers of the council's own: a policy, or an edition of it."""

    @property
    def triggers(self) -> tuple[OwnTrigger, ...]:
        """Those beside the six."""


def told_apart(own: tuple[OwnTrigger, ...]) -> tuple[OwnTrigger, ...]:
    """The triggers of a council, each once. Raises ValueError."""
    keys = [each.key for each in own]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ValueError(f"two triggers have the key {twice!r}")
    return own


def triggers_of(policy: WithTriggers, ladder: str) -> list[tuple[str, str]]:
    """Every trigger of a ladder with its words: the six, the council's own, and other last."""
    six = [(each.value, each.label) for each in Trigger if each is not Trigger.OTHER]
    own = [(each.key, each.text) for each in policy.triggers if ladder in each.ladders]
    return [*six, *own, (Trigger.OTHER.value, Trigger.OTHER.label)]


def trigger_words(policy: WithTriggers, keys: Iterable[str]) -> list[str]:
    """These triggers in words; a key that the policy has no longer stands as it is."""
    own = {each.key: each.text for each in policy.triggers}
    return [
        Trigger(key).label if key in list(Trigger) else own.get(key, key.replace("_", " "))
        for key in keys
    ]
