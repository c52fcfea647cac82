"""What is put on record out of fairness: listed, and the form for more."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.escalations.tables import Status
from models.fairness import recording
from models.fairness.shown import records_of
from models.fairness.tables import FairnessKind
from models.law.powers import Section
from models.matters.case import find_case
from models.paging import MOST_PER_PAGE
from models.people.access import Act
from models.refusals import InvalidInput
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.visits import Reference, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_RECORDED = says("fairness", "It has been put on record")
router = APIRouter()
RECORD = Asked(
    recording.FairnessToRecord,
    kind=("What it is", "Choose what it is"),
    step=("Step", "Choose the step"),
    section=("Power", "Choose the power"),
    done_on=("The date", "Enter the date"),
    done_by=("By whom", "Enter by whom"),
    how=("How", "Choose how the headteacher was told"),
    reason=("What was considered", "Enter what was considered or said"),
)


@router.get("/escalations/{reference}/fairness", dependencies=[may(Act.SEE_CASE)])
def records(visit: Visitor, reference: Reference) -> Response:
    """What is on record, and the form for more."""
    return _records(visit, reference, Form())


@router.post("/escalations/{reference}/fairness", dependencies=[may(Act.RECORD_FAIRNESS)])
def record(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Put something on record."""
    try:
        given = form.filled(
            RECORD, section=form.text("section") or None, how=form.text("how") or None
        )
        with visit.acting() as acting:
            recording.record_fairness(acting, reference, given)
    except InvalidInput as invalid:
        return _records(visit, reference, form.refused(invalid, RECORD))
    return visit.done(f"/escalations/{reference}/fairness", SAYS_RECORDED)


def _records(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        found = records_of(session, visit.policy, visit.reader, reference, per_page=MOST_PER_PAGE)
        steps = recording.steps_with_letters(case)
        return visit.page(
            "fairness/records.html",
            title="Equality and fairness",
            form=form,
            case=case,
            records=found.items[::-1],
            kinds=[(kind.value, upper_first(kind.label)) for kind in FairnessKind],
            steps=steps,
            sections=[(each.value, f"Section {each.value}: {each.title}") for each in Section],
            may_record=visit.may(Act.RECORD_FAIRNESS) and case.escalation.status is Status.OPEN,
        )
