"""What messages tell of inspections."""

from datetime import date
from typing import Literal

from models.told import OnAPage


class NewCategory(OnAPage):
    """A report puts a school into a category: what it `says`, and the task that was set.

    `whose` is the name of the officer who has the task; empty where nobody could be given it.
    """

    what: Literal["new_category"] = "new_category"
    school: str
    says: str
    published_on: date
    due_on: date
    whose: str
