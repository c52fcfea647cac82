"""Changes and lists in the words of the pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.approvals.shown import Proposal
from models.approvals.titles import letters_with


def upper_first(text: str) -> str:
    """The text as it begins a sentence."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class TitledProposal:
    """A proposal, and what it asks for as pages name it."""

    title: str
    shown: Proposal


def titled(session: Session, proposals: Sequence[Proposal]) -> list[TitledProposal]:
    """The same proposals, each with its title. One query."""
    letters = letters_with(session, (proposal.id for proposal in proposals))
    return [
        TitledProposal(
            each.details.title(each.step_number, each.step_title, letters[each.id]), each
        )
        for each in proposals
    ]
