"""Who at a school agrees to be served by e-mail: since when, at which address, on what evidence.

A notice may be served by e-mail on whoever agreed to that (section 572 of the Education Act 1996,
as legal services should confirm); without, it goes by post or by hand.
"""

from datetime import date

from sqlmodel import Session, col, select

from models.clocks import past_day
from models.events import append
from models.inputs import Day, Email, Input, Text, Word
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add, find, get_row
from models.schools.contacts import find_school, live_case
from models.schools.events import EmailServiceAgreed, EmailServiceWithdrawn
from models.schools.tables import ContactRole, EmailAgreement
from models.text import check_email, check_prose


class EmailServiceSaid(Input):
    """Whether whoever has a role at the school agrees to be served by e-mail at an address.

    `agrees` is false for an agreement that is withdrawn. `said_on` is the day on which they said
    so, and `evidence` how that is known: their letter, its date, where it is kept.
    """

    role: Word
    email: Email
    agrees: bool
    said_on: Day
    evidence: Text


def say_email_service(acting: Acting, urn: object, given: EmailServiceSaid) -> EmailAgreement:
    """Put on record that somebody agrees to be served by e-mail, or does so no more.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where there is no agreement to
    withdraw.
    """
    acting.require(Act.CHANGE_CONTACTS)
    session, officer = acting.session, acting.officer
    school = find_school(session, urn)
    if given.role not in list(ContactRole):
        raise InvalidInput("role", f"Choose from: {', '.join(ContactRole)}.")
    role = ContactRole(given.role)
    email = check_email("email", given.email)
    past_day("said_on", given.said_on, acting.now)
    check_prose("evidence", given.evidence)
    if not given.agrees and agreed_since(session, school.urn, role, email, given.said_on) is None:
        raise NotPossible(f"On that day the {role.label} had not agreed to e-mail at {email}.")
    key = add(
        session,
        EmailAgreement,
        urn=school.urn,
        role=role,
        email=email,
        agrees=given.agrees,
        said_on=given.said_on,
        evidence=given.evidence,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    what = EmailServiceAgreed if given.agrees else EmailServiceWithdrawn
    said = what(
        live_case(session, school),
        agreement=key,
        urn=school.urn,
        role=role.value,
        said_on=given.said_on,
    )
    append(session, acting.now, officer.email, said)
    return get_row(session, EmailAgreement, key)


def agreements(session: Session, urn: int) -> list[EmailAgreement]:
    """All that was said at a school of service by e-mail, the latest day first."""
    mine = select(EmailAgreement).where(EmailAgreement.urn == urn)
    latest = mine.order_by(col(EmailAgreement.said_on).desc(), col(EmailAgreement.id).desc())
    return list(find(session, latest))


def agreed_since(session: Session, urn: int, role: str, email: str, day: date) -> date | None:
    """Since when service by e-mail is agreed at this address, as it stands on a day; None if not.

    An agreement is that of whoever has the address: another contact has to agree anew.
    """
    return agreed_in(agreements(session, urn), role, email, day)


def agreed_in(said: list[EmailAgreement], role: str, email: str, day: date) -> date | None:
    """The same, of what was said at a school, the latest day first."""
    latest = next(
        (
            each
            for each in said
            if each.role == role and _same(each.email, email) and each.said_on <= day
        ),
        None,
    )
    return latest.said_on if latest is not None and latest.agrees else None


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
