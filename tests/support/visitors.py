"""Visitors of the pages: one for each officer of the fictional council, signed in.

What they see is read as a person reads it, and a form is sent as a browser would send it: with
the fields that the page really has, and nothing else.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import html
from sqlalchemy import Engine

from models.database import write
from models.people.identity import sign_in
from models.people.tables import Officer
from models.settings import Settings
from tests.support.application import Application, Client
from tests.support.council import NOW, Council
from web.pages import TOPICS
from web.pages.visits import SESSION

Fields = Mapping[str, Any]


class Page:
    """One page that a visitor sees."""

    def __init__(self, visitor: "Visitor", response: Response) -> None:
        self.visitor = visitor
        self.response = response
        self.tree = html.document_fromstring(response.text)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        """The address, without the host."""
        return self.response.url.raw_path.decode()

    @property
    def title(self) -> str:
        return self.tree.findtext(".//title") or ""

    @property
    def heading(self) -> str:
        [heading] = self.tree.xpath("//main//h1[not(ancestor::article)]")
        return _words(heading)

    @property
    def text(self) -> str:
        """All that stands in the main part, on one line."""
        return _words(self.tree.find(".//main"))

    @property
    def next_step(self) -> str:
        """What the page says is to be done next."""
        [heading] = self.tree.xpath("//*[@id='next-action']/text()[last()]")
        return " ".join(heading.split())

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """The error summary: each message and where it leads."""
        items = self.tree.xpath("//*[contains(@class, 'govuk-error-summary__list')]/li")
        return [(_words(item), item.find("a").get("href")) for item in items]

    @property
    def links(self) -> dict[str, str]:
        """The links of the main part, by their words."""
        return {_words(link): link.get("href") for link in self.tree.xpath("//main//a[@href]")}

    def has(self, id: str) -> bool:
        """Whether something on the page has this id."""
        return bool(self.tree.xpath("//*[@id=$id]", id=id))

    def follow(self, words: str) -> "Page":
        """Click on a link."""
        return self.visitor.get(self.links[words])

    def submit(
        self, status: int = 200, send_to: str | None = None, at: str | None = None, **typed: Any
    ) -> "Page":
        """Fill in the form of the page and send it; a date is typed into its three boxes.

        Of several forms it is the one that goes to the address `at`.
        """
        forms = [form for form in self.tree.forms if form.xpath("ancestor::main")]
        [form] = [form for form in forms if at in (None, form.action)]
        assert form.method == "POST"
        fields = _fields(form)
        for name, value in _typed(typed).items():
            assert name in {*form.fields.keys()}, f"there is no field {name} in this form"
            fields[name] = value
        action = send_to or form.action or self.path
        return self.visitor.post(action, status, fields)


class Visitor:
    """One officer's browser."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, address: str, status: int = 200, **query: str) -> Page:
        """The page at an address; redirects are followed."""
        response = self.client.get(address, params=query or None)
        page = Page(self, response)
        assert page.status == status, f"{page.path}: {page.status} {page.text}"
        return page

    def post(self, address: str, status: int = 200, fields: Fields | None = None) -> Page:
        """The page after sending these fields, straight to an address; redirects are followed."""
        response = self.client.post(address, data=fields)
        page = Page(self, response)
        assert page.status == status, f"{page.path}: {page.status} {page.text}"
        return page


class Visitors:
    """The application on a database, and a visitor for each officer by the council's names."""

    def __init__(self, engine: Engine, council: Council, home: Path, **settings: Any) -> None:
        self.engine = engine
        self.council = council
        self.app = Application(Settings(home=home, _env_file=None, **settings), engine)
        self.now = NOW
        self.app.state.clock = lambda: self.now
        self.known: dict[str, Visitor] = {}

    def at(self, now: datetime) -> None:
        """Let it be another time, at which everybody signs in again."""
        self.now = now
        self.known.clear()

    def stranger(self, base: str = "http://127.0.0.1:8000", client: str = "127.0.0.1") -> Visitor:
        """Somebody who is not signed in."""
        return Visitor(
            Client(
                self.app,
                base_url=base,
                client=(client, 50000),
                raise_server_exceptions=False,
            )
        )

    def __getattr__(self, name: str) -> Visitor:
        if name not in self.known:
            self.known[name] = self.of(self.council.officers[name])
        return self.known[name]

    def of(self, officer: Officer) -> Visitor:
        """This officer, newly signed in."""
        with write(self.engine) as session:
            secret = sign_in(session, now=self.now, officer=officer)
        visitor = self.stranger()
        visitor.client.cookies.set(SESSION, secret)
        return visitor


def _words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _fields(form: html.FormElement) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return fields


def _typed(typed: Fields) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in typed.items():
        if isinstance(value, date):
            fields |= {f"{name}-day": value.day, f"{name}-month": value.month}
            fields[f"{name}-year"] = value.year
        else:
            fields[name.rstrip("_")] = value
    return fields


# Something that can stand in each part of an address.
PARTS = {
    "reference": "ESC-2026-0001",
    "id": "1",
    "number": "1",
    "item": "1",
    "urn": "900001",
    "role": "headteacher",
    "action": "advance",
    "version": "1",
    "kind": "pdf",
    "secret": "made-up",
}


def routes() -> list[tuple[str, str]]:
    """Every method and address of the pages."""
    return [
        (method, route.path)
        for topic in TOPICS
        for route in topic.router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]
