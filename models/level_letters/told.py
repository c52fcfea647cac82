"""What messages tell of letters about risk levels."""

from typing import Literal

from models.told import OnAPage, Told


class LevelLetterGoes(Told):
    """A letter about a risk level itself."""

    what: Literal["level_letter"] = "level_letter"
    level_letter: int
    batch: int


class LevelLettersToCheck(OnAPage):
    """A batch is drafted: somebody must look at it."""

    what: Literal["level_letters_prepared"] = "level_letters_prepared"
    title: str
    letters: int


class LevelLettersProblem(OnAPage):
    """Letters of a batch were refused or may not have arrived."""

    what: Literal["level_letters_problem"] = "level_letters_problem"
    title: str
