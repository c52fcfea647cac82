"""The roads to intervention: by which sections a school is eligible, and since when.

Section 59(2) of the Education and Inspections Act 2006: any road is enough, each by its own facts.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.clocks import long_date
from models.law.powers import Section, last_day
from models.law.standing import Fact, Inspection, Standing, facts, in_force, not_for
from models.schools.tables import InspectionCategory


class Road(StrEnum):
    """A way to be eligible for intervention, by its section: section 59(2).

    Section 60B (coasting schools) is no longer used, and is no road here.
    """

    WARNING_NOTICE = "60"
    PAY_AND_CONDITIONS = "60A"
    SIGNIFICANT_IMPROVEMENT = "61"
    SPECIAL_MEASURES = "62"

    @property
    def title(self) -> str:  # type: ignore[override]  # a road has a title, as a power has
        """What makes the school eligible."""
        return _ROADS[self]


_ROADS = {
    Road.WARNING_NOTICE: "Warning notice not complied with",
    Road.PAY_AND_CONDITIONS: "Teachers’ pay and conditions",
    Road.SIGNIFICANT_IMPROVEMENT: "Requires significant improvement",
    Road.SPECIAL_MEASURES: "Requires special measures",
}
# The category of the published report that opens a road, until a later report supersedes it.
BY_INSPECTION = {
    Road.SIGNIFICANT_IMPROVEMENT: InspectionCategory.SIGNIFICANT_IMPROVEMENT,
    Road.SPECIAL_MEASURES: InspectionCategory.SPECIAL_MEASURES,
}
NO_PAY_NOTICE = (
    "A notice about teachers’ pay and conditions is one of section 60A, and is neither given nor "
    "recorded here. Ask legal services about section 60A."
)


@dataclass(frozen=True)
class RoadToday:
    """A road with its own facts: it is open while all of them hold."""

    road: Road
    facts: tuple[Fact, ...]

    @property
    def holds(self) -> bool:
        """Whether the school is eligible for intervention by this section."""
        return all(fact.holds for fact in self.facts)


def roads(standing: Standing, today: date) -> tuple[RoadToday, ...]:
    """Every road of section 59(2) with its facts on this day, in the order of the sections."""
    pay = Fact("pay_notice_given", False, None, NO_PAY_NOTICE)
    return (
        RoadToday(Road.WARNING_NOTICE, facts(standing, today)),
        RoadToday(Road.PAY_AND_CONDITIONS, (pay,)),
        *(RoadToday(road, _inspected(road, standing, today)) for road in BY_INSPECTION),
    )


def open_roads(standing: Standing, today: date) -> frozenset[Road]:
    """By which sections the school is eligible for intervention: section 59(2), any one.

    Never a school that Part 4 is not for (section 59(1)).
    """
    if not_for(standing.school, academy_ladder=standing.academy_ladder) is not None:
        return frozenset()
    return frozenset(each.road for each in roads(standing, today) if each.holds)


def eligible(standing: Standing, today: date) -> bool:
    """Whether the school is eligible for intervention, by any road."""
    return bool(open_roads(standing, today))


def by_inspection(standing: Standing, today: date) -> Inspection | None:
    """The outcome by which sections 61 or 62 make the school eligible; None while neither does."""
    if not open_roads(standing, today) & set(BY_INSPECTION):
        return None
    return _published(standing, today)[-1]


def not_eligible(standing: Standing, today: date) -> str | None:
    """What is wanting on every road of section 59(2), in sentences; None while one is open.

    Of the roads alone: whether Part 4 is for the school at all is asked beside it.
    """
    if any(each.holds for each in roads(standing, today)):
        return None
    failing = [fact.says for fact in facts(standing, today) if not fact.holds]
    inspected = [no_category(standing, today)]
    return " ".join(
        ["The school is not eligible for intervention (section 59(2)).", *failing, *inspected]
    )


def last_day_for(section: Section, standing: Standing, today: date) -> date | None:
    """The last day on which a power may be used as things stand today; None while there is none.

    Two months after a warning notice that is in force (sections 63(3), 64(2) and 66(2)); never
    for section 65, and not while the school is eligible by section 61 or 62: of two roads the
    school keeps the freer one.
    """
    notice = in_force(standing, today)
    if notice is None or by_inspection(standing, today) is not None:
        return None
    return last_day(section, notice.compliance_ends_on)


def _published(standing: Standing, today: date) -> list[Inspection]:
    """The outcomes of the reports published by this day, the latest last."""
    known = [each for each in standing.inspections if each.published_on <= today]
    return sorted(known, key=lambda each: each.published_on)


def _inspected(road: Road, standing: Standing, today: date) -> tuple[Fact, Fact]:
    """The two facts of section 61(1) or 62(1): the category, and no later report without it."""
    category, source = BY_INSPECTION[road], f"(section {road})"
    published = _published(standing, today)
    given = [each for each in published if each.category is category]
    if not given:
        says = f"No published report says that the school {category.label} {source}."
        return (
            Fact("category_given", False, None, says),
            Fact("not_superseded", False, None, f"There is no such report to rely on {source}."),
        )
    latest, first = published[-1], given[-1]
    on = long_date(first.published_on)
    says = (
        f"The report published on {on} says that the school {category.label} (section {road}; "
        "Education Act 2005, section 13(3)(a))."
    )
    noted = Fact("category_given", True, given[0].published_on, says)
    if latest.category is not category:
        says = (
            f"The report published on {long_date(latest.published_on)} superseded it: the school "
            f"{latest.category.label} {source}."
        )
        return noted, Fact("not_superseded", False, None, says)
    since = _since(published)
    says = f"No later report has superseded it {source}."
    return noted, Fact("not_superseded", True, since, says)


def _since(published: list[Inspection]) -> date:
    """The day since which the category of the latest report has stood without a break."""
    since, category = published[-1].published_on, published[-1].category
    for each in reversed(published):
        if each.category is not category:
            break
        since = each.published_on
    return since


def no_category(standing: Standing, today: date) -> str:
    """What is on record of inspections where none opens a road, in a sentence."""
    published = _published(standing, today)
    if not published:
        return "No inspection that puts it into a category is on record (sections 61 and 62)."
    latest = published[-1]
    return (
        f"By the report published on {long_date(latest.published_on)} the school "
        f"{latest.category.label} (sections 61 and 62)."
    )
