"""The list of consultants: added, changed, left, back again; as what they are accredited."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.clocks import EARLIEST_YEAR, LATEST_YEAR, past_day
from models.consultants.events import (
    AccreditationEnded,
    AccreditationRecorded,
    ConsultantAdded,
    ConsultantChanged,
    ConsultantLeft,
    ConsultantReturned,
)
from models.consultants.tables import Accreditation, AccreditationKind, Consultant
from models.events import append
from models.happened import listed
from models.inputs import Day, Days, Email, Input, Text, Urn, Word
from models.people.access import Act
from models.people.acting import Acting
from models.people.officers import find_officer
from models.people.tables import Phase, Role
from models.programme.tables import Supporter
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, by_key, change, find, find_first, get_row
from models.schools.contacts import find_school
from models.schools.tables import School
from models.text import check_email, check_line, check_prose

MOST_DAYS = 366.0  # of a school year


class ConsultantDetails(Input):
    """Who somebody is, and what they have to give.

    `own_school` is the URN of the school that they lead or work at, `phase` empty for both,
    `sign_in` the e-mail address of their account here (role `consultant`), for those who have one.
    """

    name: Text
    organisation: Text = ""
    email: Email | None = None
    own_school: Urn | None = None
    phase: Word | None = None
    days_a_year: Days | None = None
    interests: Text = ""
    sign_in: Email | None = None


class AccreditationGiven(Input):
    """As what somebody is accredited, from which day, and to which where an end is set."""

    kind: Word
    since: Day
    until: Day | None = None


class Leaving(Input):
    """The day on which a consultant left, and why."""

    on: Day
    reason: Text


class AccreditationOver(Input):
    """The last day of an accreditation, and why it ends."""

    until: Day
    reason: Text


def add_consultant(acting: Acting, given: ConsultantDetails) -> Consultant:
    """Somebody outside the council may support schools. Raises NotAllowed, InvalidInput."""
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    columns = _checked(session, given, None)
    key = add(session, Consultant, **columns, added_at=acting.now)
    added = ConsultantAdded(None, consultant=key, name=given.name)
    append(session, acting.now, acting.officer.email, added)
    return get_row(session, Consultant, key)


def change_consultant(acting: Acting, consultant_id: int, given: ConsultantDetails) -> Consultant:
    """Say anew who they are and what they have to give.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible where nothing would be another.
    """
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    consultant = find_consultant(session, consultant_id)
    columns = _checked(session, given, consultant.id)
    changed = tuple(name for name, value in columns.items() if getattr(consultant, name) != value)
    if not changed:
        raise NotPossible("Nothing has been changed.")
    change(session, Consultant, {"id": consultant.id}, **columns)
    happened = ConsultantChanged(
        None, consultant=consultant.id, name=given.name, changed=tuple(map(_said, changed))
    )
    append(session, acting.now, acting.officer.email, happened)
    return get_row(session, Consultant, consultant.id)


def leave(acting: Acting, consultant_id: int, given: Leaving) -> Consultant:
    """A consultant supports schools no more; what they did stays on record in their name.

    Who still is to support a school ends there first. Raises NotAllowed, NotFound, InvalidInput,
    NotPossible.
    """
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    consultant = find_consultant(session, consultant_id)
    if not consultant.active:
        raise NotPossible(f"{consultant.name} has left already.")
    _check_released(session, consultant, acting.today)
    past_day("on", given.on, acting.now)
    check_prose("reason", given.reason, most=2000)
    change(session, Consultant, {"id": consultant.id}, active=False, left_on=given.on)
    left = ConsultantLeft(
        None,
        consultant=consultant.id,
        name=consultant.name,
        on=given.on,
        reason=given.reason,
    )
    append(session, acting.now, acting.officer.email, left)
    return get_row(session, Consultant, consultant.id)


def come_back(acting: Acting, consultant_id: int) -> Consultant:
    """A consultant who had left is back. Raises NotAllowed, NotFound, NotPossible."""
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    consultant = find_consultant(session, consultant_id)
    if consultant.active:
        raise NotPossible(f"{consultant.name} has not left.")
    change(session, Consultant, {"id": consultant.id}, active=True, left_on=None)
    back = ConsultantReturned(None, consultant=consultant.id, name=consultant.name)
    append(session, acting.now, acting.officer.email, back)
    return get_row(session, Consultant, consultant.id)


def accredit(acting: Acting, consultant_id: int, given: AccreditationGiven) -> Accreditation:
    """A consultant is accredited from a day on.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible where they are on these days already.
    """
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    consultant = find_consultant(session, consultant_id)
    if given.kind not in list(AccreditationKind):
        raise InvalidInput("kind", f"Choose from: {', '.join(AccreditationKind)}.")
    kind = AccreditationKind(given.kind)
    past_day("since", given.since, acting.now)
    _check_until(given.since, given.until)
    for each in accreditations_of(session, consultant.id):
        later = each.until is not None and each.until < given.since
        earlier = given.until is not None and given.until < each.since
        if each.kind is kind and not later and not earlier:
            raise NotPossible(f"{consultant.name} is accredited as that on these days already.")
    key = add(
        session,
        Accreditation,
        consultant_id=consultant.id,
        kind=kind,
        since=given.since,
        until=given.until,
    )
    recorded = AccreditationRecorded(
        None,
        accreditation=key,
        consultant=consultant.id,
        name=consultant.name,
        as_=kind,
        since=given.since,
        until=given.until,
    )
    append(session, acting.now, acting.officer.email, recorded)
    return get_row(session, Accreditation, key)


def end_accreditation(
    acting: Acting, consultant_id: int, accreditation_id: int, given: AccreditationOver
) -> Accreditation:
    """An accreditation goes no further than to this day, and why.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible where it ends earlier already.
    """
    acting.require(Act.KEEP_CONSULTANTS)
    session = acting.session
    consultant = find_consultant(session, consultant_id)
    its = by_key(session, Accreditation, accreditation_id)
    if its is None or its.consultant_id != consultant.id:
        raise NotFound(f"{consultant.name} has no accreditation {accreditation_id}.")
    _check_until(its.since, given.until)
    check_prose("reason", given.reason, most=2000)
    if its.until is not None and its.until <= given.until:
        raise NotPossible("It ends on that day or before already.")
    change(session, Accreditation, {"id": its.id}, until=given.until)
    ended = AccreditationEnded(
        None,
        accreditation=its.id,
        consultant=consultant.id,
        name=consultant.name,
        as_=its.kind,
        until=given.until,
        reason=given.reason,
    )
    append(session, acting.now, acting.officer.email, ended)
    return get_row(session, Accreditation, its.id)


def find_consultant(session: Session, consultant_id: int) -> Consultant:
    """The consultant with this key; raises NotFound."""
    found = by_key(session, Consultant, consultant_id)
    if found is None:
        raise NotFound(Consultant.missing.format(consultant_id))
    return found


def find_at_work(session: Session, consultant_id: int) -> Consultant:
    """A consultant who has not left, as a field names them; raises InvalidInput."""
    found = by_key(session, Consultant, consultant_id)
    if found is None:
        raise InvalidInput("consultant", Consultant.missing.format(consultant_id))
    if not found.active:
        raise InvalidInput("consultant", f"{found.name} has left. Choose somebody else.")
    return found


def consultant_of(session: Session, officer_id: int) -> Consultant | None:
    """The consultant whose sign-in this is, if they have not left."""
    theirs = select(Consultant).where(
        col(Consultant.officer_id) == officer_id, col(Consultant.active)
    )
    return find_first(session, theirs)


def check_no_consultant(session: Session, name: str) -> None:
    """Refuse a name that was typed where it is a consultant's; raises InvalidInput."""
    at_work = select(Consultant.name).where(col(Consultant.active))
    typed = " ".join(name.split()).casefold()
    if any(" ".join(each.split()).casefold() == typed for each in find(session, at_work)):
        raise InvalidInput("name", f"{name} is among the consultants. Choose them there.")


