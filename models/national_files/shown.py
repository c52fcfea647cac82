"""Imports of the national files as doors show them."""

from collections.abc import Sequence
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.national_files import tables
from models.national_files.tables import NationalFile, NationalFindingKind
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.tables import Officer
from models.refusals import NotFound
from models.rows import by_key, find, select_columns
from models.schools.tables import School
from models.shown import Shown


class NationalImport(Shown):
    """A national file that was taken over, with counts.

    Of outcomes of inspections, or of results: `added`, `changed` from what an earlier file said,
    `unchanged`, `kept` as an officer entered them although the file says otherwise, and `left_out`.
    `unknown` are schools that are not in the register, `tasks` those that were set for a new
    category.
    """

    id: int
    file: NationalFile
    name: str
    sha256: str
    lines: int
    unknown: int
    added: int
    changed: int
    unchanged: int
    kept: int
    left_out: int
    tasks: int
    given_by: str
    given_by_name: str
    given_at: AwareDatetime


class NationalFinding(Shown):
    """Something that an import found about a school: in which line, and what the file says."""

    line: int
    urn: int
    school: str
    kind: NationalFindingKind
    what: str


def national_imports(
    session: Session, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[NationalImport]:
    """All imports, the newest first."""
    return paged(
        session,
        select(tables.NationalImport).order_by(col(tables.NationalImport.id).desc()),
        tables.NationalImport.id,
        lambda found: _listed(session, found),
        page=page,
        per_page=per_page,
    )


def national_import(session: Session, import_id: int) -> NationalImport:
    """One import; raises NotFound."""
    return _listed(session, [_find(session, import_id)])[0]


def findings(
    session: Session, import_id: int, *, kind: str = "", page: int = 1, per_page: int = PER_PAGE
) -> Page[NationalFinding]:
    """What an import found, in the order of the file's lines. Raises NotFound, InvalidInput."""
    finding = tables.NationalFinding
    statement = (
        select_columns(finding, School.name)
        .join(School, col(School.urn) == col(finding.urn))
        .where(col(finding.import_id) == _find(session, import_id).id)
    )
    if kind:
        known = chosen("kind", kind, NationalFindingKind)
        statement = statement.where(col(finding.kind) == known)
    return paged(
        session,
        statement.order_by(col(finding.id)),
        finding.id,
        _found,
        page=page,
        per_page=per_page,
    )


def _find(session: Session, import_id: int) -> tables.NationalImport:
    found = by_key(session, tables.NationalImport, import_id)
    if found is None:
        raise NotFound("There is no import with this number.")
    return found


def _listed(session: Session, found: Sequence[tables.NationalImport]) -> list[NationalImport]:
    emails = {each.given_by for each in found}
    named = select(Officer.email, Officer.name).where(col(Officer.email).in_(emails))
    names = dict(find(session, named))
    return [
        NationalImport(**each.model_dump(), given_by_name=names.get(each.given_by, each.given_by))
        for each in found
    ]


def _found(found: Sequence[tuple[Any, ...]]) -> list[NationalFinding]:
    return [
        NationalFinding(line=each.line, urn=each.urn, school=school, kind=each.kind, what=each.what)
        for each, school in found
    ]
