"""Signing in with the council's account, against a provider that speaks the real protocol."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.commands import directory, identity
from models.database import read, write
from models.events import Event, EventKind, verify
from models.officers import Officer, Role, digest
from models.refusals import NotIdentified
from models.signing_in import CouncilSignIn
from models.statements import change
from tests.council import NOW, Council
from tests.web.oidc_provider import CLIENT, SECRET, Provider, provider_for
from tests.web.visitors import Page, Visitor, Visitors
from web.pages.visits import SESSION

ANSWER = "http://127.0.0.1:8000/sign-in/council/answer"
LINK = "/sign-in/council/link"
RUTH = {
    "sub": "pairwise",
    "oid": "0a1b",
    "tid": "9f8e",
    "name": "Ruth Calloway",
    "preferred_username": "ruth@fernshire.example",
    "roles": ["officer"],
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The council's identity provider, at which Ruth Calloway signs in."""
    with provider_for(ANSWER) as provider:
        provider.person = dict(RUTH)
        yield provider


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path, provider: Provider) -> Visitors:
    """The pages of a council with such a provider."""
    return served(engine, council, tmp_path, provider)


def served(
    engine: Engine, council: Council, home: Path, provider: Provider, **more: Any
) -> Visitors:
    return Visitors(
        engine,
        council,
        home,
        **{
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            **more,
        },
    )


def leave(visitor: Visitor, address: str = "/sign-in/council") -> str:
    """Go to the provider and sign in there; the address that it sends the browser back to."""
    out = visitor.client.get(address, follow_redirects=False)
    assert out.status_code == 303, out.text
    back = httpx.get(out.headers["location"])
    assert back.status_code == 302, back.text
    return back.headers["location"]


def go(visitor: Visitor, status: int = 200, address: str = "/sign-in/council") -> Page:
    """There and back."""
    return visitor.get(leave(visitor, address), status)


def officer(engine: Engine, email: str = "ruth@fernshire.example") -> Officer:
    with read(engine) as session:
        return directory.find_officer(session, email)


def kinds(engine: Engine) -> list[EventKind]:
    with read(engine) as session:
        assert verify(session) is None
        return list(session.exec(select(Event.kind).order_by(col(Event.sequence))))


def assert_nobody(visitor: Visitor) -> None:
    """Nobody is signed in in this browser."""
    assert SESSION not in visitor.client.cookies
    assert visitor.get("/account").path.startswith("/sign-in")


# Who may -----------------------------------------------------------------------------------


def test_somebody_new_is_added_with_the_role_that_the_provider_gives(visitors: Visitors) -> None:
    visitor = visitors.stranger()
    page = go(visitor, address="/sign-in/council?next=/account")
    assert page.path == "/account"
    assert "Ruth Calloway" in page.text
    ruth = officer(visitors.engine)
    assert (ruth.role, ruth.active, ruth.demonstration) == (Role.OFFICER, True, False)
    assert ruth.oidc_subject == "oid 0a1b tid 9f8e"
    assert kinds(visitors.engine)[-3:] == [
        EventKind.OFFICER_ADDED,
        EventKind.OFFICER_LINKED,
        EventKind.OFFICER_SIGNED_IN,
    ]


def test_without_entras_claims_the_subject_is_the_key(
    visitors: Visitors, provider: Provider
) -> None:
    provider.person = {
        "sub": "0a1b",
        "name": "Ruth",
        "email": "ruth@fernshire.example",
        "preferred_username": "another@fernshire.example",
        "roles": "officer",
        "oid": "without a tenant",
    }
    go(visitors.stranger())
    assert officer(visitors.engine).oidc_subject == "sub 0a1b"


def test_a_known_account_is_brought_up_to_date(visitors: Visitors, provider: Provider) -> None:
    go(visitors.stranger())
    other = visitors.stranger()
    go(other)
    before = kinds(visitors.engine)
    go(visitors.stranger())
    assert kinds(visitors.engine) == [*before, EventKind.OFFICER_SIGNED_IN]
    provider.person |= {
        "name": "Ruth Marsh",
        "roles": ["Something.Else", "service_manager_primary"],
        "preferred_username": "ruth.marsh@fernshire.example",
    }
    go(visitors.stranger())
    ruth = officer(visitors.engine)
    assert (ruth.name, ruth.role, ruth.phase) == ("Ruth Marsh", Role.SERVICE_MANAGER, "primary")
    assert kinds(visitors.engine)[-2:] == [EventKind.OFFICER_CHANGED, EventKind.OFFICER_SIGNED_IN]
    assert other.get("/account").path.startswith("/sign-in")  # the role is another


