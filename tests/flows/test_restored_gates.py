"""Prefect's flow runs after a backup was restored: each proposal waits in a run of its own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.approvals.tables import ProposalState
from models.upkeep.backup import back_up, restore
from tests.support.clockwork import Clockwork

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


async def test_a_proposal_that_was_decided_since_waits_again(
    clockwork: Clockwork, tmp_path: Path
) -> None:
    case, evidence, file = clockwork.case, tmp_path / "evidence", tmp_path / "scc.zip"
    [proposal] = case.started(by="seo").awaiting
    before = await clockwork.open_gate(proposal)
    back_up(case.engine, evidence, file, now=datetime.now(UTC))
    answered = await clockwork.answer(before, decision="approve", code=clockwork.code("hos"))
    assert answered.state.is_completed()

    restore(case.engine, evidence, file, now=datetime.now(UTC))
    await clockwork.dispatch()

    run = await clockwork.gate(proposal)
    assert run.id != before.id
    assert run.state.is_paused()
    assert case.awaiting[0].state is ProposalState.AWAITING
    code = clockwork.code("hos")
    ended = await clockwork.answer(run, decision="approve", code=code)
    assert ended.state.is_completed()
    assert case.awaiting == []


async def test_the_run_from_before_counts_no_more(clockwork: Clockwork, tmp_path: Path) -> None:
    case, evidence, file = clockwork.case, tmp_path / "evidence", tmp_path / "scc.zip"
    [proposal] = case.started(by="seo").awaiting
    before = await clockwork.open_gate(proposal)
    back_up(case.engine, evidence, file, now=datetime.now(UTC))

    restore(case.engine, evidence, file, now=datetime.now(UTC))
    await clockwork.reconcile()

    assert (await clockwork.client.read_flow_run(before.id)).state.is_cancelled()
    assert (await clockwork.gate(proposal)).id != before.id
