"""An assessment that rests on what was said of how much a school needs."""

from models.matters.tables import Matter
from models.needs.settling import assessed_by, find_open_need
from models.needs.sources import sources_of
from models.needs.tables import Need, NeedSource
from models.people.access import Act
from models.people.acting import Acting
from models.risk.assessing import (
    NewAssessment,
    PieceOfEvidence,
    add_evidence,
    begin_assessment,
    in_year_draft,
)
from models.risk.levels import find_assessment
from models.risk.tables import Assessment, RiskEvidenceKind
from models.rows import get_row

# As what kind of evidence it counts (part 2).
_KINDS = {NeedSource.REVIEW: RiskEvidenceKind.PREVIOUS_ASSESSMENTS}


def assess_need(acting: Acting, number: int) -> Assessment:
    """Assess the school, with what was said as the first evidence.

    It goes to the assessment that is being drafted in the year, if there is one. Raises NotAllowed,
    NotFound; NotPossible for what was answered, for a school that has closed, and while a level is
    already proposed or agreed for it in the year.
    """
    session = acting.session
    need = find_open_need(session, acting.officer, Act.ASSESS, number)
    urn = get_row(session, Matter, need.matter_id).urn
    draft = in_year_draft(session, urn) or begin_assessment(acting, NewAssessment(urn=urn or 0))
    add_evidence(acting, draft.id, _evidence(acting, need))
    assessed_by(acting, need, draft.id)
    return find_assessment(session, draft.id)


def _evidence(acting: Acting, need: Need) -> PieceOfEvidence:
    source = sources_of(acting.session, [need])[need.id]
    kind = _KINDS.get(need.source, RiskEvidenceKind.LOCAL_INTELLIGENCE)
    said = f"{need.answer.label}. {need.why}".strip()
    return PieceOfEvidence(kind=kind.value, source=source.words, dated=source.day, summary=said)
