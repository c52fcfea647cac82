"""Sharing decisions of one escalation and of a school's own record, and what leaves on each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from models.approvals import shown as approvals_shown
from models.database import read
from models.inputs import Reason
from models.matters.tables import Matter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.school_record.shown import listed_on
from models.sharing import proposing, shown, standing, withdrawing, writing
from models.sharing.tables import SharingDecision
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Sharing information"])
Key = Annotated[int, at_once(key)]
Reference = Annotated[str, Depends(reference)]
Pages = Annotated[Paging, Query()]
OF_CASE = "/escalations/{reference}/sharing"
OF_SCHOOL = "/schools/{urn}/record/sharing"


@router.get(
    "/standing-decisions",
    response_model=Page[standing.StandingDecision],
    dependencies=[may(Act.SEE_OUTLINES)],
)
def list_standing_decisions(door: AtDoor) -> Response:
    """To whom the policy lets letters go without a sharing decision of their own, and why."""
    return answer(standing.standing_decisions(door.policy, door.today))


@router.get(OF_CASE, response_model=Page[shown.SharingDecision], dependencies=[may(Act.SEE_CASE)])
def list_sharing(door: AtDoor, officer: Caller, reference: Reference, pages: Pages) -> Response:
    """The sharing decisions of one escalation, the newest first."""
    with read(door.engine) as session:
        found = shown.decisions_of(
            session, reader(officer), reference, today=door.today, **pages.model_dump()
        )
        return answer(found)


@router.post(
    OF_CASE, status_code=201, response_model=shown.SharingDecision, dependencies=[may(Act.SHARE)]
)
def ask_sharing(once: OnlyOnce, reference: Reference, body: proposing.SharingToDecide) -> Response:
    """Answer the six questions; the answer's `proposal` is what a designated officer decides."""
    return once.act(
        lambda acting: _shown(acting, proposing.ask_sharing(acting, reference, body).id), 201
    )


@router.get(
    OF_SCHOOL,
    response_model=Page[shown.SharingDecision],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_school_sharing(door: AtDoor, officer: Caller, urn: str, pages: Pages) -> Response:
    """The sharing decisions on the school's own record, the newest first."""
    who = reader(officer)
    with read(door.engine) as session:

        def listed(reference: str) -> Page[shown.SharingDecision]:
            return shown.decisions_of(
                session, who, reference, today=door.today, **pages.model_dump()
            )

        return answer(listed_on(session, who, urn, listed))


@router.post(
    OF_SCHOOL,
    status_code=201,
    response_model=shown.SharingDecision,
    dependencies=[may(Act.SHARE, of=Matter)],
)
def ask_school_sharing(once: OnlyOnce, urn: str, body: proposing.SharingToDecide) -> Response:
    """Answer the six questions on the school's own record, which is opened where there is none."""
    return once.act(
        lambda acting: _shown(acting, proposing.ask_school_sharing(acting, urn, body).id), 201
    )


@router.get(
    "/sharing/{id}",
    response_model=shown.SharingDecision,
    dependencies=[may(Act.SEE_CASE, of=SharingDecision)],
)
def show_sharing(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One sharing decision, with what rests on it."""
    with read(door.engine) as session:
        return answer(shown.sharing_decision(session, reader(officer), id, today=door.today))


@router.post(
    "/sharing/{id}/letters",
    status_code=201,
    response_model=approvals_shown.Proposal,
    dependencies=[may(Act.WRITE_LETTER, of=SharingDecision)],
)
def write_shared_letter(once: OnlyOnce, id: Key, body: writing.LetterToShare) -> Response:
    """Draft a letter to those whom the decision names; the answer is the proposal to send it."""

    def command(acting: Acting) -> approvals_shown.Proposal:
        made = writing.write_shared_letter(acting, id, body)
        return approvals_shown.proposal(
            acting.session, acting.policy, acting.reader, made.id, now=acting.now
        )

    return once.act(command, 201)


@router.post(
    "/sharing/{id}/handed-over",
    status_code=201,
    response_model=shown.SharingDecision,
    dependencies=[may(Act.SHARE, of=SharingDecision)],
)
def hand_over(once: OnlyOnce, id: Key, body: writing.HandingOver) -> Response:
    """Record that files, reports or a bundle were given to one whom the decision names."""
    return once.act(
        lambda acting: _shown(acting, writing.hand_over(acting, id, body).decision_id), 201
    )


@router.post(
    "/sharing/{id}/withdraw",
    response_model=shown.SharingDecision,
    dependencies=[may(Act.SHARE, of=SharingDecision)],
)
def withdraw_sharing(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Withdraw it: whatever has not left on it yet does not leave."""
    return once.act(
        lambda acting: _shown(acting, withdrawing.withdraw_sharing(acting, id, body).id)
    )


@router.post(
    "/sharing/{id}/review",
    response_model=shown.SharingDecision,
    dependencies=[may(Act.AUTHORISE_SHARING, of=SharingDecision)],
)
def review_sharing(once: OnlyOnce, id: Key, body: withdrawing.SharingLookedAt) -> Response:
    """Say that it was looked at and stands, and when it is looked at again."""
    return once.act(lambda acting: _shown(acting, withdrawing.review_sharing(acting, id, body).id))


def _shown(acting: Acting, decision_id: int) -> shown.SharingDecision:
    return shown.sharing_decision(acting.session, acting.reader, decision_id, today=acting.today)
