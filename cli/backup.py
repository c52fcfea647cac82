"""`scc backup` and `scc restore`: the whole of it in one file, and back, while it runs."""

import os
import sys
from datetime import datetime
from pathlib import Path

import typer

from cli import running
from cli.answers import Answer, CommandError
from cli.database import adopt_edition, damaged_file, opened, prepared
from models.clocks import london_time, long_date
from models.database import connect
from models.settings import Settings
from models.upkeep import schema
from models.upkeep.backup import Made, Restored, back_up, is_empty, restore
from models.upkeep.backup.archive import make_durable

STAMP = "%Y%m%dT%H%M%S.%fZ"


def make(settings: Settings, file: Path, *, replace: bool, now: datetime, answer: Answer) -> bool:
    """Save everything to a file and tell what was saved; False if its record is broken."""
    with opened(settings) as engine:
        made = back_up(engine, settings.evidence_folder, file, now=now, replace=replace)
    answer.say(f"Everything is saved in {file}.")
    answer.say(f"  events       {made.manifest.events}, the last {made.manifest.head}")
    answer.say(f"  files        {len(made.manifest.members) - 1}")
    answer.say(f"  SHA-256      {made.sha256}")
    _tell_missing(made.manifest.missing, answer)
    if made.broken is not None:
        answer.say(
            f"The record is broken at event {made.broken.sequence} ({made.broken.reason}): "
            "`scc restore` will refuse this backup. Keep it, and restore an earlier one."
        )
    answer.give(_made(file, made))
    return made.broken is None


def _made(file: Path, made: Made) -> dict[str, object]:
    return {
        "file": str(file),
        "sha256": made.sha256,
        "events": made.manifest.events,
        "head": made.manifest.head,
        "files": len(made.manifest.members) - 1,
        "missing": made.manifest.missing,
        "intact": made.broken is None,
    }


def bring_back(settings: Settings, file: Path, *, yes: bool, now: datetime, answer: Answer) -> None:
    """Replace everything by what a backup holds, after asking, and tell what to look at.

    Raises CommandError when there is something to lose and nobody agreed to that.
    """
    damaged = damaged_file(settings)
    if damaged is not None:
        _confirm(file, yes=yes)
        restored, safety = _bring_back_anew(settings, damaged, file, now)
    else:
        with prepared(settings) as engine:
            safety = None
            if not is_empty(engine):
                _confirm(file, yes=yes)
                safety = file.parent / f"before-restore-{now:{STAMP}}.zip"
            restored = restore(engine, settings.evidence_folder, file, now=now, safety=safety)
            adopt_edition(settings, engine)
    _tell(restored, safety, answer)
    answer.give(
        {
            "made_at": restored.manifest.made_at.isoformat(),
            "events": restored.manifest.events,
            "head": restored.manifest.head,
            "forgotten": restored.forgotten,
            "undecided": restored.undecided,
            "missing": restored.missing,
            "safety": str(safety) if safety else None,
        }
    )


def _bring_back_anew(
    settings: Settings, damaged: Path, file: Path, now: datetime
) -> tuple[Restored, Path]:
    """Restore to a new database, which then takes the damaged one's place; where that one went.

    Nobody may be at work on the damaged one: raises CommandError while `scc up` runs.
    """
    here = running.Running(os.getpid(), settings.base_url, None)
    with running.alone(settings.home, here):
        new = damaged.with_name(f"{damaged.name}.restoring")
        for rest in ("", "-wal", "-shm"):
            Path(f"{new}{rest}").unlink(missing_ok=True)
        engine = connect(f"sqlite:///{new}")
        try:
            schema.migrate(engine)
            restored = restore(engine, settings.evidence_folder, file, now=now)
            adopt_edition(settings, engine)
        finally:
            engine.dispose()  # the last connection to leave folds the write-ahead log into the file
        kept = _put_in_place(new, damaged, now)
        settings.damage_mark.unlink(missing_ok=True)
        return restored, kept


def _put_in_place(new: Path, damaged: Path, now: datetime) -> Path:
    """Let the new database take the damaged one's place; at no moment is there none."""
    kept = damaged.with_name(f"{damaged.name}-damaged-{now:{STAMP}}")
    kept.mkdir(mode=0o700)
    os.link(damaged, kept / damaged.name)
    # A log of the damaged one would be taken for the new one's.
    for rest in ("-wal", "-shm"):
        log = Path(f"{damaged}{rest}")
        if log.exists():
            log.replace(kept / log.name)
    new.replace(damaged)
    make_durable(damaged.parent)
    return kept


def _confirm(file: Path, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise CommandError(
            "The database is not empty, and restoring replaces all that is in it. "
            "Add --yes to do so."
        )
    question = f"Replace everything in the database by what {file} holds?"
    if not typer.confirm(question, err=True):
        raise CommandError("Nothing was changed.")


def _tell(restored: Restored, safety: Path | None, answer: Answer) -> None:
    made_at = london_time(restored.manifest.made_at)
    answer.say(
        f"Restored: the database is as it was on {long_date(made_at)} at {made_at:%H:%M}, "
        f"and its record of {restored.manifest.events} events holds."
    )
    if safety is not None:
        answer.say(f"What was there before is saved in {safety}.")
    if restored.forgotten:
        answer.say(f"{restored.forgotten} later events are in that file alone.")
    if restored.undecided:
        answer.say(
            f"{restored.undecided} deliveries of letters may have left since: none will be sent "
            "again automatically. An officer decides on each, on the page of its escalation or "
            "batch."
        )
    _tell_missing(restored.missing, answer)
    answer.say("Everybody has to sign in again.")


def _tell_missing(missing: list[str], answer: Answer) -> None:
    if missing:
        answer.say(
            f"{len(missing)} attached files are not there, or not as they were attached. "
            "Look for them in an older backup, by their SHA-256:"
        )
    for sha256 in missing:
        answer.say(f"  {sha256}")
