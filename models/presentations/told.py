"""What messages tell of evaluations that are presented."""

from datetime import date
from typing import Literal

from models.told import OnAPage


class EvaluationsToPresent(OnAPage):
    """Evaluations are compiled, or should have been presented by now: somebody is to do it."""

    what: Literal["evaluations_to_present"] = "evaluations_to_present"
    presentation: int
    title: str
    present_by: date
    late: bool


class PresentationGiven(OnAPage):
    """Evaluations were presented to the reader."""

    what: Literal["presentation_given"] = "presentation_given"
    title: str
    presented_by: str
