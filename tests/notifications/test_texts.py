"""Each thing that a message tells has its text: one sample of each is written, as it was kept."""

import importlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlmodel import Session, col, select

import models
from models.appointments.tables import Appointment, Attendee
from models.appointments.told import InvitationGoes
from models.approvals.tables import Proposal, ProposalState
from models.consultants.tables import Consultant
from models.database import read, write
from models.letters.tables import Letter, LetterState
from models.level_letters.tables import (
    BatchState,
    LetterBatch,
    LevelLetter,
    LevelLetterFile,
    LevelLetterState,
)
from models.matters.tables import Reminder
from models.outbox import AnyTold, Message, MessageKind, MessageState
from models.programme.tables import Duty, DutyKind, DutyState, Review
from models.reports.told import AccuracyReminder
from models.risk.tables import Assessment, AssessmentOccasion, AssessmentState
from models.risk.told import RoundWaits
from models.schools.tables import ContactRole, RiskLevel
from models.settings import TEMPLATES, Settings
from models.told import Told
from notifications.composing import Composer
from notifications.issuing import issue_letter
from notifications.texts import TEXTS, ToConsultant, ToOfficer
from tests.support.appointments import plan
from tests.support.cases import Case
from tests.support.needs import Needs
from tests.support.presentations import Presented
from tests.support.reports import Report
from tests.support.school_records import SchoolRecord

ROOMS = [path.parent.name for path in Path(models.__file__).parent.glob("*/told.py")]


def whatever_is_told() -> set[type[Told]]:
    """The classes that stand in the rooms, whoever knows of them."""
    rooms = [importlib.import_module(f"models.{room}.told") for room in ROOMS]
    said = [each for room in rooms for each in vars(room).values() if isinstance(each, type)]
    return {each for each in said if issubclass(each, Told) and not each.__subclasses__()}


def word_of(told: type[Told]) -> str:
    return str(told.model_fields["what"].default)


def test_there_is_a_text_of_whatever_is_told_and_its_row_loads() -> None:
    said = whatever_is_told()
    assert len(said) >= 23
    assert said == set(TEXTS)
    assert said == set(get_args(get_args(AnyTold)[0]))
    assert len({word_of(each) for each in said}) == len(said)


def test_every_template_of_a_mail_is_somebodys() -> None:
    templates = {path.name.removesuffix(".txt.j2") for path in (TEMPLATES / "emails").iterdir()}
    by_template = {
        word_of(each.of) for each in TEXTS.values() if isinstance(each, ToOfficer | ToConsultant)
    }
    assert templates == by_template | {word_of(InvitationGoes), word_of(AccuracyReminder)}


@dataclass(frozen=True)
class Sample:
    """A message as an older version kept it, and how its subject begins."""

    kind: MessageKind
    data: dict[str, Any]
    subject: str


