"""The support programme: what is due, the reviews that were held, and who supports a school."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from models.database import read
from models.inputs import Day, Email, Reason
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.programme import outcomes, requiring, reviews, support_work, supporters, tables
from models.programme.duties import cancel_duty as cancel
from models.programme.duties_shown import Duty, duties, duty
from models.programme.requirements_shown import (
    Requirement,
    Requirements,
    requirement,
    requirements_of,
)
from models.programme.shown import SchoolProgramme, programme_of
from models.programme.support_work import SupportReview
from models.programme.supporters_shown import Supporter, Supporters, supporter, supporters_of
from models.programme.tables import DutyKind, Review
from models.schools.tables import School
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.api.programme.visits import SupportWorkQuery
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["Support programme"])
Key = Annotated[int, at_once(key)]


class DutyQuery(Paging):
    """Which duties; `to_do` are those that are planned or late, `due_before` is left out."""

    urn: int | None = Field(None, ge=1, le=999_999)
    kind: DutyKind | None = None
    officer: Email | None = None
    state: Literal["planned", "late", "done", "cancelled", "to_do"] | None = None
    due_before: Day | None = None


class ProgrammeQuery(BaseModel):
    """Which school year, by the year in which it begins; the running one unless given."""

    model_config = ConfigDict(extra="forbid")

    year: int | None = Field(None, ge=2000, le=2199)


class SupportReviewQuery(SupportWorkQuery):
    """Reviews of which kind, of which school, by which officer."""

    kind: DutyKind | None = None


@router.get("/duties", response_model=Page[Duty], dependencies=[may(Act.SEE_SUPPORT)])
def list_duties(door: AtDoor, officer: Caller, query: Annotated[DutyQuery, Query()]) -> Response:
    """What is due of schools and of the whole register, the earliest first."""
    with read(door.engine) as session:
        who = reader(officer, door.today)
        found = duties(session, who, today=door.today, **query.model_dump())
        return answer(found)


@router.post(
    "/duties/{id}/cancellation",
    response_model=Duty,
    dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Duty)],
)
def cancel_duty(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Say that something planned is not to be done."""

    def command(acting: Acting) -> Duty:
        cancel(acting, id, body)
        return duty(acting.session, acting.reader, id, acting.today)

    return once.act(command)


@router.post(
    "/duties/{id}/outcome",
    response_model=Duty,
    dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Duty)],
)
def record_outcome(once: OnlyOnce, id: Key, body: outcomes.DutyOutcome) -> Response:
    """Say when an audit, a place on a programme or an induction was done, and what came of it."""

    def command(acting: Acting) -> Duty:
        outcomes.record_outcome(acting, id, body)
        return duty(acting.session, acting.reader, id, acting.today)

    return once.act(command)


@router.get(
    "/schools/{urn}/programme",
    response_model=SchoolProgramme,
    dependencies=[may(Act.SEE_SUPPORT, of=School)],
)
def show_programme(
    door: AtDoor, officer: Caller, urn: str, query: Annotated[ProgrammeQuery, Query()]
) -> Response:
    """The support programme of a school: what its level means, what is due, and by whom."""
    with read(door.engine) as session:
        looks = reader(officer, door.today)
        found = programme_of(
            session, door.policy, looks, urn, today=door.today, school_year=query.year
        )
        return answer(found)


@router.get(
    "/schools/{urn}/requirements",
    response_model=Requirements,
    dependencies=[may(Act.SEE_PROGRAMME, of=School)],
)
def list_requirements(door: AtDoor, _: Caller, urn: str) -> Response:
    """What a school requires, or required, of what is planned only if it is required."""
    with read(door.engine) as session:
        return answer(Requirements(items=requirements_of(session, urn)))


@router.post(
    "/schools/{urn}/requirements",
    status_code=201,
    response_model=Requirement,
    dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)],
)
def require(once: OnlyOnce, urn: str, body: requiring.RequiredSupport) -> Response:
    """Say that a school requires what its level has only if it is required: it is planned."""

    def command(acting: Acting) -> Requirement:
        required = requiring.require(acting, urn, body)
        return requirement(acting.session, required.id)

    return once.act(command, 201)


@router.post(
    "/requirements/{id}/end",
    response_model=Requirement,
    dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Requirement)],
)
def end_requirement(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Say that a school no longer requires it: what is planned of it is cancelled."""

    def command(acting: Acting) -> Requirement:
        requiring.end_requirement(acting, id, body)
        return requirement(acting.session, id)

    return once.act(command)


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
def add_review(once: OnlyOnce, body: reviews.ReviewHeld) -> Response:
    """Record a review of a school or of the whole register."""

    def command(acting: Acting) -> SupportReview:
        review = reviews.record_review(acting, body)
        return support_work.review(acting.session, review.id)

    return once.act(command, 201)


@router.get(
    "/schools/{urn}/supporters",
    response_model=Supporters,
    dependencies=[may(Act.SEE_SUPPORT, of=School)],
)
def list_supporters(door: AtDoor, officer: Caller, urn: str) -> Response:
    """Everybody who supports or supported a school, by the last who began."""
    with read(door.engine) as session:
        found = supporters_of(session, reader(officer, door.today), urn, today=door.today)
        return answer(Supporters(items=found))


@router.post(
    "/schools/{urn}/supporters",
    status_code=201,
    response_model=Supporter,
    dependencies=[may(Act.ASSIGN_SUPPORT, of=School)],
)
def assign_supporter(once: OnlyOnce, urn: str, body: supporters.NewSupporter) -> Response:
    """Let somebody support a school."""

    def command(acting: Acting) -> Supporter:
        assigned = supporters.assign_supporter(acting, urn, body)
        return supporter(acting.session, assigned.id, acting.today)

    return once.act(command, 201)


@router.post(
    "/supporters/{id}/end",
    response_model=Supporter,
    dependencies=[may(Act.ASSIGN_SUPPORT, of=tables.Supporter)],
)
def end_support(once: OnlyOnce, id: Key, body: supporters.LastDay) -> Response:
    """Say when somebody's support ends."""

    def command(acting: Acting) -> Supporter:
        supporters.end_support(acting, id, body)
        return supporter(acting.session, id, acting.today)

    return once.act(command)
