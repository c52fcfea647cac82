"""What a message tells: each thing is a class of its room, with what is told as typed facts.

Every room says its own in its `told.py`; `models.outbox` knows them all, and
`notifications.texts` what is written of each.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """Something that a message tells; its fields are the facts, `what` the kind."""

    model_config = ConfigDict(frozen=True)

    what: str

    @property
    def facts(self) -> dict[str, Any]:
        """What is kept of it until the message leaves: JSON, days as ISO 8601."""
        return self.model_dump(mode="json")


class OnAPage(Told):
    """Something told as it was recorded, with the `path` of the page that has what holds now."""

    path: str
