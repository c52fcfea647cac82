"""Prefect's own server, with one writer at a time on its SQLite: `python -m flows.server`.

Prefect begins most of its transactions as readers (`BEGIN DEFERRED`) and lets them write later.
When another one has written in between, SQLite refuses that at once, however long it may wait
(SQLITE_BUSY_SNAPSHOT, "database is locked"): calls are answered 503, and the server's own loops
fail. Here each begins as a writer and waits for its turn, a minute if need be. On PostgreSQL it is
Prefect as it comes.

Takes the options of `prefect server start`.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.cli import app
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class OneWriter(AioSqliteConfiguration):
    """Prefect's SQLite, where who may come to write says so before reading."""

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: ARG002 - whatever it is for
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        """A transaction that has the right to write from its beginning."""
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def main() -> None:
    """Start the server."""
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if make_url(url).get_backend_name() == "sqlite":
        set_database_config(OneWriter(connection_url=url))
    sys.argv[1:1] = ["server", "start"]
    app()


if __name__ == "__main__":
    main()
