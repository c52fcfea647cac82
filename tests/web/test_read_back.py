"""Whatever the product can make can be read back, at both doors and by every role.

What there is to be read is not taken from what reads it: the rows stand in the database, the
kinds of letter are the files of their folder, and actions, messages and powers those that the
commands and the law know.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import Select
from sqlmodel import select

from models.actions import shown as actions_shown
from models.actions.tables import ActionState, AgreedAction
from models.appointments import shown as appointments_shown
from models.appointments.tables import Appointment, AppointmentKind, AppointmentState
from models.approvals import shown as approvals_shown
from models.approvals.tables import Proposal, ProposalState
from models.commissioning import asking_shown, commissions_shown
from models.commissioning.tables import (
    Commission,
    Party,
    Provider,
    Referral,
    ReferralState,
    RequestState,
    SupportRequest,
)
from models.consultants import shown as consultants_shown
from models.consultants.tables import Consultant
from models.database import connect, read
from models.escalations import held
from models.escalations import shown as escalations_shown
from models.escalations.deciding import EFFECTS
from models.escalations.tables import Discussion, Escalation, Response, Status
from models.evidence import shown as evidence_shown
from models.evidence.tables import EvidenceFile
from models.law.powers import Section
from models.letters import shown as letters_shown
from models.letters.tables import Letter, LetterState
from models.level_letters import letters_shown as level_letters
from models.level_letters import shown as letter_batches
from models.level_letters.tables import LetterBatch, LevelLetter
from models.matters import shown as matters_shown
from models.matters.tables import (
    Deadline,
    DeadlineKind,
    Matter,
    MatterKind,
    NamedOfficer,
    ReminderKind,
)
from models.needs import shown as needs_shown
from models.needs.tables import Need, NeedSource, NeedState
from models.outbox import MessageKind
from models.people.access import RULES, Act
from models.people.tables import Officer, Role
from models.presentations import shown as presentations_shown
from models.presentations.tables import Presentation, PresentationKind, PresentationState
from models.priorities import shown as priorities_shown
from models.priorities.tables import ImprovementPriority, PriorityState
from models.programme import duties_shown, support_work
from models.programme.tables import Duty, Review, SchoolVisit, WrittenReport
from models.proposed import Action
from models.register import shown as register_shown
from models.register.tables import RegisterImport
from models.risk import level_changes, rounds_shown
from models.risk import shown as risk_shown
from models.risk.tables import Assessment, AssessmentRound, LevelChange
from models.schools import shown as schools_shown
from models.schools.tables import School
from models.settings import TEMPLATES
from models.sharing import shown as sharing_shown
from models.sharing.tables import SharingState
from models.statutory import notices_shown, powers_shown
from models.statutory import shown as statutory_shown
from models.statutory.tables import (
    Power,
    PowerState,
    SecretaryOfStateKind,
    SecretaryOfStateNotice,
    ServiceMethod,
    WarningNotice,
)
from tests.support import databases
from tests.support.addresses import routes, rules_of
from tests.support.callers import Caller, Callers
from tests.support.everything import World
from tests.support.reading_back import TABLES, Depth, Question, Row, hidden, questions, rows_of
from tests.support.visitors import Visitors
from web.api import create_api
from web.pages import TOPICS

LETTERS = TEMPLATES / "letters"

GETS = [route for route in routes(create_api()) if "GET" in route.methods]
# Of what the answers call so, the words that one field must have had between them.
EVERY_WORD: list[tuple[type[BaseModel], str, type[StrEnum]]] = [
    (appointments_shown.Appointment, "kind", AppointmentKind),
    (appointments_shown.Appointment, "state", AppointmentState),
    (approvals_shown.Proposal, "action", Action),
    (approvals_shown.Proposal, "state", ProposalState),
    (presentations_shown.ListedPresentation, "kind", PresentationKind),
    (presentations_shown.ListedPresentation, "state", PresentationState),
    (letters_shown.Message, "kind", MessageKind),
    (letters_shown.Letter, "state", LetterState),
    (powers_shown.Power, "section", Section),
    (powers_shown.Power, "state", PowerState),
    (matters_shown.Deadline, "kind", DeadlineKind),
    (matters_shown.Reminder, "kind", ReminderKind),
    (statutory_shown.SecretaryOfStateNotice, "kind", SecretaryOfStateKind),
    (statutory_shown.Service, "method", ServiceMethod),
    (escalations_shown.Escalation, "status", Status),
    (actions_shown.AgreedAction, "state", ActionState),
    (sharing_shown.SharingDecision, "state", SharingState),
    (needs_shown.Need, "state", NeedState),
    (needs_shown.Need, "source", NeedSource),
    (priorities_shown.Priority, "state", PriorityState),
    (asking_shown.SupportRequest, "state", RequestState),
    (asking_shown.Referral, "state", ReferralState),
    (commissions_shown.ImpactEvaluation, "party", Party),
]


def references(kind: MatterKind) -> Any:
    """The references of all matters of a kind."""
    return select(Matter.reference).where(Matter.kind == kind)


# What the Director's lists must hold between them, row by row.
LISTED: list[tuple[type[BaseModel], str, Any]] = [
    (appointments_shown.Appointment, "id", Appointment.id),
    (actions_shown.AgreedAction, "id", AgreedAction.id),
    (needs_shown.Need, "id", Need.id),
    (priorities_shown.Priority, "id", ImprovementPriority.id),
    (commissions_shown.Commission, "id", Commission.id),
    (consultants_shown.Consultant, "id", Consultant.id),
    (asking_shown.Provider, "id", Provider.id),
    (asking_shown.Referral, "id", Referral.id),
    (asking_shown.SupportRequest, "id", SupportRequest.id),
    (risk_shown.Assessment, "id", Assessment.id),
    (matters_shown.Deadline, "id", Deadline.id),
    (held.Discussion, "id", Discussion.id),
    (duties_shown.Duty, "id", Duty.id),
    (escalations_shown.Escalation, "reference", references(MatterKind.ESCALATION)),
    (evidence_shown.EvidenceFile, "id", EvidenceFile.id),
    (letter_batches.LetterBatch, "number", LetterBatch.id),
    (level_changes.LevelChange, "id", LevelChange.id),
    (level_letters.LevelLetter, "id", LevelLetter.id),
    (letters_shown.ListedLetter, "id", Letter.id),
    (powers_shown.Power, "id", Power.id),
    (presentations_shown.ListedPresentation, "id", Presentation.id),
    (approvals_shown.Proposal, "id", Proposal.id),
    (register_shown.RegisterImport, "id", RegisterImport.id),
    (held.Response, "id", Response.id),
    (rounds_shown.Round, "school_year", AssessmentRound.school_year),
    (schools_shown.School, "urn", School.urn),
    (support_work.SchoolVisit, "id", SchoolVisit.id),
    (statutory_shown.SecretaryOfStateNotice, "id", SecretaryOfStateNotice.id),
    (support_work.SupportReview, "id", Review.id),
    (notices_shown.WarningNotice, "id", WarningNotice.id),
    (support_work.WrittenReport, "id", WrittenReport.id),
]


@dataclass(frozen=True)
class Asked:
    """What one officer was answered."""

    world: str
    officer: Officer
    question: Question
    status: int
    content: bytes

    @property
    def told(self) -> tuple[str, str, str, int]:
        return self.world, self.officer.role.value, self.question.address, self.status


def every_row(world: World) -> dict[Any, list[Row]]:
    with read(world.engine) as session:
        return {table: rows_of(session, table) for table in {*TABLES.values(), Matter}}


def depth(world: str, officer: Officer) -> Depth:
    """The Director sees every case, so reads all there is; whoever reads cases, every kind."""
    if officer.role is Role.DIRECTOR:
        return Depth.EVERY_ROW if world == "council" else Depth.EVERY_LIST
    if world == "council" and officer.role in RULES[Act.SEE_CASE]:
        return Depth.EVERY_KIND
    return Depth.ONE


@pytest.fixture(scope="module")
def read_back(worlds: dict[str, World]) -> list[Asked]:
    """Every address of the API, asked by an officer of each role in both councils."""
    return [asked for name, world in worlds.items() for asked in _ask(name, world)]


def _ask(name: str, world: World) -> Iterator[Asked]:
    callers = Callers(world.engine, None, world.home)  # type: ignore[arg-type]
    callers.at(world.now)
    rows = every_row(world)
    for officer in world.officers():
        caller = callers.of(officer)
        for question in questions(GETS, rows, depth(name, officer)):
            for answer in _pages(caller, question):
                yield Asked(name, officer, question, answer.status_code, answer.content)


def _pages(caller: Caller, question: Question) -> Iterator[Any]:
    """The answer, or all pages of it."""
    page, pages = 1, 1
    while page <= pages:
        query = {"per_page": 200, "page": page} if question.is_list else {}
        answer = caller.call("GET", question.address, params=query)
        yield answer
        if question.is_list and answer.status_code == 200:
            pages = answer.json()["pages"]
        page += 1


def test_nothing_is_refused_but_by_role_and_by_sight(
    worlds: dict[str, World], read_back: list[Asked]
) -> None:
    wrong = []
    for name, world in worlds.items():
        with read(world.engine) as session:
            cases = {matter.id: matter for matter in session.exec(select(Matter)).all()}
            named = set(session.exec(select(NamedOfficer.matter_id, NamedOfficer.officer_id)))
        for asked in read_back:
            if asked.world == name and asked.status not in right(asked, cases, named):
                wrong.append(asked.told)
    assert not wrong


SHOWN = ("appointments", "escalations", "proposals", "letters", "messages", "level-letters")
# Pages about a row, which only show; the forms beside them have their own tests.
PAGES = [
    route
    for topic in TOPICS
    for route in routes(topic.router)
    if "GET" in route.methods
    and re.search(rf"/({'|'.join(SHOWN)})/{{", route.path)
    and "." not in route.path
    and rules_of(route)[0].act in (Act.SEE_CASE, Act.SEE_OUTLINES, Act.SEE_PROGRAMME)
]


@pytest.mark.parametrize("world", ["demonstration", "council"])
def test_every_page_that_shows_a_thing_is_shown(worlds: dict[str, World], world: str) -> None:
    """To the Director one of every kind; to others one of a restricted case, and one of another."""
    here = worlds[world]
    assert len(PAGES) > 10
    rows = every_row(here)
    with read(here.engine) as session:
        cases = {matter.id: matter for matter in session.exec(select(Matter)).all()}
        named = set(session.exec(select(NamedOfficer.matter_id, NamedOfficer.officer_id)))
    wrong = []
    for officer in here.officers():
        visitors = Visitors(here.engine, None, here.home)  # type: ignore[arg-type]
        visitors.at(here.now)
        client = visitors.of(officer).client
        deep = Depth.EVERY_KIND if officer.role is Role.DIRECTOR else Depth.ONE
        for question in questions(PAGES, rows, deep):
            answer = client.get(question.address, follow_redirects=False)
            asked = Asked(world, officer, question, answer.status_code, answer.content)
            if asked.status not in right(asked, cases, named):
                wrong.append(asked.told)
    assert not wrong


Told = list[tuple[Asked, BaseModel]]


@pytest.fixture(scope="module")
def told(read_back: list[Asked]) -> dict[type[BaseModel], Told]:
    """Everything that was read back by what it is: by itself, in a list or within something."""
    found: dict[type[BaseModel], Told] = defaultdict(list)
    for asked in read_back:
        shown = asked.question.route.response_model
        if asked.status == 200 and shown is not None:
            for each in _within(shown.model_validate_json(asked.content)):
                found[type(each)].append((asked, each))
    return found


def _within(shown: Any) -> Iterator[BaseModel]:
    if isinstance(shown, BaseModel):
        yield shown
        shown = [getattr(shown, name) for name in type(shown).model_fields]
    if isinstance(shown, list):
        for each in shown:
            yield from _within(each)


def words(told: Told, field: str) -> set[Any]:
    return {getattr(each, field) for _, each in told}


def test_every_kind_of_letter_was_read_back(told: dict[type[BaseModel], Told]) -> None:
    """A template without a sample here is one that `tests.support.everything` does not send yet."""
    templates = {path.name.removesuffix(".md.j2") for path in LETTERS.glob("*.md.j2")}
    in_bulk = [letter for _, letter in told[level_letters.WholeLevelLetter]]
    assert any(letter.deliveries for letter in in_bulk)  # type: ignore[attr-defined]
    assert templates - words(told[letters_shown.Letter], "template") == {"risk_level"}


@pytest.mark.parametrize(("model", "field", "known"), EVERY_WORD)
def test_every_kind_of_thing_was_read_back(
    told: dict[type[BaseModel], Told], model: type[BaseModel], field: str, known: type[StrEnum]
) -> None:
    """A word that no row here has is a kind without a sample: `everything.py` needs one."""
    expected = set(known) - {MessageKind.LEVEL_LETTER}  # about no case: with its letter, above
    assert words(told[model], field) == expected


def test_whatever_can_be_proposed_was_put_forward_and_read_back(
    told: dict[type[BaseModel], Told],
) -> None:
    assert {type(each.details) for _, each in told[approvals_shown.Proposal]} == set(EFFECTS)


def test_people_who_hold_no_role_are_told_by_their_title(told: dict[type[BaseModel], Told]) -> None:
    titles: dict[bool, set[str | None]] = {True: set(), False: set()}
    for _, person in told[letters_shown.Recipient]:
        assert isinstance(person, letters_shown.Recipient)
        titles[person.role.startswith("person_")].add(person.title)
    assert titles[True] == {"additional governor", "member of the Interim Executive Board"}
    assert titles[False] == {None}


@pytest.mark.parametrize("world", ["demonstration", "council"])
def test_no_row_is_left_out(
    worlds: dict[str, World], told: dict[type[BaseModel], Told], world: str
) -> None:
    left_out = {}
    with read(worlds[world].engine) as session:
        for model, field, column in LISTED:
            mine = [each for each in told[model] if each[0].world == world]
            listed = [each for each in mine if each[0].question.is_list]
            there: Any = column if isinstance(column, Select) else select(column)
            missing = set(session.exec(there)) - words(listed, field)
            if missing:
                left_out[model.__name__] = missing
    assert not left_out


def test_postgresql_answers_every_list_like_sqlite(
    worlds: dict[str, World], postgresql_url: str
) -> None:
    here = worlds["council"]
    [director] = [each for each in here.officers() if each.role is Role.DIRECTOR]
    callers = Callers(here.engine, None, here.home)  # type: ignore[arg-type]
    callers.at(here.now)
    on_sqlite = callers.of(director)
    engine = connect(postgresql_url)
    databases.empty(engine)
    databases.fill(engine, databases.rows(here.engine))
    there = Callers(engine, None, here.home)  # type: ignore[arg-type]
    there.at(here.now)
    on_postgresql = Caller(there.client, on_sqlite.token)
    lists = [each for each in questions(GETS, every_row(here), Depth.ONE) if each.is_list]
    assert len({each.route.path for each in lists}) >= 29
    for each in lists:
        expected, found = (
            caller.call("GET", each.address, params={"per_page": 200})
            for caller in (on_sqlite, on_postgresql)
        )
        assert (found.status_code, found.json()) == (expected.status_code, expected.json()), each
    engine.dispose()


def right(asked: Asked, cases: dict[int, Escalation], named: set[tuple[int, int]]) -> set[int]:
    """The statuses that are in order."""
    [act] = [rule.act for rule in rules_of(asked.question.route)]
    row, officer = asked.question.row, asked.officer
    if officer.role not in RULES[act]:
        return {403}
    if row is None:
        return {200}
    if hidden(officer, row, cases, named):
        return {404}
    if asked.question.address.endswith("/bundle.pdf") and not row.row.bundle_sha256:
        return {404}  # nothing of it goes by post
    if officer.role is Role.CONSULTANT:
        return {200, 404}  # of schools of others: tests/web/consultants/test_consultants_sight.py
    if row.case is not None and officer.phase is not None:
        return {200, 404}  # of another phase's schools: tests/models/matters/test_restricted.py
    return {200}
