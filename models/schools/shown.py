"""Schools as doors show them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from models.escalations.tables import LIVE, Escalation
from models.matters.sight import visible_to
from models.paging import PER_PAGE, Found, Page, chosen, paged, rows, words_found
from models.people.access import Reader
from models.schools.contacts import find_school
from models.schools.tables import (
    ACADEMY_TYPES,
    MAINTAINED_TYPES,
    STATE_FUNDED_TYPES,
    Contact,
    ContactRole,
    RiskLevel,
    School,
    SchoolKind,
    is_open,
)
from models.text import check_line

WATCHED = "state_funded"  # in place of a kind: maintained schools and academies
NOT_ASSESSED = "not_assessed"  # in place of a level: schools that have none
MOST_SUGGESTED = 10


def schools(
    session: Session,
    reader: Reader,
    *,
    today: date,
    query: str = "",
    level: str | None = None,
    kind: str | None = None,
    phase: str | None = None,
    trust: str | None = None,
    closed: bool | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """Schools by name, found by words of name, town, postcode or trust, or by their URN.

    `level` is a risk level or `NOT_ASSESSED`, `kind` a ladder, `other` or `WATCHED`; phase and
    trust are as the national register writes them, and `closed` is as of `today`. Raises
    InvalidInput. Four queries.
    """
    statement = select(School).order_by(col(School.name), col(School.urn))
    if query:
        statement = statement.where(_matches(query))
    if level is not None:
        statement = statement.where(_at(level))
    if kind is not None:
        statement = statement.where(_of_kind(kind))
    if phase is not None:
        statement = statement.where(School.phase == check_line("phase", phase))
    if trust is not None:
        statement = statement.where(School.trust == check_line("trust", trust))
    if closed is not None:
        statement = statement.where(~is_open(today) if closed else is_open(today))
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


def phases(session: Session) -> list[str]:
    """The phases of the schools that are known, by name."""
    return sorted(session.exec(select(School.phase).distinct()))


def suggested(session: Session, query: str, *, today: date) -> list[Found]:
    """The first open schools that match what somebody has begun to type; raises InvalidInput."""
    if len(query.strip()) < 2:
        return []
    statement = (
        select(School.urn, School.name, School.town)
        .where(_matches(query), is_open(today))
        .order_by(col(School.name), col(School.urn))
        .limit(MOST_SUGGESTED)
    )
    return [{"urn": urn, "name": name, "town": town} for urn, name, town in session.exec(statement)]


def _at(level: str) -> ColumnElement[bool]:
    """The condition that a school stands at this level, or at none yet."""
    if level == NOT_ASSESSED:
        return col(School.risk_level).is_(None)
    return col(School.risk_level) == chosen("level", level, RiskLevel)


def _of_kind(kind: str) -> ColumnElement[bool]:
    """The condition that a school stands on this ladder, or on none."""
    code = col(School.type_code)
    if kind == WATCHED:
        return code.in_(STATE_FUNDED_TYPES)
    chosen_kind = chosen("kind", kind, SchoolKind)
    if chosen_kind is SchoolKind.OTHER:
        return code.not_in(STATE_FUNDED_TYPES)
    return code.in_(MAINTAINED_TYPES if chosen_kind is SchoolKind.MAINTAINED else ACADEMY_TYPES)


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
            "sponsor": school.sponsor,
            "religious_character": school.religious_character,
            "diocese": school.diocese,
            "address": list(school.address),
            "town": school.town,
            "postcode": school.postcode,
            "la_code": school.la_code,
            "la_name": school.la_name,
            "opened_on": school.opened_on,
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