@pytest.mark.parametrize(
    ("role", "stands_for"),
    [
        *((role.value, (role, None)) for role in Role),
        ("service_manager_primary", (Role.SERVICE_MANAGER, "primary")),
        ("service_manager_secondary", (Role.SERVICE_MANAGER, "secondary")),
    ],
)
def test_every_role_has_its_name_there(
    visitors: Visitors, provider: Provider, role: str, stands_for: tuple[Role, str | None]
) -> None:
    provider.person["roles"] = [role]
    go(visitors.stranger())
    ruth = officer(visitors.engine)
    assert (ruth.role, ruth.phase) == stands_for


def test_a_service_manager_without_a_phase_keeps_the_one_that_an_administrator_chose(
    visitors: Visitors, provider: Provider
) -> None:
    provider.person["roles"] = ["service_manager"]
    go(visitors.stranger())
    with write(visitors.engine) as session:
        directory.change_officer(
            session,
            officer=visitors.council.admin,
            now=NOW,
            email="ruth@fernshire.example",
            name="Ruth Calloway",
            role="service_manager",
            phase="primary",
        )
    go(visitors.stranger())
    assert officer(visitors.engine).phase == "primary"


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        ([], "has no role"),
        (None, "has no role"),
        (["Officer", "king", ""], "has no role"),
        ("", "has no role"),
        ({"officer": True}, "has no role"),
        ([["officer"]], "has no role"),
        (["officer", "viewer"], "more than one role"),
        (["service_manager", "service_manager_primary"], "more than one role"),
    ],
)
def test_without_exactly_one_role_nobody_is_let_in(
    visitors: Visitors, provider: Provider, roles: object, says: str
) -> None:
    provider.person["roles"] = roles
    visitor = visitors.stranger()
    page = go(visitor, 403)
    assert says in page.text
    assert "your administrator" in page.text
    assert_nobody(visitor)
    with read(visitors.engine) as session:
        known = session.exec(select(Officer).where(col(Officer.oidc_subject).is_not(None))).all()
    assert known == []
    assert kinds(visitors.engine)[-1] is EventKind.SIGN_IN_REFUSED


def test_the_same_role_twice_is_one_role(visitors: Visitors, provider: Provider) -> None:
    provider.person["roles"] = ["officer", "officer"]
    assert go(visitors.stranger()).path == "/escalations"


def test_whose_role_goes_is_out_until_it_is_back(visitors: Visitors, provider: Provider) -> None:
    visitor = visitors.stranger()
    go(visitor)
    with write(visitors.engine) as session:
        token = identity.issue_token(session, now=NOW, officer=officer(visitors.engine))
    provider.person["roles"] = []
    assert "has no role" in go(visitors.stranger(), 403).text
    gone = officer(visitors.engine)
    assert (gone.active, gone.role_withdrawn) == (False, True)
    assert visitor.get("/account").path.startswith("/sign-in")
    assert_token_is_dead(visitors, token)
    assert kinds(visitors.engine)[-2:] == [EventKind.OFFICER_DISABLED, EventKind.SIGN_IN_REFUSED]
    go(visitors.stranger(), 403)
    assert kinds(visitors.engine).count(EventKind.OFFICER_DISABLED) == 1
    provider.person["roles"] = ["viewer"]
    assert go(visitors.stranger()).status == 200
    back = officer(visitors.engine)
    assert (back.active, back.role_withdrawn, back.role) == (True, False, Role.VIEWER)
    assert_token_is_dead(visitors, token)


def assert_token_is_dead(visitors: Visitors, token: str) -> None:
    with pytest.raises(NotIdentified):
        identity.caller(visitors.engine, now=NOW, token=token)


