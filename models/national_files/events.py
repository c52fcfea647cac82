"""What happens when a national file of inspections or results is read."""

from dataclasses import dataclass

from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class InspectionsRead(Happened):
    """So many outcomes of inspections were taken over; the event says the row of each."""

    import_: int
    number: int

    def sentence(self, _: Names) -> str:
        if self.number == 1:
            return "One outcome of an inspection was read in a national file."
        return f"{self.number:,} outcomes of inspections were read in a national file."


@dataclass(frozen=True, kw_only=True)
class NationalFileImported(Happened):
    """A national file was applied, whole."""

    import_: int
    file: str
    name: str
    sha256: str
    lines: int
    added: int
    changed: int
    unchanged: int
    kept: int
    unknown: int
    left_out: int
    tasks: int

    def sentence(self, _: Names) -> str:
        counts = f"{self.added:,} new, {self.changed:,} changed, {self.kept:,} kept as entered"
        return f"The national file of {self.file} “{self.name}” was imported: {counts}."
