"""How hard the gates of equality and fairness bind, and what belongs to them."""

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# "warn": its approvers are told that it is not on record. "stop": nothing is put forward without.
Binds = Literal["warn", "stop"]


class Fairness(BaseModel):
    """What must be on record before a formal letter, a warning notice or a power."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    equality_duty: Binds = "warn"
    informal_resolution: Binds = "warn"
    head_told: Binds = "warn"
    moment: Binds = "warn"
    purpose_of_power: Binds = "warn"
    # Formal letters are not sent on a Friday from this hour on, nor on so many last days of a term.
    not_on_friday_from: time = time(12)
    not_on_last_days_of_term: Annotated[int, Field(ge=0, le=10)] = 2
    # Printed in every formal letter to the school; nothing where it is empty.
    support_for_headteacher: str = ""
