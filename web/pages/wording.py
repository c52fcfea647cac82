"""Changes and lists in the words of the pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from models.approvals.shown import Proposal
from models.clocks import working_days_between
from models.escalations.tables import Action
from models.law.powers import Section
from models.letters.tables import Letter
from models.letters.titles import letter_title


def upper_first(text: str) -> str:
    """The text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text as it goes on in a sentence."""
    return text[:1].lower() + text[1:]


def working_days(count: int) -> str:
    """So many working days, in words."""
    return f"{count} working day{'' if count == 1 else 's'}"


def time_left(day: date, today: date) -> str:
    """How far off a day is: "6 working days left", "today", "2 working days ago"."""
    if day == today:
        return "today"
    if day > today:
        return f"{working_days(working_days_between(today, day))} left"
    return f"{working_days(working_days_between(day, today))} ago"


def change_title(action: str, number: str, title: str, letters: Sequence[str] = ()) -> str:
    """What a proposal asks for: "Move to step iv: …", "Send the note of the discussion"."""
    if action == Action.ADVANCE:
        return f"Move to step {number}: {title}"
    if action == Action.PASS_OVER:
        return f"Pass over step {number}: {title}"
    if action == Action.LETTER and letters:
        named = [f"the {lower_first(letter_title(letter))}" for letter in dict.fromkeys(letters)]
        return f"Send {' and '.join(named)}"
    return upper_first(Action(action).label)


def section_title(section: str) -> str:
    """A power by its section: "section 65: Interim Executive Board"."""
    return f"section {section}: {Section(section).title}"


@dataclass(frozen=True)
class TitledProposal:
    """A proposal, and what it asks for as pages name it."""

    title: str
    shown: Proposal


def titled(session: Session, proposals: Sequence[Proposal]) -> list[TitledProposal]:
    """The same proposals, each with its title. One query."""
    keys = [proposal.id for proposal in proposals]
    carried = select(Letter.proposal_id, Letter.template).where(col(Letter.proposal_id).in_(keys))
    letters: dict[int, list[str]] = {key: [] for key in keys}
    for proposal_id, template in session.exec(carried.order_by(col(Letter.id))):
        letters[proposal_id or 0].append(template)
    return [
        TitledProposal(_title(proposal, letters[proposal.id]), proposal) for proposal in proposals
    ]


def _title(proposal: Proposal, letters: Sequence[str]) -> str:
    if proposal.action is Action.POWER:
        return f"Use {section_title(proposal.details['section'])}"
    return change_title(proposal.action, proposal.step_number, proposal.step_title, letters)
