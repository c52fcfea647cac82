"""`python -m flows` against a real server, through the deaths of both.

One council, one server and one runner for the whole file: every test brings a school of its own,
and leaves server and runner alive.
"""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from flows.gates import open_gates
from models.approvals.tables import Decision, Proposal
from models.database import connect, read, write
from models.events import verify
from models.letters.tables import IssuedFile, Letter
from models.outbox import Message, MessageKind, MessageState
from models.people import credentials, officers
from models.people.acting import Acting
from models.policy import Policy
from models.refusals import AlreadyDecided
from models.schools import contacts
from models.schools.tables import School
from tests.support.cases import Case
from tests.support.council import Council, found_council
from tests.support.databases import sqlite_url
from tests.support.policies import POLICY
from tests.support.prefect_server import (
    PrefectServer,
    Process,
    delivery_worker,
    eventually,
    flow_runner,
    prefect_server,
)

ISSUE = "Issue the letter to the headteacher"
LETTERS = 7  # that the tests below want approved, all together


@dataclass
class House:
    """A council at work, with Prefect beside it."""

    home: Path
    engine: Engine
    policy: Policy
    council: Council
    server: PrefectServer
    runner: Process
    worker: Process
    codes: dict[str, str]
    climbed: list[Case] = field(default_factory=list)
    urns: Iterator[int] = field(default_factory=lambda: count(900101))

    def case(self, *, by: str = "seo") -> Case:
        """An escalation of a school of its own."""
        urn = next(self.urns)
        with write(self.engine) as session:
            contacts.add_school(
                session,
                now=datetime.now(UTC),
                actor=officers.AT_THE_MACHINE,
                urn=urn,
                name=f"School {urn}",
                type_code=1,
                type_name="Community school",
                phase="Primary",
            )
            for role in ("headteacher", "chair_of_governors"):
                contacts.set_contact(
                    Acting(session, POLICY, self.council.admin, datetime.now(UTC)),
                    urn,
                    role,
                    contacts.NewContact(
                        name="A Person",
                        email=f"{role}@school-{urn}.example",
                        address=["School Lane", "Fernminster", "FM1 1AA"],
                    ),
                )
        with read(self.engine) as session:
            council = replace(self.council, maintained=session.get_one(School, urn))
        return Case(self.engine, self.policy, council, now=datetime.now(UTC)).started(by=by)

    def climb(self) -> None:
        """Bring a case to where only the first formal letter is left to propose."""
        case = self.case(by="hos").climb_to("informal_governing_body")
        case.fail_step()
        for note in case.awaiting:
            case.decide(note, "hos", "return", "No note is needed.")
        self.climbed.append(case)

    def at_the_first_letter(self) -> tuple[Case, Proposal]:
        """A case whose first formal letter waits for approval."""
        case = self.climbed.pop()
        case.now = datetime.now(UTC)
        return case, case.propose("advance")

    def waiting(self, proposal: Proposal) -> dict[str, Any] | None:
        """The flow run that waits for a proposal, as Prefect has it now."""
        with read(self.engine) as session:
            run_id = session.get_one(Proposal, proposal.id).gate_run_id
        run = self.run(run_id) if run_id else None
        return run if run and run["state_type"] == "PAUSED" else None

    def run(self, run_id: str) -> dict[str, Any] | None:
        try:
            answer = httpx.get(
                f"{self.server.api_url}/flow_runs/{run_id}", timeout=30, verify=False
            )
        except httpx.HTTPError:
            return None
        return answer.json() if answer.is_success else None

    def ended(self, run_id: str) -> dict[str, Any] | None:
        run = self.run(run_id)
        return run if run and run["state_type"] == "COMPLETED" else None

    def acts(self, run: dict[str, Any]) -> list[str]:
        """The tasks of a run by name, as far as Prefect has them."""
        ours = {"flow_runs": {"id": {"any_": [run["id"]]}}}
        url = f"{self.server.api_url}/task_runs/filter"
        return [
            task["name"] for task in httpx.post(url, json=ours, timeout=30, verify=False).json()
        ]

    def answer(self, run: dict[str, Any], **answer: str) -> str:
        """Fill in a waiting run's form; what Prefect made of it."""
        url = f"{self.server.api_url}/flow_runs/{run['id']}/resume"

        def sent() -> str | None:
            # Prefect's SQLite server answers 503 while it is busy; its own page tries again too.
            answered = httpx.post(url, json={"run_input": answer}, timeout=60, verify=False)
            return answered.json()["status"] if answered.is_success else None

        return eventually(sent, "an answer from Prefect")

    def issued(self, proposal: Proposal) -> list[Letter]:
        """The letters of a proposal that were issued."""
        with read(self.engine) as session:
            mine = select(Letter).where(
                Letter.proposal_id == proposal.id, col(Letter.issued_at).is_not(None)
            )
            return list(session.exec(mine))


