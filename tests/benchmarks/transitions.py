"""A transition through the commands, beside plain sqlite3 committing the same rows."""

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, update
from sqlmodel import Session, select

from models.approvals.approving import what_is_seen
from models.clocks import london_date
from models.database import read, write
from models.escalations.deciding import Decided, decide
from models.escalations.proposing import ChangeWanted, propose
from models.escalations.starting import EscalationToStart, start
from models.escalations.tables import Escalation, Step
from models.matters.tables import Matter
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.schools.contacts import NewContact, set_contact
from models.schools.tables import School
from tests.benchmarks.measuring import (
    Measured,
    copied,
    in_turns,
    opened,
    quantile,
    recorded,
    replay,
    seconds,
)
from tests.support.council import NOW, Council
from tests.support.policies import POLICY

CASES = 200
DURABLE_WITHIN = 0.010  # seconds
FIRST_URN = 910_000


def fill(engine: Engine, policy: Policy, council: Council, cases: int = CASES) -> None:
    """Escalations whose next step is the formal letter to the headteacher."""
    with write(engine) as session:
        for urn in range(FIRST_URN, FIRST_URN + cases):
            _school(session, council, urn)
            start(
                Acting(session, policy, council.hos, NOW),
                EscalationToStart(
                    urn=urn,
                    triggers=["underperformance"],
                    summary="Attainment in mathematics has fallen for three years.",
                    case_officer=council.seo.email,
                ),
            )
        _informal_steps_failed(session)


def _school(session: Session, council: Council, urn: int) -> None:
    values = {"type_code": 1, "type_name": "Community school", "phase": "Primary"}
    session.add(School(urn=urn, name=f"Fernshire School {urn}", demonstration=True, **values))
    session.flush()
    for role in ("headteacher", "chair_of_governors"):
        set_contact(
            Acting(session, POLICY, council.seo, NOW),
            urn,
            role,
            NewContact(
                name=f"The {role} of {urn}",
                email=f"{role}@school-{urn}.example",
                address=["School Lane", "Fernminster", "FM1 1AA"],
            ),
        )


def _informal_steps_failed(session: Session) -> None:
    steps = Step.__table__
    informal = steps.c.key.like("informal%")
    values = {"state": "unsatisfactory", "changed_on": london_date(NOW)}
    session.connection().execute(update(steps).where(informal).values(values))
    standing = update(Escalation.__table__).values(step_key="informal_governing_body")
    session.connection().execute(standing)


def climb(engine: Engine, policy: Policy, council: Council) -> None:
    """Propose the formal step and approve it, for every escalation: two transactions each."""
    for proposal_id in propose_each(engine, policy, council):
        _approve(engine, policy, council, proposal_id)


def climb_one_by_one(engine: Engine, policy: Policy, council: Council) -> Iterator[float]:
    """The same; the seconds of each escalation, from the proposal to the approval at rest."""
    begun = time.perf_counter()
    for proposal_id in propose_each(engine, policy, council):
        _approve(engine, policy, council, proposal_id)
        yield time.perf_counter() - begun
        begun = time.perf_counter()


def _approve(engine: Engine, policy: Policy, council: Council, proposal_id: int) -> None:
    with read(engine) as session:
        seen = what_is_seen(session, policy, THE_MACHINE, proposal_id, london_date(NOW))
    with write(engine) as session:
        decide(
            Acting(session, policy, council.hos, NOW),
            proposal_id,
            Decided(decision="approve", seen=seen),
        )


def propose_each(engine: Engine, policy: Policy, council: Council) -> Iterator[int]:
    """Propose the formal step for one escalation after the other; the numbers of the proposals."""
    with read(engine) as session:
        references = session.exec(select(Matter.reference).order_by(Matter.reference)).all()
    for reference in references:
        with write(engine) as session:
            proposal_id = _propose(session, policy, council.seo, reference)
        yield proposal_id


def _propose(session: Session, policy: Policy, officer: Officer, reference: str) -> int:
    return propose(
        Acting(session, policy, officer, NOW),
        reference,
        ChangeWanted(
            action="advance", reason="The actions that were agreed have not been carried out."
        ),
    ).id


def measure(prepared: Path, policy: Policy, council: Council) -> list[Measured]:
    """The ratio of both rates, in transitions (transactions) a second."""
    with opened(copied(prepared, "recorded.db")) as engine:
        transactions = recorded(engine, lambda: climb(engine, policy, council))
    assert len(transactions) == 2 * CASES

    def theirs() -> float:
        file = copied(prepared, "theirs.db")
        return seconds(lambda: replay(file, transactions))

    with opened(prepared.with_name("ours.db")) as engine:

        def ours() -> float:
            engine.dispose()
            copied(prepared, "ours.db")
            return seconds(lambda: climb(engine, policy, council))

        ours()  # the first of a process, in which statements are compiled and templates read
        mine, plain = in_turns(ours, theirs)
        engine.dispose()
        copied(prepared, "ours.db")
        took = list(climb_one_by_one(engine, policy, council))
    rate, plain_rate = len(transactions) / mine, len(transactions) / plain
    statements = sum(len(rows) for writes in transactions for _, rows in writes)
    half, most = quantile(took, 50), quantile(took, 95)
    return [
        Measured(
            "A formal step proposed and approved: both transactions with all that they write, "
            "durable",
            f"{half * 1000:.1f} ms, 95 of 100 under {most * 1000:.1f} ms",
            f"half of them under {DURABLE_WITHIN * 1000:.0f} ms",
            half < DURABLE_WITHIN,
        ),
        Measured(
            "Transition through the command: propose and approve a formal step "
            f"({statements / len(transactions):.0f} rows each), against plain `sqlite3`",
            f"{rate / plain_rate:.2f} ({rate:.0f} and {plain_rate:.0f} a second)",
            "at least 0.20",
            rate / plain_rate >= 0.20,
        ),
    ]
