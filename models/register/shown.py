"""Imports of the national register: how far each is, what it counted and what it found."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from models.paging import PER_PAGE, Found, Page, chosen, paged
from models.people.tables import Officer
from models.refusals import NotFound
from models.register.tables import FindingKind, RegisterFinding, RegisterImport
from models.statements import by_key
from models.work import BulkJob, BulkKind, BulkState, find_job


def register_imports(session: Session, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Found]:
    """All imports, the newest first."""
    return paged(
        session,
        select(RegisterImport).order_by(col(RegisterImport.id).desc()),
        RegisterImport.id,
        lambda found: _listed(session, found),
        page=page,
        per_page=per_page,
    )


def register_import(session: Session, import_id: int) -> Found:
    """One import, with how many findings of each kind it has; raises NotFound.

    `progress` is None unless its file is being read or waits for it: `done` of `total` rows, and
    `failed`, why reading broke off.
    """
    found = by_key(session, RegisterImport, import_id)
    if found is None:
        raise NotFound("There is no import with this number.")
    session.refresh(found)
    counted = (
        select(RegisterFinding.kind, func.count(col(RegisterFinding.id)))
        .where(RegisterFinding.import_id == found.id)
        .group_by(col(RegisterFinding.kind))
    )
    numbers = dict(session.exec(counted).all())
    return {
        **_listed(session, [found])[0],
        "findings": {kind.value: numbers.get(kind, 0) for kind in FindingKind},
        "progress": _progress(find_job(session, BulkKind.READ_REGISTER, found.id)),
    }


def findings(
    session: Session, import_id: int, *, kind: str = "", page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """What an import found, in the order of the file's rows. Raises NotFound, InvalidInput."""
    if by_key(session, RegisterImport, import_id) is None:
        raise NotFound("There is no import with this number.")
    statement = select(RegisterFinding).where(RegisterFinding.import_id == import_id)
    if kind:
        statement = statement.where(RegisterFinding.kind == chosen("kind", kind, FindingKind))
    return paged(
        session,
        statement.order_by(col(RegisterFinding.id)),
        RegisterFinding.id,
        lambda found: [_finding(each) for each in found],
        page=page,
        per_page=per_page,
    )


def _listed(session: Session, found: Sequence[RegisterImport]) -> list[Found]:
    emails = {email for each in found for email in (each.given_by, each.applied_by) if email}
    named = select(Officer.email, Officer.name).where(col(Officer.email).in_(emails))
    names = dict(session.exec(named).all())
    return [_import(each, names) for each in found]


def _import(found: RegisterImport, names: dict[str, str]) -> Found:
    counts = {
        name: getattr(found, name)
        for name in ("read", "created", "updated", "unchanged", "rejected")
    }
    return {
        "id": found.id,
        "file": found.file.value if found.file else None,
        "name": found.name,
        "sha256": found.sha256,
        "la": found.la,
        "state": found.state.value,
        "refusal": found.refusal,
        **counts,
        "skipped": 2 * found.read - sum(counts.values()),
        "given_by": found.given_by,
        "given_by_name": names.get(found.given_by, found.given_by),
        "given_at": found.given_at,
        "applied_by": found.applied_by,
        "applied_by_name": names.get(found.applied_by or "", found.applied_by),
        "applied_at": found.applied_at,
    }


def _progress(job: BulkJob | None) -> Found | None:
    if job is None or job.state is BulkState.DONE:
        return None
    return {"done": job.done, "total": job.total, "failed": job.message}


def _finding(found: RegisterFinding) -> Found:
    return {
        "row": found.row,
        "urn": found.urn,
        "kind": found.kind.value,
        "name": found.name,
        "before": found.before,
        "after": found.after,
        "reason": found.reason,
    }
