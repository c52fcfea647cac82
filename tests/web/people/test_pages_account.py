"""Setting up an account by a link, signing in with a password, and one's own page."""

import re
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.database import read, write
from models.events import Event
from models.people import credentials, identity
from models.people import password_rules as rules
from models.people.events import OfficerProven, SignInRefused
from models.people.password_rules import Hashing
from models.people.tables import Officer, SignInFailure, digest
from tests.support.council import NOW, Council
from tests.support.visitors import Page, Visitor, Visitors
from web.pages.visits import SESSION

GOOD = "three otters juggling"
OTHER = "copper teapot meadow"
SEO = "seo@fernshire.example"
BY_PASSWORD = "/sign-in/password"
TOKENS = "/account/tokens"
HOSTILE = "<b>'\"&{{ 7 * 7 }}"


@pytest.fixture(autouse=True)
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing that costs little, in place of the real one."""
    monkeypatch.setattr(rules, "hashing", Hashing(1, 64, 1))


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages of a council."""
    return Visitors(engine, council, tmp_path)


def link(visitors: Visitors, officer: Officer) -> str:
    with write(visitors.engine) as session:
        secret = credentials.issue_invitation(
            session, now=visitors.now, officer=officer, by="somebody"
        )
    return f"/set-password/{secret}"


def set_password(visitors: Visitors, password: str = GOOD) -> None:
    """Let Sam Ellison set a password."""
    page = visitors.stranger().get(link(visitors, visitors.council.seo))
    assert page.submit(password=password).path == "/sign-in"


def sign_in(visitors: Visitors, status: int = 200, email: str = SEO, password: str = GOOD) -> Page:
    page = visitors.stranger().get("/sign-in?next=/account")
    return page.submit(status, at=BY_PASSWORD, email=email, password=password)


def secret_of(visitor: Visitor) -> str:
    return visitor.client.cookies[SESSION]


# By a link ---------------------------------------------------------------------------------


def test_a_link_leads_to_a_password_and_that_to_the_pages(visitors: Visitors) -> None:
    visitor = visitors.stranger()
    page = visitor.get(link(visitors, visitors.council.seo))
    assert page.path == "/set-password"
    assert page.heading == "Set up your account"
    assert "Sam Ellison" in page.text
    done = page.submit(password=GOOD)
    assert "Your password has been set" in done.text
    assert SESSION not in visitor.client.cookies
    assert "Sam Ellison" in sign_in(visitors).text
    assert visitor.get("/set-password", 404).heading == "This link does not work"


def test_the_secret_of_a_link_goes_from_the_address_into_a_cookie(visitors: Visitors) -> None:
    address = link(visitors, visitors.council.seo)
    secret = address.rpartition("/")[2]
    visitor = visitors.stranger()
    answer = visitor.client.get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/set-password")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=1800" in cookie
    assert secret not in visitor.get("/set-password").response.text


@pytest.mark.parametrize("secret", ["x", "-".join(["made"] * 9)[:43], "%00", "é"])
def test_a_link_that_is_none_is_told_so(visitors: Visitors, secret: str) -> None:
    page = visitors.stranger().get(f"/set-password/{secret}", 404)
    assert page.heading == "This link does not work"
    assert "Ask your administrator for a new one" in page.text
    visitors.stranger().post("/set-password", 404, {"password": GOOD})


def test_a_link_that_is_too_old_or_replaced_is_told_so(visitors: Visitors) -> None:
    first = link(visitors, visitors.council.seo)
    second = link(visitors, visitors.council.seo)
    visitors.stranger().get(first, 404)
    page = visitors.stranger().get(second)
    visitors.now += timedelta(hours=72)
    page.submit(404, password=GOOD)
    visitors.stranger().get(second, 404)


def test_a_password_that_is_refused_can_be_chosen_again(visitors: Visitors) -> None:
    page = visitors.stranger().get(link(visitors, visitors.council.seo))
    for password, says in (
        ("", "Enter a password"),
        ("short", "Password must be 12 characters or more"),
        ("password1234", "This is one of the most common passwords."),
        ("three ellison otters", "Choose a password without “ellison”"),
    ):
        page = page.submit(422, password=password)
        assert page.title.startswith("Error: ")
        [(message, href)] = page.errors
        assert message.startswith(says)
        assert href == "#password"
        assert not any(page.tree.xpath("//input[@type='password']/@value"))
    assert page.submit(password=GOOD).path == "/sign-in"


# By password -------------------------------------------------------------------------------


