"""Prefect shows nothing of a restricted case: neither what waits nor what was."""

import asyncio
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.logging.handlers import APILogHandler
from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings
from sqlmodel import select

from flows import ladders, waits
from flows.dispatch import LADDERS, STARTING
from flows.forgetting import SETTLED
from flows.gates import record_run
from flows.telling import Teller
from flows.waiting import Waiting, read_waiting
from models.approvals.tables import Proposal
from models.database import read, write
from models.escalations import holding
from models.escalations.tables import Escalation
from models.inputs import Reason
from models.matters.tables import Matter
from models.people.acting import Acting
from models.rows import add, change
from models.schools.tables import Contact, School
from tests.support.automations import install_example, receiver
from tests.support.clockwork import Clockwork, formal_letter_proposed
from tests.support.prefect_server import PATIENCE, PrefectServer, eventually

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


def restrict(clockwork: Clockwork) -> None:
    case = clockwork.case
    case.restrict("hos2")


async def test_what_waited_is_gone_and_what_waits_then_never_comes(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    assert run.state.is_paused()

    restrict(clockwork)
    await clockwork.reconcile()

    assert await clockwork.runs() == []
    clockwork.case.decide(proposal, "hos2")
    clockwork.case.propose("pause")
    await clockwork.reconcile()
    assert await clockwork.runs() == []


async def begun_by_hand(clockwork: Clockwork, proposal: Proposal) -> FlowRun:
    """A run that somebody starts in Prefect, where they find the next number by trying."""
    with read(clockwork.record.engine) as session:
        attempt = session.get_one(Proposal, proposal.id).gate_attempt
    deployment = await clockwork.client.read_deployment_by_name(LADDERS["maintained"])
    run = await clockwork.client.create_flow_run_from_deployment(
        deployment.id, parameters={"proposal_id": proposal.id, "attempt": attempt}
    )
    return await clockwork.perform(run.id)


async def test_a_run_made_by_hand_is_shown_nothing(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    restrict(clockwork)

    run = await begun_by_hand(clockwork, proposal)

    assert run.state.is_cancelled()
    assert await clockwork.kept(run) == []
    assert "Ashfield" not in run.model_dump_json()
    assert await clockwork.gate(proposal) is None


async def test_no_run_is_recorded_for_it(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    restrict(clockwork)

    record_run(clockwork.record.engine, proposal.id, 0, uuid4())

    with read(clockwork.record.engine) as session:
        assert session.get_one(Proposal, proposal.id).gate_run_id is None


async def test_restricted_before_its_form_is_made_none_is_made(
    clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = formal_letter_proposed(clockwork)
    made: list[str] = []

    def and_meanwhile(*arguments: Any) -> Waiting:
        waiting = read_waiting(*arguments)
        restrict(clockwork)
        return waiting

    async def store_form(*_: Any) -> None:
        made.append("a form")

    monkeypatch.setattr(waits, "read_waiting", and_meanwhile)
    monkeypatch.setattr(waits, "store_form", store_form)
    await clockwork.dispatch()

    assert made == []
    assert await clockwork.runs() == []
    assert await clockwork.gate(proposal) is None


async def test_restricted_before_it_is_asked_again_nothing_is_told(
    clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    code = clockwork.code("seo")

    def and_meanwhile(*arguments: Any) -> Waiting:
        waiting = read_waiting(*arguments)
        restrict(clockwork)
        return waiting

    monkeypatch.setattr(ladders, "read_waiting", and_meanwhile)
    ended = await clockwork.answer(run, decision="approve", code=code)

    assert ended.state.is_cancelled()
    assert await clockwork.kept(run) == []


async def test_opened_again_it_waits_again(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    await clockwork.open_gate(proposal)
    restrict(clockwork)
    await clockwork.reconcile()

    with write(clockwork.record.engine) as session:
        holding.open_to_all(
            Acting(session, clockwork.case.policy, clockwork.case.council.hos, clockwork.case.now),
            clockwork.case.reference,
            Reason(reason="It is known now."),
        )
    run = await clockwork.open_gate(proposal)

    assert run.state.is_paused()
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))
    assert ended.state.is_completed()
    with read(clockwork.record.engine) as session:
        assert session.get_one(Proposal, proposal.id).gate_closed


async def test_a_case_of_the_same_reference_in_another_database_keeps_its_runs(
    clockwork: Clockwork,
) -> None:
    """Two services may share a Prefect server; a reference alone does not tell them apart."""
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    other = await clockwork.client.create_flow_run_from_deployment(
        run.deployment_id,
        parameters={"proposal_id": proposal.id, "attempt": 1},
        tags=["gate", clockwork.case.reference],
        idempotency_key=f"gate-{proposal.id}-1-20260101T000000000000",
    )

    restrict(clockwork)
    await clockwork.reconcile()

    left = {each.id for each in await clockwork.every_run()}
    assert other.id in left
    assert run.id not in left
    await clockwork.client.delete_flow_run(other.id)


# All that could give it away: the school, the reference, and what was said of it.
SCHOOL, REFERENCE, SUMMARY = "Kittiwake Rise School", "ESC-2026-7311", "Of the bursar’s absence."
URN = 900077
SECRETS = (SCHOOL, f"URN {URN}", REFERENCE, "bursar")


def traces(home: Path) -> set[str]:
    """Where in Prefect's database they stand: its tables, row by row, and its files as they lie."""
    with closing(sqlite3.connect(f"file:{home}/prefect.db?mode=ro", uri=True)) as opened:
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        found = {
            table
            for (table,) in tables
            for row in opened.execute(f'SELECT * FROM "{table}"')
            if any(secret in str(value) for value in row for secret in SECRETS)
        }
        [written_over] = opened.execute("PRAGMA secure_delete").fetchone()
    if written_over:  # as Debian builds SQLite: else what was deleted lies in free space for a time
        found |= {
            file.name
            for file in home.glob("prefect.db*")
            if any(secret.encode() in file.read_bytes() for secret in SECRETS)
        }
    return found


async def started_in_prefect(clockwork: Clockwork) -> None:
    """The escalation whose secrets these are, started by Prefect's own form."""
    case = clockwork.case.started(school="church")
    with write(case.engine) as session:
        # A school of its own: letters of other tests, of cases that anybody sees, name theirs.
        known = session.get_one(School, 900001).model_dump()
        add(session, School, **{**known, "urn": URN, "name": SCHOOL})
        for contact in session.exec(select(Contact).where(Contact.urn == 900001)).all():
            add(session, Contact, **{**contact.model_dump(exclude={"id"}), "urn": URN})
        change(session, Escalation, {"id": case.matter.id}, number=7310, year=2026)
        change(session, Matter, {"id": case.matter.id}, reference="ESC-2026-7310")
    deployment = await clockwork.client.read_deployment_by_name(STARTING)
    entered = {"urn": str(URN), "triggers": ["finance"], "summary": SUMMARY}
    form = await clockwork.client.create_flow_run_from_deployment(
        deployment.id, parameters={**entered, "case_officer": case.council.seo.email}
    )
    run = await clockwork.perform(form.id)
    ended = await clockwork.answer(run, code=clockwork.code("hos"))
    assert ended.state.message == f"{REFERENCE} was started by Harriet Osborne."
    case.reference = REFERENCE


async def issued_in_prefect(clockwork: Clockwork) -> FlowRun:
    """The run in which a note with these secrets was approved and issued."""
    clockwork.case.discuss()
    [note] = clockwork.case.awaiting
    run = await clockwork.open_gate(note)
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))
    assert ended.state.is_completed()
    return ended


def tasks_of(home: Path, run: FlowRun) -> int:
    """How many tasks of a run stand in Prefect's database."""
    with closing(sqlite3.connect(f"file:{home}/prefect.db?mode=ro", uri=True)) as opened:
        statement = "SELECT count(*) FROM task_run WHERE flow_run_id = ?"
        [count] = opened.execute(statement, [str(run.id)]).fetchone()
        return count


async def test_nothing_of_it_is_left_in_prefects_database(
    clockwork: Clockwork, prefect: PrefectServer
) -> None:
    home = clockwork.record.settings.home
    (home / "prefect").symlink_to(prefect.home)
    teller = Teller(clockwork.record)
    with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: True}), receiver() as (url, received):
        tied = {"expect": ["scc.change_proposed"], "match": {"scc.action": "pause"}}
        automation = await install_example(clockwork.client, url, **tied)
        await started_in_prefect(clockwork)
        await teller.tell(clockwork.client)
        note = await issued_in_prefect(clockwork)
        proposal = clockwork.case.propose("pause", by="seo", reason=SUMMARY)
        waits = await clockwork.open_gate(proposal)
        await teller.tell(clockwork.client)
        await APILogHandler.aflush()
        eventually(lambda: received, "the message that the automation sends")
        await clockwork.client.delete_automation(automation)
    assert waits.state.is_paused()
    kept = {"flow_run", "flow_run_state", "flow_run_input", "events", "event_resources", "log"}
    kept |= {"artifact", "artifact_collection"}
    eventually(lambda: kept <= traces(prefect.home), "everything that Prefect keeps")
    assert await clockwork.acts(note, 3)

    restrict(clockwork)
    give_up = time.monotonic() + PATIENCE
    while left := traces(prefect.home):
        assert time.monotonic() < give_up, left
        await clockwork.reconcile(datetime.now(UTC) + SETTLED)
        await asyncio.sleep(0.2)

    assert tasks_of(prefect.home, note) == 0

    # The server is well, and writes on.
    clockwork.case.reference = "ESC-2026-7310"
    assert (await clockwork.open_gate(clockwork.case.propose("pause", by="seo"))).state.is_paused()
