"""The weekly review of the register: a line on each open action, kept with the action.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3.
"""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from models.actions.events import ActionProgressSaid
from models.actions.following import LONGEST_LINE, ProgressOf, find_open, put_line
from models.actions.shown import AgreedAction, actions
from models.actions.tables import ActionState
from models.actions.tables import AgreedAction as Row
from models.clocks import long_date
from models.people.access import Act, Reader
from models.people.acting import Acting
from models.policy import Policy
from models.refusals import InvalidInput, NotFound, NotPossible
from models.text import check_prose

MOST_LISTED = 500  # actions at one review, those that are due first
Reviewed = tuple[Row, str]  # an action, and the line that was said on it


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
    said = {line.action: line.said for line in lines if line.said.strip()}
    errors: list[tuple[str, str]] = []
    found: list[Reviewed] = []
    for key, words in said.items():
        try:
            check_prose(f"line-{key}", words, most=LONGEST_LINE)
            found.append((find_open(acting.session, acting.officer, key), words))
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
    return [put_line(acting, action, words, review_id) for action, words in reviewed]


def _day(action: AgreedAction) -> str:
    return long_date(action.due_on)
