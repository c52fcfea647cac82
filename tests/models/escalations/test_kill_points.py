"""Killed at any statement, a case stands before or after, never between.

Each scenario runs again and again in a process that kills itself one statement later each time,
until one of them reaches the end.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlmodel import Session

from models.database import read
from models.events import verify
from models.outbox import Message
from models.statutory import using
from notifications.smtp import AT_ONCE
from tests.support.appointments import plan
from tests.support.cases import ANSWERS, NOTICE, Case
from tests.support.council import NOW
from tests.support.databases import sqlite_url
from tests.support.killing import after_every_claim, content, copied, opened, perform, run_killed_at
from tests.support.microsoft import GRAPH, Microsoft, trusted
from tests.support.smtp import SmtpServer

# One process that has everything ready, from which all children are forked.

TODAY = NOW.date()


def ready_to_start(case: Case) -> None:
    """Nothing but the council."""


def ready_to_discuss(case: Case) -> None:
    case.started()


def ready_to_respond(case: Case) -> None:
    case.started().discuss()


def ready_to_propose(case: Case) -> None:
    case.started().climb_to("informal_governing_body").fail_step()


def ready_to_decide(case: Case) -> None:
    ready_to_propose(case)
    case.propose("advance")


COMMANDS: dict[str, tuple[Callable[[Case], None], dict[str, Any]]] = {
    "start": (ready_to_start, {}),
    "discuss": (ready_to_discuss, {"on": TODAY}),
    "respond": (ready_to_respond, {"on": TODAY}),
    "propose": (ready_to_propose, {}),
    "decide": (ready_to_decide, {}),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_happens_whole_or_not_at_all(case: Case, database_url: str, command: str) -> None:
    prepare, more = COMMANDS[command]
    prepare(case)
    happens_whole_or_not_at_all(case, database_url, command, **more)


def happens_whole_or_not_at_all(case: Case, url: str, command: str, **more: Any) -> None:
    before = content(case.engine)
    place = 1
    while run_killed_at(place, command, url, case.now, **more):
        assert content(case.engine) == before, f"killed at statement {place}"
        place += 1
    assert place > 8, "it did something"
    after = content(case.engine)
    assert after != before
    assert len(after["event"]) > len(before["event"])


# --- the statutory steps: what each command is given when everything is ready for it


def ready_to_give_notice(case: Case) -> dict[str, Any]:
    case.started().climb_to("performance_meetings").fail_step()
    ends_on = TODAY + timedelta(days=7)
    return {"reference": case.reference, **NOTICE, **ANSWERS, "compliance_ends_on": ends_on}


def ready_to_approve_a_notice(case: Case) -> dict[str, Any]:
    ready_to_give_notice(case)
    case.warn(approved=False)
    case.decide(case.awaiting[-1], "legal")
    return {"by": "dcs", "proposal_id": case.awaiting[-1].id}


def ready_to_judge(case: Case) -> dict[str, Any]:
    case.started().climb_to("warning_notice").issue()
    return {"notice_id": case.notice.id, "complied": True, "reasons": "The plan is written."}


def ready_to_prepare(case: Case) -> dict[str, Any]:
    case.started().climb_to("intervention")
    return {"reference": case.reference, "section": "65", "reason": "They cannot act."}


def ready_to_use(case: Case) -> dict[str, Any]:
    case.started().climb_to("intervention")
    power = case.prepare("66")
    case.ready(power)
    return {"power_id": power.id, "reason": "Now."}


def ready_to_approve_a_power(case: Case) -> dict[str, Any]:
    proposal = case.on_power(using.use_power, **ready_to_use(case))
    return {"by": "dcs", "proposal_id": proposal.id}


STATUTORY: dict[str, tuple[str, Callable[[Case], dict[str, Any]]]] = {
    "a notice put forward": ("give_notice", ready_to_give_notice),
    "a notice approved": ("approve", ready_to_approve_a_notice),
    "compliance judged": ("judge_compliance", ready_to_judge),
    "a power prepared": ("prepare_power", ready_to_prepare),
    "a power put forward": ("use_power", ready_to_use),
    "a power approved": ("approve", ready_to_approve_a_power),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", STATUTORY)
def test_a_statutory_command_happens_whole_or_not_at_all(
    case: Case, database_url: str, what: str
) -> None:
    name, prepare = STATUTORY[what]
    values = prepare(case)
    happens_whole_or_not_at_all(case, database_url, "statutory", name=name, **values)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_appointment_is_called_off_with_its_invitations_or_not_at_all(
    case: Case, database_url: str
) -> None:
    made = plan(case.started(), **{"with": ["headteacher", "chair_of_governors"]})
    about = {"name": "cancel_appointment", "appointment_id": made.id, "reason": "The head is ill."}
    happens_whole_or_not_at_all(case, database_url, "statutory", **about)


# --- what takes several transactions: whatever was left undone is done by the next pass


def file_of(case: Case) -> Path:
    """The SQLite file, whole by itself once its engine is disposed."""
    case.engine.dispose()
    return Path(case.engine.url.database)


def due_in_three_cases(case: Case) -> None:
    for school in ("maintained", "academy", "church"):
        case.started(school=school).discuss()


def approved_letters(case: Case) -> None:
    """Two formal letters that were approved and wait to be issued."""
    for school in ("maintained", "academy"):
        case.started(school=school).climb_to("formal_headteacher")


PASSES = {
    "tick": (due_in_three_cases, datetime(2026, 12, 15, 9, 0, tzinfo=UTC)),
    "issue": (approved_letters, NOW),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", PASSES)
def test_a_pass_that_was_killed_is_finished_by_the_next(
    case: Case, tmp_path: Path, name: str
) -> None:
    prepare, now = PASSES[name]
    prepare(case)
    prepared = file_of(case)
    url = copied(prepared, tmp_path / "copy.db")
    perform(name, url, now)
    with opened(url) as engine:
        wanted = content(engine)
    place, killed = 1, True
    while killed:
        url = copied(prepared, tmp_path / "copy.db")
        killed = run_killed_at(place, name, url, now)
        with opened(url) as engine:
            content(engine)
        perform(name, url, now)
        with opened(url) as engine:
            assert content(engine) == wanted, f"killed at statement {place}"
        place += 1
    assert place > 12


def issued_letters(case: Case) -> None:
    """Two formal letters and an alert in the outbox, and nothing else."""
    approved_letters(case)
    perform("issue", sqlite_url(file_of(case)), NOW)
    messages = Message.__table__
    alerts = select(messages.c.id).where(messages.c.kind == "alert")
    with case.engine.begin() as connection:
        others = connection.execute(alerts.order_by(messages.c.id)).scalars().all()[:-1]
        connection.execute(delete(messages).where(messages.c.id.in_(others)))
    case.engine.dispose()


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def letters_in_the_outbox(session: Session) -> list[Message]:
    rows = select(Message).where(Message.letter_id.is_not(None)).order_by(Message.id)
    return list(session.execute(rows).scalars())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_mail_that_is_kept_in_the_folder_is_kept_once(case: Case, tmp_path: Path) -> None:
    issued_letters(case)
    prepared = file_of(case)
    place, killed = 1, True
    while killed:
        url = copied(prepared, tmp_path / "copy.db")
        home = tmp_path / f"home-{place}"
        killed = run_killed_at(place, "worker", url, NOW, home=home)
        perform("deliver", url, after_every_claim(NOW), home=home)
        with opened(url) as engine, read(engine) as session:
            messages = list(session.execute(select(Message)).scalars())
            assert {message.state for message in messages} <= {"sent", "dropped"}
            sent = [message for message in messages if message.state == "sent"]
            assert verify(session) is None
        assert len(list((home / "mail").glob("*.eml"))) == len(sent)
        place += 1
    assert place > 12


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_letter_that_is_sent_arrives_once_or_an_officer_is_asked(
    case: Case, tmp_path: Path, mail_server: SmtpServer
) -> None:
    issued_letters(case)
    prepared = file_of(case)
    place, killed, asked = 1, True, 0
    while killed:
        url = copied(prepared, tmp_path / "copy.db")
        to = {"home": tmp_path / f"home-{place}", "mail_url": mail_server.url}
        killed = run_killed_at(place, "worker", url, NOW, **to)
        perform("worker", url, after_every_claim(NOW), **to)
        received = Counter(each.message["Message-ID"] for each in mail_server.messages)
        mail_server.messages.clear()
        assert set(received.values()) <= {1}, "nothing twice"
        with opened(url) as engine, read(engine) as session:
            messages = list(session.execute(select(Message)).scalars())
            states = Counter(message.state.value for message in messages)
            assert set(states) <= {"sent", "unknown", "dropped", "pending"}
            assert states["sent"] <= len(received) <= states["sent"] + states["unknown"]
            for letter in letters_in_the_outbox(session):
                assert letter.state in ("sent", "unknown")
            assert states["unknown"] <= AT_ONCE
            assert verify(session) is None
        asked += states["unknown"]
        place += 1
    assert place > 12
    assert asked, "one was killed between the claim and the answer"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_letter_through_graph_arrives_once_or_an_officer_is_asked(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two steps of asking for a token, or of sending."""
    issued_letters(case)
    messages = Message.__table__
    letters = select(messages.c.id).where(messages.c.kind == "letter").order_by(messages.c.id)
    with case.engine.begin() as connection:
        first = connection.execute(letters).scalars().first()
        connection.execute(delete(messages).where(messages.c.id != first))
    case.engine.dispose()
    prepared = file_of(case)
    trust = str(trusted(tmp_path, monkeypatch))
    place, killed, became = 1, True, Counter[tuple[str, int]]()
    with Microsoft(tmp_path) as microsoft:
        while killed:
            url = copied(prepared, tmp_path / "copy.db")
            way = {"mail_url": GRAPH, "trust": trust, **microsoft.application}
            to = {"home": tmp_path / f"home-{place}", **way}
            killed = run_killed_at(place, "worker", url, NOW, on_the_line=True, **to)
            perform("worker", url, after_every_claim(NOW), **to)
            with opened(url) as engine, read(engine) as session:
                [letter] = letters_in_the_outbox(session)
                arrived = microsoft.recipients.count(letter.to_email)
                became[letter.state.value, arrived] += 1
                assert verify(session) is None
            microsoft.begin()
            place += 1
    assert set(became) <= {("sent", 1), ("unknown", 0), ("unknown", 1)}, "never twice"
    assert became["unknown", 0], "killed before Graph had it"
    assert became["unknown", 1], "killed before its answer was written down"
    assert place > 3 * 3
