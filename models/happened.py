"""What an event is: its facts, by name and type, and the sentence in which it is told.

Every room says what happens in it as such classes, in its `events.py`; `models.record.vocabulary`
knows them all.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import Enum, StrEnum
from functools import cache, cached_property
from typing import Any, ClassVar, Protocol, Self, get_type_hints

from pydantic import TypeAdapter


class Topic(StrEnum):
    """What the record of access can be narrowed down to."""

    SIGN_INS = "sign_ins"
    REFUSALS = "refusals"
    OFFICERS = "officers"
    CREDENTIALS = "credentials"
    COVER = "cover"
    RESTRICTED = "restricted"
    FILES = "files"
    CONTACTS = "contacts"
    CONSULTANTS = "consultants"
    BACKUPS = "backups"

    @property
    def label(self) -> str:
        """The topic in words."""
        return _LABELS[self]


_LABELS = {
    Topic.SIGN_INS: "Signing in and out",
    Topic.REFUSALS: "Refusals",
    Topic.OFFICERS: "Officers and their roles",
    Topic.CREDENTIALS: "Passwords, tokens, codes and links",
    Topic.COVER: "Cover for absence",
    Topic.RESTRICTED: "Restricted cases",
    Topic.FILES: "Exports and refused files",
    Topic.CONTACTS: "Contacts of schools",
    Topic.CONSULTANTS: "Consultants and providers",
    Topic.BACKUPS: "Backups",
}


class Names(Protocol):
    """What an event's sentence asks for: how steps and letters are called, and another event."""

    def step(self, key: str) -> str:
        """A step inside a sentence."""

    def letter(self, key: int | None) -> str:
        """A letter at the beginning of a sentence."""

    def event(self, kind: str, facts: Mapping[str, Any]) -> str:
        """Another event, in its own sentence."""


@dataclass(frozen=True)
class Happened(ABC):
    """Something that happened, named in the past tense; its fields are the facts on record.

    `matter_id` is the case on whose record it is, or None. A fact is recorded by the name of
    its field, without the underscore that sets apart `from_` or `kind_`; days and moments as ISO
    8601, words by their value. One whose default is None is left out while it is None: what is
    hashed must stay the same, byte for byte, when a later version adds a fact.
    """

    kind: ClassVar[str]  # the class's name in snake case
    topic: ClassVar[Topic | None] = None  # below which the record of access tells it
    # What is told of it to those who do not see its case.
    hidden: ClassVar[str] = "Something happened on a restricted case."

    matter_id: int | None

    def __init_subclass__(cls) -> None:
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @abstractmethod
    def sentence(self, names: Names) -> str:
        """What happened, without who and when: those stand beside it."""

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What is recorded."""
        return {
            fact.name: _plain(value)
            for fact in _facts_of(type(self))
            if (value := getattr(self, fact.field)) is not None or not fact.may_be_left_out
        }

    @classmethod
    def of(cls, matter_id: int | None, facts: Mapping[str, Any]) -> Self:
        """The event from its facts as they were recorded.

        Those that an older version did not record are None; those that are known no more are
        passed over.
        """
        known = {
            fact.field: fact.read(facts[fact.name]) if fact.name in facts else None
            for fact in _facts_of(cls)
        }
        return cls(matter_id, **known)


class _Fact:
    """One fact of a kind of event: how it is called, and how it is read."""

    def __init__(self, field: str, hint: Any, *, may_be_left_out: bool) -> None:
        self.field = field
        self.name = field.rstrip("_")
        self.may_be_left_out = may_be_left_out
        self._hint = hint

    def read(self, value: Any) -> Any:
        """The value that was recorded, in its type."""
        return _reader(self._hint).validate_python(value)


def _facts_of(happened: type[Happened]) -> tuple[_Fact, ...]:
    known = _KNOWN.get(happened)
    if known is None:
        hints = get_type_hints(happened)
        known = _KNOWN[happened] = tuple(
            _Fact(each.name, hints[each.name], may_be_left_out=each.default is not MISSING)
            for each in fields(happened)
            if each.name != "matter_id"
        )
    return known


_KNOWN: dict[type[Happened], tuple[_Fact, ...]] = {}


@cache
def _reader(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint)


_AS_IT_IS = (str, int, bool, type(None))


def _plain(value: Any) -> Any:
    """A fact as JSON has it."""
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):  # or a moment
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value]


def listed(names: Sequence[str]) -> str:
    """Several in one sentence: "one, two and three"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
