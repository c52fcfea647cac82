"""Why something was refused, in words for the person who asked.

Every rule of the product refuses with one of these, and every door (page, API, command line,
Prefect form) turns it into its own kind of answer. `status` is the HTTP status of RFC 9110 that
says the same.
"""

from datetime import timedelta
from typing import ClassVar


class Refused(Exception):  # noqa: N818 - a refusal is an ordinary answer, not an error of ours
    """The request was understood and not carried out; nothing has changed."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Not possible now"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(Refused):
    """Something that was typed cannot be accepted; `errors` names each field."""

    status = 422
    title = "Check what you entered"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.errors: list[tuple[str, str]] = [(field, message)]

    @classmethod
    def many(cls, errors: list[tuple[str, str]]) -> "InvalidInput":
        """One refusal for several fields, in the order given (at least one)."""
        refusal = cls(*errors[0])
        refusal.errors = list(errors)
        refusal.args = ("; ".join(message for _, message in errors),)
        refusal.message = refusal.args[0]
        return refusal


class NotIdentified(Refused):
    """Nobody we know: no token, no session, or a wrong code."""

    status = 401
    title = "Sign in first"


class TooManyTries(Refused):
    """Somebody guesses, or is mistaken for it, or too many ask at once: nothing was looked at."""

    status = 429
    title = "Wait before you try again"

    def __init__(self, message: str, wait: timedelta) -> None:
        """`wait` is how long it takes at most until it is worth another try."""
        super().__init__(message)
        self.wait = wait


class NotAllowed(Refused):
    """This officer's role may not do this."""

    status = 403
    title = "Your role does not allow this"


class NotProven(Refused):
    """Somebody sits at a browser that was signed in earlier: they are asked again who they are."""

    status = 403
    title = "Confirm that it is you"


class NotFound(Refused):
    """There is no such thing, or it is not this officer's to see."""

    status = 404
    title = "Not found"


class NotPossible(Refused):
    """The state of the escalation does not allow it now."""


class ChangedSince(NotPossible):
    """What was looked at is not what stands there now."""

    title = "Changed since you looked"


class AlreadyDecided(NotPossible):
    """Somebody else decided the proposal first."""

    title = "Already decided"
