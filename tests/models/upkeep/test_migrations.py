"""The tables come from migrations alone, on both databases, from empty and back."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from models.database import connect, write
from models.events import Event
from models.upkeep import schema
from models.upkeep.schema import SchemaError
from tests.support import databases
from tests.support.cases import Case
from tests.support.council import found_council


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Engine]:
    """A database without any table."""
    if request.param == "sqlite":
        url = databases.sqlite_url(tmp_path / "bare.db")
    else:
        server = request.getfixturevalue("postgresql")
        url = databases.postgresql_database(server, f"bare_{worker_id}")
    engine = connect(url)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def wanted() -> set[str]:
    return set(SQLModel.metadata.tables)


def test_from_empty_and_back_and_again(bare: Engine) -> None:
    assert schema.current_revision(bare) is None
    with pytest.raises(SchemaError, match="scc init"):
        schema.check(bare)
    schema.migrate(bare)
    assert tables(bare) == wanted() | {"alembic_version"}
    schema.check(bare)
    schema.migrate(bare)
    schema.check(bare)
    schema.migrate(bare, "base")
    assert tables(bare) == {"alembic_version"}
    schema.migrate(bare)
    schema.check(bare)
    found_council(bare)


def test_the_models_and_the_migrations_say_the_same(bare: Engine) -> None:
    schema.migrate(bare)
    with bare.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_partial_indexes_are_made(bare: Engine) -> None:
    """Alembic compares no conditions of indexes, so they are looked at here."""
    schema.migrate(bare)
    conditional = {
        (index["name"], index["unique"] == 1)
        for table in wanted()
        for index in inspect(bare).get_indexes(table)
        if any(name.endswith("_where") for name in index.get("dialect_options", {}))
    }
    assert conditional == {
        ("deadline_open", False),
        ("duty_planned", False),
        ("message_claimed", False),
        ("message_pending", False),
        ("one_transition_awaiting", True),
        ("proposal_gate_open", False),
        ("reminder_open", False),
    }


def test_rows_survive_a_second_migration(case: Case) -> None:
    case.started().discuss()
    before = case.all(Event)
    schema.migrate(case.engine)
    assert case.all(Event) == before


def test_a_database_of_a_newer_version_is_refused_and_left_alone(bare: Engine) -> None:
    schema.migrate(bare)
    with write(bare) as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (schema.check, schema.migrate, lambda engine: schema.migrate(engine, "base")):
        with pytest.raises(SchemaError, match=r"newer version .*9999.*restore a backup"):
            attempt(bare)
    assert tables(bare) == wanted() | {"alembic_version"}


def test_a_migration_leaves_logging_as_it_was(bare: Engine) -> None:
    before = (logging.root.level, list(logging.root.handlers))
    schema.migrate(bare)
    assert (logging.root.level, logging.root.handlers) == before


def test_schools_survive_the_step_to_the_risk_register_and_back(bare: Engine) -> None:
    """Rows of the release before; other tables refer to a school, so it cannot be made anew."""
    schema.migrate(bare, "0003")
    with bare.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO school (urn, name, type_code, type_name, phase, town, postcode, "
                "demonstration) VALUES (900001, 'Ashfield', 1, 'Community school', 'Primary', "
                "'Fernminster', 'FM1 1AA', true)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO contact (id, urn, role, name, address, source, changed_at) VALUES "
                "(1, 900001, 'headteacher', 'Asha Archer', '[]', 'admin', '2026-11-02 10:00:00')"
            )
        )
    schema.migrate(bare)
    with bare.connect() as connection:
        [row] = connection.execute(text("SELECT name, address, la_code FROM school")).all()
        assert tuple(row) in [("Ashfield", "[]", None), ("Ashfield", [], None)]
        schools_before = connection.execute(text("SELECT urn FROM contact")).scalars().all()
    assert schools_before == [900001]
    schema.migrate(bare, "base")
    assert tables(bare) == {"alembic_version"}
