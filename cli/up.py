"""`scc up`: web application, Prefect server, flow runner and delivery worker, together."""

import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from cli import demonstration, leftovers, running
from cli.answers import Answer, CommandError
from cli.clock_keeping import going_round
from cli.database import prepare_home, prepared
from cli.life import Answers, Pulse
from cli.listening import bound
from cli.logs import Log
from cli.processes import GLANCE, Child, Family
from models.policy import load_policy
from models.settings import DEFAULT_SECRET, PREFECT_KEEPS_EVENTS, Settings, is_loopback

WEB_PORT = 8000
PREFECT_PORT = 4200
START_PATIENCE = 300.0  # seconds; Prefect makes its database at the first start
# So often in a row one ended by itself, and never once answered: it was set up wrongly.
HOPELESS = 5
WEB = "web application"  # each process that serves pages, from the second on with a number
SERVER_PASSWORD = "PREFECT_SERVER_API_AUTH_STRING"  # noqa: S105 - the name of a variable

log = logging.getLogger(__name__)

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
    # Without a server the runner waits for ours, and never starts one of its own.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    # A run of the clock every minute: Prefect forgets what ended a week ago. Our record does not.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "604800",
    # In its events the names of schools stand as well, and its API deletes none of them: it keeps
    # them an hour, and looks for older ones every ten minutes; for logs of deleted runs hourly.
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"PT{PREFECT_KEEPS_EVENTS.total_seconds():.0f}S",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "600",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ORPHAN_CLEANUP_LOOP_SECONDS": "3600",
    # Who gives no content type is taken to send JSON, and a web site can give none without asking
    # first: what it may not read, it must not be able to do either.
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
}


@dataclass(frozen=True)
class Plan:
    """What was asked for."""

    settings: Settings
    host: str
    port: int
    prefect_port: int
    with_prefect: bool
    demo: bool

    @property
    def starts_server(self) -> bool:
        """Whether a Prefect server is ours to start: not where PREFECT_API_URL names one."""
        return self.with_prefect and not self.settings.prefect_api_url

    @property
    def prefect_api_url(self) -> str:
        """The API of the Prefect server in use."""
        host = _reached_at(self.settings.prefect_host)
        return self.settings.prefect_api_url or f"http://{host}:{self.prefect_port}/api"

    @property
    def prefect_seen_at(self) -> str:
        """The same API as browsers reach it: where Prefect listens beyond this machine, by name."""
        if is_loopback(self.settings.prefect_host):
            return self.prefect_api_url
        host = urlsplit(self.base_url).hostname or self.settings.prefect_host
        return f"http://{host}:{self.prefect_port}/api"

    @property
    def web_url(self) -> str:
        """Where the web application answers on this machine."""
        return f"http://{_reached_at(self.host)}:{self.port}"

    @property
    def base_url(self) -> str:
        """The address in mails: what is set, else where the pages answer."""
        chosen = "base_url" in self.settings.model_fields_set
        return self.settings.base_url if chosen else self.web_url


