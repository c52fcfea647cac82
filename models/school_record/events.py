"""What happens to a school's own record."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class SchoolRecordOpened(Happened):
    """A school has a record of its own from now on."""

    reference: str
    urn: int
    school: str

    def sentence(self, _: Names) -> str:
        return f"The record of {self.school} was opened: {self.reference}."


@dataclass(frozen=True, kw_only=True)
class StatementOwed(Happened):
    """After an adverse report the authority owes a written statement of action."""

    statement: int
    inspection: int
    published_on: date

    def sentence(self, _: Names) -> str:
        return (
            "The authority’s written statement of action is due after the report published on "
            f"{long_date(self.published_on)} (Education Act 2005, section 15)."
        )


@dataclass(frozen=True, kw_only=True)
class StatementMade(Happened):
    """The written statement of action was approved and goes out."""

    statement: int
    given_on: date

    def sentence(self, _: Names) -> str:
        return f"The written statement of action was made on {long_date(self.given_on)}."


@dataclass(frozen=True, kw_only=True)
class StatementFellAway(Happened):
    """No statement is due any more, for the record of the school's inspections changed."""

    statement: int

    def sentence(self, _: Names) -> str:
        return (
            "The written statement of action is no longer due: what is on record of the school’s "
            "inspections has changed."
        )


@dataclass(frozen=True, kw_only=True)
class StatementReleased(Happened):
    """A senior officer said that no statement is to be made here."""

    statement: int
    reason: str

    def sentence(self, _: Names) -> str:
        return "It was recorded that no written statement of action is to be made here."
