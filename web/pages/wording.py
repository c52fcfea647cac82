"""Changes and lists in the words of the pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.approvals.shown import Proposal
from models.approvals.titles import change_title, letters_with, use_title
from models.escalations.tables import Action


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
        TitledProposal(_title(proposal, letters[proposal.id]), proposal) for proposal in proposals
    ]


def _title(proposal: Proposal, letters: Sequence[str]) -> str:
    if proposal.action is Action.POWER:
        return use_title(proposal.details["section"])
    return change_title(proposal.action, proposal.step_number, proposal.step_title, letters)