def _reached_at(host: str) -> str:
    """Where this machine reaches what listens on a host, as it stands in a URL."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 # nosec B104
    return f"[{host}]" if ":" in host else host


def run(plan: Plan, answer: Answer) -> None:
    """Serve until Ctrl-C, SIGTERM or SIGHUP; then nothing that was started is left running.

    Raises CommandError when it cannot start: a port in use, a folder that cannot be written to,
    a default secret beyond loopback, another `scc up`; SchemaError, PolicyError.
    """
    # Mails that leave from this process have the address that everybody else is told.
    settings = plan.settings.model_copy(update={"base_url": plan.base_url})
    plan = replace(plan, settings=settings)
    _check_reach(plan)
    load_policy(settings.policy)
    prepare_home(settings)
    prefect = plan.prefect_api_url if plan.with_prefect else None
    here = running.Running(os.getpid(), plan.base_url, prefect, secrets.token_urlsafe(12))
    with running.alone(settings.home, here) as killed:
        if killed is not None:
            end_leftovers(killed, answer)
        with prepared(settings) as engine, bound(plan.host, plan.port, "--port") as sockets:
            _check_prefect_port(plan)
            _serve(plan, engine, answer, here.family, sockets)


def end_leftovers(killed: running.Running, answer: Answer) -> None:
    """End what the `scc up` before left behind, should it have been killed."""
    if not leftovers.can_be_found():
        answer.say(
            f"The `scc up` before this one (process {killed.process}) was killed. Whether it left "
            "processes behind cannot be found out on this system: look for them yourself."
        )
    elif killed.family and (count := leftovers.end(killed.family)):
        were = "1 process was" if count == 1 else f"{count} processes were"
        answer.say(f"{were} left of a `scc up` that was killed, and had to be ended first.")


def _check_reach(plan: Plan) -> None:
    base_host = urlsplit(plan.base_url).hostname or ""
    hosts = (plan.host, base_host, plan.settings.prefect_host)
    beyond = not all(map(is_loopback, hosts))
    if beyond and plan.settings.secret_key == DEFAULT_SECRET:
        raise CommandError(
            "Beyond this machine it needs a secret of its own: "
            "set SCC_SECRET_KEY to a long random text."
        )


def _check_prefect_port(plan: Plan) -> None:
    if plan.starts_server:
        if plan.port == plan.prefect_port:
            raise CommandError("--port and --prefect-port must differ.")
        with bound(plan.settings.prefect_host, plan.prefect_port, "--prefect-port"):
            pass  # Prefect binds it for itself


def _serve(
    plan: Plan, engine: Engine, answer: Answer, family: str, sockets: Sequence[socket.socket]
) -> None:
    journal = Log(plan.settings.home / "logs" / "up.log")
    journal.open(datetime.now(UTC)).close()
    logging.basicConfig(
        filename=journal.file, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )

    def say(words: str) -> None:
        log.warning(words)
        with suppress(OSError):  # the terminal may be gone
            answer.say(words)

    answer.say("Starting. The first time this takes up to a minute.")
    stop, hurry = threading.Event(), threading.Event()
    children = _children(plan, family, sockets)
    with (
        _signals(stop, hurry),
        ExitStack() as until_the_end,
        Family(children, say, hurry) as started,
    ):
        if plan.demo:  # while the web application loads: it listens when all is there
            policy = load_policy(plan.settings.policy)
            demonstration.load(engine, policy, plan.settings, datetime.now(UTC))
        started.let_go()
        clock_keeping = going_round(plan.settings, engine, stop, say, others_do=plan.with_prefect)
        until_the_end.enter_context(clock_keeping)
        if _wait_until_ready(plan, started, stop, say):
            _say_where(plan, engine, answer)
        while not stop.wait(GLANCE):
            started.tend()
            journal.cut(datetime.now(UTC))
        say("Stopping.")


@contextmanager
def _signals(stop: threading.Event, hurry: threading.Event) -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            hurry.set()
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, end) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _children(plan: Plan, family: str, sockets: Sequence[socket.socket]) -> list[Child]:
    """The parts: pages first; whoever needs Prefect's server last."""
    logs = plan.settings.home / "logs"
    environment = {**_environment(plan), leftovers.MARK: family}

    def child(name: str, file: str, *command: str, **how: Any) -> Child:
        whole = [sys.executable, "-m", *command]
        return Child(name, whole, environment, Log(logs / f"{file}.log"), **how)

    shared = [opened.fileno() for opened in sockets]
    serving = ("web", "--when-told", "--sockets", *map(str, shared))
    children = []
    for number in range(1, plan.settings.web_processes + 1):
        which = "" if number == 1 else str(number)
        part = child(
            f"{WEB} {which}".strip(),
            f"web{which}",
            *serving,
            sign=Pulse(),
            holds=True,
            inherits=shared,
        )
        children.append(part)
    if plan.starts_server:
        host, port = plan.settings.prefect_host, str(plan.prefect_port)
        server = ("flows.server", "--host", host, "--port", port)
        health = Answers(f"{plan.prefect_api_url}/health")
        how = {"sign": health, "starting": START_PATIENCE, "turn": 1}
        children.append(child("Prefect server", "prefect", *server, **how))
    children.append(child("delivery worker", "delivery", "notifications", sign=Pulse(), turn=1))
    if plan.with_prefect:
        after_server = 2 if plan.starts_server else 1
        children.append(child("flow runner", "runner", "flows", sign=Pulse(), turn=after_server))
    return children


