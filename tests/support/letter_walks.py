"""Both ladders climbed, so that every template writes its letter; and words that none may have."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jinja2
from jinja2 import nodes
from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal, ProposalState
from models.clocks import london_date
from models.database import read, write
from models.escalations import proposing, recording, starting
from models.escalations.deciding import Decided, decide
from models.inspections.recording import Inspected, record_inspection
from models.law.powers import consultees
from models.letters import writing
from models.letters.tables import Letter
from models.matters.at_hand import find_matter
from models.matters.tables import Matter
from models.people import officers
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.policy import Policy
from models.programme import reports
from models.reports.checking import FactsChecked, FactsReply, record_answer, reply
from models.reports.found import issues_of, links_of
from models.reports.putting_forward import ReportToSend, put_forward
from models.school_record.statements import StatementToMake, make_statement
from models.school_record.writing import LetterToSchool, write_to_school
from models.schools import contacts
from models.schools.tables import School
from models.settings import TEMPLATES
from models.sharing.proposing import SharingToDecide, ask_sharing
from models.sharing.writing import LetterToShare, write_shared_letter
from models.statutory import budgets, ending, following, giving, preparing, using
from models.statutory.tables import WarningNotice
from notifications.issuing import issue_letters
from tests.support.cases import serve_what_waits, somebody
from tests.support.council import NOW, Council
from tests.support.policies import POLICY
from tests.support.sharing import ANSWERS

FOLDER = TEMPLATES / "letters"
IN_BULK = {"risk_level"}  # its words are in test_level_letter_texts.py
NAMES = sorted({path.name.removesuffix(".md.j2") for path in FOLDER.glob("*.md.j2")} - IN_BULK)
LITERAL = re.compile("⟦([^⟦⟧]*)⟧")

VOLUNTARY_AIDED, ACADEMY_CONVERTER = 2, 34  # types of establishment in the register
MORE_CONTACTS = {
    VOLUNTARY_AIDED: ("diocese", "foundation_appointer"),
    ACADEMY_CONVERTER: ("trust",),
}

PLAIN = {
    "school": "Kingsmere Primary School",
    "person": "Mrs A. Okonjo",
    "prose": "Attainment at the end of key stage 2 has fallen for three years.",
    "reason": "Between officers: the chair is out of his depth.",
}
HOSTILE = {
    "school": "# {{ 7 * 7 }} **St John’s** | <b>x</b> #import",
    "person": "- {% raw %} O’Neill & Sons_ `x` $1$",
    "prose": "## Heading\n\n- {{ council }}\n{% for x in y %}\n| a | b |\n|---|---|\n\n#set page()",
    "reason": "Between officers: # {{ the chair }} **is** out of his depth.",
}


@dataclass
class Walk:
    """One escalation taken up its ladder through the commands, its letters issued on the way."""

    engine: Engine
    policy: Policy
    council: Council
    values: Mapping[str, str]
    now: datetime = NOW
    reference: str = ""

    def start(self, urn: int, type_code: int, *, not_engaging: bool = False, **more: str) -> None:
        with write(self.engine) as session:
            contacts.add_school(
                session,
                now=self.now,
                actor=officers.AT_THE_MACHINE,
                urn=urn,
                name=self.values["school"],
                type_code=type_code,
                type_name="A school",
                phase="Primary",
                town="Fernminster",
                postcode="FM1 1AA",
                **more,
            )
            others = MORE_CONTACTS[type_code]
            for role in ("headteacher", "chair_of_governors", *others):
                contacts.set_contact(
                    Acting(session, POLICY, self.council.admin, self.now),
                    urn,
                    role,
                    contacts.NewContact(
                        name=self.values["person"],
                        email=f"{role}@school-{urn}.example".replace("_", "."),
                        address=["School Lane", "Fernminster", "FM1 1AA"],
                    ),
                )
            self.reference = starting.start(
                Acting(session, self.policy, self.council.hos, self.now),
                starting.EscalationToStart(
                    urn=urn,
                    triggers=["underperformance", "leadership"],
                    summary=self.values["prose"],
                    case_officer=self.council.seo.email,
                    not_engaging=not_engaging,
                ),
            ).reference

    def discuss(self, *with_whom: str) -> None:
        given = recording.DiscussionHeld(
            held_on=self.now.date(),
            with_whom=list(with_whom),
            notes=self.values["prose"],
            agreed_actions=self.values["prose"] if "headteacher" in with_whom else "",
            held_by=self.council.aed.email,
        )
        with write(self.engine) as session:
            acting = Acting(session, self.policy, self.council.seo, self.now)
            recording.record_discussion(acting, self.reference, given)
        self._approve()

    def answer(self, judgement: str) -> None:
        self.now += timedelta(days=3)
        given = recording.ResponseReceived(
            received_on=self.now.date(), summary=self.values["prose"], judgement=judgement
        )
        with write(self.engine) as session:
            acting = Acting(session, self.policy, self.council.seo, self.now)
            recording.record_response(acting, self.reference, given)
        self._approve()

    def write(self) -> None:
        """A letter of the school's own record."""
        letter = LetterToSchool(
            to="headteacher",
            copies=["chair_of_governors"],
            subject=f"Your plan for {self.values['school']}",
            words=self.values["prose"],
            reason=self.values["reason"],
        )
        with self._acting() as acting:
            write_to_school(acting, acting.session.exec(select(Matter.urn)).one(), letter)
        self._approve()

    def share(self) -> None:
        """A letter to the police, on a sharing decision."""
        prose = self.values["prose"]
        police = {"kind": "police", "name": self.values["person"], "email": "desk@police.example"}
        given = {**ANSWERS, "recipients": [police], "purpose": prose, "information": prose}
        with self._acting() as acting:
            decision = ask_sharing(acting, self.reference, SharingToDecide(**given))
        self._approve()
        letter = LetterToShare(
            subject=f"What we know of {self.values['school']}",
            words=prose,
            reason=self.values["reason"],
        )
        with self._acting() as acting:
            write_shared_letter(acting, decision.id, letter)
        self._approve()

    def report(self) -> None:
        """A written report, what the school says of its facts, and its final version."""
        sections = [
            reports.SectionWritten(title=title, text=self.values["prose"])
            for title in self.policy.programme.report_sections
        ]
        with self._acting() as acting:
            urn = acting.session.exec(select(Matter.urn).distinct()).one()
            dated = self.now.date()
            given = reports.ReportWritten(urn=urn, dated=dated, sections=sections)
            number = reports.record_report(acting, given).id
        self._approve()
        self.answers(number)
        with self._acting() as acting:
            put_forward(acting, number, ReportToSend(reason=self.values["reason"]))
        self._approve()

    def answers(self, number: int) -> None:
        """The head says what is wrong and is replied to, the chair that all is right."""
        with read(self.engine) as session:
            [issue] = issues_of(session, number)
            head, chair, *others = links_of(session, issue.id)
        wrong = FactsChecked(answer="inaccurate", comments=self.values["prose"])
        with self._acting() as acting:
            record_answer(acting, head.id, wrong)
            record_answer(acting, chair.id, FactsChecked(answer="accurate"))
            reply(acting, head.id, FactsReply(reply=self.values["prose"]))
        if others:
            self.stay_silent()

    def stay_silent(self) -> None:
        self.now += timedelta(days=56)

    def inspect(self, category: str) -> None:
        """A report of today puts the school into a category."""
        given = Inspected(category=category, published_on=self.now.date(), source="The report.")
        with self._acting() as acting:
            urn = acting.session.exec(
                select(Matter.urn).where(Matter.reference == self.reference)
            ).one()
            record_inspection(acting, urn, given)

    def state(self, **given: str) -> None:
        """Make the written statement of action that is due after the report."""
        with self._acting() as acting:
            urn = acting.session.exec(
                select(Matter.urn).where(Matter.reference == self.reference)
            ).one()
            make_statement(acting, urn, StatementToMake(parents=self.values["prose"], **given))
        self._approve()

    def propose(self, action: str, *, by: str = "seo", **more: Any) -> None:
        given = proposing.ChangeWanted(action=action, reason=self.values["reason"], **more)
        with write(self.engine) as session:
            acting = Acting(session, self.policy, self.council.officers[by], self.now)
            proposing.propose(acting, self.reference, given)
        self._approve()

    def warn(self) -> None:
        """Give the warning notice, on every ground, with its period of four weeks."""
        prose = self.values["prose"]
        given = giving.NewWarningNotice(
            grounds=["standards", "breakdown", "safety"],
            comparisons=["attainable", "previous", "comparable"],
            comparison=prose,
            why_powers=prose,
            matters=prose,
            action_required=prose,
            compliance_ends_on=self.now.date() + timedelta(days=28),
            action_minded=prose,
            aware_of_problem=True,
            working_with_partner=False,
            support_evidence=prose,
        )
        with self._acting() as acting:
            giving.give_notice(acting, self.reference, given)
        self._approve()

    def find_it_failed(self) -> None:
        """Judge the notice once its period is over, and propose every power."""
        self._serve()
        self.now += timedelta(days=29)
        reasons = self.values["reason"]
        with self._acting() as acting:
            number = acting.session.exec(select(WarningNotice)).one().id
            judgement = following.ComplianceJudgement(complied=False, reasons=reasons)
            following.judge_compliance(acting, number, judgement)
            powers = following.PowersToPropose(sections=["63", "64", "65", "66"], reasons=reasons)
            following.propose_powers(acting, number, powers)
        self._approve()
        self._serve()
        self.now += timedelta(days=10)

    def _serve(self) -> None:
        with self._acting() as acting:
            matter = find_matter(acting.session, THE_MACHINE, self.reference)
            serve_what_waits(acting, matter.id)

    def use(self, section: str, **needs: Any) -> int:
        """Prepare a power, consult and notify whom it asks for, and use it."""
        prose, reason = self.values["prose"], self.values["reason"]
        with self._acting() as acting:
            prepared = preparing.PowerToPrepare(section=section, reason=reason, **needs)
            power = preparing.prepare_power(acting, self.reference, prepared)
            school = acting.session.get_one(School, power.urn)
        self._approve()
        self.now += timedelta(days=1)
        today = self.now.date()
        with self._acting() as acting:
            for consultee in consultees(power.section, school):
                heard = preparing.ConsultationHeld(
                    with_whom=consultee.role, consulted_on=today, said=prose
                )
                preparing.record_consultation(acting, power.id, heard)
            told = preparing.NotificationOrConsent(on=today, evidence=prose)
            preparing.record_secretary_of_state_told(acting, power.id, told)
        with self._acting() as acting:
            using.use_power(acting, power.id, using.UseOfPower(reason=reason))
        self._approve()
        return power.id

    def review(self, power_id: int, *outcomes: str) -> None:
        """The suspension takes effect, both are heard, and it is reviewed until it ends."""
        prose, today = self.values["prose"], self.now.date()
        receipt = budgets.ReceiptOfNotice(received_on=today, evidence=prose)
        with self._acting() as acting:
            budgets.record_receipt(acting, power_id, receipt)
        said = budgets.RepresentationMade(from_whom="headteacher", received_on=today, said=prose)
        for outcome in outcomes:
            found = budgets.OutcomeOfReview(
                outcome=outcome, reasons=self.values["reason"], words=prose
            )
            with self._acting() as acting:
                budgets.record_representation(acting, power_id, said)
                budgets.review_budget(acting, power_id, found)
            self._approve()

    def end(self, power_id: int) -> None:
        """End a power, once it has held for a while."""
        given = ending.EndOfPower(ended_on=self.now.date(), reason=self.values["reason"])
        with self._acting() as acting:
            ending.end_power(acting, power_id, given)
        self._approve()

    @contextmanager
    def _acting(self) -> Iterator[Acting]:
        """A transaction of the case officer."""
        with write(self.engine) as session:
            yield Acting(session, self.policy, self.council.seo, self.now)

    def _approve(self) -> None:
        """Everything that waits, at each stage by whoever it waits for."""
        by_role = {officer.role: officer for officer in reversed(self.council.officers.values())}
        awaiting = select(Proposal).where(Proposal.state == ProposalState.AWAITING)
        while True:
            with write(self.engine) as session:
                proposal = session.exec(awaiting.order_by(col(Proposal.id))).first()
                if proposal is None:
                    break
                decide(
                    Acting(
                        session, self.policy, by_role[proposal.approvers[proposal.stage]], self.now
                    ),
                    proposal.id,
                    Decided(
                        decision="approve",
                        seen=what_is_seen(
                            session, self.policy, THE_MACHINE, proposal.id, london_date(self.now)
                        ),
                    ),
                )
        issue_letters(self.engine, self.policy, self.now)

    def letters(self) -> list["Written"]:
        with read(self.engine) as session:
            rows = session.exec(select(Letter).order_by(col(Letter.id))).all()
            return [Written(row, writing.letter_body(session, row)) for row in rows]


