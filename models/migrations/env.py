"""Alembic's entry: it runs the migrations on the connection that `upkeep.schema` hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import AutoString, SQLModel

from models.database import UtcDateTime
from models.upkeep import schema

assert schema.TABLES  # noqa: S101 - the tables must be registered before they are compared


def _plain(what: str, item: Any, _: Any) -> str | Literal[False]:
    """A column's type as a new migration names it, which imports nothing of ours."""
    if what == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if what == "type" and isinstance(item, sa.Enum | AutoString):
        length = getattr(item, "length", None)
        return f"sa.String(length={length})" if length else "sa.String()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_plain,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
