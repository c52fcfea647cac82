"""Commissioned support: of all schools and of one, agreed, its days, its impact, its end."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.commissioning import asking_shown, commissions, commissions_shown, evaluating, tables
from models.commissioning.commissions_shown import Commission, CommissionState
from models.commissioning.tables import Difference, Party, Payer, RequestState
from models.matters.tables import Matter
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.programme.supporters_shown import SupportState, supporters_of
from models.refusals import InvalidInput
from models.schools.contacts import find_school
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_COMMISSIONED = says("support_commissioned", "The support has been commissioned")
SAYS_USED = says("days_used", "The days have been recorded")
SAYS_EVALUATED = says("impact_evaluated", "The evaluation has been recorded")
SAYS_ENDED = says("commission_ended", "The end of the commission has been recorded")

router = APIRouter()
PER_PAGE = 50
SEARCH = Fields(query=("The search", "Enter what to search for"), state=("State", "Choose a state"))
COMMISSION = Asked(
    commissions.CommissionMade,
    supporter=("The supporter", "Choose who gives the support"),
    provider=("The provider", "Choose a provider"),
    commissioned_by=("Who commissions", "Choose who commissions it"),
    paid_by=("Who pays", "Choose who pays"),
    cost=("The cost", "Enter the cost in pounds"),
    what_for=("What for", "Enter the issues agreed with the school"),
    priority=("The priority", "Enter the priority"),
    request=("The request", "Choose a request"),
    days_agreed=("Days agreed", "Enter how many days are agreed"),
    first_day=("The first day", "Enter the first day"),
    last_day=("The last day", "Enter the last day"),
    reason=("The reason", "Enter the reason"),
)
DAYS = Asked(
    commissions.DaysGiven,
    used_on=("The date", "Enter the date"),
    days_used=("Days", "Enter how many days were used"),
    what=("What was done", "Enter what was done"),
    reason=("The reason", "Enter the reason"),
)
IMPACT = Asked(
    evaluating.ImpactSaid,
    party=("Who evaluates", "Choose who evaluates"),
    said_by=("Who said so", "Enter who at the school said so"),
    evaluated_on=("The date", "Enter the date"),
    difference=("The difference", "Choose what difference it made"),
    impact=("The impact", "Enter what it brought, and how one sees it"),
)
ENDING = Asked(
    commissions.Ending,
    on=("The date", "Enter the day on which it ended"),
    reason=("The reason", "Enter why it ended"),
)


@router.get("/commissions", dependencies=[may(Act.SEE_CASE)])
def list_commissions(
    visit: Visitor, page: PageNumber, query: str = "", state: str = "", to_evaluate: str = ""
) -> Response:
    """The commissions of all schools, what began last first."""
    filters = {"query": query, "state": state, "to_evaluate": to_evaluate}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find_commissions(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return _page(
        visit,
        "commissions.html",
        "Commissioned support",
        form,
        found=found,
        address=address(visit, filters),
        states=list(CommissionState),
    )


def find_commissions(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Commission]:
    """One page of the commissions that the filters of an address let through."""
    return commissions_shown.commissions(
        session,
        visit.reader,
        today=visit.today,
        state=filters.get("state") or None,
        to_evaluate=filters.get("to_evaluate") == "yes",
        query=filters.get("query", ""),
        page=page,
        per_page=per_page,
    )


@router.get("/schools/{urn}/record/support", dependencies=[may(Act.SEE_CASE, of=Matter)])
def of_school(visit: Visitor, urn: str) -> Response:
    """What a school asked for, to whom it was referred, and what was commissioned for it."""
    with visit.read() as session:
        school = find_school(session, urn)
        its: dict[str, Any] = {"urn": school.urn, "per_page": MOST_PER_PAGE}
        today = visit.today
        return visit.page(
            "commissioning/of_school.html",
            title=f"{school.name}: support from outside",
            navigation="schools",
            school=school,
            requests=asking_shown.requests(session, visit.reader, today=today, **its).items,
            referrals=asking_shown.referrals(session, visit.reader, **its).items,
            commissions=commissions_shown.commissions(
                session, visit.reader, today=today, **its
            ).items,
            may_record=visit.may(Act.RECORD_COMMISSIONING),
            may_commission=visit.may(Act.COMMISSION_SUPPORT),
        )


@router.get(
    "/schools/{urn}/record/commissions/new",
    dependencies=[may(Act.COMMISSION_SUPPORT, of=Matter)],
)
def new(visit: Visitor, urn: str, request: str = "") -> Response:
    """The form for what is commissioned."""
    return _new(visit, urn, Form.of(request=request))


@router.post(
    "/schools/{urn}/record/commissions/new",
    dependencies=[may(Act.COMMISSION_SUPPORT, of=Matter)],
)
def commission(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(COMMISSION)
        with visit.acting() as acting:
            made = commissions.commission(acting, urn, given)
    except STAYS as refusal:
        return _new(visit, urn, form.refused(refusal, COMMISSION))
    return visit.done(f"/commissions/{made.id}", SAYS_COMMISSIONED)


@router.get("/commissions/{id}", dependencies=[may(Act.SEE_CASE, of=tables.Commission)])
def show_commission(visit: Visitor, number: Key) -> Response:
    """One commission: what was agreed, the days used, what both sides say of its impact."""
    with visit.read() as session:
        found = commissions_shown.commission(session, visit.reader, number, visit.today)
    running = found.state in (CommissionState.AHEAD, CommissionState.IN_FORCE)
    return _page(
        visit,
        "commission.html",
        f"Support by {found.whom}",
        Form(),
        found=found,
        parties=[(party, found.of(party)) for party in Party],
        may_record=visit.may(Act.RECORD_COMMISSIONING),
        may_end=running and visit.may(Act.COMMISSION_SUPPORT),
    )


@router.get(
    "/commissions/{id}/days",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Commission)],
)
def days(visit: Visitor, number: Key) -> Response:
    """The form for days that were used."""
    return _act(visit, number, "days", Form())


@router.post(
    "/commissions/{id}/days",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Commission)],
)
def use_days(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record them."""
    try:
        given = form.filled(DAYS)
        with visit.acting() as acting:
            commissions.use_days(acting, number, given)
    except STAYS as refusal:
        return _act(visit, number, "days", form.refused(refusal, DAYS))
    return visit.done(f"/commissions/{number}", SAYS_USED)


