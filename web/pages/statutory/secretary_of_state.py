"""What the Secretary of State tells the authority about a school, and its release."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.matters.case import Case, find_case, see_row_in_case
from models.people.access import Act
from models.statutory import secretary_of_state as commands
from models.statutory.tables import SecretaryOfStateNotice
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.statutory.wording import KINDS, RESTS_ON, check_within_part_4
from web.pages.visits import Key, Reference, Visit, Visitor, may, says

SAYS_FROM_SECRETARY_OF_STATE = says(
    "from_secretary_of_state", "The Secretary of State’s notice has been recorded"
)
SAYS_RELEASED = says("released", "The release has been recorded")


router = APIRouter()

NOTICE = Asked(
    commands.NoticeReceived,
    kind=("Kind", "Choose what the Secretary of State told the local authority"),
    received_on=("The date", "Enter the date on which it was received"),
    summary=("Summary", "Enter what it says"),
)
RELEASE = Asked(
    commands.Release,
    released_on=("The date", "Enter the date of the release"),
    note=("Note", "Enter how you know of the release"),
)


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
    try:
        given = form.filled(NOTICE)
        with visit.acting() as acting:
            commands.record_secretary_of_state_notice(acting, reference, given)
    except STAYS as refusal:
        return _notice(visit, reference, form.refused(refusal, NOTICE))
    return visit.done(f"/escalations/{reference}/law", SAYS_FROM_SECRETARY_OF_STATE)


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
        given = form.filled(RELEASE)
        with visit.acting() as acting:
            _, case = _find(acting.session, visit, number)
            commands.release_secretary_of_state_notice(acting, number, given)
    except STAYS as refusal:
        return _release(visit, number, form.refused(refusal, RELEASE))
    return visit.done(f"/escalations/{case.matter.reference}/law", SAYS_RELEASED)


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
