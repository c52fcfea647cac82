"""`scc verify`: whether the record holds, and rows and files are as it says."""

from cli.answers import Answer
from cli.database import opened
from models.database import read
from models.record.verifying import LISTED, Findings, examine
from models.settings import Settings


def run(settings: Settings, answer: Answer) -> bool:
    """Look at the whole record, and say what was found; whether all of it holds."""
    with opened(settings) as engine, read(engine) as session:
        found = examine(session, settings.evidence_folder)
    _say_chain(found, answer)
    for difference in found.differences:
        answer.say(f"  {difference.sentence}")
    if found.differing > LISTED:
        answer.say(f"  … and {found.differing - LISTED:,} more")
    _say_not_covered(found, answer)
    answer.give(_facts(found))
    return found.intact


def _say_chain(found: Findings, answer: Answer) -> None:
    if found.broken is not None:
        answer.say(f"The record is broken at event {found.broken.sequence}: {found.broken.reason}.")
    else:
        answer.say(f"The record is intact: {found.events} events, each following from the last.")
        answer.say(f"Its last hash, to be kept elsewhere: {found.head}")
    if not found.differing:
        answer.say(f"{found.rows:,} rows and the attached files are as it says.")
    else:
        many = "thing is" if found.differing == 1 else "things are"
        answer.say(f"{found.differing:,} {many} not as it says:")


def _say_not_covered(found: Findings, answer: Answer) -> None:
    if found.events_not_covered:
        answer.say(
            f"Not covered: {found.events_not_covered:,} events were recorded by an older version, "
            f"which said nothing of rows. {found.rows_not_covered:,} rows from then cannot be "
            "compared."
        )


def _facts(found: Findings) -> dict[str, object]:
    facts: dict[str, object] = {
        "intact": found.intact,
        "events": found.events,
        "head": found.head,
        "rows": found.rows,
        "not_covered": found.events_not_covered,
        "rows_not_covered": found.rows_not_covered,
        "differing": found.differing,
        "differs": [
            {
                "row": each.row,
                "column": each.column,
                "event": each.sequence,
                "reason": each.what,
            }
            for each in found.differences
        ],
    }
    if found.broken is not None:
        return {**facts, "sequence": found.broken.sequence, "reason": found.broken.reason}
    if found.differences:
        first = found.differences[0]
        return {**facts, "sequence": first.sequence, "reason": f"{first.row}: {first.what}"}
    return facts
