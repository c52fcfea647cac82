"""`python -m notifications`, the delivery worker, as a process of its own."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.settings import Settings
from models.upkeep.clock import DELIVERY, last_pass
from notifications.outbox import deliver
from notifications.smtp import AT_ONCE
from tests.support.cases import Case
from tests.support.council import found_council
from tests.support.post import Post, governors
from tests.support.prefect_server import Process, delivery_worker, eventually
from tests.support.smtp import SmtpServer


@pytest.fixture
def post(engine: Engine, policy: Policy, tmp_path: Path) -> Post:
    """Letters in our own time: the worker reads the clock itself."""
    now = datetime.now(UTC) - timedelta(days=1)
    return Post(Case(engine, policy, found_council(engine, now), now=now), tmp_path)


@contextmanager
def workers(post: Post, server: SmtpServer, number: int) -> Iterator[list[Process]]:
    """So many workers on the same outbox."""
    database = post.case.engine.url.render_as_string(hide_password=False)
    settings = {
        "SCC_HOME": str(post.folder),
        "SCC_DATABASE_URL": database,
        "SCC_MAIL_URL": server.url,
    }
    started = [delivery_worker(post.folder / f"{n}.log", **settings) for n in range(number)]
    try:
        for worker in started:
            worker.start()
        yield started
    finally:
        for worker in started:
            worker.kill()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_queued_leaves_and_what_is_under_way_when_it_is_stopped_is_finished(
    post: Post,
) -> None:
    with SmtpServer() as server, workers(post, server, 1) as [worker]:
        server.wait_for(2)
        eventually(lambda: post.states == {"sent": 2}, "the first letters")
        assert last_pass(post.case.engine, DELIVERY) is not None

        server.behaviour = "hold"
        post.queue(*governors(AT_ONCE + 2))
        server.wait_for(AT_ONCE + 2)
        worker.ask_to_end()
        server.release(AT_ONCE + 2)
        assert worker.stop() == 0, worker.output
    assert set(post.states) <= {"sent", "pending"}
    assert post.states["sent"] >= 2 + AT_ONCE


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_workers_one_is_killed_in_mid_send_and_nothing_leaves_twice(post: Post) -> None:
    post.queue(*governors(20))
    with SmtpServer("hold") as server, workers(post, server, 2) as [one, other]:
        server.wait_for(2 * AT_ONCE)
        one.kill()
        server.release(100)
        eventually(lambda: post.states["pending"] == 0, "the rest of the letters")
        eventually(lambda: post.states["claimed"] == AT_ONCE, "all but the killed one's")
        assert other.alive
        ids = Counter(str(each.message["Message-ID"]) for each in server.messages)
        assert len(ids) == 22
        assert set(ids.values()) == {1}

        later = datetime.now(UTC) + timedelta(minutes=5)
        settings = Settings(_env_file=None, home=post.folder, mail_url=server.url)
        deliver(post.case.engine, post.case.policy, settings, lambda: later)
    assert post.states == {"sent": 22 - AT_ONCE, "unknown": AT_ONCE}


def test_without_its_tables_it_says_what_to_do(tmp_path: Path) -> None:
    worker = delivery_worker(tmp_path / "log", SCC_HOME=str(tmp_path / "nowhere"))
    worker.start()
    eventually(lambda: not worker.alive, "its end")
    assert worker.stop() == 1
    assert "scc init" in worker.output
    assert "Traceback" not in worker.output
