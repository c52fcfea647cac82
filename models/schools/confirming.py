"""Whether Part 4 applies to one pupil referral unit: as legal services confirmed, on record."""

from sqlmodel import Session, col, select

from models.clocks import past_day
from models.events import append
from models.inputs import Day, Input, Text
from models.law.notices import is_pupil_referral_unit
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import NotPossible
from models.rows import add, change, find, get_row
from models.schools.contacts import find_school, live_case
from models.schools.events import Part4Confirmed
from models.schools.tables import Part4Confirmation, School
from models.text import check_line, check_printable, check_prose


class LegalView(Input):
    """What legal services say of Part 4 at one pupil referral unit; the newest counts.

    The `note` says with which modifications it applies, or why not; pages and letters print it.
    """

    applies: bool
    confirmed_by: Text
    confirmed_on: Day
    note: Text


def confirm_part_4(acting: Acting, urn: object, given: LegalView) -> Part4Confirmation:
    """Put on record what legal services say of Part 4 at a pupil referral unit.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for any other school.
    """
    acting.require(Act.CONFIRM_PART_4)
    session, officer = acting.session, acting.officer
    school = find_school(session, urn)
    if not is_pupil_referral_unit(school):
        raise NotPossible(
            "Only of a pupil referral unit must legal services say whether Part 4 applies."
        )
    by = check_printable("confirmed_by", check_line("confirmed_by", given.confirmed_by))
    past_day("confirmed_on", given.confirmed_on, acting.now)
    check_printable("note", check_prose("note", given.note))
    key = add(
        session,
        Part4Confirmation,
        urn=school.urn,
        applies=given.applies,
        confirmed_by=by,
        confirmed_on=given.confirmed_on,
        note=given.note,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    change(session, School, {"urn": school.urn}, part_4_note=given.note if given.applies else None)
    school = get_row(session, School, school.urn)
    said = Part4Confirmed(
        live_case(session, school),
        confirmation=key,
        urn=school.urn,
        applies=given.applies,
        confirmed_by=by,
        confirmed_on=given.confirmed_on,
    )
    append(session, acting.now, officer.email, said)
    return get_row(session, Part4Confirmation, key)


def confirmations(session: Session, urn: int) -> list[Part4Confirmation]:
    """What legal services said of Part 4 at a school, the newest first."""
    mine = select(Part4Confirmation).where(Part4Confirmation.urn == urn)
    return list(find(session, mine.order_by(col(Part4Confirmation.id).desc())))
