"""Every address of pages and API, for every role, on every kind of case: the exact answer.

`EXPECTED` follows from the table that the documentation prints; which case a role can see is said
here once more, by hand, so that the table and the condition in SQL are both put to the test.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine

from models.database import connect
from models.people.access import RULES, Act
from models.settings import Settings
from tests.support import databases
from tests.support.callers import Callers
from tests.support.council import OFFICERS, Council
from tests.support.furnished import LATER
from tests.support.visitors import PARTS, Visitors
from web.api import create_api
from web.app import create_app
from web.pages import TOPICS
from web.rules import ROWS

# Which cases each officer of the council sees: `restricted` is held by seo2 and names hos.
SEES = {name: {"open"} for name in OFFICERS}
for named in ("seo2", "hos", "dcs"):
    SEES[named] = {"open", "restricted"}
SEES["sm"] = {"open"}
FREE = ("/health/live", "/health/ready")


@dataclass(frozen=True)
class Address:
    """One method at one address, with the act that its rule names; None is for anybody."""

    door: str
    method: str
    path: str
    act: Act | None

    @property
    def about_a_case(self) -> bool:
        """Whether it is about one case, by its reference or by one of its rows."""
        row = "{id}" in self.path and self.path.split("/")[1] in ROWS
        return "{reference}" in self.path or row

    def filled(self, parts: dict[str, str]) -> str:
        """The address with something that is there in each of its parts."""
        return self.path.format(**{**PARTS, "format": "pdf", **parts})


def rules_of(route: APIRoute) -> list[Any]:
    """What stands before a route: the acts of its rules, and None for "for anybody"."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    named = [call.act for call in calls if hasattr(call, "act")]  # type: ignore[union-attr]
    return named + [None for call in calls if getattr(call, "__name__", "") == "_anybody"]


def routes(router: Any) -> list[APIRoute]:
    """Every route of ours below a router or application, however deep it was included."""
    found = []
    for route in router.routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif hasattr(route, "original_router"):
            found += routes(route.original_router)
    return found


def addresses() -> list[Address]:
    found = [
        Address("page", method, route.path, rules_of(route)[0])
        for topic in TOPICS
        for route in routes(topic.router)
        for method in sorted(route.methods)
    ]
    found += [
        Address("api", method, route.path, rules_of(route)[0])
        for route in routes(create_api())
        for method in sorted(route.methods)
    ]
    return found


def test_every_route_has_exactly_one_rule(tmp_path: Path, sqlite_template: Path) -> None:
    engine = connect(databases.sqlite_url(sqlite_template))
    app = create_app(Settings(home=tmp_path, _env_file=None), engine)
    engine.dispose()
    every = [*routes(app), *routes(create_api())]
    assert len(every) > 120
    ruled = {(route.path, *sorted(route.methods)): len(rules_of(route)) for route in every}
    missing = [key for key, rules in ruled.items() if rules != 1 and key[0] not in FREE]
    assert not missing


def test_every_act_stands_in_the_table() -> None:
    assert set(RULES) == set(Act)
    assert all(roles for roles in RULES.values())


ALL = addresses()
ABOUT_CASES = [address for address in ALL if address.about_a_case]
OTHERS = [address for address in ALL if not address.about_a_case]


def parts_of(address: Address, parts: dict[str, str]) -> dict[str, str]:
    named = {"reference": parts["reference"]}
    if "{id}" in address.path:
        named["id"] = parts[address.path.split("/")[1]]
    return named


@pytest.mark.parametrize("who", OFFICERS)
def test_every_role_on_every_kind_of_case(
    prepared: tuple[Path, dict[str, dict[str, str]]],
    furnished_engine: Engine,
    known: Council,
    tmp_path: Path,
    who: str,
) -> None:
    """403 by the role, before anything is looked up; 404 where the case is none of theirs."""
    ask = Asking(furnished_engine, known, tmp_path, who)
    wrong = []
    for address in ABOUT_CASES:
        for kind, parts in prepared[1].items():
            status = ask(address, parts_of(address, parts))
            may = known.officers[who].role in RULES[address.act]  # type: ignore[index]
            if not may:
                right = status == 403
            elif kind not in SEES[who]:
                right = status == 404
            else:
                right = status in ADMITTED
            if not right:
                wrong.append((address, kind, status))
    assert not wrong


# Admitted: shown, done, gone on; or refused by what was sent, or by where the case stands.
ADMITTED = {200, 201, 303, 409, 422}


@pytest.mark.parametrize("who", OFFICERS)
def test_every_role_at_every_other_address(
    furnished_engine: Engine, known: Council, tmp_path: Path, who: str
) -> None:
    ask = Asking(furnished_engine, known, tmp_path, who)
    wrong = []
    for address in OTHERS:
        if address.act is None:
            continue
        ask.sign_in()
        status = ask(address, {})
        may = known.officers[who].role in RULES[address.act]
        if (status == 403) == may or status == 401 or status >= 500:
            wrong.append((address, status))
    assert not wrong


def test_nobody_gets_anything(furnished_engine: Engine, known: Council, tmp_path: Path) -> None:
    visitors = Visitors(furnished_engine, known, tmp_path)
    stranger = visitors.stranger().client
    for address in ALL:
        if address.act is None:
            continue
        if address.door == "api":
            there = f"/api/v1{address.filled({})}"
            assert stranger.request(address.method, there).status_code == 401, address
            continue
        answer = stranger.request(address.method, address.filled({}), follow_redirects=False)
        assert answer.status_code == 303, address
        assert answer.headers["location"].startswith("/sign-in?next="), address


def test_a_restricted_case_is_answered_word_for_word_like_a_missing_one(
    prepared: tuple[Path, dict[str, dict[str, str]]],
    furnished_engine: Engine,
    known: Council,
    tmp_path: Path,
) -> None:
    callers = Callers(furnished_engine, known, tmp_path)
    seo = callers.seo
    for address in ABOUT_CASES:
        if address.door != "api" or known.seo.role not in RULES[address.act]:  # type: ignore[index]
            continue
        texts = []
        for kind in ("restricted", "missing"):
            filled = parts_of(address, prepared[1][kind])
            there = address.filled(filled)
            answer = seo.call(address.method, there)
            text = answer.text
            for number in filled.values():
                text = text.replace(number, "…")
            texts.append((answer.status_code, text))
        assert texts[0] == texts[1], address


class Asking:
    """One officer at both doors; what matters of an answer is its status."""

    def __init__(self, engine: Engine, council: Council, home: Path, who: str) -> None:
        self.visitors = Visitors(engine, council, home)
        self.visitors.at(LATER)
        self.who = who
        self.callers = Callers(engine, council, home)
        self.callers.at(LATER)
        self.sign_in()

    def sign_in(self) -> None:
        """Anew, for some addresses end sessions and tokens."""
        self.visitors.known.clear()
        self.caller = getattr(self.callers, self.who)

    def __call__(self, address: Address, parts: dict[str, str]) -> int:
        there = address.filled(parts)
        if address.door == "api":
            body = {} if address.method == "GET" else {"json": {}}
            return int(self.caller.call(address.method, there, **body).status_code)
        client = getattr(self.visitors, self.who).client
        # The form of a power is one for each section: its address without one is none.
        fields = {} if address.method == "GET" else {"data": {"section": "63"}}
        answer = client.request(address.method, there, follow_redirects=False, **fields)
        return int(answer.status_code)
