"""One assessment of a school: its evidence, the proposed level, and its moderation."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.inputs import Reason
from models.needs.shown import needs_behind
from models.paging import MOST_PER_PAGE
from models.people.access import Act
from models.refusals import InvalidInput, NotFound
from models.results.shown import SchoolResult, newest_of
from models.risk import assessing, level_changes, moderating, tables
from models.risk import shown as risk_shown
from models.risk.shown import Assessment, RiskEvidence
from models.risk.suggesting import suggest
from models.risk.tables import AssessmentState, RiskEvidenceKind
from models.schools.inspections_shown import Inspection, inspections
from models.schools.tables import RiskLevel
from web.door import key
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Key, Visit, Visitor, may, says

SAYS_RISK_EVIDENCE = says("risk_evidence", "The evidence has been saved")
SAYS_RISK_EVIDENCE_REMOVED = says("risk_evidence_removed", "The evidence has been removed")
SAYS_LEVEL_PROPOSED = says(
    "level_proposed", "The level has been proposed and is waiting to be moderated"
)
SAYS_ASSESSMENT_RETURNED = says(
    "assessment_returned", "The assessment has been returned to its proposer"
)
SAYS_LEVEL_AGREED = says(
    "level_agreed", "The level has been agreed. It comes into force when the round is published"
)
SAYS_LEVEL_IN_FORCE = says("level_in_force", "The level has been agreed and is in force")
SAYS_ASSESSMENT_WITHDRAWN = says("assessment_withdrawn", "The assessment has been withdrawn")


router = APIRouter()
EVIDENCE = Asked(
    assessing.PieceOfEvidence,
    kind=("Kind", "Choose a kind"),
    source=("Source", "Enter where it is from"),
    dated=("The date", "Enter the date it is from"),
    summary=("Summary", "Enter a summary"),
)
PROPOSAL = Asked(
    assessing.ProposedLevel,
    level=("Risk level", "Choose the level that you propose"),
    reason=("Reason", "Enter a reason"),
    differs_because=("Why it is another level", "Say why it is another level"),
    words=("What the school is told", "Enter what the letter says to the school"),
)
MODERATION = Asked(
    moderating.Moderation,
    decision=("Decision", "Choose what you decide"),
    reason=("Reason", "Enter a reason"),
    words=("What the school is told", "Enter what the letter says to the school"),
)
WITHDRAWAL = Asked(Reason, reason=("Reason", "Enter a reason"))


@dataclass(frozen=True)
class Held:
    """What is held as data of the school that is assessed: to be read beside the evidence."""

    inspections: list[Inspection]
    results: list[SchoolResult]


def _held(session: Session, visit: Visit, urn: int) -> Held:
    outcomes = inspections(session, urn, per_page=MOST_PER_PAGE).items
    return Held(
        inspections=[each for each in outcomes if each.category and not each.corrected],
        results=newest_of(session, visit.policy, urn),
    )


@dataclass(frozen=True)
class EvidenceOfKind:
    """What there is of one kind of evidence; `missing` without which no level is proposed."""

    key: str
    label: str
    missing: bool
    pieces: list[RiskEvidence]


@router.get("/assessments/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.Assessment)])
def assessment(visit: Visitor, number: Key) -> Response:
    """One assessment, with its evidence by kind and what is to be done next."""
    with visit.read() as session:
        found = risk_shown.assessment(session, number)
        before = level_changes.levels_of(session, found.urn, per_page=5).items
        held = _held(session, visit, found.urn)
        suggestion = suggest(session, visit.policy, found.urn, today=visit.today)
        rests_on = needs_behind(session, visit.reader, today=visit.today, assessment=number)
    draft = found.state == AssessmentState.DRAFT
    proposed = found.state == AssessmentState.PROPOSED
    agreed = found.state == AssessmentState.AGREED
    heads = visit.may(Act.MODERATE)
    own = visit.officer.email in (found.begun_by, found.proposed_by)
    return visit.page(
        "risk/assessment.html",
        title=f"Assessment of {found.school}",
        navigation="risk",
        assessment=found,
        before=before,
        held=held,
        suggestion=suggestion,
        rests_on=rests_on,
        kinds=_by_kind(found),
        missing=[kind.label for kind in found.missing],
        may_write=draft and visit.may(Act.ASSESS),
        may_moderate=(proposed or agreed) and heads and found.proposed_by != visit.officer.email,
        may_withdraw=found.round is None
        and found.state in assessing.UNDER_WAY
        and visit.may(Act.ASSESS)
        and (own or heads),
    )


def _by_kind(found: Assessment) -> list[EvidenceOfKind]:
    """The six kinds of evidence, each with what there is of it."""
    return [
        EvidenceOfKind(
            key=kind.value,
            label=kind.label,
            missing=kind in found.missing,
            pieces=[piece for piece in found.evidence if piece.kind is kind],
        )
        for kind in RiskEvidenceKind
    ]


@router.get("/assessments/{id}/evidence/new", dependencies=[may(Act.ASSESS, of=tables.Assessment)])
def new_evidence(visit: Visitor, number: Key, kind: str = "") -> Response:
    """The form for one piece of evidence."""
    return _evidence(visit, number, Form.of(kind=kind))


@router.post("/assessments/{id}/evidence/new", dependencies=[may(Act.ASSESS, of=tables.Assessment)])
def add_evidence(visit: Visitor, number: Key, form: Posted) -> Response:
    """Add a piece of evidence."""
    try:
        given = form.filled(EVIDENCE)
        with visit.acting() as acting:
            assessing.add_evidence(acting, number, given)
    except STAYS as refusal:
        return _evidence(visit, number, form.refused(refusal, EVIDENCE))
    return visit.done(f"/assessments/{number}", SAYS_RISK_EVIDENCE)


@router.get(
    "/assessments/{id}/evidence/{item}", dependencies=[may(Act.ASSESS, of=tables.Assessment)]
)
def evidence(visit: Visitor, number: Key, item: str) -> Response:
    """The form for one piece of evidence, as it stands."""
    with visit.read() as session:
        found = risk_shown.assessment(session, number)
    piece = next((piece for piece in found.evidence if piece.id == key(item)), None)
    if piece is None:
        raise NotFound("There is no such evidence of this assessment.")
    day = piece.dated
    form = Form.of(
        kind=piece.kind,
        source=piece.source,
        summary=piece.summary,
        **{"dated-day": str(day.day), "dated-month": str(day.month), "dated-year": str(day.year)},
    )
    return _evidence(visit, number, form, item)


@router.post(
    "/assessments/{id}/evidence/{item}", dependencies=[may(Act.ASSESS, of=tables.Assessment)]
)
def replace_evidence(visit: Visitor, number: Key, item: str, form: Posted) -> Response:
    """Put another piece of evidence in the place of this one."""
    try:
        given = form.filled(EVIDENCE)
        with visit.acting() as acting:
            assessing.replace_evidence(acting, number, key(item), given)
    except STAYS as refusal:
        return _evidence(visit, number, form.refused(refusal, EVIDENCE), item)
    return visit.done(f"/assessments/{number}", SAYS_RISK_EVIDENCE)


@router.post(
    "/assessments/{id}/evidence/{item}/remove", dependencies=[may(Act.ASSESS, of=tables.Assessment)]
)
def remove_evidence(visit: Visitor, number: Key, item: str) -> Response:
    """Take a piece of evidence away."""
    with visit.acting() as acting:
        assessing.remove_evidence(acting, number, key(item))
    return visit.done(f"/assessments/{number}", SAYS_RISK_EVIDENCE_REMOVED)


def _evidence(visit: Visit, number: int, form: Form, item: str | None = None) -> Response:
    return _form(
        visit,
        number,
        "risk/evidence_form.html",
        "Change the evidence" if item else "Add evidence",
        form,
        item=item,
        kinds=[(kind.value, kind.label) for kind in RiskEvidenceKind],
    )


@router.get("/assessments/{id}/propose", dependencies=[may(Act.ASSESS, of=tables.Assessment)])
def propose_form(visit: Visitor, number: Key) -> Response:
    """The form for proposing a level."""
    with visit.read() as session:
        found = risk_shown.assessment(session, number)
    form = Form.of(
        level=found.proposed_level or "",
        reason=found.reason,
        differs_because=found.differs_because,
        words=found.words,
    )
    return _propose(visit, number, form)


@router.post("/assessments/{id}/propose", dependencies=[may(Act.ASSESS, of=tables.Assessment)])
def propose(visit: Visitor, number: Key, form: Posted) -> Response:
    """Propose a level with a reason."""
    try:
        given = form.filled(PROPOSAL)
        with visit.acting() as acting:
            assessing.propose_level(acting, number, given)
    except STAYS as refusal:
        return _propose(visit, number, form.refused(refusal, PROPOSAL))
    return visit.done(f"/assessments/{number}", SAYS_LEVEL_PROPOSED)


def _propose(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        urn = risk_shown.assessment(session, number).urn
        suggestion = suggest(session, visit.policy, urn, today=visit.today)
    return _form(
        visit,
        number,
        "risk/propose_form.html",
        "Propose a level",
        form,
        suggestion=suggestion,
        titles=visit.policy.programme.titles,
        reason_wanted=visit.policy.programme.reason_when_level_differs,
        levels=[
            (level.value, visit.policy.programme.levels[level].title, _due(visit, level))
            for level in RiskLevel
        ],
    )


def _due(visit: Visit, level: RiskLevel) -> str:
    """What the policy gives a school at this level first of all."""
    first, *_ = (*visit.policy.programme.levels[level].support, "no support")
    return f"{first[:1].upper()}{first[1:]}"


@router.get("/assessments/{id}/moderate", dependencies=[may(Act.MODERATE, of=tables.Assessment)])
def moderate_form(visit: Visitor, number: Key) -> Response:
    """The evidence and the proposal, to be agreed or returned."""
    return _moderate(visit, number, Form())


@router.post("/assessments/{id}/moderate", dependencies=[may(Act.MODERATE, of=tables.Assessment)])
def moderate(visit: Visitor, number: Key, form: Posted) -> Response:
    """Agree a level, or return the assessment: the choice is `return`, or the level agreed."""
    returns = form.text("decision") == "return"
    try:
        given = form.filled(
            MODERATION,
            must=("reason",) if returns else (),
            decision="return" if returns else "agree",
            level=None if returns else _agreed(form),
            version=_version(form),
        )
        with visit.acting() as acting:
            moderated = moderating.moderate(acting, number, given)
    except STAYS as refusal:
        return _moderate(visit, number, form.refused(refusal, MODERATION))
    done = {
        AssessmentState.DRAFT: SAYS_ASSESSMENT_RETURNED,
        AssessmentState.AGREED: SAYS_LEVEL_AGREED,
        AssessmentState.IN_FORCE: SAYS_LEVEL_IN_FORCE,
    }
    return visit.done(f"/assessments/{number}", done[moderated.state])


def _agreed(form: Form) -> str:
    """The level that was chosen; anything else is no decision."""
    chosen = form.text("decision")
    if chosen not in list(RiskLevel):
        _, asks = MODERATION.called["decision"]
        raise InvalidInput("decision", asks)
    return chosen


def _version(form: Form) -> int:
    """The version that the moderator saw; what is no number is none of them."""
    seen = form.text("version")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0


def _moderate(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = risk_shown.assessment(session, number)
    levels = [level for level in RiskLevel if level is not found.proposed_level]
    return _form(
        visit,
        number,
        "risk/moderate_form.html",
        "Moderate the level",
        form,
        kinds=_by_kind(found),
        others=[(level.value, level.label) for level in levels],
        awaits=found.state == AssessmentState.PROPOSED,
        agreed=found.state == AssessmentState.AGREED,
        own=found.proposed_by == visit.officer.email,
    )


@router.get("/assessments/{id}/withdraw", dependencies=[may(Act.ASSESS, of=tables.Assessment)])
def withdraw_form(visit: Visitor, number: Key) -> Response:
    """The form for withdrawing an assessment in the year."""
    return _withdraw(visit, number, Form())


@router.post("/assessments/{id}/withdraw", dependencies=[may(Act.ASSESS, of=tables.Assessment)])
def withdraw(visit: Visitor, number: Key, form: Posted) -> Response:
    """Withdraw an assessment in the year."""
    try:
        given = form.filled(WITHDRAWAL)
        with visit.acting() as acting:
            assessing.withdraw_assessment(acting, number, given)
    except STAYS as refusal:
        return _withdraw(visit, number, form.refused(refusal, WITHDRAWAL))
    return visit.done(f"/assessments/{number}", SAYS_ASSESSMENT_WITHDRAWN)


def _withdraw(visit: Visit, number: int, form: Form) -> Response:
    return _form(visit, number, "risk/withdraw_form.html", "Withdraw the assessment", form)


def _form(
    visit: Visit, number: int, template: str, title: str, form: Form, **context: object
) -> Response:
    """A form about an assessment, which stands beside it."""
    with visit.read() as session:
        found = risk_shown.assessment(session, number)
        held = _held(session, visit, found.urn)
    return visit.page(
        template,
        title=title,
        navigation="risk",
        form=form,
        assessment=found,
        held=held,
        **context,
    )
