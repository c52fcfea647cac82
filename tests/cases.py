"""An escalation to act on in tests: each method is one command in a transaction of its own."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from models.clocks import london_date
from models.commands.correspondence import freeze_letter
from models.commands.deciding import decide
from models.commands.proposing import propose
from models.commands.recording import record_discussion, record_response
from models.commands.starting import start
from models.database import read, write
from models.deadlines import Deadline, Reminder
from models.escalations import Discussion, Escalation, Proposal, ProposalState, Response, Step
from models.events import Event
from models.letters import Letter, LetterState
from models.messages import Message
from models.policy import Policy
from tests.council import NOW, Council

APPROVER = {
    "head_of_service": "hos",
    "assistant_director": "aed",
    "director": "dcs",
    "legal": "legal",
}


@dataclass
class Case:
    """One escalation, known by its reference; `now` is the moment of whatever is done next."""

    engine: Engine
    policy: Policy
    council: Council
    reference: str = ""
    now: datetime = NOW

    def started(self, *, by: str = "hos", school: str = "maintained", **values: Any) -> "Case":
        """Start it; by a Head of Service its first step is approved at once."""
        given = {"triggers": ["safety"], "summary": "Attainment has fallen for three years."}
        with write(self.engine) as session:
            self.reference = start(
                session,
                self.policy,
                officer=self.council.officers[by],
                now=self.now,
                urn=getattr(self.council, school).urn,
                case_officer=self.council.seo.email,
                **{**given, **values},
            ).reference
        return self

    def discuss(self, *with_whom: str, by: str = "seo", **values: Any) -> Discussion:
        """Record a discussion; with everybody whom the step names unless told."""
        given = {"held_on": london_date(self.now), "notes": "We met.", "agreed_actions": "A plan."}
        with write(self.engine) as session:
            return record_discussion(
                session,
                self.policy,
                officer=self.council.officers[by],
                now=self.now,
                reference=self.reference,
                with_whom=list(with_whom) or list(self.rule.with_),
                **{**given, **values},
            )

    def respond(self, judgement: str | None = None, by: str = "seo", **values: Any) -> Response:
        """Record a response of today."""
        given = {"received_on": london_date(self.now), "summary": "We will do better."}
        with write(self.engine) as session:
            return record_response(
                session,
                self.policy,
                officer=self.council.officers[by],
                now=self.now,
                reference=self.reference,
                judgement=judgement,
                **{**given, **values},
            )

    def propose(self, action: str, by: str = "seo", **values: Any) -> Proposal:
        """Propose a change."""
        with write(self.engine) as session:
            return propose(
                session,
                self.policy,
                officer=self.council.officers[by],
                now=self.now,
                reference=self.reference,
                action=action,
                **{"reason": "It is needed.", **values},
            )

    def decide(
        self, proposal: Proposal, by: str, decision: str = "approve", reason: str = "Agreed."
    ) -> Proposal:
        """Decide a proposal once."""
        with write(self.engine) as session:
            return decide(
                session,
                self.policy,
                officer=self.council.officers[by],
                now=self.now,
                proposal_id=proposal.id,
                decision=decision,
                reason=reason,
            )

    def approve(self, proposal: Proposal) -> Proposal:
        """Let everybody whose approval it needs approve it."""
        for role in proposal.approvers:
            proposal = self.decide(proposal, APPROVER[role])
        return proposal

    def change(self, action: str, by: str = "seo", **values: Any) -> Proposal:
        """Propose and approve."""
        return self.approve(self.propose(action, by, **values))

    def issue(self) -> list[int]:
        """Issue what is approved, with stand-ins for the renderings; the letters' keys."""
        with write(self.engine) as session:
            approved = session.exec(select(Letter).where(Letter.state == LetterState.APPROVED))
            return [
                letter.id
                for letter in approved.all()
                if freeze_letter(session, self.policy, now=self.now, letter=letter, files=STAND_INS)
            ]

    def fail_step(self) -> None:
        """Carry the current step out and judge its response unsatisfactory."""
        if self.rule.formal:
            self.issue()
        else:
            self.discuss()
        self.respond("unsatisfactory")

    def climb_to(self, key: str) -> "Case":
        """Let every step fail up to this one, which ends up approved."""
        while self.escalation.step_key != key:
            self.fail_step()
            following = self.policy.ladder(self.escalation.ladder).after(self.rule.key)
            needed = {"head_performance_in_question": True} if following.only_if else {}
            self.change("advance", **needed)
        return self

    @property
    def escalation(self) -> Escalation:
        """The escalation as it stands in the database."""
        with read(self.engine) as session:
            statement = select(Escalation).where(Escalation.reference == self.reference)
            return session.exec(statement).one()

    @property
    def rule(self) -> Any:
        """What the policy says of the current step."""
        escalation = self.escalation
        return self.policy.ladder(escalation.ladder).step(escalation.step_key)

    @property
    def states(self) -> dict[str, str]:
        """Every step's state, by key."""
        return {step.key: step.state.value for step in self.all(Step)}

    @property
    def deadline(self) -> Deadline:
        """The newest deadline."""
        return max(self.all(Deadline), key=lambda deadline: deadline.id)

    @property
    def due_on(self) -> date:
        """The day of the newest deadline."""
        return self.deadline.due_on

    def all(self, table: Any) -> list[Any]:
        """Every row of a table that belongs to this escalation, in the order of its keys."""
        with read(self.engine) as session:
            if table is Reminder:
                statement = select(Reminder).join(Deadline)
                owner = Deadline.escalation_id
            else:
                statement, owner = select(table), table.escalation_id
            key = Event.sequence if table is Event else table.id
            return list(session.exec(statement.where(owner == self.escalation.id).order_by(key)))

    @property
    def kinds(self) -> list[str]:
        """What happened, in order."""
        return [event.kind.value for event in self.all(Event)]

    @property
    def messages(self) -> list[Message]:
        """Every message in the outbox, of whatever escalation."""
        with read(self.engine) as session:
            return list(session.exec(select(Message).order_by(Message.id)))

    @property
    def awaiting(self) -> list[Proposal]:
        """The proposals of this escalation that wait for a decision."""
        return [each for each in self.all(Proposal) if each.state is ProposalState.AWAITING]


STAND_INS = {"pdf": b"%PDF-stand-in", "html": b"<p>stand-in</p>", "txt": b"stand-in"}
