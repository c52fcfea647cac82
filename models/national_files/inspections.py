"""What a line of Ofsted's monthly management information says of a school's inspections.

A line tells of up to three reports: the report card, the latest graded inspection before there were
any (OEIF), and an ungraded one. The category is Ofsted's word and is never made of grades.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from models.inspections.recording import Inspected
from models.law.statements import ADVERSE
from models.national_files.reading import Line, LineRejected, Lines
from models.register.gias.values import RowRejected, day, plain, shortened, urn_of
from models.schools.grades import Area, Grade, Safeguarding
from models.schools.tables import InspectionCategory

CARD = {
    "Inclusion": Area.INCLUSION,
    "Curriculum and teaching": Area.CURRICULUM_AND_TEACHING,
    "Achievement": Area.ACHIEVEMENT,
    "Attendance and behaviour": Area.ATTENDANCE_AND_BEHAVIOUR,
    "Personal development and wellbeing": Area.PERSONAL_DEVELOPMENT_AND_WELLBEING,
    "Early years (where applicable)": Area.EARLY_YEARS,
    "Post-16 provision (where applicable)": Area.POST_16,
    "Leadership and governance": Area.LEADERSHIP_AND_GOVERNANCE,
}
OLDER = {
    "Latest OEIF overall effectiveness": Area.OVERALL_EFFECTIVENESS,
    "Latest OEIF quality of education": Area.QUALITY_OF_EDUCATION,
    "Latest OEIF behaviour and attitudes": Area.BEHAVIOUR_AND_ATTITUDES,
    "Latest OEIF personal development": Area.PERSONAL_DEVELOPMENT,
    "Latest OEIF effectiveness of leadership and management": Area.LEADERSHIP_AND_MANAGEMENT,
    "Latest OEIF early years provision (where applicable)": Area.EARLY_YEARS_PROVISION,
    "Latest OEIF sixth form provision (where applicable)": Area.SIXTH_FORM_PROVISION,
}
SAFEGUARDING = "Safeguarding standards"
RECENT, OWN = "Most recent category of concern", "Category of concern"
NEEDED = ("URN", "Inspection start date", "Publication date", RECENT, SAFEGUARDING, *CARD)
# They go as there are fewer schools that were inspected by the older rules.
OPTIONAL = (
    OWN,
    "Inspection type",
    "Web Link (opens in new window)",
    "Does the latest full inspection relate to the URN of the current school?",
    *OLDER,
    "Latest OEIF safeguarding is effective?",
    "Inspection start date of latest OEIF graded inspection",
    "Publication date of latest OEIF graded inspection",
    "Does the latest OEIF graded inspection relate to the URN of the current school?",
    "Date of latest ungraded inspection",
    "Ungraded inspection publication date",
    "Ungraded inspection overall outcome",
    "Does the ungraded inspection relate to the URN of the current school?",
)
_NOTHING = frozenset(
    {"", "null", "n/a", "na", "-", "none", "not applicable", "not judged", "not inspected"}
    | {"not graded", "no judgement", "9", "insufficient evidence", "does not apply"}
)
_CATEGORIES = {
    "sm": InspectionCategory.SPECIAL_MEASURES,
    "special measures": InspectionCategory.SPECIAL_MEASURES,
    "rsi": InspectionCategory.SIGNIFICANT_IMPROVEMENT,
    "requires significant improvement": InspectionCategory.SIGNIFICANT_IMPROVEMENT,
    "significant improvement": InspectionCategory.SIGNIFICANT_IMPROVEMENT,
    # As it was called from 2012 to 2025, and before.
    "swk": InspectionCategory.SIGNIFICANT_IMPROVEMENT,
    "serious weaknesses": InspectionCategory.SIGNIFICANT_IMPROVEMENT,
    "nti": InspectionCategory.SIGNIFICANT_IMPROVEMENT,
    "notice to improve": InspectionCategory.SIGNIFICANT_IMPROVEMENT,
}
_CARD_GRADES = {
    "exceptional": Grade.EXCEPTIONAL,
    "strong standard": Grade.STRONG_STANDARD,
    "strong": Grade.STRONG_STANDARD,
    "expected standard": Grade.EXPECTED_STANDARD,
    "expected": Grade.EXPECTED_STANDARD,
    "needs attention": Grade.NEEDS_ATTENTION,
    "urgent improvement": Grade.URGENT_IMPROVEMENT,
}
_OLDER_GRADES = {
    "1": Grade.OUTSTANDING,
    "outstanding": Grade.OUTSTANDING,
    "2": Grade.GOOD,
    "good": Grade.GOOD,
    "3": Grade.REQUIRES_IMPROVEMENT,
    "requires improvement": Grade.REQUIRES_IMPROVEMENT,
    "4": Grade.INADEQUATE,
    "inadequate": Grade.INADEQUATE,
}
_SAFEGUARDING = {
    "met": Safeguarding.MET,
    "yes": Safeguarding.MET,
    "effective": Safeguarding.MET,
    "not met": Safeguarding.NOT_MET,
    "no": Safeguarding.NOT_MET,
    "ineffective": Safeguarding.NOT_MET,
    "not effective": Safeguarding.NOT_MET,
}
Cells = Mapping[str, str]
Word = TypeVar("Word")


class Said(NamedTuple):
    """What a line says: of which school, its reports from the oldest on, and what is left out.

    `homeless` is a category for which the line names no report.
    """

    urn: int
    reports: list[Inspected]
    left_out: int
    homeless: InspectionCategory | None


@dataclass(frozen=True)
class Columns:
    """Where the columns stand in one file."""

    places: Mapping[str, int]

    @classmethod
    def of(cls, lines: Lines) -> "Columns":
        """Raises InvalidInput naming the columns that are missing."""
        found = dict(zip(NEEDED, lines.places_of(NEEDED), strict=True))
        for name in OPTIONAL:
            place = lines.place(name)
            if place is not None:
                found[name] = place
        return cls(found)

    def said(self, line: Line) -> Said:
        """What a line says; raises LineRejected."""
        try:
            cells = {name: plain(line.cells[place]) for name, place in self.places.items()}
            return _said(cells)
        except RowRejected as reason:
            raise LineRejected(str(reason)) from None


def _said(cells: Cells) -> Said:
    urn = urn_of(cells["URN"])
    recent = _one_of(cells, RECENT, _CATEGORIES) or InspectionCategory.NONE
    card = _card(cells, recent)
    graded, ungraded = _graded(cells), _ungraded(cells)
    left_out = 0
    homeless = recent if card is None and graded is None and recent in ADVERSE else None
    if graded is not None and card is not None and _inadequate(graded):
        graded, left_out = None, left_out + 1  # in which category it was, the line no longer says
    elif graded is not None and card is None:
        graded = graded.model_copy(update={"category": recent.value})
    if ungraded is not None and card is None and recent in ADVERSE:
        ungraded, left_out = None, left_out + 1  # a visit that leaves the category as it is
    return Said(urn, _apart(ungraded, graded, card), left_out, homeless)


def _apart(*reports: Inspected | None) -> list[Inspected]:
    """The reports from the oldest on; of two of one day the one that is named last."""
    by_day = {each.published_on: each for each in reports if each is not None}
    return [by_day[day] for day in sorted(by_day)]


def _inadequate(graded: Inspected) -> bool:
    return Grade.INADEQUATE.value in graded.grades.values()


def _card(cells: Cells, recent: InspectionCategory) -> Inspected | None:
    published = _day(cells, "Publication date")
    own = "Does the latest full inspection relate to the URN of the current school?"
    grades = _grades(cells, CARD, _CARD_GRADES)
    if published is None or not _of_this_school(cells, own):
        return None
    category = _one_of(cells, OWN, _CATEGORIES) if OWN in cells else recent
    if not grades and category is None:
        return None  # nothing is said of it but its day
    return _inspected(
        cells,
        category or InspectionCategory.NONE,
        published,
        inspected_on=_day(cells, "Inspection start date"),
        safeguarding=_one_of(cells, SAFEGUARDING, _SAFEGUARDING),
        grades=grades,
    )


def _graded(cells: Cells) -> Inspected | None:
    published = _day(cells, "Publication date of latest OEIF graded inspection")
    own = "Does the latest OEIF graded inspection relate to the URN of the current school?"
    grades = _grades(cells, OLDER, _OLDER_GRADES)
    if published is None or not _of_this_school(cells, own):
        return None
    return _inspected(
        cells,
        InspectionCategory.NONE,
        published,
        inspected_on=_day(cells, "Inspection start date of latest OEIF graded inspection"),
        safeguarding=_one_of(cells, "Latest OEIF safeguarding is effective?", _SAFEGUARDING),
        grades=grades,
    )


def _ungraded(cells: Cells) -> Inspected | None:
    published = _day(cells, "Ungraded inspection publication date")
    own = "Does the ungraded inspection relate to the URN of the current school?"
    outcome = cells.get("Ungraded inspection overall outcome", "")
    if published is None or outcome.casefold() in _NOTHING or not _of_this_school(cells, own):
        return None
    return _inspected(
        cells,
        InspectionCategory.NONE,
        published,
        inspected_on=_day(cells, "Date of latest ungraded inspection"),
        outcome=outcome[:200],
    )


def _inspected(
    cells: Cells, category: InspectionCategory, published: date, **said: object
) -> Inspected:
    link = cells.get("Web Link (opens in new window)", "")
    known = link if link.casefold().startswith(("http://", "https://")) else ""
    source = ", ".join(filter(None, ("Ofsted’s monthly management information", known[:300])))
    return Inspected.model_validate(
        {
            "category": category.value,
            "published_on": published,
            "source": source,
            **{name: value for name, value in said.items() if value is not None},
        }
    )


def _of_this_school(cells: Cells, question: str) -> bool:
    """Whether a report is about the school itself, and not about one that it took over from."""
    return cells.get(question, "").casefold() not in ("no", "n")


def _grades(
    cells: Cells, columns: Mapping[str, Area], words: Mapping[str, Grade]
) -> dict[str, str]:
    found = {area: _one_of(cells, name, words) for name, area in columns.items()}
    return {area.value: grade.value for area, grade in found.items() if grade is not None}


def _one_of(cells: Cells, name: str, words: Mapping[str, Word]) -> Word | None:
    """What one of the file's own words means; raises RowRejected for any other."""
    text = cells.get(name, "")
    said = text.casefold()
    if said in words:
        return words[said]
    if said in _NOTHING:
        return None
    raise RowRejected(f"“{name}” is none of the words that are known: “{shortened(text)}”.")


def _day(cells: Cells, name: str) -> date | None:
    text = cells.get(name, "")
    return None if text.casefold() in _NOTHING else day(name, text)
