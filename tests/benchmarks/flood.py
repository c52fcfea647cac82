"""Pages of others while half-sent requests and sign-ins come in a flood, at a server of its own."""

import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from models.database import write
from models.people.identity import sign_in
from tests.benchmarks.measuring import Measured, copied, opened, seconds
from tests.support.council import Council
from tests.support.databases import sqlite_url
from tests.support.prefect_server import eventually, free_port
from web.pages.visits import SESSION

HALF_SENT = 200
SIGN_INS = 50
LONGEST = 1.0  # seconds for a page of somebody else
AFTERWARDS = 20  # pages, with the half-sent requests still there
PATIENCE = 60.0  # seconds
HEAD = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
FORM = b"POST /sign-in/password HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nemail="


def measure(folder: Path, founded: Path, council: Council) -> list[Measured]:
    """How long one officer's pages take in the flood, at the median and at the worst."""
    file = copied(founded, "flood.db")
    with opened(file) as engine, write(engine) as session:
        secret = sign_in(session, now=datetime.now(UTC), officer=council.seo)
    with _served(file, folder) as port, ExitStack() as sockets:
        for number in range(HALF_SENT):
            half = sockets.enter_context(socket.create_connection(("127.0.0.1", port)))
            half.sendall((HEAD, FORM)[number % 2])
        took, refused = _read_in_the_flood(f"http://127.0.0.1:{port}", secret)
    found = (
        f"{statistics.median(took) * 1000:.0f} ms, the worst of {len(took)} "
        f"{max(took) * 1000:.0f} ms ({refused} of the sign-ins were told to come again)"
    )
    what = f"A page of others with {HALF_SENT} half-sent requests and {SIGN_INS} sign-ins at once"
    return [Measured(what, found, f"under {LONGEST:.0f} s each", max(took) < LONGEST)]


def _read_in_the_flood(url: str, secret: str) -> tuple[list[float], int]:
    officer = httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE)
    officer.headers["Cookie"] = f"{SESSION}={secret}"
    others = httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE)

    def guess(number: int) -> int:
        fields = {"email": f"{number}@guess.example", "password": "three otters juggling"}
        return others.post("/sign-in/password", data=fields).status_code

    def read() -> None:
        assert officer.get("/escalations?view=all").status_code == 200

    read()
    took: list[float] = []
    with ThreadPoolExecutor(SIGN_INS) as pool:
        guesses: list[Future[int]] = [pool.submit(guess, number) for number in range(SIGN_INS)]
        while wait(guesses, timeout=0).not_done:
            took.append(seconds(read))
    took += [seconds(read) for _ in range(AFTERWARDS)]
    return took, [one.result() for one in guesses].count(429)


@contextmanager
def _served(file: Path, home: Path) -> Iterator[int]:
    port = free_port()
    environment = {**os.environ, "SCC_HOME": str(home), "SCC_DATABASE_URL": sqlite_url(file)}
    command = [sys.executable, "-m", "web", "--port", str(port)]
    with (home / "flood.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: _answers(port), "the web application")
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
