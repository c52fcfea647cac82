"""`scc up` with real processes: all of it starts, is mended, and ends."""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import psutil
import pytest
from typer.testing import CliRunner

from cli import prefect_events
from cli.main import app
from cli.running import find
from models.database import connect, write
from models.matters.tables import Deadline
from models.people import officers
from models.policy import Policy, load_policy
from models.rows import change
from models.settings import DEFAULT_POLICY, Settings
from models.upkeep import clock
from models.upkeep.condition import Health
from notifications.smtp import AT_ONCE
from tests.support.cases import Case
from tests.support.council import found_council
from tests.support.prefect_server import eventually, free_port
from tests.support.smtp import SmtpServer

# One after the other: each is several processes.

ENDS_WITHIN = 20  # seconds; 5 on a machine that does nothing else


class Up:
    """One `scc up` on a data folder of its own."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.home = folder / "home"
        self.output = folder / f"output-{len(list(folder.iterdir()))}"
        self.port, self.prefect_port = free_port(), free_port()
        ports = ["--port", str(self.port), "--prefect-port", str(self.prefect_port)]
        ours = ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields))
        # One process of pages, unless a test is about several: each takes seconds to start.
        environment = {"SCC_WEB_PROCESSES": "1", **environment}
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from cli.main import run; run()", "up", *ports, *options],
                env={**inherited, "SCC_HOME": str(self.home), **environment},
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_until_ready(self) -> "Up":
        def ready() -> bool:
            assert self.process.poll() is None, self.said
            return "is running" in self.said

        eventually(ready, "scc up", 300)
        return self

    def refused(self) -> str:
        """The words of one that does not start."""
        assert self.process.wait(120) == 1, self.said
        assert "Traceback" not in self.said
        return self.said

    @property
    def family(self) -> list[psutil.Process]:
        """Everything that it started, and what those started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, words: str) -> psutil.Process | None:
        """Its own child whose command line has these words; the first of several."""
        return next(iter(self.children(words)), None)

    def children(self, words: str) -> list[psutil.Process]:
        """All of its own children whose command lines have these words."""
        return [
            child
            for child in psutil.Process(self.process.pid).children()
            if lives(child) and words in " ".join([*child.cmdline(), ""])
        ]

    def end(self) -> None:
        """Leave nothing to the next test, whatever happened in this one."""
        if self.process.poll() is None:
            for process in [*self.family, psutil.Process(self.process.pid)]:
                if lives(process):
                    process.kill()
            self.process.wait()


def lives(process: psutil.Process) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(lives(process) for process in processes)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False, verify=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts `scc up` with options and settings."""
    started: list[Up] = []

    def start(*options: str, **environment: str) -> Up:
        started.append(Up(tmp_path, *options, **environment))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture(scope="module")
def without_prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One that runs without Prefect, for the tests that let it live."""
    running = Up(tmp_path_factory.mktemp("up"), "--no-prefect")
    try:
        yield running.wait_until_ready()
    finally:
        running.end()


def ask_prefect(api: str, path: str) -> httpx.Response:
    """As Prefect's own pages ask it: with the token that no other web site can read."""
    me = {"client": "tests"}
    token = httpx.get(
        f"{api}/csrf-token", params=me, timeout=30, trust_env=False, verify=False
    ).json()["token"]
    headers = {"Prefect-Csrf-Client": me["client"], "Prefect-Csrf-Token": token}
    return httpx.post(
        f"{api}{path}", json={}, headers=headers, timeout=30, trust_env=False, verify=False
    )


