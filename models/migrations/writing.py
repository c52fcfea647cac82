"""`python -m models.migrations.writing "what changes"`: a new migration, drawn up from the tables.

It compares the tables of the code with those that the migrations so far make. Read what it wrote
before you keep it: names that changed look to it like one that went and one that came.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from models.database import connect
from models.upkeep import schema


def write(title: str) -> Path:
    """Write the next migration; where it lies."""
    config = schema.config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/scc.db")
        schema.migrate(engine)
        number = int(schema.current_revision(engine) or 0) + 1
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            made = command.revision(config, title, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()
    assert made is not None  # noqa: S101 - one revision was asked for
    return Path(made.path)  # type: ignore[union-attr]


if __name__ == "__main__":
    print(write(" ".join(sys.argv[1:])))
