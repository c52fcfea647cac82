"""Schools' requests for support with their answers, and referrals with what came of them."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.commissioning import asking, asking_shown, tables
from models.commissioning.asking_shown import Referral, SupportRequest
from models.commissioning.tables import ReferralState, RequestState
from models.consultants.shown import at_work
from models.matters.tables import Matter
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.refusals import InvalidInput
from models.schools.contacts import find_school
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_ASKED = says(
    "support_asked", "The request has been recorded. Whoever looks after the record is reminded"
)
SAYS_ANSWERED = says("support_answered", "The answer has been recorded")
SAYS_REFERRED = says("school_referred", "The referral has been recorded")
SAYS_FOLLOWED = says("referral_followed", "What came of the referral has been recorded")

router = APIRouter()
PER_PAGE = 50
SEARCH = Fields(query=("The search", "Enter what to search for"), state=("State", "Choose a state"))
REQUEST = Asked(
    asking.RequestMade,
    asked_on=("The date", "Enter the date on which the school asked"),
    asked_by=("Who asked", "Enter who asked"),
    consultant=("The consultant", "Choose a consultant"),
    need=("The need", "Enter what the school needs"),
    priority=("The priority", "Enter the priority"),
)
ANSWER = Asked(
    asking.RequestAnswer,
    answer=("The answer", "Choose an answer"),
    words=("The words", "Enter what the school is told"),
    provider=("The provider", "Choose a provider"),
)
REFERRAL = Asked(
    asking.ReferralMade,
    provider=("The provider", "Choose a provider"),
    what_for=("What for", "Enter what for"),
    referred_on=("The date", "Enter the date of the referral"),
)
OUTCOME = Asked(
    asking.ReferralOutcome,
    outcome=("The outcome", "Choose what came of it"),
    on=("The date", "Enter the date"),
    words=("The words", "Enter what came of it"),
)


def find_requests(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[SupportRequest]:
    """One page of the requests that the filters of an address let through."""
    return asking_shown.requests(
        session,
        visit.reader,
        today=visit.today,
        state=filters.get("state") or None,
        query=filters.get("query", ""),
        page=page,
        per_page=per_page,
    )


def find_referrals(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Referral]:
    """One page of the referrals that the filters of an address let through."""
    return asking_shown.referrals(
        session,
        visit.reader,
        state=filters.get("state") or None,
        query=filters.get("query", ""),
        page=page,
        per_page=per_page,
    )


@router.get("/support-requests", dependencies=[may(Act.SEE_CASE)])
def requests(visit: Visitor, page: PageNumber, query: str = "", state: str = "") -> Response:
    """The requests of all schools, those that wait for an answer first."""
    filters = {"query": query, "state": state}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find_requests(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return _page(
        visit,
        "requests.html",
        "Requests for support",
        form,
        found=found,
        address=address(visit, filters),
        states=list(RequestState),
    )


@router.get("/referrals", dependencies=[may(Act.SEE_CASE)])
def referrals(visit: Visitor, page: PageNumber, query: str = "", state: str = "") -> Response:
    """The referrals of all schools, the latest first."""
    filters = {"query": query, "state": state}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find_referrals(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return _page(
        visit,
        "referrals.html",
        "Referrals to providers",
        form,
        found=found,
        address=address(visit, filters),
        states=list(ReferralState),
    )


@router.get(
    "/schools/{urn}/record/support-requests/new",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=Matter)],
)
def new_request(visit: Visitor, urn: str) -> Response:
    """The form for what a school asks for."""
    return _on_record(visit, urn, "request_form.html", "Record a request for support", Form())


@router.post(
    "/schools/{urn}/record/support-requests/new",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=Matter)],
)
def ask_for_support(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record, with the day of its answer."""
    try:
        given = form.filled(REQUEST)
        with visit.acting() as acting:
            asked = asking.ask_for_support(acting, urn, given)
    except STAYS as refusal:
        form = form.refused(refusal, REQUEST)
        return _on_record(visit, urn, "request_form.html", "Record a request for support", form)
    return visit.done(f"/support-requests/{asked.id}", SAYS_ASKED)


@router.get("/support-requests/{id}", dependencies=[may(Act.SEE_CASE, of=tables.SupportRequest)])
def show_request(visit: Visitor, number: Key) -> Response:
    """One request, with its answer."""
    with visit.read() as session:
        found = asking_shown.request(session, visit.reader, number, visit.today)
    return _page(
        visit,
        "request.html",
        "Request for support",
        Form(),
        found=found,
        may_answer=visit.may(Act.COMMISSION_SUPPORT),
    )


@router.get(
    "/support-requests/{id}/answer",
    dependencies=[may(Act.COMMISSION_SUPPORT, of=tables.SupportRequest)],
)
def answer(visit: Visitor, number: Key) -> Response:
    """The form for the answer."""
    with visit.read() as session:
        asking.find_open_request(session, visit.officer, number)
    return _answer(visit, number, Form())


