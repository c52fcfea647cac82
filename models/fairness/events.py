"""What happens to the records of equality and fairness."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.fairness.tables import FairnessKind, HowTold
from models.happened import Happened, Names
from models.law.powers import Section


@dataclass(frozen=True, kw_only=True)
class FairnessRecorded(Happened):
    """Something was considered or done out of fairness, before a step or a power."""

    fairness: int
    what: FairnessKind
    step: str
    on: date
    by: str
    section: Section | None = None
    how: HowTold | None = None

    def sentence(self, names: Names) -> str:
        where = names.step(self.step)
        power = f", section {self.section.value}" if self.section else ""
        day = long_date(self.on)
        return f"Put on record for {where}{power}: {self.what.label}, {day}, by {self.by}."
