"""The demonstration council: its escalations are played through the commands, day by day.

Every escalation was really started, discussed, answered and approved, at moments that lie before
the day on which the demonstration is loaded; the clock went round every working day between.
So the record, its letters and its chain are as true as those of a real case.
"""

import heapq
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cli.answers import Answer, CommandError
from cli.fictional_council import OFFICERS, SCHOOLS, Place
from models.clocks import london_date, office_moment, subtract_working_days
from models.commands import clock, directory, proposing, recording, starting
from models.commands.deciding import decide
from models.database import read, write
from models.escalations import Action, Escalation, Proposal, ProposalState
from models.officers import Credential, CredentialKind, Officer
from models.policy import Policy
from models.refusals import NotIdentified
from models.schools import School
from models.settings import Settings
from notifications.issuing import issue_letters
from notifications.outbox import deliver

FOUNDED = 95  # working days before the day of loading
HEAD, CHAIR = "headteacher", "chair_of_governors"
Moments = Iterator[datetime]


@dataclass(frozen=True)
class SignIn:
    """A demonstration officer, and the code for Prefect's forms while it is still the one."""

    name: str
    role: str
    email: str
    code: str | None

    def facts(self) -> dict[str, Any]:
        """The same, for a JSON object."""
        return asdict(self)


def load(engine: Engine, policy: Policy, settings: Settings, now: datetime) -> bool:
    """Load the demonstration council; False, and nothing changed, if it is there already.

    Raises CommandError in a database that holds a real council, or half of a demonstration.
    """
    stage = Stage(engine, policy, settings, london_date(now), now)
    if not _found(stage):
        return False
    _play(stage, [_days(stage), *(story(stage) for story in STORIES)])
    with write(engine) as session:
        for person in OFFICERS:
            officer = directory.find_officer(session, person.email)
            directory.issue_code(session, now=now, officer=officer, code=person.code)
    return True


def sign_ins(engine: Engine) -> list[SignIn]:
    """The demonstration officers, to be shown to whoever tries the product."""
    codes = {person.email: person.code for person in OFFICERS}
    demonstration = select(Officer).where(col(Officer.demonstration), col(Officer.active))
    with read(engine) as session:
        officers = session.exec(demonstration.order_by(col(Officer.id))).all()
        return [
            SignIn(
                officer.name,
                officer.role.label,
                officer.email,
                _still_good(session, officer, codes.get(officer.email, "")),
            )
            for officer in officers
        ]


def _still_good(session: Session, officer: Officer, code: str) -> str | None:
    try:
        return code if directory.officer_by_code(session, code).id == officer.id else None
    except NotIdentified:
        return None


