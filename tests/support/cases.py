"""An escalation to act on in tests: each method is one command in a transaction of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from models.actions.following import ActionAgreed, add_action
from models.actions.tables import AgreedAction
from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal, ProposalState
from models.clocks import add_working_days, london_date, office_moment
from models.database import read, write
from models.escalations import holding
from models.escalations.deciding import Decided, decide
from models.escalations.proposing import ChangeWanted, propose
from models.escalations.recording import (
    DiscussionHeld,
    ResponseReceived,
    record_discussion,
    record_response,
)
from models.escalations.starting import EscalationToStart, start
from models.escalations.tables import Discussion, Escalation, Response, Step
from models.events import Event
from models.inputs import refusing
from models.law import powers as law
from models.letters.issuing import freeze_letter
from models.letters.service_asked import still_asked
from models.letters.serving import ServiceOfLetter, record_service
from models.letters.tables import Letter, LetterState
from models.matters.case import find_case
from models.matters.tables import Deadline, Matter, Reminder
from models.of_matter import OfMatter
from models.outbox import Message
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.policy import Policy
from models.schools.tables import School
from models.statutory import following as statutory_following
from models.statutory import giving, preparing, using
from models.statutory.shown import Eligibility, eligibility
from models.statutory.tables import Power, Service, Support, WarningNotice
from tests.support.carrying_out import carry_out
from tests.support.council import NOW, Council
from tests.support.remembered import remembered

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

    @contextmanager
    def acting(self, by: str = "seo") -> Iterator[Acting]:
        """A transaction of an officer."""
        with write(self.engine) as session:
            yield Acting(session, self.policy, self.council.officers[by], self.now)

    def started(self, *, by: str = "hos", school: str = "maintained", **values: Any) -> "Case":
        """Start it; by a Head of Service its first step is approved at once."""
        given = {
            "urn": getattr(self.council, school).urn,
            "triggers": ["safety"],
            "summary": "Attainment has fallen for three years.",
            "case_officer": self.council.seo.email,
            **values,
        }
        with refusing():
            concern = EscalationToStart(**given)
        with self.acting(by) as acting:
            self.reference = start(acting, concern).reference
        return self

    def discuss(self, *with_whom: str, by: str = "seo", **values: Any) -> Discussion:
        """Record a discussion; with everybody whom the step names unless told.

        Meetings are held by a senior officer, and one with each.
        """
        given = {"held_on": london_date(self.now), "notes": "We met.", "agreed_actions": "A plan."}
        rule = self.rule
        if rule.kind == "meetings":
            given["held_by"] = self.council.aed.email
            for name in () if with_whom else rule.with_[:-1]:
                self.discuss(name, by=by, **values)
            with_whom = with_whom or rule.with_[-1:]
        met = list(with_whom) or list(rule.with_)
        with refusing():
            held = DiscussionHeld(**{"with": met, **given, **values})
        with self.acting(by) as acting:
            return record_discussion(acting, self.reference, held)

    def respond(self, judgement: str | None = None, by: str = "seo", **values: Any) -> Response:
        """Record a response of today."""
        given = {"received_on": london_date(self.now), "summary": "We will do better."}
        with refusing():
            received = ResponseReceived(**{"judgement": judgement, **given, **values})
        with self.acting(by) as acting:
            return record_response(acting, self.reference, received)

    def propose(self, action: str, by: str = "seo", **values: Any) -> Proposal:
        """Propose a change."""
        with refusing():
            wanted = ChangeWanted(**{"action": action, "reason": "It is needed.", **values})
        with self.acting(by) as acting:
            return propose(acting, self.reference, wanted)

    def decide(
        self, proposal: Proposal, by: str, decision: str = "approve", reason: str = "Agreed."
    ) -> Proposal:
        """Decide a proposal once, as it stands now."""
        with self.acting(by) as acting:
            seen = what_is_seen(acting.session, self.policy, THE_MACHINE, proposal.id, acting.today)
            with refusing():
                given = Decided(decision=decision, reason=reason, seen=seen)
            return decide(acting, proposal.id, given)

    def approve(self, proposal: Proposal) -> Proposal:
        """Let everybody whose approval it needs approve it."""
        for role in proposal.approvers:
            proposal = self.decide(proposal, APPROVER[role])
        return proposal

    def change(self, action: str, by: str = "seo", **values: Any) -> Proposal:
        """Propose and approve."""
        return self.approve(self.propose(action, by, **values))

    def act_on(self, what: str, by: str = "seo", **values: Any) -> AgreedAction:
        """Agree with the headteacher what is to be done, within two weeks."""
        due_on = london_date(self.now) + timedelta(days=14)
        given = {"what": what, "role": "headteacher", "due_on": due_on, "why": "It was agreed."}
        with refusing():
            agreed = ActionAgreed(**{**given, **values})
        with self.acting(by) as acting:
            return add_action(acting, self.reference, agreed)

    def issue(self) -> list[int]:
        """Issue what is approved, with stand-ins for the renderings; the letters' keys."""
        with write(self.engine) as session:
            approved = session.exec(select(Letter).where(Letter.state == LetterState.APPROVED))
            return [
                letter.id
                for letter in approved.all()
                if freeze_letter(session, self.policy, now=self.now, letter=letter, files=STAND_INS)
            ]

    def serve(self, *, by: str = "seo", **values: Any) -> list[Service]:
        """Record that every notice of which it is still asked was handed to the governing body."""
        with self.acting(by) as acting:
            return serve_what_waits(acting, self.matter.id, **values)

    def served(self, letter: Letter, *, by: str = "seo", **values: Any) -> Service:
        """Record that a letter was handed to its addressee today."""
        with self.acting(by) as acting:
            return serve(acting, letter, **values)

    def fail_step(self) -> None:
        """Carry the current step out and judge its response unsatisfactory."""
        if self.rule.formal:
            self.issue()
        else:
            self.discuss()
        self.respond("unsatisfactory")

    @remembered
    def climb_to(self, key: str) -> "Case":
        """Let every step fail up to this one, which ends up approved."""
        while self.escalation.step_key != key:
            if self.rule.kind == "notice":
                self.fail_notice()
            else:
                self.fail_step()
            following = self.ladder.after(self.rule.key)
            if following.kind == "notice":
                self.warn()
                continue
            needed = {"head_performance_in_question": True} if following.only_if else {}
            self.change("advance", **needed)
        return self

    def warn(self, *, approved: bool = True, by: str = "seo", **values: Any) -> WarningNotice:
        """Put a warning notice forward, and have it approved."""
        ends_on = {"compliance_ends_on": add_working_days(london_date(self.now), 15)}
        answers = {} if self.all(Support) else ANSWERS
        with refusing():
            given = giving.NewWarningNotice(**{**NOTICE, **answers, **ends_on, **values})
        with self.acting(by) as acting:
            notice = giving.give_notice(acting, self.reference, given)
        if approved:
            self.approve(self.awaiting[-1])
        return notice

    def restrict(self, *named: str, by: str = "hos", reason: str = "It is delicate.") -> None:
        """Restrict it to its case officer, whoever does so, and those named."""
        officers = [self.council.officers[name].email for name in named]
        with self.acting(by) as acting:
            given = holding.Restriction(officers=officers, reason=reason)
            holding.restrict(acting, self.reference, given)

    @property
    def notice(self) -> WarningNotice:
        """The newest warning notice."""
        return self.all(WarningNotice)[-1]

    def judge_compliance(self, *, complied: bool, by: str = "seo") -> WarningNotice:
        """Judge the newest warning notice."""
        given = statutory_following.ComplianceJudgement(
            complied=complied, reasons="The plan that the notice asked for was not written."
        )
        with self.acting(by) as acting:
            return statutory_following.judge_compliance(acting, self.notice.id, given)

    def propose_powers(self, *sections: str, by: str = "seo") -> None:
        """Give notice that powers are proposed, and have it issued and served."""
        given = statutory_following.PowersToPropose(
            sections=list(sections) or ["65"], reasons="The governing body has not acted."
        )
        with self.acting(by) as acting:
            statutory_following.propose_powers(acting, self.notice.id, given)
        self.approve(self.awaiting[-1])
        self.issue()
        self.serve()

    def fail_notice(self) -> None:
        """Give the notice, let its period go by, judge it and propose powers."""
        self.issue()
        self.serve()
        self.now = office_moment(self.notice.compliance_ends_on + timedelta(days=1))
        self.judge_compliance(complied=False)
        self.propose_powers()
        self.now += timedelta(days=10)

    def on_power(self, command: Any, power_id: int, by: str = "seo", **values: Any) -> Any:
        """One command of `models.statutory` on a power."""
        with self.acting(by) as acting:
            return carry_out(acting, command, power_id=power_id, **values)

    def prepare(self, section: str, by: str = "seo", **values: Any) -> Power:
        """Begin to prepare a power."""
        given = {"section": section, "reason": "The governing body is not able to act.", **values}
        with refusing():
            power = preparing.PowerToPrepare(**given)
        with self.acting(by) as acting:
            return preparing.prepare_power(acting, self.reference, power)

    def ready(self, power: Power) -> None:
        """Everybody consulted who must be, and the Secretary of State told."""
        today = london_date(self.now)
        school = self.school
        for consultee in law.consultees(power.section, school):
            self.on_power(
                preparing.record_consultation,
                power.id,
                with_whom=consultee.role,
                consulted_on=today,
                said="They do not object.",
            )
        self.on_power(
            preparing.record_secretary_of_state_told,
            power.id,
            on=today,
            evidence="Letter of today.",
        )

    def used(self, section: str, **values: Any) -> Power:
        """A power that is prepared, made ready, proposed, approved and issued."""
        power = self.prepare(section)
        self.ready(power)
        given = NEEDS[section](london_date(self.now))
        self.approve(self.on_power(using.use_power, power.id, reason="Now.", **{**given, **values}))
        self.issue()
        return self.power(power.id)

    def power(self, power_id: int) -> Power:
        """A power as it stands in the database."""
        with read(self.engine) as session:
            return session.get_one(Power, power_id)

    @property
    def school(self) -> School:
        """The school of this escalation."""
        with read(self.engine) as session:
            return session.get_one(School, self.matter.urn)

    @property
    def eligibility(self) -> Eligibility:
        """What the law says today, as doors show it."""
        with read(self.engine) as session:
            today = london_date(self.now)
            return eligibility(session, self.policy, THE_MACHINE, self.reference, today=today)

    @property
    def escalation(self) -> Escalation:
        """The escalation as it stands in the database."""
        with read(self.engine) as session:
            return session.get_one(Escalation, self.matter.id)

    @property
    def matter(self) -> Matter:
        """The escalation's matter as it stands in the database."""
        with read(self.engine) as session:
            return session.exec(select(Matter).where(Matter.reference == self.reference)).one()

    @property
    def rule(self) -> Any:
        """What the policy of this case says of the current step."""
        return self.ladder.step(self.escalation.step_key)

    @property
    def ladder(self) -> Any:
        """The ladder of this case, as its own edition of the policy has it."""
        with read(self.engine) as session:
            return find_case(session, self.policy, THE_MACHINE, self.reference).ladder

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
                owner = Deadline.matter_id
            else:
                owner = getattr(table, table.by if issubclass(table, OfMatter) else "matter_id")
                statement = select(table)
            key = Event.sequence if table is Event else table.id
            return list(session.exec(statement.where(owner == self.escalation.id).order_by(key)))

    @property
    def kinds(self) -> list[str]:
        """What happened, in order."""
        return [event.kind for event in self.all(Event)]

    @property
    def messages(self) -> list[Message]:
        """Every message in the outbox, of whatever escalation."""
        with read(self.engine) as session:
            return list(session.exec(select(Message).order_by(Message.id)))

    @property
    def awaiting(self) -> list[Proposal]:
        """The proposals of this escalation that wait for a decision."""
        return [each for each in self.all(Proposal) if each.state is ProposalState.AWAITING]


