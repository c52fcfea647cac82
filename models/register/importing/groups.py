"""The register's files of groups compared with our schools: trusts, sponsors, trusts' addresses."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col

from models.register.gias import GroupLink, Record, RowRejected, Trust
from models.register.importing.outcomes import ContactSaid, Finding, Outcome, Standing, rejected
from models.register.tables import FindingKind
from models.rows import find, select_columns
from models.schools.tables import (
    NATIONAL_REGISTER,
    Contact,
    ContactRole,
    School,
    SchoolKind,
    kind_of_type,
)

_SCHOOLS = select_columns(
    col(School.urn),
    col(School.name),
    col(School.type_code),
    col(School.trust),
    col(School.sponsor),
    col(School.la_code),
).order_by(col(School.urn))
_TRUST_CONTACTS = select_columns(
    col(Contact.urn), col(Contact.name), col(Contact.address), col(Contact.source)
).where(col(Contact.role) == ContactRole.TRUST.value)


@dataclass(slots=True)
class _Best:
    """The link that holds for a school's trust, or for its sponsor, and its row."""

    link: GroupLink
    row: int


def link_outcomes(session: Session, records: Iterable[Record], la: int | None) -> Iterator[Outcome]:
    """What each row of a file of group links comes to."""
    schools = {school.urn: school for school in find(session, _SCHOOLS) if _in(school, la)}
    best: dict[tuple[int, bool], _Best] = {}
    seen: dict[tuple[int, str], int] = {}
    for record in records:
        try:
            link = _taken(GroupLink, record)
            if link is None or link.urn not in schools:
                yield Outcome(Standing.SKIPPED)
                continue
            first = seen.setdefault((link.urn, link.group), record.row)
            if first != record.row:
                raise RowRejected(f"The same school and group are already in row {first}.")
        except RowRejected as reason:
            yield rejected(record.row, record.urn, reason)
            continue
        holds = best.get((link.urn, link.sponsor))
        if holds is None or link.standing > holds.link.standing:
            best[link.urn, link.sponsor] = _Best(link, record.row)
        if holds is not None:
            yield Outcome(Standing.SKIPPED)  # one of the two: the other holds
    for each in best.values():
        yield _linked(schools[each.link.urn], each.link, each.row)


def _linked(school: Any, link: GroupLink, row: int) -> Outcome:
    column, label = ("sponsor", "Sponsor") if link.sponsor else ("trust", "Trust")
    before = getattr(school, column) or ""
    if before.casefold() == link.name.casefold():
        return Outcome(Standing.UNCHANGED)
    finding = Finding(
        row,
        str(link.urn),
        FindingKind.CHANGED,
        school.name,
        f"{label}: {before or 'nothing'}",
        f"{label}: {link.name}",
    )
    academy = kind_of_type(school.type_code) is SchoolKind.ACADEMY
    said = ContactSaid(link.urn, ContactRole.TRUST, link.name, None)
    return Outcome(
        Standing.UPDATED,
        (finding,),
        urn=link.urn,
        name=school.name,
        school={column: link.name},
        contacts=(said,) if academy and not link.sponsor else (),
    )


def trust_outcomes(
    session: Session, records: Iterable[Record], la: int | None
) -> Iterator[Outcome]:
    """What each row of a file of groups comes to: the addresses of the trusts of our academies."""
    schools = defaultdict(list)
    for school in find(session, _SCHOOLS):
        if school.trust and _in(school, la) and _is_academy(school):
            schools[school.trust.casefold()].append(school)
    contacts = {contact.urn: contact for contact in find(session, _TRUST_CONTACTS)}
    seen: dict[str, int] = {}
    for record in records:
        try:
            trust = _taken(Trust, record)
            if trust is None or trust.name.casefold() not in schools:
                yield Outcome(Standing.SKIPPED)
                continue
            first = seen.setdefault(trust.name.casefold(), record.row)
            if first != record.row:
                raise RowRejected(f"Another open trust has this name, in row {first}.")
        except RowRejected as reason:
            yield rejected(record.row, record.urn, reason)
            continue
        yield _addressed(trust, record.row, schools[trust.name.casefold()], contacts)


def _addressed(trust: Trust, row: int, schools: list[Any], contacts: dict[int, Any]) -> Outcome:
    findings, said = [], []
    for school in schools:
        contact = contacts.get(school.urn)
        if contact is not None and (
            contact.source != NATIONAL_REGISTER or list(contact.address) == trust.address
        ):
            continue
        before = list(contact.address) if contact is not None else []
        words = [
            f"Address of the trust: {', '.join(each) or 'nothing'}"
            for each in (before, trust.address)
        ]
        findings.append(Finding(row, str(school.urn), FindingKind.CHANGED, school.name, *words))
        said.append(ContactSaid(school.urn, ContactRole.TRUST, school.trust, trust.address))
    standing = Standing.UPDATED if said else Standing.UNCHANGED
    return Outcome(standing, tuple(findings), name=trust.name, contacts=tuple(said))


def _taken(kind: Any, record: Record) -> Any:
    if record.rejection:
        raise RowRejected(record.rejection)
    return kind.of(record.values)


def _in(school: Any, la: int | None) -> bool:
    return la is None or school.la_code == la


def _is_academy(school: Any) -> bool:
    return kind_of_type(school.type_code) is SchoolKind.ACADEMY
