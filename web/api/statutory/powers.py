"""The powers of sections 63 to 66: prepared, consulted on, used, reviewed and ended."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.inputs import Input
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.statutory import budgets, ending, matching, preparing, tables, using
from models.statutory.powers_shown import Power, power, powers_of
from web.api.answering import Caller, Once, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Statutory steps"])
Reference = Annotated[str, at_once(reference)]
Key = Annotated[int, at_once(key)]
Pages = Annotated[Paging, Query()]
Given = TypeVar("Given", bound=Input)


@router.get(
    "/escalations/{reference}/powers",
    response_model=Page[Power],
    dependencies=[may(Act.SEE_CASE)],
)
def list_powers(door: AtDoor, officer: Caller, reference: Reference, query: Pages) -> Response:
    """The powers that were prepared in this escalation, oldest first."""
    with read(door.engine) as session:
        found = powers_of(
            session, door.policy, reader(officer), reference, today=door.today, **query.model_dump()
        )
        return answer(found)


@router.post(
    "/escalations/{reference}/powers",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.PREPARE_POWER)],
)
def add_power(once: OnlyOnce, reference: Reference, body: preparing.PowerToPrepare) -> Response:
    """Begin to prepare a power: its letters of consultation and to the Secretary of State."""

    def command(acting: Acting) -> Power:
        return _shown(acting, preparing.prepare_power(acting, reference, body).id)

    return once.act(command, 201)


def _shown(acting: Acting, power_id: int) -> Power:
    """A power as it stands now."""
    return power(acting.session, acting.policy, acting.reader, power_id, today=acting.today)


def _on_power(
    once: Once,
    power_id: int,
    command: Callable[[Acting, int, Given], object],
    body: Given,
    status: int = 200,
) -> Response:
    """Do something with a power, and show how it stands then."""

    def run(acting: Acting) -> Power:
        command(acting, power_id, body)
        return _shown(acting, power_id)

    return once.act(run, status)


@router.post(
    "/powers/{id}/consultations",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.RECORD_CONSULTATION, of=tables.Power)],
)
def add_consultation(once: OnlyOnce, id: Key, body: preparing.ConsultationHeld) -> Response:
    """Record who was consulted about a power, when, and what they said."""
    return _on_power(once, id, preparing.record_consultation, body, 201)


@router.post(
    "/powers/{id}/secretary-of-state",
    response_model=Power,
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=tables.Power)],
)
def tell_secretary_of_state(
    once: OnlyOnce, id: Key, body: preparing.NotificationOrConsent
) -> Response:
    """Record that the Secretary of State was notified, or that her consent was received."""
    return _on_power(once, id, preparing.record_secretary_of_state_told, body)


@router.post(
    "/powers/{id}/use",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.USE_POWER, of=tables.Power)],
)
def use_power(once: OnlyOnce, id: Key, body: using.UseOfPower) -> Response:
    """Propose to use a power: its notice is drafted for the Director to approve."""
    return _on_power(once, id, using.use_power, body, 201)


@router.post(
    "/powers/{id}/matching-governors",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.RECORD_MATCHING_GOVERNOR, of=tables.Power)],
)
def add_matching_governor(once: OnlyOnce, id: Key, body: matching.GovernorOfOthers) -> Response:
    """Record a governor whom the diocese or the appointers appointed (section 64(4))."""
    return _on_power(once, id, matching.record_matching_governor, body, 201)


@router.post(
    "/powers/{id}/receipt",
    response_model=Power,
    dependencies=[may(Act.RECORD_RECEIPT, of=tables.Power)],
)
def record_receipt(once: OnlyOnce, id: Key, body: budgets.ReceiptOfNotice) -> Response:
    """Record when the governing body received the notice of suspension (section 66)."""
    return _on_power(once, id, budgets.record_receipt, body)


@router.post(
    "/powers/{id}/representations",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.RECORD_REPRESENTATION, of=tables.Power)],
)
def add_representation(once: OnlyOnce, id: Key, body: budgets.RepresentationMade) -> Response:
    """Record what the governing body or the headteacher said about a suspended budget."""
    return _on_power(once, id, budgets.record_representation, body, 201)


@router.post(
    "/powers/{id}/reviews",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.REVIEW_BUDGET, of=tables.Power)],
)
def add_review(once: OnlyOnce, id: Key, body: budgets.OutcomeOfReview) -> Response:
    """Put the decision on the review of a suspended budget forward, with its letter."""
    return _on_power(once, id, budgets.review_budget, body, 201)


@router.post(
    "/powers/{id}/end",
    response_model=Power,
    dependencies=[may(Act.END_POWER, of=tables.Power)],
)
def end_power(once: OnlyOnce, id: Key, body: ending.EndOfPower) -> Response:
    """End a power; a board's end is put forward with the notice of it."""
    return _on_power(once, id, ending.end_power, body)
