"""Putting on record what happened at the school: discussions, responses, judgements."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.escalations import recording
from models.escalations.tables import Response as SchoolsResponse
from models.matters.case import Case, case_of, find_case, see_row_in_case
from models.people.access import Act
from models.refusals import InvalidInput
from web.pages.forms import Form, Posted
from web.pages.visits import Key, Reference, Visit, Visitor, may

router = APIRouter()


@router.get("/escalations/{reference}/discussions/new", dependencies=[may(Act.RECORD_DISCUSSION)])
def discussion(visit: Visitor, reference: Reference) -> Response:
    """The form for a discussion or meeting that was held."""
    return _discussion(visit, reference, Form())


@router.post("/escalations/{reference}/discussions/new", dependencies=[may(Act.RECORD_DISCUSSION)])
def record_discussion(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Record a discussion or meeting."""
    try:
        form.check("held_on", "with", "notes")
        with visit.write() as session:
            recording.record_discussion(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                reference=reference,
                held_on=form.day("held_on"),
                with_whom=form.texts("with"),
                notes=form.text("notes"),
                agreed_actions=form.text("agreed_actions"),
            )
    except InvalidInput as invalid:
        return _discussion(visit, reference, form.refused(invalid))
    return visit.done(f"/escalations/{reference}", "discussion")


def _discussion(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        return visit.page(
            "escalations/discussion_form.html",
            title="Record a discussion",
            form=form,
            case=case,
            attendees=_attendees(case),
        )


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
        form.check("received_on", "summary", "judgement")
        judgement = form.text("judgement")
        with visit.write() as session:
            recording.record_response(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                reference=reference,
                received_on=form.day("received_on"),
                summary=form.text("summary"),
                judgement=None if judgement == "later" else judgement,
            )
    except InvalidInput as invalid:
        return _response(visit, reference, form.refused(invalid))
    return visit.done(f"/escalations/{reference}", "response")


def _response(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        return visit.page(
            "escalations/response_form.html", title="Record a response", form=form, case=case
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
        form.check("judgement")
        with visit.write() as session:
            judged = recording.judge_response(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                response_id=number,
                judgement=form.text("judgement"),
                reason=form.text("reason"),
            )
            case = case_of(session, visit.policy, visit.reader, judged.escalation_id)
    except InvalidInput as invalid:
        return _judgement(visit, number, form.refused(invalid))
    return visit.done(f"/escalations/{case.matter.reference}", "judged")


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
