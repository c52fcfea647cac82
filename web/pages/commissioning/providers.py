"""Providers to whom schools can be referred: the list, one of them, what is known of it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.commissioning import asking_shown, commissions_shown, providers, tables
from models.commissioning.asking_shown import Provider
from models.paging import Page
from models.people.access import Act
from models.refusals import InvalidInput
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_ADDED = says("provider_added", "The provider has been added")
SAYS_CHANGED = says("provider_changed", "What is known of the provider has been changed")

router = APIRouter()
PER_PAGE = 50
ACTIVE = {"no": False, "any": None}
SEARCH = Fields(query=("The search", "Enter what to search for"))
DETAILS = Asked(
    providers.ProviderDetails,
    name=("The name", "Enter the name"),
    offers=("What it offers", "Enter what it offers"),
    contact=("The contact", "Enter who is contacted there"),
    email=("E-mail address", "Enter an e-mail address"),
    quality=("How its quality is known", "Enter how its quality is known"),
)


@router.get("/providers", dependencies=[may(Act.SEE_PROGRAMME)])
def list_providers(visit: Visitor, page: PageNumber, query: str = "", active: str = "") -> Response:
    """The providers by name, those to whom schools are referred unless others are asked for."""
    filters = {"query": query, "active": active}
    form, found = Form.of(**filters), None
    try:
        with visit.read() as session:
            found = find_providers(session, visit, filters, page, PER_PAGE)
    except InvalidInput as invalid:
        form = form.refused(invalid, SEARCH)
    return _page(
        visit,
        "providers.html",
        "Providers",
        form,
        found=found,
        address=address(visit, filters),
        may_keep=visit.may(Act.KEEP_CONSULTANTS),
    )


def find_providers(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Provider]:
    """One page of the providers that the filters of an address let through."""
    return asking_shown.providers(
        session,
        query=filters.get("query", ""),
        active=ACTIVE.get(filters.get("active", ""), True),
        page=page,
        per_page=per_page,
    )


@router.get("/providers/new", dependencies=[may(Act.KEEP_CONSULTANTS)])
def new(visit: Visitor) -> Response:
    """The form for one that is to be added."""
    return _details(visit, Form.of(active="yes"))


@router.post("/providers/new", dependencies=[may(Act.KEEP_CONSULTANTS)])
def add(visit: Visitor, form: Posted) -> Response:
    """Add it."""
    try:
        given = form.filled(DETAILS)
        with visit.acting() as acting:
            added = providers.add_provider(acting, given)
    except STAYS as refusal:
        return _details(visit, form.refused(refusal, DETAILS))
    return visit.done(f"/providers/{added.id}", SAYS_ADDED)


@router.get("/providers/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.Provider)])
def provider(visit: Visitor, number: Key) -> Response:
    """One of them, with the referrals and commissions that the officer sees."""
    with visit.read() as session:
        found = asking_shown.provider(session, number)
        its: dict[str, Any] = {"provider": number, "per_page": PER_PAGE}
        return _page(
            visit,
            "provider.html",
            found.name,
            Form(),
            provider=found,
            referrals=asking_shown.referrals(session, visit.reader, **its).items,
            commissions=commissions_shown.commissions(
                session, visit.reader, today=visit.today, **its
            ).items,
            may_keep=visit.may(Act.KEEP_CONSULTANTS),
        )


@router.get("/providers/{id}/change", dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Provider)])
def change(visit: Visitor, number: Key) -> Response:
    """The form for what is known of it, as it stands."""
    with visit.read() as session:
        found = asking_shown.provider(session, number)
    return _details(
        visit,
        Form.of(
            name=found.name,
            offers=found.offers,
            contact=found.contact,
            email=found.email or "",
            quality=found.quality,
            active="yes" if found.active else "no",
        ),
        found,
    )


@router.post("/providers/{id}/change", dependencies=[may(Act.KEEP_CONSULTANTS, of=tables.Provider)])
def change_provider(visit: Visitor, number: Key, form: Posted) -> Response:
    """Change it."""
    try:
        given = form.filled(DETAILS, active=form.text("active") != "no")
        with visit.acting() as acting:
            providers.change_provider(acting, number, given)
    except STAYS as refusal:
        with visit.read() as session:
            found = asking_shown.provider(session, number)
        return _details(visit, form.refused(refusal, DETAILS), found)
    return visit.done(f"/providers/{number}", SAYS_CHANGED)


def _details(visit: Visit, form: Form, found: Provider | None = None) -> Response:
    title = f"Change what is known of {found.name}" if found else "Add a provider"
    return _page(visit, "provider_form.html", title, form, provider=found)


def _page(visit: Visit, template: str, title: str, form: Form, **more: object) -> Response:
    return visit.page(
        f"commissioning/{template}", title=title, navigation="risk", form=form, **more
    )


LISTS: tuple[List[Any], ...] = (
    List[Provider](
        "/providers",
        Act.SEE_PROGRAMME,
        "Providers",
        find_providers,
        [
            Column("Name", lambda found: found.name),
            Column("Offers", lambda found: found.offers),
            Column("Contact", lambda found: found.contact),
            Column("E-mail address", lambda found: found.email),
            Column("How its quality is known", lambda found: found.quality),
            Column("Schools are referred to it", lambda found: found.active),
            Column("Referrals", lambda found: found.referrals),
            Column("Commissions", lambda found: found.commissions),
        ],
    ),
)
