"""Bulk work as flows: one run a job, its chunks as mapped tasks, its progress as an artifact.

What is done is for `notifications.bulk`; here only how it is spread and shown. The job's row says
how far it is: a run that dies is replaced by another, which finds for itself what is left.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from prefect import flow, task, unmapped
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.record import Record, opened
from models.level_letters.opening import open_due_batches
from models.work import BulkJob, BulkKind, Hold, take
from notifications.bulk import WORKERS, Worker, carry_out
from notifications.level_letters import Chunk, draft_batch, issue_batch
from notifications.press import PROCESSES

WORDS = {
    BulkKind.READ_REGISTER: "Read the register, import",
    BulkKind.PREPARE_LETTERS: "Draft the letters of batch",
    BulkKind.ISSUE_LETTERS: "Issue the letters of batch",
}

log = logging.getLogger("prefect.scc")


def run_name(job: BulkJob) -> str:
    """What the run of a job is called in Prefect."""
    return f"{WORDS[job.kind]} {job.subject_id}"


@flow(name="Import the register")
async def import_the_register(job_id: int) -> None:
    """Read a file of the national register and compare it with what is known.

    Args:
        job_id: The number of the job, as the page of the import has it.
    """
    await _carry_out(job_id, WORKERS)


@flow(
    name="Letters in bulk",
    task_runner=ThreadPoolTaskRunner(max_workers=PROCESSES),  # type: ignore[arg-type]
)
async def letters_in_bulk(job_id: int) -> None:
    """Draft the letters of a batch; or print, freeze and bundle those that were approved.

    Args:
        job_id: The number of the job.
    """
    workers: dict[BulkKind, Worker] = {
        BulkKind.PREPARE_LETTERS: partial(draft_batch, spread=in_tasks),
        BulkKind.ISSUE_LETTERS: partial(issue_batch, spread=in_tasks),
    }
    await _carry_out(job_id, workers)


@flow(name="Level letters due", flow_run_name="Collect the changes of level")
async def level_letters_due() -> None:
    """Begin the letters about a published round, and about changes of level since yesterday.

    Every pass of the clock does the same, and what is begun is not begun twice.
    """
    with opened() as record:
        await asyncio.to_thread(open_due_batches, record.engine, datetime.now(UTC))


# Spreading ---------------------------------------------------------------------------------


@task(name="A chunk", cache_policy=NO_CACHE, persist_result=False)
def a_chunk(work: Callable[[Chunk], int], chunk: Chunk) -> int:
    """Some hundreds of letters: Prefect keeps a row of each task, so they are few."""
    return work(chunk)


def in_tasks(work: Callable[[Chunk], int], chunks: Sequence[Chunk]) -> Iterator[int]:
    """Each chunk as a task of the run, as many at once as there are processes that print."""
    for done in as_completed(list(a_chunk.map(unmapped(work), chunks))):
        yield done.result()


# Showing -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownHold(Hold):
    """A hold whose progress Prefect shows."""

    artifact: UUID

    def report(self, done: int, total: int) -> None:
        """As ever, and to Prefect; when Prefect does not take it the work goes on."""
        super().report(done, total)
        try:
            asyncio.run(aupdate_progress_artifact(self.artifact, 100 * done / (total or 1)))
        except Exception as trouble:
            log.warning("Prefect was not told of the progress: %r", trouble)


async def _carry_out(job_id: int, workers: dict[BulkKind, Worker]) -> None:
    with opened() as record:
        await asyncio.to_thread(_work, record, job_id, workers)


def _work(record: Record, job_id: int, workers: dict[BulkKind, Worker]) -> None:
    hold = take(record.engine, job_id, lambda: datetime.now(UTC))
    if hold is None:
        return  # it is done, or somebody is at it
    # Within the run of an asynchronous flow, but in a thread that has no loop.
    artifact = asyncio.run(acreate_progress_artifact(0, f"bulk-{job_id}", run_name(hold.job)))
    shown = ShownHold(hold.engine, hold.job, hold.clock, artifact)
    went_well = carry_out(shown, workers[hold.job.kind], record.policy, record.settings)
    if went_well is False:
        raise RuntimeError(f"{run_name(hold.job)}: it failed. Its page gives the reason.")
