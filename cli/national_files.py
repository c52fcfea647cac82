"""`scc import inspections` and `scc import results`: the monthly national files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from cli.answers import Answer, AsJson, CommandError, answering
from cli.database import opened
from models.database import read, write
from models.national_files.importing import at_the_machine, import_file
from models.national_files.shown import NationalImport, findings, national_import
from models.national_files.tables import NationalFile
from models.policy import load_policy
from models.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file as it was downloaded.")]
_SHOWN = 20  # findings that are named in words
_WORDS = {
    "unknown": "not in the register",
    "added": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "kept": "kept as entered",
    "left_out": "left out",
    "tasks": "tasks set",
}


def inspections(file: File, as_json: AsJson = False) -> None:
    """Import Ofsted's monthly management information: outcomes of inspections."""
    _run(file, NationalFile.INSPECTIONS, as_json=as_json)


def results(file: File, as_json: AsJson = False) -> None:
    """Import results of schools: a data set of Explore Education Statistics as CSV."""
    _run(file, NationalFile.RESULTS, as_json=as_json)


def _run(file: Path, expected: NationalFile, *, as_json: bool) -> None:
    with answering(as_json) as answer:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        settings = Settings()
        policy = load_policy(settings.policy)
        with opened(settings) as engine:
            with write(engine) as session:
                acting = at_the_machine(session, policy, datetime.now(UTC))
                number = import_file(acting, file, file.name, expected).id
            with read(engine) as session:
                _describe(session, national_import(session, number), answer)


def _describe(session: Session, imported: NationalImport, answer: Answer) -> None:
    counts = {name: getattr(imported, name) for name in _WORDS}
    answer.say(f"{imported.file.label}, {imported.lines:,} lines:")
    for name, words in _WORDS.items():
        answer.say(f"  {words:<20}{counts[name]:>10,}")
    found = findings(session, imported.id, per_page=_SHOWN)
    for each in found.items:
        answer.say(f"Line {each.line}, {each.school} ({each.urn}): {each.kind.label}. {each.what}")
    if found.total > len(found.items):
        more = found.total - len(found.items)
        answer.say(f"and {more:,} more, which the page of the import lists.")
    answer.give({"id": imported.id, "file": imported.file, "lines": imported.lines, **counts})
