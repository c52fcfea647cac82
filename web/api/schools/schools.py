"""Schools and their contacts."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.inputs import Word
from models.inspections.recording import Inspected, record_inspection
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.risk.new_headteachers import enter_contact
from models.schools import shown as schools_shown
from models.schools.confirmations_shown import Confirmation, confirmations_of
from models.schools.confirming import LegalView, confirm_part_4
from models.schools.contacts import NewContact
from models.schools.email_service import EmailServiceSaid, say_email_service
from models.schools.email_service_shown import EmailAgreement, agreements_of
from models.schools.foundations import FoundationOfSchool, say_foundation
from models.schools.inspections_shown import (
    Inspection,
    InspectionOfSchool,
    all_inspections,
    inspection,
    inspections,
)
from models.schools.shown import school, schools
from models.schools.tables import School
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, InOneGo

router = APIRouter(tags=["Schools"])


class SchoolQuery(Paging):
    """Which schools; `not_assessed` in place of a level finds those without one.

    `state_funded` in place of a kind finds maintained schools and academies.
    """

    query: Word = ""
    level: Word | None = None
    kind: Word | None = None
    phase: Word | None = None
    trust: Word | None = None
    closed: bool | None = None


@router.get(
    "/schools", response_model=Page[schools_shown.School], dependencies=[may(Act.SEE_SCHOOLS)]
)
def list_schools(door: AtDoor, officer: Caller, query: Annotated[SchoolQuery, Query()]) -> Response:
    """Schools by name."""
    with read(door.engine) as session:
        return answer(
            schools(session, reader(officer, door.today), today=door.today, **query.model_dump())
        )


@router.get(
    "/schools/{urn}",
    response_model=schools_shown.School,
    dependencies=[may(Act.SEE_SCHOOLS, of=School)],
)
def show_school(door: AtDoor, officer: Caller, urn: str) -> Response:
    """One school."""
    with read(door.engine) as session:
        return answer(school(session, reader(officer, door.today), urn))


@router.put(
    "/schools/{urn}/contacts/{role}",
    response_model=schools_shown.School,
    dependencies=[may(Act.CHANGE_CONTACTS, of=School)],
)
def put_contact(in_one_go: InOneGo, urn: str, role: str, body: NewContact) -> Response:
    """Add or correct one of a school's contacts; the answer is the school.

    A headteacher who was not known before is new, as if the national register had named them:
    unless `correction` says that it is the same person.
    """
    with in_one_go() as acting:
        enter_contact(acting, urn, role, body)
        return answer(school(acting.session, acting.reader, urn))


class InspectionQuery(Paging):
    """Which outcomes of inspections; `every` in place of the latest of each school alone."""

    query: Word = ""
    category: Word | None = None
    safeguarding: Word | None = None
    every: bool = False


@router.get(
    "/inspections",
    response_model=Page[InspectionOfSchool],
    dependencies=[may(Act.SEE_STANDING)],
)
def list_all_inspections(
    door: AtDoor, _: Caller, query: Annotated[InspectionQuery, Query()]
) -> Response:
    """The outcomes of inspections across schools, the report published last first."""
    wanted = query.model_dump()
    latest = not wanted.pop("every")
    with read(door.engine) as session:
        return answer(all_inspections(session, latest=latest, **wanted))


@router.get(
    "/schools/{urn}/inspections",
    response_model=Page[Inspection],
    dependencies=[may(Act.SEE_STANDING, of=School)],
)
def list_inspections(
    door: AtDoor, _: Caller, urn: str, query: Annotated[Paging, Query()]
) -> Response:
    """The outcomes of a school's inspections, the report published last first."""
    with read(door.engine) as session:
        return answer(inspections(session, urn, **query.model_dump()))


@router.post(
    "/schools/{urn}/inspections",
    status_code=201,
    response_model=Inspection,
    dependencies=[may(Act.RECORD_INSPECTION, of=School)],
)
def add_inspection(once: OnlyOnce, urn: str, body: Inspected) -> Response:
    """Enter what a published report says of a school, or correct what was entered."""

    def command(acting: Acting) -> Inspection:
        return inspection(acting.session, record_inspection(acting, urn, body).id)

    return once.act(command, 201)


@router.get(
    "/schools/{urn}/part-4-confirmations",
    response_model=Page[Confirmation],
    dependencies=[may(Act.SEE_STANDING, of=School)],
)
def list_confirmations(door: AtDoor, _: Caller, urn: str) -> Response:
    """What legal services said of Part 4 at a pupil referral unit, the newest first."""
    with read(door.engine) as session:
        return answer(confirmations_of(session, urn))


@router.post(
    "/schools/{urn}/part-4-confirmations",
    status_code=201,
    response_model=Confirmation,
    dependencies=[may(Act.CONFIRM_PART_4, of=School)],
)
def add_confirmation(once: OnlyOnce, urn: str, body: LegalView) -> Response:
    """Put on record what legal services say of Part 4 at a pupil referral unit."""

    def command(acting: Acting) -> Confirmation:
        confirm_part_4(acting, urn, body)
        return confirmations_of(acting.session, urn).items[0]

    return once.act(command, 201)


@router.get(
    "/schools/{urn}/email-agreements",
    response_model=Page[EmailAgreement],
    dependencies=[may(Act.SEE_STANDING, of=School)],
)
def list_email_agreements(door: AtDoor, _: Caller, urn: str) -> Response:
    """Who at a school agreed to be served by e-mail, or did so no more, the latest first."""
    with read(door.engine) as session:
        return answer(agreements_of(session, urn))


@router.post(
    "/schools/{urn}/email-agreements",
    status_code=201,
    response_model=EmailAgreement,
    dependencies=[may(Act.CHANGE_CONTACTS, of=School)],
)
def add_email_agreement(once: OnlyOnce, urn: str, body: EmailServiceSaid) -> Response:
    """Put on record that somebody agrees to be served by e-mail, or withdraws that."""

    def command(acting: Acting) -> EmailAgreement:
        key = say_email_service(acting, urn, body).id
        said = agreements_of(acting.session, urn).items
        return next(each for each in said if each.id == key)

    return once.act(command, 201)


@router.put(
    "/schools/{urn}/foundation",
    response_model=schools_shown.School,
    dependencies=[may(Act.CHANGE_CONTACTS, of=School)],
)
def put_foundation(in_one_go: InOneGo, urn: str, body: FoundationOfSchool) -> Response:
    """Say whether a foundation school has no foundation; the answer is the school."""
    with in_one_go() as acting:
        say_foundation(acting, urn, body)
        return answer(school(acting.session, acting.reader, urn))
