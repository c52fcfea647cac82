"""What happens to actions."""

from dataclasses import dataclass
from datetime import date

from models.actions.tables import ActionSource
from models.clocks import long_date
from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class ActionAdded(Happened):
    """Somebody is to do something by a day; `who` as people read it."""

    action: int
    what: str
    who: str
    due_on: date
    source: ActionSource | None = None
    source_id: int | None = None
    priority: int | None = None  # of the school's improvement plan

    def sentence(self, _: Names) -> str:
        return f"An action was agreed: “{self.what}” ({self.who}, by {long_date(self.due_on)})."


@dataclass(frozen=True, kw_only=True)
class ActionChanged(Happened):
    """An action is another one now, or somebody else's, or due on another day."""

    action: int
    what: str
    who: str
    due_on: date

    def sentence(self, _: Names) -> str:
        return f"An action was changed: “{self.what}” ({self.who}, by {long_date(self.due_on)})."


@dataclass(frozen=True, kw_only=True)
class ActionDone(Happened):
    """An action was done on this day."""

    action: int
    what: str
    on: date

    def sentence(self, _: Names) -> str:
        return f"The action “{self.what}” was done on {long_date(self.on)}."


@dataclass(frozen=True, kw_only=True)
class ActionDropped(Happened):
    """An action is not wanted any more."""

    action: int
    what: str
    reason: str

    def sentence(self, _: Names) -> str:
        return f"The action “{self.what}” was dropped."


@dataclass(frozen=True, kw_only=True)
class ActionProgressSaid(Happened):
    """A line was said on the progress of an action, at a review of the register or on its own."""

    action: int
    line: int
    what: str
    review: int | None = None

    def sentence(self, _: Names) -> str:
        at = "At the weekly review progress" if self.review is not None else "Progress"
        return f"{at} was noted on the action “{self.what}”."
