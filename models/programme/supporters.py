"""Who supports a school: its School Evaluation Officer, leaders from elsewhere, a strategy group.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 4 (Table 1).
"""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import EARLIEST_YEAR, LATEST_YEAR, long_date
from models.consultants.donor_schools import check_donor_school
from models.consultants.keeping import check_no_consultant, find_at_work
from models.events import append
from models.inputs import Day, Email, Input, RowKey, Text, Word
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.officers import find_officer, officers_in
from models.people.tables import Officer, Role
from models.programme.events import SupportAssigned, SupportEnded
from models.programme.tables import Supporter, SupportRole, is_evaluating
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, by_key, change, find_first, get_row, kept
from models.schools.contacts import find_school
from models.schools.tables import School
from models.text import check_line


@kept
def _evaluation_officers(urn: int, day: date) -> SelectOfScalar[Officer]:
    return (
        select(Officer)
        .join(Supporter, col(Supporter.officer_id) == col(Officer.id))
        .where(
            col(Supporter.urn) == urn,
            is_evaluating(day),
            col(Officer.active),
        )
    )


def evaluation_officer(session: Session, urn: int, day: date) -> Officer | None:
    """The School Evaluation Officer of a school on a day; None where it has none who is active."""
    return find_first(session, _evaluation_officers(urn, day))


def looking_after(session: Session, urn: int, day: date) -> list[Officer]:
    """Who is told about a school: its School Evaluation Officer, else the Heads of Service."""
    officer = evaluation_officer(session, urn, day)
    return [officer] if officer else officers_in(session, Role.HEAD_OF_SERVICE)


class NewSupporter(Input):
    """Somebody who is to support a school: an officer by e-mail address, a consultant, or a name.

    `reason` is why a consultant whose own school causes concern can be spared.
    """

    role: Word
    officer: Email | None = None
    consultant: RowKey | None = None
    name: Text = ""
    organisation: Text = ""
    first_day: Day
    last_day: Day | None = None
    reason: Text = ""


@dataclass(frozen=True)
class _Whom:
    """Who is to support the school, as the row has them."""

    name: str
    organisation: str
    officer_id: int | None = None
    consultant_id: int | None = None
    reason: str = ""


def assign_supporter(acting: Acting, urn: object, given: NewSupporter) -> Supporter:
    """Somebody supports a school from a day on: an officer, a consultant, or a name.

    The School Evaluation Officer is an officer, and there is one at a time. Raises NotAllowed,
    NotFound, InvalidInput (of the officer the field is `email`); NotPossible on days on which the
    school has a School Evaluation Officer already, and by the donor-school rule.
    """
    acting.require(Act.ASSIGN_SUPPORT)
    session = acting.session
    school = find_school(session, urn)
    if given.role not in list(SupportRole):
        raise InvalidInput("role", f"Choose from: {', '.join(SupportRole)}.")
    capacity = SupportRole(given.role)
    whom = _assigned(acting, school, capacity, given)
    _check_day("first_day", given.first_day)
    if given.last_day is not None:
        _check_day("last_day", given.last_day)
        if given.last_day < given.first_day:
            raise InvalidInput("last_day", "The last day cannot be before the first.")
    if capacity is SupportRole.SCHOOL_EVALUATION_OFFICER:
        _check_one_at_a_time(session, school, given)
    number = add(
        session,
        Supporter,
        urn=school.urn,
        role=capacity,
        **asdict(whom),
        first_day=given.first_day,
        last_day=given.last_day,
        assigned_by=acting.officer.email,
        assigned_at=acting.now,
    )
    supporter = get_row(session, Supporter, number)
    happened = SupportAssigned(
        None,
        supporter=supporter.id,
        role=supporter.role,
        name=supporter.name,
        on=given.first_day,
        urn=school.urn,
        school=school.name,
        consultant=supporter.consultant_id,
        reason=supporter.reason or None,
    )
    append(session, acting.now, acting.officer.email, happened)
    return supporter


