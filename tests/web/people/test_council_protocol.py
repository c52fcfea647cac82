"""How many sign-ins are begun, and what the council's provider is asked, and believed."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.database import read
from models.people import identity
from models.people.tables import CouncilSignIn
from tests.support.council import NOW, Council
from tests.support.council_sign_in import (
    ANSWER,
    LINK,
    assert_nobody,
    go,
    invite,
    kinds,
    leave,
    officer,
    served,
)
from tests.support.oidc_provider import CLIENT, SECRET, Provider, provider_for
from tests.support.visitors import Visitors
from web.pages.visits import SESSION

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path, provider: Provider) -> Visitors:
    """The pages of a council with such a provider."""
    return served(engine, council, tmp_path, provider)


# How many ----------------------------------------------------------------------------------


def test_from_one_place_so_many_sign_ins_are_begun_and_no_more(
    visitors: Visitors, provider: Provider
) -> None:
    visitor = visitors.stranger()
    for _ in range(20):
        leave(visitor)
    page = visitor.get("/sign-in/council", 429)
    assert "too many attempts" in page.text
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
