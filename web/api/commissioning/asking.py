"""Schools' requests for support, and referrals to providers."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from models.commissioning import asking, asking_shown, tables
from models.commissioning.asking_shown import Referral, SupportRequest
from models.database import read
from models.inputs import RowKey, Word
from models.matters.tables import Matter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["Commissioned support"])
Key = Annotated[int, at_once(key)]


class OfSchoolQuery(Paging):
    """Of which school, in which state, with which words."""

    urn: int | None = Field(None, ge=1, le=999_999)
    state: Word | None = None
    query: Word = ""


class ReferralQuery(OfSchoolQuery):
    """Also to which provider."""

    provider: RowKey | None = None


@router.get(
    "/support-requests", response_model=Page[SupportRequest], dependencies=[may(Act.SEE_CASE)]
)
def list_requests(
    door: AtDoor, officer: Caller, query: Annotated[OfSchoolQuery, Query()]
) -> Response:
    """Schools' requests for support, those that wait for an answer first."""
    with read(door.engine) as session:
        who = reader(officer)
        found = asking_shown.requests(session, who, today=door.today, **query.model_dump())
        return answer(found)


@router.post(
    "/schools/{urn}/record/support-requests",
    status_code=201,
    response_model=SupportRequest,
    dependencies=[may(Act.RECORD_COMMISSIONING, of=Matter)],
)
def ask_for_support(once: OnlyOnce, urn: str, body: asking.RequestMade) -> Response:
    """Record that a school asked for support; the answer is due by a day."""

    def command(acting: Acting) -> SupportRequest:
        return _request(acting, asking.ask_for_support(acting, urn, body).id)

    return once.act(command, 201)


@router.get(
    "/support-requests/{id}",
    response_model=SupportRequest,
    dependencies=[may(Act.SEE_CASE, of=tables.SupportRequest)],
)
def show_request(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One request."""
    with read(door.engine) as session:
        return answer(asking_shown.request(session, reader(officer), id, door.today))


@router.post(
    "/support-requests/{id}/answer",
    response_model=SupportRequest,
    dependencies=[may(Act.COMMISSION_SUPPORT, of=tables.SupportRequest)],
)
def answer_request(once: OnlyOnce, id: Key, body: asking.RequestAnswer) -> Response:
    """Accept or decline a request, or refer the school to a provider."""

    def command(acting: Acting) -> SupportRequest:
        return _request(acting, asking.answer_request(acting, id, body).id)

    return once.act(command)


@router.get("/referrals", response_model=Page[Referral], dependencies=[may(Act.SEE_CASE)])
def list_referrals(
    door: AtDoor, officer: Caller, query: Annotated[ReferralQuery, Query()]
) -> Response:
    """Referrals to providers, the latest first."""
    with read(door.engine) as session:
        return answer(asking_shown.referrals(session, reader(officer), **query.model_dump()))


@router.post(
    "/schools/{urn}/record/referrals",
    status_code=201,
    response_model=Referral,
    dependencies=[may(Act.RECORD_COMMISSIONING, of=Matter)],
)
def refer(once: OnlyOnce, urn: str, body: asking.ReferralMade) -> Response:
    """Refer a school to a provider."""

    def command(acting: Acting) -> Referral:
        return _referral(acting, asking.refer(acting, urn, body).id)

    return once.act(command, 201)


@router.get(
    "/referrals/{id}",
    response_model=Referral,
    dependencies=[may(Act.SEE_CASE, of=tables.Referral)],
)
def show_referral(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One referral."""
    with read(door.engine) as session:
        return answer(asking_shown.referral(session, reader(officer), id))


@router.post(
    "/referrals/{id}/outcome",
    response_model=Referral,
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Referral)],
)
def follow_referral(once: OnlyOnce, id: Key, body: asking.ReferralOutcome) -> Response:
    """Say what came of a referral."""

    def command(acting: Acting) -> Referral:
        return _referral(acting, asking.follow_referral(acting, id, body).id)

    return once.act(command)


def _request(acting: Acting, request_id: int) -> SupportRequest:
    return asking_shown.request(acting.session, acting.reader, request_id, acting.today)


def _referral(acting: Acting, referral_id: int) -> Referral:
    return asking_shown.referral(acting.session, acting.reader, referral_id)
