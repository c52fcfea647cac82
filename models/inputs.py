"""What is given to a command: frozen, with nothing in it that is not named, and typed.

Only the form is checked here; what is possible and who may do it is for the commands.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    ValidationError,
    WithJsonSchema,
)

from models.clocks import EARLIEST_YEAR
from models.refusals import InvalidInput
from models.rows import LAST_KEY


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("Enter a date, such as 2026-11-30.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("There is no such day in the calendar.") from None
    if day.year < EARLIEST_YEAR:
        raise ValueError("Enter the year with four digits, such as 2026.")
    return day


def _urn(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("Must be a number of six digits.")
    return value


def _storable(value: str) -> str:
    if "\0" in value:
        raise ValueError("The character U+0000 cannot be stored. Remove it.")
    return value


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Text = Annotated[StrictStr, AfterValidator(_storable)]
Word = Annotated[Text, Field(max_length=100)]
Email = Annotated[Text, Field(max_length=254)]
Urn = Annotated[int | str, BeforeValidator(_urn), WithJsonSchema({"type": ["integer", "string"]})]
Words = Annotated[list[Word], Field(max_length=50)]
RowKey = Annotated[int, Field(ge=1, le=LAST_KEY)]


def _half_days(value: float) -> float:
    if not (value > 0 and (value * 2).is_integer()):
        raise ValueError("Enter a number of days in halves, such as 2 or 2.5.")
    return value


Days = Annotated[float, AfterValidator(_half_days)]  # whole days and half days


class Input(BaseModel):
    """What somebody gives to a command, whatever the door: every field is known and typed.

    The API takes it as the body of a call; a page fills it from its form.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Reason(Input):
    """Why."""

    reason: Text


@contextmanager
def refusing() -> Iterator[None]:
    """What cannot be an Input is refused at its fields: raises InvalidInput."""
    try:
        yield
    except ValidationError as invalid:
        raise refusal_of(invalid.errors()) from None


def refusal_of(errors: Any) -> InvalidInput:
    """What pydantic found wrong, as a refusal: each field's first error, in their order."""
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(str(error["loc"][0]), _message(error))
    return InvalidInput.many(list(found.items()))


def _message(error: Any) -> str:
    """An error of pydantic's in the words that the commands have for the same."""
    kind, given = error["type"], error["input"]
    if kind in ("string_too_long", "too_long"):
        most = error["ctx"]["max_length"]
        if isinstance(given, str):
            return f"Must be {most:,} characters or fewer. This is {len(given):,}."
        return f"Must be {most} or fewer. These are {len(given)}."
    own = str(error["msg"]).removeprefix("Value error, ").removesuffix(".") + "."
    return _WORDS.get(kind, re.sub("^(Input|[A-Z][a-z]+) should", "Must", own))


_WORDS = {
    "missing": "Cannot be empty.",
    "string_type": "Must be text.",
    "string_unicode": "A lone surrogate cannot be stored. Remove it.",
    "bool_type": "Must be true or false.",
    "int_type": "Must be a whole number.",
    "float_type": "Must be a number.",
    "list_type": "Must be a list.",
}
