"""What letters of the statutory steps say of why the authority writes."""

from models.clocks import long_date
from models.law.standing import Inspection
from models.statutory.tables import ReviewOutcome, WarningNotice

BOARD_ENDS = (
    "The authority considers that a normally constituted governing body is able to govern the "
    "school again."
)


REVIEWED = {
    ReviewOutcome.CONTINUE: (
        "The authority considers that the reasons for which the right was suspended still hold."
    ),
    ReviewOutcome.END: (
        "The authority considers that the reasons for which the right was suspended hold no more."
    ),
}


def why_powers(notice: WarningNotice) -> str:
    """Why powers are needed: what the notice told the governing body its conclusion rests on."""
    return notice.matters


def why_inspected(inspection: Inspection) -> str:
    """Why powers are needed at a school in a category: what the published report says."""
    return (
        f"The report of Ofsted’s inspection published on {long_date(inspection.published_on)} says "
        f"that the school {inspection.category.label}."
    )


def why_complied(notice: WarningNotice, *, complied: bool) -> str:
    """Why it was judged so whether the governing body complied with a notice."""
    if complied:
        return "The governing body has complied with the notice."
    return (
        "The action that the notice required has not been taken to the authority’s satisfaction. "
        f"It required:\n\n{notice.action_required}"
    )
