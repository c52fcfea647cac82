"""What happens to the results of schools."""

from dataclasses import dataclass

from models.happened import Happened, Names


@dataclass(frozen=True, kw_only=True)
class ResultRecorded(Happened):
    """A result of a school was entered; `what` names measure, year and value in words."""

    result: int
    urn: int
    what: str

    def sentence(self, _: Names) -> str:
        return f"A result of school {self.urn} was recorded: {self.what}."


@dataclass(frozen=True, kw_only=True)
class ResultCorrected(Happened):
    """Another entry counts in the place of a result; without a value there is no such result."""

    result: int
    corrects: int
    urn: int
    what: str
    reason: str

    def sentence(self, _: Names) -> str:
        return f"A result of school {self.urn} was corrected: {self.what}."
