"""Alembic's entry: it runs the migrations on the connection that `upkeep.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

from models.upkeep import schema

assert schema.TABLES  # noqa: S101 - the tables must be registered before they are compared

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
