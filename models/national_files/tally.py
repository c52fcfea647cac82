"""What an import comes to: counts, and what somebody should look at."""

from collections import Counter
from dataclasses import dataclass, field

from sqlmodel import Session

from models.national_files.tables import NationalFinding, NationalFindingKind
from models.rows import add_all

COUNTED = ("lines", "unknown", "added", "changed", "unchanged", "kept", "left_out", "tasks")
AT_ONCE = 500


@dataclass
class Tally:
    """Counts of one import by their names, and its findings, which are kept as rows."""

    session: Session
    import_id: int
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, object]] = field(default_factory=list)

    def count(self, name: str, number: int = 1) -> None:
        """So many more of one of `COUNTED`."""
        self.counts[name] += number

    def find(self, line: int, urn: int, kind: NationalFindingKind, what: str) -> None:
        """Something about a school of the register."""
        found = {"import_id": self.import_id, "line": line, "urn": urn, "kind": kind, "what": what}
        self.findings.append(found)
        if len(self.findings) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write the findings that were held back; once more at the end."""
        add_all(self.session, NationalFinding, self.findings)
        self.findings = []

    @property
    def values(self) -> dict[str, int]:
        """All counts, by name."""
        return {name: self.counts[name] for name in COUNTED}