@pytest.mark.parametrize("role_gone_first", [False, True])
def test_whom_an_administrator_disabled_no_role_brings_back(
    visitors: Visitors, provider: Provider, role_gone_first: bool
) -> None:
    go(visitors.stranger())
    if role_gone_first:
        provider.person["roles"] = []
        go(visitors.stranger(), 403)
        provider.person["roles"] = ["officer"]
    with write(visitors.engine) as session:
        directory.disable_officer(
            session,
            officer=visitors.council.admin,
            now=NOW,
            email="ruth@fernshire.example",
            reason="Under investigation",
        )
    for _ in range(2):
        visitor = visitors.stranger()
        page = go(visitor, 403)
        assert "disabled" in page.text
        assert "investigation" not in page.text
        assert_nobody(visitor)
    assert not officer(visitors.engine).active


def test_an_address_that_is_here_already_is_no_proof(
    visitors: Visitors, provider: Provider
) -> None:
    for field in ("email", "preferred_username"):
        provider.person = {**RUTH, field: "DCS@fernshire.example", "roles": ["director"]}
        visitor = visitors.stranger()
        assert "Ask your administrator for a link" in go(visitor, 403).text
        assert_nobody(visitor)
    assert officer(visitors.engine, "dcs@fernshire.example") == visitors.council.dcs


@pytest.mark.parametrize(
    "person",
    [
        {"name": None},
        {"name": "two\nlines"},
        {"name": 7},
        {"preferred_username": None},
        {"preferred_username": "no address"},
    ],
)
def test_an_account_without_name_or_address_is_told_so(
    visitors: Visitors, provider: Provider, person: dict[str, Any]
) -> None:
    provider.person |= person
    assert "cannot be used here" in go(visitors.stranger(), 403).text


# A link ------------------------------------------------------------------------------------


def invite(visitors: Visitors, invited: Officer) -> Visitor:
    """A browser in which the officer's link was opened."""
    with write(visitors.engine) as session:
        secret = identity.issue_invitation(session, now=NOW, officer=invited, by="somebody")
    visitor = visitors.stranger()
    visitor.get(f"/set-password/{secret}")
    return visitor


def leave_to_link(visitor: Visitor) -> str:
    """As `leave`, by the button of the page of an open link."""
    page = visitor.get("/set-password").submit(at="/sign-in/council")
    [refresh] = page.tree.xpath("//meta[@http-equiv='refresh']/@content")
    assert refresh == f"0; url={page.links['Continue']}"
    back = httpx.get(page.links["Continue"])
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
    assert EventKind.OFFICER_LINKED in kinds(visitors.engine)
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
        assert identity.issue_token(session, now=NOW, officer=visitors.council.seo)
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
        token = identity.issue_token(session, now=NOW, officer=sam)
        code = identity.issue_code(session, now=NOW, officer=sam)
    elsewhere = visitors.seo
    assert elsewhere.get("/account").path == "/account"
    page = go_to_link(invite(visitors, sam))
    assert elsewhere.get("/account").path == "/account"
    page.submit()
    assert officer(visitors.engine, sam.email).password is None
    assert_token_is_dead(visitors, token)
    with read(visitors.engine) as session, pytest.raises(NotIdentified):
        identity.officer_by_code(session, code)
    assert elsewhere.get("/account").path.startswith("/sign-in")
    with read(visitors.engine) as session:
        linked = select(Event.data).where(Event.kind == EventKind.OFFICER_LINKED)
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
        identity.issue_invitation(session, now=NOW, officer=visitors.council.seo, by="somebody")
    assert "has been used" in visitor.get(LINK, 409).text
    assert subject(visitors) is None


def test_a_link_that_was_used_before_the_confirmation_links_nobody(visitors: Visitors) -> None:
    visitor = invite(visitors, visitors.council.seo)
    go_to_link(visitor)
    with write(visitors.engine) as session:
        identity.issue_invitation(session, now=NOW, officer=visitors.council.seo, by="somebody")
    assert "has been used" in visitor.post(LINK, 403).text
    assert subject(visitors) is None


# How many ----------------------------------------------------------------------------------


def test_from_one_place_so_many_sign_ins_are_begun_and_no_more(
    visitors: Visitors, provider: Provider
) -> None:
    visitor = visitors.stranger()
    for _ in range(20):
        leave(visitor)
    page = visitor.get("/sign-in/council", 429)
    assert "too many tries" in page.text
    assert leave(visitors.stranger(client="192.0.2.7"))
    with read(visitors.engine) as session:
        assert len(session.exec(select(CouncilSignIn)).all()) == 21
    assert invite(visitors, visitors.council.seo).post("/sign-in/council", 429)
    visitors.now = provider.now = NOW + timedelta(minutes=10)
    assert go(visitor).path == "/escalations"