@pytest.fixture(scope="module")
def house(
    sqlite_template: Path,
    policy: Policy,
    tmp_path_factory: pytest.TempPathFactory,
    empty_prefect: Path,
) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    shutil.copyfile(sqlite_template, home / "scc.db")
    engine = connect(sqlite_url(home / "scc.db"))
    council = found_council(engine, datetime.now(UTC))
    with write(engine) as session:
        codes = {
            name: credentials.issue_code(session, now=datetime.now(UTC), officer=officer)
            for name, officer in council.officers.items()
        }
    with prefect_server(tmp_path_factory.mktemp("prefect"), empty_prefect) as server:
        runner = flow_runner(server, home / "runner.log", SCC_HOME=str(home))
        worker = delivery_worker(home / "delivery.log", SCC_HOME=str(home))
        house = House(home, engine, policy, council, server, runner, worker, codes)
        # Before the runner lives: it would open runs for the proposals on the way.
        for _ in range(LETTERS):
            house.climb()
        worker.start()
        runner.start()
        try:
            yield house
        finally:
            runner.kill()
            worker.kill()
    engine.dispose()


def test_approved_in_prefect(house: House) -> None:
    case, proposal = house.at_the_first_letter()
    run = eventually(lambda: house.waiting(proposal), "the wait in Prefect")

    assert run["name"].endswith(" – Formal letter to the headteacher")
    assert house.answer(run, decision="approve", code=house.codes["hos"]) == "ACCEPT"

    eventually(lambda: house.ended(run["id"]), "the end of the run")
    assert len(house.issued(proposal)) == 1
    assert case.states["formal_headteacher"] == "awaiting_response"
    assert house.answer(run, decision="return", code=house.codes["hos2"], reason="x") == "ABORT"


def test_approved_elsewhere(house: House) -> None:
    case, proposal = house.at_the_first_letter()
    run = eventually(lambda: house.waiting(proposal), "the wait in Prefect")

    case.now = datetime.now(UTC)
    case.decide(proposal, "hos")

    ended = eventually(lambda: house.ended(run["id"]), "the end of the run")
    assert ended["state"]["message"].endswith("Issued: Formal letter to the headteacher.")
    assert len(house.issued(proposal)) == 1
    eventually(lambda: ISSUE in house.acts(run), "what the run did")


def test_two_answers_at_once_have_one_effect(house: House) -> None:
    case = house.case()
    [proposal] = case.awaiting
    run = eventually(lambda: house.waiting(proposal), "the wait in Prefect")

    house.answer(run, decision="return", reason="No.", code=house.codes["hos2"])
    with suppress(AlreadyDecided):
        case.decide(proposal, "hos")

    eventually(lambda: house.ended(run["id"]), "the end of the run")
    with read(house.engine) as session:
        decided = session.exec(select(Decision).where(Decision.proposal_id == proposal.id))
        assert len(decided.all()) == 1


def test_an_emptied_prefect_database_is_filled_again(house: House) -> None:
    """While a run is under way, which then asks for a server that does not know it."""
    proposals = [house.case().awaiting[0] for _ in range(2)]
    before = [eventually(lambda p=p: house.waiting(p), "the wait") for p in proposals]
    [refused] = house.case().awaiting
    run = eventually(lambda: house.waiting(refused), "the wait")
    with write(house.engine):  # somebody writes, and it waits for them
        house.answer(run, decision="approve", code="nobody's")
        eventually(lambda: house.run(run["id"])["state_type"] == "RUNNING", "the run")
        house.server.kill()
    house.server.forget()
    house.server.start()

    after = [eventually(lambda p=p: house.waiting(p), "the wait again") for p in proposals]
    eventually(lambda: house.waiting(refused), "the wait whose run was under way")
    assert {run["name"] for run in after} == {run["name"] for run in before}
    assert not {run["id"] for run in after} & {run["id"] for run in before}


