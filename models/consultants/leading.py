"""Who led a visit or wrote a report: an officer, or a consultant without a sign-in as well."""

from dataclasses import dataclass

from sqlmodel import Session

from models.consultants.keeping import consultant_of, find_at_work
from models.inputs import Email, Input, RowKey
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.officers import find_officer
from models.people.tables import Officer, Role
from models.refusals import InvalidInput, NotFound, NotPossible


class Person(Input):
    """An officer by e-mail address, or a consultant by key: one of them."""

    officer: Email | None = None
    consultant: RowKey | None = None


@dataclass(frozen=True)
class Named:
    """Who it was; both keys are None where it was whoever recorded it."""

    officer_id: int | None = None
    consultant_id: int | None = None
    name: str | None = None


def who_did(acting: Acting, field: str, given: Person | None) -> Named:
    """Who led a visit or wrote a report, as a field names them.

    A consultant who signs in records their own work: it is theirs. Raises InvalidInput, and
    NotPossible for an account that belongs to no consultant.
    """
    session = acting.session
    if acting.officer.role is Role.CONSULTANT:
        return _themselves(acting, field, given)
    if given is None or (given.officer is None and given.consultant is None):
        return Named()
    if given.officer is not None and given.consultant is not None:
        raise InvalidInput(field, "Name an officer or a consultant, not both.")
    if given.officer is not None:
        officer = _officer(session, field, given.officer)
        return Named() if officer.id == acting.officer.id else Named(officer.id, None, officer.name)
    return _consultant(session, field, given.consultant or 0)


def _themselves(acting: Acting, field: str, given: Person | None) -> Named:
    me = consultant_of(acting.session, acting.officer.id)
    if me is None:
        raise NotPossible("Your account belongs to no consultant. Ask the council to link it.")
    if given is not None and (given.officer or given.consultant not in (None, me.id)):
        raise InvalidInput(field, "You can record your own work alone.")
    return Named(None, me.id, me.name)


def _officer(session: Session, field: str, email: str) -> Officer:
    try:
        officer = find_officer(session, email)
    except NotFound as unknown:
        raise InvalidInput(field, unknown.message) from None
    if not may(officer, Act.RECORD_SUPPORT_WORK):
        raise InvalidInput(field, f"{officer.name} cannot do this: they have a different role.")
    return officer


def _consultant(session: Session, field: str, key: int) -> Named:
    try:
        consultant = find_at_work(session, key)
    except InvalidInput as invalid:
        raise InvalidInput(field, invalid.message) from None
    return Named(None, consultant.id, consultant.name)
