"""The database as the product opens it, which no test but this one sees unchanged."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from models import database
from tests.support.databases import sqlite_url


def test_a_commit_waits_until_it_is_on_the_disk(tmp_path: Path) -> None:
    """Tests do without it (`tests/support/compiled.py`), so the module is taken in once more."""
    spec = spec_from_file_location("database_of_the_product", database.__file__)
    assert spec is not None
    assert spec.loader is not None
    product = module_from_spec(spec)
    spec.loader.exec_module(product)
    engine = product.connect(sqlite_url(tmp_path / "scc.db"))
    asked = ("synchronous", "journal_mode", "foreign_keys")
    with engine.connect() as connection:
        set_to = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked]
    engine.dispose()
    assert set_to == [2, "wal", 1]  # 2 is FULL
