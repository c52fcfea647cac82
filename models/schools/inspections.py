"""What published reports say of a school, as it was entered and corrected."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.rows import find, kept
from models.schools.tables import InspectionOutcome


@kept
def _entered(urn: int) -> SelectOfScalar[InspectionOutcome]:
    return (
        select(InspectionOutcome)
        .where(col(InspectionOutcome.urn) == urn)
        .order_by(col(InspectionOutcome.id))
    )


def entered_of(session: Session, urn: int) -> list[InspectionOutcome]:
    """Everything that was entered of a school's inspections, in the order entered."""
    return find(session, _entered(urn))


def standing(entered: Sequence[InspectionOutcome]) -> list[InspectionOutcome]:
    """Those of a school's outcomes that nobody corrected, in the order entered."""
    corrected = {each.corrects_id for each in entered}
    return [each for each in entered if each.id not in corrected and each.category is not None]


def outcomes_of(session: Session, urn: int) -> list[InspectionOutcome]:
    """What published reports say of a school, as it stands, in the order entered."""
    return standing(entered_of(session, urn))


def that_counts(entered: Sequence[InspectionOutcome]) -> InspectionOutcome | None:
    """The outcome by which a school stands: of the report published last."""
    stand = standing(entered)
    return max(stand, key=lambda each: (each.published_on, each.id), default=None)


def as_corrected(entered: Sequence[InspectionOutcome], key: int) -> InspectionOutcome:
    """What stands in the place of an outcome that was entered: itself, or its last correction."""
    corrections = {each.corrects_id: each for each in entered if each.corrects_id is not None}
    found = next(each for each in entered if each.id == key)
    while found.id in corrections:
        found = corrections[found.id]
    return found


def changed_since(session: Session, urn: int, moment: datetime) -> bool:
    """Whether anything was entered or corrected of a school's inspections after a moment."""
    return any(each.recorded_at > moment for each in entered_of(session, urn))
