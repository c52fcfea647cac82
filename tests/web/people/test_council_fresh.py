"""Confirming with the council's account that it is you: the provider must have asked just now."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine

from models.people.events import SignInRefused
from tests.support.council import NOW, Council
from tests.support.council_sign_in import go, kinds, leave, served
from tests.support.oidc_provider import Provider
from tests.support.visitors import Visitor, Visitors
from web import council_sign_in
from web.pages.visits import SESSION

FRESH = "/sign-in/council?fresh=yes&next=/account"
CODE = "/account/code"
AT = int(NOW.timestamp())


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path, provider: Provider) -> Visitors:
    """The pages of a council with a provider."""
    return served(engine, council, tmp_path, provider)


def asks(visitor: Visitor) -> bool:
    """Whether a new code is kept from whoever sits at this browser."""
    return visitor.post(CODE).heading == "Confirm that it is you"


def test_who_is_signed_in_there_already_is_asked_again(
    visitors: Visitors, provider: Provider
) -> None:
    visitor = visitors.stranger()
    go(visitor)
    assert asks(visitor)  # the provider did not say when it asked who this is
    before = visitor.client.cookies[SESSION]
    button = visitor.post(CODE).links["Sign in with your council account"]
    assert button == FRESH
    out = visitor.client.get(button, follow_redirects=False).headers["location"]
    query = parse_qs(urlsplit(out).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    provider.person["auth_time"] = AT - 5
    page = go(visitor, address=button)
    assert page.path == "/account"
    assert "You have confirmed that it is you" in page.text
    assert visitor.client.cookies[SESSION] != before
    assert not asks(visitor)
    visitors.now = provider.now = NOW + timedelta(minutes=10)
    assert asks(visitor)


@pytest.mark.parametrize(
    "auth_time", [None, AT - 600, AT - 7200, AT + 3600, 0, -1, "now", True, 1e300, [AT]]
)
def test_a_provider_that_did_not_ask_or_does_not_say_when_is_not_enough(
    visitors: Visitors, provider: Provider, auth_time: object
) -> None:
    visitor = visitors.stranger()
    go(visitor)
    before = visitor.client.cookies[SESSION]
    provider.person["auth_time"] = auth_time
    page = go(visitor, 403, address=FRESH)
    assert page.heading == "It is not confirmed that it is you"
    assert "auth_time" in page.text
    assert page.links["Back to my account"] == "/account"
    assert visitor.client.cookies[SESSION] == before
    assert asks(visitor)
    assert kinds(visitors.engine)[-1] == SignInRefused.kind


def test_a_sign_in_for_which_the_provider_just_asked_is_enough(
    visitors: Visitors, provider: Provider
) -> None:
    provider.person["auth_time"] = AT
    visitor = visitors.stranger()
    go(visitor)
    assert not asks(visitor)


def test_the_wish_cannot_be_taken_out_of_the_address(
    visitors: Visitors, provider: Provider
) -> None:
    visitor = visitors.stranger()
    go(visitor)
    provider.person["auth_time"] = AT - 7200
    back = leave(visitor, FRESH)  # the provider ignores prompt and max_age, as if they were gone
    assert visitor.get(back, 403).heading == "It is not confirmed that it is you"
    assert asks(visitor)


def test_a_few_at_once_ask_the_provider_and_the_others_come_again(visitors: Visitors) -> None:
    taken = [
        council_sign_in._places.acquire(blocking=False) for _ in range(council_sign_in.AT_ONCE)
    ]
    try:
        page = visitors.stranger().get("/sign-in/council", 429)
        assert "Wait a few seconds, then try again" in page.text
        assert page.response.headers["retry-after"] == "10"
    finally:
        council_sign_in._places.release(sum(taken))
    visitor = visitors.stranger()
    assert go(visitor).path == "/escalations"