@dataclass(frozen=True)
class Written:
    """An issued letter and its text."""

    letter: Letter
    body: str

    @property
    def text(self) -> str:
        """As it is read, on one line."""
        return " ".join(LITERAL.sub(r"\1", self.body).split())

    @property
    def skeleton(self) -> str:
        """Our own words alone."""
        return LITERAL.sub("⟦⟧", self.body)

    def headings(self) -> list[str]:
        return re.findall(r"^## (.*)$", LITERAL.sub(r"\1", self.body), re.MULTILINE)


def up_the_maintained_ladder(walk: Walk) -> None:
    walk.start(
        910001,
        VOLUNTARY_AIDED,
        religious_character="Church of England",
        diocese="Diocese of Fernminster",
    )
    walk.discuss("headteacher")
    walk.answer("unsatisfactory")
    walk.propose("advance")
    walk.discuss("governing_body")
    walk.answer("unsatisfactory")
    walk.propose("advance")
    walk.stay_silent()
    walk.propose("advance")
    walk.answer("unsatisfactory")
    walk.propose("advance", head_performance_in_question=True)
    walk.discuss("chair_of_governors")
    walk.now += timedelta(days=1)
    walk.discuss("headteacher")
    walk.answer("unsatisfactory")
    walk.warn()
    walk.find_it_failed()
    walk.propose("advance")
    used = [
        walk.use("63", arrangements=walk.values["prose"]),
        walk.use("64", governors=[somebody(walk.values["person"])]),
    ]
    suspended = walk.use("66")
    walk.review(suspended, "continue", "end")
    board = [somebody(walk.values["person"]), somebody("Omar Finch", chair=True)]
    used.append(walk.use("65", members=board, starts_on=walk.now.date() + timedelta(days=21)))
    walk.now += timedelta(days=70)
    for power_id in used:
        walk.end(power_id)
    walk.propose("resolve")


