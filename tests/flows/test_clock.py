"""The clock as a flow."""

from datetime import date

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from flows.clock import clock
from flows.record import Record
from models.database import write
from models.matters.tables import Deadline
from models.statements import change
from models.upkeep.clock import last_pass
from tests.support.cases import Case
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
