"""Schools as doors show them."""

from collections.abc import Sequence
from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from models.escalations.tables import LIVE, Escalation
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.people.access import Reader
from models.rows import find, select_columns
from models.schools import tables
from models.schools.sight import see_school, seen_by
from models.schools.tables import (
    ACADEMY_TYPES,
    MAINTAINED_TYPES,
    NATIONAL_REGISTER,
    STATE_FUNDED_TYPES,
    ContactRole,
    RiskLevel,
    SchoolKind,
    is_open,
)
from models.shown import Shown
from models.text import check_line

WATCHED = "state_funded"  # in place of a kind: maintained schools and academies
NOT_ASSESSED = "not_assessed"  # in place of a level: schools that have none
MOST_SUGGESTED = 10


class Contact(Shown):
    """Somebody at a school."""

    role: ContactRole
    name: str
    email: str | None
    address: list[str]
    source: str
    changed_at: AwareDatetime


class School(Shown):
    """A school; `escalation` is the one that is not closed, if there is one."""

    urn: int
    name: str
    kind: SchoolKind
    type: str
    type_code: int
    phase: str
    trust: str | None
    sponsor: str | None
    religious_character: str | None
    diocese: str | None
    address: list[str]
    town: str
    postcode: str
    la_code: int | None
    la_name: str | None
    opened_on: date | None
    risk_level: RiskLevel | None
    closed_on: date | None
    part_4_note: str | None
    no_foundation: bool
    contacts: list[Contact]
    escalation: str | None


class Suggestion(Shown):
    """A school for whoever has begun to type its name."""

    urn: int
    name: str
    town: str


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
) -> Page[School]:
    """The schools that this reader sees, by name.

    `query` finds words of name, town, postcode or trust, or their URN.

    `level` is a risk level or `NOT_ASSESSED`, `kind` a ladder, `other` or `WATCHED`; phase and
    trust are as the national register writes them, and `closed` is as of `today`. Raises
    InvalidInput. Four queries.
    """
    statement = (
        select(tables.School)
        .where(seen_by(reader, tables.School.urn))
        .order_by(col(tables.School.name), col(tables.School.urn))
    )
    if query:
        statement = statement.where(matches(query))
    if level is not None:
        statement = statement.where(_at(level))
    if kind is not None:
        statement = statement.where(_of_kind(kind))
    if phase is not None:
        statement = statement.where(tables.School.phase == check_line("phase", phase))
    if trust is not None:
        statement = statement.where(tables.School.trust == check_line("trust", trust))
    if closed is not None:
        statement = statement.where(~is_open(today) if closed else is_open(today))
    return paged(
        session,
        statement,
        tables.School.urn,
        lambda found: _describe(session, reader, found),
        page=page,
        per_page=per_page,
    )


def school(session: Session, reader: Reader, urn: object) -> School:
    """One school that this reader sees, with its contacts; raises NotFound. Three queries."""
    return _describe(session, reader, [see_school(session, reader, urn)])[0]


def phases(session: Session, reader: Reader) -> list[str]:
    """The phases of the schools that this reader sees, by name."""
    theirs = select(tables.School.phase).where(seen_by(reader, tables.School.urn))
    return sorted(find(session, theirs.distinct()))


def suggested(session: Session, reader: Reader, query: str, *, today: date) -> list[Suggestion]:
    """The first open schools that match what somebody has begun to type; raises InvalidInput.

    Of those that this reader sees.
    """
    if len(query.strip()) < 2:
        return []
    statement = (
        select(tables.School.urn, tables.School.name, tables.School.town)
        .where(matches(query), is_open(today), seen_by(reader, tables.School.urn))
        .order_by(col(tables.School.name), col(tables.School.urn))
        .limit(MOST_SUGGESTED)
    )
    return [
        Suggestion(urn=urn, name=name, town=town) for urn, name, town in find(session, statement)
    ]


def _at(level: str) -> ColumnElement[bool]:
    """The condition that a school stands at this level, or at none yet."""
    if level == NOT_ASSESSED:
        return col(tables.School.risk_level).is_(None)
    return col(tables.School.risk_level) == chosen("level", level, RiskLevel)


def _of_kind(kind: str) -> ColumnElement[bool]:
    """The condition that a school stands on this ladder, or on none."""
    code = col(tables.School.type_code)
    if kind == WATCHED:
        return code.in_(STATE_FUNDED_TYPES)
    chosen_kind = chosen("kind", kind, SchoolKind)
    if chosen_kind is SchoolKind.OTHER:
        return code.not_in(STATE_FUNDED_TYPES)
    return code.in_(MAINTAINED_TYPES if chosen_kind is SchoolKind.MAINTAINED else ACADEMY_TYPES)


def matches(query: str) -> ColumnElement[bool]:
    """The condition that a school is one that somebody looks for; raises InvalidInput."""
    found = words_found(
        query, tables.School.name, tables.School.town, tables.School.postcode, tables.School.trust
    )
    number = query.strip()
    if number.isascii() and number.isdigit() and len(number) == 6:
        return or_(col(tables.School.urn) == int(number), found)
    return found


_OF_CONTACTS = (
    tables.Contact.urn,
    tables.Contact.role,
    tables.Contact.name,
    tables.Contact.email,
    tables.Contact.address,
    tables.Contact.source,
    tables.Contact.changed_at,
)


def _describe(session: Session, reader: Reader, found: Sequence[tables.School]) -> list[School]:
    urns = [school.urn for school in found]
    contacts: dict[int, list[Contact]] = {urn: [] for urn in urns}
    theirs = select_columns(*_OF_CONTACTS).where(col(tables.Contact.urn).in_(urns))
    for contact in find(session, theirs):
        contacts[contact.urn].append(_contact(contact, reader))
    order = list(ContactRole)
    for people in contacts.values():
        people.sort(key=lambda person: order.index(person.role))
    live = (
        select(Matter.urn, Matter.reference)
        .join(Escalation, col(Escalation.id) == col(Matter.id))
        .where(col(Matter.urn).in_(urns), col(Escalation.status).in_(LIVE), visible_to(reader))
    )
    references = dict(find(session, live))
    return [
        School(
            urn=school.urn,
            name=school.name,
            kind=school.kind,
            type=school.type_name,
            type_code=school.type_code,
            phase=school.phase,
            trust=school.trust,
            sponsor=school.sponsor,
            religious_character=school.religious_character,
            diocese=school.diocese,
            address=list(school.address),
            town=school.town,
            postcode=school.postcode,
            la_code=school.la_code,
            la_name=school.la_name,
            opened_on=school.opened_on,
            risk_level=school.risk_level,
            closed_on=school.closed_on,
            part_4_note=school.part_4_note if reader.of_the_council else None,
            no_foundation=school.no_foundation,
            contacts=contacts[school.urn],
            escalation=references.get(school.urn),
        )
        for school in found
    ]


def _contact(contact: tables.Contact, reader: Reader) -> Contact:
    by_officer = contact.source != NATIONAL_REGISTER and not reader.of_the_council
    return Contact(
        role=contact.role,
        name=contact.name,
        email=contact.email,
        address=list(contact.address),
        source="the council" if by_officer else contact.source,
        changed_at=contact.changed_at,
    )
