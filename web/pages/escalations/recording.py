"""Putting on record what happened at the school: discussions, responses, judgements."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.escalations import recording
from models.escalations.meetings import due
from models.escalations.tables import Response as SchoolsResponse
from models.matters.case import Case, case_of, find_case, see_row_in_case
from models.people.access import Act
from models.people.shown import officers_in
from models.people.tables import CASEWORK, Officer
from models.refusals import InvalidInput
from web.pages.actions import rows
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.visits import Key, Reference, Visit, Visitor, may, says

SAYS_DISCUSSION = says("discussion", "The discussion has been recorded")
SAYS_RESPONSE = says("response", "The response has been recorded")
SAYS_JUDGED = says("judged", "Your judgement has been recorded")


router = APIRouter()
DISCUSSION = Asked(
    recording.DiscussionHeld,
    held_on=("The date", "Enter the date on which it was held"),
    with_whom=("Who took part", "Choose who took part"),
    notes=("What was said", "Enter what was said"),
    agreed_actions=("Agreed actions", "Enter what was agreed"),
    held_by=("Who held it", "Choose who held it"),
    why_one_meeting=("Why one meeting", "Enter why one meeting was held"),
)
RESPONSE = Asked(
    recording.ResponseReceived,
    must=("judgement",),
    received_on=("The date", "Enter the date on which it was received"),
    from_whom=("Who answered", "Choose who answered"),
    summary=("Summary", "Enter a summary"),
    judgement=("Judgement", "Choose how you judge the response"),
)
JUDGEMENT = Asked(
    recording.ResponseJudgement,
    judgement=("Judgement", "Choose how you judge the response"),
    reason=("Reason", "Enter a reason"),
)


@router.get("/escalations/{reference}/discussions/new", dependencies=[may(Act.RECORD_DISCUSSION)])
def discussion(visit: Visitor, reference: Reference) -> Response:
    """The form for a discussion or meeting that was held."""
    return _discussion(visit, reference, Form())


@router.post("/escalations/{reference}/discussions/new", dependencies=[may(Act.RECORD_DISCUSSION)])
def record_discussion(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Record a discussion or meeting."""
    try:
        form.demand(DISCUSSION)
        given = form.taken(
            DISCUSSION, held_by=form.text("held_by") or None, actions=rows.typed(form)
        )
        with visit.acting() as acting:
            recording.record_discussion(acting, reference, given)
    except InvalidInput as invalid:
        return _discussion(visit, reference, rows.refused(form, invalid, DISCUSSION))
    return visit.done(f"/escalations/{reference}", SAYS_DISCUSSION)


def _discussion(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        return visit.page(
            "escalations/discussion_form.html",
            title="Record a discussion",
            form=form,
            case=case,
            attendees=_attendees(case),
            choices=rows.choices(session),
            essential=case.rule.essential if case.rule.carried_out_with else (),
            holders=_holders(session, case) if due(case) else [],
        )


def _holders(session: Session, case: Case) -> list[Officer]:
    """The officers who may hold the meetings of the step in hand."""
    return officers_in(session, case.rule.held_by or CASEWORK)


def _attendees(case: Case) -> list[str]:
    """Everybody who can take part, those of the step in hand first."""
    return [*dict.fromkeys((*case.rule.with_, *recording.ATTENDEES))]


@router.get("/escalations/{reference}/responses/new", dependencies=[may(Act.RECORD_RESPONSE)])
def response(visit: Visitor, reference: Reference) -> Response:
    """The form for what the school answered."""
    return _response(visit, reference, Form())


@router.post("/escalations/{reference}/responses/new", dependencies=[may(Act.RECORD_RESPONSE)])
def record_response(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Record a response, judged at once or later."""
    try:
        judgement = form.text("judgement")
        given = form.filled(
            RESPONSE,
            judgement=None if judgement == "later" else judgement,
            from_whom=form.text("from") or None,
        )
        with visit.acting() as acting:
            recording.record_response(acting, reference, given)
    except InvalidInput as invalid:
        return _response(visit, reference, form.refused(invalid, RESPONSE))
    return visit.done(f"/escalations/{reference}", SAYS_RESPONSE)


def _response(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        return visit.page(
            "escalations/response_form.html",
            title="Record a response",
            form=form,
            case=case,
            answering=recording.answering(case.rule),
        )


@router.get("/responses/{id}/judgement", dependencies=[may(Act.JUDGE_RESPONSE, of=SchoolsResponse)])
def judgement(visit: Visitor, number: Key) -> Response:
    """The form for judging a response that was recorded without a judgement."""
    return _judgement(visit, number, Form())


@router.post(
    "/responses/{id}/judgement", dependencies=[may(Act.JUDGE_RESPONSE, of=SchoolsResponse)]
)
def judge(visit: Visitor, number: Key, form: Posted) -> Response:
    """Judge a response."""
    try:
        given = form.filled(JUDGEMENT)
        with visit.acting() as acting:
            judged = recording.judge_response(acting, number, given)
            case = case_of(acting.session, acting.policy, acting.reader, judged.escalation_id)
    except InvalidInput as invalid:
        return _judgement(visit, number, form.refused(invalid, JUDGEMENT))
    return visit.done(f"/escalations/{case.matter.reference}", SAYS_JUDGED)


def _judgement(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        given, case = see_row_in_case(session, visit.policy, visit.reader, SchoolsResponse, number)
        return visit.page(
            "escalations/judgement_form.html",
            title="Judge the response",
            form=form,
            case=case,
            response=given,
        )
