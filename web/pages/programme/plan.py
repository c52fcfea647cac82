"""The support programme: of all schools, what is due, and of one school; who supports it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models import paging
from models.paging import MOST_PER_PAGE, Found
from models.people.access import ON_THE_CASE, RULES, Act
from models.people.shown import officers_in
from models.programme import shown as programme_shown
from models.programme import support_work, supporters, supporting
from models.programme.tables import Duty, DutyKind, Supporter, SupportRole
from models.refusals import InvalidInput
from models.schools import shown as schools_shown
from models.schools.tables import RiskLevel, School
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import PageNumber, address, day_of, year_of
from web.pages.visits import Key, Visit, Visitor, may

router = APIRouter()
PER_PAGE = 50
ANY = "any"  # the state of a supporter: all of them
RECORDED_AT = {
    DutyKind.VISIT: "/schools/{urn}/visits/new",
    DutyKind.REPORT: "/schools/{urn}/reports/new",
    DutyKind.SISG_MEETING: "/schools/{urn}/reviews/new",
    DutyKind.EVALUATION: "/schools/{urn}/reviews/new",
    DutyKind.ACTION_REVIEW: "/reviews/new",
    DutyKind.BOARD_REPORT: "/reviews/new",
}
ASKED = {"role": "Choose what they do for the school", "name": "Enter their name"}


@router.get("/programme", dependencies=[may(Act.SEE_PROGRAMME)])
def schools(
    visit: Visitor, page: PageNumber, level: str = "", officer: str = "", behind: str = ""
) -> Response:
    """The schools with a level, and how far the support of each has come this school year."""
    filters = {"level": level, "officer": officer, "behind": behind}
    form, found = Form.of(**filters), None
    with visit.read() as session:
        try:
            found = find_schools(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid)
        officers = programme_shown.evaluating(session, visit.today)
    return _show(
        visit,
        "schools/schools.html",
        "Support programme",
        form,
        found=found,
        address=address(visit, filters),
        levels=list(RiskLevel),
        officers=officers,
    )


@router.get("/programme/duties", dependencies=[may(Act.SEE_PROGRAMME)])
def duties(
    visit: Visitor,
    page: PageNumber,
    kind: str = "",
    officer: str = "",
    state: str = "",
    due_before: str = "",
) -> Response:
    """What is due, the earliest first: unless another state is asked for, what is still to do."""
    filters = {"kind": kind, "officer": officer, "state": state, "due_before": due_before}
    form, found = Form.of(**filters), None
    with visit.read() as session:
        try:
            found = find_duties(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid)
        officers = programme_shown.evaluating(session, visit.today)
    return _show(
        visit,
        "duties.html",
        "What is due",
        form,
        found=found,
        duties=_offered(visit, found.items) if found else [],
        address=address(visit, filters),
        kinds=list(DutyKind),
        officers=officers,
    )


def find_schools(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> paging.Page[paging.Found]:
    """One page of the schools with a level that the filters of an address let through."""
    return programme_shown.programme(
        session,
        today=visit.today,
        level=filters.get("level") or None,
        officer=filters.get("officer") or None,
        only_behind=filters.get("behind") == "yes",
        page=page,
        per_page=per_page,
    )


def find_duties(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> paging.Page[paging.Found]:
    """One page of what is due that the filters of an address let through."""
    return programme_shown.duties(
        session,
        today=visit.today,
        kind=filters.get("kind") or None,
        officer=filters.get("officer") or None,
        state=filters.get("state") or programme_shown.TO_DO,
        due_before=day_of("due_before", filters.get("due_before", "")),
        page=page,
        per_page=per_page,
    )


def _offered(visit: Visit, duties: list[Found]) -> list[Found]:
    """The duties with what this officer may do about each."""
    return [{**duty, **_actions(visit, duty)} for duty in duties]


def _actions(visit: Visit, duty: Found) -> Found:
    open_ = duty["state"] in ("planned", programme_shown.LATE)
    kind = DutyKind(duty["kind"])
    level = RiskLevel(duty["level"]) if duty["level"] else None
    where = f"{RECORDED_AT[kind].format(urn=duty['urn'])}?duty={duty['id']}"
    cancels = supporting.may_cancel(visit.officer, visit.policy, kind, level)
    return {
        "record_at": where if open_ and visit.may(Act.RECORD_SUPPORT_WORK) else None,
        "cancel_at": f"/duties/{duty['id']}/cancel" if open_ and cancels else None,
    }


@router.get("/schools/{urn}/programme", dependencies=[may(Act.SEE_PROGRAMME, of=School)])
def school(visit: Visitor, urn: str, year: str = "") -> Response:
    """The support of one school: what its level means, what is due and done, and by whom."""
    try:
        asked = year_of("year", year)
    except InvalidInput:
        asked = None
    with visit.read() as session:
        found = programme_shown.programme_of(
            session, visit.policy, urn, today=visit.today, school_year=asked
        )
        work: dict[str, Any] = {
            name: list_of(
                session, urn=found["urn"], school_year=found["school_year"], per_page=MOST_PER_PAGE
            )
            for name, list_of in (
                ("visits", support_work.visits),
                ("reports", support_work.reports),
                ("reviews", support_work.reviews),
            )
        }
        return visit.page(
            "programme/school.html",
            title=f"Support programme of {found['school']}",
            navigation="schools",
            school=schools_shown.school(session, visit.reader, urn),
            programme=found,
            terms=[{**term, "duties": _offered(visit, term["duties"])} for term in found["terms"]],
            may_record=visit.may(Act.RECORD_SUPPORT_WORK),
            may_assign=visit.may(Act.ASSIGN_SUPPORT),
            **work,
        )


@router.get("/duties/{id}/cancel", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=Duty)])
def cancellation(visit: Visitor, number: Key) -> Response:
    """The form for the reason why something planned is not to be done."""
    return _cancel(visit, number, Form())


@router.post("/duties/{id}/cancel", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=Duty)])
def cancel(visit: Visitor, number: Key, form: Posted) -> Response:
    """Cancel it."""
    try:
        form.check("reason")
        with visit.write() as session:
            duty = supporting.cancel_duty(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                duty_id=number,
                reason=form.text("reason"),
            )
    except STAYS as refusal:
        return _cancel(visit, number, form.refused(refusal))
    on = f"/schools/{duty.urn}/programme" if duty.urn else "/programme/duties"
    return visit.done(on, "duty_cancelled")


def _cancel(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        duty = programme_shown.duty(session, number, visit.today)
    return _show(visit, "cancel_form.html", f"Cancel: {duty['title']}", form, duty=duty)


# Who supports schools ----------------------------------------------------------------------


@router.get("/supporters", dependencies=[may(Act.SEE_PROGRAMME)])
def support(
    visit: Visitor, page: PageNumber, query: str = "", role: str = "", state: str = ""
) -> Response:
    """Who supports which school: now, unless another state is asked for."""
    filters = {"query": query, "role": role, "state": state}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find_support(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid)
    return _show(
        visit,
        "supporters.html",
        "Who supports the schools",
        form,
        found=found,
        address=address(visit, filters),
        roles=list(SupportRole),
    )


def find_support(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> paging.Page[paging.Found]:
    """One page of those who support schools that the filters of an address let through."""
    state = filters.get("state") or programme_shown.SupportState.IN_FORCE
    return programme_shown.supporters(
        session,
        today=visit.today,
        query=filters.get("query", ""),
        role=filters.get("role") or None,
        state=None if state == ANY else state,
        page=page,
        per_page=per_page,
    )


@router.get("/schools/{urn}/supporters/new", dependencies=[may(Act.ASSIGN_SUPPORT, of=School)])
def supporter(visit: Visitor, urn: str) -> Response:
    """The form for somebody who is to support a school."""
    return _supporter(visit, urn, Form())


@router.post("/schools/{urn}/supporters/new", dependencies=[may(Act.ASSIGN_SUPPORT, of=School)])
def assign(visit: Visitor, urn: str, form: Posted) -> Response:
    """Assign them."""
    role = form.text("role")
    is_officer = role == SupportRole.SCHOOL_EVALUATION_OFFICER or bool(form.text("email"))
    try:
        replace(form, asked=ASKED).check("role", *(() if is_officer else ("name",)), "first_day")
        with visit.write() as session:
            supporters.assign_supporter(
                session,
                officer=visit.officer,
                now=visit.now,
                urn=urn,
                role=role,
                email=form.text("email") or None,
                name=form.text("name").strip(),
                organisation=form.text("organisation").strip(),
                first_day=form.day("first_day"),
                last_day=form.optional_day("last_day"),
            )
    except STAYS as refusal:
        return _supporter(visit, urn, form.refused(refusal))
    return visit.done(f"/schools/{urn}/programme", "support_assigned")


def _supporter(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        return _show(
            visit,
            "supporter_form.html",
            "Who is to support the school?",
            form,
            school=schools_shown.school(session, visit.reader, urn),
            roles=list(SupportRole),
            officers=officers_in(session, ON_THE_CASE & RULES[Act.RECORD_SUPPORT_WORK]),
        )


@router.get("/supporters/{id}/end", dependencies=[may(Act.ASSIGN_SUPPORT, of=Supporter)])
def ending(visit: Visitor, number: Key) -> Response:
    """The form for the last day of somebody's support."""
    return _ending(visit, number, Form())


@router.post("/supporters/{id}/end", dependencies=[may(Act.ASSIGN_SUPPORT, of=Supporter)])
def end(visit: Visitor, number: Key, form: Posted) -> Response:
    """End it."""
    try:
        form.check("last_day")
        with visit.write() as session:
            ended = supporters.end_support(
                session,
                officer=visit.officer,
                now=visit.now,
                supporter_id=number,
                last_day=form.day("last_day"),
            )
    except STAYS as refusal:
        return _ending(visit, number, form.refused(refusal))
    return visit.done(f"/schools/{ended.urn}/programme", "support_ended")


def _ending(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = programme_shown.supporter(session, number, visit.today)
        return _show(
            visit,
            "supporter_end_form.html",
            f"End the support of {found['name']}",
            form,
            supporter=found,
            school=schools_shown.school(session, visit.reader, found["urn"]),
        )


def _show(visit: Visit, template: str, title: str, form: Form, **more: object) -> Response:
    navigation = "schools" if "school" in more else "risk"
    return visit.page(
        f"programme/{template}", title=title, navigation=navigation, form=form, **more
    )
