"""The authority's written statement of action after an adverse report: Education Act 2005, s.15."""

from models.law.notices import Recipient, dioceses, foundation_appointer, is_pupil_referral_unit
from models.schools.tables import InspectionCategory, School, SchoolKind

_VOLUNTARY_AIDED = 2  # type of establishment in the national register
ADVERSE = (InspectionCategory.SIGNIFICANT_IMPROVEMENT, InspectionCategory.SPECIAL_MEASURES)
_ONLY_MAINTAINED = (
    "The local authority’s written statement of action is for maintained schools only (Education "
    "Act 2005, section 15)."
)


def applies_to(school: School) -> str | None:
    """Why section 15 asks no statement of the authority about this school; None when it does.

    Section 15(1): a maintained school. Whether a pupil referral unit is one is not said here.
    """
    if school.closed_on is not None:
        return "The school has closed, so no written statement of action is due."
    if is_pupil_referral_unit(school):
        return f"{_ONLY_MAINTAINED} Ask legal services whether it applies to a pupil referral unit."
    return None if school.kind is SchoolKind.MAINTAINED else _ONLY_MAINTAINED


def copies(school: School) -> tuple[Recipient, ...]:
    """Who is sent a copy of the statement: section 15(2)(e).

    The Chief Inspector; at a voluntary aided school also the person who appoints the foundation
    governors and, where that is another, the appropriate appointing authority.
    """
    chief = Recipient("ofsted", "the statement is copied to the Chief Inspector (section 15(2)(e))")
    if school.type_code != _VOLUNTARY_AIDED:
        return (chief,)
    section = "Education Act 2005, section 15(2)(e)"
    return (chief, foundation_appointer(school, section), *dioceses(school, section))
