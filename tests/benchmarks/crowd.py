"""Pages and API of a real `scc up` while twenty ask at once without pause, at a large database."""

import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import Engine, update
from sqlmodel import col

from models.database import write
from models.matters.tables import Deadline, DeadlineState, Reminder, ReminderState
from models.outbox import Message, MessageState
from models.people.credentials import issue_token
from models.people.identity import sign_in
from models.policy import Policy
from models.settings import Settings
from models.upkeep.clock import last_pass
from tests.benchmarks.measuring import Measured, copied, opened, quantile
from tests.benchmarks.pages import ADDRESSES, BETWEEN, ESCALATIONS, FIRST_URN, SCHOOLS, large
from tests.support.council import Council
from tests.support.databases import sqlite_url
from tests.support.prefect_server import eventually, free_port
from web.pages.visits import SESSION

AT_ONCE = 20
SEED = 20261130
SECONDS = 20.0  # of asking
WARMING = 3.0  # seconds before it counts: templates are compiled, connections opened
PATIENCE = 300.0  # seconds for the first pass of the clock, which plans the school year
ONE_IS_LATE_IN = 10  # of the cases
SINGLE_WITHIN, LIST_WITHIN = 0.150, 0.400  # seconds, 95 of 100


@dataclass
class Asked:
    """What all clients saw: seconds of each answer, for single cases or schools, and for lists."""

    single: list[float] = field(default_factory=list)
    lists: list[float] = field(default_factory=list)


def measure(folder: Path, founded: Path, policy: Policy, council: Council) -> list[Measured]:
    """API and pages, alone and at twenty; as many processes as `scc up` takes by itself."""
    file = copied(large(founded, policy, council), "crowd.db")
    with opened(file) as engine:
        _as_on_any_day(engine)
        with write(engine) as session:
            now = datetime.now(UTC)
            headers = {
                "Cookie": f"{SESSION}={sign_in(session, now=now, officer=council.hos)}",
                "Authorization": f"Bearer {issue_token(session, now=now, officer=council.hos)}",
            }
    return [line for kind in ("API", "pages") for line in _measured(kind, folder, file, headers)]


def _measured(kind: str, home: Path, file: Path, headers: dict[str, str]) -> list[Measured]:
    addresses = [each for each in ADDRESSES if each.startswith("/api/") == (kind == "API")]
    lines = []
    with _up(home / "up", file) as (port, web):
        for clients in (1, AT_ONCE):
            _ask(port, headers, addresses, clients, WARMING)
            before, begun = _used(web), time.monotonic()
            asked = _ask(port, headers, addresses, clients, SECONDS)
            took, used = time.monotonic() - begun, _used(web) - before
            lines.append(_line(kind, len(addresses), clients, asked, took, used, web))
    return lines


def _line(
    kind: str,
    addresses: int,
    clients: int,
    asked: Asked,
    took: float,
    used: float,
    web: list[psutil.Process],
) -> Measured:
    number = len(asked.single) + len(asked.lists)
    memory = sum(process.memory_info().rss for process in web) / 1e6
    found = (
        f"{number / took:.0f} a second; single cases {_told(asked.single)}, "
        f"lists {_told(asked.lists)} ({len(web)} processes, {memory:.0f} MB; "
        f"{used / number * 1000:.1f} ms of a processor each)"
    )
    one = f"One after the other, {addresses} addresses of the {kind} at random"
    many = f"{clients} clients at once, the same"
    good = quantile(asked.single, 95) < SINGLE_WITHIN and quantile(asked.lists, 95) < LIST_WITHIN
    limits = f"{SINGLE_WITHIN * 1000:.0f} and {LIST_WITHIN * 1000:.0f} ms"
    return Measured(one if clients == 1 else many, found, f"95 of 100 under {limits}", good)


def _told(times: list[float]) -> str:
    half, most = quantile(times, 50), quantile(times, 95)
    return f"{half * 1000:.0f} ms, 95 of 100 under {most * 1000:.0f} ms"


def _used(web: list[psutil.Process]) -> float:
    """Seconds of a processor that the processes have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in web)


def _ask(
    port: int, headers: dict[str, str], addresses: list[str], clients: int, seconds: float
) -> Asked:
    """Ask for so long, every client on a connection of its own."""
    found, until = Asked(), time.monotonic() + seconds
    failed: list[str] = []

    def client(number: int) -> None:
        chance = random.Random(SEED + number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < until and not failed:
            address = chance.choice(addresses)
            path = address.format(
                reference=f"ESC-2026-{chance.randint(1, ESCALATIONS):04d}",
                urn=FIRST_URN + chance.randrange(SCHOOLS),
                last=chance.randint(1, ESCALATIONS // 25),
            )
            begun = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            took = time.perf_counter() - begun
            if answer.status != 200:
                failed.append(f"{path}: {answer.status}")
            (found.single if re.search("{(reference|urn)}", address) else found.lists).append(took)
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed[0]
    return found


def _as_on_any_day(engine: Engine) -> None:
    """What was due is done, one case in ten is overdue: `scc up` has nothing to catch up on."""
    today = datetime.now(UTC).date()
    with engine.begin() as connection:
        for table, state in ((Message, MessageState.SENT), (Reminder, ReminderState.CANCELLED)):
            connection.execute(update(table).values(state=state))
        connection.execute(update(Deadline).values(due_on=today + timedelta(days=30)))
        late = col(Deadline.matter_id) / BETWEEN % ONE_IS_LATE_IN == 0
        missed = {"due_on": date(2026, 1, 5), "state": DeadlineState.MISSED}
        running = col(Deadline.state) == DeadlineState.OPEN
        connection.execute(update(Deadline).where(late, running).values(**missed))


@contextmanager
def _up(home: Path, file: Path) -> Iterator[tuple[int, list[psutil.Process]]]:
    """`scc up` without Prefect; its port, and the processes that serve pages."""
    home.mkdir(exist_ok=True)
    port = free_port()
    ours = ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields))
    keep = ("SCC_WEB_PROCESSES",)
    kept = {name: value for name, value in os.environ.items() if name not in ours or name in keep}
    command = [sys.executable, "-c", "from cli.main import run; run()", "up", "--no-prefect"]
    output, begun = home / "output", datetime.now(UTC)
    with output.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env={**kept, "SCC_HOME": str(home), "SCC_DATABASE_URL": sqlite_url(file)},
            stdout=written,
            stderr=subprocess.STDOUT,
        )

    def passed() -> bool:
        with opened(file) as engine:
            return (last_pass(engine) or begun) > begun

    try:
        eventually(lambda: "is running" in output.read_text(), "scc up", PATIENCE)
        eventually(passed, "a pass of the clock", PATIENCE)
        family = psutil.Process(process.pid).children()
        yield port, [child for child in family if "--sockets" in child.cmdline()]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