def up_the_academy_ladder(walk: Walk) -> None:
    walk.start(910002, ACADEMY_CONVERTER)
    walk.discuss("headteacher")
    walk.answer("unsatisfactory")
    walk.propose("advance")
    walk.discuss("chair_of_governors", "trust")
    walk.stay_silent()
    for _ in range(4):
        walk.propose("advance")
        walk.stay_silent()
    walk.propose("resolve")


def up_the_academy_ladder_without_discussions(walk: Walk) -> None:
    walk.start(910003, ACADEMY_CONVERTER, not_engaging=True)
    walk.propose("pass_over")
    walk.propose("pass_over")
    for _ in range(4):
        walk.propose("advance")
        walk.stay_silent()
    walk.propose("resolve")


def straight_to_the_powers(walk: Walk) -> None:
    walk.start(910005, VOLUNTARY_AIDED)
    walk.inspect("special_measures")
    walk.state(
        action=walk.values["prose"],
        period=walk.values["prose"],
        parents_person=walk.values["person"],
    )
    walk.now += timedelta(days=1)
    walk.inspect("significant_improvement")
    walk.state(no_action=walk.values["prose"])
    walk.propose("intervene", by="hos")
    walk.use("64", governors=[somebody(walk.values["person"])])
    board = [somebody(walk.values["person"]), somebody("Omar Finch", chair=True)]
    walk.use("65", members=board, starts_on=walk.now.date() + timedelta(days=21))


