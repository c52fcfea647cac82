"""What every test may ask for: a database of either kind, the policy, a fictional council."""

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy
from sqlalchemy import Engine
from xdist.scheduler import LoadScopeScheduling

from models.database import connect
from models.policy import Policy, load_policy
from models.settings import DEFAULT_POLICY
from models.upkeep import schema
from tests.support import databases
from tests.support.cases import Case
from tests.support.council import Council, found_council
from tests.support.databases import PostgresServer

pytest_plugins = [
    f"tests.support.{name}"
    for name in (
        "application",
        "compiled",
        "migrated",
        "browser",
        "smtp",
        "prefect_server",
        "walk",
        "everything",
        "furnished",
        "council_sign_in",
    )
]


# What these share is dear to start (a Prefect server, a browser, a server of forks), so the tests
# of each stay with one worker. By name: the marks of pytest-xdist 3.8 are lost with pytest 9.2.
TOGETHER = ("/flows/test_runner.py", "/flows/", "/cli/test_up.py", "/test_kill_points")
EACH_FILE = (
    *("/test_browser_", "/test_gallery.py", "/test_read_back.py", "/test_pages_exports.py"),
    *("/test_letter_texts.py", "/test_record_verified.py"),
)


# A busy machine is no failure: how fast it is is what the benchmarks ask.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


class Together(LoadScopeScheduling):
    """Gives each worker whole groups, the largest first, and every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if any(name in file for name in EACH_FILE):
            return file
        return next((name for name in TOGETHER if name in file), nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """How tests are handed out when there are several workers."""
    return Together(config, log)


# What is dear and stands behind a fixture, or has a name of its own: `make quick` leaves it out.
DEAR_FIXTURES = {"prefect", "empty_prefect", "browser", "postgresql", "postgresql_url"}
DEAR_FILES = (
    *("/flows/", "/test_kill_points", "/cli/test_up.py", "/cli/test_backup.py"),
    # Processes: of linters, of the installed command, of parts of `scc up`.
    *("/test_house.py", "/cli/test_processes.py", "/cli/test_scanner_and_sweep.py"),
    *("/cli/test_damage.py", "test_the_installed_command", "test_the_demonstration"),
    "test_postgresql_that_is_stopped",
    # Grids: every address, list, row of a table or example, for every role.
    *("/web/test_rules.py", "/web/test_read_back.py", "/web/test_pages_exports.py"),
    *("/web/test_api_schema.py", "/web/test_pages_protection.py", "/web/test_form_fuzzer.py"),
    *("/test_ladder_table.py", "/test_any_sequence.py", "/test_any_statutory_sequence.py"),
    *("/law/test_properties.py", "/letters/test_literals.py", "/test_migrations.py"),
    # What waits: for mail servers that hang, and for connections that say nothing.
    *("/web/test_flood.py", "/web/test_signs_of_life.py", "/notifications/test_worker.py"),
    *("/notifications/test_channels.py", "/notifications/test_slow_mail.py"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out what is dear to ask")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is not asked is not imported either: Prefect alone takes seconds."""
    is_dear = any(name in collection_path.as_posix() for name in DEAR_FILES)
    return True if config.getoption("quick") and is_dear else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--quick` nothing dear is asked: no Prefect, browser, kill point, PostgreSQL or grid.

    SQLite is asked every example of a test, PostgreSQL the first one.

    The rule that is tested is the same code on both; what may differ is the statement, and one
    example sends it. Where the example itself may be taken differently, the test is marked
    `every_example`. Pages and API send what the tests of their rooms in `models` ask of both, so
    PostgreSQL is asked only where the test is marked `both_databases`: each list, locks, what a
    database may refuse. `make test EXAMPLES=all` asks everything of both.
    """
    asked = {_test(item) for item in items if _is_of_a_door(item) and _is_on(item, "sqlite")}
    spared = []
    for item in items if os.environ.get("EXAMPLES") != "all" else ():
        if _is_on(item, "postgresql") and not item.get_closest_marker("every_example"):
            spared += [item] if _test(item) in asked else []
            asked.add(_test(item))
    if config.getoption("quick"):
        spared = [item for item in items if _is_dear(item)]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in set(spared)]


def _is_dear(item: pytest.Item) -> bool:
    needs = set(getattr(item, "fixturenames", ()))
    in_dear_file = any(name in item.nodeid for name in DEAR_FILES)
    example = getattr(item, "callspec", None)
    on_postgresql = example is not None and "postgresql" in example.params.values()
    return in_dear_file or on_postgresql or bool(needs & DEAR_FIXTURES)


def _is_of_a_door(item: pytest.Item) -> bool:
    return "/web/" in item.nodeid and not item.get_closest_marker("both_databases")


def _is_on(item: pytest.Item, database: str) -> bool:
    example = getattr(item, "callspec", None)
    return example is not None and example.params.get("database_url") == database


def _test(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Each worker first takes in a share of the files, so that each is compiled once for all.

    What pytest compiles (it writes out every assert) takes most of the time of collecting; in the
    same order all workers would compile the same file at the same time.
    """
    config = session.config
    if not hasattr(config, "workerinput"):
        return
    worker, workers = config.workerinput["workerid"], config.workerinput["workercount"]
    asked = [config.invocation_params.dir / arg.partition("::")[0] for arg in config.args]
    files = sorted({file for path in asked for file in path.rglob("test_*.py")})
    for file in files[int(worker.removeprefix("gw")) :: workers]:
        if not pytest_ignore_collect(file, config):
            sys.path.insert(0, str(file.parent))  # as pytest does
            with suppress(Exception, pytest.skip.Exception):  # of which pytest tells by itself
                import_module(file.stem)


BYTECODE = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault(databases.RUN, str(os.getpid()))
    if not Path(cache_from_source(sqlalchemy.__file__)).exists():
        # Nothing is kept compiled here (PYTHONDONTWRITEBYTECODE): a hundred processes would each
        # spend seconds on compiling Prefect, so what one has compiled serves this run.
        config.stash[BYTECODE] = Path(tempfile.mkdtemp(prefix="scc-bytecode-"))
        os.environ["PYTHONPYCACHEPREFIX"] = str(config.stash[BYTECODE])
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.remove_postgresql()
    if BYTECODE in config.stash:
        shutil.rmtree(config.stash[BYTECODE], ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows."""
    return databases.migrated_file(tmp_path_factory.mktemp("template") / "scc.db")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this run."""
    with databases.postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql: PostgresServer, worker_id: str) -> str:
    """A PostgreSQL database of this worker's own, with all tables; `engine` empties it."""
    url = databases.postgresql_database(postgresql, f"scc_{worker_id}")
    engine = connect(url)
    schema.migrate(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    """What empties this worker's database: one connection for all, as each takes its time."""
    engine = connect(postgresql_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database without rows: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "scc.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        return databases.sqlite_url(file)
    url: str = request.getfixturevalue("postgresql_url")
    databases.empty(request.getfixturevalue("postgresql_engine"))
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated database without rows: once SQLite, once PostgreSQL."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that comes with the product."""
    return load_policy(DEFAULT_POLICY)


@pytest.fixture
def council(engine: Engine) -> Council:
    """A fictional council in the database: officers of every role, schools of every kind."""
    return found_council(engine)


@pytest.fixture
def case(engine: Engine, policy: Policy, council: Council) -> Case:
    """An escalation to act on; `case.started()` begins it."""
    return Case(engine, policy, council)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI a test that is skipped has failed: there, everything must be there."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome, report.longrepr = "failed", f"Skipped under CI: {report.longrepr}"
    return report
