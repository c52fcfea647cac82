"""Whether a foundation school has a foundation: an answer on record, where it has none."""

from models.events import append
from models.inputs import Input, Text
from models.law.notices import is_foundation_school
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import NotPossible
from models.rows import add, change, get_row
from models.schools.contacts import find_school, live_case
from models.schools.events import FoundationAnswered
from models.schools.tables import FoundationAnswer, School
from models.text import check_prose


class FoundationOfSchool(Input):
    """Whether there is no foundation, so that nobody appoints foundation governors; and why so."""

    none: bool
    reason: Text


def say_foundation(acting: Acting, urn: object, given: FoundationOfSchool) -> School:
    """Put on record that a foundation school has no foundation, or that it has one after all.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for a school of another type.
    """
    acting.require(Act.CHANGE_CONTACTS)
    session, officer = acting.session, acting.officer
    school = find_school(session, urn)
    if not is_foundation_school(school):
        raise NotPossible("Only a foundation school may be without a foundation.")
    check_prose("reason", given.reason)
    answer = add(
        session,
        FoundationAnswer,
        urn=school.urn,
        none=given.none,
        reason=given.reason,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    change(session, School, {"urn": school.urn}, no_foundation=given.none)
    school = get_row(session, School, school.urn)
    said = FoundationAnswered(
        live_case(session, school),
        answer=answer,
        urn=school.urn,
        none=given.none,
        reason=given.reason,
    )
    append(session, acting.now, officer.email, said)
    return school