def serve(acting: Acting, letter: Letter, **values: Any) -> Service:
    """Record that a letter was handed to its addressee today, or what is said instead."""
    given = {"to": letter.to_role, "method": "by_hand", "served_on": acting.today}
    evidence = "Handed over by the officer."
    with refusing():
        service = ServiceOfLetter(**{**given, "evidence": evidence, **values})
    return record_service(acting, letter.id, service)


def serve_what_waits(acting: Acting, matter_id: int, **values: Any) -> list[Service]:
    """The same of every notice of which the officer is still to prove the service."""
    waits = still_asked(acting.session, matter_id)
    return [serve(acting, acting.session.get_one(Letter, key), **values) for key in waits]


NOTICE = {
    "grounds": ["standards"],
    "comparisons": ["comparable"],
    "comparison": "Attainment is in the lowest tenth of comparable schools.",
    "why_powers": "The governing body has not acted on three years of advice.",
    "matters": "Attainment at the end of Key Stage 2 has fallen for three years.",
    "action_required": "Write and carry out a plan for mathematics.",
    "action_minded": "To appoint an Interim Executive Board under section 65.",
}


# How the school works with its improvement partner, which a notice asks while nothing is on record.
ANSWERS = {
    "aware_of_problem": True,
    "working_with_partner": False,
    "support_evidence": "The partner's notes of visit of June.",
}


def somebody(name: str, **more: Any) -> dict[str, Any]:
    """A person to be named in a power."""
    email = f"{name.split()[0].lower()}@people.example"
    return {"name": name, "email": email, "address": ["1 High Street", "Fernminster"], **more}


BOARD = [somebody("Ingrid Bell", chair=True), somebody("Omar Finch")]
# What the notice of each section needs besides consultation and notification.
NEEDS: dict[str, Callable[[date], dict[str, Any]]] = {
    "63": lambda _: {"arrangements": "Work with the Fernshire Schools Partnership."},
    "64": lambda _: {"governors": [somebody("Una Marsh")]},
    "65": lambda today: {"members": BOARD, "starts_on": today + timedelta(days=7)},
    "66": lambda _: {},
}
STAND_INS = {"pdf": b"%PDF-stand-in", "html": b"<p>stand-in</p>", "txt": b"stand-in"}
