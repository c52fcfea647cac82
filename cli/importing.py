"""`scc import`: what others know, from their files; `scc import gias` is the national register."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import national_files
from cli.answers import Answer, AsJson, CommandError, answering
from cli.database import opened
from models.database import read, write
from models.people.officers import AT_THE_MACHINE
from models.policy import load_policy
from models.register.importing import Imported, import_file, preview
from models.register.tables import FindingKind, RegisterFile
from models.settings import Settings

_SHOWN = 20  # rejected rows that are named in words
_FILES = {
    RegisterFile.ESTABLISHMENTS: "establishments",
    RegisterFile.GROUP_LINKS: "group links",
    RegisterFile.GROUPS: "groups",
}
imports = typer.Typer(help="What others know, from their files.", no_args_is_help=True)
imports.command("inspections")(national_files.inspections)
imports.command("results")(national_files.results)


@imports.command("gias")
def import_gias(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As it was downloaded, unpacked.")],
    la: Annotated[
        int | None,
        typer.Option("--la", metavar="CODE", min=1, max=999, help="Only this local authority."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what would change, and change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import the national register: establishments, then group links, then groups."""
    with answering(as_json) as answer:
        now = datetime.now(UTC)
        run(Settings(), file, la=la, only_show=preview, now=now, answer=answer)


def run(
    settings: Settings,
    file: Path,
    *,
    la: int | None,
    only_show: bool,
    now: datetime,
    answer: Answer,
) -> None:
    """Import a file, or show what importing it would change.

    Raises CommandError when there is no such file, InvalidInput when it cannot be used.
    """
    if not file.is_file():
        raise CommandError(f"There is no file {file}.")
    policy = load_policy(settings.policy)
    with opened(settings) as engine:
        if only_show:
            with read(engine) as session:
                imported = preview(session, file, la=la, now=now)
        else:
            with write(engine) as session:
                imported = import_file(
                    session, policy, now=now, by=AT_THE_MACHINE, path=file, la=la
                )
    _describe(imported, answer, only_show=only_show)
    answer.give(_facts(imported))


def _describe(imported: Imported, answer: Answer, *, only_show: bool) -> None:
    tally = imported.tally
    answer.say(f"The register’s file of {_FILES[imported.file]}, {tally.read:,} rows:")
    for standing, count in _facts_of_rows(imported).items():
        answer.say(f"  {standing:<18}{count:>8,}")
    kinds = {kind: tally.changes[kind] for kind in FindingKind if tally.changes[kind]}
    if kinds:
        answer.say("What this changes:" if only_show else "What this changed:")
        for kind, count in kinds.items():
            answer.say(f"  {kind.label:<18}{count:>8,}")
    for each in tally.rejected[:_SHOWN]:
        answer.say(f"Row {each.row}, URN {each.urn or 'unknown'}: {each.reason}")
    if len(tally.rejected) > _SHOWN:
        answer.say(f"and {len(tally.rejected) - _SHOWN:,} more rejected rows (--json names all).")
    if only_show:
        answer.say("Nothing was changed: this was a preview.")


def _facts_of_rows(imported: Imported) -> dict[str, int]:
    counts = imported.tally.counts()
    del counts["read"]
    return {**counts, "skipped": imported.tally.read - sum(counts.values())}


def _facts(imported: Imported) -> dict[str, Any]:
    tally = imported.tally
    return {
        "file": imported.file.value,
        "read": tally.read,
        **_facts_of_rows(imported),
        "changes": {
            kind.value: tally.changes[kind]
            for kind in FindingKind
            if kind is not FindingKind.REJECTED
        },
        "rejected": [
            {"row": each.row, "urn": each.urn, "reason": each.reason} for each in tally.rejected
        ],
    }
