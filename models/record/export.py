"""One whole case as files: for a court, an auditor or a subject access request."""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlmodel import Session

from models.actions.shown import actions_of
from models.appointments.shown import appointments_of
from models.approvals.shown import proposals_of
from models.clocks import london_date, london_time, long_date
from models.escalations import held
from models.escalations.shown import escalation
from models.evidence.shown import evidence_of
from models.fairness.shown import records_of
from models.files.folder import is_whole, path_of
from models.letters import shown as letters_shown
from models.letters.served import service_of_case
from models.matters.shown import deadlines_of
from models.needs.shown import needs_of
from models.paging import MOST_PER_PAGE, Item, Page
from models.people.access import THE_MACHINE, Reader
from models.policy import Policy
from models.record import timeline
from models.schools.inspections_shown import inspections
from models.sharing.shown import decisions_of
from models.shown import Shown
from models.statutory.notices_shown import warning_notices_of
from models.statutory.powers_shown import powers_of
from models.statutory.shown import secretary_of_state_notices_of, services_of, support_of

README = """\
{case.reference}: {case.school} (URN {case.urn})
Exported on {moment} (London time).

case.json         the escalation with its steps
*.json            what was recorded, one file for each kind, in order; times are UTC. service.json
                  says how far each notice is proven to be served, services.json how it was,
                  inspections.json what is on record of the school’s inspections
timeline.txt      everything that happened, in sentences, the newest first
events.json       the same as it stands in the chain of hashes
letters/          every letter: its text as it stands, and an issued one as it went out
evidence/         the files that were attached, by their number and name; evidence.json says of
                  each what to beware of before it is opened

The law and the policy under which the case was run are named in case.json.
"""


def export_case(
    session: Session, policy: Policy, evidence: Path, file: IO[bytes], reference: str, now: datetime
) -> list[str]:
    """Write a case to a zip file; the numbers of attached files that are missing or damaged.

    Raises NotFound.
    """
    today = london_date(now)
    case = escalation(session, policy, THE_MACHINE, reference, today=today)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(case=case, moment=_moment(now)))
        _put(archive, "case.json", case)
        for name, found in _recorded(session, policy, reference, now):
            _put(archive, f"{name}.json", found)
        _put(archive, "inspections.json", _all(inspections, session, case.urn))
        _put_timeline(archive, session, policy, reference)
        _put_letters(archive, session, policy, reference)
        return _put_evidence(archive, session, policy, reference, evidence)


def _moment(at: datetime) -> str:
    there = london_time(at)
    return f"{long_date(there.date())} at {there:%H:%M}"


def _put(archive: zipfile.ZipFile, name: str, found: Any) -> None:
    archive.writestr(name, json.dumps(found, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Shown):
        return value.model_dump(by_alias=True)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} cannot be exported")


def _all(read: Callable[..., Page[Item]], *about: Any, **how: Any) -> list[Item]:
    """Every page of a list."""
    found: list[Item] = []
    page, pages = 1, 1
    while page <= pages:
        part = read(*about, page=page, per_page=MOST_PER_PAGE, **how)
        found += part.items
        page, pages = page + 1, part.pages
    return found


def _recorded(
    session: Session, policy: Policy, reference: str, now: datetime
) -> Iterator[tuple[str, Any]]:
    mine, today = (session, policy, THE_MACHINE, reference), london_date(now)
    yield "discussions", _all(held.discussions_of, *mine)
    yield "appointments", _all(appointments_of, session, THE_MACHINE, reference, now=now)
    yield "responses", _all(held.responses_of, *mine)
    yield "proposals", _all(proposals_of, *mine)
    yield "deadlines", _all(deadlines_of, *mine, today=today)
    yield "actions", _all(actions_of, session, THE_MACHINE, reference, today=today)
    yield "sharing", _all(decisions_of, session, THE_MACHINE, reference, today=today)
    yield "needs", needs_of(session, THE_MACHINE, reference, today=today)
    yield "letters", _all(letters_shown.letters_of, *mine)
    yield "service", service_of_case(*mine).items
    yield "services", _services(*mine)
    yield "messages", _all(letters_shown.messages_of, session, THE_MACHINE, reference)
    yield "evidence", _all(evidence_of, *mine)
    yield "fairness", _all(records_of, *mine)
    yield "support", support_of(*mine)
    yield "warning-notices", _all(warning_notices_of, *mine)
    yield "powers", _all(powers_of, *mine, today=today)
    yield "secretary-of-state-notices", _all(secretary_of_state_notices_of, *mine)
    yield "events", _all(timeline.events_of, session, THE_MACHINE, reference)


def _services(
    session: Session, policy: Policy, reader: Reader, reference: str
) -> list[dict[str, Any]]:
    """What is on record of how letters were served, by letter; also what was undone."""
    letters = _all(letters_shown.letters_of, session, policy, reader, reference)
    recorded = ((each.id, _all(services_of, session, reader, each.id)) for each in letters)
    return [{"letter": letter, "services": found} for letter, found in recorded if found]


def _put_timeline(
    archive: zipfile.ZipFile, session: Session, policy: Policy, reference: str
) -> None:
    lines = []
    for event in _all(timeline.timeline, session, policy, THE_MACHINE, reference):
        lines += [f"{_moment(event.at)}, {event.who}", f"  {event.sentence}"]
        lines += [f"  {line}" for line in event.text.splitlines()]
    archive.writestr("timeline.txt", "\n".join(lines) + "\n")


def _put_letters(
    archive: zipfile.ZipFile, session: Session, policy: Policy, reference: str
) -> None:
    for each in _all(letters_shown.letters_of, session, policy, THE_MACHINE, reference):
        letter = letters_shown.letter(session, policy, THE_MACHINE, each.id)
        name = f"letters/{letter.number:02}-{letter.template}"
        archive.writestr(f"{name}.md", letter.body)
        for format in ("pdf", "html", "txt"):
            content = letters_shown.issued_file(session, THE_MACHINE, letter.id, format)
            if content is not None:
                archive.writestr(f"{name}.{format}", content)


def _put_evidence(
    archive: zipfile.ZipFile, session: Session, policy: Policy, reference: str, evidence: Path
) -> list[str]:
    missing = []
    for file in _all(evidence_of, session, policy, THE_MACHINE, reference):
        path = path_of(evidence, file.sha256)
        if is_whole(path, file.sha256):
            archive.write(path, f"evidence/{file.id}-{file.name}")
        else:
            missing.append(str(file.id))
    return missing
