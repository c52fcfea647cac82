"""Signing in to the demonstration, and what is kept from those who are not signed in."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlmodel import select

from models.database import read, write
from models.people.tables import Officer, SignIn
from tests.support.council import Council
from tests.support.visitors import PARTS, Page, Visitor, Visitors, routes
from web.pages.visits import SESSION


@pytest.fixture
def demonstration(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, with Harriet Osborne and Sam Ellison as demonstration officers."""
    _demonstrate(engine, council)
    return Visitors(engine, council, tmp_path)


def _demonstrate(engine: Engine, council: Council) -> None:
    shown = [council.hos.id, council.seo.id]
    with write(engine) as session:
        session.connection().execute(
            update(Officer).where(Officer.id.in_(shown)).values(demonstration=True)
        )


def choose(visitors: Visitors, address: str = "/sign-in", **base: str) -> Page:
    """Sign in as Sam Ellison."""
    page = visitors.stranger(**base).get(address)
    return page.submit(at="/sign-in", officer=visitors.council.seo.email)


def test_only_demonstration_officers_can_be_chosen(demonstration: Visitors) -> None:
    page = demonstration.stranger().get("/sign-in")
    assert page.heading == "Sign in"
    assert "Harriet Osborne Head of Service" in page.text
    assert "Sam Ellison School Evaluation Officer" in page.text
    assert "Vera Wexford" not in page.text
    refused = demonstration.stranger().post(
        "/sign-in", 422, {"officer": "viewer@fernshire.example"}
    )
    assert refused.errors == [("Choose one of the demonstration officers", "#officer")]
    assert SESSION not in refused.visitor.client.cookies


def test_choosing_nobody_is_told(demonstration: Visitors) -> None:
    page = demonstration.stranger().get("/sign-in").submit(422, at="/sign-in")
    assert page.title.startswith("Error: ")
    assert page.errors == [("Choose who you are", "#officer")]
    assert page.has("officer")


def test_without_demonstration_officers_there_is_no_demonstration_sign_in(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    stranger = Visitors(engine, council, tmp_path).stranger()
    assert_password_alone(stranger)
    stranger.post("/sign-in", 404, {"officer": council.seo.email})


def assert_password_alone(visitor: Visitor) -> None:
    """The sign-in page offers a password, and nothing tells of a demonstration."""
    page = visitor.get("/sign-in")
    assert [form.action for form in page.tree.forms] == ["/sign-in/password"]
    assert "demonstration" not in page.response.text.lower()


def test_signing_in_leads_to_the_caseload(demonstration: Visitors) -> None:
    page = choose(demonstration)
    assert page.path == "/escalations"
    assert "Sam Ellison" in page.tree.text_content()


def test_the_cookie_is_a_secret_that_scripts_and_other_sites_do_not_get(
    demonstration: Visitors,
) -> None:
    page = choose(demonstration)
    set_cookie = page.response.history[0].headers["set-cookie"]
    secret = page.visitor.client.cookies[SESSION]
    assert "HttpOnly" in set_cookie
    assert "SameSite=lax" in set_cookie
    assert "Secure" not in set_cookie
    with read(demonstration.engine) as session:
        [kept] = session.exec(select(SignIn)).all()
    assert secret not in kept.digest
    assert len(secret) >= 43


def test_the_cookie_is_for_https_alone_where_there_is_https(demonstration: Visitors) -> None:
    page = choose(demonstration, base="https://127.0.0.1")
    set_cookie = page.response.history[0].headers["set-cookie"]
    assert set_cookie.startswith(f"__Host-{SESSION}=")
    assert "Secure" in set_cookie
    assert "Path=/" in set_cookie
    assert "Domain" not in set_cookie


def test_a_session_is_not_taken_under_the_other_name(demonstration: Visitors) -> None:
    by_https, by_http = "https://127.0.0.1", "http://127.0.0.1:8000"
    cookies = choose(demonstration, base=by_https).visitor.client.cookies
    secret = cookies[f"__Host-{SESSION}"]
    for base, name, taken in (
        (by_https, f"__Host-{SESSION}", True),
        (by_https, SESSION, False),
        (by_http, f"__Host-{SESSION}", False),
        (by_http, SESSION, True),
    ):
        client = demonstration.stranger(base=base).client
        page = client.get("/escalations", headers={"Cookie": f"{name}={secret}"})
        assert (page.url.path == "/escalations") is taken, (base, name)


def test_signing_in_again_ends_the_session_before(demonstration: Visitors) -> None:
    page = choose(demonstration)
    first = page.visitor.client.cookies[SESSION]
    again = page.visitor.get("/sign-in").submit(at="/sign-in", officer="hos@fernshire.example")
    assert again.visitor.client.cookies[SESSION] != first
    other = demonstration.stranger()
    other.client.cookies.set(SESSION, first)
    assert other.get("/escalations").path.startswith("/sign-in")


def test_after_signing_in_one_is_where_one_wanted_to_be(demonstration: Visitors) -> None:
    for address in ("/proposals", "/escalations?view=all&query=a%20b", "/schools/900001"):
        asked = demonstration.stranger().get(address)
        assert asked.path.startswith("/sign-in?next=")
        there = asked.submit(at="/sign-in", officer=demonstration.council.seo.email)
        assert there.path == address


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\r\nSet-Cookie: a=b",
    "javascript:alert(1)",
    "http:evil.example",
    "\t//evil.example",
    "//[",
    "/\\[",
    "http://[evil",
    "/\t/evil.example",
    "",
    "x" * 3000,
]


