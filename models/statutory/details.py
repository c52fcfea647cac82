"""What a section needs of its own: arrangements, governors, members of a board, a day."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from models.inputs import Email, Input, Text, Words
from models.law.powers import Section
from models.refusals import InvalidInput
from models.statutory.needs import Member, Needs, Person
from models.text import check_email, check_line, check_printable, check_prose

# Which sections have what: `governors` are to be appointed (64), or sit now (65).
NAMED = {
    "arrangements": (Section.ARRANGEMENTS,),
    "governors": (Section.ADDITIONAL_GOVERNORS, Section.INTERIM_EXECUTIVE_BOARD),
    "members": (Section.INTERIM_EXECUTIVE_BOARD,),
}


class NamedPerson(Input):
    """Somebody by name: a governor to be appointed, or one who sits now."""

    name: Text
    email: Email
    address: Words = Field(default=[])


class BoardMember(NamedPerson):
    """A member of an Interim Executive Board; one who is a governor now has to be confirmed."""

    chair: bool = False
    governor: bool = False
    governor_confirmed: bool = False


People = Annotated[list[NamedPerson], Field(max_length=100)]
Members = Annotated[list[BoardMember], Field(max_length=100)]


def start_of(section: Section, starts_on: date | None) -> date | None:
    """The day on which a power starts by itself: a board's alone (section 65)."""
    return starts_on if section is Section.INTERIM_EXECUTIVE_BOARD else None


def needs_of(
    section: Section,
    before: Needs,
    arrangements: str | None,
    governors: Sequence[NamedPerson] | None,
    members: Sequence[BoardMember] | None,
) -> Needs:
    """What is given of what the section needs, checked, over what was there `before` (None).

    Whoever is not named in it has no copy of the power's notice.
    """
    given = {"arrangements": arrangements, "governors": governors, "members": members}
    for field, what in given.items():
        if what and section not in NAMED[field]:
            raise InvalidInput(field, f"A power under section {section.value} has none.")
    if arrangements is not None:
        check_printable("arrangements", check_prose("arrangements", arrangements, required=False))
    return Needs(
        arrangements=before.arrangements if arrangements is None else arrangements,
        governors=before.governors
        if governors is None
        else [_person("governors", each) for each in governors],
        members=before.members if members is None else [_member(each) for each in members],
    )


def _member(member: BoardMember) -> Member:
    return Member(
        **dict(_person("members", member)),
        chair=member.chair,
        governor=member.governor,
        governor_confirmed=member.governor_confirmed,
    )


def _person(field: str, person: NamedPerson) -> Person:
    name = check_printable(field, check_line(field, person.name))
    lines = [check_line(field, line) for line in person.address]
    return Person(
        name=name,
        email=check_email(field, person.email),
        address=[check_printable(field, line) for line in lines],
    )
