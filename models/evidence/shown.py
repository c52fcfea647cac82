"""The files of a case as doors show them, without their bytes."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.escalations.tables import Escalation
from models.evidence.tables import EvidenceFile, safe_name
from models.files.cautions import Caution
from models.files.kinds import KINDS
from models.matters.case import find_id
from models.matters.sight import visible_to
from models.paging import PER_PAGE, Found, Page, paged, rows
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
from models.policy.wording import find_rule
from models.refusals import NotFound

_LABELS = {kind.media_type: kind.label for kind in KINDS}


def evidence_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    newest_first: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The files of one escalation in the order in which they were added.

    Raises NotFound. Four queries.
    """
    mine = col(EvidenceFile.escalation_id) == find_id(session, reader, reference)
    order = col(EvidenceFile.id).desc() if newest_first else col(EvidenceFile.id).asc()
    return paged(
        session,
        _statement().where(mine).order_by(order),
        EvidenceFile.id,
        lambda found: _describe(session, policy, found),
        page=page,
        per_page=per_page,
    )


def evidence_file(session: Session, policy: Policy, reader: Reader, file_id: int) -> Found:
    """One file; raises NotFound."""
    found = rows(session, _statement().where(col(EvidenceFile.id) == file_id, visible_to(reader)))
    if not found:
        raise NotFound(EvidenceFile.missing.format(file_id))
    return _describe(session, policy, found)[0]


def _statement() -> Any:
    return select(EvidenceFile, Escalation.reference).join(
        Escalation, col(Escalation.id) == col(EvidenceFile.escalation_id)
    )


def _describe(session: Session, policy: Policy, found: Sequence[tuple[Any, ...]]) -> list[Found]:
    people = officer_names(session, (file.added_by_id for file, _ in found))
    described = []
    for file, reference in found:
        rule = find_rule(policy, file.step_key)
        email, name = people[file.added_by_id]
        described.append(
            {
                "id": file.id,
                "reference": reference,
                "step": file.step_key,
                "step_number": rule.number,
                "step_title": rule.title,
                "name": safe_name(file.name),
                "kind": _LABELS[file.media_type],
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.sha256,
                "description": file.description,
                "cautions": [
                    {"kind": caution, "says": Caution(caution).says} for caution in file.cautions
                ],
                "scan": file.scan.value,
                "scan_result": file.scan_result,
                "added_by": email,
                "added_by_name": name,
                "added_at": file.added_at,
            }
        )
    return described
