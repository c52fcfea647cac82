"""What the section of a power needs of its own, as it is kept and shown."""

from pydantic import Field

from models.shown import Shown


class Person(Shown):
    """Somebody named in a power."""

    name: str
    email: str
    address: list[str]


class Member(Person):
    """A member of an Interim Executive Board."""

    chair: bool
    governor: bool
    governor_confirmed: bool


class Needs(Shown):
    """Arrangements (section 63), governors (64, and those who sit now: 65), members of a board."""

    arrangements: str = ""
    governors: list[Person] = Field(default=[])
    members: list[Member] = Field(default=[])