def samples(case: Case) -> list[Sample]:
    """One of each, on a case on which there is something to tell."""
    case.started().discuss()
    plan(case)
    [note] = case.awaiting
    case.approve(note)
    case.issue()
    case.respond()
    [thanks] = case.awaiting
    case.approve(thanks)
    case.decide(case.propose("pause"), "hos", "return", "It is too early.")
    waits = case.propose("withdraw")
    case.now = case.now.replace(day=case.now.day + 1)
    reference = case.reference
    with write(case.engine) as session:
        [first, *_] = session.exec(select(Message).where(Message.kind == MessageKind.LETTER)).all()
        first.state, first.detail = MessageState.UNKNOWN, "The line went dead."
        session.add(first)
        [approved] = session.exec(select(Letter).where(Letter.state == LetterState.APPROVED)).all()
        reminders = list(session.exec(select(Reminder.id)).all())
        returned = session.exec(select(Proposal.id).where(Proposal.state == ProposalState.RETURNED))
        number = returned.one()
        duty, assessment, letter, consultant = _of_the_school(session, case)
        evaluation = Review(
            kind=DutyKind.EVALUATION,
            urn=case.council.maintained.urn,
            officer_id=case.council.seo.id,
            held_on=date(2026, 11, 20),
            summary="Reading has risen.",
            impact="Lessons are better planned.",
            recorded_at=case.now,
        )
        session.add(evaluation)
        session.flush()
        evaluated = {"review": evaluation.id, "school": "Ashfield", "level": "medium risk"}
        asked = session.exec(select(Attendee.id)).first()
        meeting = session.exec(select(Appointment.id)).one()
        in_year = {"path": "/assessments/1", "assessment": assessment, "school": "Ashfield"}
        assessed = {**in_year, "reason": "Reading fell."}
    programme = Needs(case.engine, case.policy, case.council, case.now)
    programme.visit(urn=900003, needed="more", needed_because="So.")
    need = programme.all[0].id
    more = {"path": "/needs/1", "school": "Ashfield", "why": "So.", "came_from": "Visit of 3 May"}
    more["said_by"] = ""
    settings = Settings(_env_file=None)
    report = Report(case.engine, case.policy, case.council, settings).written()
    report.decide()
    assert issue_letter(case.engine, case.policy, report.letter().id, report.now)
    link = report.links[0].id
    notice = SchoolRecord(case.engine, case.policy, case.council).announced()
    kept: list[tuple[str, dict[str, Any], str]] = [
        ("letter", {"role": "headteacher"}, "Note of"),
        ("level_letter", {"level_letter": letter, "batch": 1}, "Your level"),
        ("reminder", {"reminders": reminders}, f"{reference}: response due on"),
        ("invitation", {**AT, "appointment": meeting, "attendee": asked}, "Discussion: Fernshire"),
        ("digest", {"day": case.now.date().isoformat()}, "Schools causing concern today: "),
    ]
    told: list[tuple[str, dict[str, Any], str]] = [
        ("proposal_approved", {"proposal": note.id}, f"{reference}: your proposal about"),
        ("proposal_returned", {"proposal": number}, f"{reference}: your proposal about"),
        ("proposal_waits", {"proposal": waits.id, "stage": 0}, f"{reference}: a proposal"),
        ("delivery_problem", {"message": first.id}, f"{reference}: a letter may not have"),
        (
            "invitation_problem",
            {"message": first.id, "appointment": meeting},
            f"{reference}: an invitation may not have",
        ),
        (
            "progress_evaluated",
            {**evaluated, "path": "/reviews/1", "held_on": "2026-11-20", "written_by": "A B"},
            "Ashfield: its progress was evaluated",
        ),
        ("letter_problem", {"letter": approved.id}, f"{reference}: an approved letter"),
        ("case_officer_changed", {"name": "Sara Vine"}, f"{reference}: Sara Vine is now"),
        ("duties", {"path": "/programme/duties", "duties": [duty]}, "Support programme: 1 late"),
        (
            "consultants_duties",
            {"consultant": consultant, "duties": [duty]},
            "Work at a school that you support is late",
        ),
        ("assessment_waits", {**assessed, "level": "low", "proposed_by": "A"}, "Ashfield: an "),
        ("assessment_returned", {**assessed, "returned_by": ""}, "Ashfield: the assessment"),
        ("more_needed", {**more, "need": need}, "Ashfield: more is needed"),
        ("department_asks", {"notice": notice.id}, "SCH-900001: you are to answer the"),
        ("accuracy_reminder", {"link": link}, "Please tell us by 7 December 2026"),
        ("accuracy_answered", {"link": link}, "Ashfield Primary School: the headteacher has"),
        ("level_changed", {**assessed, "before": "", "level": "low"}, "Ashfield is now at low"),
        ("evaluations_to_present", _to_present(case), "Evaluations of October: not presented yet"),
    ]
    of_kind = [Sample(MessageKind(what), data, subject) for what, data, subject in kept]
    alerts = [({"what": what, **data}, subject) for what, data, subject in told]
    return [
        *of_kind,
        *(Sample(MessageKind.ALERT, data, subject) for data, subject in alerts + AS_RECORDED),
    ]


def _to_present(case: Case) -> dict[str, Any]:
    presented = Presented(case.engine, case.policy, case.council, case.now)
    presented.review("evaluation", case.council.hos, held_on=date(2026, 10, 9))
    number = presented.compile(period="2026-10").id
    told = {"title": "Evaluations of October", "present_by": "2026-11-13", "late": True}
    return {"path": f"/presentations/{number}", "presentation": number, **told}


