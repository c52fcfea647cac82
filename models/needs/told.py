"""What messages tell of how much schools need."""

from typing import Literal

from models.told import OnAPage


class MoreNeeded(OnAPage):
    """Somebody said that a school needs more, at a visit, a report, a review or an action."""

    what: Literal["more_needed"] = "more_needed"
    need: int
    school: str
    why: str
    came_from: str
    said_by: str
