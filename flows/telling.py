"""What happened is told to Prefect as events, so that a council can tie an automation to it.

Each event of the record that is about an unrestricted case becomes `scc.` and its kind, about
`scc.escalation.` and the reference. Who did it is not told, nor what anybody wrote. How far Prefect
was told stands in Prefect itself, as a variable: a server that lost its database hears only of what
happens from then on. What is told twice has the same id, and Prefect takes it once.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from prefect.events import Event as Told
from prefect.events import RelatedResource, Resource
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from flows.record import Record
from models.database import read
from models.escalations.events import CaseOpenedToAll
from models.escalations.tables import Escalation
from models.events import Event, place_of_last
from models.matters.tables import Matter, MatterKind
from models.policy import Policy
from models.policy.editions import step_of
from models.policy.wording import step_words
from models.rows import find, find_first
from models.schools.tables import School

TOLD_UP_TO = "scc_told_up_to_"
ABOUT = "scc.escalation."
ABOUT_SCHOOL = "scc.school_record."
AT_ONCE = 100
# Of an event's facts only fixed words, numbers and days: nothing that anybody wrote.
PASSED_ON = ("proposal", "action", "step", "letter", "template", "deadline", "due_on")
LABELS = ("action", "step", "template")
REFUSED = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)

_log = logging.getLogger("prefect.scc")


@dataclass(frozen=True)
class Place:
    """A place in the chain of events; the hash says that it is still the same chain."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Happened:
    """The next events that Prefect is told of, and up to where it is told with them."""

    events: tuple[Told, ...]
    place: Place


class Teller:
    """Tells Prefect what happened, some at a time, from where it was told last."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._told_up_to = 0

    async def tell(self, client: PrefectClient) -> None:
        """Tell the next events; while there are none nothing is asked of Prefect.

        Raises what the client raises when the server is away or busy: then the same is told again.
        """
        with read(self._record.engine) as session:
            if place_of_last(session) == self._told_up_to:
                return
            name = TOLD_UP_TO + _hash_at(session, 1)[:16]
        place = await self._place(client, name)
        with read(self._record.engine) as session:
            happened = next_events(session, self._record, place)
        if happened.events:
            await _send(client, happened.events)
            await _remember(client, name, happened.place)
        self._told_up_to = happened.place.sequence

    async def _place(self, client: PrefectClient, name: str) -> Place:
        """Up to where Prefect was told; the end of the record where it was told nothing of it."""
        variable = await client.read_variable_by_name(name)
        kept = variable.value if variable else None
        with read(self._record.engine) as session:
            if isinstance(kept, dict):
                place = Place(kept["sequence"], kept["hash"])
                if _hash_at(session, place.sequence) == place.hash:
                    return Place(max(place.sequence, self._told_up_to), place.hash)
            head = place_of_last(session)
            place = Place(head, _hash_at(session, head))
        await _remember(client, name, place)
        return place


def _hash_at(session: Session, sequence: int) -> str:
    return find_first(session, select(Event.hash).where(Event.sequence == sequence)) or ""


def next_events(session: Session, record: Record, after: Place) -> Happened:
    """The events after a place that Prefect may know of.

    Of a case that was restricted none, and of one that was opened since none from before that.
    """
    opened = aliased(Event)
    opened_at = (
        select(func.max(opened.sequence))
        .where(opened.matter_id == Event.matter_id)
        .where(opened.kind == CaseOpenedToAll.kind)
        .scalar_subquery()
    )
    statement = (
        select(Event, Matter, Escalation, School)
        .join(Matter, col(Matter.id) == col(Event.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(col(Event.sequence) > after.sequence, ~col(Matter.restricted))
        .where(col(Event.sequence) >= func.coalesce(opened_at, 0))
        .order_by(col(Event.sequence))
        .limit(AT_ONCE)
    )
    rows = find(session, statement)
    last = rows[-1][0].sequence if len(rows) == AT_ONCE else place_of_last(session)
    return Happened(
        events=tuple(told(session, record, *row) for row in rows),
        place=Place(last, _hash_at(session, last)),
    )


def told(
    session: Session,
    record: Record,
    event: Event,
    matter: Matter,
    escalation: Escalation | None,
    school: School,
) -> Told:
    """An event as Prefect is told it: what happened to which case, and where to read of it."""
    facts = {name: value for name, value in event.facts.items() if name in PASSED_ON and value}
    base_url = record.settings.base_url.rstrip("/")
    return Told(
        id=UUID(event.hash[:32]),
        occurred=event.at,  # type: ignore[arg-type]
        event=f"scc.{event.kind}",
        resource=Resource(
            {
                "prefect.resource.id": f"{_about(matter)}{matter.reference}",
                "prefect.resource.name": matter.reference,
                **({"scc.ladder": escalation.ladder} if escalation else {}),
                **{f"scc.{name}": str(facts[name]) for name in LABELS if name in facts},
            }
        ),
        related=[
            RelatedResource(
                {
                    "prefect.resource.id": f"scc.school.{school.urn}",
                    "prefect.resource.role": "school",
                    "prefect.resource.name": school.name,
                }
            )
        ],
        payload={
            "reference": matter.reference,
            "school": school.name,
            "urn": school.urn,
            "page": f"{base_url}{matter.page}",
            **facts,
            **_step(session, record.policy, escalation, facts),
        },
    )


def _step(
    session: Session, policy: Policy, escalation: Escalation | None, facts: dict[str, Any]
) -> dict[str, str]:
    rule = step_of(session, policy, escalation, facts.get("step"))
    return {"step_title": step_words(rule)} if rule else {}


def _about(matter: Matter) -> str:
    return ABOUT if matter.kind is MatterKind.ESCALATION else ABOUT_SCHOOL


async def _send(client: PrefectClient, events: Sequence[Told]) -> None:
    """Hand events to the server; those that it will never take are passed over."""
    body = [event.model_dump(mode="json") for event in events]
    try:
        await client.request("POST", "/events", json=body)
    except httpx.HTTPStatusError as refused:
        if refused.response.status_code not in REFUSED:
            raise
        _log.warning("Prefect did not take %d events: %s", len(events), refused.response.text)


async def _remember(client: PrefectClient, name: str, place: Place) -> None:
    value = {"sequence": place.sequence, "hash": place.hash}
    if await client.read_variable_by_name(name) is None:
        await client.create_variable(VariableCreate(name=name, value=value))
    else:
        await client.update_variable(VariableUpdate(name=name, value=value))
