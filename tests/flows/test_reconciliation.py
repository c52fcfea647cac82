"""Whatever becomes of flow runs and of Prefect's database, every proposal waits again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled, Crashed, Failed, Pending, Running, Scheduled

from flows import dispatch, forms, gates, waits
from flows.forms import remove_forms
from models.approvals.tables import Proposal
from models.database import write
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter
from models.people.acting import Acting
from tests.support.clockwork import Clockwork, formal_letter_proposed

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def proposal(clockwork: Clockwork) -> Proposal:
    """A proposal of an officer that waits for the Head of Service."""
    [proposal] = clockwork.case.started(by="seo").awaiting
    return proposal


async def waits_again(clockwork: Clockwork, proposal: Proposal, before: FlowRun) -> None:
    """The proposal has another run, which can be approved."""
    run = await clockwork.gate(proposal)
    assert run is not None
    assert run.id != before.id
    assert run.name == before.name
    assert run.state.is_paused()
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))
    assert ended.state.is_completed()
    assert clockwork.case.awaiting == []


async def test_a_cancelled_run_is_replaced(clockwork: Clockwork, proposal: Proposal) -> None:
    run = await clockwork.open_gate(proposal)
    await clockwork.client.set_flow_run_state(run.id, Cancelled())

    await clockwork.reconcile()

    await waits_again(clockwork, proposal, run)


async def test_a_deleted_run_is_replaced(clockwork: Clockwork, proposal: Proposal) -> None:
    run = await clockwork.open_gate(proposal)
    await clockwork.client.delete_flow_run(run.id)

    await clockwork.reconcile()

    await waits_again(clockwork, proposal, run)


@pytest.mark.parametrize("state", [Pending, Running])
async def test_a_run_whose_process_was_killed_is_replaced_after_ten_minutes(
    clockwork: Clockwork, proposal: Proposal, state: type
) -> None:
    run = await clockwork.open_gate(proposal)
    await clockwork.client.set_flow_run_state(run.id, state(), force=True)

    await clockwork.reconcile(datetime.now(UTC) + timedelta(minutes=9))
    assert (await clockwork.gate(proposal)).id == run.id
    await clockwork.reconcile(datetime.now(UTC) + timedelta(minutes=11))

    assert (await clockwork.client.read_flow_run(run.id)).state.is_crashed()
    await waits_again(clockwork, proposal, run)


async def test_a_run_that_failed_rests_before_the_next_attempt(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    run = await clockwork.open_gate(proposal)
    await clockwork.client.set_flow_run_state(run.id, Failed(), force=True)

    await clockwork.reconcile()
    assert (await clockwork.gate(proposal)).id == run.id
    await clockwork.reconcile(datetime.now(UTC) + timedelta(minutes=2))

    await waits_again(clockwork, proposal, run)


async def test_the_dispatcher_may_be_killed_before_prefect_has_heard_of_an_attempt(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    [gate] = gates.open_gates(clockwork.record.engine)
    gates.next_attempt(clockwork.record.engine, gate)

    run = await clockwork.open_gate(proposal)

    assert run.state.is_paused()


async def test_the_dispatcher_may_be_killed_before_it_wrote_down_which_run_waits(
    clockwork: Clockwork, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(waits, "record_run", killed)
        with pytest.raises(KeyboardInterrupt):
            await clockwork.dispatch()
    assert await clockwork.gate(proposal) is None

    run = await clockwork.open_gate(proposal)

    assert run.state.is_paused()
    assert [each.id for each in await clockwork.runs()] == [run.id]


@pytest.mark.parametrize("stored", [0, 1])
async def test_the_dispatcher_may_be_killed_before_it_stored_the_form(
    clockwork: Clockwork, proposal: Proposal, monkeypatch: pytest.MonkeyPatch, stored: int
) -> None:
    """Neither of its two parts, or only what stands above it."""
    store, calls = forms._store, []

    async def killed(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) > stored:
            raise KeyboardInterrupt
        await store(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(forms, "_store", killed)
        with pytest.raises(KeyboardInterrupt):
            await clockwork.dispatch()
    [left] = await clockwork.runs()
    assert left.state.is_paused()
    answer = {"decision": "approve", "code": clockwork.code("hos")}
    unanswerable = await clockwork.client.resume_flow_run(left.id, run_input=answer)
    assert unanswerable.status.value == "REJECT"

    run = await clockwork.open_gate(proposal)

    assert run.id == left.id
    ended = await clockwork.answer(run, **answer)
    assert ended.state.is_completed()


async def test_a_form_that_a_killed_dispatcher_made_of_another_letter_is_made_anew(
    clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = formal_letter_proposed(clockwork)
    with monkeypatch.context() as patch:
        patch.setattr(waits, "record_run", lambda *_: None)
        patch.setattr(waits, "holds", lambda *_: True)
        await clockwork.dispatch()
    [letter] = [each for each in clockwork.case.all(Letter) if each.proposal_id == proposal.id]
    with write(clockwork.record.engine) as session:
        case = clockwork.case
        acting = Acting(session, case.policy, case.council.seo, case.now)
        edit_letter(acting, letter.id, DraftText(body="Other words."))

    form = await clockwork.form(await clockwork.open_gate(proposal))

    assert "version 2" in form


async def test_two_dispatchers_at_once_open_one_run(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    await asyncio.gather(clockwork.dispatch(), clockwork.dispatch())
    await clockwork.reconcile()

    [run] = await clockwork.runs()

    assert (await clockwork.gate(proposal)).id == run.id
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))
    assert ended.state.is_completed()


async def test_a_wait_that_another_dispatcher_is_just_opening_is_no_stray(
    clockwork: Clockwork, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the making of the run and the writing down of it somebody else goes round."""
    with monkeypatch.context() as patch:
        patch.setattr(waits, "record_run", lambda *_: None)
        patch.setattr(waits, "holds", lambda *_: True)
        await clockwork.reconcile()

    [run] = await clockwork.runs()

    assert run.state.is_paused()


