"""An approver who answers in Prefect: by the form of a run that waits, with their own code."""

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import httpx
from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals.tables import Proposal, ProposalState
from models.database import read
from models.matters.tables import Matter
from tests.endurance.ledger import Ledger, Outcome
from tests.endurance.service import Service

PAUSE = (4.0, 12.0)  # seconds between two answers; each is a process


@contextmanager
def asking_prefect(url: str) -> Iterator[httpx.Client]:
    """A client that Prefect's server takes for its own page."""
    me = {"client": "endurance"}
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        token = client.get("/csrf-token", params=me).raise_for_status().json()["token"]
        client.headers.update({"Prefect-Csrf-Client": me["client"], "Prefect-Csrf-Token": token})
        yield client


class FormAnswerer:
    """Approves what waits at some schools. Nobody is told at once whether it was done."""

    def __init__(
        self, service: Service, engine: Engine, code: str, ledger: Ledger, chance: random.Random
    ) -> None:
        self._service, self._engine, self._code = service, engine, code
        self._ledger, self._chance = ledger, chance
        self.given = 0  # answers that Prefect took

    def run(self, stop: threading.Event, urns: Sequence[int]) -> None:
        """One answer after the other, until told to stop."""
        number = 0
        while not stop.wait(self._chance.uniform(*PAUSE)):
            runs = self._waiting(urns)
            if not runs:
                continue
            number += 1
            with suppress(httpx.HTTPError):
                self._answer(self._chance.choice(runs), f"mark form {number}.")

    def _waiting(self, urns: Sequence[int]) -> list[str]:
        """The flow runs that wait for proposals at these schools."""
        waiting = (
            select(Proposal.gate_run_id)
            .join(Matter, col(Matter.id) == col(Proposal.matter_id))
            .where(
                Proposal.state == ProposalState.AWAITING,
                col(Proposal.gate_run_id).is_not(None),
                col(Matter.urn).in_(urns),
            )
        )
        with read(self._engine) as session:
            return [run for run in session.exec(waiting) if run is not None]

    def _answer(self, run: str, mark: str) -> None:
        answer = {"decision": "approve", "reason": mark, "code": self._code}
        self._ledger.note(mark, Outcome.UNKNOWN)
        with asking_prefect(self._service.prefect_url) as client:
            taken = client.post(f"/flow_runs/{run}/resume", json={"run_input": answer})
        if taken.is_success and taken.json()["status"] == "ACCEPT":
            self.given += 1