def allowed_origin(api: str, origin: str) -> str | None:
    """What Prefect answers a browser that asks whether pages from there may send JSON."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, prefect-csrf-token",
    }
    answer = httpx.options(
        f"{api}/flows/", headers=headers, timeout=30, trust_env=False, verify=False
    )
    return answer.headers.get("access-control-allow-origin")


def sent_unasked(api: str, content_type: str | None) -> int:
    """The status of what any web site can send without asking first; None is a Blob of no type."""
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    if content_type:
        headers["Content-Type"] = content_type
    content = b'{"name": "evil"}'
    answer = httpx.post(
        f"{api}/flows/", content=content, headers=headers, timeout=30, trust_env=False, verify=False
    )
    return answer.status_code


def check_other_sites_are_kept_out(running: Up) -> None:
    api = f"http://127.0.0.1:{running.prefect_port}/api"
    for evil in ("https://evil.example", f"http://127.0.0.1:{running.port}", "null"):
        assert allowed_origin(api, evil) is None
    for host in ("127.0.0.1", "localhost"):
        own = f"http://{host}:{running.prefect_port}"
        assert allowed_origin(api, own) == own
    for simple in ("text/plain", "application/x-www-form-urlencoded", None):
        assert 400 <= sent_unasked(api, simple) < 500, simple
    names = [flow["name"] for flow in ask_prefect(api, "/flows/filter").json()]
    assert names
    assert "evil" not in names


def test_pages_server_and_runner_live_are_mended_and_end_together(up: Callable[..., Up]) -> None:
    running = up("--demo", SCC_WEB_PROCESSES="2").wait_until_ready()
    web = f"http://127.0.0.1:{running.port}/health/live"
    api = f"http://127.0.0.1:{running.prefect_port}/api"
    assert f"http://127.0.0.1:{running.port}\n" in running.said
    assert f"http://127.0.0.1:{running.prefect_port}\n" in running.said
    assert "DEMO-MARGARET" in running.said
    assert str(running.home / "mail") in running.said
    known = find(running.home)
    assert known is not None
    assert known.base_url == f"http://127.0.0.1:{running.port}"
    assert known.prefect_api_url == api

    def registered() -> bool:
        listed = ask_prefect(api, "/deployments/filter")
        return listed.is_success and len(listed.json()) >= 4

    eventually(registered, "the flows at the Prefect server")
    page = httpx.get(api.removesuffix("api"), trust_env=False, follow_redirects=True, verify=False)
    assert "text/html" in page.headers["content-type"]
    check_other_sites_are_kept_out(running)
    events = prefect_events.examine(Settings(home=running.home, _env_file=None), api)
    assert events.health is Health.OK, events.says
    assert "kept for 1 hour" in events.says

    for words in ("-m web", "-m flows.server", "-m flows ", "-m notifications"):
        before = running.children(words)
        before[0].kill()

        def again(words: str = words, before: list[psutil.Process] = before) -> bool:
            now = running.children(words)
            return len(now) == len(before) and before[0] not in now

        eventually(again, f"{words}, started again")
        eventually(lambda: answers(web) and answers(f"{api}/health"), "answers")
    eventually(registered, "the flows at the Prefect server, again")

    family = running.family
    assert len(family) >= 4
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(ENDS_WITHIN) == 0
    eventually(lambda: all_gone(family), "an end to every process", 10)
    assert is_free(running.port)
    assert is_free(running.prefect_port)
    assert find(running.home) is None


def test_while_one_process_of_the_pages_starts_again_the_others_answer_everybody(
    up: Callable[..., Up],
) -> None:
    running = up("--no-prefect", SCC_WEB_PROCESSES="2").wait_until_ready()
    first, second = before = running.children("-m web")
    # One that is stopped takes nothing from the socket that both have: the other does.
    second.suspend()
    assert all(answers(f"http://127.0.0.1:{running.port}/health/live") for _ in range(10))
    second.resume()
    first.kill()
    eventually(lambda: not lives(first), "its end")

    def replaced() -> bool:
        assert answers(f"http://127.0.0.1:{running.port}/sign-in"), "a connection was refused"
        return len(running.children("-m web")) == len(before)

    eventually(replaced, "another in its place")
    second.kill()
    eventually(lambda: not lives(second), "the end of the other")
    # Nobody serves until the new ones do: who comes waits for them.
    assert httpx.get(
        f"http://127.0.0.1:{running.port}/health/live", timeout=60, trust_env=False
    ).is_success
    assert "The web application ended" in running.said
    assert "The web application 2 ended" in running.said


# SIGINT ends the whole of it above, and one that is not ready yet below.
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_asking_ends_it_with_status_0(
    up: Callable[..., Up], number: signal.Signals
) -> None:
    running = up("--no-prefect").wait_until_ready()
    assert "not started" in running.said
    assert running.child("-m flows") is None
    family = running.family
    running.process.send_signal(number)
    assert running.process.wait(ENDS_WITHIN) == 0
    eventually(lambda: all_gone(family), "an end to every process", 10)


def test_what_it_started_does_not_outlive_its_being_killed(up: Callable[..., Up]) -> None:
    running = up("--no-prefect").wait_until_ready()
    family = running.family
    running.process.kill()
    running.process.wait()
    eventually(lambda: all_gone(family), "an end to every process", 30)
    again = up("--no-prefect").wait_until_ready()  # nothing holds the data folder either

    # Nobody is left to end these but whoever starts next.
    left, watch = again.family, again.child("cli.orphans")
    assert watch is not None
    watch.suspend()
    again.process.kill()
    again.process.wait()
    watch.kill()
    third = up("--no-prefect")
    eventually(lambda: "left of a `scc up` that was killed" in third.said, "a word about them")
    eventually(lambda: all_gone(left), "an end to what was left", 10)


def test_a_stop_before_it_is_ready_leaves_nothing(up: Callable[..., Up]) -> None:
    running = up("--no-prefect")
    eventually(lambda: running.child("-m web"), "the web application's process")
    family = running.family
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(ENDS_WITHIN) == 0
    eventually(lambda: all_gone(family), "an end to every process", 10)


def test_without_prefect_it_keeps_the_clock_and_sends_mails_itself(
    without_prefect: Up, policy: Policy
) -> None:
    engine = connect(f"sqlite:///{without_prefect.home / 'scc.db'}")
    eventually(lambda: clock.last_pass(engine), "a pass of the clock", 60)
    Case(engine, policy, found_council(engine)).started(by="seo")
    engine.dispose()
    folder = without_prefect.home / "mail"
    eventually(lambda: list(folder.glob("*.eml")), "the alert to those who decide", 60)
    for mail in folder.glob("*.eml"):
        assert f"http://127.0.0.1:{without_prefect.port}/proposals/" in mail.read_text()


def test_while_a_mail_server_holds_its_messages_all_else_goes_on(up: Callable[..., Up]) -> None:
    with SmtpServer("hold") as server:
        running = up("--no-prefect", SCC_MAIL_URL=server.url).wait_until_ready()
        engine = connect(f"sqlite:///{running.home / 'scc.db'}")
        now, policy = datetime.now(UTC), load_policy(DEFAULT_POLICY)
        council = found_council(engine, now)
        first = Case(engine, policy, council, now=now).started()
        first.climb_to("formal_headteacher")
        server.wait_for(AT_ONCE)

        later = Case(engine, policy, council, now=datetime.now(UTC)).started(school="academy")
        later.climb_to("formal_headteacher")
        eventually(
            lambda: later.states["formal_headteacher"] == "awaiting_response", "the letter, issued"
        )
        with write(engine) as session:
            change(session, Deadline, {"id": later.deadline.id}, due_on=date(2026, 1, 5))
        eventually(lambda: later.deadline.state == "missed", "a look at the deadlines")
        assert answers(f"http://127.0.0.1:{running.port}/health/ready")
        assert len(server.messages) == AT_ONCE, "all of them held"

        server.behaviour = "accept"
        server.release(AT_ONCE)
        eventually(lambda: letters_sent(later) >= 2, "the letters of both schools to leave")
        engine.dispose()


def letters_sent(case: Case) -> int:
    """How many formal letters have left, of whatever case."""
    return sum(message.kind == "letter" and message.state == "sent" for message in case.messages)


def test_a_second_one_on_the_same_data_is_refused(
    up: Callable[..., Up], without_prefect: Up
) -> None:
    said = up("--no-prefect", SCC_HOME=str(without_prefect.home)).refused()
    assert "running" in said
    assert str(without_prefect.process.pid) in said
    assert answers(f"http://127.0.0.1:{without_prefect.port}/health/live")


def test_the_doctor_names_the_addresses_that_run(without_prefect: Up) -> None:
    ours = [name for name in os.environ if name.startswith(("SCC_", "PREFECT_"))]
    unset = dict.fromkeys(ours)
    result = CliRunner().invoke(
        app, ["doctor", "--json"], env={**unset, "SCC_HOME": str(without_prefect.home)}
    )
    answer = json.loads(result.stdout)
    pages = f"http://127.0.0.1:{without_prefect.port}"
    assert answer["settings"]["SCC_BASE_URL"] == pages
    [running] = [check["detail"] for check in answer["checks"] if check["check"] == "running"]
    assert str(without_prefect.process.pid) in running
    assert pages in running


@pytest.mark.parametrize("option", ["--port", "--prefect-port"])
def test_a_port_in_use_is_named_with_the_option_that_changes_it(
    up: Callable[..., Up], option: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = up(option, port).refused()
    assert f"Port {port}" in said
    assert option in said


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (["--host", "0.0.0.0"], {}),
        ([], {"SCC_BASE_URL": "https://concerns.fernshire.example"}),
    ],
)
def test_the_default_secret_is_refused_beyond_this_machine(
    up: Callable[..., Up], options: list[str], environment: dict[str, str]
) -> None:
    assert "SCC_SECRET_KEY" in up("--no-prefect", *options, **environment).refused()


@pytest.mark.parametrize(
    ("options", "status"), [((), 303), (("--host", "0.0.0.0"), 404)], ids=["here", "beyond"]
)
def test_the_demonstration_sign_in_is_for_this_machine_alone(
    up: Callable[..., Up], options: tuple[str, ...], status: int
) -> None:
    running = up("--no-prefect", *options, SCC_SECRET_KEY="a secret of its own").wait_until_ready()
    engine = connect(f"sqlite:///{running.home / 'scc.db'}")
    with write(engine) as session:
        officer = officers.add_officer(
            session,
            now=datetime.now(UTC),
            email="ada@fernshire.example",
            name="Ada Moss",
            role="viewer",
            demonstration=True,
        )
    engine.dispose()
    # From this machine and by its name in either case: only where it listens is another.
    address = f"http://127.0.0.1:{running.port}/sign-in"
    answer = httpx.post(address, data={"officer": officer.email}, trust_env=False, verify=False)
    assert answer.status_code == status


def test_a_part_that_cannot_start_is_named_with_its_own_last_words(
    up: Callable[..., Up], tmp_path: Path
) -> None:
    broken = tmp_path / "web"
    broken.mkdir()
    (broken / "__init__.py").write_text("")
    (broken / "__main__.py").write_text("raise RuntimeError('broken on purpose')")
    running = up("--no-prefect")
    assert running.process.wait(120) == 1
    assert "The web application does not start" in running.said
    assert "broken on purpose" in running.said


class _AnswersAll(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


def test_a_prefect_server_that_is_named_is_used_and_none_started(up: Callable[..., Up]) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _AnswersAll) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        running = up(PREFECT_API_URL=f"{url}/api").wait_until_ready()
        assert f"{url}\n" in running.said
        assert running.child("-m flows ") is not None
        assert running.child("-m flows.server") is None
        running.process.terminate()
        assert running.process.wait(ENDS_WITHIN) == 0
        server.shutdown()
