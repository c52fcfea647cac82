"""What the Department does about a school: its notices announced for comment, and RISE support."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from models.database import read
from models.matters.tables import Matter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.school_record import department, rise
from models.school_record import department_shown as shown
from models.school_record.tables import DepartmentNotice, RiseSupport
from web.api.answering import Caller, OnlyOnce, answer, may
from web.door import AtDoor, key

router = APIRouter(tags=["A school’s record"])
Key = Annotated[int, Depends(key)]


@router.get(
    "/schools/{urn}/record/department-notices",
    response_model=Page[shown.DepartmentNotice],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_department_notices(door: AtDoor, officer: Caller, urn: str) -> Response:
    """The notices that the Department announced about this school, the newest first."""
    with read(door.engine) as session:
        return answer(shown.department_notices(session, reader(officer), urn))


@router.post(
    "/schools/{urn}/record/department-notices",
    status_code=201,
    response_model=shown.DepartmentNotice,
    dependencies=[may(Act.RECORD_DEPARTMENT, of=Matter)],
)
def record_department_notice(
    once: OnlyOnce, urn: str, body: department.NoticeAnnounced
) -> Response:
    """Record that the Department announced a notice and asks for comments, and who answers."""

    def command(acting: Acting) -> shown.DepartmentNotice:
        notice = department.record_department_notice(acting, urn, body)
        return shown.department_notice(acting.session, acting.reader, notice.id)

    return once.act(command, 201)


@router.post(
    "/department-notices/{id}/answer",
    response_model=shown.DepartmentNotice,
    dependencies=[may(Act.RECORD_DEPARTMENT, of=DepartmentNotice)],
)
def answer_department_notice(once: OnlyOnce, id: Key, body: department.NoticeAnswered) -> Response:
    """Record what the council answered the Department, and when."""

    def command(acting: Acting) -> shown.DepartmentNotice:
        department.answer_department_notice(acting, id, body)
        return shown.department_notice(acting.session, acting.reader, id)

    return once.act(command)


@router.get(
    "/schools/{urn}/record/rise-support",
    response_model=Page[shown.RiseSupport],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_rise_support(door: AtDoor, officer: Caller, urn: str) -> Response:
    """Targeted support of the Department for this school, the newest first."""
    with read(door.engine) as session:
        return answer(shown.rise_support(session, reader(officer), urn))


@router.post(
    "/schools/{urn}/record/rise-support",
    status_code=201,
    response_model=shown.RiseSupport,
    dependencies=[may(Act.RECORD_DEPARTMENT, of=Matter)],
)
def record_rise_support(once: OnlyOnce, urn: str, body: rise.RiseSupportGiven) -> Response:
    """Record RISE support: its adviser, the supporting organisation, since when."""

    def command(acting: Acting) -> shown.RiseSupport:
        support = rise.record_rise_support(acting, urn, body)
        return shown.one_rise_support(acting.session, acting.reader, support.id)

    return once.act(command, 201)


@router.post(
    "/rise-support/{id}/change",
    response_model=shown.RiseSupport,
    dependencies=[may(Act.RECORD_DEPARTMENT, of=RiseSupport)],
)
def change_rise_support(once: OnlyOnce, id: Key, body: rise.RiseSupportNow) -> Response:
    """Say who advises and supports the school now, or that the support has ended."""

    def command(acting: Acting) -> shown.RiseSupport:
        rise.change_rise_support(acting, id, body)
        return shown.one_rise_support(acting.session, acting.reader, id)

    return once.act(command)
