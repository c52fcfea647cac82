"""A flood of half-sent requests and of sign-ins, at the server that is ours: others go on."""

import asyncio
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine

from models.database import write
from models.people import identity
from models.people import password_rules as rules
from models.people.password_rules import Hashing
from models.settings import Settings
from tests.support.application import Application
from tests.support.council import NOW, Council
from tests.support.prefect_server import eventually
from web import connections, protection
from web.connections import serving
from web.pages.visits import SESSION
from web.rendering import STATIC

PATIENCE = 60  # seconds after which something is said to hang
HALF_A_HEAD = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
HALF_A_FORM = (
    b"POST /sign-in/password HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail="
)
HALF_AN_UPLOAD = (
    b"POST /api/v1/escalations/ESC-2026-0001/evidence HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n--x\r\n"
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Gate(Hashing):
    """Hashing that lasts until it is opened."""

    def __init__(self) -> None:
        super().__init__(1, 64, 1)
        self.open = threading.Event()

    def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        assert self.open.wait(PATIENCE)
        return super().verify(password, kept)


class Server:
    """The pages on a port of this machine, and who comes there."""

    def __init__(self, server: uvicorn.Server) -> None:
        address = server.servers[0].sockets[0].getsockname()[:2]
        self.server = server
        self.address = address
        url = f"http://{address[0]}:{address[1]}"
        self.client = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False, verify=False)
        self.sockets = ExitStack()

    def send(self, content: bytes) -> socket.socket:
        """A connection on which this much was sent, and no more."""
        opened = socket.create_connection(self.address, PATIENCE)
        self.sockets.enter_context(opened)
        opened.sendall(content)
        return opened

    def wait_until_nobody_is_there(self) -> None:
        """Until the server has let go of everybody who has asked for something."""
        state = self.server.server_state
        eventually(
            lambda: state.total_requests and not state.connections, "the end of all connections"
        )

    def ask(self, path: str = "/account", session: str = "") -> httpx.Response:
        """A page for somebody else."""
        return self.client.get(path, headers={"Cookie": f"{SESSION}={session}"})

    def guess(self, number: int) -> httpx.Response:
        """Somebody at the sign-in page."""
        fields = {"email": f"{number}@guess.example", "password": "three otters juggling"}
        return self.client.post("/sign-in/password", data=fields)


def dribble(opened: socket.socket) -> bytes:
    """What is answered to whoever goes on sending, byte by byte."""
    opened.settimeout(0.05)
    for _ in range(20 * PATIENCE):
        try:
            opened.sendall(b"x")
            return opened.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""
    raise AssertionError("it was waited for without end")


def rest(opened: socket.socket, before: Callable[[], None] = lambda: None) -> bytes:
    """All that is answered until the connection is closed."""
    before()
    answer = b""
    try:
        while part := opened.recv(65536):
            answer += part
    except ConnectionResetError:
        pass
    return answer


@pytest.fixture
def serve(engine: Engine, council: Council, tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Starts the server, once the test has said how patient it is."""
    with ExitStack() as running:
        yield lambda: running.enter_context(_served(engine, tmp_path))


@contextmanager
def _served(engine: Engine, home: Path) -> Iterator[Server]:
    settings = Settings(home=home, _env_file=None)
    app = Application(settings, engine)
    app.state.clock = lambda: NOW
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", **serving(settings))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.01)
        ours = Server(server)
        with ours.sockets:
            yield ours
    finally:
        server.should_exit = True
        thread.join()


def test_others_go_on_in_a_flood_that_is_cut_off(
    engine: Engine,
    council: Council,
    serve: Callable[[], Server],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    monkeypatch.setattr(rules, "hashing", gate)
    monkeypatch.setattr(connections, "HEAD_WITHIN", 1.0)
    monkeypatch.setattr(protection, "BODY_WITHIN", 1.0)
    with write(engine) as session:
        secret = identity.sign_in(session, now=NOW, officer=council.seo)
    server = serve()
    heads = [server.send(HALF_A_HEAD) for _ in range(80)]
    forms = [server.send(HALF_A_FORM) for _ in range(80)]
    uploads = [server.send(HALF_AN_UPLOAD) for _ in range(40)]
    with ThreadPoolExecutor(50) as pool:
        guesses = [pool.submit(server.guess, number) for number in range(50)]
        try:
            assert "Sam Ellison" in server.ask(session=secret).text
            assert server.ask("/static/scc.css").status_code == 200
            over = islice(as_completed(guesses, PATIENCE), len(guesses) - rules.AT_ONCE)
            turned_away = [guess.result() for guess in over]
            assert server.ask("/escalations", secret).status_code == 200
        finally:
            gate.open.set()
        statuses = Counter(guess.result().status_code for guess in guesses)
    assert {answer.status_code for answer in turned_away} == {429}
    assert {answer.headers["retry-after"] for answer in turned_away} == {"3"}
    assert statuses == {422: rules.AT_ONCE, 429: len(turned_away)}
    for opened in (*heads, *forms):
        assert rest(opened).startswith(b"HTTP/1.1 408 ")
    for opened in uploads:  # nobody's: refused for that, once the rest has not come in time
        assert rest(opened).startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 408 "))
    assert server.ask("/health/live").status_code == 200


@pytest.mark.parametrize("half", [HALF_A_HEAD, HALF_A_FORM, HALF_AN_UPLOAD])
def test_byte_by_byte_nothing_is_waited_for_longer(
    serve: Callable[[], Server], monkeypatch: pytest.MonkeyPatch, half: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.3)
    monkeypatch.setattr(protection, "BODY_WITHIN", 0.3)
    server = serve()
    assert dribble(server.send(half)).startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 401 "))
    answered = server.send(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert answered.recv(65536).startswith(b"HTTP/1.1 200 ")
    answered.sendall(half)
    assert re.search(rb"HTTP/1.1 (408|401) ", rest(answered))


def test_a_connection_on_which_nothing_comes_is_closed_without_a_word(
    serve: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.3)
    assert rest(serve().send(b"")) == b""


def test_when_all_places_are_taken_the_one_who_waits_longest_is_let_go(
    serve: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "AT_ONCE", 10)
    server = serve()
    halves = [server.send(half) for half in (HALF_A_HEAD, HALF_A_FORM) * 6]
    assert server.ask("/sign-in").status_code == 200
    for opened in halves[:3]:
        assert rest(opened) == b""
    halves[-2].sendall(b"whole\r\n\r\n")  # whoever came last is still served
    assert halves[-2].recv(65536).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_is_not_taken_is_waited_for_only_so_long(
    serve: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "TAKEN_WITHIN", 0.3)
    server = serve()
    size = (STATIC / "scc.css").stat().st_size
    # Far more than a kernel takes off our hands unread.
    many = b"GET /static/scc.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 400
    assert len(rest(server.send(many), before=server.wait_until_nobody_is_there)) < 400 * size


def test_there_are_no_web_sockets(serve: Callable[[], Server]) -> None:
    asked = (
        b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert serve().send(asked).recv(65536).startswith(b"HTTP/1.1 200 ")
