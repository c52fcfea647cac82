"""The powers of sections 63 to 66: prepared, consulted on, used, reviewed and ended."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.database import read
from models.paging import Page
from models.people.access import Act, reader
from models.people.tables import Officer
from models.statutory import budgets, ending, preparing, tables, using
from models.statutory.powers_shown import Power, power, powers_of
from web.api import bodies
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, Door, key, reference

router = APIRouter(tags=["Statutory steps"])
Reference = Annotated[str, Depends(reference)]
Key = Annotated[int, Depends(key)]
Pages = Annotated[Paging, Query()]


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
def add_power(
    door: AtDoor, officer: Caller, once: OnlyOnce, reference: Reference, body: bodies.PowerBody
) -> Response:
    """Begin to prepare a power: its letters of consultation and to the Secretary of State."""

    def command(session: Session) -> Power:
        prepared = preparing.prepare_power(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            reference=reference,
            **body.model_dump(),
        )
        return power(session, door.policy, reader(officer), prepared.id, today=door.today)

    return once.carry_out(command, 201)


def _on_power(
    door: Door, officer: Officer, id: int, act: Callable[[Session], Any]
) -> Callable[[Session], Power]:
    """Do something with a power, and show how it stands then."""

    def command(session: Session) -> Power:
        act(session)
        return power(session, door.policy, reader(officer), id, today=door.today)

    return command


@router.post(
    "/powers/{id}/consultations",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.RECORD_CONSULTATION, of=tables.Power)],
)
def add_consultation(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ConsultationBody
) -> Response:
    """Record who was consulted about a power, when, and what they said."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(
        door, officer, id, lambda s: preparing.record_consultation(s, door.policy, **given)
    )
    return once.carry_out(act, 201)


@router.post(
    "/powers/{id}/secretary-of-state",
    response_model=Power,
    dependencies=[may(Act.RECORD_SECRETARY_OF_STATE, of=tables.Power)],
)
def tell_secretary_of_state(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ToldBody
) -> Response:
    """Record that the Secretary of State was notified, or that her consent was received."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    return once.carry_out(
        _on_power(
            door,
            officer,
            id,
            lambda s: preparing.record_secretary_of_state_told(s, door.policy, **given),
        ),
    )


@router.post(
    "/powers/{id}/use",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.USE_POWER, of=tables.Power)],
)
def use_power(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.UseBody
) -> Response:
    """Propose to use a power: its notice is drafted for the Director to approve."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: using.use_power(s, door.policy, **given))
    return once.carry_out(act, 201)


@router.post(
    "/powers/{id}/receipt",
    response_model=Power,
    dependencies=[may(Act.RECORD_RECEIPT, of=tables.Power)],
)
def record_receipt(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ReceiptBody
) -> Response:
    """Record when the governing body received the notice of suspension (section 66)."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: budgets.record_receipt(s, door.policy, **given))
    return once.carry_out(act)


@router.post(
    "/powers/{id}/representations",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.RECORD_REPRESENTATION, of=tables.Power)],
)
def add_representation(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.RepresentationBody
) -> Response:
    """Record what the governing body or the headteacher said about a suspended budget."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(
        door, officer, id, lambda s: budgets.record_representation(s, door.policy, **given)
    )
    return once.carry_out(act, 201)


@router.post(
    "/powers/{id}/reviews",
    status_code=201,
    response_model=Power,
    dependencies=[may(Act.REVIEW_BUDGET, of=tables.Power)],
)
def add_review(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.ReviewBody
) -> Response:
    """Put the decision on the review of a suspended budget forward, with its letter."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: budgets.review_budget(s, door.policy, **given))
    return once.carry_out(act, 201)


@router.post(
    "/powers/{id}/end", response_model=Power, dependencies=[may(Act.END_POWER, of=tables.Power)]
)
def end_power(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: bodies.EndBody
) -> Response:
    """End a power; a board's end is put forward with the notice of it."""
    given = {"officer": officer, "now": door.now, "power_id": id, **body.model_dump()}
    act = _on_power(door, officer, id, lambda s: ending.end_power(s, door.policy, **given))
    return once.carry_out(act)