async def test_a_second_waiting_run_for_the_same_proposal_is_ended(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    first = await clockwork.open_gate(proposal)
    [gate] = gates.open_gates(clockwork.record.engine)
    gates.next_attempt(clockwork.record.engine, gate)
    second = await clockwork.open_gate(proposal)
    assert second.id != first.id

    await clockwork.reconcile()

    assert (await clockwork.client.read_flow_run(first.id)).state.is_cancelled()
    assert (await clockwork.client.read_flow_run(second.id)).state.is_paused()


async def test_a_decided_proposal_leaves_no_run_that_nobody_carries_out(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    """Woken by an answer that came second, say, and then its runner died."""
    run = await clockwork.open_gate(proposal)
    await clockwork.client.set_flow_run_state(run.id, Scheduled(name="Resuming"))
    clockwork.case.decide(proposal, "hos", "return", "Too early.")

    await clockwork.dispatch()
    assert (await clockwork.state(run)).is_scheduled()
    await clockwork.dispatch(datetime.now(UTC) + timedelta(minutes=3))

    assert (await clockwork.state(run)).is_completed()
    assert await clockwork.kept(run) == []
    assert gates.open_gates(clockwork.record.engine) == []


async def test_what_was_decided_while_prefect_was_away_needs_no_run(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    clockwork.case.decide(proposal, "hos")

    await clockwork.reconcile()

    assert gates.open_gates(clockwork.record.engine) == []
    assert await clockwork.runs() == []


async def test_a_decided_proposal_whose_run_is_gone_is_closed(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    run = await clockwork.open_gate(proposal)
    clockwork.case.decide(proposal, "hos")
    await clockwork.client.delete_flow_run(run.id)

    await clockwork.reconcile()

    assert gates.open_gates(clockwork.record.engine) == []


async def test_passes_of_the_clock_that_nobody_ran_are_dropped(clockwork: Clockwork) -> None:
    deployment = await clockwork.client.read_deployment_by_name(dispatch.CLOCK)
    pass_of_the_clock = await clockwork.client.create_flow_run_from_deployment(deployment.id)

    await clockwork.reconcile()
    assert (await clockwork.client.read_flow_run(pass_of_the_clock.id)).state.is_scheduled()
    await clockwork.reconcile(datetime.now(UTC) + timedelta(minutes=3))

    kept = await clockwork.every_run()
    assert pass_of_the_clock.id not in {run.id for run in kept}


async def test_a_lost_registration_is_noticed(clockwork: Clockwork) -> None:
    await clockwork.dispatch()
    deployment = await clockwork.client.read_deployment_by_name(dispatch.STARTING)
    await clockwork.client.delete_deployment(deployment.id)
    try:
        with pytest.raises(dispatch.NotRegisteredError, match="start-an-escalation"):
            await clockwork.dispatch()
    finally:
        await clockwork.register()


async def test_a_run_that_was_killed_before_its_form_was_stored_asks_again(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    run = await clockwork.open_gate(proposal)
    await remove_forms(clockwork.client, run.id)

    await clockwork.reconcile()
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert ended.state.is_completed()


async def test_no_code_stays_with_a_run_that_died_before_it_took_the_answer(
    clockwork: Clockwork, proposal: Proposal
) -> None:
    run = await clockwork.open_gate(proposal)
    answer = {"decision": "approve", "code": clockwork.code("hos")}
    await clockwork.client.resume_flow_run(run.id, run_input=answer)
    await clockwork.client.set_flow_run_state(run.id, Crashed(), force=True)

    await clockwork.reconcile()

    assert await clockwork.kept(run) == []
    await waits_again(clockwork, proposal, run)
