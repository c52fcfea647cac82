"""Every address of pages and API, for every role, on every kind of case: the exact answer.

What a role may follows from the table that the documentation prints; which case it can see, and
(`tests.support.addresses`) whose row an address names, is said once more by hand, so that neither a
forgotten line nor a wrong one goes unseen.
"""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from httpx2 import Response
from sqlalchemy import Engine, create_engine, select
from sqlmodel import SQLModel

from models.database import connect, read
from models.events import Event
from models.letters.tables import Letter
from models.matters.tables import Matter
from models.of_matter import OfMatter
from models.people.access import RULES, Act
from models.settings import Settings
from tests.support import databases
from tests.support.addresses import (
    ABOUT_CASES,
    ABOUT_RECORDS,
    ALL,
    NAMES,
    OF_CASES,
    OTHERS,
    UNNAMED,
    Address,
    hanging,
    parts_of,
    routes,
    rules_of,
)
from tests.support.callers import Callers
from tests.support.council import OFFICERS, Council
from tests.support.furnished import LATER
from tests.support.visitors import Visitors
from web import pages
from web.api import create_api
from web.api.approvals import decisions
from web.app import create_app
from web.routes import every_route
from web.rules import Rule, check_rules

# Which cases each officer of the council sees: `restricted` is held by seo2 and names hos.
SEES = {name: {"open"} for name in OFFICERS}
for named in ("seo2", "hos", "dcs"):
    SEES[named] = {"open", "restricted"}
SEES["sm"] = {"open"}
SEES["cht"] = set()
# What is about no case asks for the role alone: whoever has the same one is asked once.
ONE_OF_EACH_ROLE = {role: name for name, (_, role) in reversed(OFFICERS.items())}.values()


def taking_turns(addresses: list[Address], who: str) -> list[Address]:
    """The addresses that an officer is asked for: those with equal rights and sight take turns.

    The Director sees what is restricted by the role, and so does not share with whoever is named.
    """

    def kind(name: str) -> tuple[Any, ...]:
        role = OFFICERS[name][1]
        rights = frozenset(each.act for each in addresses if each.act and role in RULES[each.act])
        return rights, frozenset(SEES[name]), name == "dcs"

    alike = [name for name in OFFICERS if kind(name) == kind(who)]
    paths = list(dict.fromkeys(each.path for each in addresses))[alike.index(who) :: len(alike)]
    return [each for each in addresses if each.path in paths]


WITHIN = {
    "accreditation",
    "credential",
    "risk_evidence",
    "sign_in",
}  # whose rows are the {item} of another
OF_NO_ONE_CASE = {"event", "refusal_count"}  # some of these hang on one, and most on none
ROOT = Path(__file__).parents[2]


def test_every_route_has_exactly_one_rule(tmp_path: Path, sqlite_template: Path) -> None:
    engine = connect(databases.sqlite_url(sqlite_template))
    app = create_app(Settings(home=tmp_path, _env_file=None), engine)
    engine.dispose()
    every = [*routes(app), *routes(create_api())]
    assert len(every) > 120
    ruled = {(route.path, *sorted(route.methods)): len(rules_of(route)) for route in every}
    missing = [key for key, rules in ruled.items() if rules != 1]
    assert not missing


def test_every_table_of_a_case_is_named_by_an_address_or_never() -> None:
    assert hanging() - OF_CASES == UNNAMED.keys()


def test_every_table_of_a_case_says_how_it_hangs_there() -> None:
    tables = {str(table.__tablename__): table for table in OfMatter.__subclasses__()}
    assert tables.keys() == hanging() - OF_NO_ONE_CASE
    for name, table in tables.items():
        columns = SQLModel.metadata.tables[name].columns
        if table.hangs_on is None:
            keys, ends = columns[table.by].foreign_keys, {"matter", "escalation"}
        else:
            keys = SQLModel.metadata.tables[name].foreign_keys
            ends = {str(table.hangs_on.__tablename__)}
        assert [key for key in keys if key.column.table.name in ends], name
    for name in OF_CASES:
        assert "{}" in tables[name].missing, name