def test_nobody_is_sent_elsewhere_after_signing_in(demonstration: Visitors) -> None:
    client = demonstration.stranger().client
    for address in ELSEWHERE:
        fields = {"officer": demonstration.council.seo.email, "next": address}
        response = client.post("/sign-in", data=fields, follow_redirects=False)
        assert response.status_code == 303
        assert response.headers["location"] == "/", address
        assert client.get("/sign-in", params={"next": address}).status_code == 200, address


def test_beyond_loopback_there_is_no_demonstration_sign_in(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    _demonstrate(engine, council)
    served = Visitors(engine, council, tmp_path, hosts="scc.fernshire.example 192.0.2.1")
    for visitor in (
        served.stranger(client="192.0.2.7"),
        served.stranger(base="http://scc.fernshire.example"),
        served.stranger(base="http://192.0.2.1:8000"),
    ):
        assert_password_alone(visitor)
        visitor.post("/sign-in", 404, {"officer": council.seo.email})
        assert not visitor.client.cookies


@pytest.mark.parametrize(
    "header",
    [
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Real-IP",
        "Via",
    ],
)
def test_through_a_proxy_on_this_machine_there_is_no_demonstration_sign_in(
    demonstration: Visitors, header: str
) -> None:
    visitor = demonstration.stranger()
    visitor.client.headers[header] = "127.0.0.1"
    assert_password_alone(visitor)
    visitor.post("/sign-in", 404, {"officer": demonstration.council.seo.email})
    assert not visitor.client.cookies


def test_a_service_with_an_address_of_its_own_has_no_demonstration_sign_in(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    _demonstrate(engine, council)
    served = Visitors(engine, council, tmp_path, base_url="https://scc.fernshire.example")
    assert_password_alone(served.stranger())
    served.stranger().post("/sign-in", 404, {"officer": council.seo.email})


@pytest.mark.parametrize("bound_to", ["0.0.0.0", "::", "192.0.2.1", "scc.fernshire.example"])
def test_a_server_that_listens_beyond_loopback_has_no_demonstration_sign_in(
    engine: Engine, council: Council, tmp_path: Path, bound_to: str
) -> None:
    _demonstrate(engine, council)
    stranger = Visitors(engine, council, tmp_path, bound_to=bound_to).stranger()
    assert_password_alone(stranger)
    stranger.post("/sign-in", 404, {"officer": council.seo.email})


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "::1", "localhost"])
def test_a_server_that_listens_on_loopback_has_it(
    engine: Engine, council: Council, tmp_path: Path, bound_to: str
) -> None:
    _demonstrate(engine, council)
    assert choose(Visitors(engine, council, tmp_path, bound_to=bound_to)).path == "/escalations"


def test_signing_out_ends_the_session_in_the_database_too(demonstration: Visitors) -> None:
    page = choose(demonstration)
    secret = page.visitor.client.cookies[SESSION]
    out = page.visitor.post("/sign-out")
    assert "You have signed out" in out.text
    assert SESSION not in page.visitor.client.cookies
    again = demonstration.stranger()
    again.client.cookies.set(SESSION, secret)
    assert again.get("/escalations").path.startswith("/sign-in")


def test_a_session_ends_after_twelve_hours(demonstration: Visitors) -> None:
    visitor = demonstration.seo
    begun = demonstration.now
    for minutes in range(0, 12 * 60, 20):
        demonstration.now = begun + timedelta(minutes=minutes)
        assert visitor.get("/account").path == "/account"
    demonstration.now = begun + timedelta(hours=12)
    assert visitor.get("/account").path.startswith("/sign-in")


def test_a_session_ends_after_half_an_hour_without_a_visit(demonstration: Visitors) -> None:
    visitor = demonstration.seo
    demonstration.now += timedelta(minutes=29)
    assert visitor.get("/account").path == "/account"
    demonstration.now += timedelta(minutes=30)
    assert visitor.get("/account").path.startswith("/sign-in")


def test_a_made_up_cookie_is_nobody(demonstration: Visitors) -> None:
    client = demonstration.stranger().client
    for cookie in ("", "x", "%00", "0" * 5000):
        response = client.get("/escalations", headers={"Cookie": f"{SESSION}={cookie}"})
        assert response.url.path == "/sign-in"


OPEN = {
    "/sign-in",
    "/sign-in/password",
    "/sign-in/council",
    "/sign-in/council/answer",
    "/sign-in/council/link",
    "/set-password",
    "/set-password/{secret}",
    "/sign-out",
    "/accessibility",
    "/letters/style.css",
    "/calendar/{secret}.ics",  # whoever has the address
    "/strategy",  # everybody, where it is switched on
    # Whoever has the personal link.
    "/report-accuracy",
    "/report-accuracy/{secret}",
    "/report-accuracy.pdf",
}


def test_every_page_asks_who_one_is(demonstration: Visitors) -> None:
    client = demonstration.stranger().client
    for method, path in routes():
        if path not in OPEN:
            response = client.request(method, path.format(**PARTS), follow_redirects=False)
            assert response.status_code == 303, path
            assert response.headers["location"].startswith("/sign-in?next="), path
