"""The database of one command: opened, checked to be ours, closed again."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import ArgumentError, DBAPIError

from cli.answers import CommandError
from models.database import connect, damage, read, write
from models.escalations.adopting import adopt, all_have_one
from models.policy import load_policy
from models.settings import Settings
from models.trouble import Trouble, trouble_of
from models.upkeep import schema
from models.upkeep.vital_signs import RESTORE


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """The database in force, at this version's revision; raises SchemaError for any other."""
    with _connected(settings) as engine:
        schema.check(engine)
        yield engine


@contextmanager
def prepared(settings: Settings) -> Iterator[Engine]:
    """The database in force, created or brought up to date first.

    Raises CommandError when the data folder cannot be written to, the database is damaged or
    belongs to something else, SchemaError when a newer version of the program made it, PolicyError
    when cases of an older version do not fit the policy.
    """
    prepare_home(settings)
    with _connected(settings) as engine:
        if found := _damage(engine):
            raise CommandError(f"The database is damaged ({found}). {RESTORE}")
        settings.damage_mark.unlink(missing_ok=True)
        if schema.current_revision(engine) is None and inspect(engine).get_table_names():
            raise CommandError(
                "The database holds tables that this program did not make. "
                "Give it a database of its own in SCC_DATABASE_URL."
            )
        schema.migrate(engine)
        adopt_edition(settings, engine)
        yield engine


def adopt_edition(settings: Settings, engine: Engine) -> None:
    """Give cases of an older version the policy in force as their edition; raises PolicyError."""
    with read(engine) as session:
        if all_have_one(session):
            return
    policy = load_policy(settings.policy)
    with write(engine) as session:
        adopt(session, policy, datetime.now(UTC))


def damaged_file(settings: Settings) -> Path | None:
    """The file of a SQLite database that is damaged; None where there is none."""
    with _connected(settings) as engine:
        file = Path(engine.url.database or "") if engine.name == "sqlite" else None
        return file if file and file.is_file() and _damage(engine) else None


def _damage(engine: Engine) -> str | None:
    try:
        return damage(engine)
    except DBAPIError as error:
        if trouble_of(error) is not Trouble.DAMAGED:
            raise
        return str(error.orig)


@contextmanager
def _connected(settings: Settings) -> Iterator[Engine]:
    try:
        engine = connect(settings.database)
    except (ArgumentError, ModuleNotFoundError):
        raise CommandError(
            "SCC_DATABASE_URL cannot be used: it is sqlite:///FILE or "
            "postgresql+psycopg://ACCOUNT:PASSWORD@HOST/DATABASE."
        ) from None
    try:
        yield engine
    finally:
        engine.dispose()


def prepare_home(settings: Settings) -> None:
    """Make the data folder, for its owner alone; raises CommandError if it cannot be used."""
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(
            f"The data folder {settings.home.absolute()} cannot be written to ({reason}). "
            "Choose another one with SCC_HOME."
        ) from None
