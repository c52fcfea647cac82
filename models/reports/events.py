"""What happens to written reports on their way."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.policy.wording import the_role
from models.reports.tables import AccuracyAnswer


@dataclass(frozen=True, kw_only=True)
class ReportChanged(Happened):
    """The text of a report that is not on its way was changed."""

    report: int
    urn: int
    school: str
    version: int

    def sentence(self, _: Names) -> str:
        return f"The text of a written report on {self.school} was changed."


@dataclass(frozen=True, kw_only=True)
class ReportPutForward(Happened):
    """A report, or its final version, waits for approval."""

    report: int
    version: int
    final: bool

    def sentence(self, _: Names) -> str:
        what = "The final version of a written report" if self.final else "A written report"
        return f"{what} was put forward for approval."


@dataclass(frozen=True, kw_only=True)
class ReportIssued(Happened):
    """The school has a report, or its final version."""

    report: int
    version: int
    final: bool
    issued_on: date
    answer_by: date | None = None
    duty: int | None = None  # that is met by it

    def sentence(self, _: Names) -> str:
        day = long_date(self.issued_on)
        if self.final:
            return f"The final version of a written report was issued on {day}."
        asked = (
            f" The school has until {long_date(self.answer_by)} to say whether its facts are "
            "accurate."
            if self.answer_by
            else ""
        )
        return f"A written report was issued on {day}.{asked}"


@dataclass(frozen=True, kw_only=True)
class ReportWithdrawn(Happened):
    """A report counts no more."""

    report: int
    urn: int
    school: str
    reason: str

    def sentence(self, _: Names) -> str:
        return f"A written report on {self.school} was withdrawn."


@dataclass(frozen=True, kw_only=True)
class AccuracyLinkSent(Happened):
    """A mail with a personal link leaves, by which the facts can be checked."""

    link: int
    report: int
    role: str
    to: str

    def sentence(self, _: Names) -> str:
        return (
            f"A personal link to check the facts of a written report was made for {self.to}, "
            f"{self.role.replace('_', ' ')}."
        )


@dataclass(frozen=True, kw_only=True)
class AccuracyReminded(Happened):
    """Somebody at the school is reminded that their answer is asked for."""

    link: int
    report: int
    role: str
    to: str

    def sentence(self, _: Names) -> str:
        return (
            f"{self.to}, {self.role.replace('_', ' ')}, was reminded to say whether the facts of a "
            "written report are accurate."
        )


@dataclass(frozen=True, kw_only=True)
class AccuracySaid(Happened):
    """Somebody at the school said whether the facts are accurate."""

    link: int
    report: int
    role: str
    answer: AccuracyAnswer
    by_link: bool  # else an officer put it on record
    comments: str

    def sentence(self, _: Names) -> str:
        who = the_role(self.role)
        return f"{who[:1].upper()}{who[1:]} said that the facts of a report are {self.answer}."


@dataclass(frozen=True, kw_only=True)
class AccuracyRepliedTo(Happened):
    """The author has replied to what the school said of the facts."""

    link: int
    report: int
    role: str
    reply: str

    def sentence(self, _: Names) -> str:
        who = the_role(self.role)
        return f"What {who} said of the facts of a written report was replied to."
