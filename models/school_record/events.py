"""What happens to a school's own record."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.school_record.tables import DepartmentNoticeKind


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
    """No statement is due any more: other inspections are on record, or it met this `fate`."""

    statement: int
    fate: str | None = None  # of the school, as the national register says

    def sentence(self, _: Names) -> str:
        inspections = "what is on record of the school’s inspections has changed"
        became = f"the national register says that the school {self.fate}"
        because = became if self.fate else inspections
        return f"The written statement of action is no longer due: {because}."


@dataclass(frozen=True, kw_only=True)
class StatementReleased(Happened):
    """A senior officer said that no statement is to be made here."""

    statement: int
    reason: str

    def sentence(self, _: Names) -> str:
        return "It was recorded that no written statement of action is to be made here."


@dataclass(frozen=True, kw_only=True)
class DepartmentNoticeRecorded(Happened):
    """The Department announced a notice to the council, and asked for its comment."""

    notice: int
    kind_: DepartmentNoticeKind
    received_on: date
    comment_by: date
    answering: str

    def sentence(self, _: Names) -> str:
        return (
            f"It was recorded that the Department announced a {self.kind_.label} on "
            f"{long_date(self.received_on)} and asked for comments by "
            f"{long_date(self.comment_by)}. {self.answering} is to answer."
        )


@dataclass(frozen=True, kw_only=True)
class DepartmentNoticeAnswered(Happened):
    """The council answered the Department."""

    notice: int
    kind_: DepartmentNoticeKind
    answered_on: date

    def sentence(self, _: Names) -> str:
        return (
            f"It was recorded that the council commented on the {self.kind_.label} on "
            f"{long_date(self.answered_on)}."
        )


@dataclass(frozen=True, kw_only=True)
class RiseSupportRecorded(Happened):
    """The Department supports the school through a RISE team."""

    support: int
    adviser: str
    supporting_organisation: str
    started_on: date

    def sentence(self, _: Names) -> str:
        by = f" by {self.supporting_organisation}" if self.supporting_organisation else ""
        return (
            f"It was recorded that RISE support{by} began on {long_date(self.started_on)}, with "
            f"{self.adviser} as adviser."
        )


@dataclass(frozen=True, kw_only=True)
class RiseSupportChanged(Happened):
    """Another adviser or organisation supports the school, or the support has ended."""

    support: int
    adviser: str
    supporting_organisation: str
    ended_on: date | None

    def sentence(self, _: Names) -> str:
        if self.ended_on is not None:
            return f"It was recorded that RISE support ended on {long_date(self.ended_on)}."
        by = f" by {self.supporting_organisation}" if self.supporting_organisation else ""
        return f"It was recorded that RISE support{by} goes on, with {self.adviser} as adviser."
