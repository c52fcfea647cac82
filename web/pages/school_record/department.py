"""What the Department does about a school: its notices announced for comment, and RISE support."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.matters.tables import Matter
from models.people.access import RULES, Act
from models.people.shown import officers_in
from models.school_record import department, rise
from models.school_record import department_shown as shown
from models.school_record.shown import school_record
from models.school_record.tables import DepartmentNotice, RiseSupport
from models.schools.contacts import find_school
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Key, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_ANNOUNCED = says(
    "department_notice",
    "The Department’s notice has been recorded, and the day for the comment set as a deadline",
)
SAYS_ANSWERED = says("department_answer", "What the council answered has been recorded")
SAYS_RISE = says("rise_support", "The RISE support has been recorded")


router = APIRouter()
NOTICE = Asked(
    department.NoticeAnnounced,
    kind=("The notice", "Choose which notice it is"),
    received_on=("The date", "Enter the date on which the council was told"),
    comment_by=("The date", "Enter the date by which to comment"),
    summary=("The summary", "Enter what the notice would require"),
    answering=("The officer", "Choose who answers"),
)
ANSWER = Asked(
    department.NoticeAnswered,
    answered_on=("The date", "Enter the date of the answer"),
    answer=("The answer", "Enter what the council answered"),
)
PEOPLE = {
    "adviser": ("The adviser", "Enter the name of the adviser"),
    "supporting_organisation": ("The organisation", "Enter the supporting organisation"),
}
SUPPORT = Asked(
    rise.RiseSupportGiven, **PEOPLE, started_on=("The date", "Enter the date on which it began")
)
CHANGE = Asked(
    rise.RiseSupportNow, **PEOPLE, ended_on=("The date", "Enter the date on which it ended")
)


@router.get(
    "/schools/{urn}/record/department-notices/new",
    dependencies=[may(Act.RECORD_DEPARTMENT, of=Matter)],
)
def notice(visit: Visitor, urn: str) -> Response:
    """The form for a notice that the Department announced."""
    return _notice(visit, urn, Form.of(answering=visit.officer.email))


@router.post(
    "/schools/{urn}/record/department-notices/new",
    dependencies=[may(Act.RECORD_DEPARTMENT, of=Matter)],
)
def record_notice(visit: Visitor, urn: str, form: Posted) -> Response:
    """Record it, with its clock."""
    try:
        given = form.filled(NOTICE)
        with visit.acting() as acting:
            department.record_department_notice(acting, urn, given)
    except STAYS as refusal:
        return _notice(visit, urn, form.refused(refusal, NOTICE))
    return visit.done(f"/schools/{urn}/record", SAYS_ANNOUNCED)


def _notice(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        kinds = department.kinds_for(find_school(session, urn))
        people = officers_in(session, RULES[Act.RECORD_DEPARTMENT])
    return visit.page(
        "school_record/department_notice_form.html",
        title="Record a notice of the Department",
        navigation="schools",
        form=form,
        found=found,
        kinds=[(kind.value, upper_first(kind.label)) for kind in kinds],
        officers=[(each.email, each.name) for each in people],
    )


@router.get(
    "/department-notices/{id}/answer",
    dependencies=[may(Act.RECORD_DEPARTMENT, of=DepartmentNotice)],
)
def answer(visit: Visitor, number: Key) -> Response:
    """The form for what the council answered."""
    return _answer(visit, number, Form())


@router.post(
    "/department-notices/{id}/answer",
    dependencies=[may(Act.RECORD_DEPARTMENT, of=DepartmentNotice)],
)
def record_answer(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(ANSWER)
        with visit.acting() as acting:
            department.answer_department_notice(acting, number, given)
            found = shown.department_notice(acting.session, acting.reader, number)
    except STAYS as refusal:
        return _answer(visit, number, form.refused(refusal, ANSWER))
    return visit.done(f"/schools/{found.urn}/record", SAYS_ANSWERED)


def _answer(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        department.find_to_answer(session, visit.officer, number)
        found = shown.department_notice(session, visit.reader, number)
        school = find_school(session, found.urn).name
    return visit.page(
        "school_record/department_answer_form.html",
        title="What did the council answer?",
        navigation="schools",
        form=form,
        school=school,
        notice=found,
    )


@router.get(
    "/schools/{urn}/record/rise-support/new", dependencies=[may(Act.RECORD_DEPARTMENT, of=Matter)]
)
def support(visit: Visitor, urn: str) -> Response:
    """The form for RISE support."""
    return _support(visit, urn, Form())


@router.post(
    "/schools/{urn}/record/rise-support/new", dependencies=[may(Act.RECORD_DEPARTMENT, of=Matter)]
)
def record_support(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(SUPPORT)
        with visit.acting() as acting:
            rise.record_rise_support(acting, urn, given)
    except STAYS as refusal:
        return _support(visit, urn, form.refused(refusal, SUPPORT))
    return visit.done(f"/schools/{urn}/record", SAYS_RISE)


def _support(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
    return visit.page(
        "school_record/rise_form.html",
        title="Record RISE support",
        navigation="schools",
        form=form,
        school=found.school,
        urn=found.urn,
        support=None,
    )


@router.get("/rise-support/{id}/change", dependencies=[may(Act.RECORD_DEPARTMENT, of=RiseSupport)])
def changed(visit: Visitor, number: Key) -> Response:
    """The form for who supports the school now, and for the end of the support."""
    return _changed(visit, number, Form(), begin=True)


@router.post("/rise-support/{id}/change", dependencies=[may(Act.RECORD_DEPARTMENT, of=RiseSupport)])
def change_support(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(CHANGE)
        with visit.acting() as acting:
            rise.change_rise_support(acting, number, given)
            found = shown.one_rise_support(acting.session, acting.reader, number)
    except STAYS as refusal:
        return _changed(visit, number, form.refused(refusal, CHANGE))
    return visit.done(f"/schools/{found.urn}/record", SAYS_RISE)


def _changed(visit: Visit, number: int, form: Form, *, begin: bool = False) -> Response:
    with visit.read() as session:
        rise.find_to_change(session, visit.officer, number)
        found = shown.one_rise_support(session, visit.reader, number)
        school = find_school(session, found.urn).name
    if begin:
        form = Form.of(adviser=found.adviser, supporting_organisation=found.supporting_organisation)
    return visit.page(
        "school_record/rise_form.html",
        title="Change or end RISE support",
        navigation="schools",
        form=form,
        school=school,
        urn=found.urn,
        support=found,
    )
