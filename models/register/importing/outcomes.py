"""What a row of the register's file comes to, and what all rows of a file come to together."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.events import canonical
from models.refusals import InvalidInput
from models.register.tables import FindingKind
from models.schools.tables import ContactRole

MOST_REJECTED = 5_000  # rows; a file with more is not what it seems
TOO_MANY_REJECTED = (
    f"More than {MOST_REJECTED:,} rows cannot be taken, as far as row {{}} alone. Download the "
    "file again, or ask whoever made it. Nothing was changed."
)


class Standing(StrEnum):
    """What becomes of one row. Skipped: of another council, or closed before we knew it."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one row, as `RegisterFinding` keeps it."""

    row: int
    urn: str
    kind: FindingKind
    name: str
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ContactSaid:
    """Whom the register names at a school; no address is one that it does not say here."""

    urn: int
    role: ContactRole
    name: str
    address: list[str] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one row, and what is to be written for it.

    `school` are columns of the school with this URN; `new_head` is the name of a headteacher who
    was not there before; `fate` says what became of the school that an officer must hear.
    """

    standing: Standing
    findings: tuple[Finding, ...] = ()
    urn: int = 0
    name: str = ""
    school: dict[str, Any] = field(default_factory=dict)
    contacts: tuple[ContactSaid, ...] = ()
    new_head: str = ""
    fate: str = ""


def rejected(row: int, urn: str, reason: object, name: str = "") -> Outcome:
    """A row that cannot be taken, whatever stands in it."""
    finding = Finding(row, _shown(urn), FindingKind.REJECTED, _shown(name), reason=str(reason))
    return Outcome(Standing.REJECTED, (finding,))


def _shown(text: str) -> str:
    """What stands in a file, so that it can be shown in a table."""
    return "".join(char if char.isprintable() else "�" for char in text)[:200]


class Tally:
    """All outcomes of one file, counted."""

    def __init__(self) -> None:
        self.rows: Counter[Standing] = Counter()
        self.changes: Counter[FindingKind] = Counter()
        self.rejected: list[Finding] = []
        self._digest = hashlib.sha256()

    def add(self, outcome: Outcome) -> None:
        """Count one more row."""
        self.rows[outcome.standing] += 1
        for finding in outcome.findings:
            if finding.kind is FindingKind.REJECTED:
                self.rejected.append(finding)
                if len(self.rejected) > MOST_REJECTED:
                    raise InvalidInput("file", TOO_MANY_REJECTED.format(finding.row))
            else:
                self.changes[finding.kind] += 1
            said = [finding.urn, finding.kind, finding.before, finding.after, finding.reason]
            self._digest.update(canonical({"row": finding.row, "said": said}).encode())

    @property
    def read(self) -> int:
        """How many rows there were, whatever became of them."""
        return self.rows.total()

    def counts(self) -> dict[str, int]:
        """The counts that an import keeps."""
        kept = (Standing.CREATED, Standing.UPDATED, Standing.UNCHANGED, Standing.REJECTED)
        return {"read": self.read, **{standing.value: self.rows[standing] for standing in kept}}

    @property
    def changes_sha256(self) -> str:
        """The same for the same rows compared with the same schools, and for nothing else."""
        whole = self._digest.copy()
        whole.update(canonical(self.counts()).encode())
        return whole.hexdigest()
