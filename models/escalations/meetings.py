"""Who took part in a discussion, who held it, and when it carries its step out.

At the meetings about a headteacher's performance the chair is met first, then the headteacher, by
the days on which they were held, each in a meeting of their own, and by a senior officer. Source:
School Improvement and Quality Assurance Policy, part 5, step v.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import long_date
from models.escalations.tables import Discussion, StepState
from models.matters.case import Case
from models.people.tables import ROLE_TITLES, Officer
from models.policy import StepRule
from models.policy.wording import the_role
from models.refusals import InvalidInput, NotPossible
from models.rows import find, find_first, kept
from models.text import check_email, check_printable, check_prose


@dataclass(frozen=True)
class Meeting:
    """One that was held, as its rules look at it."""

    held_on: date
    with_whom: Sequence[str]


@kept
def _held(matter: int, step: str) -> SelectOfScalar[Discussion]:
    return (
        select(Discussion)
        .where(col(Discussion.matter_id) == matter, col(Discussion.step_key) == step)
        .order_by(col(Discussion.held_on), col(Discussion.id))
    )


def held_at_step(case: Case) -> list[Discussion]:
    """The discussions recorded at the step in hand, in the order of their days."""
    return find(case.session, _held(case.matter.id, case.step.key))


def due(case: Case) -> bool:
    """Whether the step in hand is one of meetings that are still to be held."""
    return case.rule.kind == "meetings" and case.step.state is StepState.APPROVED


def check_turn(case: Case, meeting: Meeting) -> None:
    """Refuse meetings out of their order, by their days.

    Raises NotPossible where somebody else is to be met first, InvalidInput for a day before that.
    """
    if not due(case):
        return
    first = _first_days(case.rule, [*held_at_step(case), meeting])
    met = [name for name in case.rule.with_ if name in meeting.with_whom]
    for name in met:
        for earlier in case.rule.with_[: case.rule.with_.index(name)]:
            if earlier not in first:
                raise NotPossible(f"At this step the meeting with {the_role(earlier)} comes first.")
    for earlier, later in zip(case.rule.with_, case.rule.with_[1:], strict=False):
        if earlier in first and later in first and first[later] < first[earlier]:
            raise InvalidInput("held_on", _out_of_order(earlier, later, first, met))


def _out_of_order(earlier: str, later: str, first: dict[str, date], met: list[str]) -> str:
    """Which of the two days cannot be, said of the one that is entered now."""
    if later in met:
        day = long_date(first[earlier])
        return f"{_upper(the_role(earlier))} was met on {day}. Enter that date or a later one."
    day = long_date(first[later])
    return f"{_upper(the_role(later))} was met on {day}. Enter that date or an earlier one."


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _first_days(rule: StepRule, meetings: Sequence[Discussion | Meeting]) -> dict[str, date]:
    days: dict[str, date] = {}
    for each in meetings:
        for name in set(each.with_whom).intersection(rule.with_):
            days[name] = min(each.held_on, days.get(name, each.held_on))
    return days


def check_one_meeting(case: Case, with_whom: Sequence[str], why: str) -> str:
    """Why one meeting was held instead of several; "" where they are several.

    Raises InvalidInput where the reason is missing, or is given of what needs none.
    """
    if not _at_once(case, with_whom):
        if why.strip():
            raise InvalidInput(
                "why_one_meeting",
                "Clear this answer: these were not met together who are to be met apart.",
            )
        return ""
    if not why.strip():
        people = " and ".join(the_role(name) for name in case.rule.with_)
        raise InvalidInput(
            "why_one_meeting",
            f"Enter why {people} were met together: the policy has a meeting with each.",
        )
    return check_printable("why_one_meeting", check_prose("why_one_meeting", why))


def _at_once(case: Case, with_whom: Sequence[str]) -> bool:
    """Whether this meeting is the first with more than one of those who are met apart."""
    if not due(case):
        return False
    met = {name for held in held_at_step(case) for name in held.with_whom}
    return len(set(with_whom).intersection(case.rule.with_) - met) > 1


def find_holder(case: Case, recorder: Officer, email: str | None) -> Officer | None:
    """Who held it: whoever was named, else the recorder where the step needs a senior officer.

    None where nobody was named and nobody needs to be. Raises InvalidInput.
    """
    senior = case.rule.held_by if due(case) else ()
    if email is None or not email.strip():
        if not senior or recorder.role in senior:
            return recorder if senior else None
        raise InvalidInput("held_by", f"Enter who held the meeting: {_titles(senior)}.")
    statement = select(Officer).where(Officer.email == check_email("held_by", email).lower())
    holder = find_first(case.session, statement)
    if holder is None or not holder.active:
        raise InvalidInput("held_by", "No active officer has this e-mail address.")
    if senior and holder.role not in senior:
        raise InvalidInput(
            "held_by", f"{holder.name} is not senior enough for this meeting: {_titles(senior)}."
        )
    return holder


def _titles(roles: Sequence[str]) -> str:
    *others, last = [ROLE_TITLES[role] for role in roles]  # type: ignore[index]
    return f"{', '.join(others)} or {last}" if others else last


def carries_out(case: Case, with_whom: Sequence[str]) -> bool:
    """Whether the step in hand is carried out when these have been met."""
    if case.step.state is not StepState.APPROVED:
        return False
    if case.rule.kind == "discussion":
        return any(name in case.rule.essential for name in with_whom)
    met = {name for held in held_at_step(case) for name in held.with_whom} | set(with_whom)
    return case.rule.kind == "meetings" and met.issuperset(case.rule.with_)