def test_whoever_comes_back_leaves_room_for_another(visitors: Visitors) -> None:
    for _ in range(21):
        go(visitors.stranger())


# The protocol ------------------------------------------------------------------------------


def test_the_provider_is_asked_as_the_protocol_wants_it(
    visitors: Visitors, provider: Provider
) -> None:
    visitor = visitors.stranger()
    out = visitor.client.get("/sign-in/council", follow_redirects=False)
    query = parse_qs(urlsplit(out.headers["location"]).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [ANSWER]
    assert query["scope"] == ["openid profile email"]
    cookie = out.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    assert SECRET not in out.headers["location"]
    with read(visitors.engine) as session:
        [row] = session.exec(select(CouncilSignIn)).all()
    assert row.state == query["state"][0]
    assert visitor.client.cookies["scc_council"] not in (row.state, row.nonce, row.verifier)
    assert row.verifier not in out.headers["location"]


@pytest.mark.parametrize(
    "twisted",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"aud": None},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://login.evil.example"},
        {"iss": None},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": int(NOW.timestamp()) + 120},
        {"iat": None},
        {"nbf": int(NOW.timestamp()) + 120},
        {"sub": None},
        {"sub": ["x"], "oid": None},
    ],
)
def test_a_token_that_says_something_wrong_lets_nobody_in(
    visitors: Visitors, provider: Provider, twisted: dict[str, Any]
) -> None:
    provider.twisted = twisted
    assert_not_trusted(visitors)


@pytest.mark.parametrize(
    "signed",
    [{"algorithm": "none"}, {"algorithm": "HS256"}, {"signs_with": "another key"}],
)
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    visitors: Visitors, provider: Provider, signed: dict[str, str]
) -> None:
    for name, value in signed.items():
        setattr(provider, name, value)
    assert_not_trusted(visitors)


@pytest.mark.parametrize(
    "stated",
    [
        {"issuer": "https://login.evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://login.evil.example/token"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"authorization_endpoint": 7},
    ],
)
def test_a_provider_that_names_other_addresses_is_not_trusted(
    visitors: Visitors, provider: Provider, stated: dict[str, Any]
) -> None:
    provider.stated = stated
    page = visitors.stranger().get("/sign-in/council", 503)
    assert "cannot be accepted" in page.text


def assert_not_trusted(visitors: Visitors) -> None:
    visitor = visitors.stranger()
    before = kinds(visitors.engine)
    page = go(visitor, 503)
    assert page.heading == "You are not signed in"
    assert "cannot be accepted" in page.text
    assert_nobody(visitor)
    assert kinds(visitors.engine) == before


def test_the_providers_clock_may_differ_a_little(visitors: Visitors, provider: Provider) -> None:
    provider.now = NOW + timedelta(seconds=59)
    assert go(visitors.stranger()).path == "/escalations"


@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_a_provider_that_answers_nonsense_is_told_on_a_page(
    visitors: Visitors, provider: Provider, place: str
) -> None:
    visitor = visitors.stranger()
    for status, nonsense in NONSENSE:
        provider.breaks = ""
        back = leave(visitor)
        provider.breaks, provider.fault = place, (status, {}, nonsense)
        page = visitor.get(back, 503)
        assert page.heading == "You are not signed in", nonsense
        assert_nobody(visitor)


NONSENSE = [
    (500, b"out of order"),
    (302, b""),
    *((200, text) for text in (b"", b"<html>", b"[]", b"null", b"{}", b"7", b"\xff\xfe")),
    (200, b'{"keys": 7, "id_token": 7, "issuer": 7}'),
    (200, b'{"keys": [{"kty": "oct", "k": "AAAA"}], "id_token": "a.b.c"}'),
]


