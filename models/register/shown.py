"""Imports of the national register: how far each is, what it counted and what it found."""

from collections.abc import Sequence

from pydantic import AwareDatetime
from sqlmodel import Session, col, func, select

from models.paging import PER_PAGE, Page, chosen, paged
from models.people.tables import Officer
from models.refusals import NotFound
from models.register import tables
from models.register.tables import FindingKind, ImportState, RegisterFile
from models.rows import by_key, find
from models.shown import Shown
from models.work import BulkJob, BulkKind, BulkState, find_job


class RegisterImport(Shown):
    """An import of the national register: what its file is, and counts of its rows.

    `la` is the local authority that it was narrowed down to; `refusal` says why its file cannot be
    used.
    """

    id: int
    file: RegisterFile | None
    name: str
    sha256: str
    la: int | None
    state: ImportState
    refusal: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    skipped: int
    given_by: str
    given_by_name: str
    given_at: AwareDatetime
    applied_by: str | None
    applied_by_name: str | None
    applied_at: AwareDatetime | None


class RegisterProgress(Shown):
    """How many rows of a file are read; `failed` says why reading broke off."""

    done: int
    total: int
    failed: str


class RegisterImportWhole(RegisterImport):
    """One import: how many findings of each kind, and how far its file is read."""

    findings: dict[FindingKind, int]
    progress: RegisterProgress | None


class RegisterFinding(Shown):
    """One thing that an import found in a row of its file."""

    row: int
    urn: str
    kind: FindingKind
    name: str
    before: str
    after: str
    reason: str


def register_imports(
    session: Session, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[RegisterImport]:
    """All imports, the newest first."""
    return paged(
        session,
        select(tables.RegisterImport).order_by(col(tables.RegisterImport.id).desc()),
        tables.RegisterImport.id,
        lambda found: _listed(session, found),
        page=page,
        per_page=per_page,
    )


def register_import(session: Session, import_id: int) -> RegisterImportWhole:
    """One import, with how many findings of each kind it has; raises NotFound.

    `progress` is None unless its file is being read or waits for it: `done` of `total` rows, and
    `failed`, why reading broke off.
    """
    found = by_key(session, tables.RegisterImport, import_id)
    if found is None:
        raise NotFound("There is no import with this number.")
    counted = (
        select(tables.RegisterFinding.kind, func.count(col(tables.RegisterFinding.id)))
        .where(tables.RegisterFinding.import_id == found.id)
        .group_by(col(tables.RegisterFinding.kind))
    )
    numbers = dict(find(session, counted))
    return RegisterImportWhole(
        **dict(_listed(session, [found])[0]),
        findings={kind: numbers.get(kind, 0) for kind in FindingKind},
        progress=_progress(find_job(session, BulkKind.READ_REGISTER, found.id)),
    )


def findings(
    session: Session, import_id: int, *, kind: str = "", page: int = 1, per_page: int = PER_PAGE
) -> Page[RegisterFinding]:
    """What an import found, in the order of the file's rows. Raises NotFound, InvalidInput."""
    if by_key(session, tables.RegisterImport, import_id) is None:
        raise NotFound("There is no import with this number.")
    finding = tables.RegisterFinding
    statement = select(finding).where(finding.import_id == import_id)
    if kind:
        statement = statement.where(finding.kind == chosen("kind", kind, FindingKind))
    return paged(
        session,
        statement.order_by(col(finding.id)),
        finding.id,
        lambda found: [_finding(each) for each in found],
        page=page,
        per_page=per_page,
    )


def _listed(session: Session, found: Sequence[tables.RegisterImport]) -> list[RegisterImport]:
    emails = {email for each in found for email in (each.given_by, each.applied_by) if email}
    named = select(Officer.email, Officer.name).where(col(Officer.email).in_(emails))
    names = dict(find(session, named))
    return [_import(each, names) for each in found]


def _import(found: tables.RegisterImport, names: dict[str, str]) -> RegisterImport:
    there = found.created + found.updated + found.unchanged + found.rejected
    return RegisterImport(
        id=found.id,
        file=found.file,
        name=found.name,
        sha256=found.sha256,
        la=found.la,
        state=found.state,
        refusal=found.refusal,
        read=found.read,
        created=found.created,
        updated=found.updated,
        unchanged=found.unchanged,
        rejected=found.rejected,
        skipped=found.read - there,
        given_by=found.given_by,
        given_by_name=names.get(found.given_by, found.given_by),
        given_at=found.given_at,
        applied_by=found.applied_by,
        applied_by_name=names.get(found.applied_by or "", found.applied_by),
        applied_at=found.applied_at,
    )


def _progress(job: BulkJob | None) -> RegisterProgress | None:
    if job is None or job.state is BulkState.DONE:
        return None
    return RegisterProgress(done=job.done, total=job.total, failed=job.message)


def _finding(found: tables.RegisterFinding) -> RegisterFinding:
    return RegisterFinding(
        row=found.row,
        urn=found.urn,
        kind=found.kind,
        name=found.name,
        before=found.before,
        after=found.after,
        reason=found.reason,
    )
