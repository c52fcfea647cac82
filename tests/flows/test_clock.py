"""The clock as a flow."""

from datetime import UTC, date, datetime, timedelta

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from flows.clock import clock
from flows.dispatch import CLOCK
from flows.record import Record
from models.database import write
from models.matters.tables import Deadline
from models.rows import change
from models.upkeep.clock import last_pass
from tests.support.cases import Case
from tests.support.clockwork import Clockwork
from tests.support.prefect_server import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")


def overdue(case: Case) -> None:
    """A response that was due long ago."""
    case.started().discuss()
    with write(case.engine) as session:
        change(session, Deadline, {"id": case.deadline.id}, due_on=date(2026, 1, 5))


async def test_a_pass_marks_what_was_missed_and_needs_no_prefect(
    record: Record, case: Case
) -> None:
    overdue(case)
    nobody = f"http://127.0.0.1:{free_port()}/api"

    with temporary_settings({PREFECT_API_URL: nobody, PREFECT_CLIENT_MAX_RETRIES: 0}):
        await clock.fn()

    assert case.deadline.state == "missed"
    assert last_pass(record.engine) is not None


async def a_pass(clockwork: Clockwork) -> FlowRun:
    deployment = await clockwork.client.read_deployment_by_name(CLOCK)
    run = await clockwork.client.create_flow_run_from_deployment(deployment.id)
    return await clockwork.perform(run.id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_pass_shows_what_it_did_and_an_idle_one_hides_nothing(clockwork: Clockwork) -> None:
    overdue(clockwork.case)
    busy = await a_pass(clockwork)
    idle = await a_pass(clockwork)

    [act] = await clockwork.acts(busy, 1)
    assert act.startswith("Mark missed deadlines")
    assert busy.state.name == "Completed"
    assert "Deadlines missed: 1." in busy.state.message
    assert idle.state.name == "Nothing due"
    assert await clockwork.acts(idle, 0) == []

    await clockwork.reconcile(datetime.now(UTC) + timedelta(minutes=9))
    assert (await clockwork.state(idle)).is_completed()
    await clockwork.reconcile(datetime.now(UTC) + timedelta(minutes=11))
    left = {run.id for run in await clockwork.every_run()}
    assert busy.id in left
    assert idle.id not in left


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_pass_says_nothing_of_a_restricted_case(clockwork: Clockwork) -> None:
    await a_pass(clockwork)  # what is of no case is done
    overdue(clockwork.case)
    clockwork.case.restrict("hos2")

    run = await a_pass(clockwork)

    assert clockwork.case.deadline.state == "missed"
    assert run.state.name == "Nothing due"
    assert run.state.message is None
    assert await clockwork.acts(run, 0) == []
