"""What the Secretary of State tells the authority about a school, and its release."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.matters.case import Case, find_case, see_row_in_case
from models.people.access import Act
from models.statutory import secretary_of_state as commands
from models.statutory.tables import SecretaryOfStateNotice
from web.pages.forms import STAYS, Form, Posted
from web.pages.statutory.wording import KINDS, RESTS_ON, check_within_part_4
from web.pages.visits import Key, Reference, Visit, Visitor, may

router = APIRouter()


@router.get(
    "/escalations/{reference}/secretary-of-state-notices/new",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE)],
)
def notice(visit: Visitor, reference: Reference) -> Response:
    """The form for a notice that has come."""
    return _notice(visit, reference, Form())


@router.post(
    "/escalations/{reference}/secretary-of-state-notices/new",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE)],
)
def record_notice(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Record a notice of the Secretary of State."""
    asking = {
        "kind": "Choose what the Secretary of State told the local authority",
        "summary": "Enter what it says",
    }
    try:
        replace(form, asked=asking).check("kind", "received_on", "summary")
        with visit.write() as session:
            commands.record_secretary_of_state_notice(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                reference=reference,
                kind=form.text("kind"),
                received_on=form.day("received_on"),
                summary=form.text("summary"),
            )
    except STAYS as refusal:
        return _notice(visit, reference, form.refused(refusal))
    return visit.done(f"/escalations/{reference}/law", "from_secretary_of_state")


def _notice(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
    return visit.page(
        "statutory/secretary_of_state_form.html",
        title="Record a notice of the Secretary of State",
        form=form,
        case=case,
        kinds=[(kind, says, RESTS_ON[kind]) for kind, says in KINDS.items()],
    )


@router.get(
    "/secretary-of-state-notices/{id}/release",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=SecretaryOfStateNotice)],
)
def release(visit: Visitor, number: Key) -> Response:
    """The form for the word that the authority may act again."""
    return _release(visit, number, Form())


@router.post(
    "/secretary-of-state-notices/{id}/release",
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=SecretaryOfStateNotice)],
)
def record_release(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record that the Secretary of State has released the authority."""
    try:
        form.check("released_on", "note")
        with visit.write() as session:
            _, case = _find(session, visit, number)
            commands.release_secretary_of_state_notice(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                notice_id=number,
                released_on=form.day("released_on"),
                note=form.text("note"),
            )
    except STAYS as refusal:
        return _release(visit, number, form.refused(refusal))
    return visit.done(f"/escalations/{case.matter.reference}/law", "released")


def _release(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        told, case = _find(session, visit, number)
        check_within_part_4(case)
    return visit.page(
        "statutory/release_form.html",
        title="Record the release",
        form=form,
        case=case,
        notice=told,
        says=KINDS[told.kind],
    )


def _find(session: Session, visit: Visit, number: int) -> tuple[SecretaryOfStateNotice, Case]:
    return see_row_in_case(session, visit.policy, visit.reader, SecretaryOfStateNotice, number)
