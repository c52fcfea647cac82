"""What the clients were told, kept on their side, and what the service makes of it afterwards.

Each action carries a mark of its own in a text that is kept (a summary, a reason), so that how
often it was done is how often the mark is found.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a client knows of an action."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # the answer said that nothing was changed
    UNKNOWN = "unknown"  # no answer came, or one that does not say


@dataclass(frozen=True)
class Compared:
    """Marks by what is the matter with them; `unknown_done` and `unknown_not` are no fault."""

    acknowledged: int
    lost: list[str]  # acknowledged and not there
    twice: list[str]
    refused_and_done: list[str]
    refused: int
    unknown_done: int
    unknown_not: int

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, done twice, or done though it was refused."""
        return not (self.lost or self.twice or self.refused_and_done)


class Ledger:
    """Every action of every client, and each answer that was no answer to it; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: dict[str, Outcome] = {}
        self.repeated = 0  # unknown at first, and resolved with the same Idempotency-Key
        self.trouble: Counter[str] = Counter()  # answers from 500 up, and lost connections, by kind

    def note(self, mark: str, outcome: Outcome) -> None:
        """What became of an action; the last word counts."""
        with self._lock:
            self._marks[mark] = outcome

    def note_repeated(self) -> None:
        """An action whose answer was lost was asked for again, and answered."""
        with self._lock:
            self.repeated += 1

    def note_trouble(self, kind: str) -> None:
        """An answer from 500 up, or none."""
        with self._lock:
            self.trouble[kind] += 1

    @property
    def acknowledged(self) -> int:
        """How many actions were answered as done so far."""
        with self._lock:
            return sum(outcome is Outcome.ACKNOWLEDGED for outcome in self._marks.values())

    def compare(self, found: Mapping[str, int]) -> Compared:
        """Hold what was told against how often each mark is found."""
        with self._lock:
            marks = dict(self._marks)
        there = {mark: found.get(mark, 0) for mark in marks}

        def of(outcome: Outcome) -> list[str]:
            return [mark for mark, told in marks.items() if told is outcome]

        unknown = of(Outcome.UNKNOWN)
        return Compared(
            acknowledged=len(of(Outcome.ACKNOWLEDGED)),
            lost=[mark for mark in of(Outcome.ACKNOWLEDGED) if there[mark] == 0],
            twice=[mark for mark in marks if there[mark] > 1],
            refused_and_done=[mark for mark in of(Outcome.REFUSED) if there[mark] == 1],
            refused=len(of(Outcome.REFUSED)),
            unknown_done=sum(there[mark] == 1 for mark in unknown),
            unknown_not=sum(there[mark] == 0 for mark in unknown),
        )
