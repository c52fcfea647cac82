"""How Ofsted grades a school: report cards since 10 November 2025, older grades as they were.

Source: Ofsted, School inspection toolkit and operating guide (report cards); School inspection
handbook, education inspection framework (overall effectiveness and four judgements).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

FIRST_REPORT_CARDS = date(2025, 11, 10)


class Framework(StrEnum):
    """Under which rules a report grades."""

    REPORT_CARD = "report_card"
    GRADED = "graded"  # overall effectiveness and its judgements
    UNGRADED = "ungraded"  # one outcome in words, such as "School remains good"

    @property
    def label(self) -> str:
        """The words for people: "Report card"."""
        return _FRAMEWORKS[self]


_FRAMEWORKS = {
    Framework.REPORT_CARD: "Report card",
    Framework.GRADED: "Graded inspection (until November 2025)",
    Framework.UNGRADED: "Ungraded inspection",
}


class Safeguarding(StrEnum):
    """Whether safeguarding standards are met; of older reports, whether it is effective."""

    MET = "met"
    NOT_MET = "not_met"

    @property
    def label(self) -> str:
        """The words for people: "not met"."""
        return self.value.replace("_", " ")


class Area(StrEnum):
    """What is graded, by the names of the report; no two kinds of report share one."""

    INCLUSION = "inclusion"
    CURRICULUM_AND_TEACHING = "curriculum_and_teaching"
    ACHIEVEMENT = "achievement"
    ATTENDANCE_AND_BEHAVIOUR = "attendance_and_behaviour"
    PERSONAL_DEVELOPMENT_AND_WELLBEING = "personal_development_and_wellbeing"
    EARLY_YEARS = "early_years"
    POST_16 = "post_16_provision"
    LEADERSHIP_AND_GOVERNANCE = "leadership_and_governance"
    OVERALL_EFFECTIVENESS = "overall_effectiveness"
    QUALITY_OF_EDUCATION = "quality_of_education"
    BEHAVIOUR_AND_ATTITUDES = "behaviour_and_attitudes"
    PERSONAL_DEVELOPMENT = "personal_development"
    LEADERSHIP_AND_MANAGEMENT = "leadership_and_management"
    EARLY_YEARS_PROVISION = "early_years_provision"
    SIXTH_FORM_PROVISION = "sixth_form_provision"

    @property
    def label(self) -> str:
        """The words for people: "Curriculum and teaching"."""
        return self.value.replace("_", " ").capitalize().replace("Post 16", "Post-16")


class Grade(StrEnum):
    """How one area is graded."""

    EXCEPTIONAL = "exceptional"
    STRONG_STANDARD = "strong_standard"
    EXPECTED_STANDARD = "expected_standard"
    NEEDS_ATTENTION = "needs_attention"
    URGENT_IMPROVEMENT = "urgent_improvement"
    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"

    @property
    def label(self) -> str:
        """The words for people: "Strong standard"."""
        return self.value.replace("_", " ").capitalize()


AREAS = {
    Framework.REPORT_CARD: tuple(Area)[: list(Area).index(Area.OVERALL_EFFECTIVENESS)],
    Framework.GRADED: tuple(Area)[list(Area).index(Area.OVERALL_EFFECTIVENESS) :],
}
GRADES = {
    Framework.REPORT_CARD: tuple(Grade)[: list(Grade).index(Grade.OUTSTANDING)],
    Framework.GRADED: tuple(Grade)[list(Grade).index(Grade.OUTSTANDING) :],
}


def framework_of(areas: Iterable[Area]) -> Framework | None:
    """Under which rules these areas are graded; None for none. Raises ValueError for both."""
    found = {kind for area in areas for kind, its in AREAS.items() if area in its}
    if len(found) > 1:
        raise ValueError("areas of a report card and older ones together")
    return next(iter(found), None)
