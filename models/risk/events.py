"""What happens to the risk levels of schools."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.happened import Happened, Names
from models.policy.wording import inside
from models.schools.tables import RiskLevel


@dataclass(frozen=True, kw_only=True)
class RoundOpened(Happened):
    """The annual assessment was opened, of so many schools."""

    school_year: int
    schools: int

    def sentence(self, _: Names) -> str:
        return f"The annual assessment for {_years(self.school_year)} was opened."


@dataclass(frozen=True, kw_only=True)
class RoundPublished(Happened):
    """The levels of the annual assessment are in force; `levels` counts the schools at each."""

    school_year: int
    schools: int
    changed: int
    levels: Mapping[str, int]

    def sentence(self, _: Names) -> str:
        years = _years(self.school_year)
        return f"The risk levels of {self.schools:,} schools for {years} were published."


def _years(school_year: int) -> str:
    return f"{school_year} to {school_year + 1}"


@dataclass(frozen=True, kw_only=True)
class AssessmentProposed(Happened):
    """A level was proposed for a school; `suggested` is what the criteria say, where it differs."""

    urn: int
    school: str
    assessment: int
    level: RiskLevel
    suggested: RiskLevel | None = None

    def sentence(self, _: Names) -> str:
        though = f", though the criteria suggest {self.suggested.label}" if self.suggested else ""
        return f"{self.level.label.capitalize()} was proposed for {self.school}{though}."


@dataclass(frozen=True, kw_only=True)
class AssessmentAgreed(Happened):
    """A level was agreed for a school."""

    urn: int
    school: str
    assessment: int
    level: RiskLevel

    def sentence(self, _: Names) -> str:
        return f"{self.level.label.capitalize()} was agreed for {self.school}."


@dataclass(frozen=True, kw_only=True)
class AssessmentReturned(Happened):
    """An assessment went back to its proposer."""

    urn: int
    school: str
    assessment: int
    reason: str

    def sentence(self, _: Names) -> str:
        return f"The assessment of {self.school} was returned: {inside(self.reason)}"


@dataclass(frozen=True, kw_only=True)
class AssessmentWithdrawn(Happened):
    """An assessment was given up."""

    urn: int
    school: str
    assessment: int
    reason: str

    def sentence(self, _: Names) -> str:
        return f"The assessment of {self.school} was withdrawn: {inside(self.reason)}"


@dataclass(frozen=True, kw_only=True)
class LevelChanged(Happened):
    """A school has another level; `occasion` is what gave rise to it."""

    urn: int
    school: str
    assessment: int
    before: RiskLevel | None
    level: RiskLevel
    occasion: str

    def sentence(self, _: Names) -> str:
        return f"{self.school} was placed at {self.level.label}."
