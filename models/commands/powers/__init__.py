"""The powers of sections 63 to 66: preparing, consulting, using, reviewing and ending them."""

from models.commands.powers.budgets import (
    MAY_BE_HEARD,
    record_receipt,
    record_representation,
    review_budget,
)
from models.commands.powers.ending import drop_powers, end_power, letter_approved
from models.commands.powers.one_power import HEARD, consulted, preparation
from models.commands.powers.preparing import (
    prepare_power,
    record_consultation,
    record_secretary_of_state_told,
)
from models.commands.powers.using import use_approved, use_power, use_returned

__all__ = [
    "HEARD",
    "MAY_BE_HEARD",
    "consulted",
    "drop_powers",
    "end_power",
    "letter_approved",
    "preparation",
    "prepare_power",
    "record_consultation",
    "record_receipt",
    "record_representation",
    "record_secretary_of_state_told",
    "review_budget",
    "use_approved",
    "use_power",
    "use_returned",
]
