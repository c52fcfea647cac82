"""What a section needs of its own: arrangements, governors, members of a board, a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.law.powers import Section
from models.refusals import InvalidInput
from models.text import check_email, check_line, check_printable, check_prose

# Which sections have what: `governors` are to be appointed (64), or sit now (65).
NAMED = {
    "arrangements": (Section.ARRANGEMENTS,),
    "governors": (Section.ADDITIONAL_GOVERNORS, Section.INTERIM_EXECUTIVE_BOARD),
    "members": (Section.INTERIM_EXECUTIVE_BOARD,),
}


def start_of(section: Section, starts_on: date | None) -> date | None:
    """The day on which a power starts by itself: a board's alone (section 65)."""
    return starts_on if section is Section.INTERIM_EXECUTIVE_BOARD else None


def details_of(
    section: Section,
    arrangements: str,
    governors: Sequence[Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What the section needs, checked; whoever it does not name has no copy of its notice."""
    for field, given in (
        ("arrangements", arrangements),
        ("governors", governors),
        ("members", members),
    ):
        if given and section not in NAMED[field]:
            raise InvalidInput(field, f"A power under section {section.value} has none.")
    check_printable("arrangements", check_prose("arrangements", arrangements, required=False))
    return {
        "arrangements": arrangements,
        "governors": [_person("governors", person) for person in governors],
        "members": [
            {
                **_person("members", person),
                "chair": bool(person.get("chair")),
                "governor": bool(person.get("governor")),
                "governor_confirmed": bool(person.get("governor_confirmed")),
            }
            for person in members
        ],
    }


def _person(field: str, person: Mapping[str, Any]) -> dict[str, Any]:
    name = check_printable(field, check_line(field, person.get("name", "")))
    lines = [check_line(field, line) for line in person.get("address") or ()]
    return {
        "name": name,
        "email": check_email(field, person.get("email", "")),
        "address": [check_printable(field, line) for line in lines],
    }
