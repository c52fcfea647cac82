"""The risk register and its support programme as the policy has them: `programme.toml`.

Source of the defaults: Barnsley, School Improvement and Quality Assurance Policy, parts 2 to 4.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.schools.tables import RiskLevel

Count = Annotated[int, Field(ge=0, le=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Frequency(_Strict):
    """How often something is due in a school year: so many times in each of its parts."""

    times: Count
    per: Literal["year", "term", "half_term", "month"]


class LevelRule(_Strict):
    """One column of Table 1: what a school at this level is due."""

    title: str
    visits: Frequency
    visits_are_at_most: bool = False  # "up to": a planned one may be cancelled without a gap
    reports: Frequency
    sisg: Frequency | None = None
    sisg_if_required: bool = False
    evaluated_monthly: bool
    actions_reviewed_weekly: bool
    support: tuple[str, ...]  # what the letter and the school's page say of it


class Term(_Strict):
    """One term, its half-term holiday taken out; all days are included."""

    name: str
    first_day: date
    half_term: tuple[date, date]
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = (self.first_day, *self.half_term, self.last_day)
        if list(days) != sorted(days):
            raise ValueError("the days of a term must follow each other")
        return self

    def halves(self) -> tuple[tuple[date, date], tuple[date, date]]:
        """First and last day of each half; those of the holiday belong to neither."""
        before = date.fromordinal(self.half_term[0].toordinal() - 1)
        after = date.fromordinal(self.half_term[1].toordinal() + 1)
        return (self.first_day, before), (after, self.last_day)


class SchoolYear(_Strict):
    """The terms of one school year, named by the year in which it begins."""

    begins: Annotated[int, Field(ge=2000, le=2199)]
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]

    @property
    def name(self) -> str:
        """ "2026 to 2027"."""
        return f"{self.begins} to {self.begins + 1}"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [day for term in self.terms for day in (term.first_day, term.last_day)]
        if days != sorted(days):
            raise ValueError("the terms of a school year must follow each other")
        return self


class MonthAndDay(_Strict):
    """A day that comes every year."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=28)]

    def in_year(self, year: int) -> date:
        """The day in this calendar year."""
        return date(year, self.month, self.day)


class RoundRule(_Strict):
    """When the annual assessment opens, and when its levels are to be published (parts 2, 3)."""

    opens: MonthAndDay
    publish: MonthAndDay
    remind_working_days_before: Count


class LevelLetterRule(_Strict):
    """The letters about levels: their template, and how many are looked at before approval.

    `one_officer_is_enough`: whoever began a batch may approve it as well.
    """

    template: str
    sample: Annotated[int, Field(ge=1, le=50)]
    one_officer_is_enough: bool = False


class DonorRule(StrEnum):
    """What holds for a consultant whose own school causes concern."""

    REFUSE = "refuse"  # they support no other school
    REASON = "reason"  # only with a reason, which is kept


class Programme(_Strict):
    """Risk register and support programme, whole."""

    new_headteacher_level: RiskLevel
    round: RoundRule
    level_letters: LevelLetterRule
    report_sections: Annotated[tuple[str, ...], Field(min_length=1)]
    remind_working_days_before: Count
    levels: dict[RiskLevel, LevelRule]
    years: tuple[SchoolYear, ...]
    donor_schools: DonorRule = DonorRule.REFUSE
    # In working days: a school's request for support, and the impact of support after its last day.
    answer_support_requests_within: Count = 10
    evaluate_support_within: Count = 20

    @field_validator("levels")
    @classmethod
    def _every_level(cls, value: dict[RiskLevel, LevelRule]) -> dict[RiskLevel, LevelRule]:
        missing = [level.value for level in RiskLevel if level not in value]
        if missing:
            raise ValueError(f"nothing is said of: {', '.join(missing)}")
        return value

    @field_validator("new_headteacher_level")
    @classmethod
    def _a_category_of_support(cls, value: RiskLevel) -> RiskLevel:
        if value is RiskLevel.NONE:
            raise ValueError("must be a category of support: high, medium or low")
        return value

    def year(self, begins: int) -> SchoolYear | None:
        """The school year that begins in this calendar year, if its terms are known."""
        return next((year for year in self.years if year.begins == begins), None)


def school_year_of(day: date) -> int:
    """The calendar year in which the school year of a day begins: each on 1 September."""
    return day.year if day.month >= 9 else day.year - 1
