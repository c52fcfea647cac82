"""Which results of schools are kept, and where they stand in the national file: `results.toml`."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.settings import DEFAULT_POLICY

_KEY = re.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_KEY = 40
LARGEST = 1000.0  # a value of a measure that is no percentage, up or down


class KeyStage(StrEnum):
    """At whose end a result is measured."""

    EARLY_YEARS = "early_years"
    PHONICS = "phonics"
    KS1 = "ks1"
    KS2 = "ks2"
    KS4 = "ks4"
    KS5 = "ks5"

    @property
    def label(self) -> str:
        """The words for people: "Key Stage 2"."""
        return _STAGES[self]


_STAGES = {
    KeyStage.EARLY_YEARS: "Early years",
    KeyStage.PHONICS: "Phonics screening",
    KeyStage.KS1: "Key Stage 1",
    KeyStage.KS2: "Key Stage 2",
    KeyStage.KS4: "Key Stage 4",
    KeyStage.KS5: "16 to 18",
}


class Measure(BaseModel):
    """One measure: how it is called, and which cells of the national file have it.

    It stands in `column` of the lines whose other columns are as `where` says; of the lines about
    England those that are as `national` says besides. `benchmarks` are national figures by the
    calendar year in which the school year begins: for results that are entered by hand, and for
    files that have no line about England.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    title: Annotated[str, Field(min_length=1, max_length=120)]
    key_stage: KeyStage
    unit: Literal["percent", "score"]
    column: Annotated[str, Field(min_length=1)]
    where: dict[str, str] = {}
    national: dict[str, str] = {}
    benchmarks: dict[int, float] = {}

    @field_validator("key")
    @classmethod
    def _a_word(cls, value: str) -> str:
        if not _KEY.fullmatch(value) or len(value) > LONGEST_KEY:
            raise ValueError(f"must be lower case words joined by _, at most {LONGEST_KEY} letters")
        return value

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        wrong = [str(year) for year, figure in self.benchmarks.items() if not self.holds(figure)]
        if wrong:
            raise ValueError(f"benchmarks: no measure of this unit is so large: {wrong[0]}")
        return self

    def holds(self, value: float) -> bool:
        """Whether a value can be one of this measure; what is no number cannot."""
        return 0 <= value <= 100 if self.unit == "percent" else -LARGEST <= value <= LARGEST

    def words(self, value: float) -> str:
        """A value with its unit: "61%", "-0.4"."""
        number = f"{value:.2f}".rstrip("0").rstrip(".")
        return f"{number}%" if self.unit == "percent" else number


class Results(BaseModel):
    """The measures of a council, and the columns of the file by which a line is found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urn: str = "school_urn"
    year: str = "time_period"
    level: str = "geographic_level"
    of_school: str = "School"
    of_england: str = "National"
    measures: tuple[Measure, ...]

    @field_validator("measures")
    @classmethod
    def _told_apart(cls, value: tuple[Measure, ...]) -> tuple[Measure, ...]:
        keys = [measure.key for measure in value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"two measures have the key {twice!r}")
        return value

    def measure(self, key: str) -> Measure | None:
        """The measure with this key, if there is one."""
        return next((each for each in self.measures if each.key == key), None)

    def title(self, key: str) -> str:
        """How a measure is called; one that the policy no longer has, by its key in words."""
        known = self.measure(key)
        return known.title if known else key.replace("_", " ").capitalize()

    def in_words(self, key: str, value: float) -> str:
        """A value with its unit."""
        known = self.measure(key)
        return known.words(value) if known else f"{value:g}"


def results_file(folder: Path) -> Path:
    """The file of a policy; one of before there were such measures has those of the product."""
    own = folder / "results.toml"
    return own if own.is_file() else DEFAULT_POLICY / "results.toml"