@router.get(
    "/commissions/{id}/evaluations",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Commission)],
)
def impact(visit: Visitor, number: Key, party: str = "") -> Response:
    """The form for what one of the two says of its impact."""
    return _act(visit, number, "impact", Form.of(party=party))


@router.post(
    "/commissions/{id}/evaluations",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Commission)],
)
def evaluate(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record it."""
    try:
        given = form.filled(IMPACT)
        with visit.acting() as acting:
            evaluating.evaluate_impact(acting, number, given)
    except STAYS as refusal:
        return _act(visit, number, "impact", form.refused(refusal, IMPACT))
    return visit.done(f"/commissions/{number}", SAYS_EVALUATED)


@router.get(
    "/commissions/{id}/end",
    dependencies=[may(Act.COMMISSION_SUPPORT, of=tables.Commission)],
)
def ending(visit: Visitor, number: Key) -> Response:
    """The form for its end before its last day."""
    with visit.read() as session:
        commissions.find_running(session, visit.officer, number, visit.today)
    return _act(visit, number, "end", Form())


@router.post(
    "/commissions/{id}/end",
    dependencies=[may(Act.COMMISSION_SUPPORT, of=tables.Commission)],
)
def end(visit: Visitor, number: Key, form: Posted) -> Response:
    """Record it."""
    try:
        given = form.filled(ENDING)
        with visit.acting() as acting:
            commissions.end_commission(acting, number, given)
    except STAYS as refusal:
        return _act(visit, number, "end", form.refused(refusal, ENDING))
    return visit.done(f"/commissions/{number}", SAYS_ENDED)


_TITLES = {
    "days": "Record days that were used",
    "impact": "Record what the support brought",
    "end": "End the commission before its last day",
}


def _act(visit: Visit, number: int, what: str, form: Form) -> Response:
    with visit.read() as session:
        found = commissions_shown.commission(session, visit.reader, number, visit.today)
    return _page(
        visit,
        f"{what}_form.html",
        _TITLES[what],
        form,
        found=found,
        parties=list(Party),
        differences=list(Difference),
    )


def _new(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = find_school(session, urn)
        known = supporters_of(session, visit.reader, urn, today=visit.today)
        asked = asking_shown.requests(
            session,
            visit.reader,
            today=visit.today,
            urn=school.urn,
            state=RequestState.ACCEPTED,
            per_page=MOST_PER_PAGE,
        )
        providers = asking_shown.providers(session, per_page=MOST_PER_PAGE).items
    return visit.page(
        "commissioning/commission_form.html",
        title="Commission support",
        navigation="schools",
        form=form,
        school=school,
        supporters=[each for each in known if each.state is not SupportState.OVER],
        providers=providers,
        requests=asked.items,
        parties=list(Party),
        payers=list(Payer),
    )


def _page(visit: Visit, template: str, title: str, form: Form, **more: object) -> Response:
    return visit.page(
        f"commissioning/{template}", title=title, navigation="risk", form=form, **more
    )


def _said(found: Commission, party: Party) -> str:
    last = found.last_of(party)
    return f"{last.difference_title}: {last.impact}" if last else ""


LISTS: tuple[List[Any], ...] = (
    List[Commission](
        "/commissions",
        Act.SEE_CASE,
        "Commissioned support",
        find_commissions,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Given by", lambda found: found.whom),
            Column("Commissioned by", lambda found: found.commissioned_by),
            Column("Paid by", lambda found: found.paid_by_title),
            Column("Cost in pounds", lambda found: found.cost),
            Column("What for", lambda found: found.what_for),
            Column("Priority", lambda found: found.priority),
            Column("Days agreed", lambda found: found.days_agreed),
            Column("Days used", lambda found: found.days_used),
            Column("From", lambda found: found.first_day),
            Column("To", lambda found: found.ended_on or found.last_day),
            Column("State", lambda found: found.state),
            Column("Impact as the school says", lambda found: _said(found, Party.SCHOOL)),
            Column("Impact as the council says", lambda found: _said(found, Party.COUNCIL)),
            Column("Evaluate by", lambda found: found.evaluate_by),
        ],
    ),
)
