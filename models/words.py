"""How the fixed words of the field are kept in the database: by value, as short text."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Enum
from sqlmodel import Field


def word(words: type[StrEnum], **options: Any) -> Any:
    """A SQLModel field for one word out of a fixed set; column options as for `Column`."""
    default = options.pop("default", ...)
    kind = Enum(
        words,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    options.setdefault("nullable", False)
    return Field(default, sa_column=Column(kind, **options))