def _assigned(acting: Acting, school: School, capacity: SupportRole, given: NewSupporter) -> _Whom:
    session = acting.session
    check_line("organisation", given.organisation, required=False)
    if capacity is SupportRole.SCHOOL_EVALUATION_OFFICER and not given.officer:
        raise InvalidInput("email", "Choose the officer who is to evaluate the school.")
    if given.officer and given.consultant:
        raise InvalidInput("consultant", "Choose an officer or a consultant, not both.")
    if given.officer:
        officer = _assigned_officer(session, capacity, given.officer)
        return _Whom(officer.name, given.organisation, officer_id=officer.id)
    if given.consultant is None:
        check_line("name", given.name)
        check_no_consultant(session, given.name)
        return _Whom(given.name, given.organisation)
    consultant = find_at_work(session, given.consultant)
    if consultant.own_urn == school.urn:
        raise InvalidInput("consultant", f"{school.name} is their own school.")
    reason = check_donor_school(session, acting.policy, acting.reader, consultant, given.reason)
    organisation = given.organisation or consultant.organisation
    return _Whom(consultant.name, organisation, consultant_id=consultant.id, reason=reason)


def _assigned_officer(session: Session, capacity: SupportRole, email: str) -> Officer:
    try:
        found = find_officer(session, email)
    except NotFound as unknown:
        raise InvalidInput("email", unknown.message) from None
    if found.role is Role.CONSULTANT:
        raise InvalidInput("email", f"{found.name} is a consultant. Choose them as one.")
    evaluates = capacity is SupportRole.SCHOOL_EVALUATION_OFFICER
    if not (may(found, Act.RECORD_SUPPORT_WORK) if evaluates else found.active):
        raise InvalidInput("email", f"{found.name} cannot do this: they have a different role.")
    return found


def _check_day(field: str, day: date) -> None:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise InvalidInput(field, "Enter the year with four digits, such as 2026.")


def _check_one_at_a_time(session: Session, school: School, given: NewSupporter) -> None:
    same_days = [
        col(Supporter.urn) == school.urn,
        col(Supporter.role) == SupportRole.SCHOOL_EVALUATION_OFFICER,
        or_(col(Supporter.last_day).is_(None), col(Supporter.last_day) >= given.first_day),
    ]
    if given.last_day is not None:
        same_days.append(col(Supporter.first_day) <= given.last_day)
    there = find_first(session, select(Supporter).where(*same_days))
    if there is not None:
        raise NotPossible(
            f"{there.name} is the School Evaluation Officer from {long_date(there.first_day)}. "
            "End that first: a school has one at a time."
        )


class LastDay(Input):
    """The last day of somebody's support."""

    last_day: Day


def end_support(acting: Acting, supporter_id: int, given: LastDay) -> Supporter:
    """Somebody supports a school no longer than to this day, which may lie ahead.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when it ends earlier already.
    """
    acting.require(Act.ASSIGN_SUPPORT)
    session, last_day = acting.session, given.last_day
    supporter = find_supporter(session, supporter_id)
    _check_day("last_day", last_day)
    if last_day < supporter.first_day:
        raise InvalidInput("last_day", "The last day cannot be before the first.")
    if supporter.last_day is not None and supporter.last_day <= last_day:
        raise NotPossible(f"This already ends on {long_date(supporter.last_day)}.")
    if supporter.last_day is not None and supporter.last_day < acting.today:
        raise NotPossible(f"This ended on {long_date(supporter.last_day)}.")
    as_it_was = {"id": supporter.id}
    change(session, Supporter, as_it_was, last_day=last_day)
    school = get_row(session, School, supporter.urn)
    happened = SupportEnded(
        None,
        supporter=supporter.id,
        role=supporter.role,
        name=supporter.name,
        on=last_day,
        urn=school.urn,
        school=school.name,
    )
    append(session, acting.now, acting.officer.email, happened)
    return find_supporter(session, supporter_id)


def find_supporter(session: Session, supporter_id: int) -> Supporter:
    """The supporter with this key as they are now; raises NotFound."""
    supporter = by_key(session, Supporter, supporter_id)
    if supporter is None:
        raise NotFound(f"There is no supporter {supporter_id}.")
    return supporter
