"""What waits, in words for the person who is asked to decide it in Prefect."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from flows.forms import inline, plain
from models.clocks import london_date
from models.commands.approving import letters_of
from models.database import read
from models.escalations import (
    Action,
    Decision,
    DecisionWord,
    Escalation,
    Proposal,
    ProposalState,
)
from models.law.powers import Section
from models.officers import ROLE_TITLES, Officer, Role
from models.policy import Policy
from models.reading.wording import letter_title
from models.schools import School


@dataclass(frozen=True)
class Waiting:
    """A proposal with everything that is said of it in Prefect."""

    proposal: Proposal
    escalation: Escalation
    school: School
    proposer: Officer
    what: str
    decided: tuple[tuple[Decision, Officer], ...]

    @property
    def awaits(self) -> bool:
        """Whether somebody still has to decide it."""
        return self.proposal.state is ProposalState.AWAITING

    @property
    def name(self) -> str:
        """The flow run's name: school and step."""
        return f"{self.school.name} – {self.what}"

    def description(self, base_url: str, refused: str = "") -> str:
        """The text above the form, in Markdown; why it still waits comes first."""
        proposal = self.proposal
        day = f"{london_date(proposal.proposed_at):%-d %B %Y}"
        role = ROLE_TITLES[Role(proposal.approvers[proposal.stage])]
        parts = [
            f"**It still waits.** {inline(refused)}" if refused else "",
            f"**{inline(self.school.name)}** (URN {self.school.urn}), "
            f"{self.escalation.reference}: **{inline(self.what)}**",
            f"{inline(self.proposer.name)} proposed on {day} to {proposal.action.label}:",
            plain(proposal.reason),
            *(inline(self._said(decision, officer)) for decision, officer in self.decided),
            f"Waits for: {inline(role)}. Whoever proposed it cannot decide it.",
            f"[Read the letters and the whole case]"
            f"({base_url.rstrip('/')}/escalations/{self.escalation.reference})",
        ]
        return "\n\n".join(part for part in parts if part)

    def outcome(self) -> str:
        """What became of the proposal, in one sentence."""
        if self.proposal.state is ProposalState.SUPERSEDED:
            return "Overtaken: the escalation moved on without it."
        return self._said(*self.decided[-1])

    def _said(self, decision: Decision, officer: Officer) -> str:
        word = "Returned"
        if decision.decision is DecisionWord.APPROVE:
            last = decision.stage + 1 == len(self.proposal.approvers)
            word = "Approved" if last else "Signed off"
        return f"{word} by {officer.name} on {london_date(decision.at):%-d %B %Y}."


def read_waiting(engine: Engine, policy: Policy, proposal_id: int) -> Waiting:
    """The proposal with what belongs to it; there must be one."""
    with read(engine) as session:
        statement = (
            select(Proposal, Escalation, School, Officer)
            .join(Escalation, col(Escalation.id) == col(Proposal.escalation_id))
            .join(School, col(School.urn) == col(Escalation.urn))
            .join(Officer, col(Officer.id) == col(Proposal.proposed_by_id))
            .where(Proposal.id == proposal_id)
        )
        proposal, escalation, school, proposer = session.exec(statement).one()
        what = _what(session, policy, escalation, proposal)
        decided = _decided(session, proposal_id)
        return Waiting(proposal, escalation, school, proposer, what, decided)


def _what(session: Session, policy: Policy, escalation: Escalation, proposal: Proposal) -> str:
    """The step to be taken, the letter to be sent, or what else is to change, in a few words."""
    ladder = policy.ladder(escalation.ladder)
    if proposal.action in (Action.START, Action.ADVANCE) and proposal.step_key in ladder:
        return ladder.step(proposal.step_key).title
    if proposal.action is Action.POWER:
        section = Section(proposal.details["section"])
        return f"{section.title} (section {section.value})"
    if proposal.action is Action.LETTER:
        first, *others = [letter_title(each.template) for each in letters_of(session, proposal)]
        return f"{first} and {len(others)} more" if others else first
    words = proposal.action.label
    return words[0].upper() + words[1:]


def _decided(session: Session, proposal_id: int) -> tuple[tuple[Decision, Officer], ...]:
    statement = (
        select(Decision, Officer)
        .join(Officer, col(Officer.id) == col(Decision.officer_id))
        .where(Decision.proposal_id == proposal_id)
        .order_by(col(Decision.stage))
    )
    return tuple((decision, officer) for decision, officer in session.exec(statement))
