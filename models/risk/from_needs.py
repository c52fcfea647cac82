"""An assessment that rests on what was said of how much a school needs."""

from models.matters.tables import Matter, MatterKind
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

_ELSEWHERE = "Why is on another record, for those who see it."
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
    about = get_row(session, Matter, need.matter_id)
    urn = about.urn or 0
    draft = in_year_draft(session, urn) or begin_assessment(acting, NewAssessment(urn=urn))
    add_evidence(acting, draft.id, _evidence(acting, need, about))
    assessed_by(acting, need, draft.id)
    return find_assessment(session, draft.id)


def _evidence(acting: Acting, need: Need, about: Matter) -> PieceOfEvidence:
    """What was said; an assessment is read by more than those who see an escalation."""
    source = sources_of(acting.session, [need])[need.id]
    kind = _KINDS.get(need.source, RiskEvidenceKind.LOCAL_INTELLIGENCE)
    apart = about.restricted or about.kind is MatterKind.ESCALATION
    return PieceOfEvidence(
        kind=kind.value,
        source=f"“More or less needed”, {need.id}" if apart else source.words,
        dated=source.day,
        summary=f"{need.answer.label}. {_ELSEWHERE if apart else need.why}",
    )