def besides_the_ladder(walk: Walk) -> None:
    walk.start(910004, ACADEMY_CONVERTER)
    walk.write()
    walk.share()
    walk.report()


WALKS = {
    "besides": besides_the_ladder,
    "maintained": up_the_maintained_ladder,
    "academy": up_the_academy_ladder,
    "not engaging": up_the_academy_ladder_without_discussions,
    "in a category": straight_to_the_powers,
}
OF_LADDER = {
    "besides": {"school_letter", "shared_letter", "written_report", "final_report"},
    "maintained": {
        "note_of_discussion",
        "formal_headteacher",
        "formal_governing_body",
        "invitation_to_meetings",
        "record_of_meetings",
        "warning_notice",
        "proposed_powers",
        "consultation",
        "notification_to_secretary_of_state",
        "request_for_consent",
        "notice_of_arrangements",
        "appointment_of_governors",
        "suspension_of_budget",
        "budget_review_decision",
        "notice_of_board",
        "end_of_board",
        "resolution",
        "acknowledgement_of_response",
    },
    "in a category": {
        "statement_of_action",
        "consultation",
        "notification_to_secretary_of_state",
        "request_for_consent",
        "appointment_of_governors",
        "notice_of_board",
    },
    "academy": {
        "note_of_discussion",
        "formal_headteacher",
        "formal_governing_body",
        "secretary_of_state",
        "ofsted",
        "resolution",
        "acknowledgement_of_response",
    },
    "not engaging": {
        "formal_headteacher",
        "formal_governing_body",
        "secretary_of_state",
        "ofsted",
        "resolution",
    },
}


