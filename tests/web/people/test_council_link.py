"""A link that ties an officer to the council's account: once, and only when it is confirmed."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.database import read, write
from models.events import Event
from models.people import credentials
from models.people.events import OfficerLinked
from models.people.tables import Officer, Role, digest
from models.refusals import NotIdentified
from models.rows import change
from tests.support.council import NOW, Council
from tests.support.council_sign_in import (
    ANSWER,
    LINK,
    assert_nobody,
    assert_token_is_dead,
    go,
    invite,
    kinds,
    officer,
    served,
)
from tests.support.oidc_provider import Provider
from tests.support.visitors import Page, Visitor, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path, provider: Provider) -> Visitors:
    """The pages of a council with such a provider."""
    return served(engine, council, tmp_path, provider)


def leave_to_link(visitor: Visitor) -> str:
    """As `leave`, by the button of the page of an open link."""
    page = visitor.get("/set-password").submit(at="/sign-in/council")
    [refresh] = page.tree.xpath("//meta[@http-equiv='refresh']/@content")
    assert refresh == f"0; url={page.links['Continue']}"
    back = httpx.get(page.links["Continue"], verify=False)
    assert back.status_code == 302, back.text
    return back.headers["location"]


def go_to_link(visitor: Visitor, status: int = 200) -> Page:
    """There and back: the page that asks whether these two are to be linked."""
    return visitor.get(leave_to_link(visitor), status)


def subject(visitors: Visitors, email: str = "seo@fernshire.example") -> str | None:
    return officer(visitors.engine, email).oidc_subject


SUBJECT = "oid 0a1b tid 9f8e"


def test_a_link_links_the_invited_officer_once(visitors: Visitors) -> None:
    visitor = invite(visitors, visitors.council.seo)
    go_to_link(visitor).submit()
    linked = officer(visitors.engine, "seo@fernshire.example")
    assert linked.oidc_subject == SUBJECT
    assert linked.name == "Ruth Calloway"
    assert OfficerLinked.kind in kinds(visitors.engine)
    assert visitor.get("/account").path == "/account"
    assert visitor.get("/set-password", 404).heading == "This link does not work"
    assert go(visitors.stranger()).status == 200
    with read(visitors.engine) as session:
        assert len(session.exec(select(Officer.id)).all()) == len(visitors.council.officers)


def test_before_anything_is_linked_a_page_says_whose_accounts_they_are(
    visitors: Visitors,
) -> None:
    visitor = invite(visitors, visitors.council.seo)
    before = kinds(visitors.engine)
    page = go_to_link(visitor)
    assert page.path == LINK
    for whose in ("Ruth Calloway", "ruth@fernshire.example", "Sam Ellison", "seo@fernshire"):
        assert whose in page.text
    assert subject(visitors) is None
    assert kinds(visitors.engine) == before
    assert_nobody(visitor)
    with write(visitors.engine) as session:
        assert credentials.issue_token(session, now=NOW, officer=visitors.council.seo)
    assert visitor.get(LINK).heading == page.heading


def test_what_another_site_makes_a_browser_open_links_nobody(
    visitors: Visitors, provider: Provider
) -> None:
    """The Director's browser is led to an officer's link, and then through a single sign-on."""
    provider.person |= {"roles": ["director"], "preferred_username": "new.dcs@fernshire.example"}
    visitor = invite(visitors, visitors.council.seo)
    go(visitor, address="/sign-in/council?invited=yes")
    assert subject(visitors) is None
    assert subject(visitors, "new.dcs@fernshire.example") == SUBJECT


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_what_another_site_posts_links_nobody(visitors: Visitors, headers: dict[str, str]) -> None:
    visitor = invite(visitors, visitors.council.seo)
    assert visitor.client.post("/sign-in/council", headers=headers).status_code == 403
    go_to_link(visitor)
    assert visitor.client.post(LINK, headers=headers).status_code == 403
    assert subject(visitors) is None
    visitor.post(LINK)
    assert subject(visitors) == SUBJECT


def test_linking_ends_every_other_way_to_sign_in(visitors: Visitors) -> None:
    sam = visitors.council.seo
    with write(visitors.engine) as session:
        change(session, Officer, {"id": sam.id}, password="a hash")
        token = credentials.issue_token(session, now=NOW, officer=sam)
        code = credentials.issue_code(session, now=NOW, officer=sam)
    elsewhere = visitors.seo
    assert elsewhere.get("/account").path == "/account"
    page = go_to_link(invite(visitors, sam))
    assert elsewhere.get("/account").path == "/account"
    page.submit()
    assert officer(visitors.engine, sam.email).password is None
    assert_token_is_dead(visitors, token)
    with read(visitors.engine) as session, pytest.raises(NotIdentified):
        credentials.officer_by_code(session, code)
    assert elsewhere.get("/account").path.startswith("/sign-in")
    with read(visitors.engine) as session:
        linked = select(Event.data).where(Event.kind == OfficerLinked.kind)
        assert '"in_place_of_all":true' in session.exec(linked).one()


def test_a_confirmation_is_good_once_in_one_browser_for_ten_minutes(
    visitors: Visitors, provider: Provider
) -> None:
    visitor = invite(visitors, visitors.council.seo)
    go_to_link(visitor)
    cookies = dict(visitor.client.cookies)
    other = invite(visitors, visitors.council.hos)
    leave_to_link(other)  # not back yet
    for browser in (visitors.stranger(), other):
        assert "another browser" in browser.post(LINK, 409).text
    visitors.now = provider.now = NOW + timedelta(minutes=10)
    assert "Start again" in visitor.post(LINK, 409).text
    assert subject(visitors) is None
    visitors.now = provider.now = NOW
    again = visitors.stranger()
    for name, value in cookies.items():
        again.client.cookies.set(name, value)
    again.post(LINK)
    assert subject(visitors) == SUBJECT
    for name, value in cookies.items():
        visitor.client.cookies.set(name, value)
    assert "Start again" in visitor.post(LINK, 409).text


def test_an_account_that_waits_is_no_sign_in_under_way(visitors: Visitors) -> None:
    visitor = invite(visitors, visitors.council.seo)
    go_to_link(visitor)
    state = digest(visitor.client.cookies["scc_council"])
    assert "Start again" in visitor.get(f"{ANSWER}?code=x&state={state}", 409).text


def test_an_open_link_links_nobody_who_did_not_ask_for_it(visitors: Visitors) -> None:
    go(invite(visitors, visitors.council.admin))
    assert subject(visitors, "admin@fernshire.example") is None
    assert officer(visitors.engine).role is Role.OFFICER


def test_without_an_open_link_there_is_nothing_to_link(visitors: Visitors) -> None:
    page = visitors.stranger().post("/sign-in/council", 404)
    assert page.heading == "This link does not work"
    assert visitors.stranger().get(LINK, 409).heading == "You are not signed in"


def test_a_link_does_not_take_somebody_elses_account(visitors: Visitors) -> None:
    go(visitors.stranger())
    visitor = invite(visitors, visitors.council.seo)
    assert "belongs to another officer" in go_to_link(visitor, 403).text
    assert subject(visitors) is None
    assert visitor.get("/set-password").heading == "Set up your account"


def test_an_account_that_was_linked_elsewhere_meanwhile_is_not_taken(visitors: Visitors) -> None:
    visitor = invite(visitors, visitors.council.seo)
    go_to_link(visitor)
    go(visitors.stranger())
    assert "belongs to another officer" in visitor.post(LINK, 403).text
    assert subject(visitors) is None


def test_a_link_gives_no_role(visitors: Visitors, provider: Provider) -> None:
    provider.person["roles"] = []
    visitor = invite(visitors, visitors.council.seo)
    assert "has no role" in go_to_link(visitor, 403).text
    assert subject(visitors) is None


def test_a_link_that_was_used_meanwhile_links_nobody(visitors: Visitors) -> None:
    late = invite(visitors, visitors.council.seo)
    back = leave_to_link(late)
    visitor = invite(visitors, visitors.council.seo)
    assert "has been used" in late.get(back, 403).text
    go_to_link(visitor)
    with write(visitors.engine) as session:
        credentials.issue_invitation(session, now=NOW, officer=visitors.council.seo, by="somebody")
    assert "has been used" in visitor.get(LINK, 409).text
    assert subject(visitors) is None


def test_a_link_that_was_used_before_the_confirmation_links_nobody(visitors: Visitors) -> None:
    visitor = invite(visitors, visitors.council.seo)
    go_to_link(visitor)
    with write(visitors.engine) as session:
        credentials.issue_invitation(session, now=NOW, officer=visitors.council.seo, by="somebody")
    assert "has been used" in visitor.post(LINK, 403).text
    assert subject(visitors) is None
