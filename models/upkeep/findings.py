"""What is found of one part of the system, for those who watch it."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What was found of one part, and what to do about it.

    `briefly` says as much as anybody may know, where that is more than that something is wrong.
    """

    about: str
    health: Health
    says: str
    briefly: str = ""
