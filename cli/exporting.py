"""`scc export case`: everything that is known of one case, as files."""

import os
from datetime import datetime
from pathlib import Path

from cli.answers import Answer, CommandError
from cli.database import opened
from models.database import read, write
from models.policy import load_policy
from models.record.audit import record_export
from models.record.export import export_case
from models.settings import Settings


def run(settings: Settings, reference: str, file: Path, *, now: datetime, answer: Answer) -> None:
    """Write the case to a new zip file, for its owner's eyes alone, and put that on record.

    Raises NotFound, and CommandError where the file cannot be written or is there already.
    """
    policy = load_policy(settings.policy)
    part = file.with_name(f"{file.name}.part")
    with opened(settings) as engine:
        try:
            descriptor = os.open(_new(file, part), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as stream, read(engine) as session:
                folder = settings.evidence_folder
                missing = export_case(session, policy, folder, stream, reference, now)
            part.replace(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        finally:
            part.unlink(missing_ok=True)
        with write(engine) as session:
            record_export(session, now=now, reference=reference, file=file.name)
    answer.say(f"{reference} is saved in {file}.")
    for number in missing:
        answer.say(f"Attached file {number} is missing or damaged: look for it in a backup.")
    answer.give({"file": str(file), "reference": reference, "missing": missing})


def _new(file: Path, part: Path) -> Path:
    if file.exists():
        raise CommandError(f"{file} already exists. Choose another name.")
    return part
