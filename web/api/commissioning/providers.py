"""Providers to whom schools can be referred."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.commissioning import asking_shown, providers
from models.commissioning.asking_shown import Provider
from models.commissioning.tables import Provider as ProviderRow
from models.database import read
from models.inputs import Word
from models.paging import Page
from models.people.access import Act
from models.people.acting import Acting
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, InOneGo, at_once, key

router = APIRouter(tags=["Commissioned support"])
Key = Annotated[int, at_once(key)]


class ProviderQuery(Paging):
    """Which providers; those to whom nobody is referred any more are not `active`."""

    query: Word = ""
    active: bool | None = True


@router.get("/providers", response_model=Page[Provider], dependencies=[may(Act.SEE_PROGRAMME)])
def list_providers(door: AtDoor, _: Caller, query: Annotated[ProviderQuery, Query()]) -> Response:
    """The providers by name."""
    with read(door.engine) as session:
        return answer(asking_shown.providers(session, **query.model_dump()))


@router.post(
    "/providers",
    status_code=201,
    response_model=Provider,
    dependencies=[may(Act.KEEP_CONSULTANTS)],
)
def add_provider(once: OnlyOnce, body: providers.ProviderDetails) -> Response:
    """Add a provider."""

    def command(acting: Acting) -> Provider:
        return asking_shown.provider(acting.session, providers.add_provider(acting, body).id)

    return once.act(command, 201)


@router.get(
    "/providers/{id}",
    response_model=Provider,
    dependencies=[may(Act.SEE_PROGRAMME, of=ProviderRow)],
)
def show_provider(door: AtDoor, _: Caller, id: Key) -> Response:
    """One provider."""
    with read(door.engine) as session:
        return answer(asking_shown.provider(session, id))


@router.put(
    "/providers/{id}",
    response_model=Provider,
    dependencies=[may(Act.KEEP_CONSULTANTS, of=ProviderRow)],
)
def put_provider(in_one_go: InOneGo, id: Key, body: providers.ProviderDetails) -> Response:
    """Say anew what is known of a provider, or that nobody is referred to it any more."""
    with in_one_go() as acting:
        providers.change_provider(acting, id, body)
        return answer(asking_shown.provider(acting.session, id))
