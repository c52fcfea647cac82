"""What messages tell of the support programme."""

from datetime import date
from typing import Literal

from models.told import OnAPage, Told


class DutiesDue(OnAPage):
    """These duties are late or due soon."""

    what: Literal["duties"] = "duties"
    duties: tuple[int, ...]


class ProgressEvaluated(OnAPage):
    """The progress of a school at a level of which the Heads of Service hear was evaluated."""

    what: Literal["progress_evaluated"] = "progress_evaluated"
    review: int
    school: str
    level: str
    held_on: date
    written_by: str


class ConsultantsDutiesDue(Told):
    """At a school that this consultant supports these duties are late or due soon."""

    what: Literal["consultants_duties"] = "consultants_duties"
    consultant: int
    duties: tuple[int, ...]
