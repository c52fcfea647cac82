"""The record of a school is found, or made when it is first needed."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.events import append
from models.matters.at_hand import AtHand, find_matter, sees
from models.matters.sight import is_theirs
from models.matters.tables import OF_SCHOOL, Matter, MatterKind
from models.people.access import Act, Reader, require
from models.people.acting import Acting
from models.people.tables import Officer
from models.refusals import NotAllowed, NotFound, NotPossible
from models.rows import add, find, get_row, kept
from models.school_record.events import SchoolRecordOpened
from models.schools.contacts import find_school
from models.schools.tables import School


@kept
def _of_school(reference: str) -> SelectOfScalar[Matter]:
    return select(Matter).where(col(Matter.reference) == reference)


def reference_of(urn: object) -> str:
    """The reference of a school's record."""
    return f"{OF_SCHOOL}{urn}"


def enter_record(acting: Acting, act: Act, urn: object) -> AtHand:
    """The record of a school, for an officer who is about to do something on it.

    It is opened where there is none; whoever opens it looks after it. Raises NotAllowed by the
    role or the phase of the school, NotFound, and NotPossible where it is not theirs to see.
    """
    school, there = look_up(acting.session, acting.officer, act, urn)
    return (
        AtHand(acting.session, acting.policy, there)
        if there
        else _open(acting, school, acting.officer)
    )


def look_up(
    session: Session, officer: Officer, act: Act, urn: object
) -> tuple[School, Matter | None]:
    """A school and its record, if it has one, as `enter_record` finds them; raises what it does."""
    require(officer, act)
    school = find_school(session, urn)
    there = find(session, _of_school(reference_of(school.urn)))
    if there and sees(session, officer, there[0].id, restricted=there[0].restricted):
        return school, there[0]
    if not is_theirs(officer, school):
        raise NotAllowed(f"{school.name} belongs to the Service Manager of the other phase.")
    if there:
        raise NotPossible(
            f"Nothing can be added to the record of {school.name} now. Ask the Director of "
            "Children’s Services."
        )
    return school, None


def record_of(
    acting: Acting, school: School, *, by_hand: bool = True, owner: Officer | None = None
) -> AtHand:
    """The record of a school, seen by the officer or not, for what follows on it from their act.

    Where there is none, whoever acts looks after it from now on; what no hand did, leaves it to its
    `owner`, if there is one.
    """
    there = find(acting.session, _of_school(reference_of(school.urn)))
    if there:
        return AtHand(acting.session, acting.policy, there[0])
    return _open(acting, school, acting.officer if by_hand else owner)


def _open(acting: Acting, school: School, officer: Officer | None) -> AtHand:
    session, reference = acting.session, reference_of(school.urn)
    matter_id = add(
        session,
        Matter,
        kind=MatterKind.SCHOOL,
        reference=reference,
        urn=school.urn,
        officer_id=officer.id if officer else None,
        opened_on=acting.today,
    )
    opened = SchoolRecordOpened(matter_id, reference=reference, urn=school.urn, school=school.name)
    append(session, acting.now, acting.officer.email, opened)
    return AtHand(session, acting.policy, get_row(session, Matter, matter_id))


def find_record(session: Session, reader: Reader, urn: object) -> Matter | None:
    """The record of a school, if there is one that this reader can see."""
    try:
        return find_matter(session, reader, reference_of(urn))
    except NotFound:
        return None
