"""What is read is shown: frozen, with the names of the public interface, and typed."""

from pydantic import BaseModel, ConfigDict


class Shown(BaseModel):
    """Something that a query found, as the API answers it and pages and exports read it.

    Every name is always there, None where nothing is known. Nothing is shown that is not
    described, and what was read is changed by nobody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
