"""Processes that kill themselves (SIGKILL) at one statement of what they do to the database, or
at one thing that they do to the folder of evidence.

Only the child listens to its own statements: what runs is the product as it is.
"""

import io
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Engine, event
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session, select

from models.appointments import planning
from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal, ProposalState
from models.clocks import london_date
from models.database import connect, read, write
from models.escalations.deciding import Decided, decide
from models.escalations.proposing import ChangeWanted, propose
from models.escalations.recording import (
    DiscussionHeld,
    ResponseReceived,
    record_discussion,
    record_response,
)
from models.escalations.starting import EscalationToStart, start
from models.events import verify
from models.evidence import keeping
from models.matters.tables import Matter
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.people.officers import find_officer
from models.people.tables import Officer
from models.proposed import Action
from models.register import importing
from models.risk.rounds import publish_round
from models.settings import Settings
from models.statutory import following, giving, preparing, using
from models.text import check_printable
from models.upkeep import school_year
from models.upkeep.backup import restore
from models.upkeep.clock import tick
from notifications import level_letters, worker
from notifications.bulk import carry_on
from notifications.issuing import issue_letters
from notifications.outbox import deliver
from notifications.smtp import Smtp
from tests.support import databases
from tests.support.carrying_out import carry_out
from tests.support.databases import sqlite_url
from tests.support.level_letters import blank_press
from tests.support.policies import POLICY

PATIENCE = 60  # seconds
# A server process that has everything ready once, from which each child is forked.
configure_mappers()
check_printable("text", "a")
assert Smtp(
    "mailto://mail.example?from=a@b.example"
).name  # Apprise looks for all its services, once
_children = multiprocessing.get_context("forkserver")
_children.set_forkserver_preload(["__main__", "tests.support.killing_warm"])


