"""Facts as letters tell them: every template is given classes of these, and names their fields."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class InWords(BaseModel):
    """Something that a letter's template may name; its fields are text, lists and more such facts.

    Every day stands in words, and what is not known is empty, so that a template only arranges.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def named(self) -> Mapping[str, Any]:
        """The facts by the names that a template uses: text, lists and dictionaries only."""
        return self.model_dump(by_alias=True)


class SchoolInWords(InWords):
    """The school that a letter is about."""

    name: str
    urn: str


class PersonInWords(InWords):
    """Somebody to whom a letter goes, with the office as it is spoken of."""

    name: str
    role: str


class PolicyInWords(InWords):
    """The council's policy and, of a case, the statutory guidance by which it goes."""

    title: str
    guidance: str = ""


class LetterInWords(InWords):
    """What every letter of a matter may name."""

    council: str
    policy: PolicyInWords
    support_for_headteacher: str
    school: SchoolInWords
    addressee: PersonInWords
    copies: list[PersonInWords]
    reference: str
