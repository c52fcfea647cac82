"""The register's file of establishments (`edubasealldata`): what we take of each row."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.register.gias.values import (
    RowRejected,
    address,
    check_texts,
    day,
    known,
    number,
    plain,
    urn_of,
)
from models.schools.names import words_of
from models.schools.tables import ACADEMY_TYPES, MAINTAINED_TYPES, SchoolKind, kind_of_type

COLUMNS = (
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentStatus (code)",
    "OpenDate",
    "ReasonEstablishmentClosed (name)",
    "CloseDate",
    "PhaseOfEducation (name)",
    "ReligiousCharacter (name)",
    "Diocese (name)",
    "Trusts (name)",
    "SchoolSponsors (name)",
    "Street",
    "Locality",
    "Address3",
    "Town",
    "Postcode",
    "HeadTitle (name)",
    "HeadFirstName",
    "HeadLastName",
)
LA = COLUMNS.index("LA (code)")
_TEXTS = (
    "LA (name)",
    "EstablishmentName",
    "TypeOfEstablishment (name)",
    "ReasonEstablishmentClosed (name)",
    "PhaseOfEducation (name)",
    *COLUMNS[COLUMNS.index("ReligiousCharacter (name)") :],
)
# How the register codes whether an establishment is open; 3 is open, but proposed to close.
_OPEN = {1, 3}
_CLOSED = 2
_PROPOSED = 4
# Part of every digest: a version that takes something else of a row compares every row anew.
_TAKEN = b"1"
_NOBODY = frozenset({"vacant", "vacancy", "tbc", "tba", "tobeconfirmed", "na", "notapplicable"})


@dataclass(frozen=True, slots=True)
class Establishment:
    """One establishment as the register has it; `head` is empty where it names nobody."""

    urn: int
    name: str
    type_code: int
    type_name: str
    phase: str
    la_code: int
    la_name: str
    establishment_number: str
    opened_on: date | None
    closed: bool
    closed_on: date | None
    reason_closed: str
    religious_character: str | None
    diocese: str | None
    trust: str | None
    sponsor: str | None
    address: list[str]
    town: str
    postcode: str
    head: str
    proposed: bool

    @classmethod
    def of(cls, values: tuple[str, ...]) -> "Establishment":
        """What the values of `COLUMNS` say. Raises RowRejected."""
        said = {name: plain(text) for name, text in zip(COLUMNS, values, strict=True)}
        urn = urn_of(said["URN"])
        check_texts({column: said[column] for column in _TEXTS})
        name, type_name = said["EstablishmentName"], said["TypeOfEstablishment (name)"]
        if not name:
            raise RowRejected("The establishment has no name.")
        status = number("EstablishmentStatus (code)", said["EstablishmentStatus (code)"])
        if status not in _OPEN | {_CLOSED, _PROPOSED}:
            raise RowRejected(f"The status {status} is not one of the register’s.")
        closed = status == _CLOSED
        closed_on = day("CloseDate", said["CloseDate"])
        return cls(
            urn=urn,
            name=name,
            type_code=_type(said["TypeOfEstablishment (code)"], type_name),
            type_name=type_name,
            phase=said["PhaseOfEducation (name)"],
            la_code=number("LA (code)", said["LA (code)"]),
            la_name=said["LA (name)"],
            establishment_number=said["EstablishmentNumber"],
            opened_on=day("OpenDate", said["OpenDate"]),
            closed=closed,
            closed_on=closed_on if closed else None,
            reason_closed=known(said["ReasonEstablishmentClosed (name)"]) or "" if closed else "",
            religious_character=known(said["ReligiousCharacter (name)"]),
            diocese=known(said["Diocese (name)"]),
            trust=known(said["Trusts (name)"]),
            sponsor=known(said["SchoolSponsors (name)"]),
            address=address(said["Street"], said["Locality"], said["Address3"]),
            town=known(said["Town"]) or "",
            postcode=known(said["Postcode"]) or "",
            head=_head(said["HeadTitle (name)"], said["HeadFirstName"], said["HeadLastName"]),
            proposed=status == _PROPOSED,
        )

    @property
    def kind(self) -> SchoolKind:
        """The ladder that its type decides."""
        return kind_of_type(self.type_code)

    @property
    def postal_address(self) -> list[str]:
        """The lines for an envelope."""
        return address(*self.address, self.town, self.postcode)

    @property
    def became_academy(self) -> bool:
        """Whether a school of the council's closed for an academy."""
        to_academy = "academy" in self.reason_closed.casefold()
        return self.closed and self.kind is SchoolKind.MAINTAINED and to_academy

    def columns(self) -> dict[str, Any]:
        """What it says of the columns of a school; not trust and sponsor where it says nothing."""
        values: dict[str, Any] = {
            "name": self.name,
            "type_code": self.type_code,
            "type_name": self.type_name,
            "phase": self.phase,
            "religious_character": self.religious_character,
            "diocese": self.diocese,
            "address": self.address,
            "town": self.town,
            "postcode": self.postcode,
            "la_code": self.la_code,
            "la_name": self.la_name,
            "opened_on": self.opened_on,
        }
        if self.trust:
            values["trust"] = self.trust
        if self.sponsor:
            values["sponsor"] = self.sponsor
        return values


def digest_of(values: tuple[str, ...]) -> str:
    """What tells whether a row says something new: a digest of all that is taken of it."""
    said = "\x1f".join([plain(text) for text in values]).encode()
    return hashlib.blake2b(said, digest_size=16, key=_TAKEN).hexdigest()


def _type(code: str, name: str) -> int:
    """The code of the type, which decides the ladder; raises RowRejected.

    An independent school that was coded as one of the council's would get warning notices.
    """
    kind = number("TypeOfEstablishment (code)", code)
    if not name:
        raise RowRejected("The type of establishment has no name.")
    if "independent" in name.casefold() and kind in MAINTAINED_TYPES | ACADEMY_TYPES:
        raise RowRejected(f"The type has the code {kind}, which is not that of “{name}”.")
    return kind


def _head(title: str, first: str, last: str) -> str:
    names = " ".join(part for part in (known(first), known(last)) if part)
    core = "".join(words_of(names))
    if not core or core in _NOBODY:
        return ""
    return " ".join(part for part in (known(title), names) if part)
