"""What letters of the statutory steps say of why the authority writes."""

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
# The letters say beside it what the published report says.
WHY_AFTER_REPORT = (
    "The authority considers that this power is needed for the improvement that the report calls "
    "for."
)


def why_powers(notice: WarningNotice) -> str:
    """Why powers are needed: what the notice told the governing body its conclusion rests on."""
    return notice.matters


def why_complied(notice: WarningNotice, *, complied: bool) -> str:
    """Why it was judged so whether the governing body complied with a notice."""
    if complied:
        return "The governing body has complied with the notice."
    return (
        "The action that the notice required has not been taken to the authority’s satisfaction. "
        f"It required:\n\n{notice.action_required}"
    )
