"""What plain SQL changes is found by the record: which row, what of it, and which event says so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import Session

from models.database import connect, read, write
from models.events import (
    Event,
)
from models.people import cover, credentials, officers
from models.people.acting import Acting
from models.policy import Policy
from models.record.verifying import Findings, examine
from models.settings import Settings
from models.upkeep import schema
from notifications import level_letters as printing
from notifications.issuing import issue_letters
from notifications.outbox import deliver
from tests.models.evidence.test_evidence import attach
from tests.models.matters.test_restricted import restrict
from tests.support import databases
from tests.support.cases import Case
from tests.support.council import found_council
from tests.support.level_letters import Post, blank_press, published
from tests.support.policies import POLICY

events = Event.__table__


@dataclass
class Played:
    """A case that went some way by real commands, with real letters and a real file."""

    case: Case
    home: Settings

    @property
    def engine(self) -> Engine:
        """Its database."""
        return self.case.engine


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(
    request: pytest.FixtureRequest, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    """Played once on each database: whatever is changed in it is undone again."""
    folder = tmp_path_factory.mktemp("record")
    if request.param == "sqlite":
        url = databases.sqlite_url(folder / "scc.db")
    else:
        server = request.getfixturevalue("postgresql")
        worker = request.getfixturevalue("worker_id")
        url = databases.postgresql_database(server, f"record_{worker}")
    engine = connect(url)
    schema.migrate(engine)
    case = Case(engine, policy, found_council(engine))
    home = Settings(home=folder / "data", _env_file=None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(printing, "press", blank_press)
        play(case, home)
    yield Played(case, home)
    engine.dispose()


def play(case: Case, home: Settings) -> None:
    """Something of every kind that the record speaks of."""
    engine, council = case.engine, case.council
    case.started().climb_to("formal_headteacher")
    issue_letters(engine, case.policy, case.now)
    deliver(engine, case.policy, home, lambda: case.now)
    case.respond("unsatisfactory")
    case.decide(case.propose("advance", reason="No answer."), "hos", "return", "Not yet.")
    case.propose("advance", reason="Still no answer.")
    attach(case, home)
    restrict(case, "seo2")
    with write(engine) as session:
        credentials.issue_token(session, now=case.now, officer=council.seo, label="laptop")
    with write(engine) as session:
        cover.delegate(
            Acting(session, POLICY, council.hos, case.now),
            cover.Cover(
                colleague=council.sm.email,
                first_day=case.now.date(),
                last_day=case.now.date() + timedelta(days=5),
                reason="Leave.",
            ),
        )
    with write(engine) as session:
        officers.change_officer(
            Acting(session, POLICY, council.admin, case.now),
            council.seo2.email,
            officers.OfficerDetails(name="Sofia Eze", role="service_manager", phase="primary"),
        )
    published(engine)
    Post(engine, case.policy, council, home).issued()


def look(played: Played, *statements: str) -> Findings:
    """What the record says after these, of which nothing stays."""
    with played.engine.connect() as connection, connection.begin() as transaction:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement
        with Session(connection) as session:
            found = examine(session, played.home.evidence_folder)
        transaction.rollback()
    return found


def told(played: Played, found: Findings) -> list[tuple[str, str | None, str | None]]:
    """Of each difference the row, the column, and the kind of the event that says otherwise."""
    with read(played.engine) as session:
        kinds = {event.sequence: event.kind for event in session.execute(_EVENTS).scalars()}
    return [(each.row, each.column, kinds.get(each.sequence)) for each in found.differences]


_EVENTS = select(Event)


def test_events_repeat_nothing_that_somebody_wrote(played: Played) -> None:
    """Of texts there is a digest: the record of a case is read by more than its letters are."""
    with read(played.engine) as session:
        spoken = [event.rows for event in session.execute(_EVENTS).scalars()]
    values = {
        value
        for rows in spoken
        for columns in rows.values()
        for value in (columns or {}).values()
        if isinstance(value, str) and not re.fullmatch("[0-9a-f]{64}", value)
    }
    words = {value for value in values if not re.match(r"\d{4}-\d\d-\d\d", value)}
    assert words
    assert all(re.fullmatch("[a-z_]{2,30}", word) for word in words), words


def test_an_untouched_database_holds(played: Played) -> None:
    found = look(played)
    assert found.broken is None
    assert found.differences == []
    assert found.intact
    assert (found.events_not_covered, found.rows_not_covered) == (0, 0)
    assert found.rows > 100


# What is changed by plain SQL: the statement, the row that is named, what of it, and the kind of
# the event that says otherwise.
CHANGED = {
    "the text of a letter": (
        "UPDATE letter_version SET body = 'You did well.' WHERE letter_id = 3",
        ("letter_version:3", "body", "letter_drafted"),
    ),
    "who wrote it": (
        "UPDATE letter_version SET written_by = 'hos@fernshire.example' WHERE letter_id = 3",
        ("letter_version:3", "written_by", "letter_drafted"),
    ),
    "an issued PDF": (
        "UPDATE issued_file SET content = (SELECT content FROM issued_file WHERE format = 'txt' "
        "AND letter_id = 5) WHERE letter_id = 5 AND format = 'pdf'",
        ("issued_file:5:pdf", "content", "letter_issued"),
    ),
    "an issued web page": (
        "UPDATE issued_file SET content = (SELECT content FROM issued_file WHERE format = 'txt' "
        "AND letter_id = 5) WHERE letter_id = 5 AND format = 'html'",
        ("issued_file:5:html", "content", "letter_issued"),
    ),
    "the reason of a proposal": (
        "UPDATE proposal SET reason = 'Another.' WHERE id = 1",
        ("proposal:1", "reason", "change_proposed"),
    ),
    "the reason of a decision": (
        "UPDATE decision SET reason = 'Another.' WHERE decision = 'return'",
        ("decision:?", "reason", "proposal_returned"),
    ),
    "the proposer": (
        "UPDATE proposal SET proposed_by_id = 1 WHERE id = 1",
        ("proposal:1", "proposed_by_id", "change_proposed"),
    ),
    "the decider": (
        "UPDATE decision SET officer_id = 2 WHERE decision = 'return'",
        ("decision:?", "officer_id", "proposal_returned"),
    ),
    "what was decided": (
        "UPDATE decision SET decision = 'approve' WHERE decision = 'return'",
        ("decision:?", "decision", "proposal_returned"),
    ),
    "the role of an officer": (
        "UPDATE officer SET role = 'director' WHERE email = 'seo@fernshire.example'",
        ("officer:3", "role", "officer_added"),
    ),
    "a role that was changed": (
        "UPDATE officer SET role = 'director' WHERE email = 'seo2@fernshire.example'",
        ("officer:4", "role", "officer_changed"),
    ),
    "a restriction that was lifted": (
        "UPDATE matter SET restricted = false",
        ("matter:1", "restricted", "case_restricted"),
    ),
    "the notes of a discussion": (
        "UPDATE discussion SET notes = 'We did not meet.' WHERE id = 1",
        ("discussion:1", "notes", "discussion_recorded"),
    ),
    "what a school answered": (
        "UPDATE response SET summary = 'We will not.' WHERE id = 1",
        ("response:1", "summary", "response_judged"),
    ),
    "how it was judged": (
        "UPDATE response SET judgement = 'satisfactory' WHERE id = 1",
        ("response:1", "judgement", "response_judged"),
    ),
    "the day of a deadline": (
        "UPDATE deadline SET due_on = '2027-06-01' WHERE id = 1",
        ("deadline:1", "due_on", "deadline_set"),
    ),
    "whether a deadline was met": (
        "UPDATE deadline SET state = 'missed' WHERE id = 1",
        ("deadline:1", "state", "response_recorded"),
    ),
    "the state of a step": (
        "UPDATE step SET state = 'satisfactory' WHERE key = 'formal_headteacher'",
        ("step:1:formal_headteacher", "state", "response_recorded"),
    ),
    "to whom a letter was sent": (
        "UPDATE message SET to_email = 'other@school.example' WHERE letter_id = 5",
        ("message:letter:5:1:headteacher:email", "to_email", "letter_issued"),
    ),
    "whether it was sent": (
        "UPDATE message SET state = 'failed' WHERE letter_id = 5",
        ("message:letter:5:1:headteacher:email", "state", "message_sent"),
    ),
    "to whom a letter is addressed": (
        "UPDATE letter SET recipients = '[]' WHERE id = 5",
        ("letter:5", "recipients", "proposal_approved"),
    ),
    "the address of a school": (
        "UPDATE contact SET email = 'other@school.example' WHERE urn = 900001 "
        "AND role = 'headteacher'",
        ("contact:900001:headteacher", "email", "contact_changed"),
    ),
    "for whom somebody covers": (
        "UPDATE delegation SET to_officer_id = 4",
        ("delegation:1", "to_officer_id", "delegation_made"),
    ),
    "until when somebody covers": (
        "UPDATE delegation SET last_day = '2029-01-01'",
        ("delegation:1", "last_day", "delegation_made"),
    ),
    "whose token it is": (
        "UPDATE credential SET officer_id = 7",
        ("credential:1", "officer_id", "credential_issued"),
    ),
    "which token it is": (
        "UPDATE credential SET digest = 'another'",
        ("credential:1", "digest", "credential_issued"),
    ),
    "a letter about a level": (
        "UPDATE level_letter_file SET content = (SELECT content FROM issued_file "
        "WHERE format = 'txt' AND letter_id = 5) WHERE letter_id = 1",
        ("level_letter_file:1", "content", "level_letters_kept"),
    ),
    "to whom a letter about a level goes": (
        "UPDATE level_letter SET email = 'other@school.example' WHERE id = 1",
        ("level_letter:1", "email", "level_letters_kept"),
    ),
    "the text of a letter about a level": (
        "UPDATE level_letter SET body = 'All is well.' WHERE id = 1",
        ("level_letter:1", "body", "level_letters_kept"),
    ),
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_changed_row_is_named(played: Played, change: str) -> None:
    statement, (row, column, kind) = CHANGED[change]
    found = look(played, statement)
    assert found.broken is None
    assert not found.intact
    [(which, what, event)] = told(played, found)
    assert (which if "?" not in row else f"{which.partition(':')[0]}:?") == row
    assert (what, event) == (column, kind)


def test_a_changed_hash_of_evidence_is_named(played: Played) -> None:
    found = look(played, f"UPDATE evidence_file SET sha256 = '{'a' * 64}'")
    [said, missing] = found.differences
    assert (said.row, said.column) == ("evidence_file:1", "sha256")
    assert said.sequence is not None
    assert missing.row == "evidence_file:1"
    assert "bytes" in missing.what


def test_a_changed_file_of_evidence_is_named(played: Played) -> None:
    folder = played.home.evidence_folder
    [file] = [path for path in folder.rglob("*") if path.is_file()]
    content = file.read_bytes()
    file.write_bytes(b"Seen on the visit: all is well.\n")
    try:
        [found] = look(played).differences
    finally:
        file.write_bytes(content)
    assert (found.row, found.sequence) == ("evidence_file:1", None)
    assert "bytes" in found.what


# What somebody plants: the row that is named, of which no event speaks.
PLANTED = {
    "a token": (
        "INSERT INTO credential (id, officer_id, kind, digest, label, created_at) "
        "VALUES (77, 7, 'token', 'planted', '', '2026-11-23 10:00:00')",
        "credential:77",
    ),
    "a browser's sign-in": (
        "INSERT INTO sign_in (id, officer_id, digest, way, started_at, last_seen_at, ends_at) "
        "VALUES (77, 7, 'planted', 'password', '2026-11-23 10:00:00', '2026-11-23 10:00:00', "
        "'2036-11-23 10:00:00')",
        "sign_in:77",
    ),
    "cover": (
        "INSERT INTO delegation (id, from_officer_id, to_officer_id, role, first_day, last_day, "
        "reason, made_at) VALUES (77, 7, 4, 'director', '2026-01-01', '2036-01-01', 'Leave.', "
        "'2026-11-23 10:00:00')",
        "delegation:77",
    ),
    "somebody named on a case": (
        "INSERT INTO named_officer (id, matter_id, officer_id) VALUES (77, 1, 5)",
        "named_officer:1:5",
    ),
    "an officer": (
        "INSERT INTO officer (id, email, name, role, active, role_withdrawn, demonstration, "
        "created_at) VALUES (77, 'x@x.example', 'X', 'director', true, false, false, "
        "'2026-11-23 10:00:00')",
        "officer:77",
    ),
    "a decision": (
        "INSERT INTO decision (id, proposal_id, stage, officer_id, decision, reason, at) "
        "SELECT 77, max(id), 0, 1, 'approve', 'Yes.', '2026-11-23 10:00:00' FROM proposal",
        "decision:77",
    ),
    "a version of a letter": (
        "INSERT INTO letter_version (id, letter_id, version, body, written_by, written_at) "
        "VALUES (77, 3, 2, 'You did well.', 'seo@fernshire.example', '2026-11-23 10:00:00')",
        "letter_version:77",
    ),
    "a letter on its way": (
        "INSERT INTO message (id, key, kind, letter_id, to_name, to_email, data, state, "
        "queued_at, next_attempt_at, attempts, detail) VALUES (777, 'letter:1:1:x:email', "
        "'letter', 1, 'X', 'x@x.example', '{}', 'pending', '2026-11-23 10:00:00', "
        "'2026-11-23 10:00:00', 0, '')",
        "message:letter:1:1:x:email",
    ),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_row_is_named(played: Played, plant: str) -> None:
    statement, row = PLANTED[plant]
    [found] = look(played, statement).differences
    assert (found.row, found.column, found.sequence) == (row, None, None)
    assert "no event speaks" in found.what


# What somebody deletes: the row that is named, and the last event that speaks of it.
DELETED = {
    "a version of a letter": ("DELETE FROM letter_version WHERE letter_id = 3", "letter_version:3"),
    "an issued file": (
        "DELETE FROM issued_file WHERE letter_id = 5 AND format = 'pdf'",
        "issued_file:5:pdf",
    ),
    "a token": ("DELETE FROM credential", "credential:1"),
    "cover": ("DELETE FROM delegation", "delegation:1"),
    "somebody named on a case": (
        "DELETE FROM named_officer WHERE officer_id = 4",
        "named_officer:1:4",
    ),
    "a response": ("DELETE FROM response WHERE id = 1", "response:1"),
    "a file of evidence": ("DELETE FROM evidence_file", "evidence_file:1"),
}


@pytest.mark.parametrize("deletion", DELETED)
def test_a_deleted_row_is_named(played: Played, deletion: str) -> None:
    statement, row = DELETED[deletion]
    [found] = look(played, statement).differences
    assert found.row == row
    assert found.sequence is not None
    assert "is gone" in found.what