@dataclass
class Correspondence:
    """All letters of all walks, and what their templates were given."""

    letters: dict[str, list[Written]] = field(default_factory=dict)
    hostile: dict[str, list[Written]] = field(default_factory=dict)
    contexts: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def all(self) -> Iterator[Written]:
        for letters in self.letters.values():
            yield from letters

    def of(self, walk: str, template: str) -> list[Written]:
        return [written for written in self.letters[walk] if written.letter.template == template]


def tree(name: str) -> nodes.Template:
    source = (FOLDER / f"{name}.md.j2").read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True).parse(source)


AMERICAN = re.compile(
    r"\b(\w*(iz(e|ed|es|ing|ation|ations)|yz(e|ed|ing))|behavior\w*|color\w*|favor\w*|center\w*"
    r"|program|programs|fulfill\w*|judgment\w*|acknowledgment\w*|enrollment\w*|license[ds]?"
    r"|defense|offense|labor|honor\w*|neighbor\w*|gotten|principal|superintendent|grade level)\b",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(
    r"\b(ticket|workflow|user|instance|stakeholder\w*|going forward|leverage|robust|failing school"
    r"|academy order|must immediately|or else|failure to comply|consequences"
    r"|asap|touch base|holistic|actionable|please be advised|SEO|HoS|DCS|AED|IEB|SIP|LA)\b",
    re.IGNORECASE,
)
ONLY_MAINTAINED = re.compile(
    r"(?<!termination )warning notice|section 6|sections 6|s\.\s?6\d|Education and Inspections"
    r"|Interim Executive|additional governors|delegated budget|intervention power",
    re.IGNORECASE,
)
