"""Schools as doors show them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from models.access import Reader, visible_to
from models.commands.directory import find_school
from models.escalations import LIVE, Escalation
from models.reading.paging import PER_PAGE, Found, Page, chosen, paged, rows, words_found
from models.schools import (
    ACADEMY_TYPES,
    MAINTAINED_TYPES,
    Contact,
    ContactRole,
    RiskLevel,
    School,
    SchoolKind,
)


def schools(
    session: Session,
    reader: Reader,
    *,
    query: str = "",
    level: str | None = None,
    kind: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """Schools by name, found by words of name, town, postcode or trust, or by their URN.

    `level` is a risk level, `kind` a ladder or `other`. Raises InvalidInput. Four queries.
    """
    statement = select(School).order_by(col(School.name), col(School.urn))
    if query:
        statement = statement.where(_matches(query))
    if level is not None:
        statement = statement.where(School.risk_level == chosen("level", level, RiskLevel))
    if kind is not None:
        statement = statement.where(of_kind(chosen("kind", kind, SchoolKind)))
    return paged(
        session,
        statement,
        School.urn,
        lambda found: _describe(session, reader, found),
        page=page,
        per_page=per_page,
    )


def school(session: Session, reader: Reader, urn: object) -> Found:
    """One school with its contacts; raises NotFound. Three queries."""
    return _describe(session, reader, [find_school(session, urn)])[0]


def of_kind(kind: SchoolKind) -> ColumnElement[bool]:
    """The condition that a school stands on this ladder, or on none."""
    if kind is SchoolKind.MAINTAINED:
        return col(School.type_code).in_(MAINTAINED_TYPES)
    if kind is SchoolKind.ACADEMY:
        return col(School.type_code).in_(ACADEMY_TYPES)
    return col(School.type_code).not_in(MAINTAINED_TYPES | ACADEMY_TYPES)


def _matches(query: str) -> ColumnElement[bool]:
    found = words_found(query, School.name, School.town, School.postcode, School.trust)
    number = query.strip()
    if number.isascii() and number.isdigit() and len(number) == 6:
        return or_(col(School.urn) == int(number), found)
    return found


def _describe(session: Session, reader: Reader, found: Sequence[School]) -> list[Found]:
    urns = [school.urn for school in found]
    contacts: dict[int, list[Found]] = {urn: [] for urn in urns}
    for contact in rows(session, select(Contact).where(col(Contact.urn).in_(urns))):
        contacts[contact.urn].append(_contact(contact))
    order = [role.value for role in ContactRole]
    for people in contacts.values():
        people.sort(key=lambda person: order.index(person["role"]))
    live = select(Escalation.urn, Escalation.reference).where(
        col(Escalation.urn).in_(urns), col(Escalation.status).in_(LIVE), visible_to(reader)
    )
    references = dict(session.exec(live).all())
    return [
        {
            "urn": school.urn,
            "name": school.name,
            "kind": school.kind.value,
            "type": school.type_name,
            "type_code": school.type_code,
            "phase": school.phase,
            "trust": school.trust,
            "religious_character": school.religious_character,
            "diocese": school.diocese,
            "town": school.town,
            "postcode": school.postcode,
            "risk_level": school.risk_level.value if school.risk_level else None,
            "closed_on": school.closed_on,
            "contacts": contacts[school.urn],
            "escalation": references.get(school.urn),
        }
        for school in found
    ]


def _contact(contact: Contact) -> Found:
    return {
        "role": contact.role.value,
        "name": contact.name,
        "email": contact.email,
        "address": list(contact.address),
        "source": contact.source,
        "changed_at": contact.changed_at,
    }
