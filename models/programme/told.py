"""What messages tell of the support programme."""

from typing import Literal

from models.told import OnAPage


class DutiesDue(OnAPage):
    """These duties are late or due soon."""

    what: Literal["duties"] = "duties"
    duties: tuple[int, ...]
