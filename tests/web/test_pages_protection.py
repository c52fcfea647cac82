"""What other sites, wrong roles and nonsense get from the pages: a refusal, and nothing changed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func
from sqlmodel import select

from models.database import read
from models.escalations.tables import Discussion
from models.events import Event
from models.letters.tables import Letter
from models.record.events import AccessRefused
from models.refusals import Refused
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.visitors import PARTS, Visitors, routes


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def events(engine: Engine) -> int:
    """How much has happened, less the refusals, which are on record too."""
    happened = Event.kind != AccessRefused.kind
    with read(engine) as session:
        return session.exec(select(func.count(Event.sequence)).where(happened)).one()


CROSS_SITE: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9000"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_site_cannot_send_anything(visitors: Visitors) -> None:
    client = visitors.seo.client
    before = events(visitors.engine)
    for headers in CROSS_SITE:
        for method, path in routes():
            if method == "POST":
                response = client.request(method, path.format(**PARTS), headers=headers)
                assert response.status_code == 403, (headers, path)
                assert "another web site" in response.text
    assert events(visitors.engine) == before


NAMES = {
    "127.0.0.1:8000": 200,
    "127.0.0.1:65000": 200,
    "localhost": 200,
    "LOCALHOST:8000": 200,
    "[::1]:8000": 200,
    "scc.fernshire.example": 200,
    "scc.fernshire.example:8443": 200,
    "SCC.Fernshire.example": 200,
    "10.0.0.7:8000": 200,
    "[fd00::7]": 200,
    "old-name.fernshire.example": 200,
    "rebound.example": 400,
    "scc.fernshire.example.evil.example": 400,
    "evil.scc.fernshire.example": 400,
    "scc.fernshire.example@evil.example": 400,
    "evil.example@127.0.0.1": 400,
    "127.0.0.1/": 400,
    "192.0.2.1": 400,
    "[fd00::8]": 400,
    "[": 400,
    "": 400,
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_service_answers_to_its_own_names_alone(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    visitors = Visitors(
        engine,
        council,
        tmp_path,
        base_url="https://scc.fernshire.example/",
        hosts="10.0.0.7, fd00::7 https://old-name.fernshire.example:8443",
    )
    client = visitors.stranger().client
    for name, status in NAMES.items():
        for address in ("/sign-in", "/static/scc.css"):
            response = client.get(address, headers={"Host": name})
            assert response.status_code == status, name
            if status == 400:
                assert response.headers["content-type"].startswith("text/plain")
                assert "SCC_HOSTS" in response.text
                assert response.headers["x-content-type-options"] == "nosniff"
        api = client.get("/api/v1/schools", headers={"Host": name})
        assert api.status_code == (401 if status == 200 else 400), name
        assert client.get("/health/live", headers={"Host": name}).status_code == 200, name


OURS: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://127.0.0.1:8000"},
]


def test_our_own_pages_can(visitors: Visitors) -> None:
    for headers in OURS:
        response = visitors.seo.client.post("/account/code", headers=headers)
        assert response.status_code == 200, headers


def test_behind_a_proxy_the_public_address_is_ours_too(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    visitors = Visitors(engine, council, tmp_path, base_url="https://scc.fernshire.example")
    headers = {"Origin": "https://scc.fernshire.example"}
    assert visitors.seo.client.post("/account/code", headers=headers).status_code == 200


def test_every_answer_forbids_scripts_and_is_not_kept(visitors: Visitors) -> None:
    for address in ("/escalations", "/nothing", "/sign-in"):
        headers = visitors.seo.client.get(address).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert "<script" not in visitors.seo.client.get(address).text


ACTIONS = [
    ("/escalations/new/900003/start", {"triggers": "safety", "summary": "x"}),
    ("/escalations/{reference}/discussions/new", {"with": "headteacher", "notes": "x"}),
    ("/escalations/{reference}/responses/new", {"summary": "x", "judgement": "satisfactory"}),
    ("/escalations/{reference}/propose/resolve", {"reason": "x"}),
    ("/letters/1/edit", {"body": "# x"}),
    ("/proposals/1", {"decision": "approve"}),
    ("/messages/1", {"decision": "sent", "reason": "x"}),
]


@pytest.mark.parametrize("who", ["viewer", "admin", "legal"])
def test_a_role_that_may_not_is_refused_on_direct_posts(
    visitors: Visitors, case: Case, who: str
) -> None:
    case.started().discuss()
    case.respond()
    visitor = getattr(visitors, who)
    before = events(visitors.engine)
    for address, fields in ACTIONS:
        typed = {**EVERYTHING, **fields}
        page = visitor.post(address.format(reference=case.reference), 403, typed)
        assert page.links["Go to the caseload"] == "/"
    assert events(visitors.engine) == before


EVERYTHING = {
    "case_officer": "seo@fernshire.example",
    **{
        f"{day}-{part}": value
        for day in ("held_on", "received_on")
        for part, value in (("day", "23"), ("month", "11"), ("year", "2026"))
    },
}
HOSTILE = [
    "\x00",
    "a\x00b",
    "\ud800",
    "x" * 20_001,
    "<script>alert(1)</script>{{ 7 * 7 }}",
    "'; DROP TABLE officer; --",
    "\u202egnirts",
    "\U0001f600",
    "١٢",
    " ",
    "\u200b",
    "⟦⟧",
]
DAYS = ("held_on", "received_on", "to", "respond_by")
FIELDS = (
    *("officer", "next", "triggers", "summary", "case_officer", "with", "notes", "judgement"),
    *("head_performance_in_question", "not_engaging", "agreed_actions", "reason", "step", "urn"),
    *("decision", "body", "name", "email", "address"),
    *(f"{day}-{part}" for day in DAYS for part in ("day", "month", "year")),
)


def bodies() -> list[dict[str, Any]]:
    """Forms as no page sends them; the first four hold what a database may refuse."""
    urlencoded = [{"data": dict.fromkeys(FIELDS, text)} for text in HOSTILE[3:]]
    raw = b"&".join(f"{name}=%00%ff%ed%a0%80".encode() for name in FIELDS)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    surrogate = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + b"\xed\xa0\x80\r\n"
        for name in FIELDS
    )
    return [
        {"data": dict.fromkeys(FIELDS, "9" * 26)},
        {"data": dict.fromkeys(FIELDS, "-1")},
        {"content": raw, "headers": form},
        {"content": surrogate + b"--x--\r\n", "headers": broken},
        {},
        {"data": {name: ["a", "b"] for name in FIELDS}},
        *urlencoded,
        {"content": b"=&&=%", "headers": form},
        {"content": b"a=1&" * 2000, "headers": form},
        {"files": dict.fromkeys(FIELDS, ("f.txt", b"file", "text/plain"))},
        {"content": b"--x\r\nnonsense", "headers": broken},
        {
            "content": surrogate + b"--x--\r\n",
            "headers": {"Content-Type": "multipart/form-data; boundary=x; charset=utf-7"},
        },
        {
            "content": surrogate + b"--x--\r\n",
            "headers": {"Content-Type": "multipart/form-data; boundary=x; charset=idna"},
        },
        {"content": b"{}", "headers": {"Content-Type": "application/json"}},
        {"content": b"x" * 2_100_000, "headers": form},
    ]


@pytest.mark.both_databases
def test_no_body_breaks_a_page(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    case.respond()
    client = visitors.seo.client
    posts = [route for route in routes() if route[0] == "POST"]
    asked = bodies() if case.engine.name == "sqlite" else bodies()[:4]
    for number, body in enumerate(asked):
        # What frames a body is taken apart before any page hears of it: a few of them will do.
        for _, path in posts[::12] if "content" in body else posts:
            if path not in ("/sign-out", "/account/code"):
                response = client.post(path.format(**{**PARTS, "action": "extend"}), **body)
                assert response.status_code < 500, (number, path, response.text[:500])
                assert "<script>alert" not in response.text


def test_a_form_that_is_cut_off_is_not_carried_out(visitors: Visitors, case: Case) -> None:
    case.started()
    secret = visitors.seo.client.cookies["scc_session"]
    body = b"held_on-day=23&held_on-month=11&held_on-year=2026&with=headteacher&notes=We+met"
    arriving = iter(
        [
            {"type": "http.request", "body": body, "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    answered: list[Any] = []

    async def receive() -> Any:
        return next(arriving)

    async def send(message: Any) -> None:
        answered.append(message)

    address = f"/escalations/{case.reference}/discussions/new"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"cookie", f"scc_session={secret}".encode()),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
    asyncio.run(visitors.app(scope, receive, send))
    assert answered == []
    assert not case.all(Discussion)


# The first three are what a database may refuse; the others never come so far.
TEXTS = ["%00", "%ed%a0%80", "1" * 40, "%ff", "0", "-1", "1.5", "%D9%A1", "x" * 5000, "%2e%2e"]


@pytest.mark.both_databases
def test_no_address_breaks_a_page(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    client = visitors.hos.client
    for text in TEXTS if case.engine.name == "sqlite" else TEXTS[:3]:
        for method, path in routes():
            for part in PARTS:
                if f"{{{part}}}" in path:
                    address = path.format(**{**PARTS, part: text})
                    response = client.request(method, address)
                    assert response.status_code < 500, (method, address, response.text[:500])


QUERIES = [
    *(
        f"{name}={text}"
        for name in ("query", "step", "ladder", "status", "case_officer", "sort", "page", "level")
        for text in ("%00", "%ed%a0%80", "%ff", "-1", "9" * 30, "%25_", "x" * 3000)
    ),
    "query=a&query=b&page=1&page=2",
    "view=%00&overdue=%00&kind=%00&next=%00",
]


@pytest.mark.both_databases
def test_no_query_breaks_a_list(visitors: Visitors) -> None:
    for query in QUERIES:
        for address in ("/escalations", "/schools", "/escalations/new", "/proposals", "/sign-in"):
            response = visitors.hos.client.get(f"{address}?view=all&{query}")
            assert response.status_code < 500, (address, query, response.text[:500])


def test_an_address_that_is_not_there(visitors: Visitors) -> None:
    page = visitors.seo.get("/nothing/here", 404)
    assert page.heading == "Page not found"
    assert page.links["Go to the caseload"] == "/"
    assert "Sam Ellison" in page.tree.text_content()


def test_a_method_that_is_not_meant(visitors: Visitors) -> None:
    response = visitors.seo.client.delete("/escalations")
    assert response.status_code == 405
    assert "This address cannot be used this way" in response.text


def test_a_fault_of_ours_says_sorry_and_tells_nothing(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("web.pages.escalations.caseload.escalations", fail)
    page = visitors.seo.get("/escalations", 500)
    assert page.heading == "Sorry, there is a problem with the service"
    assert "secret reason" not in page.response.text


def test_a_refusal_names_the_way_back(visitors: Visitors, case: Case) -> None:
    case.started()
    client = visitors.seo.client
    before = f"http://127.0.0.1:8000/escalations/{case.reference}"
    address = f"/escalations/{case.reference}/propose/resume"
    response = client.get(address, headers={"Referer": before})
    assert response.status_code == 409
    assert f'href="{before}"' in response.text
    elsewhere = client.get(address, headers={"Referer": "https://evil.example/"})
    assert "evil.example" not in elsewhere.text


@pytest.mark.parametrize("refusal", Refused.__subclasses__())
def test_no_refusal_is_a_fault(refusal: type[Refused]) -> None:
    assert 400 <= refusal.status < 500


def test_what_is_typed_is_text_on_every_page(visitors: Visitors, case: Case) -> None:
    hostile = "<b>bold</b> {{ 7 * 7 }} ⟨x⟩ # not a heading".replace("⟨", "(").replace("⟩", ")")
    case.started(summary=hostile)
    case.discuss(notes=hostile, agreed_actions=hostile)
    case.respond(summary=hostile)
    with read(visitors.engine) as session:
        [letter, *_] = session.exec(select(Letter.id)).all()
    address = f"/escalations/{case.reference}"
    for path in (address, f"{address}/discussions", f"/letters/{letter}"):
        page = visitors.hos.get(path)
        assert "<b>bold</b> {{ 7 * 7 }} (x) # not a heading" in page.text
