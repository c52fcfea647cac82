"""Where the demonstration's stories are played: what an officer does at one moment of the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cli.fictional_council import OFFICERS
from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal, ProposalState
from models.clocks import london_date, office_moment, subtract_working_days
from models.database import read, write
from models.escalations import proposing, recording, starting
from models.escalations.deciding import Decided, decide
from models.evidence import keeping
from models.letters import serving
from models.letters.service_asked import still_asked
from models.letters.tables import Letter
from models.matters.at_hand import find_matter
from models.matters.tables import Matter
from models.people import officers
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.people.tables import Officer, Role
from models.policy import Policy
from models.proposed import Action
from models.rows import find, find_one, get_row
from models.settings import Settings
from models.statutory import following, giving, preparing
from models.statutory.tables import ServiceMethod, WarningNotice

SIGNATORIES = {Role.HEAD_OF_SERVICE: "Daniel", Role.DIRECTOR: "Anita"}


@dataclass
class Stage:
    """Where the stories are played: one moment, one council."""

    engine: Engine
    policy: Policy
    settings: Settings
    today: date
    now: datetime

    def at(self, days_back: int, hour: int, minute: int = 0) -> datetime:
        """The moment so many working days before the day of loading."""
        return office_moment(subtract_working_days(self.today, days_back), time(hour, minute))

    @contextmanager
    def acting(self, by: str) -> Iterator[Acting]:
        """A transaction of the officer with this first name."""
        with write(self.engine) as session:
            yield self.acting_in(session, by)

    def acting_in(self, session: Session, by: str) -> Acting:
        """The officer with this first name, in a transaction that others act in too."""
        return Acting(session, self.policy, officer_named(session, by), self.now)

    def start(self, urn: int, by: str, case_officer: str, **told: Any) -> str:
        """Start an escalation; its reference."""
        with self.acting(by) as acting:
            holder = officer_named(acting.session, case_officer).email
            given = starting.EscalationToStart(urn=urn, case_officer=holder, **told)
            return starting.start(acting, given).reference

    def discuss(self, reference: str, by: str, with_whom: str, notes: str, agreed: str) -> None:
        """Record a discussion that was held today."""
        given = recording.DiscussionHeld(
            held_on=london_date(self.now),
            with_whom=[with_whom],
            notes=notes,
            agreed_actions=agreed,
        )
        with self.acting(by) as acting:
            recording.record_discussion(acting, reference, given)

    def respond(self, reference: str, by: str, summary: str, judgement: str) -> None:
        """Record and judge a response that came today."""
        given = recording.ResponseReceived(
            received_on=london_date(self.now), summary=summary, judgement=judgement
        )
        with self.acting(by) as acting:
            recording.record_response(acting, reference, given)

    def attach(self, reference: str, by: str, name: str, content: str, description: str) -> None:
        """Keep a file of text as evidence; ours needs no scanner."""
        with read(self.engine) as session:
            officer = officer_named(session, by)
        given: dict[str, Any] = {"officer": officer, "now": self.now, "reference": reference}
        upload = keeping.Upload(name, BytesIO(content.encode()))
        unscanned = self.settings.model_copy(update={"scanner": ""})
        with (
            keeping.receive(
                self.engine, self.policy, unscanned, **given, upload=upload
            ) as received,
            self.acting(by) as acting,
        ):
            described = keeping.Described(description=description)
            keeping.add_evidence(acting, reference, received, described)

    def propose(self, reference: str, by: str, action: str, reason: str) -> None:
        """Put a change forward."""
        given = proposing.ChangeWanted(action=action, reason=reason)
        with self.acting(by) as acting:
            proposing.propose(acting, reference, given)

    def approve(self, reference: str, by: str) -> None:
        """Approve what is waiting to move the escalation."""
        waiting = (
            select(Proposal.id)
            .join(Matter, col(Matter.id) == col(Proposal.matter_id))
            .where(Matter.reference == reference, Proposal.action != Action.LETTER)
            .where(Proposal.state == ProposalState.AWAITING)
        )
        with write(self.engine) as session:
            self._approve(session, find_one(session, waiting), by)

    def warn(self, reference: str, by: str, **content: Any) -> None:
        """Put a warning notice forward."""
        given = giving.NewWarningNotice(
            aware_of_problem=True,
            working_with_partner=False,
            support_evidence="The notes of the improvement partner's last visits.",
            **content,
        )
        with self.acting(by) as acting:
            giving.give_notice(acting, reference, given)

    def serve(self, reference: str, by: str, evidence: str) -> None:
        """Put on record that what waits to be served was handed to the governing body today."""
        with self.acting(by) as acting:
            session = acting.session
            matter = find_matter(session, THE_MACHINE, reference)
            for letter in still_asked(session, matter.id):
                given = serving.ServiceOfLetter(
                    to=get_row(session, Letter, letter).to_role,
                    method=ServiceMethod.BY_HAND.value,
                    served_on=acting.today,
                    evidence=evidence,
                )
                serving.record_service(acting, letter, given)

    def judge_compliance(self, reference: str, by: str, reasons: str, words: str) -> None:
        """Judge that the governing body did not comply with its warning notice."""
        given = following.ComplianceJudgement(complied=False, reasons=reasons, words=words)
        with self.acting(by) as acting:
            following.judge_compliance(acting, _notice(acting.session, reference), given)

    def propose_powers(
        self, reference: str, by: str, sections: list[str], reasons: str, words: str
    ) -> None:
        """Put the notice that powers are proposed forward."""
        given = following.PowersToPropose(sections=sections, reasons=reasons, words=words)
        with self.acting(by) as acting:
            following.propose_powers(acting, _notice(acting.session, reference), given)

    def prepare_power(self, reference: str, by: str, **told: Any) -> int:
        """Begin to prepare a power; its number."""
        given = preparing.PowerToPrepare(**told)
        with self.acting(by) as acting:
            return preparing.prepare_power(acting, reference, given).id

    def consult(self, power_id: int, by: str, with_whom: str, said: str) -> None:
        """Record a consultation of today about a power."""
        given = preparing.ConsultationHeld(
            with_whom=with_whom, consulted_on=london_date(self.now), said=said
        )
        with self.acting(by) as acting:
            preparing.record_consultation(acting, power_id, given)

    def sign_letters(self) -> None:
        """Approve every letter outside a transition, by whoever it waits for."""
        waiting = select(Proposal).where(
            Proposal.state == ProposalState.AWAITING, Proposal.action == Action.LETTER
        )
        with write(self.engine) as session:
            for proposal in find(session, waiting.order_by(col(Proposal.id))):
                self._approve(session, proposal.id, SIGNATORIES[Role(proposal.approvers[0])])

    def _approve(self, session: Session, proposal_id: int, by: str) -> None:
        today = london_date(self.now)
        seen = what_is_seen(session, self.policy, THE_MACHINE, proposal_id, today)
        decide(self.acting_in(session, by), proposal_id, Decided(decision="approve", seen=seen))


def _notice(session: Session, reference: str) -> int:
    newest = (
        select(WarningNotice.id)
        .join(Matter, col(Matter.id) == col(WarningNotice.escalation_id))
        .where(Matter.reference == reference)
        .order_by(col(WarningNotice.id).desc())
    )
    return find_one(session, newest)


def officer_named(session: Session, first_name: str) -> Officer:
    """The demonstration's officer of this first name."""
    (person,) = (person for person in OFFICERS if person.name.startswith(first_name))
    return officers.find_officer(session, person.email)
