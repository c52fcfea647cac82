"""The tables come from migrations alone, on both databases, from empty and back."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel, select

from cli.database import prepared
from models.database import connect, read, write
from models.escalations import starting
from models.escalations.events import EditionAdopted
from models.events import Event
from models.policy import Policy, PolicyError
from models.policy.guidance import Guidance
from models.policy.tables import PolicyEdition
from models.record.verifying import examine
from models.settings import DEFAULT_POLICY, Settings
from models.upkeep import schema
from models.upkeep.schema import SchemaError
from tests.support import databases, migrated
from tests.support.cases import Case
from tests.support.council import found_council


@pytest.fixture(autouse=True)
def as_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy of a migrated file stands in for the migrations."""
    migrated.as_the_product(monkeypatch)


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
        ("appointment_planned", False),
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


def test_cases_of_before_go_on_under_the_policy_in_force_at_the_update(
    bare: Engine, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the release before left them: without an edition, and no event speaks of one."""
    schema.migrate(bare)
    title_alone = Guidance(title=policy.guidance.title)  # all that a policy said of it then
    policy = policy.model_copy(update={"guidance": title_alone})
    with monkeypatch.context() as before:
        before.setattr(starting, "keep", lambda *_: None)
        case = Case(bare, policy, found_council(bare)).started()
    case.climb_to("formal_headteacher").issue()
    to_release_before(bare)
    assert "edition" not in {each["name"] for each in inspect(bare).get_columns("escalation")}
    settings = Settings(home=tmp_path / "home", database_url=url_of(bare), _env_file=None)
    with prepared(settings):
        pass
    with prepared(settings):  # and a second start changes nothing
        pass
    with read(bare) as session:
        assert examine(session).intact
        [kept] = session.exec(select(PolicyEdition)).all()
        [adopted] = session.exec(select(Event).where(Event.kind == EditionAdopted.kind)).all()
    assert (adopted.facts["cases"], adopted.facts["edition"]) == (1, kept.sha256)
    assert case.escalation.edition == kept.sha256
    case.respond("unsatisfactory")
    case.change("advance")

    # Back and forth once more: the edition is given anew, and the record still holds.
    to_release_before(bare)
    with prepared(settings):
        pass
    with read(bare) as session:
        assert examine(session).intact
    assert case.escalation.edition == kept.sha256


def test_cases_of_before_are_given_no_policy_with_other_steps(
    bare: Engine, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.migrate(bare)
    with monkeypatch.context() as before:
        before.setattr(starting, "keep", lambda *_: None)
        case = Case(bare, policy, found_council(bare)).started()
    folder = Path(shutil.copytree(DEFAULT_POLICY, tmp_path / "policy"))
    ladder = folder / "maintained.toml"
    ladder.write_text(
        ladder.read_text("utf-8").replace('"performance_meetings"', '"two_meetings"'), "utf-8"
    )
    settings = Settings(
        home=tmp_path / "home", database_url=url_of(bare), policy=folder, _env_file=None
    )
    why = r"performance_meetings, two_meetings.*scc init"
    with pytest.raises(PolicyError, match=why), prepared(settings):
        pass
    assert case.escalation.edition is None
    with prepared(settings.model_copy(update={"policy": DEFAULT_POLICY})):
        pass
    with prepared(settings):  # from here on the change is for new cases
        pass
    assert case.escalation.edition is not None


def to_release_before(engine: Engine) -> None:
    """Take the tables back to those of before editions of the policy were kept."""
    every = ScriptDirectory.from_config(schema.config()).walk_revisions()
    [mine] = [each for each in every if "editions of the policy" in each.doc]
    with schema.altering(engine) as config:
        command.downgrade(config, str(mine.down_revision))


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)
