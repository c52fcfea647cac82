"""The support programme: what is due, the reviews that were held, and who supports a school."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.database import read
from models.paging import Page
from models.people.access import Act
from models.programme import support_work, supporters, supporting, tables
from models.programme.duties_shown import Duty, duties, duty
from models.programme.support_work import SupportReview
from models.programme.supporters_shown import Supporter, Supporters, supporter, supporters_of
from models.programme.tables import Review
from models.schools.tables import School
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.bodies import (
    DutyQuery,
    LastDayBody,
    ReasonBody,
    SupporterBody,
    SupportReviewBody,
    SupportReviewQuery,
)
from web.door import AtDoor, key

router = APIRouter(tags=["Support programme"])
Key = Annotated[int, Depends(key)]


@router.get("/duties", response_model=Page[Duty], dependencies=[may(Act.SEE_PROGRAMME)])
def list_duties(door: AtDoor, _: Caller, query: Annotated[DutyQuery, Query()]) -> Response:
    """What is due of schools and of the whole register, the earliest first."""
    with read(door.engine) as session:
        found = duties(session, today=door.today, **query.model_dump())
        return answer(found)


@router.post(
    "/duties/{id}/cancellation",
    response_model=Duty,
    dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Duty)],
)
def cancel_duty(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: ReasonBody
) -> Response:
    """Say that something planned is not to be done."""

    def command(session: Session) -> Duty:
        supporting.cancel_duty(
            session, door.policy, officer=officer, now=door.now, duty_id=id, reason=body.reason
        )
        return duty(session, id, door.today)

    return once.carry_out(command)


@router.get(
    "/reviews",
    response_model=Page[SupportReview],
    dependencies=[may(Act.SEE_PROGRAMME)],
)
def list_reviews(
    door: AtDoor, _: Caller, query: Annotated[SupportReviewQuery, Query()]
) -> Response:
    """The reviews that were held, the latest first."""
    with read(door.engine) as session:
        found = support_work.reviews(session, **query.model_dump())
        return answer(found)


@router.get(
    "/reviews/{id}", response_model=SupportReview, dependencies=[may(Act.SEE_PROGRAMME, of=Review)]
)
def show_review(door: AtDoor, _: Caller, id: Key) -> Response:
    """One review."""
    with read(door.engine) as session:
        return answer(support_work.review(session, id))


@router.post(
    "/reviews",
    status_code=201,
    response_model=SupportReview,
    dependencies=[may(Act.RECORD_SUPPORT_WORK)],
)
def add_review(door: AtDoor, officer: Caller, once: OnlyOnce, body: SupportReviewBody) -> Response:
    """Record a review of a school or of the whole register."""

    def command(session: Session) -> SupportReview:
        review = supporting.record_review(
            session, officer=officer, now=door.now, **body.model_dump()
        )
        return support_work.review(session, review.id)

    return once.carry_out(command, 201)


@router.get(
    "/schools/{urn}/supporters",
    response_model=Supporters,
    dependencies=[may(Act.SEE_PROGRAMME, of=School)],
)
def list_supporters(door: AtDoor, _: Caller, urn: str) -> Response:
    """Everybody who supports or supported a school, by the last who began."""
    with read(door.engine) as session:
        found = supporters_of(session, urn, today=door.today)
        return answer(Supporters(items=found))


@router.post(
    "/schools/{urn}/supporters",
    status_code=201,
    response_model=Supporter,
    dependencies=[may(Act.ASSIGN_SUPPORT, of=School)],
)
def assign_supporter(
    door: AtDoor, officer: Caller, once: OnlyOnce, urn: str, body: SupporterBody
) -> Response:
    """Let somebody support a school."""
    given = body.model_dump()

    def command(session: Session) -> Supporter:
        assigned = supporters.assign_supporter(
            session,
            officer=officer,
            now=door.now,
            urn=urn,
            email=given.pop("officer"),
            **given,
        )
        return supporter(session, assigned.id, door.today)

    return once.carry_out(command, 201)


@router.post(
    "/supporters/{id}/end",
    response_model=Supporter,
    dependencies=[may(Act.ASSIGN_SUPPORT, of=tables.Supporter)],
)
def end_support(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: LastDayBody
) -> Response:
    """Say when somebody's support ends."""

    def command(session: Session) -> Supporter:
        supporters.end_support(
            session, officer=officer, now=door.now, supporter_id=id, last_day=body.last_day
        )
        return supporter(session, id, door.today)

    return once.carry_out(command)