def run_killed_at(place: int, scenario: str, url: str, now: datetime, **more: Any) -> bool:
    """Run a scenario in a child that kills itself at this place; False if it ended.

    A place is a statement, a commit, or an act on the folders of evidence and of bundles; with
    `on_the_line` instead a step of a request by HTTPS.

    Places count from 1. Raises AssertionError when the child failed otherwise.
    """
    child = _children.Process(target=_run, args=(place, scenario, url, now, more))
    child.start()
    child.join(PATIENCE)
    assert child.exitcode is not None, "the child hangs"
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def _run(place: int, scenario: str, url: str, now: datetime, more: dict[str, Any]) -> None:
    engine = connect(url)
    seen = 0

    def strike(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == place:
            os.kill(os.getpid(), signal.SIGKILL)

    if more.pop("on_the_line", False):
        _on_the_line(strike)
    else:
        event.listen(engine, "before_cursor_execute", strike)
        event.listen(engine, "commit", strike)
        sys.addaudithook(lambda act, about: strike() if _is_on_files(act, about) else None)
    SCENARIOS[scenario](engine, now, **more)
    engine.dispose()


def _on_the_line(strike: Callable[[], None]) -> None:
    """At each step of a request by HTTPS, as the library tells of it."""

    class Steps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage().partition(" ")[0] in STEPS:
                strike()

    logger = logging.getLogger("httpcore.http11")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(Steps())
    logger.propagate = False


# Nothing leaves before the first, and all is known after the last.
STEPS = ("send_request_headers.complete", "send_request_body.complete", "response_closed.complete")
ON_FILES = ("open", "os.mkdir", "os.rename", "os.remove", "subprocess.Popen", "upload.read")


def _is_on_files(act: str, about: tuple[Any, ...]) -> bool:
    return act in ON_FILES and any(folder in str(about) for folder in ("/evidence", "/bundles"))


def perform(scenario: str, url: str, now: datetime, **more: Any) -> None:
    """Run a scenario in this process and let it live."""
    with opened(url) as engine:
        SCENARIOS[scenario](engine, now, **more)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """A database between two kills; afterwards its file is whole by itself."""
    engine = _engine(url)
    yield engine
    engine.dispose()


@cache
def _engine(url: str) -> Engine:
    """One for each file: a new one would have to compile every statement anew."""
    return connect(url)


def content(engine: Engine) -> dict[str, list[Any]]:
    """Every row of every table; the chain of events holds."""
    with read(engine) as session:
        assert verify(session) is None
    return {table.name: held for table, held in databases.rows(engine).items()}


def copied(prepared: Path, copy: Path) -> str:
    """A fresh copy of a SQLite file, where the one for the kill before was; its URL."""
    copy.parent.mkdir(exist_ok=True)
    for left_behind in copy.parent.glob(f"{copy.name}-*"):
        left_behind.unlink()
    return sqlite_url(Path(shutil.copyfile(prepared, copy)))


def _officer(session: Session, name: str) -> Officer:
    return find_officer(session, f"{name}@fernshire.example")


def _reference(session: Session) -> str:
    return session.exec(select(Matter.reference)).one()


def _start(engine: Engine, now: datetime) -> None:
    with write(engine) as session:
        start(
            Acting(session, POLICY, _officer(session, "seo"), now),
            EscalationToStart(
                urn=900001,
                triggers=["safety"],
                summary="Attainment has fallen.",
                case_officer="seo@fernshire.example",
            ),
        )


def _propose(engine: Engine, now: datetime) -> None:
    with write(engine) as session:
        propose(
            Acting(session, POLICY, _officer(session, "seo"), now),
            _reference(session),
            ChangeWanted(action="advance", reason="Nothing has changed."),
        )


def _decide(engine: Engine, now: datetime) -> None:
    with write(engine) as session:
        awaiting = select(Proposal).where(
            Proposal.state == ProposalState.AWAITING, Proposal.action == Action.ADVANCE
        )
        proposal_id = session.exec(awaiting).one().id
        decide(
            Acting(session, POLICY, _officer(session, "hos"), now),
            proposal_id,
            Decided(
                decision="approve",
                seen=what_is_seen(session, POLICY, THE_MACHINE, proposal_id, london_date(now)),
            ),
        )


def _statutory(engine: Engine, now: datetime, name: str, by: str = "seo", **values: Any) -> None:
    with write(engine) as session:
        carry_out(Acting(session, POLICY, _officer(session, by), now), STATUTORY[name], **values)


def _approve(acting: Acting, proposal_id: int) -> None:
    session, policy = acting.session, acting.policy
    seen = what_is_seen(session, policy, THE_MACHINE, proposal_id, acting.today)
    decide(acting, proposal_id, Decided(decision="approve", seen=seen))


def _discuss(engine: Engine, now: datetime, on: date) -> None:
    with write(engine) as session:
        record_discussion(
            Acting(session, POLICY, _officer(session, "seo"), now),
            _reference(session),
            DiscussionHeld(
                held_on=on, with_whom=["headteacher"], notes="We met.", agreed_actions="A plan."
            ),
        )


def _respond(engine: Engine, now: datetime, on: date) -> None:
    with write(engine) as session:
        record_response(
            Acting(session, POLICY, _officer(session, "seo"), now),
            _reference(session),
            ResponseReceived(received_on=on, summary="We will.", judgement="unsatisfactory"),
        )


def _tick(engine: Engine, now: datetime) -> None:
    tick(engine, POLICY, now)


def _school_year(engine: Engine, now: datetime) -> None:
    school_year.run(engine, POLICY, now)


def _issue(engine: Engine, now: datetime) -> None:
    issue_letters(engine, POLICY, now)


def _deliver(engine: Engine, now: datetime, home: Path, mail_url: str = "") -> None:
    settings = Settings(home=home, mail_url=mail_url)
    deliver(engine, POLICY, settings, lambda: now)


class _OnceIdle(threading.Event):
    """Stops whoever waits for more to do."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def _worker(
    engine: Engine, now: datetime, home: Path, mail_url: str = "", trust: str = "", **more: str
) -> None:
    """The delivery worker, until nothing is left that may leave now; `trust` as OpenSSL has it."""
    if trust:
        os.environ["SSL_CERT_FILE"] = trust
    settings = Settings(home=home, mail_url=mail_url, **more)
    worker.run(engine, POLICY, settings, lambda: now, _OnceIdle())


def _restore(engine: Engine, now: datetime, file: Path, folder: Path) -> None:
    restore(engine, folder, file, now=now, safety=file.with_name(f"before-{os.getpid()}.zip"))


class _Arriving(io.BytesIO):
    """An upload whose sender is heard at every piece."""

    def read(self, size: int | None = -1) -> bytes:
        sys.audit("upload.read", "/evidence")
        return super().read(size)


def _attach(engine: Engine, now: datetime, home: Path, scanner: str, content: bytes) -> None:
    with read(engine) as session:
        officer, reference = _officer(session, "seo"), _reference(session)
    given: dict[str, Any] = {"officer": officer, "now": now, "reference": reference}
    upload = keeping.Upload("note.txt", _Arriving(content))
    settings = Settings(home=home, scanner=scanner)
    with (
        keeping.receive(engine, POLICY, settings, **given, upload=upload) as received,
        write(engine) as session,
    ):
        acting = Acting(session, POLICY, officer, now)
        described = keeping.Described(description="A note of the visit.")
        keeping.add_evidence(acting, reference, received, described)


def _sweep(engine: Engine, now: datetime, home: Path) -> None:
    keeping.sweep(engine, Settings(home=home), now)


def _publish(engine: Engine, now: datetime, school_year: int) -> None:
    with write(engine) as session:
        hos = _officer(session, "hos")
        publish_round(Acting(session, POLICY, hos, now), school_year)


def _apply_register(engine: Engine, now: datetime, home: Path) -> None:
    settings = Settings(home=home)
    with write(engine) as session:
        acting = Acting(session, POLICY, _officer(session, "admin"), now)
        importing.apply(acting, settings, 1)
    importing.tidy(engine, settings, now)


def _bulk(engine: Engine, now: datetime, home: Path) -> None:
    """Bulk work in small chunks, printed without ink: how it is done, not how it looks."""
    with (
        mock.patch.object(level_letters, "press", blank_press),
        mock.patch.object(level_letters, "SCHOOLS_OF_A_CHUNK", 1),
        mock.patch.object(level_letters, "LETTERS_OF_A_CHUNK", 2),
    ):
        carry_on(engine, POLICY, Settings(home=home, _env_file=None), lambda: now)


def after_every_claim(now: datetime) -> datetime:
    """A moment at which the claims of a process that died have run out."""
    return now + timedelta(hours=1)


STATUTORY: dict[str, Callable[..., Any]] = {
    "give_notice": giving.give_notice,
    "judge_compliance": following.judge_compliance,
    "prepare_power": preparing.prepare_power,
    "use_power": using.use_power,
    "approve": _approve,
    "cancel_appointment": planning.cancel,
}
SCENARIOS: dict[str, Callable[..., None]] = {
    "start": _start,
    "propose": _propose,
    "decide": _decide,
    "statutory": _statutory,
    "discuss": _discuss,
    "respond": _respond,
    "tick": _tick,
    "school_year": _school_year,
    "issue": _issue,
    "deliver": _deliver,
    "worker": _worker,
    "attach": _attach,
    "sweep": _sweep,
    "bulk": _bulk,
    "restore": _restore,
    "publish": _publish,
    "apply_register": _apply_register,
}