AT = {
    "method": "request",
    "sequence": 0,
    "starts_at": "2026-12-03T10:00:00Z",
    "ends_at": "2026-12-03T11:30:00Z",
    "place": "The school",
}
AS_RECORDED: list[tuple[dict[str, Any], str]] = [
    (
        {
            "what": "presentation_given",
            "path": "/presentations/1",
            "title": "Evaluations of October",
            "presented_by": "Harriet Osborne",
        },
        "Evaluations of October",
    ),
    ({"what": "mail_test"}, "A test message: mail leaves this service"),
    (
        {
            "what": "message_problem",
            "path": "/letter-batches/1",
            "title": "Letters of 2026",  # no longer kept
            "reference": "Letters of 2026",
            "to": "A B (a@example.org)",
            "number": 3,
            "is_letter": True,
        },
        "Letters of 2026: a message could not",
    ),
    (
        {
            "what": "level_letters_prepared",
            "path": "/letter-batches/1",
            "title": "Letters of 2026",
            "letters": 2000,
        },
        "Letters of 2026: ready to be checked",
    ),
    (
        {"what": "level_letters_problem", "path": "/letter-batches/1", "title": "Letters of 2026"},
        "Letters of 2026: some may not",
    ),
    (
        {
            "what": "register_changed_school",
            "path": "/escalations/ESC-2026-0001",
            "reference": "ESC-2026-0001",
            "school": "Ashfield",
            "fate": "has closed",
        },
        "ESC-2026-0001: Ashfield has changed",
    ),
    (
        {
            "what": "register_kept_contact",
            "path": "/schools/900001",
            "school": "Ashfield",
            "head": "New Head",
            "contact": "Old Head",
            "source": "seo@example.org",
        },
        "Ashfield: is Old Head still the headteacher?",
    ),
    (
        {
            "what": "new_category",
            "path": "/schools/900001",
            "school": "Ashfield",
            "says": "requires special measures",
            "published_on": "2026-11-16",
            "due_on": "2026-12-07",
            "whose": "",
        },
        "Ashfield requires special measures",
    ),
    (
        {
            "what": "new_headteacher",
            "path": "/schools/900001/risk",
            "school": "Ashfield",
            "head": "New Head",
            "level": "medium risk",
            "changed": True,
        },
        "Ashfield has a new headteacher",
    ),
    (
        {
            "what": "round_waits",
            "path": "/rounds/2027",
            "years": "2027 to 2028",
            "publish_on": "4 September 2027",  # a day in words, as it was kept
            "waiting": 7,
        },
        "The risk levels for 2027 to 2028 are due to be published on 4 September 2027",
    ),
    (
        {
            "what": "round_overdue",
            "path": "/rounds/2027",
            "school_year": 2027,
            "years": "2027 to 2028",
            "publish_on": "2027-09-04",
            "waiting": 7,
        },
        "The risk levels for 2027 to 2028 were due to be published on 4 September 2027",
    ),
]


def _of_the_school(session: Session, case: Case) -> tuple[int, int, int, int]:
    """A duty that is late, an assessment, an issued letter about its level, a consultant.

    The message is written to the Head of Service's address, so that is the consultant's as well.
    """
    urn, now, officer = case.council.maintained.urn, case.now, case.council.seo
    duty = Duty(
        key="sample",
        urn=urn,
        kind=DutyKind.VISIT,
        school_year=2026,
        number=1,
        due_on=date(2026, 1, 5),
        state=DutyState.PLANNED,
    )
    assessment = Assessment(
        urn=urn,
        occasion=AssessmentOccasion.IN_YEAR,
        state=AssessmentState.PROPOSED,
        begun_at=now,
    )
    batch = LetterBatch(
        occasion="annual:2026",
        title="Letters of 2026",
        school_year=2026,
        state=BatchState.ISSUED,
        created_by=officer.email,
        created_at=now,
        dated=now.date(),
        signed_by="H O",
        signed_as="Head of Service",
    )
    consultant = Consultant(name="Carys Howell", email=case.council.hos.email, added_at=now)
    session.add_all([duty, assessment, batch, consultant])
    session.flush()
    letter = LevelLetter(
        batch_id=batch.id,
        occasion="annual:2026",
        urn=urn,
        role=ContactRole.HEADTEACHER,
        level=RiskLevel.LOW,
        name="Head",
        email="head@example.org",
        address=[],
        posting_order="1",
        body="# Your level\n\nIt is low.\n",
        state=LevelLetterState.ISSUED,
    )
    session.add(letter)
    session.flush()
    session.add(LevelLetterFile(letter_id=letter.id, content=b"%PDF"))
    session.flush()
    return duty.id, assessment.id, letter.id, consultant.id


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sample_of_each_is_written_as_it_was_kept(case: Case, tmp_path: Path) -> None:
    given = samples(case)
    settings = Settings(home=tmp_path, base_url="https://tracker.example", _env_file=None)
    written = set()
    with read(case.engine) as session:
        letters = select(Message.letter_id).where(Message.kind == MessageKind.LETTER)
        letter_id = session.exec(letters.order_by(col(Message.id))).first()
        composer = Composer(session, case.policy, settings, case.now)
        for sample in given:
            message = Message(
                key="sample",
                kind=sample.kind,
                matter_id=case.escalation.id if "path" not in sample.data else None,
                letter_id=letter_id if sample.kind is MessageKind.LETTER else None,
                to_name="Somebody",
                to_email=case.council.hos.email,
                data=sample.data,
                state=MessageState.PENDING,
                queued_at=case.now,
                next_attempt_at=case.now,
            )
            mail = composer.compose(message)
            assert mail is not None, sample
            assert mail.subject.startswith(sample.subject), sample
            assert mail.text.strip()
            written.add(type(message.tells))
            assert type(message.tells).model_validate(message.tells.facts) == message.tells
    assert written == set(TEXTS)


def test_a_day_is_kept_as_iso_has_it() -> None:
    waits = RoundWaits(path="/", years="", publish_on=date(2027, 9, 4), waiting=0)
    assert waits.facts["publish_on"] == "2027-09-04"
