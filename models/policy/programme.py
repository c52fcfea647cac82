"""The risk register and its support programme as the policy has them: `programme.toml`.

Source of the defaults: Barnsley, School Improvement and Quality Assurance Policy, parts 2 to 4.
"""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.people.tables import Role
from models.schools.tables import RiskLevel

Count = Annotated[int, Field(ge=0, le=60)]
WRITTEN_REPORT = "written_report"  # the kind of report that there is in every policy
_KIND = re.compile("[a-z]+(_[a-z0-9]+)*")
_LONGEST_KIND = 40
_NEVER_APPROVE = (Role.VIEWER, Role.ADMINISTRATOR)


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


class ReportRule(_Strict):
    """One kind of written report: its sections, who approves it, and how its facts are checked.

    `approvers` check and approve it one after the other, never its author. The school has
    `accuracy_working_days` to say whether the facts are accurate (0: it is not asked), is reminded
    so many working days before the end, and its author then has `final_working_days` for the final
    version. `counts` says whether it is one of the reports of Table 1.
    """

    title: Annotated[str, Field(min_length=1, max_length=100)]
    sections: tuple[str, ...] = ()  # of the kind `written_report`, by default `report_sections`
    approvers: Annotated[tuple[Role, ...], Field(min_length=1)] = (Role.HEAD_OF_SERVICE,)
    accuracy_working_days: Count = 10
    remind_school_working_days_before: Count = 3
    final_working_days: Annotated[int, Field(ge=1, le=60)] = 10
    counts: bool = True

    @field_validator("sections")
    @classmethod
    def _told_apart(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not title.strip() or len(title) > 100 for title in value):
            raise ValueError("a section needs a title of at most 100 characters")
        twice = next((title for title in value if value.count(title) > 1), None)
        if twice is not None:
            raise ValueError(f"two sections are called {twice!r}")
        return value

    @field_validator("approvers")
    @classmethod
    def _can_approve(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        unfit = next((role for role in value if role in _NEVER_APPROVE), None)
        if unfit is not None:
            raise ValueError(f"the role {unfit.value} cannot approve anything")
        return value

    @model_validator(mode="after")
    def _reminded_in_time(self) -> Self:
        asked = self.accuracy_working_days
        if asked and self.remind_school_working_days_before >= asked:
            raise ValueError(
                "remind_school_working_days_before: must be less than accuracy_working_days"
            )
        return self


class Programme(_Strict):
    """Risk register and support programme, whole."""

    new_headteacher_level: RiskLevel
    round: RoundRule
    level_letters: LevelLetterRule
    report_sections: Annotated[tuple[str, ...], Field(min_length=1)]
    reports: dict[str, ReportRule] = {}
    remind_working_days_before: Count
    levels: dict[RiskLevel, LevelRule]
    years: tuple[SchoolYear, ...]

    @field_validator("levels")
    @classmethod
    def _every_level(cls, value: dict[RiskLevel, LevelRule]) -> dict[RiskLevel, LevelRule]:
        missing = [level.value for level in RiskLevel if level not in value]
        if missing:
            raise ValueError(f"nothing is said of: {', '.join(missing)}")
        return value

    @field_validator("reports")
    @classmethod
    def _with_sections(cls, value: dict[str, ReportRule]) -> dict[str, ReportRule]:
        for kind, rule in value.items():
            if not _KIND.fullmatch(kind) or len(kind) > _LONGEST_KIND:
                raise ValueError(
                    f"{kind}: must be lower case words joined by _, at most {_LONGEST_KIND} letters"
                )
            if not rule.sections and kind != WRITTEN_REPORT:
                raise ValueError(f"{kind}: sections: name at least one")
        return value

    @property
    def report_kinds(self) -> dict[str, ReportRule]:
        """Every kind of written report by its key, the one that is in every policy first."""
        first = self.reports.get(WRITTEN_REPORT) or ReportRule(title="Written report")
        whole = first.model_copy(update={"sections": first.sections or self.report_sections})
        others = {kind: rule for kind, rule in self.reports.items() if kind != WRITTEN_REPORT}
        return {WRITTEN_REPORT: whole, **others}

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
