"""Bulk work in Prefect: one run a job, replaced when it dies, with its progress shown."""

from datetime import UTC, datetime

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import ArtifactSort
from sqlmodel import select

from models.database import read, write
from models.level_letters import approving, batches, opening
from models.level_letters.tables import BatchSample, BatchState
from models.people.acting import Acting
from models.work import HOLD_LASTS, BulkJob, take
from tests.support.clockwork import Clockwork
from tests.support.level_letters import published
from tests.support.policies import POLICY

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def bulk_runs(clockwork: Clockwork, job: BulkJob) -> list[FlowRun]:
    """The runs of a job of this test's, in the order in which they were made."""
    moment = f"-{job.queued_at:%Y%m%dT%H%M%S%f}-"
    runs = [
        run
        for run in await clockwork.every_run()
        if (run.idempotency_key or "").startswith(f"bulk-{job.id}-")
        and moment in (run.idempotency_key or "")
    ]
    return sorted(runs, key=lambda run: run.created)


def job(clockwork: Clockwork) -> BulkJob:
    """The last job that was queued."""
    with read(clockwork.record.engine) as session:
        return session.exec(select(BulkJob).order_by(BulkJob.id.desc())).first()


async def progress(clockwork: Clockwork, job: BulkJob) -> float:
    [artifact] = await clockwork.client.read_artifacts(
        artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[f"bulk-{job.id}"])),
        sort=ArtifactSort.UPDATED_DESC,
        limit=1,
    )
    return float(artifact.data)


async def test_a_batch_is_drafted_and_issued_by_runs_of_their_own(clockwork: Clockwork) -> None:
    engine, council = clockwork.record.engine, clockwork.case.council
    now = datetime.now(UTC)
    published(engine, [900001, 900002, 900003, 900004], now=now)
    with write(engine) as session:
        acting = Acting(session, POLICY, council.hos2, now)
        batch = opening.open_batch(acting, opening.NewLetterBatch(about="annual"))
    drafting = job(clockwork)

    await clockwork.dispatch()
    await clockwork.dispatch()
    [run] = await bulk_runs(clockwork, drafting)
    assert run.name == f"Draft the letters of batch {batch.id}"
    # The process that took it up dies; once its hold has run out, another run takes its place.
    assert take(engine, drafting.id, lambda: datetime.now(UTC) - HOLD_LASTS) is not None
    await clockwork.dispatch()
    first, second = await bulk_runs(clockwork, drafting)
    assert (await clockwork.perform(second.id)).state.is_completed()
    assert (await clockwork.perform(first.id)).state.is_completed()
    assert await progress(clockwork, drafting) == 100

    with write(engine) as session:
        assert batches.find_batch(session, batch.id).state is BatchState.PREPARED
        for letter in session.exec(select(BatchSample.letter_id)).all():
            approving.look_at(Acting(session, POLICY, council.hos, now), letter)
        approving.approve(Acting(session, POLICY, council.hos, now), batch.id)
    issuing = job(clockwork)
    await clockwork.dispatch()
    [run] = await bulk_runs(clockwork, issuing)
    assert (await clockwork.perform(run.id)).state.is_completed()

    await clockwork.dispatch()
    assert len(await bulk_runs(clockwork, issuing)) == 1
    with read(engine) as session:
        assert batches.find_batch(session, batch.id).state is BatchState.ISSUED