def describe(signs: list[SignIn], answer: Answer) -> None:
    """Say who can be tried; nothing where there is no demonstration."""
    if not signs:
        return
    answer.say("Demonstration officers: choose one on the sign-in page; the code is for Prefect.")
    for sign in signs:
        answer.say(f"  {sign.name:<16} {sign.role:<40} {sign.code or 'own code'}")


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

    def start(self, urn: int, by: str, case_officer: str, **told: Any) -> str:
        """Start an escalation; its reference."""
        with write(self.engine) as session:
            escalation = starting.start(
                session,
                self.policy,
                officer=_officer(session, by),
                now=self.now,
                urn=urn,
                case_officer=_officer(session, case_officer).email,
                **told,
            )
            return escalation.reference

    def discuss(self, reference: str, by: str, with_whom: str, notes: str, agreed: str) -> None:
        """Record a discussion that was held today."""
        with write(self.engine) as session:
            recording.record_discussion(
                session,
                self.policy,
                officer=_officer(session, by),
                now=self.now,
                reference=reference,
                held_on=london_date(self.now),
                with_whom=[with_whom],
                notes=notes,
                agreed_actions=agreed,
            )

    def respond(self, reference: str, by: str, summary: str, judgement: str) -> None:
        """Record and judge a response that came today."""
        with write(self.engine) as session:
            recording.record_response(
                session,
                self.policy,
                officer=_officer(session, by),
                now=self.now,
                reference=reference,
                received_on=london_date(self.now),
                summary=summary,
                judgement=judgement,
            )

    def propose(self, reference: str, by: str, action: str, reason: str) -> None:
        """Put a change forward."""
        with write(self.engine) as session:
            proposing.propose(
                session,
                self.policy,
                officer=_officer(session, by),
                now=self.now,
                reference=reference,
                action=action,
                reason=reason,
            )

    def approve(self, reference: str, by: str) -> None:
        """Approve what is waiting to move the escalation."""
        waiting = (
            select(Proposal.id)
            .join(Escalation, col(Escalation.id) == col(Proposal.escalation_id))
            .where(Escalation.reference == reference, Proposal.action != Action.LETTER)
            .where(Proposal.state == ProposalState.AWAITING)
        )
        with write(self.engine) as session:
            self._approve(session, session.exec(waiting).one(), by)

    def sign_letters(self, by: str) -> None:
        """Approve every note and acknowledgement that waits."""
        waiting = select(Proposal.id).where(
            Proposal.state == ProposalState.AWAITING, Proposal.action == Action.LETTER
        )
        with write(self.engine) as session:
            for proposal_id in session.exec(waiting.order_by(col(Proposal.id))).all():
                self._approve(session, proposal_id, by)

    def _approve(self, session: Session, proposal_id: int, by: str) -> None:
        decide(
            session,
            self.policy,
            officer=_officer(session, by),
            now=self.now,
            proposal_id=proposal_id,
            decision="approve",
        )


def _officer(session: Session, first_name: str) -> Officer:
    (person,) = (person for person in OFFICERS if person.name.startswith(first_name))
    return directory.find_officer(session, person.email)


def _found(stage: Stage) -> bool:
    """Put officers and schools into the database; False if the demonstration is there."""
    now = stage.at(FOUNDED, 9)
    with write(stage.engine) as session:
        if _is_there(session):
            return False
        for person in OFFICERS:
            directory.add_officer(
                session,
                now=now,
                email=person.email,
                name=person.name,
                role=person.role,
                phase=person.phase,
                demonstration=True,
            )
        administrator = _officer(session, "Karl")
        for place in SCHOOLS:
            _add_school(session, place, administrator, now)
    return True


def _is_there(session: Session) -> bool:
    schools = session.exec(select(School)).all()
    if not all(school.demonstration for school in schools):
        raise CommandError(
            "This database holds real schools, and fiction does not belong among them. "
            "Give the demonstration a database of its own (SCC_HOME or SCC_DATABASE_URL)."
        )
    # Codes are issued last, so without any the loading was cut short.
    codes = select(Credential.id).where(Credential.kind == CredentialKind.CODE)
    if schools and session.exec(codes).first() is None:
        raise CommandError(
            "The demonstration was cut short while it was loaded. Begin with an empty database."
        )
    return bool(schools)


def _add_school(session: Session, place: Place, administrator: Officer, now: datetime) -> None:
    directory.add_school(
        session,
        now=now,
        actor=administrator.email,
        urn=place.urn,
        name=place.name,
        type_code=place.type_code,
        type_name=place.type_name,
        phase=place.phase,
        trust=place.trust,
        religious_character=place.religious_character,
        diocese=place.diocese,
        town=place.town,
        postcode=place.postcode,
        risk_level=place.risk_level,
        demonstration=True,
    )
    for role, name in place.contacts.items():
        directory.set_contact(
            session,
            officer=administrator,
            now=now,
            urn=place.urn,
            role=role,
            name=name,
            email=f"{role.replace('_', '.')}@school-{place.urn}.example",
            address=[place.name, "School Lane", place.town, place.postcode],
        )


def _play(stage: Stage, stories: list[Moments]) -> None:
    """Let every story go on at its next moment, in the order of time.

    A story gives the moment before each thing it does.
    """
    queue = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(queue)
    while queue:
        stage.now, number, story = heapq.heappop(queue)
        following = next(story, None)
        if following is not None:
            heapq.heappush(queue, (following, number, story))


