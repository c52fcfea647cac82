"""Actions that were agreed: of one escalation, of a school's own record, across all of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import Field

from models.actions import following, shown
from models.actions.tables import ActionState, AgreedAction
from models.database import read
from models.inputs import Email, Reason
from models.matters.tables import Matter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.rows import LAST_KEY
from models.school_record.shown import listed_on
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Actions"])
Key = Annotated[int, at_once(key)]
Reference = Annotated[str, Depends(reference)]
Pages = Annotated[Paging, Query()]
OF_CASE = "/escalations/{reference}/actions"
OF_SCHOOL = "/schools/{urn}/record/actions"


class ActionsQuery(Paging):
    """Actions in which state, which `officer` is to do; `weekly`: those of the weekly review.

    `priority` leaves those under one priority of an improvement plan.
    """

    state: ActionState | None = None
    officer: Email | None = None
    weekly: bool = False
    priority: int | None = Field(None, ge=1, le=LAST_KEY)


@router.get("/actions", response_model=Page[shown.AgreedAction], dependencies=[may(Act.SEE_CASE)])
def list_all_actions(
    door: AtDoor, officer: Caller, query: Annotated[ActionsQuery, Query()]
) -> Response:
    """The actions of all schools, those that are open first, the earliest due before."""
    with read(door.engine) as session:
        found = shown.actions(
            session, door.policy, reader(officer), today=door.today, **query.model_dump()
        )
        return answer(found)


@router.get(OF_CASE, response_model=Page[shown.AgreedAction], dependencies=[may(Act.SEE_CASE)])
def list_actions(door: AtDoor, officer: Caller, reference: Reference, pages: Pages) -> Response:
    """The actions of one escalation, those that are open first, the earliest due before."""
    with read(door.engine) as session:
        found = shown.actions_of(
            session, reader(officer), reference, today=door.today, **pages.model_dump()
        )
        return answer(found)


@router.post(
    OF_CASE,
    status_code=201,
    response_model=shown.AgreedAction,
    dependencies=[may(Act.RECORD_ACTION)],
)
def add_action(once: OnlyOnce, reference: Reference, body: following.ActionAgreed) -> Response:
    """Agree an action: what, by whom and by when, why, and what it came from."""
    return once.act(
        lambda acting: _shown(acting, following.add_action(acting, reference, body).id), 201
    )


@router.get(
    OF_SCHOOL,
    response_model=Page[shown.AgreedAction],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_school_actions(door: AtDoor, officer: Caller, urn: str, pages: Pages) -> Response:
    """The actions on the school's own record, those that are open first."""
    who = reader(officer)
    with read(door.engine) as session:

        def listed(reference: str) -> Page[shown.AgreedAction]:
            return shown.actions_of(session, who, reference, today=door.today, **pages.model_dump())

        return answer(listed_on(session, who, urn, listed))


@router.post(
    OF_SCHOOL,
    status_code=201,
    response_model=shown.AgreedAction,
    dependencies=[may(Act.RECORD_ACTION, of=Matter)],
)
def add_school_action(once: OnlyOnce, urn: str, body: following.ActionAgreed) -> Response:
    """Agree an action on the school's own record, which is opened where there is none."""
    return once.act(
        lambda acting: _shown(acting, following.add_school_action(acting, urn, body).id), 201
    )


@router.get(
    "/actions/{id}",
    response_model=shown.AgreedAction,
    dependencies=[may(Act.SEE_CASE, of=AgreedAction)],
)
def show_action(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One action, with what was said of its progress."""
    with read(door.engine) as session:
        return answer(shown.action(session, reader(officer), id, today=door.today))


@router.post(
    "/actions/{id}/change",
    response_model=shown.AgreedAction,
    dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)],
)
def change_action(once: OnlyOnce, id: Key, body: following.ActionNow) -> Response:
    """Say what is to be done now, by whom and by when; what is left out is empty."""
    return once.act(lambda acting: _shown(acting, following.change_action(acting, id, body).id))


@router.post(
    "/actions/{id}/finish",
    response_model=shown.AgreedAction,
    dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)],
)
def finish_action(once: OnlyOnce, id: Key, body: following.Achieved) -> Response:
    """Say that it was done, when, and what was achieved."""
    return once.act(lambda acting: _shown(acting, following.finish_action(acting, id, body).id))


@router.post(
    "/actions/{id}/drop",
    response_model=shown.AgreedAction,
    dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)],
)
def drop_action(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Say that it is not wanted any more, and why."""
    return once.act(lambda acting: _shown(acting, following.drop_action(acting, id, body).id))


@router.post(
    "/actions/{id}/lines",
    status_code=201,
    response_model=shown.AgreedAction,
    dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)],
)
def say_progress(once: OnlyOnce, id: Key, body: following.Progress) -> Response:
    """Say how far it is; the answer is the action with all that was said of it."""
    return once.act(
        lambda acting: _shown(acting, following.say_progress(acting, id, body).action_id), 201
    )


def _shown(acting: Acting, action_id: int) -> shown.AgreedAction:
    return shown.action(acting.session, acting.reader, action_id, today=acting.today)