def test_every_address_of_a_row_is_of_the_table_that_it_should_be() -> None:
    said = {
        address: str(address.of.__tablename__) if address.of else None
        for address in ALL
        if address.rows and "{reference}" not in address.path
    }
    assert {address: address.names for address in said} == said
    assert {address.names for address in said} == set(NAMES.values())


UNSAID = {
    "names 0 rules": ("/letters", None),
    "must say of which table {id} is": ("/letters/{id}", Rule(Act.SEE_CASE)),
    "must say of which table {letter} is": ("/letters/{letter}", Rule(Act.SEE_CASE)),
    "must call the number of its Letter {id}": ("/letters/{key}", Rule(Act.SEE_CASE, Letter)),
    "must be an OfMatter": ("/events/{id}", Rule(Act.SEE_CASE, Event)),
    "its address names no row": ("/letters", Rule(Act.SEE_CASE, Letter)),
    "is about a school’s record, and must have its {urn}": (
        "/schools/{id}/record",
        Rule(Act.SEE_CASE, Matter),
    ),
}


@pytest.mark.parametrize("words", UNSAID)
def test_a_route_that_does_not_say_it_is_not_built(words: str) -> None:
    path, rule = UNSAID[words]
    inner, outer = FastAPI(), FastAPI()
    stands = Depends(lambda: None)
    if rule is not None:
        stands.dependency.rule = rule  # type: ignore[union-attr]
    inner.add_api_route(path, lambda: None, dependencies=[stands])
    outer.mount("/api", inner)
    with pytest.raises(ValueError, match=re.escape(words)) as refused:
        check_rules(every_route(outer))
    assert f"GET /api{path} " in str(refused.value)