def accreditations_of(session: Session, consultant_id: int) -> list[Accreditation]:
    """As what a consultant is and was accredited, the first first."""
    return find(
        session,
        select(Accreditation)
        .where(col(Accreditation.consultant_id) == consultant_id)
        .order_by(col(Accreditation.since), col(Accreditation.id)),
    )


def _checked(session: Session, given: ConsultantDetails, me: int | None) -> Mapping[str, Any]:
    errors: list[tuple[str, str]] = []

    def kept(check: Any, *asked: Any, **how: Any) -> None:
        try:
            check(*asked, **how)
        except InvalidInput as invalid:
            errors.extend(invalid.errors)

    kept(check_line, "name", given.name, most=100)
    kept(check_line, "organisation", given.organisation, required=False)
    if given.email is not None:
        kept(check_email, "email", given.email)
    kept(check_prose, "interests", given.interests, most=4000, required=False)
    if given.phase is not None and given.phase not in list(Phase):
        errors.append(("phase", "Choose “primary” or “secondary”, or leave it out for both."))
    if given.days_a_year is not None and given.days_a_year > MOST_DAYS:
        errors.append(("days_a_year", "Must be no more than a year has."))
    own_urn = None
    if given.own_school is not None:
        try:
            own_urn = find_school(session, given.own_school).urn
        except NotFound as unknown:
            errors.append(("own_school", unknown.message))
    if errors:
        raise InvalidInput.many(errors)
    return {
        "name": given.name,
        "organisation": given.organisation,
        "email": given.email,
        "own_urn": own_urn,
        "phase": Phase(given.phase) if given.phase else None,
        "days_a_year": given.days_a_year,
        "interests": given.interests,
        "officer_id": _account(session, given.sign_in, me),
    }


def _account(session: Session, email: str | None, me: int | None) -> int | None:
    """The key of a consultant's account here; raises InvalidInput."""
    if email is None:
        return None
    try:
        account = find_officer(session, email)
    except NotFound as unknown:
        raise InvalidInput("sign_in", unknown.message) from None
    if account.role is not Role.CONSULTANT:
        raise InvalidInput("sign_in", f"{account.name} has a different role: {account.role.label}.")
    its = select(Consultant).where(col(Consultant.officer_id) == account.id)
    whose = find_first(session, its)
    if whose is not None and whose.id != me:
        raise InvalidInput("sign_in", f"This is the account of {whose.name} already.")
    return account.id


def _check_released(session: Session, consultant: Consultant, today: date) -> None:
    """Raises NotPossible while they are to support a school."""
    still = (
        select(School.name)
        .join(Supporter, col(Supporter.urn) == col(School.urn))
        .where(
            col(Supporter.consultant_id) == consultant.id,
            or_(col(Supporter.last_day).is_(None), col(Supporter.last_day) >= today),
        )
        .order_by(col(School.name))
    )
    names = list(dict.fromkeys(find(session, still)))
    if names:
        raise NotPossible(
            f"{consultant.name} still supports {listed(names)}. Say first when that ends: the last "
            "day must have gone by."
        )


def _said(column: str) -> str:
    return {"own_urn": "own_school", "officer_id": "sign_in"}.get(column, column)


def _check_until(since: date, until: date | None) -> None:
    if until is None:
        return
    if not EARLIEST_YEAR <= until.year <= LATEST_YEAR:
        raise InvalidInput("until", "Enter the year with four digits, such as 2026.")
    if until < since:
        raise InvalidInput("until", "The last day cannot be before the first.")
