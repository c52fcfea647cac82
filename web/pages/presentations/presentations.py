"""Evaluations that are presented: compiled, given to people, read by them, acknowledged."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.paging import Page
from models.people.access import Act
from models.presentations import compiling, presenting, shown, tables
from models.presentations.periods import begun
from models.presentations.shown import ListedPresentation, Presentation, PresentedSchool
from models.presentations.tables import PresentationKind, PresentationState
from models.refusals import InvalidInput
from models.schools.tables import RiskLevel
from notifications.presentations import done_words, level_words
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.presentation_files import presentation_file
from web.tables import Column

SAYS_COMPILED = says("evaluations_compiled", "The evaluations have been compiled")
SAYS_PRESENTED = says("evaluations_presented", "The evaluations have been presented")
SAYS_HANDED_ON = says("evaluations_handed_on", "The evaluations have been given to more people")
SAYS_ACKNOWLEDGED = says("presentation_acknowledged", "It is on record that you have read this")

router = APIRouter()
LIST = "/presentations"
PER_PAGE = 50
SCHOOLS_PER_PAGE = 25
SEARCH = Fields(kind=("Kind", "Choose a kind"))
FILTER = Fields(level=("Risk level", "Choose a risk level"))
COMPILING = Asked(
    compiling.Compiling,
    period=("Month or term", "Choose a month or term"),
)
PRESENTING = Asked(
    presenting.Presenting,
    to=("People", "Choose at least one person"),
    version=("Version", "Look at it again"),
)
HANDING_ON = Asked(presenting.ToPeople, to=("People", "Choose at least one person"))


@router.get(LIST, dependencies=[may(Act.SEE_PRESENTATIONS)])
def presentations(visit: Visitor, page: PageNumber, kind: str = "") -> Response:
    """What was compiled, or for members what was presented; the latest first."""
    filters = {"kind": kind}
    form = Form.of(**filters)
    found: Page[ListedPresentation] | None = None
    with visit.read() as session:
        try:
            found = find_presentations(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
    return visit.page(
        "presentations/presentations.html",
        title="Evaluations presented",
        navigation=_navigation(visit),
        form=form,
        found=found,
        address=address(visit, filters),
        kinds=list(PresentationKind),
        sees_all=shown.sees_all(visit.officer),
        may_present=shown.may_present(visit.officer),
    )


def _navigation(visit: Visit) -> str:
    return "risk" if visit.may(Act.SEE_PROGRAMME) else "presentations"


def find_presentations(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[ListedPresentation]:
    """One page of what the filters of an address let through."""
    return shown.presentations(
        session,
        visit.officer,
        today=visit.today,
        kind=filters.get("kind") or None,
        page=page,
        per_page=per_page,
    )


# Compiled ----------------------------------------------------------------------------------


@router.get(f"{LIST}/new", dependencies=[may(Act.PRESENT_EVALUATIONS)])
def compile_form(visit: Visitor, kind: str = "", period: str = "") -> Response:
    """The months and terms that can be compiled."""
    return _compile(visit, Form.of(period=f"{kind}:{period}" if kind else ""))


@router.post(f"{LIST}/new", dependencies=[may(Act.PRESENT_EVALUATIONS)])
def compile_evaluations(visit: Visitor, form: Posted) -> Response:
    """Compile the evaluations of a month or term."""
    kind, _, period = form.text("period").partition(":")
    try:
        given = form.filled(COMPILING, kind=kind, period=period)
        with visit.acting() as acting:
            number = compiling.compile_evaluations(acting, given).id
    except STAYS as refusal:
        return _compile(visit, form.refused(refusal, COMPILING))
    return visit.done(presenting.page_of(number), SAYS_COMPILED)


def _compile(visit: Visit, form: Form) -> Response:
    periods = [
        (f"{each.kind.value}:{each.key}", each.title)
        for kind in PresentationKind
        for each in begun(visit.policy, kind, visit.today)
    ]
    return visit.page(
        "presentations/compile_form.html",
        title="Compile evaluations",
        navigation="risk",
        form=form,
        periods=periods,
    )


# Read --------------------------------------------------------------------------------------


@router.get(f"{LIST}/{{id}}.pdf", dependencies=[may(Act.SEE_PRESENTATIONS, of=tables.Presentation)])
def file(visit: Visitor, number: Key) -> Response:
    """What this officer or member reads of it, as PDF."""
    found, printed = presentation_file(visit.door, visit.officer, number)
    _opened(visit, found)
    return printed


@router.get(f"{LIST}/{{id}}", dependencies=[may(Act.SEE_PRESENTATIONS, of=tables.Presentation)])
def presentation(visit: Visitor, number: Key, page: PageNumber, level: str = "") -> Response:
    """It as this officer or member may read it."""
    filters = {"level": level}
    form = Form.of(**filters)
    schools: Page[PresentedSchool] | None = None
    with visit.read() as session:
        found = shown.presentation(session, visit.officer, number, today=visit.today)
        try:
            schools = _schools(session, visit, number, filters, page, SCHOOLS_PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, FILTER)
    _opened(visit, found)
    own = found.recipient(visit.officer.email)
    here = address(visit, filters)
    return visit.page(
        "presentations/presentation.html",
        title=found.title,
        navigation=_navigation(visit),
        form=form,
        found=found,
        schools=schools,
        address=here,
        files=here.replace(presenting.page_of(number), f"{presenting.page_of(number)}/schools", 1),
        levels=[(each.value, level_words(each)) for each in RiskLevel],
        level_words=level_words,
        done_words=done_words,
        draft=found.state is PresentationState.COMPILED,
        sees_all=shown.sees_all(visit.officer),
        may_present=shown.may_present(visit.officer),
        may_acknowledge=own is not None and own.acknowledged_at is None,
    )


def _opened(visit: Visit, found: Presentation) -> None:
    """Put on record that somebody to whom it was given opened it, the first time."""
    own = found.recipient(visit.officer.email)
    if own is not None and own.opened_at is None:
        with visit.acting() as acting:
            presenting.open_presentation(acting, found.id)


def find_schools(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[PresentedSchool]:
    """One page of the schools of the presentation that the address names."""
    number = int(visit.request.path_params["id"])
    return _schools(session, visit, number, filters, page, per_page)


def _schools(
    session: Session,
    visit: Visit,
    number: int,
    filters: Mapping[str, str],
    page: int,
    per_page: int,
) -> Page[PresentedSchool]:
    level = filters.get("level") or None
    return shown.presented_schools(
        session, visit.officer, number, level=level, page=page, per_page=per_page
    )


@router.post(
    f"{LIST}/{{id}}/acknowledgement",
    dependencies=[may(Act.SEE_PRESENTATIONS, of=tables.Presentation)],
)
def acknowledge(visit: Visitor, number: Key) -> Response:
    """Say that one has read it."""
    with visit.acting() as acting:
        presenting.acknowledge(acting, number)
    return visit.done(presenting.page_of(number), SAYS_ACKNOWLEDGED)


# Presented ---------------------------------------------------------------------------------


@router.get(
    f"{LIST}/{{id}}/present",
    dependencies=[may(Act.PRESENT_EVALUATIONS, of=tables.Presentation)],
)
def present_form(visit: Visitor, number: Key) -> Response:
    """To whom it is to be given."""
    return _present(visit, number, Form())


@router.post(
    f"{LIST}/{{id}}/present",
    dependencies=[may(Act.PRESENT_EVALUATIONS, of=tables.Presentation)],
)
def present(visit: Visitor, number: Key, form: Posted) -> Response:
    """Present it to these people, or give what was presented to more."""
    with visit.read() as session:
        state = presenting.get_presentation(session, number).state
    try:
        if state is PresentationState.COMPILED:
            given = form.filled(PRESENTING)
            with visit.acting() as acting:
                presenting.present(acting, number, given)
            return visit.done(presenting.page_of(number), SAYS_PRESENTED)
        more = form.filled(HANDING_ON)
        with visit.acting() as acting:
            presenting.hand_on(acting, number, more)
    except STAYS as refusal:
        return _present(visit, number, form.refused(refusal, PRESENTING))
    return visit.done(presenting.page_of(number), SAYS_HANDED_ON)


def _present(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = shown.presentation(session, visit.officer, number, today=visit.today)
        people = shown.to_present_to(session, number)
    draft = found.state is PresentationState.COMPILED
    return visit.page(
        "presentations/present_form.html",
        title="Present the evaluations" if draft else "Give them to more people",
        navigation="risk",
        form=form,
        found=found,
        draft=draft,
        people=people,
    )


LISTS: tuple[List[Any], ...] = (
    List[ListedPresentation](
        LIST,
        Act.SEE_PRESENTATIONS,
        "Evaluations presented",
        find_presentations,
        [
            Column("Title", lambda found: found.title),
            Column("First day", lambda found: found.first_day),
            Column("Last day", lambda found: found.last_day),
            Column("State", lambda found: found.state.value.capitalize()),
            Column("To be presented by", lambda found: found.present_by),
            Column("Compiled at", lambda found: found.compiled_at),
            Column("Presented at", lambda found: found.presented_at),
            Column("Presented by", lambda found: found.presented_by),
            Column("Given to", lambda found: found.given),
            Column("Opened by", lambda found: found.opened),
            Column("Acknowledged by", lambda found: found.acknowledged),
        ],
    ),
    List[PresentedSchool](
        f"{LIST}/{{id}}/schools",
        Act.SEE_PRESENTATIONS,
        "Schools as presented",
        find_schools,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Risk level", lambda found: level_words(found.level)),
            Column("Level at the beginning", lambda found: level_words(found.level_before)),
            Column("Evaluated on", lambda found: found.evaluated_on),
            Column("Impact of the council’s support", lambda found: found.impact),
            Column("Impact of external support", lambda found: found.external_impact),
            Column("Visits", lambda found: found.visits),
            Column("Written reports", lambda found: found.reports),
            Column("Meetings", lambda found: found.meetings),
            Column("Actions done", lambda found: found.actions_done),
            Column("Actions open", lambda found: found.actions_open),
            Column("Evaluated by", lambda found: found.evaluated_by),
            Column("Summary", lambda found: found.summary),
            Column("What the school says", lambda found: found.school_view),
        ],
        of=tables.Presentation,
    ),
)
