"""Whoever acts may still do so at that moment: read after the lock, at every door of the web."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

import web
from models.approvals.tables import Proposal
from models.database import write
from models.escalations.tables import Escalation
from models.evidence.tables import EvidenceFile
from models.inputs import Reason
from models.letters.tables import LetterVersion
from models.people import credentials, identity, officers
from models.people.acting import Acting
from models.schools.tables import Contact
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.policies import POLICY
from tests.support.visitors import Visitors

pytestmark = pytest.mark.both_databases

Change = Callable[[Session, Council], None]


def _disable(session: Session, council: Council) -> None:
    officers.disable_officer(
        Acting(session, POLICY, council.admin, NOW), council.hos.email, Reason(reason="Has left.")
    )


def _demote(session: Session, council: Council) -> None:
    officers.change_officer(
        Acting(session, POLICY, council.admin, NOW),
        council.hos.email,
        officers.OfficerDetails(name=council.hos.name, role="viewer", phase=None),
    )


def _sign_out(session: Session, council: Council) -> None:
    identity.sign_out_everywhere(session, now=NOW, officer=council.hos)
    for token in credentials.tokens(session, NOW, council.hos.id):
        credentials.revoke_credential(session, officer=council.hos, now=NOW, credential_id=token.id)


CHANGES: dict[str, tuple[Change, int]] = {
    "disabled": (_disable, 401),
    "given another role": (_demote, 403),
    "signed out": (_sign_out, 401),
}


@contextmanager
def meanwhile(engine: Engine, change: Callable[[Session], None]) -> Iterator[Callable[[], Any]]:
    """Hold the write lock until a request waits for it, make the change, and let the request go.

    What it yields waits for that.
    """
    waits = threading.Event()

    def asks(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "BEGIN IMMEDIATE" or "pg_advisory_xact_lock" in statement:
            waits.set()

    try:
        with write(engine) as session:
            event.listen(engine, "before_cursor_execute", asks)
            yield lambda: waits.wait(30)
            assert waits.is_set(), "the request came to an end without a write"
            change(session)
    finally:
        event.remove(engine, "before_cursor_execute", asks)


def acted_on(engine: Engine, change: Callable[[Session], None], act: Callable[[], Any]) -> Any:
    """What a request answers that waits for the lock while the change is made."""
    answers: list[Any] = []
    request = threading.Thread(target=lambda: answers.append(act()))
    with meanwhile(engine, change) as waiting:
        request.start()
        waiting()
    request.join(60)
    return answers[0]


TABLES = (Escalation, Proposal, EvidenceFile, LetterVersion, Contact)


def kept(engine: Engine) -> list[Any]:
    """All that these requests could have changed."""
    with write(engine) as session:
        return [row.model_dump() for table in TABLES for row in session.exec(select(table))]


START = {
    "urn": 900002,
    "triggers": ["safety"],
    "summary": "No review was acted on.",
    "case_officer": "seo@fernshire.example",
}
CONTACT = {"name": "Somebody Else", "email": "else@school-900001.example", "address": ["Road"]}
FILE = {"file": ("note.txt", b"What was said.", "text/plain")}
Act = Callable[[Callers, Proposal], Any]
CALLS: dict[str, Act] = {
    "POST": lambda callers, _: callers.hos.call("POST", "/escalations", json=START),
    "POST once": lambda callers, _: callers.hos.call(
        "POST", "/escalations", json=START, headers={"Idempotency-Key": "one"}
    ),
    "PUT": lambda callers, _: callers.hos.call(
        "PUT", "/schools/900001/contacts/headteacher", json=CONTACT
    ),
    "a file": lambda callers, proposal: callers.hos.call(
        "POST",
        f"/escalations/ESC-2026-000{proposal.matter_id}/evidence",
        files=FILE,
        data={"description": "A note."},
    ),
    "a decision": lambda callers, proposal: callers.hos.call(
        "POST", f"/proposals/{proposal.id}/decision", json={"decision": "approve", "seen": "a"}
    ),
}


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    return Callers(engine, council, tmp_path)


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("call", CALLS)
def test_the_api_asks_again(
    callers: Callers, case: Case, council: Council, call: str, change: str
) -> None:
    proposal = case.started().propose("pause")
    hos = callers.hos
    hos.get("/schools")  # that a token is used is noted once an hour, in a write of its own
    callers.__dict__["hos"] = hos
    before = kept(callers.engine)
    made, status = CHANGES[change]
    answer = acted_on(
        callers.engine,
        lambda session: made(session, council),
        lambda: CALLS[call](callers, proposal),
    )
    assert answer.status_code == status, answer.text
    assert kept(callers.engine) == before


@pytest.mark.parametrize("change", CHANGES)
def test_pages_ask_again(visitors: Visitors, case: Case, council: Council, change: str) -> None:
    proposal = case.started().propose("pause")
    page = visitors.hos.get(f"/proposals/{proposal.id}")
    before = kept(visitors.engine)
    made, status = CHANGES[change]
    answer = acted_on(
        visitors.engine,
        lambda session: made(session, council),
        lambda: visitors.hos.client.post(page.path, data=fields(page)),
    )
    assert answer.status_code == status or answer.url.path == "/sign-in"
    assert kept(visitors.engine) == before


def fields(page: Any) -> dict[str, str]:
    [seen] = page.tree.xpath("//input[@name='seen']/@value")
    return {"decision": "approve", "seen": seen}


def test_nothing_in_the_web_writes_in_a_transaction_of_its_own() -> None:
    """But for what notes who was there, or makes somebody known: it is about no right to act."""
    writes = {
        str(path.relative_to(Path(web.__file__).parent))
        for path in Path(web.__file__).parent.rglob("*.py")
        if re.search(r"\bwrite\(\w+(\.\w+)*\.engine\)", path.read_text())
    }
    assert writes == {"rules.py", "pages/people/sign_in.py", "pages/people/council.py"}
