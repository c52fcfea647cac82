"""What messages tell of written reports."""

from typing import Literal

from models.told import Told


class AccuracyReminder(Told):
    """Somebody at the school is asked again whether the facts in a report are accurate."""

    what: Literal["accuracy_reminder"] = "accuracy_reminder"
    link: int


class AccuracyAnswered(Told):
    """Somebody at the school has said whether the facts in a report are accurate."""

    what: Literal["accuracy_answered"] = "accuracy_answered"
    link: int