def _days(stage: Stage) -> Moments:
    """The office's own round: reminders in the morning, letters signed and posted at four.

    Letters are kept in the mail folder. Digests, and what officers were told at the time, are
    not: nobody wants the notices of three months ago.
    """
    at_night = stage.policy.reminders.model_copy(update={"digest_at": time.max})
    policy = stage.policy.model_copy(update={"reminders": at_night})
    with tempfile.TemporaryDirectory(dir=stage.settings.home) as folder:
        posting = stage.settings.model_copy(
            update={"home": Path(folder), "mail_url": "", "alerts_url": ""}
        )
        for days_back in range(FOUNDED - 1, 0, -1):
            yield stage.at(days_back, 9)
            clock.tick(stage.engine, policy, stage.now)
            yield stage.at(days_back, 16)
            stage.sign_letters("Daniel")
            issue_letters(stage.engine, policy, stage.now)
            deliver(stage.engine, policy, posting, stage.now)
        _keep_letters(posting.mail_folder, stage.settings.mail_folder)


def _keep_letters(posted: Path, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    for mail in posted.glob("*.eml"):
        if b"application/pdf" in mail.read_bytes():
            mail.replace(kept / mail.name)


def _discussed(
    stage: Stage, case: str, by: str, days_back: int, with_whom: str, notes: str, agreed: str
) -> Moments:
    yield stage.at(days_back, 13)
    stage.discuss(case, by, with_whom, notes, agreed)


def _answered(
    stage: Stage, case: str, by: str, days_back: int, summary: str, judgement: str
) -> Moments:
    yield stage.at(days_back, 11)
    stage.respond(case, by, summary, judgement)


def _moved(
    stage: Stage, case: str, by: str, days_back: int, reason: str, action: str = "advance"
) -> Moments:
    """Proposed one day and approved on the next, by the Head of Service."""
    yield stage.at(days_back, 15)
    stage.propose(case, by, action, reason)
    yield stage.at(days_back - 1, 10, 30)
    stage.approve(case, "Margaret")


def _ashfield(stage: Stage) -> Moments:
    """Just started: the discussion with the headteacher is to be held."""
    yield stage.at(3, 10)
    stage.start(
        900001,
        "Margaret",
        "Priya",
        triggers=["self_evaluation"],
        summary="The school has not sent its self-evaluation for the last two terms, and two "
        "meetings with the school improvement partner were cancelled at short notice.",
    )


def _brannoc(stage: Stage) -> Moments:
    """The governing body's response is awaited, and due soon."""
    yield stage.at(32, 10)
    case = stage.start(
        900002,
        "Margaret",
        "Priya",
        triggers=["underperformance"],
        summary="Results in reading at the end of key stage 2 have been below those of similar "
        "schools for three years, and the plan for improvement has no measurable targets.",
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        30,
        HEAD,
        "Mr Garside shares our view of the results. He has not yet had the time to revise the plan "
        "and is without a leader for English.",
        "A revised plan with a target for each year group, within two weeks.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        22,
        "A revised plan was sent. It names training for staff, but still no targets and no dates.",
        "unsatisfactory",
    )
    yield from _moved(
        stage, case, "Priya", 19, "The revised plan has no targets and no dates to measure it by."
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        6,
        CHAIR,
        "Mrs Prowse said that governors had seen the results but not the plan. She will put both "
        "on the agenda of the next meeting.",
        "The governing body agrees targets with the headteacher and sends us the minutes.",
    )


def _holy_well(stage: Stage) -> Moments:
    """A warning notice, signed off by Legal, waits for the Director."""
    yield stage.at(88, 10)
    case = stage.start(
        900003,
        "Daniel",
        "Tom",
        triggers=["leadership", "safety"],
        summary="The school has had three acting headteachers in two years. Records of "
        "safeguarding training are incomplete, and governors have not met for two terms.",
    )
    yield from _discussed(
        stage,
        case,
        "Tom",
        86,
        HEAD,
        "Mrs Amery took up her post this month. She found no record of training for eleven staff.",
        "Training for all eleven within four weeks, and a date for a meeting of governors.",
    )
    yield from _answered(
        stage,
        case,
        "Tom",
        77,
        "Training is booked for five of the eleven. No date for a meeting of governors.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 75, "More than half of the staff are still untrained.")
    yield from _discussed(
        stage,
        case,
        "Tom",
        71,
        CHAIR,
        "Mr Dacre explained that four places on the governing body are vacant.",
        "A meeting within three weeks, with safeguarding as its first item.",
    )
    yield from _answered(
        stage, case, "Tom", 62, "The meeting was called and was not quorate.", "unsatisfactory"
    )
    yield from _moved(stage, case, "Tom", 60, "Governors could not meet and took no decision.")
    yield from _answered(
        stage,
        case,
        "Tom",
        50,
        "The headteacher reports that training is complete. The policy has not been reviewed, "
        "because governors have not met.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 48, "The governing body is still unable to act.")
    yield from _answered(
        stage,
        case,
        "Tom",
        34,
        "Two of four vacancies are filled. The first meeting is planned for next term.",
        "unsatisfactory",
    )
    yield from _moved(
        stage,
        case,
        "Tom",
        31,
        "The headteacher has acted on everything within her reach: her performance is not in "
        "question.",
        "pass_over",
    )
    yield stage.at(7, 15)
    stage.propose(
        case,
        "Tom",
        "advance",
        "There has been a serious breakdown in governance: the governing body has taken no "
        "decision for three terms, and the safeguarding policy is out of date.",
    )
    yield stage.at(3, 11)
    stage.approve(case, "Owen")


def _larkrise(stage: Stage) -> Moments:
    """No response to the letter to the headteacher: overdue, and chased."""
    yield stage.at(46, 10)
    case = stage.start(
        900004,
        "Margaret",
        "Tom",
        triggers=["finance"],
        summary="The school has set a deficit budget for the second year, and its recovery plan "
        "was due in the summer term.",
    )
    yield from _discussed(
        stage,
        case,
        "Tom",
        44,
        HEAD,
        "Mr Penhale said that the plan waits for the foundation's decision on the sports hall.",
        "The plan as it stands, by the end of the month.",
    )
    yield from _answered(
        stage,
        case,
        "Tom",
        36,
        "A letter saying that the plan would follow. No plan was attached.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 35, "The recovery plan has not been sent.")
    yield from _discussed(
        stage,
        case,
        "Tom",
        31,
        CHAIR,
        "Mrs Stott was not aware that the plan was outstanding.",
        "The finance committee meets within ten days and sends us its plan.",
    )
    yield from _answered(
        stage,
        case,
        "Tom",
        22,
        "The finance committee met. It asks for more time and names no date.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Tom", 19, "There is no plan and no date for one.")


def _meadowbank(stage: Stage) -> Moments:
    """Paused, with days left on its deadline."""
    yield stage.at(16, 10)
    case = stage.start(
        900005,
        "Daniel",
        "Priya",
        triggers=["safety"],
        summary="Two incidents on school transport in one half-term were not reported to us.",
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        13,
        HEAD,
        "Mrs Frith explained how incidents are recorded, and agreed that both should have been "
        "reported on the day.",
        "A revised procedure, and a briefing for all escorts.",
    )
    yield from _moved(
        stage,
        case,
        "Priya",
        8,
        "The school is closed after a flood in the boiler room. It expects to open again in two "
        "weeks.",
        "pause",
    )


def _little_acorns(stage: Stage) -> Moments:
    """Resolved at the first step."""
    yield stage.at(52, 10)
    case = stage.start(
        900006,
        "Margaret",
        "Priya",
        triggers=["leadership"],
        summary="The nursery had no deputy for a term, and the headteacher was often away.",
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        50,
        HEAD,
        "Mrs Bell has appointed a deputy, who begins after the half-term holiday.",
        "A rota that shows who leads the nursery on each day until then.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        43,
        "The rota and the deputy's date of appointment. Both were confirmed on a visit.",
        "satisfactory",
    )
    yield from _moved(
        stage,
        case,
        "Priya",
        41,
        "A deputy is appointed, and on every day somebody is named who leads the nursery.",
        "resolve",
    )


def _northgate(stage: Stage) -> Moments:
    """An academy that did not engage: the Secretary of State's response is awaited."""
    yield stage.at(78, 10)
    case = stage.start(
        900009,
        "Daniel",
        "Tom",
        triggers=["underperformance", "self_evaluation"],
        summary="Results at the end of key stage 4 fell for the third year. The academy declined "
        "three invitations to take part in quality assurance.",
        not_engaging=True,
    )
    skipped = "The academy has declined to meet us, in writing, three times since September."
    yield from _moved(stage, case, "Tom", 76, skipped, "pass_over")
    yield from _moved(stage, case, "Tom", 74, skipped, "pass_over")
    yield from _moved(stage, case, "Tom", 71, "The academy does not engage, and results fall.")
    yield from _moved(stage, case, "Tom", 56, "The headteacher has not answered our letter.")
    yield from _answered(
        stage,
        case,
        "Tom",
        40,
        "The chair writes that the trust is content with the academy's progress. No evidence was "
        "sent.",
        "unsatisfactory",
    )
    yield stage.at(10, 15)
    stage.propose(
        case,
        "Tom",
        "advance",
        "Neither the headteacher nor the governing body has told us of any action.",
    )
    yield stage.at(8, 11)
    stage.approve(case, "Geoffrey")


def _riverside(stage: Stage) -> Moments:
    """Proposed by the case officer: a Head of Service has not decided yet."""
    yield stage.at(1, 14)
    stage.start(
        900010,
        "Priya",
        "Priya",
        triggers=["finance", "other"],
        summary="The number of pupils on roll is well below the plan, and the lease of the "
        "building ends next summer.",
    )


def _westmoor(stage: Stage) -> Moments:
    """The formal letter to the governing body is drafted and waits for approval."""
    yield stage.at(42, 10)
    case = stage.start(
        900013,
        "Margaret",
        "Priya",
        triggers=["underperformance", "leadership"],
        summary="Attendance has been below 88 per cent for four terms. Half of the heads of "
        "department left in the last year and have not been replaced.",
        head_performance_in_question=True,
    )
    yield from _discussed(
        stage,
        case,
        "Priya",
        40,
        HEAD,
        "Mr Sefton expects attendance to recover by itself. Recruitment is under way.",
        "An attendance plan, with the families and year groups it begins with.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        33,
        "A statement that registers are now checked daily. No plan.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Priya", 32, "There is no attendance plan.")
    yield from _discussed(
        stage,
        case,
        "Priya",
        28,
        CHAIR,
        "Mrs Marchbank shares the concern. Governors were not told how many staff had left.",
        "A report on staffing and attendance to the next meeting of governors.",
    )
    yield from _answered(
        stage,
        case,
        "Priya",
        20,
        "The report was given orally, and governors asked for it in writing.",
        "unsatisfactory",
    )
    yield from _moved(stage, case, "Priya", 17, "Governors have still no written report.")
    yield from _answered(
        stage,
        case,
        "Priya",
        6,
        "A plan for attendance that begins next term. It says nothing about staffing.",
        "unsatisfactory",
    )
    yield stage.at(1, 15)
    stage.propose(
        case,
        "Priya",
        "advance",
        "The headteacher's plan leaves the vacancies in half of the departments unanswered.",
    )


STORIES = (
    _ashfield,
    _brannoc,
    _holy_well,
    _larkrise,
    _meadowbank,
    _little_acorns,
    _northgate,
    _riverside,
    _westmoor,
)
