"""Bulk work: which worker does which kind of job, and how one pass over the open jobs goes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from models.policy import Policy
from models.refusals import Refused
from models.register.importing import read_register
from models.settings import Settings
from models.work import BulkKind, Hold, HoldLost, free_jobs, take
from notifications.level_letters import draft_batch, issue_batch

Worker = Callable[[Hold, Policy, Settings], None]
WORKERS: dict[BulkKind, Worker] = {
    BulkKind.READ_REGISTER: read_register,
    BulkKind.PREPARE_LETTERS: draft_batch,
    BulkKind.ISSUE_LETTERS: issue_batch,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worked:
    """What one pass did, in jobs."""

    done: int
    failed: int


def carry_on(
    engine: Engine, policy: Policy, settings: Settings, clock: Callable[[], datetime]
) -> Worked:
    """Take each job that nobody is at, and do it. Never raises because of one."""
    done = failed = 0
    for job in free_jobs(engine, clock()):
        hold = take(engine, job.id, clock)
        if hold is None:
            continue
        went_well = carry_out(hold, WORKERS[job.kind], policy, settings)
        done += went_well is True
        failed += went_well is False
    return Worked(done, failed)


def carry_out(hold: Hold, worker: Worker, policy: Policy, settings: Settings) -> bool | None:
    """Do one job: True when it ended, False when it failed, None when somebody else has it now.

    Whatever goes wrong is said on the job, in words, and logged whole.
    """
    try:
        worker(hold, policy, settings)
        return True
    except HoldLost:
        return None
    except Refused as refusal:
        words = refusal.message
    except Exception as trouble:
        log.exception("The bulk work %s of %s failed", hold.job.kind, hold.job.subject_id)
        words = f"It stopped with an error of the program ({type(trouble).__name__})."
    try:
        hold.fail(words)
    except HoldLost:
        return None
    return False