def test_signing_in_with_a_password_leads_where_one_wanted_to_be(visitors: Visitors) -> None:
    set_password(visitors)
    page = sign_in(visitors)
    assert page.path == "/account"
    assert "with a password" in page.text
    set_cookie = page.response.history[0].headers["set-cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=lax" in set_cookie


def test_what_is_wrong_is_not_told(visitors: Visitors) -> None:
    set_password(visitors)
    pages = [
        sign_in(visitors, 422, email=email, password=OTHER)
        for email in (SEO, "hos@fernshire.example", "nobody@fernshire.example")
    ]
    shown = {re.sub(r"\w+@fernshire.example", "", page.response.text) for page in pages}
    assert len(shown) == 1
    assert pages[0].errors == [("The e-mail address or password is not right", "#email")]
    assert OTHER not in pages[0].response.text
    assert pages[0].path == BY_PASSWORD
    assert pages[0].visitor.get(BY_PASSWORD).path == "/sign-in"


def test_both_fields_are_asked_for(visitors: Visitors) -> None:
    page = sign_in(visitors, 422, email=" ", password="")
    assert page.errors == [
        ("Enter an e-mail address", "#email"),
        ("Enter a password", "#password"),
    ]
    with read(visitors.engine) as session:
        assert session.exec(select(SignInFailure)).all() == []


@pytest.mark.parametrize("email", [SEO, "nobody@fernshire.example"])
def test_who_guesses_has_to_wait(visitors: Visitors, email: str) -> None:
    set_password(visitors)
    for _ in range(10):
        sign_in(visitors, 422, email=email, password=OTHER)
    for password in (GOOD, OTHER):
        page = sign_in(visitors, 429, email=email, password=password)
        assert "There have been too many attempts to sign in. Wait 15 minutes" in page.text
    visitors.now += timedelta(minutes=15)
    assert sign_in(visitors, 200 if email == SEO else 422, email=email)


def test_another_site_signs_nobody_in(visitors: Visitors) -> None:
    set_password(visitors)
    client = visitors.stranger().client
    fields = {"email": SEO, "password": GOOD}
    answer = client.post(BY_PASSWORD, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert SESSION not in client.cookies


# One's own page ----------------------------------------------------------------------------


def test_every_sign_in_is_shown_and_can_be_ended(visitors: Visitors) -> None:
    set_password(visitors)
    here, there = (sign_in(visitors).visitor for _ in range(2))
    page = here.get("/account")
    ends = [form.action for form in page.tree.forms if form.action.endswith("/end")]
    assert len(ends) == 1
    assert page.text.count("This browser") == 1
    done = page.submit(at=ends[0])
    assert "The sign-in has been ended" in done.text
    assert there.get("/account").path.startswith("/sign-in")
    assert here.get(ends[0]).path == "/account"  # a button's address shows the page


def test_nobody_ends_or_revokes_what_is_not_theirs(visitors: Visitors) -> None:
    with write(visitors.engine) as session:
        credentials.issue_token(session, now=NOW, officer=visitors.council.seo)
    theirs = visitors.seo
    with read(visitors.engine) as session:
        [sign_in] = identity.sign_ins(session, NOW, visitors.council.seo.id)
        [token] = credentials.tokens(session, NOW, visitors.council.seo.id)
    for number in (sign_in.id, token.id, 9999):
        visitors.dcs.post(f"/account/sign-ins/{number}/end", 404)
        visitors.dcs.post(f"/account/tokens/{number}/revoke", 404)
    assert theirs.get("/account").path == "/account"


def test_signing_out_everywhere(visitors: Visitors) -> None:
    set_password(visitors)
    here, there = (sign_in(visitors).visitor for _ in range(2))
    page = here.get("/account").follow("Sign out everywhere")
    assert "Nothing else lets anybody in as you" in page.text
    assert not page.has("ends")
    out = page.submit()
    assert "You have signed out everywhere" in out.text
    for visitor in (here, there):
        assert visitor.get("/account").path.startswith("/sign-in")


def issue_all(visitors: Visitors) -> str:
    """A secret of every kind for Sam Ellison; the token, which was used."""
    told = {"now": visitors.now, "officer": visitors.council.seo}
    with write(visitors.engine) as session:
        token = credentials.issue_token(session, **told, label=HOSTILE)  # type: ignore[arg-type]
        credentials.issue_token(session, **told, label="Old report")  # type: ignore[arg-type]
        credentials.issue_code(session, **told)  # type: ignore[arg-type]
        credentials.issue_calendar(session, **told)  # type: ignore[arg-type]
    assert _calls(visitors, token) == 200
    return token


def test_what_else_is_open_is_told_and_ends_with_the_sign_ins(visitors: Visitors) -> None:
    token = issue_all(visitors)
    page = visitors.seo.get("/account/sign-out-everywhere")
    for words in (
        f"{HOSTILE}, last used 23 November 2026",
        "Old report, never used",
        "The address of your calendar",
        "Your personal code",
    ):
        assert words in page.text
    assert "<b>" not in page.response.text
    out = page.submit()
    assert "what you ticked no longer works" in out.text
    assert _calls(visitors, token) == 401
    assert open_kinds(visitors) == set()


@pytest.mark.parametrize("form", ["/account/sign-out-everywhere", "/account/password"])
def test_what_is_unticked_goes_on(visitors: Visitors, form: str) -> None:
    set_password(visitors)
    token = issue_all(visitors)
    page = sign_in(visitors).visitor.get(form)
    refused = page.submit(422, ends=["nonsense"], **_passwords(form))
    assert refused.errors == [("Choose from what is listed", "#ends")]
    page.submit(ends=["code", "calendar"], **_passwords(form))
    assert _calls(visitors, token) == 200
    assert open_kinds(visitors) == {"token"}
    page = sign_in(visitors, password=OTHER if "password" in form else GOOD).visitor.get(form)
    assert "The address of your calendar" not in page.text
    page.submit(**_passwords(form, OTHER, GOOD))
    assert _calls(visitors, token) == 401


def _passwords(form: str, current: str = GOOD, new: str = OTHER) -> dict[str, str]:
    return {"current_password": current, "password": new} if "password" in form else {}


def open_kinds(visitors: Visitors) -> set[str]:
    with read(visitors.engine) as session:
        found = credentials.secrets(session, visitors.now, visitors.council.seo.id)
    return {secret.kind.value for secret in found}


def test_a_link_that_replaces_a_password_says_what_ends_and_ends_it(visitors: Visitors) -> None:
    first = visitors.stranger().get(link(visitors, visitors.council.seo))
    assert "stop working" not in first.text
    first.submit(password=GOOD)
    token = issue_all(visitors)
    page = visitors.stranger().get(link(visitors, visitors.council.seo))
    assert "your tokens, your personal code and the address of your calendar stop" in page.text
    page.submit(password=OTHER)
    assert _calls(visitors, token) == 401
    assert open_kinds(visitors) == set()


OWN = {TOKENS: {"label": HOSTILE}, "/account/code": {}, "/account/calendar": {}}


@pytest.mark.parametrize("address", list(OWN))
def test_a_secret_asks_for_the_password_ten_minutes_after_it_was_given(
    visitors: Visitors, address: str
) -> None:
    set_password(visitors)
    visitor = sign_in(visitors).visitor
    visitors.now += timedelta(minutes=9)
    assert visitor.get("/account").submit(at=address, **OWN[address]).path == address
    before = open_kinds(visitors)
    visitors.now += timedelta(minutes=1)
    page = visitor.get("/account").submit(at=address, **OWN[address])
    assert page.heading == "Confirm that it is you"
    missing = page.submit(422, current_password="")
    assert missing.errors == [("Enter your current password", "#current_password")]
    wrong = missing.submit(422, current_password=OTHER)
    assert wrong.errors == [("Your current password is not right", "#current_password")]
    assert OTHER not in wrong.response.text
    assert open_kinds(visitors) == before
    told = wrong.submit(current_password=GOOD)
    assert told.heading != "Confirm that it is you"
    if address == TOKENS:
        assert HOSTILE in visitor.get("/account").text
    again = visitor.get("/account").submit(at=address, **OWN[address])
    assert again.heading == told.heading  # not asked twice within ten minutes
    with read(visitors.engine) as session:
        proven = select(Event).where(Event.kind == OfficerProven.kind)
        [event] = session.exec(proven)
        refused = select(Event).where(Event.kind == SignInRefused.kind)
        assert len(session.exec(refused).all()) == 1
    assert event.facts == {"officer": SEO, "way": "password"}
    shown = visitors.admin.get("/administration/audit").text
    assert f"{SEO} confirmed their identity with a password." in shown
    assert f"was issued to {SEO}" in shown


def test_guesses_at_an_open_browser_are_counted(visitors: Visitors) -> None:
    set_password(visitors)
    visitor = sign_in(visitors).visitor
    visitors.now += timedelta(minutes=10)
    fields = {"label": "Report", "current_password": OTHER}
    for _ in range(10):
        visitor.post(TOKENS, 422, fields)
    page = visitor.post(TOKENS, 429, fields | {"current_password": GOOD})
    assert "There have been too many attempts" in page.text
    assert page.response.headers["retry-after"] == "900"
    assert open_kinds(visitors) == set()


def test_whoever_has_no_password_signs_in_again(visitors: Visitors) -> None:
    visitor = visitors.hos
    visitors.now += timedelta(minutes=10)
    page = visitor.get("/account").submit(at="/account/code")
    assert page.links["Sign in again"] == "/sign-in?next=/account"
    assert not page.has("current_password")
    assert (
        "You have no password here"
        in visitor.post("/account/code", 422, {"current_password": GOOD}).text
    )


def test_when_all_places_for_hashing_are_taken_the_page_says_so(visitors: Visitors) -> None:
    set_password(visitors)
    visitor = sign_in(visitors).visitor
    open_link = visitors.stranger().get(link(visitors, visitors.council.hos))
    fields = {"current_password": GOOD, "password": OTHER}
    with ExitStack() as places:
        for _ in range(rules.AT_ONCE):
            places.enter_context(rules.hashing.turn())
        for page in (
            sign_in(visitors, 429),
            sign_in(visitors, 429, email="nobody@fernshire.example"),
            open_link.submit(429, password=GOOD),
            visitor.post("/account/password", 429, fields),
        ):
            assert "Wait a few seconds, then try again" in page.text
            assert page.response.headers["retry-after"] == "3"
    assert sign_in(visitors).path == "/account"
    assert open_link.submit(password=GOOD).path == "/sign-in"


def test_a_new_password_is_asked_with_the_current_one(visitors: Visitors) -> None:
    set_password(visitors)
    here, there = (sign_in(visitors).visitor for _ in range(2))
    before = secret_of(here)
    page = here.get("/account").follow("Change password")
    wrong = page.submit(422, current_password=OTHER, password=OTHER)
    assert wrong.errors == [("Your current password is not right", "#current_password")]
    weak = page.submit(422, current_password=GOOD, password="password1234")
    assert [href for _, href in weak.errors] == ["#password"]
    missing = page.submit(422)
    assert [href for _, href in missing.errors] == ["#current_password", "#password"]
    done = page.submit(current_password=GOOD, password=OTHER)
    assert "Your password has been changed" in done.text
    assert secret_of(here) != before
    assert there.get("/account").path.startswith("/sign-in")
    sign_in(visitors, 422, password=GOOD)
    sign_in(visitors, password=OTHER)


def test_whoever_has_no_password_is_told_how_to_get_one(visitors: Visitors) -> None:
    page = visitors.hos.get("/account/password")
    assert "ask your administrator for a link" in page.text
    fields = {"current_password": "", "password": GOOD}
    assert visitors.hos.post("/account/password", 422, fields).title.startswith("Error")
    fields = {"current_password": GOOD, "password": GOOD}
    assert "You have no password here" in visitors.hos.post("/account/password", 422, fields).text


def test_a_token_is_made_told_once_and_revoked(visitors: Visitors) -> None:
    page = visitors.seo.get("/account")
    assert page.submit(422, at=TOKENS).errors == [("Enter what the token is for", "#label")]
    told = page.submit(at=TOKENS, label=HOSTILE)
    [token] = told.tree.xpath("//main//code/text()")
    assert "It works until 21 February 2027" in told.text
    assert _calls(visitors, token) == 200
    page = visitors.seo.get("/account")
    assert HOSTILE in page.text
    assert "<b>" not in page.response.text
    assert token not in page.response.text
    [revoke] = [form.action for form in page.tree.forms if form.action.endswith("/revoke")]
    assert "The token no longer works" in page.submit(at=revoke).text
    assert _calls(visitors, token) == 401
    assert visitors.seo.get(TOKENS).path == "/account"


def test_a_token_of_the_page_expires_and_is_answered_like_an_unknown_one(
    visitors: Visitors,
) -> None:
    told = visitors.seo.get("/account").submit(at=TOKENS, label="Report")
    [token] = told.tree.xpath("//main//code/text()")
    visitors.now = NOW + timedelta(days=90)
    client = visitors.stranger().client
    answers = [
        client.get("/api/v1/schools", headers={"Authorization": f"Bearer {text}"})
        for text in (token, "made-up")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def _calls(visitors: Visitors, token: str) -> int:
    client = visitors.stranger().client
    headers = {"Authorization": f"Bearer {token}"}
    return client.get("/api/v1/schools", headers=headers).status_code


def test_no_secret_is_on_record(visitors: Visitors) -> None:
    set_password(visitors)
    visitor = sign_in(visitors).visitor
    told = visitor.get("/account").submit(at=TOKENS, label="Report")
    [token] = told.tree.xpath("//main//code/text()")
    with read(visitors.engine) as session:
        kept = " ".join(session.exec(select(Event.data)))
        officer = session.get_one(Officer, visitors.council.seo.id)
    assert officer.password is not None
    for secret in (GOOD, token, secret_of(visitor), officer.password, digest(token)):
        assert secret not in kept
