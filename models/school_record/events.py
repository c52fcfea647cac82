"""What happens to a school's own record."""

from dataclasses import dataclass

from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class SchoolRecordOpened(Happened):
    """A school has a record of its own from now on."""

    reference: str
    urn: int
    school: str

    def sentence(self, _: Names) -> str:
        return f"The record of {self.school} was opened: {self.reference}."
