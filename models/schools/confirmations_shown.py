"""What legal services said of Part 4 at a pupil referral unit, as doors show it."""

from datetime import date

from pydantic import AwareDatetime
from sqlmodel import Session

from models.paging import Page
from models.people.shown import officer_names
from models.schools.confirming import confirmations
from models.schools.contacts import find_school
from models.shown import Shown


class Confirmation(Shown):
    """What legal services said; the first of a list counts."""

    id: int
    urn: int
    applies: bool
    confirmed_by: str
    confirmed_on: date
    note: str
    recorded_by: str
    recorded_at: AwareDatetime


def confirmations_of(session: Session, urn: object) -> Page[Confirmation]:
    """Everything that legal services said of Part 4 at a school, the newest first, on one page.

    Raises NotFound.
    """
    found = confirmations(session, find_school(session, urn).urn)
    people = officer_names(session, (each.recorded_by_id for each in found))
    items = [
        Confirmation(
            id=each.id,
            urn=each.urn,
            applies=each.applies,
            confirmed_by=each.confirmed_by,
            confirmed_on=each.confirmed_on,
            note=each.note,
            recorded_by=people[each.recorded_by_id][0],
            recorded_at=each.recorded_at,
        )
        for each in found
    ]
    return Page(items=items, page=1, pages=1, total=len(items))
