"""How far priorities are, one entry a month: at the monthly evaluation, or by itself."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import month_words
from models.events import append
from models.inputs import Input, RowKey, Text, Word
from models.matters.tables import Matter
from models.people.acting import Acting
from models.priorities.events import PriorityMonthSaid
from models.priorities.keeping import LONGEST_TEXT, find_open_priority, says
from models.priorities.tables import ImprovementPriority, PriorityMonth
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, find, get_row, kept
from models.text import check_prose

Said = tuple[ImprovementPriority, "HowFar"]  # a priority, and what is said of it


MONTH = "20[0-9]{2}-(0[1-9]|1[0-2])"


def _is_month(value: str) -> str:
    if not re.fullmatch(MONTH, value):
        raise ValueError("Enter a month, such as 2026-11.")
    return value


Month = Annotated[
    Word, AfterValidator(_is_month), WithJsonSchema({"type": "string", "pattern": f"^{MONTH}$"})
]


class HowFar(Input):
    """How far a priority is, in a word of the policy and a text."""

    rating: Word
    said: Text


class HowFarInMonth(HowFar):
    """The same in a month, such as `2026-11`."""

    month: Month


class HowFarOf(Input):
    """The same of one of several, by its key; of whom nothing is said, both are empty."""

    priority: RowKey
    rating: Word = ""
    said: Text = ""


@kept
def _in_month(priority: int, month: date) -> SelectOfScalar[PriorityMonth]:
    return select(PriorityMonth).where(
        col(PriorityMonth.priority_id) == priority, col(PriorityMonth.month) == month
    )


def say_month(acting: Acting, number: int, given: HowFarInMonth) -> PriorityMonth:
    """How far it was in a month; each month once.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that has ended.
    """
    found = find_open_priority(acting.session, acting.officer, number)
    year, month = given.month.split("-")
    first = date(int(year), int(month), 1)
    _check(acting, found, first, given)
    happened = _put(acting, found, first, given, None)
    append(acting.session, acting.now, acting.officer.email, happened)
    return get_row(acting.session, PriorityMonth, happened.month)


def check_months(acting: Acting, urn: int, given: Sequence[HowFarOf], held_on: date) -> list[Said]:
    """What an evaluation says of priorities, each that says something with its own.

    Raises NotAllowed, and InvalidInput for all that is wrong at once: of priority 7 the word is
    `priority-7-rating`.
    """
    if len({each.priority for each in given}) < len(given):
        raise InvalidInput("priorities", "Say of each priority once how far it is.")
    errors: list[tuple[str, str]] = []
    found: list[Said] = []
    for each in given:
        if not each.rating.strip() and not each.said.strip():
            continue
        name = f"priority-{each.priority}"
        try:
            priority = _of_school(acting, urn, each.priority)
            how_far = HowFar(rating=each.rating, said=each.said)
            _check(acting, priority, held_on.replace(day=1), how_far)
            found.append((priority, how_far))
        except InvalidInput as invalid:
            errors += [(f"{name}-{_field(field)}", message) for field, message in invalid.errors]
        except (NotFound, NotPossible) as refused:
            errors.append((f"{name}-rating", refused.message))
    if errors:
        raise InvalidInput.many(errors)
    return found


def put_months(
    acting: Acting, said: Sequence[Said], held_on: date, review_id: int
) -> list[PriorityMonthSaid]:
    """Write down what an evaluation says of priorities; the events that say so."""
    first = held_on.replace(day=1)
    return [_put(acting, priority, first, how_far, review_id) for priority, how_far in said]


def _field(name: str) -> str:
    return "rating" if name == "month" else name


def _of_school(acting: Acting, urn: int, number: int) -> ImprovementPriority:
    found = find_open_priority(acting.session, acting.officer, number)
    if get_row(acting.session, Matter, found.matter_id).urn != urn:
        raise NotFound(ImprovementPriority.missing.format(number))
    return found


def _check(acting: Acting, priority: ImprovementPriority, month: date, given: HowFar) -> None:
    words = acting.policy.programme.progress_ratings
    errors: list[tuple[str, str]] = []
    if given.rating not in words:
        errors.append(("rating", f"Choose from: {', '.join(words)}."))
    try:
        check_prose("said", given.said, most=LONGEST_TEXT)
    except InvalidInput as invalid:
        errors += invalid.errors
    begins = says(acting.session, priority).first_day.replace(day=1)
    if not begins <= month <= acting.today:
        errors.append(("month", "Enter a month from its first day on that is not to come."))
    elif find(acting.session, _in_month(priority.id, month)):
        errors.append(("month", f"There is an entry for {month_words(month)} already."))
    if errors:
        raise InvalidInput.many(errors)


def _put(
    acting: Acting,
    priority: ImprovementPriority,
    month: date,
    given: HowFar,
    review_id: int | None,
) -> PriorityMonthSaid:
    key = add(
        acting.session,
        PriorityMonth,
        priority_id=priority.id,
        month=month,
        rating=given.rating,
        said=given.said,
        review_id=review_id,
        said_by_id=acting.officer.id,
        said_at=acting.now,
    )
    return PriorityMonthSaid(
        priority.matter_id,
        priority=priority.id,
        month=key,
        words=says(acting.session, priority).priority,
        of_month=month,
        rating=given.rating,
        review=review_id,
    )
