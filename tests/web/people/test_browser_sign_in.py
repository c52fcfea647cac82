"""Signing in in a real browser: by a link and a password, and with the council's account."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from models.database import write
from models.people import credentials
from models.people import password_rules as rules
from models.people.password_rules import Hashing
from models.people.tables import Officer
from tests.support.oidc_provider import CLIENT, SECRET, provider_for
from tests.support.walk import DESK, Served, Walk, looker

PASSWORD = "three otters juggling"


def link(served: Served, officer: Officer) -> str:
    with write(served.engine) as session:
        secret = credentials.issue_invitation(
            session, now=served.now, officer=officer, by="somebody"
        )
    return f"/set-password/{secret}"


def test_an_account_is_set_up_used_and_left(
    served: Served,
    page_at: Callable[[int], Page],
    assert_accessible: Callable[[Page], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "hashing", Hashing(1, 64, 1))
    walk = Walk(served, page_at(DESK), looker(assert_accessible))
    walk.go(link(served, served.council.seo))
    assert walk.page.url == f"{served.address}/set-password"
    walk.type("Password", "password1234")
    walk.press("Set password")
    walk.sees("There is a problem", "one of the most common passwords")
    walk.type("Password", PASSWORD)
    walk.press("Set password")
    walk.sees("Your password has been set")
    walk.press("Sign in with password")
    walk.sees("There is a problem", "Enter an e-mail address")
    walk.type("E-mail address", served.council.seo.email)
    walk.type("Password", PASSWORD)
    walk.press("Sign in with password")
    walk.go("/account")
    walk.sees("with a password", "This browser")
    walk.type("What is the new token for?", "The weekly report")
    walk.press("Get a new token")
    walk.go("/account/password")
    walk.sees("Change your password")
    walk.go("/account")
    served.now += timedelta(minutes=11)
    walk.press("Get a new personal code")
    walk.sees("Confirm that it is you")
    walk.press("Continue")
    walk.sees("There is a problem", "Enter your current password")
    walk.type("Current password", PASSWORD)
    walk.press("Continue")
    walk.sees("Your new personal code")
    walk.go("/account")
    walk.follow("Sign out everywhere")
    walk.sees("The weekly report, never used", "Your personal code")
    walk.press("Sign out everywhere")
    walk.sees("You have signed out everywhere, and what you ticked no longer works")


def test_a_council_account_is_linked_and_signs_in(
    served: Served, page_at: Callable[[int], Page], assert_accessible: Callable[[Page], None]
) -> None:
    walk = Walk(served, page_at(DESK), looker(assert_accessible))
    with provider_for(f"{served.address}/sign-in/council/answer") as provider:
        served.settings.base_url = served.address
        served.settings.oidc_issuer = provider.issuer
        served.settings.oidc_client_id = CLIENT
        served.settings.oidc_client_secret = SECRET
        provider.person = {"sub": "0a1b", "name": "Sam Ellison", "roles": ["officer"]}
        walk.go(link(served, served.council.seo))
        walk.press("Link your council account")
        walk.sees("Are both of these accounts yours?", served.council.seo.email)
        walk.press("Link the two accounts")
        walk.go("/account")
        walk.sees("Linked", "with your council account")
        walk.press("Sign out")
        walk.press("Sign in with your council account")
        walk.sees("Caseload")
        provider.person["roles"] = []
        walk.go("/sign-in/council")
        walk.sees("You are not signed in", "has no role")
        walk.go("/account")
        walk.sees("Sign in")
