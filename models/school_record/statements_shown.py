"""Written statements of action as doors show them."""

from datetime import date

from sqlmodel import Session, col, select

from models.letters.tables import Letter
from models.matters.tables import Deadline
from models.paging import Page
from models.people.access import Reader
from models.people.shown import officer_names
from models.rows import find_first, get_row
from models.school_record.opening import find_record
from models.school_record.statements import statements_of
from models.school_record.tables import StatementOfAction, StatementState
from models.schools.contacts import find_school
from models.schools.inspections import as_corrected, entered_of
from models.schools.tables import InspectionCategory
from models.shown import Shown


class Statement(Shown):
    """A written statement of action (Education Act 2005, section 15), due by `due_on`.

    Its texts are those of the newest draft, and `letter` is the number of its letter while it is
    proposed or made. `category` and `published_on` are of the report as it stands on record;
    `category` is null where there was no such report.
    """

    id: int
    state: StatementState
    inspection: int
    category: InspectionCategory | None
    published_on: date
    due_on: date
    action: str
    period: str
    no_action: str
    parents: str
    parents_person: str
    proposal: int | None
    letter: int | None
    prepared_by: str | None
    given_on: date | None
    released_by: str | None
    released_because: str


def statements(session: Session, reader: Reader, urn: object) -> Page[Statement]:
    """The statements of a school, the newest first; none where the reader sees no record of it.

    Raises NotFound.
    """
    school = find_school(session, urn)
    seen = find_record(session, reader, school.urn) is not None
    found = statements_of(session, school.urn)[::-1] if seen else []
    items = [_described(session, school.urn, each) for each in found]
    return Page(items=items, page=1, pages=1, total=len(items))


def _described(session: Session, urn: int, each: StatementOfAction) -> Statement:
    report = as_corrected(entered_of(session, urn), each.inspection_id)
    officers = (each.prepared_by_id, each.released_by_id)
    people = officer_names(session, (key for key in officers if key is not None))
    carries = select(Letter.id).where(col(Letter.proposal_id) == each.proposal_id)
    return Statement(
        id=each.id,
        state=each.state,
        inspection=report.id,
        category=report.category,
        published_on=report.published_on,
        due_on=get_row(session, Deadline, each.deadline_id).due_on,
        action=each.action,
        period=each.period,
        no_action=each.no_action,
        parents=each.parents,
        parents_person=each.parents_person,
        proposal=each.proposal_id,
        letter=find_first(session, carries) if each.proposal_id is not None else None,
        prepared_by=people[each.prepared_by_id][0] if each.prepared_by_id else None,
        given_on=each.given_on,
        released_by=people[each.released_by_id][0] if each.released_by_id else None,
        released_because=each.released_because,
    )
