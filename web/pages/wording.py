"""Changes and lists in the words of the pages."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.escalations import Action
from models.letters import Letter
from models.reading.wording import letter_title

Found = dict[str, Any]


def upper_first(text: str) -> str:
    """The text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text as it goes on in a sentence."""
    return text[:1].lower() + text[1:]


def change_title(action: str, number: str, title: str, letter: str | None = None) -> str:
    """What a proposal asks for: "Move to step iv: …", "Send the note of the discussion"."""
    if action == Action.ADVANCE:
        return f"Move to step {number}: {title}"
    if action == Action.PASS_OVER:
        return f"Pass over step {number}: {title}"
    if action == Action.LETTER and letter is not None:
        return f"Send the {lower_first(letter_title(letter))}"
    return upper_first(Action(action).label)


def titled(session: Session, proposals: Sequence[Found]) -> list[Found]:
    """The same proposals, each with its `title`. One query."""
    keys = [proposal["id"] for proposal in proposals]
    carried = select(Letter.proposal_id, Letter.template).where(col(Letter.proposal_id).in_(keys))
    letters = dict(session.exec(carried).all())
    return [
        {
            **proposal,
            "title": change_title(
                proposal["action"],
                proposal["step_number"],
                proposal["step_title"],
                letters.get(proposal["id"]),
            ),
        }
        for proposal in proposals
    ]
