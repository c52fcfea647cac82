"""Who writes, and the national bodies that letters go to."""

from pydantic import BaseModel, ConfigDict


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Letterhead(_Strict):
    """Who writes: printed at the top of every letter."""

    council: str
    department: str
    address: tuple[str, ...]
    telephone: str
    email: str
    website: str


class Body(_Strict):
    """A national body that letters go to.

    `takes_email` says where the body said that copies of notices may come by e-mail; empty where it
    is not known to have.
    """

    name: str
    email: str
    address: tuple[str, ...]
    takes_email: str = ""
