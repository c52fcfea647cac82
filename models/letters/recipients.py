"""To whom a letter goes: in what role, by what name, and where."""

from typing import Any

from models.shown import Shown


class Recipient(Shown):
    """To whom a letter goes.

    `title` is what somebody is who holds no role at the school: a member of a board, say.
    `shared_with` is the key of whoever has it on a sharing decision, among those whom that names.
    """

    role: str
    name: str
    email: str
    address: list[str]
    title: str | None = None
    shared_with: int | None = None

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept with the letter: a title where there is one."""
        return self.model_dump(exclude_none=True)

    @property
    def spoken(self) -> str:
        """In what role they have it: "chair of governors", "additional governor"."""
        return self.title or self.role.replace("_", " ")