@pytest.mark.parametrize("router", [pages.router, decisions.router], ids=["pages", "api"])
def test_the_application_is_not_built_once_one_route_forgets_its_table(
    router: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    route = next(each for each in routes(router) if each.path == "/letters/{id}")
    [stands] = [each.call for each in route.dependant.dependencies if hasattr(each.call, "rule")]
    monkeypatch.setattr(stands, "rule", Rule(Act.SEE_CASE))
    with pytest.raises(ValueError, match=r"/letters/\{id\} must say of which table"):
        create_app(Settings(home=tmp_path, _env_file=None), create_engine("sqlite://"))


@pytest.mark.parametrize("room", ["web", "models/reading"])
def test_nothing_that_shows_reads_a_row_of_a_case_by_its_bare_key(room: str) -> None:
    """It asks `see_row` or puts `visible_to` into its query: both want to know who looks."""
    tables = {table.__name__ for table in OfMatter.__subclasses__()}
    bare = [
        f"{path}:{call.lineno}"
        for path in (ROOT / room).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in ("by_key", "get", "get_one")
        and tables.intersection(ast.unparse(argument) for argument in call.args)
    ]
    assert not bare


def test_every_act_stands_in_the_table() -> None:
    assert set(RULES) == set(Act)
    assert all(roles for roles in RULES.values())


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
    for address in taking_turns(ABOUT_CASES, who):
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
def test_every_role_on_every_kind_of_record(
    prepared: tuple[Path, dict[str, dict[str, str]]],
    furnished_engine: Engine,
    known: Council,
    tmp_path: Path,
    who: str,
) -> None:
    """403 by the role; and whoever does not see a record is answered as where there is none."""
    ask = Asking(furnished_engine, known, tmp_path, who)
    wrong = []
    for address in taking_turns(ABOUT_RECORDS, who):
        may = known.officers[who].role in RULES[address.act]  # type: ignore[index]
        statuses = {
            kind: ask(address, parts_of(address, parts)) for kind, parts in prepared[1].items()
        }
        seen = {kind: statuses[kind] for kind in SEES[who]}
        hidden = {statuses[kind] for kind in statuses.keys() - SEES[who]}
        if not may:
            right = set(statuses.values()) == {403}
        else:
            right = set(seen.values()) <= ADMITTED and len(hidden) == 1 and 403 not in hidden
        if not right:
            wrong.append((address, statuses))
    assert not wrong


@pytest.mark.parametrize("who", ONE_OF_EACH_ROLE)
def test_every_role_at_every_other_address(
    furnished_engine: Engine, known: Council, tmp_path: Path, who: str
) -> None:
    ask = Asking(furnished_engine, known, tmp_path, who)
    wrong = []
    for address in OTHERS:
        if address.act is None:
            continue
        status = ask(address, {})
        if address.method != "GET":
            ask.sign_in()
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


def blind_to_it(known: Council, address: Address) -> str:
    """Somebody whose role lets them in at an address, and who does not see the restricted case."""
    blind = (who for who in OFFICERS if "restricted" not in SEES[who])
    return next(who for who in blind if known.officers[who].role in RULES[address.act])  # type: ignore[index]


def said(answer: Response, *numbers: str) -> tuple[int, str]:
    """An answer word for word, but for the number that was asked for."""
    return answer.status_code, re.sub(rf"\b({'|'.join(numbers)})\b", "…", answer.text)


def test_a_restricted_case_is_answered_word_for_word_like_a_missing_one(
    prepared: tuple[Path, dict[str, dict[str, str]]],
    furnished_engine: Engine,
    known: Council,
    tmp_path: Path,
) -> None:
    """At both doors, whatever the route says of itself: `NAMES` alone says whose number it has."""
    asking: dict[str, Asking] = {}
    for address in ABOUT_CASES:
        who = blind_to_it(known, address)
        ask = asking.setdefault(who, Asking(furnished_engine, known, tmp_path, who))
        two = [parts_of(address, prepared[1][kind]) for kind in ("restricted", "missing")]
        numbers = {number for parts in two for number in parts.values()}
        answers = [said(ask.answer(address, parts), *numbers) for parts in two]
        assert answers[0] == answers[1], address
        assert answers[0][0] == 404, address


def test_no_other_address_answers_for_the_row_of_a_restricted_case(
    prepared: tuple[Path, dict[str, dict[str, str]]],
    furnished_engine: Engine,
    known: Council,
    tmp_path: Path,
) -> None:
    """Whatever route and test say that the number is of: should both be wrong, here is the row."""
    asking: dict[str, Asking] = {}
    named = prepared[1]["restricted"]
    hidden = {part for name, part in named.items() if name not in ("reference", "urn")}
    for address in OTHERS:
        if address.act is None or not {"id", "number", "item"}.intersection(address.rows):
            continue
        who = blind_to_it(known, address)
        ask = asking.setdefault(who, Asking(furnished_engine, known, tmp_path, who))
        missing = said(ask.answer(address, dict.fromkeys(address.rows, "999999")), "999999")
        for number in sorted(hidden - keys_of(furnished_engine, address)):
            answer = ask.answer(address, dict.fromkeys(address.rows, number))
            assert said(answer, number, "999999") == missing, (address, number)


def keys_of(engine: Engine, address: Address) -> set[str]:
    """What the numbers of an address may be for good: the keys of the tables they are of."""
    tables = {str(address.names)} | (WITHIN if "item" in address.rows else set())
    keys = [next(iter(SQLModel.metadata.tables[table].primary_key)) for table in tables]
    with read(engine) as session:
        return {str(found) for key in keys for found in session.connection().scalars(select(key))}


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
        return int(self.answer(address, parts).status_code)

    def answer(self, address: Address, parts: dict[str, str]) -> Response:
        there = address.filled(parts)
        if address.door == "api":
            body: dict[str, Any] = {} if address.method == "GET" else {"json": {}}
            return self.caller.call(address.method, there, **body)  # type: ignore[no-any-return]
        client = getattr(self.visitors, self.who).client
        # The form of a power is one for each section: its address without one is none.
        fields = {} if address.method == "GET" else {"data": {"section": "63"}}
        return client.request(address.method, there, follow_redirects=False, **fields)  # type: ignore[no-any-return]