def _environment(plan: Plan) -> dict[str, str]:
    """What every child is told: this process's own environment, and what was decided here."""
    home = plan.settings.home.absolute()
    environment = {
        **os.environ,
        **QUIET,
        "PYTHONUNBUFFERED": "1",
        "SCC_HOME": str(home),
        "SCC_BASE_URL": plan.base_url,
        "SCC_BOUND_TO": plan.host,
        # A proxy for the outside is none for this machine.
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1,localhost"])),
    }
    if plan.with_prefect:
        environment["PREFECT_API_URL"] = plan.prefect_api_url
    if plan.starts_server:
        environment["PREFECT_HOME"] = str(plan.settings.prefect_folder.absolute())
        environment["PREFECT_SERVER_UI_API_URL"] = plan.prefect_seen_at
        environment["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"] = _prefect_origins(plan)
        if not is_loopback(plan.settings.prefect_host):
            environment.setdefault(SERVER_PASSWORD, f"admin:{_prefect_password(plan.settings)}")
    if SERVER_PASSWORD in environment:
        environment.setdefault("PREFECT_API_AUTH_STRING", environment[SERVER_PASSWORD])
    return environment


def _prefect_origins(plan: Plan) -> str:
    """Whose pages may speak to Prefect: its own, by the names that it has in a browser."""
    seen_at = plan.prefect_seen_at.removesuffix("/api")
    here = (f"http://{host}:{plan.prefect_port}" for host in ("127.0.0.1", "localhost"))
    return ",".join(dict.fromkeys([seen_at, *here]))


def _prefect_password(settings: Settings) -> str:
    """The password of Prefect's own pages where others can reach them, made once and kept."""
    kept = settings.prefect_password_file
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(24))
    return kept.read_text().strip()


def _wait_until_ready(
    plan: Plan, family: Family, stop: threading.Event, say: Callable[[str], None]
) -> bool:
    """Until all is started, and pages and Prefect answer; False when it was stopped before.

    Pages work without Prefect: it is not waited for without end. Raises CommandError when a part
    ends by itself again and again without ever having answered, or the pages never answer.
    """
    signs = (child.sign for child in family.children)
    asked = [sign for sign in signs if isinstance(sign, Answers)]
    pages = [child for child in family.children if child.name.startswith(WEB)]
    if plan.with_prefect and not plan.starts_server:
        asked.append(Answers(f"{plan.prefect_api_url.rstrip('/')}/health"))
    give_up = time.monotonic() + START_PATIENCE
    while not (
        family.all_started
        and all(child.lives for child in pages)
        and all(each.is_well for each in asked)
    ):
        if stop.wait(GLANCE):
            return False
        family.tend()
        for child in family.children:
            if child.stillborn >= HOPELESS:
                raise CommandError(f"The {child.name} does not start:\n{child.log.last_words()}")
        if time.monotonic() > give_up:
            if not any(child.lives for child in pages):
                raise CommandError(f"{plan.web_url} did not answer. See the logs.")
            if not all(child.lives for child in pages):
                say("Some of the processes of the pages do not start. See the logs.")
                break
            say("Prefect does not answer yet. It is waited for; pages and mail work without it.")
            break
    return True


def _say_where(plan: Plan, engine: Engine, answer: Answer) -> None:
    settings = plan.settings
    prefect = plan.prefect_api_url.removesuffix("/api") if plan.with_prefect else None
    kept = f"kept as files in {settings.mail_folder.absolute()} (SCC_MAIL_URL is not set)"
    signs = demonstration.sign_ins(engine)
    answer.say("Schools Causing Concern is running. Ctrl-C stops all of it.")
    answer.say()
    answer.say(f"  Web application  {plan.web_url}")
    answer.say(f"  Prefect          {prefect or 'not started (--no-prefect)'}")
    answer.say(f"  Mail             {'sent by SCC_MAIL_URL' if settings.mail_url else kept}")
    answer.say(f"  Logs             {(settings.home / 'logs').absolute()}")
    if signs:
        answer.say()
        demonstration.describe(signs, answer)
    answer.give(
        {
            "web": plan.web_url,
            "prefect": prefect,
            "mail_folder": None if settings.mail_url else str(settings.mail_folder.absolute()),
            "officers": [sign.facts() for sign in signs],
        }
    )
