"""Bringing a database to this version's tables, and knowing when it is somebody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from models import events, outbox, work
from models.actions import tables as actions_tables
from models.appointments import tables as appointments_tables
from models.approvals import tables as approvals_tables
from models.commissioning import tables as commissioning_tables
from models.consultants import tables as consultants_tables
from models.escalations import tables as escalations_tables
from models.evidence import tables as evidence_tables
from models.fairness import tables as fairness_tables
from models.letters import tables as letters_tables
from models.level_letters import tables as level_letters_tables
from models.matters import tables as matters_tables
from models.national_files import tables as national_files_tables
from models.needs import tables as needs_tables
from models.people import repeated_refusals
from models.people import tables as people_tables
from models.policy import tables as policy_tables
from models.presentations import tables as presentations_tables
from models.priorities import tables as priorities_tables
from models.programme import tables as programme_tables
from models.register import tables as register_tables
from models.reports import tables as reports_tables
from models.results import tables as results_tables
from models.risk import tables as risk_tables
from models.school_record import tables as school_record_tables
from models.schools import tables as schools_tables
from models.sharing import tables as sharing_tables
from models.statutory import tables as statutory_tables

# Importing a module with tables registers them; naming them here keeps the imports alive.
TABLES = (
    work,
    appointments_tables,
    actions_tables,
    matters_tables,
    approvals_tables,
    commissioning_tables,
    consultants_tables,
    escalations_tables,
    events,
    evidence_tables,
    fairness_tables,
    letters_tables,
    level_letters_tables,
    national_files_tables,
    outbox,
    people_tables,
    policy_tables,
    presentations_tables,
    needs_tables,
    outbox,
    people_tables,
    policy_tables,
    priorities_tables,
    programme_tables,
    repeated_refusals,
    register_tables,
    results_tables,
    reports_tables,
    risk_tables,
    school_record_tables,
    schools_tables,
    sharing_tables,
    statutory_tables,
)


class SchemaError(Exception):
    """The database does not fit this version of the program; the message says what to do."""


def migrate(engine: Engine, to: str = "head") -> None:
    """Create or change the tables up to a revision.

    Raises SchemaError when the database was made by a newer version of the program.
    """
    _check_not_newer(engine)
    with altering(engine) as here:
        if to == "base":
            command.downgrade(here, to)
        else:
            command.upgrade(here, to)


@contextmanager
def altering(engine: Engine) -> Iterator[Config]:
    """Alembic's configuration with a transaction in which tables may be changed.

    SQLite makes a table anew where it cannot change it, and would take the old one's end for that
    of the rows that others name: so it looks at foreign keys once all is done. Raises SchemaError
    where one does not hold then.
    """
    here = config()
    with engine.connect() as connection:
        here.attributes["connection"] = connection
        if engine.name != "sqlite":
            with connection.begin():
                yield here
            return
        pragma = connection.connection.cursor()  # which a transaction would not heed
        pragma.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield here
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise SchemaError("Rows of the database name others that are not there.")
        finally:
            pragma.execute("PRAGMA foreign_keys=ON")


def check(engine: Engine) -> None:
    """Refuse to work on a database whose tables are not this version's; raises SchemaError."""
    _check_not_newer(engine)
    if current_revision(engine) != _scripts().get_current_head():
        raise SchemaError("The database is not up to date. Run `scc init` to bring it up to date.")


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at; None while it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _check_not_newer(engine: Engine) -> None:
    revision = current_revision(engine)
    if revision is None:
        return
    try:
        _scripts().get_revision(revision)
    except CommandError:
        raise SchemaError(
            f"The database was made by a newer version of this program (revision {revision}). "
            "Install that version, or restore a backup made with this one."
        ) from None


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def config() -> Config:
    """Where Alembic finds our migrations."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return found
