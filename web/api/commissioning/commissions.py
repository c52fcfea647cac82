"""Support that is commissioned: agreed, its days used, its impact evaluated, ended."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.commissioning import commissions, commissions_shown, evaluating, tables
from models.commissioning.commissions_shown import Commission
from models.database import read
from models.inputs import RowKey
from models.matters.tables import Matter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.commissioning.asking import OfSchoolQuery
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["Commissioned support"])
Key = Annotated[int, at_once(key)]


class CommissionQuery(OfSchoolQuery):
    """Also by which provider or consultant; `to_evaluate`: of which the evaluation is late."""

    provider: RowKey | None = None
    consultant: RowKey | None = None
    to_evaluate: bool = False


@router.get("/commissions", response_model=Page[Commission], dependencies=[may(Act.SEE_CASE)])
def list_commissions(
    door: AtDoor, officer: Caller, query: Annotated[CommissionQuery, Query()]
) -> Response:
    """Commissioned support, what began last first."""
    with read(door.engine) as session:
        found = commissions_shown.commissions(
            session, reader(officer), today=door.today, **query.model_dump()
        )
        return answer(found)


@router.post(
    "/schools/{urn}/record/commissions",
    status_code=201,
    response_model=Commission,
    dependencies=[may(Act.COMMISSION_SUPPORT, of=Matter)],
)
def commission(once: OnlyOnce, urn: str, body: commissions.CommissionMade) -> Response:
    """Commission support for a school."""

    def command(acting: Acting) -> Commission:
        return _shown(acting, commissions.commission(acting, urn, body).id)

    return once.act(command, 201)


@router.get(
    "/commissions/{id}",
    response_model=Commission,
    dependencies=[may(Act.SEE_CASE, of=tables.Commission)],
)
def show_commission(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One commission, with its days and what both sides say of its impact."""
    with read(door.engine) as session:
        return answer(commissions_shown.commission(session, reader(officer), id, door.today))


@router.post(
    "/commissions/{id}/days",
    status_code=201,
    response_model=Commission,
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Commission)],
)
def use_days(once: OnlyOnce, id: Key, body: commissions.DaysGiven) -> Response:
    """Record days that were used; the answer is the commission."""

    def command(acting: Acting) -> Commission:
        commissions.use_days(acting, id, body)
        return _shown(acting, id)

    return once.act(command, 201)


@router.post(
    "/commissions/{id}/evaluations",
    status_code=201,
    response_model=Commission,
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Commission)],
)
def evaluate(once: OnlyOnce, id: Key, body: evaluating.ImpactSaid) -> Response:
    """Record what the school or the council says of its impact; the answer is the commission."""

    def command(acting: Acting) -> Commission:
        evaluating.evaluate_impact(acting, id, body)
        return _shown(acting, id)

    return once.act(command, 201)


@router.post(
    "/commissions/{id}/end",
    response_model=Commission,
    dependencies=[may(Act.COMMISSION_SUPPORT, of=tables.Commission)],
)
def end(once: OnlyOnce, id: Key, body: commissions.Ending) -> Response:
    """End a commission before its last day."""

    def command(acting: Acting) -> Commission:
        return _shown(acting, commissions.end_commission(acting, id, body).id)

    return once.act(command)


def _shown(acting: Acting, commission_id: int) -> Commission:
    return commissions_shown.commission(acting.session, acting.reader, commission_id, acting.today)
