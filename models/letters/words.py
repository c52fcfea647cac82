"""What a letter says of why the authority writes: words for the school.

They are never the reason that officers record for each other. Where an officer gives none, they
are drafted from what the school was told before.
"""

from datetime import datetime

from models.letters.in_words import InWords
from models.letters.of_case import steps_taken
from models.matters.case import Case
from models.policy import StepRule
from models.proposed import Action
from models.refusals import InvalidInput
from models.text import check_printable, check_prose

NOT_SETTLED = "The concern is not settled."
NOT_ENGAGING = "The academy does not engage with our quality assurance."
RESOLVED = "We have looked at what the school has done, and the concern is settled."


class WordsForSchool(InWords):
    """Why the authority writes, where a letter says little else of its own."""

    words: str


def words_for_school(words: str, drafted: str) -> str:
    """What an officer wrote for the school, or what was drafted; raises InvalidInput."""
    if not words.strip():
        return drafted
    return check_printable("words", check_prose("words", words))


def check_no_words(words: str) -> None:
    """Refuse words for a letter where none is sent; raises InvalidInput."""
    if words.strip():
        raise InvalidInput("words", "No letter is sent with this, so nobody would read it.")


def why_now(case: Case, action: Action, rule: StepRule, now: datetime, *, silent: bool) -> str:
    """Why a step is taken now, or the concern is resolved, from the steps so far.

    `silent` says that an academy does not engage, as is recorded with this proposal at the latest.
    """
    if action is Action.RESOLVE:
        return RESOLVED
    if silent and rule.formal:
        return NOT_ENGAGING
    taken = [step for step in steps_taken(case, now) if step.outcome]
    if not taken:
        return NOT_SETTLED
    title, outcome = taken[-1].title, taken[-1].outcome.removesuffix(".")
    return f"{outcome} ({title[:1].lower()}{title[1:]})."
