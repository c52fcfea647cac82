"""The support programme: of all schools, what is due, and of one school."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.inputs import Reason
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.programme import duties_shown, support_work, supporters_shown, tables
from models.programme import shown as programme_shown
from models.programme.duties import cancel_duty, may_cancel
from models.programme.duties_shown import Duty
from models.programme.shown import Counts, SchoolProgress
from models.programme.tables import DutyKind
from models.refusals import InvalidInput
from models.schools import shown as schools_shown
from models.schools.tables import RiskLevel, School
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address, day_of, year_of
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_DUTY_CANCELLED = says("duty_cancelled", "The planned work has been cancelled")


router = APIRouter()
PER_PAGE = 50
SEARCH = Fields(
    level=("Risk level", "Choose a risk level"),
    kind=("Kind", "Choose a kind"),
    officer=("Officer", "Choose an officer"),
    state=("State", "Choose a state"),
    due_before=("The date", "Enter a date"),
)
CANCELLATION = Asked(Reason, reason=("Reason", "Enter a reason"))
RECORDED_AT = {
    DutyKind.VISIT: "/schools/{urn}/visits/new",
    DutyKind.REPORT: "/schools/{urn}/reports/new",
    DutyKind.SISG_MEETING: "/schools/{urn}/reviews/new",
    DutyKind.EVALUATION: "/schools/{urn}/reviews/new",
    DutyKind.ACTION_REVIEW: "/reviews/actions",
    DutyKind.BOARD_REPORT: "/reviews/new",
    DutyKind.QUARTERLY_REVIEW: "/reviews/new",
    DutyKind.LEVEL_CHANGE_VISIT: "/schools/{urn}/visits/new",
    **dict.fromkeys(tables.WITH_OUTCOME, "/duties/{id}/outcome"),
}


@dataclass(frozen=True)
class OfferedDuty:
    """A duty with the addresses at which this officer may act on it, None where they may not."""

    duty: Duty
    record_at: str | None
    cancel_at: str | None
    invite_at: str | None


@dataclass(frozen=True)
class OfferedTerm:
    """A term with the duties that are due in it."""

    name: str
    duties: list[OfferedDuty]


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
            form = form.refused(invalid, SEARCH)
        officers = supporters_shown.evaluating(session, visit.today)
    return _show(
        visit,
        "schools.html",
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
            form = form.refused(invalid, SEARCH)
        officers = supporters_shown.evaluating(session, visit.today)
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
) -> Page[SchoolProgress]:
    """One page of the schools with a level that the filters of an address let through."""
    return programme_shown.programme(
        session,
        visit.policy,
        today=visit.today,
        level=filters.get("level") or None,
        officer=filters.get("officer") or None,
        only_behind=filters.get("behind") == "yes",
        page=page,
        per_page=per_page,
    )


def find_duties(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Duty]:
    """One page of what is due that the filters of an address let through."""
    return duties_shown.duties(
        session,
        visit.reader,
        today=visit.today,
        kind=filters.get("kind") or None,
        officer=filters.get("officer") or None,
        state=filters.get("state") or duties_shown.TO_DO,
        due_before=day_of("due_before", filters.get("due_before", "")),
        page=page,
        per_page=per_page,
    )


def _offered(visit: Visit, duties: list[Duty]) -> list[OfferedDuty]:
    return [_offer(visit, duty) for duty in duties]


def _records(kind: DutyKind) -> Act:
    """What records a duty of this kind."""
    return Act.RECORD_VISIT if kind is DutyKind.VISIT else Act.RECORD_SUPPORT_WORK


def _offer(visit: Visit, duty: Duty) -> OfferedDuty:
    where = RECORDED_AT[duty.kind].format(urn=duty.urn, id=duty.id)
    if duty.kind not in tables.WITH_OUTCOME:
        where = f"{where}?duty={duty.id}"
    cancels = may_cancel(visit.officer)
    return OfferedDuty(
        duty=duty,
        record_at=where if duty.to_do and visit.may(_records(duty.kind)) else None,
        invite_at=_invite_at(visit, duty),
        cancel_at=f"/duties/{duty.id}/cancel" if duty.to_do and cancels else None,
    )


def _invite_at(visit: Visit, duty: Duty) -> str | None:
    """Where leaders and governors are invited to the visit that they were promised."""
    promised = duty.to_do and duty.kind is DutyKind.LEVEL_CHANGE_VISIT
    if not promised or not visit.may(Act.PLAN_APPOINTMENT):
        return None
    return f"/schools/{duty.urn}/record/appointments/new?duty={duty.id}"


@router.get("/schools/{urn}/programme", dependencies=[may(Act.SEE_SUPPORT, of=School)])
def school(visit: Visitor, urn: str, year: str = "") -> Response:
    """The support of one school: what its level means, what is due and done, and by whom."""
    try:
        asked = year_of("year", year)
    except InvalidInput:
        asked = None
    with visit.read() as session:
        found = programme_shown.programme_of(
            session, visit.policy, visit.reader, urn, today=visit.today, school_year=asked
        )
        of_the_year: support_work.Filters = {
            "urn": found.urn,
            "school_year": found.school_year,
            "per_page": MOST_PER_PAGE,
        }
        whole = visit.may(Act.SEE_PROGRAMME)
        return visit.page(
            "programme/school.html",
            title=f"Support programme of {found.school}",
            navigation="schools",
            school=schools_shown.school(session, visit.reader, urn),
            programme=found,
            terms=[OfferedTerm(term.name, _offered(visit, term.duties)) for term in found.terms],
            may_visit=visit.may(Act.RECORD_VISIT),
            may_record=visit.may(Act.RECORD_SUPPORT_WORK),
            may_assign=visit.may(Act.ASSIGN_SUPPORT),
            visits=support_work.visits(session, visit.reader, **of_the_year),
            reports=support_work.reports(session, **of_the_year) if whole else None,
            reviews=support_work.reviews(session, **of_the_year) if whole else None,
        )


@router.get("/duties/{id}/cancel", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Duty)])
def cancellation(visit: Visitor, number: Key) -> Response:
    """The form for the reason why something planned is not to be done."""
    return _cancel(visit, number, Form())


@router.post("/duties/{id}/cancel", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Duty)])
def cancel(visit: Visitor, number: Key, form: Posted) -> Response:
    """Cancel it."""
    try:
        given = form.filled(CANCELLATION)
        with visit.acting() as acting:
            duty = cancel_duty(acting, number, given)
    except STAYS as refusal:
        return _cancel(visit, number, form.refused(refusal, CANCELLATION))
    on = f"/schools/{duty.urn}/programme" if duty.urn else "/programme/duties"
    return visit.done(on, SAYS_DUTY_CANCELLED)


def _cancel(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        duty = duties_shown.duty(session, visit.reader, number, visit.today)
    return _show(visit, "cancel_form.html", f"Cancel: {duty.title}", form, duty=duty)


def _show(visit: Visit, template: str, title: str, form: Form, **more: object) -> Response:
    navigation = "schools" if "school" in more else "risk"
    return visit.page(
        f"programme/{template}", title=title, navigation=navigation, form=form, **more
    )


def _counted(
    title: str, of: Callable[[SchoolProgress], Counts]
) -> tuple[Column[SchoolProgress], ...]:
    """The columns that count the duties of one kind."""
    return (
        Column(f"{title} done", lambda found: of(found).done),
        Column(f"{title} planned", lambda found: of(found).planned),
        Column(f"{title} late", lambda found: of(found).late),
    )


LISTS: tuple[List[Any], ...] = (
    List[SchoolProgress](
        "/programme",
        Act.SEE_PROGRAMME,
        "Support programme",
        find_schools,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Level", lambda found: found.risk_level),
            Column("School Evaluation Officer", lambda found: found.evaluation_officer_name),
            Column("Behind", lambda found: found.behind),
            Column("Visits held", lambda found: found.visits_held),
            Column("Visits at most", lambda found: found.visits_at_most),
            *_counted("Visits", lambda found: found.visit),
            *_counted("Written reports", lambda found: found.report),
            *_counted("Strategy group", lambda found: found.sisg_meeting),
        ],
    ),
    List[Duty](
        "/programme/duties",
        Act.SEE_PROGRAMME,
        "What is due",
        find_duties,
        [
            Column("Due by", lambda found: found.due_on),
            Column("What", lambda found: found.title),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Level", lambda found: found.level),
            Column("School Evaluation Officer", lambda found: found.evaluation_officer_name),
            Column("State", lambda found: found.state),
            Column("Done on", lambda found: found.done_on),
            Column("Why cancelled", lambda found: found.reason),
            Column("Outcome", lambda found: found.outcome),
        ],
    ),
)
