"""The risk register and its support programme as the policy has them: `programme.toml`.

Source of the defaults: Barnsley, School Improvement and Quality Assurance Policy, parts 2 to 4.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.people.tables import Role
from models.policy.criteria import Criterion
from models.policy.statutory import Days
from models.programme.tables import ONCE, WRITTEN_REPORT, DutyKind
from models.schools.tables import RiskLevel

Count = Annotated[int, Field(ge=0, le=60)]
PRESENTERS = (Role.HEAD_OF_SERVICE, Role.ASSISTANT_DIRECTOR, Role.DIRECTOR)
_KIND = re.compile("[a-z]+(_[a-z0-9]+)*")
_LONGEST_KIND = 40
_NEVER_APPROVE = (Role.VIEWER, Role.ADMINISTRATOR, Role.CONSULTANT)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Frequency(_Strict):
    """How often something is due in a school year: so many times in each of its parts."""

    times: Count
    per: Literal["year", "term", "half_term", "month"]


# Table 1 has “at least half-termly visits” at medium risk: a level above that has no fewer.
LEAST_VISITS = Frequency(times=1, per="half_term")


class OnceRule(_Strict):
    """Something that is due once, with an outcome.

    It is due `within_working_days` of term after what gives rise to it: the day on which a school
    comes to the level, or has a new headteacher. With `if_required` only where an officer has said
    that the school requires it; with `falls_behind` a school is behind while it is late.
    """

    within_working_days: Annotated[int, Field(ge=1, le=190)]
    if_required: bool = False
    falls_behind: bool = False


class LevelChangeVisitRule(_Strict):
    """The visit that the letter about a change of level promises (part 3).

    It is due within so many working days of term after the change; with `after_annual` also after
    a change by the annual assessment.
    """

    within_working_days: Annotated[int, Field(ge=1, le=190)] = 10
    after_annual: bool = False


class LevelRule(_Strict):
    """One column of Table 1: what a school at this level is due.

    Where `visits_are_at_most` ("up to"), `visits` is a ceiling: `visits_at_least` are planned and
    fall due, the others may be made. Never more is planned than the ceiling. With
    `sisg_if_required` the meetings of `sisg` are planned only where an officer has said that the
    school requires the group, each half-term if `sisg` is not given. `once` is what a school has
    once in a school year. The monthly evaluation is told to the Heads of Service with
    `progress_to_heads_of_service`.
    """

    title: str
    visits: Frequency
    visits_are_at_most: bool = False
    visits_at_least: Frequency = LEAST_VISITS
    reports: Frequency
    sisg: Frequency | None = None
    sisg_if_required: bool = False
    evaluated_monthly: bool
    actions_reviewed_weekly: bool
    progress_to_heads_of_service: bool = False
    once: dict[DutyKind, OnceRule] = {}
    support: tuple[str, ...]  # what the letter and the school's page say of it
    criteria: tuple[Criterion, ...] = ()  # when a school belongs to it

    @field_validator("once")
    @classmethod
    def _known_once(cls, value: dict[DutyKind, OnceRule]) -> dict[DutyKind, OnceRule]:
        other = [kind.value for kind in value if kind not in ONCE]
        if other:
            raise ValueError(f"choose from: {', '.join(ONCE)}")
        return value

    @model_validator(mode="after")
    def _least_below_most(self) -> Self:
        least, most = self.visits_at_least, self.visits
        if self.visits_are_at_most and least.per == most.per and least.times > most.times:
            raise ValueError("visits_at_least must not be more than visits, which are at most")
        return self


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


# The results of the last external tests of a summer, those of GCSEs, come out on a Thursday between
# 20 and 26 August.
AFTER_RESULTS = MonthAndDay(month=8, day=27)
FIRST_OF_SEPTEMBER = MonthAndDay(month=9, day=1)


class RoundRule(_Strict):
    """When the annual assessment opens, and when its levels are to be published (parts 2, 3).

    They are published from `not_before` on, when the results of external tests are out, by the day
    of `publish`; after it the Heads of Service are chased until they are.
    """

    opens: MonthAndDay
    not_before: MonthAndDay = AFTER_RESULTS
    publish: MonthAndDay
    remind_working_days_before: Count
    chase_every_working_days: Annotated[int, Field(ge=1, le=60)] = 5

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        given = "not_before" in self.model_fields_set
        if given and self.not_before.in_year(2000) > self.publish.in_year(2000):
            raise ValueError("not_before must not be later than publish")
        return self


class LevelLetterRule(_Strict):
    """The letters about levels: their template, and how many are looked at before approval.

    `one_officer_is_enough`: whoever began a batch may approve it as well. Those on the annual
    assessment are approved, and so dated, from `not_before` on ("early each September").
    """

    template: str
    sample: Annotated[int, Field(ge=1, le=50)]
    one_officer_is_enough: bool = False
    not_before: MonthAndDay = FIRST_OF_SEPTEMBER


class PresentationRule(_Strict):
    """When evaluations are compiled and presented, and by whom (part 3).

    In working days: `compiled_after` the last day of a month or term; `presented_within` so many of
    it, and from then on a reminder every so many, `chased_every`.
    """

    compiled_after: Days = 3
    presented_within: Days = 10
    chased_every: Annotated[int, Field(ge=1, le=60)] = 5
    presented_by: Annotated[tuple[Role, ...], Field(min_length=1)] = (Role.HEAD_OF_SERVICE,)

    @field_validator("presented_by")
    @classmethod
    def _may_present(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        other = next((role for role in value if role not in PRESENTERS), None)
        if other is not None:
            raise ValueError(f"the role {other.value} cannot present evaluations")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.presented_within < self.compiled_after:
            raise ValueError("presented_within: nothing can be presented before it is compiled")
        return self


class NeedsRule(_Strict):
    """Within how many working days somebody answers that a school needs more, or less."""

    answer_working_days: Annotated[int, Field(ge=1, le=60)] = 10


class AtOddsRule(_Strict):
    """At which levels, and from which step of each ladder on, a school stands at odds with both.

    Whoever keeps the register is shown such a school and asked what is to be done. Of a ladder
    that is not named it is the first step that sends a formal letter.
    """

    levels: tuple[RiskLevel, ...] = (RiskLevel.NONE,)
    from_step: dict[Literal["maintained", "academy"], str] = {}


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


class DonorRule(StrEnum):
    """What holds for a consultant whose own school causes concern."""

    REFUSE = "refuse"  # they support no other school
    REASON = "reason"  # only with a reason, which is kept


class Programme(_Strict):
    """Risk register and support programme, whole.

    `register_reviews` is how often the whole register is reviewed (part 8). With
    `reason_when_level_differs` a level that the criteria do not suggest needs a reason of its own.
    """

    new_headteacher_level: RiskLevel
    induction: OnceRule = OnceRule(within_working_days=20)
    level_change_visit: LevelChangeVisitRule = LevelChangeVisitRule()
    round: RoundRule
    level_letters: LevelLetterRule
    report_sections: Annotated[tuple[str, ...], Field(min_length=1)]
    reports: dict[str, ReportRule] = {}
    remind_working_days_before: Count
    # Until whoever looks after a school says what is done about its new category.
    new_category_working_days: Count = 5
    register_reviews: Frequency = Frequency(times=4, per="year")
    presentations: PresentationRule = PresentationRule()
    reason_when_level_differs: bool = True
    needs: NeedsRule = NeedsRule()
    at_odds: AtOddsRule = AtOddsRule()
    # How far a priority of an improvement plan is, from the best to the worst.
    progress_ratings: Annotated[tuple[str, ...], Field(min_length=2)] = (
        "Achieved",
        "On track",
        "Some progress",
        "No progress",
    )
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

    @property
    def titles(self) -> list[tuple[RiskLevel, str]]:
        """The levels with what each is called, the highest first."""
        return [(level, self.levels[level].title) for level in RiskLevel]

    @field_validator("progress_ratings")
    @classmethod
    def _words(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not each.strip() or len(each) > 60 for each in value):
            raise ValueError("each must be of 1 to 60 characters")
        if len({each.lower() for each in value}) < len(value):
            raise ValueError("no word may stand there twice")
        return value

    def year(self, begins: int) -> SchoolYear | None:
        """The school year that begins in this calendar year, if its terms are known."""
        return next((year for year in self.years if year.begins == begins), None)


def school_year_of(day: date) -> int:
    """The calendar year in which the school year of a day begins: each on 1 September."""
    return day.year if day.month >= 9 else day.year - 1
