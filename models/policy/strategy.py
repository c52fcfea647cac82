"""What stands on record of the published strategy: adopted when, after which consultation.

Source: The SIP's Brief, part 4: a published strategy, determined following consultation.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Line = Annotated[str, Field(min_length=1, max_length=300)]


class Consultation(BaseModel):
    """One consultation: with whom, from which day to which, and what came of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consulted: Line
    first_day: date
    last_day: date
    outcome: Annotated[str, Field(max_length=2_000)] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("last_day: it lies before first_day")
        return self


class Strategy(BaseModel):
    """The strategy for schools causing concern: how it was determined."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adopted_on: date | None = None
    consultations: tuple[Consultation, ...] = ()
