"""The statutory guidance that the council works to: its title, its edition and its address."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from models.clocks import long_date

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Guidance(BaseModel):
    """One edition of the guidance.

    Editions of the policy that were kept before have its title alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Said
    edition: date | None = None
    address: Said | None = None

    @model_validator(mode="before")
    @classmethod
    def _title_alone(cls, value: Any) -> Any:
        return {"title": value} if isinstance(value, str) else value

    @property
    def words(self) -> str:
        """As letters cite it."""
        return self.cited + (f", {self.address}" if self.address else "")

    @property
    def cited(self) -> str:
        """The same without its address."""
        return self.title + (f" (edition of {long_date(self.edition)})" if self.edition else "")

    @property
    def link(self) -> str | None:
        """Its address, where a browser can go there."""
        address = self.address or ""
        return address if address.startswith("https://") else None


def _whole(guidance: Guidance) -> Guidance:
    if guidance.edition is None or guidance.address is None:
        raise ValueError("say its title, the date of its edition and its address")
    return guidance


WholeGuidance = Annotated[Guidance, AfterValidator(_whole)]