def test_what_happened_while_prefect_was_down_appears_when_it_is_back(house: House) -> None:
    decided = house.case()
    [to_decide] = decided.awaiting
    eventually(lambda: house.waiting(to_decide), "the wait")

    house.server.kill()
    decided.decide(to_decide, "hos")
    [proposed] = house.case().awaiting
    time.sleep(10)  # long enough for the runner to give the server up
    house.server.start()

    eventually(lambda: house.waiting(proposed), "the new wait")
    eventually(
        lambda: to_decide.id not in {gate.proposal_id for gate in open_gates(house.engine)},
        "the end of the old one",
    )


def test_sigterm_ends_it_and_all_its_children(house: House) -> None:
    house.case()

    assert house.runner.stop() == 0
    assert not house.runner.left_over

    house.runner.start()


def test_two_runners_do_everything_once(house: House) -> None:
    second = flow_runner(house.server, house.home / "second.log", SCC_HOME=str(house.home))
    second.start()
    try:
        proposals = [house.at_the_first_letter()[1] for _ in range(2)]
        runs = [
            eventually(lambda p=proposal: house.waiting(p), "the wait") for proposal in proposals
        ]
        for run in runs:
            house.answer(run, decision="approve", code=house.codes["hos"])
        for proposal in proposals:
            eventually(lambda p=proposal: house.issued(p), "the letter")
    finally:
        second.kill()

    every_letter_left_once(house)


def test_whatever_is_killed_on_a_decision_nothing_is_lost_or_doubled(house: House) -> None:
    """SIGKILL to each part while letters are approved at both doors; `make endurance` does more."""
    # A worker that dies while it sends leaves behind what nobody knows: that is asked elsewhere.
    eventually(lambda: not unsent(house), "the letters before to leave")
    cases = []
    for victim in (house.worker, house.runner, house.server):
        case, proposal = house.at_the_first_letter()
        cases.append((case, proposal))
        in_prefect = victim is not house.worker
        if in_prefect:
            run = eventually(lambda p=proposal: house.waiting(p), "the wait")
            house.answer(run, decision="approve", code=house.codes["hos"])
        victim.kill()
        if not in_prefect:
            case.decide(proposal, "hos")
        victim.start()

    for case, proposal in cases:
        # An answer whose run was killed is asked for again, ten minutes later: not here.
        with suppress(AlreadyDecided):
            case.decide(proposal, "hos2")
        eventually(lambda p=proposal: house.issued(p), "the letter")
        assert case.states["formal_headteacher"] == "awaiting_response"
    every_letter_left_once(house)
    with read(house.engine) as session:
        assert verify(session) is None


def every_letter_left_once(house: House) -> None:
    """Each issued letter is frozen once and left once for each of its recipients."""
    eventually(lambda: not unsent(house), "the last letter to leave")
    with read(house.engine) as session:
        letters = session.exec(select(Letter).where(col(Letter.issued_at).is_not(None))).all()
        files = session.exec(select(IssuedFile.letter_id)).all()
        sent = session.exec(select(Message).where(Message.kind == MessageKind.LETTER)).all()
    left = Counter((message.letter_id, message.to_email) for message in sent)
    expected = [
        (letter.id, person["email"]) for letter in letters for person in letter.recipients or ()
    ]
    assert letters
    assert left == Counter(expected)
    assert Counter(files) == Counter({letter.id: 3 for letter in letters})
    mails = [mail.read_bytes() for mail in (house.home / "mail").glob("*.eml")]
    assert sum(b"application/pdf" in mail for mail in mails) == len(expected)


def unsent(house: House) -> list[Message]:
    """The letters that still wait in the outbox."""
    with read(house.engine) as session:
        return list(
            session.exec(
                select(Message).where(
                    Message.kind == MessageKind.LETTER, Message.state != MessageState.SENT
                )
            )
        )
