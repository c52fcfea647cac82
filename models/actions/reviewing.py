"""The weekly review of the register: a line on each open action, kept with the action.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from models.actions.events import ActionProgressSaid
from models.actions.following import LONGEST_LINE, ProgressOf, find_open, put_line
from models.actions.shown import AgreedAction, actions
from models.actions.tables import ActionState
from models.actions.tables import AgreedAction as Row
from models.clocks import long_date
from models.matters.at_hand import AtHand
from models.matters.tables import Matter
from models.needs.asking import Answer, checked_answer, put_down
from models.needs.tables import NeedSource
from models.people.access import Act, Reader
from models.people.acting import Acting
from models.policy import Policy
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import get_row
from models.text import check_prose

MOST_LISTED = 500  # actions at one review, those that are due first


@dataclass(frozen=True)
class Reviewed:
    """An action, the line that was said on it, and how much its school needs."""

    action: Row
    said: str
    answer: Answer


def to_review(session: Session, policy: Policy, reader: Reader, today: date) -> list[AgreedAction]:
    """The open actions that a weekly review goes through, the earliest due first.

    Of those that the reader sees, the ones of schools whose level the policy has reviewed weekly,
    or that have no level yet; at most `MOST_LISTED`.
    """
    found = actions(
        session,
        policy,
        reader,
        today=today,
        state=ActionState.OPEN,
        weekly=True,
        per_page=MOST_LISTED,
    )
    return found.items


def check_review(acting: Acting, lines: Sequence[ProgressOf]) -> list[Reviewed]:
    """The lines that say something, each with its action.

    Raises NotAllowed, and InvalidInput for all that is wrong at once: of action 7 the field is
    `line-7`. An overdue action needs a line; one of which nothing is said stays as it is.
    """
    acting.require(Act.RECORD_ACTION)
    if len({line.action for line in lines}) < len(lines):
        raise InvalidInput("lines", "Send one line for each action.")
    said = {line.action: line for line in lines if _says(line)}
    errors: list[tuple[str, str]] = []
    found: list[Reviewed] = []
    for key, line in said.items():
        try:
            check_prose(f"line-{key}", line.said, most=LONGEST_LINE)
            answer = checked_answer(line, of=f"line-{key}-")
            action = find_open(acting.session, acting.officer, key)
            found.append(Reviewed(action, line.said, answer))
        except InvalidInput as invalid:
            errors.extend(invalid.errors)
        except (NotFound, NotPossible) as refused:
            errors.append((f"line-{key}", refused.message))
    listed = to_review(acting.session, acting.policy, acting.reader, acting.today)
    errors += [
        (f"line-{each.id}", f"Say how far “{each.what}” is. It was due on {_day(each)}.")
        for each in listed
        if each.overdue and each.id not in said
    ]
    if errors:
        raise InvalidInput.many(errors)
    return found


def put_lines(
    acting: Acting, reviewed: Sequence[Reviewed], review_id: int
) -> list[ActionProgressSaid]:
    """Write the lines of a review down; the events that say so."""
    return [put_line(acting, each.action, each.said, review_id, each.answer) for each in reviewed]


def keep_answers(
    acting: Acting, reviewed: Sequence[Reviewed], said: Sequence[ActionProgressSaid], day: date
) -> None:
    """Of which schools more or less is needed, on the matter of the action where that was said."""
    session = acting.session
    for each, line in zip(reviewed, said, strict=True):
        about = AtHand(session, acting.policy, get_row(session, Matter, each.action.matter_id))
        source, by, now = NeedSource.ACTION_LINE, acting.officer, acting.now
        put_down(about, each.answer, source, line.line, day, said_by=by, now=now)


def _says(line: ProgressOf) -> bool:
    return bool(line.said.strip() or line.needed or line.needed_because.strip())


def _day(action: AgreedAction) -> str:
    return long_date(action.due_on)
