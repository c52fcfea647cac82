"""Which page of a list is asked for."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.paging import LAST_PAGE, MOST_PER_PAGE, PER_PAGE


class Paging(BaseModel):
    """Which page of a list. A parameter without a value counts as not given."""

    model_config = ConfigDict(extra="forbid")

    page: int = Field(1, ge=1, le=LAST_PAGE)
    per_page: int = Field(PER_PAGE, ge=1, le=MOST_PER_PAGE)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value not in ("", [""])}