@router.post(
    "/support-requests/{id}/answer",
    dependencies=[may(Act.COMMISSION_SUPPORT, of=tables.SupportRequest)],
)
def answer_request(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put the answer on record."""
    try:
        given = form.filled(ANSWER)
        with visit.acting() as acting:
            asking.answer_request(acting, number, given)
    except STAYS as refusal:
        return _answer(visit, number, form.refused(refusal, ANSWER))
    return visit.done(f"/support-requests/{number}", SAYS_ANSWERED)


@router.get(
    "/schools/{urn}/record/referrals/new",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=Matter)],
)
def new_referral(visit: Visitor, urn: str) -> Response:
    """The form for a referral."""
    return _on_record(visit, urn, "referral_form.html", "Refer the school to a provider", Form())


@router.post(
    "/schools/{urn}/record/referrals/new",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=Matter)],
)
def refer(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(REFERRAL)
        with visit.acting() as acting:
            referred = asking.refer(acting, urn, given)
    except STAYS as refusal:
        form = form.refused(refusal, REFERRAL)
        title = "Refer the school to a provider"
        return _on_record(visit, urn, "referral_form.html", title, form)
    return visit.done(f"/referrals/{referred.id}", SAYS_REFERRED)


@router.get("/referrals/{id}", dependencies=[may(Act.SEE_CASE, of=tables.Referral)])
def show_referral(visit: Visitor, number: Key) -> Response:
    """One referral, with what came of it."""
    with visit.read() as session:
        found = asking_shown.referral(session, visit.reader, number)
    may_follow = visit.may(Act.RECORD_COMMISSIONING) and found.state is ReferralState.OPEN
    title = f"Referral to {found.provider_name}"
    return _page(visit, "referral.html", title, Form(), found=found, may_follow=may_follow)


@router.get(
    "/referrals/{id}/outcome",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Referral)],
)
def outcome(visit: Visitor, number: Key) -> Response:
    """The form for what came of it."""
    with visit.read() as session:
        asking.find_open_referral(session, visit.officer, number)
    return _outcome(visit, number, Form())


@router.post(
    "/referrals/{id}/outcome",
    dependencies=[may(Act.RECORD_COMMISSIONING, of=tables.Referral)],
)
def follow_referral(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(OUTCOME)
        with visit.acting() as acting:
            asking.follow_referral(acting, number, given)
    except STAYS as refusal:
        return _outcome(visit, number, form.refused(refusal, OUTCOME))
    return visit.done(f"/referrals/{number}", SAYS_FOLLOWED)


def _answer(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = asking_shown.request(session, visit.reader, number, visit.today)
        providers = asking_shown.providers(session, per_page=MOST_PER_PAGE).items
    return _page(
        visit, "answer_form.html", "Answer the request", form, found=found, providers=providers
    )


def _outcome(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = asking_shown.referral(session, visit.reader, number)
    return _page(visit, "outcome_form.html", "What came of the referral?", form, found=found)


def _on_record(visit: Visit, urn: str, template: str, title: str, form: Form) -> Response:
    with visit.read() as session:
        school = find_school(session, urn)
        providers = asking_shown.providers(session, per_page=MOST_PER_PAGE).items
        consultants = at_work(session)
    return visit.page(
        f"commissioning/{template}",
        title=title,
        navigation="schools",
        form=form,
        school=school,
        providers=providers,
        consultants=consultants,
    )


def _page(visit: Visit, template: str, title: str, form: Form, **more: object) -> Response:
    return visit.page(
        f"commissioning/{template}", title=title, navigation="risk", form=form, **more
    )


LISTS: tuple[List[Any], ...] = (
    List[SupportRequest](
        "/support-requests",
        Act.SEE_CASE,
        "Requests for support",
        find_requests,
        [
            Column("Asked on", lambda found: found.asked_on),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Asked by", lambda found: found.asked_by),
            Column("Fed back by", lambda found: found.consultant_name),
            Column("Need", lambda found: found.need),
            Column("Priority", lambda found: found.priority),
            Column("Answer due by", lambda found: found.due_on),
            Column("State", lambda found: found.state),
            Column("Answered on", lambda found: found.answered_on),
            Column("Answer", lambda found: found.answer),
            Column("Answered by", lambda found: found.answered_by),
        ],
    ),
    List[Referral](
        "/referrals",
        Act.SEE_CASE,
        "Referrals to providers",
        find_referrals,
        [
            Column("Referred on", lambda found: found.referred_on),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Provider", lambda found: found.provider_name),
            Column("What for", lambda found: found.what_for),
            Column("State", lambda found: found.state),
            Column("Outcome", lambda found: found.outcome),
            Column("Since", lambda found: found.outcome_on),
            Column("Referred by", lambda found: found.recorded_by_name),
        ],
    ),
)