def test_a_provider_that_is_away_is_told_on_a_page(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    with provider_for(ANSWER) as provider:
        visitors = served(engine, council, tmp_path, provider)
        visitor = visitors.stranger()
        back = leave(visitor)
    before = kinds(engine)
    assert "cannot be reached" in visitor.get(back, 503).text
    assert "cannot be reached" in visitors.stranger().get("/sign-in/council", 503).text
    assert kinds(engine) == before
    assert_nobody(visitor)


def test_an_error_from_the_provider_is_told_without_its_words(
    visitors: Visitors, provider: Provider
) -> None:
    provider.error = "access_denied"
    page = go(visitors.stranger(), 503)
    assert "did not sign you in" in page.text
    assert "Ring" not in page.text


def test_coming_back_twice_or_late_or_elsewhere_signs_nobody_in(
    visitors: Visitors, provider: Provider
) -> None:
    visitor = visitors.stranger()
    cookies = dict(visitor.client.cookies)
    back = leave(visitor)
    cookies = dict(visitor.client.cookies)
    thief = visitors.stranger()
    assert "another browser" in thief.get(back, 409).text
    leave(thief)  # with a sign-in of its own under way
    assert "another browser" in thief.get(back, 409).text
    assert visitor.get(back).path == "/escalations"
    again = visitors.stranger()
    for name, value in cookies.items():
        again.client.cookies.set(name, value)
    assert "another browser" in again.get(back, 409).text
    assert_nobody(thief)
    assert_nobody(again)
    assert provider.asked.count("/token") == 1


def test_after_ten_minutes_one_starts_again(visitors: Visitors, provider: Provider) -> None:
    visitor = visitors.stranger()
    back = leave(visitor)
    visitors.now = provider.now = NOW + timedelta(minutes=10)
    assert "Start again" in visitor.get(back, 409).text
    go(visitor)
    with read(visitors.engine) as session:
        assert session.exec(select(CouncilSignIn)).all() == []


def test_a_code_is_exchanged_once(visitors: Visitors, provider: Provider) -> None:
    first = visitors.stranger()
    back = leave(first)
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert first.get(back).path == "/escalations"
    second = visitors.stranger()
    state = parse_qs(urlsplit(leave(second)).query)["state"][0]
    assert "did not sign you in" in second.get(f"{ANSWER}?code={code}&state={state}", 503).text
    assert_nobody(second)


def test_a_stolen_code_is_worth_nothing_in_another_sign_in(visitors: Visitors) -> None:
    code = parse_qs(urlsplit(leave(visitors.stranger())).query)["code"][0]
    thief = visitors.stranger()
    state = parse_qs(urlsplit(leave(thief)).query)["state"][0]
    # Its challenge (PKCE) belongs to the browser that began.
    assert "did not sign you in" in thief.get(f"{ANSWER}?code={code}&state={state}", 503).text
    assert_nobody(thief)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=%00", "?state=%ff"])
def test_an_answer_that_nobody_waits_for_is_refused(visitors: Visitors, query: str) -> None:
    assert visitors.stranger().get(f"{ANSWER}{query}", 409).heading == "You are not signed in"


def test_after_signing_in_one_is_nowhere_else(visitors: Visitors) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        page = go(visitors.stranger(), address=f"/sign-in/council?next={elsewhere}")
        assert page.path == "/escalations"


def test_nothing_secret_is_logged(
    visitors: Visitors, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="web")
    provider.twisted = {"nonce": "another"}
    go(visitors.stranger(), 503)
    assert [record.name for record in caplog.records if record.name.startswith("web")]
    for secret in (SECRET, "Ruth", "0a1b", "another"):
        assert secret not in "".join(
            record.getMessage() for record in caplog.records if record.name.startswith("web")
        )


@pytest.mark.parametrize(
    "missing",
    [
        {"oidc_issuer": ""},
        {"oidc_client_id": ""},
        {"oidc_client_secret": ""},
        {"oidc_issuer": "http://login.fernshire.example"},
    ],
)
def test_without_all_settings_there_is_no_such_sign_in(
    engine: Engine, council: Council, tmp_path: Path, provider: Provider, missing: dict[str, str]
) -> None:
    stranger = served(engine, council, tmp_path, provider, **missing).stranger()
    assert "council account" not in stranger.get("/sign-in").text
    for address in ("/sign-in/council", "/sign-in/council/answer", LINK):
        stranger.get(address, 404)
    for address in ("/sign-in/council", LINK):
        stranger.post(address, 404)


def test_the_session_before_ends(visitors: Visitors) -> None:
    visitor = visitors.stranger()
    go(visitor)
    before = visitor.client.cookies[SESSION]
    go(visitor)
    assert visitor.client.cookies[SESSION] != before
    with read(visitors.engine) as session:
        assert len(identity.sign_ins(session, NOW, officer(visitors.engine).id)) == 1
