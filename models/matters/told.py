"""What messages tell of matters, their deadlines and their officers."""

from datetime import date
from typing import Literal

from models.told import Told


class Reminders(Told):
    """These reminders have come due."""

    what: Literal["reminder"] = "reminder"
    reminders: tuple[int, ...]


class Digest(Told):
    """What is due and what waits for an officer, on the morning of a day."""

    what: Literal["digest"] = "digest"
    day: date


class AnotherCaseOfficer(Told):
    """Somebody else looks after a matter now: their `name`."""

    what: Literal["case_officer_changed"] = "case_officer_changed"
    name: str
