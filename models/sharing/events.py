"""What happens to sharing decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.policy.wording import the_role


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)


@dataclass(frozen=True, kw_only=True)
class SharingAsked(Happened):
    """Somebody asked to share information; `urgent`: it may leave before it is authorised."""

    decision: int
    recipients: Sequence[str]
    kinds: Sequence[str]
    urgent: bool

    def sentence(self, _: Names) -> str:
        with_whom = _and(self.recipients)
        if self.urgent:
            return (
                f"Sharing information with {with_whom} was decided at once, for imminent harm, to "
                "be authorised afterwards."
            )
        return f"The six questions were answered about sharing information with {with_whom}."


@dataclass(frozen=True, kw_only=True)
class SharingAuthorised(Happened):
    """A designated officer authorised it; it is looked at again by this day."""

    decision: int
    recipients: Sequence[str]
    review_on: date

    def sentence(self, _: Names) -> str:
        return (
            f"Sharing information with {_and(self.recipients)} was authorised, to be reviewed by "
            f"{long_date(self.review_on)}."
        )


@dataclass(frozen=True, kw_only=True)
class SharingNotAuthorised(Happened):
    """It was not authorised; `stopped` are the letters that had not left on it yet."""

    decision: int
    recipients: Sequence[str]
    stopped: Sequence[int]

    def sentence(self, _: Names) -> str:
        return f"Sharing information with {_and(self.recipients)} was not authorised."


@dataclass(frozen=True, kw_only=True)
class SharingWithdrawn(Happened):
    """A decision to share does not hold any more; `stopped` are the letters that had not left."""

    decision: int
    recipients: Sequence[str]
    reason: str
    stopped: Sequence[int]

    def sentence(self, _: Names) -> str:
        return f"The decision to share information with {_and(self.recipients)} was withdrawn."


@dataclass(frozen=True, kw_only=True)
class SharingReviewed(Happened):
    """A decision was looked at and still holds, until it is looked at again."""

    decision: int
    recipients: Sequence[str]
    review_on: date

    def sentence(self, _: Names) -> str:
        return (
            f"The decision to share information with {_and(self.recipients)} was reviewed and "
            f"stands, to be reviewed again by {long_date(self.review_on)}."
        )


@dataclass(frozen=True, kw_only=True)
class LetterKeptBack(Happened):
    """A letter that was on its way to somebody is not sent: what let it go there is withdrawn."""

    decision: int
    letter: int
    role: str

    def sentence(self, names: Names) -> str:
        return f"{names.letter(self.letter)} was kept back from {the_role(self.role)}."


@dataclass(frozen=True, kw_only=True)
class InformationHandedOver(Happened):
    """Something other than a letter was given to somebody on a decision."""

    decision: int
    handed_over: int
    kind_: str
    recipient: str
    on: date

    def sentence(self, _: Names) -> str:
        return f"Information was handed over to {self.recipient} on {long_date(self.on)}."
