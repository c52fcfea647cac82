"""The files of a case as doors show them, without their bytes."""

from collections.abc import Sequence
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.escalations.tables import Escalation
from models.evidence import tables
from models.evidence.tables import Scan, safe_name
from models.files import cautions
from models.files.kinds import KINDS
from models.matters.at_hand import find_id
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
from models.policy.editions import step_of
from models.refusals import NotFound
from models.rows import find
from models.shown import Shown

_LABELS = {kind.media_type: kind.label for kind in KINDS}


class Caution(Shown):
    """What readers of a file are warned of: `kind` as a word, `says` as a sentence."""

    kind: cautions.Caution
    says: str


class EvidenceFile(Shown):
    """A file of a case: `size` in bytes; `scan` is `clean`, or `not_scanned` without a scanner.

    `cautions` says what in it can act on whoever opens it; show it before the file is downloaded.
    """

    id: int
    reference: str
    step: str | None
    step_number: str | None
    step_title: str | None
    name: str
    kind: str
    media_type: str
    size: int
    sha256: str
    description: str
    cautions: list[Caution]
    scan: Scan
    scan_result: str
    added_by: str
    added_by_name: str
    added_at: AwareDatetime


def evidence_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    newest_first: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[EvidenceFile]:
    """The files of one escalation in the order in which they were added.

    Raises NotFound. Four queries.
    """
    mine = col(tables.EvidenceFile.matter_id) == find_id(session, reader, reference)
    order = (
        col(tables.EvidenceFile.id).desc() if newest_first else col(tables.EvidenceFile.id).asc()
    )
    return paged(
        session,
        _statement().where(mine).order_by(order),
        tables.EvidenceFile.id,
        lambda found: _describe(session, policy, found),
        page=page,
        per_page=per_page,
    )


def evidence_file(session: Session, policy: Policy, reader: Reader, file_id: int) -> EvidenceFile:
    """One file; raises NotFound."""
    found = find(
        session, _statement().where(col(tables.EvidenceFile.id) == file_id, visible_to(reader))
    )
    if not found:
        raise NotFound(tables.EvidenceFile.missing.format(file_id))
    return _describe(session, policy, found)[0]


def _statement() -> Any:
    return (
        select(tables.EvidenceFile, Matter, Escalation)
        .join(Matter, col(Matter.id) == col(tables.EvidenceFile.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
    )


def _describe(
    session: Session,
    policy: Policy,
    found: Sequence[tuple[tables.EvidenceFile, Matter, Escalation]],
) -> list[EvidenceFile]:
    people = officer_names(session, (file.added_by_id for file, *_ in found))
    described = []
    for file, matter, escalation in found:
        rule = step_of(session, policy, escalation, file.step_key)
        email, name = people[file.added_by_id]
        described.append(
            EvidenceFile(
                id=file.id,
                reference=matter.reference,
                step=file.step_key,
                step_number=rule.number if rule else None,
                step_title=rule.title if rule else None,
                name=safe_name(file.name),
                kind=_LABELS[file.media_type],
                media_type=file.media_type,
                size=file.size,
                sha256=file.sha256,
                description=file.description,
                cautions=[_caution(word) for word in file.cautions],
                scan=file.scan,
                scan_result=file.scan_result,
                added_by=email,
                added_by_name=name,
                added_at=file.added_at,
            )
        )
    return described


def _caution(word: str) -> Caution:
    kind = cautions.Caution(word)
    return Caution(kind=kind, says=kind.says)
