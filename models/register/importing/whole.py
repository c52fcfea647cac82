"""A whole file: read, compared, and written if it is to be."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from models.clocks import london_date
from models.events import append
from models.evidence.tables import safe_name
from models.policy import Policy
from models.register.events import RegisterImported
from models.register.gias import Record, RegisterRows, examine, open_register
from models.register.importing.applying import Writer
from models.register.importing.comparing import Comparison
from models.register.importing.groups import link_outcomes, trust_outcomes
from models.register.importing.outcomes import Finding, Outcome, Tally
from models.register.tables import ImportState, RegisterFile, RegisterFinding, RegisterImport
from models.rows import add, add_all, change

_REPORT_EVERY = 1000  # rows
_FINDINGS_AT_ONCE = 1000
Report = Callable[[int], object]


@dataclass(frozen=True)
class Imported:
    """What a file came to, and which file of the register it is."""

    file: RegisterFile
    sha256: str
    tally: Tally


def compare(
    session: Session, register: RegisterRows, la: int | None, today: date, report: Report
) -> Iterator[Outcome]:
    """What each row comes to. Raises InvalidInput when the file turns out not to be whole."""
    records = _reported(register, report)
    match register.file:
        case RegisterFile.ESTABLISHMENTS:
            return Comparison(session, la, today).outcomes(records)
        case RegisterFile.GROUP_LINKS:
            return link_outcomes(session, records, la)
        case RegisterFile.GROUPS:
            return trust_outcomes(session, records, la)


def _reported(records: Iterable[Record], report: Report) -> Iterator[Record]:
    for count, record in enumerate(records):
        if count % _REPORT_EVERY == 0:
            report(count)
        yield record


def look(
    session: Session,
    path: Path,
    *,
    la: int | None,
    today: date,
    findings: list[Finding] | None = None,
    report: Report = lambda _: None,
) -> Imported:
    """Read and compare a whole file, and change nothing; what is found is added to `findings`.

    Raises InvalidInput for a file that cannot be used.
    """
    examined, tally = examine(path), Tally()
    with open_register(path) as register:
        for outcome in compare(session, register, la, today, report):
            tally.add(outcome)
            if findings is not None:
                findings.extend(outcome.findings)
        return Imported(register.file, examined.sha256, tally)


def preview(session: Session, path: Path, *, la: int | None, now: datetime) -> Imported:
    """What importing a file would come to. Raises InvalidInput for one that cannot be used."""
    return look(session, path, la=la, today=london_date(now))


def import_file(
    session: Session,
    policy: Policy,
    *,
    now: datetime,
    by: str,
    path: Path,
    la: int | None = None,
) -> Imported:
    """Import a file at once, with what it found on record, in the transaction in hand.

    Raises InvalidInput for a file that cannot be used; the transaction is then to be given up.
    """
    number = add(
        session,
        RegisterImport,
        name=safe_name(path.name) or "file",
        sha256="",
        la=la,
        state=ImportState.WAITING,
        given_by=by,
        given_at=now,
    )
    findings = Findings(session, number)
    imported = carry_out(session, policy, now, path, la, number, findings)
    findings.flush()
    values = {"file": imported.file, "sha256": imported.sha256, **imported.tally.counts()}
    sha256 = imported.tally.changes_sha256
    change(session, RegisterImport, {"id": number}, changes_sha256=sha256, **values)
    record(session, now, by, number, imported, path.name)
    return imported


def carry_out(
    session: Session,
    policy: Policy,
    now: datetime,
    path: Path,
    la: int | None,
    number: int,
    findings: "Findings | None" = None,
) -> Imported:
    """Read, compare and write what has changed, for the import with this number."""
    examined, tally, writer = examine(path), Tally(), Writer(session, policy, now, number)
    with open_register(path) as register:
        for outcome in compare(session, register, la, london_date(now), lambda _: None):
            tally.add(outcome)
            writer.write(outcome)
            if findings is not None:
                findings.keep(outcome.findings)
    writer.flush()
    return Imported(register.file, examined.sha256, tally)


def record(
    session: Session, now: datetime, by: str, number: int, imported: Imported, name: str
) -> None:
    """The import is applied, and on record."""
    applied = {"state": ImportState.APPLIED, "applied_by": by, "applied_at": now}
    change(session, RegisterImport, {"id": number}, **applied)
    happened = RegisterImported(
        None,
        import_=number,
        name=safe_name(name) or "file",
        sha256=imported.sha256,
        file=imported.file,
        **imported.tally.counts(),
    )
    append(session, now, by, happened)


class Findings:
    """Keeps what an import found as rows, many at a time."""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self._number = number
        self._kept: list[Finding] = []

    def keep(self, findings: Iterable[Finding]) -> None:
        """Keep these too."""
        self._kept.extend(findings)
        if len(self._kept) >= _FINDINGS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was kept back; once more at the end."""
        rows = [
            {
                "import_id": self._number,
                "row": each.row,
                "urn": each.urn,
                "kind": each.kind,
                "name": each.name,
                "before": each.before,
                "after": each.after,
                "reason": each.reason,
            }
            for each in self._kept
        ]
        add_all(self._session, RegisterFinding, rows)
        self._kept = []
