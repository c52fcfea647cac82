"""What messages tell of letters."""

from typing import Literal

from models.told import OnAPage, Told


class LetterGoes(Told):
    """A letter itself, to whoever has it in this role."""

    what: Literal["letter"] = "letter"
    role: str


class DeliveryProblem(Told):
    """A letter was refused or may not have arrived: the `message` that it left by."""

    what: Literal["delivery_problem"] = "delivery_problem"
    message: int


class LetterProblem(Told):
    """An approved letter’s documents cannot be made."""

    what: Literal["letter_problem"] = "letter_problem"
    letter: int


class MessageProblem(OnAPage):
    """A message cannot be put together: its `number`, to whom it is, and the page to look at.

    `reference` is that of its matter, or the title of its batch.
    """

    what: Literal["message_problem"] = "message_problem"
    reference: str
    to: str
    number: int
    is_letter: bool
