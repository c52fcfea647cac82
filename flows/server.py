"""Prefect's own server, with one writer at a time on its SQLite: `python -m flows.server`.

Prefect begins most of its transactions as readers (`BEGIN DEFERRED`) and lets them write later.
When another one has written in between, SQLite refuses that at once, however long it may wait
(SQLITE_BUSY_SNAPSHOT, "database is locked"): calls are answered 503, and the server's own loops
fail. Here each begins as a writer and waits for its turn in the event loop. A thread that waits
inside SQLite, for a minute as Prefect has it, can make the whole server stand still: where Python's
garbage collector comes upon a cursor of the same connection it waits for that thread, and the
writer it waits for is never served. On PostgreSQL it is Prefect as it comes.

Takes the options of `prefect server start`.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from prefect.cli import app
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.pool import ConnectionPoolEntry

# Beyond it SQLite decides: a transaction that is begun within another would wait for itself.
LONGEST_WAIT = 10.0  # seconds
WITHIN_SQLITE = 1_000  # milliseconds that a thread waits there, and perhaps all others with it
_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def _turn() -> AsyncGenerator[None]:
    """While nobody else of this event loop has a transaction."""
    turn = _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await turn.acquire()
    except TimeoutError:
        yield
        return
    try:
        yield
    finally:
        turn.release()


class OneWriter(AioSqliteConfiguration):
    """Prefect's SQLite, where who may come to write says so before reading."""

    def setup_sqlite(self, conn: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        """As Prefect has it, but for how long a thread may wait inside SQLite."""
        super().setup_sqlite(conn, record)
        cursor = conn.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {WITHIN_SQLITE}")
        cursor.close()

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: ARG002 - whatever it is for
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        """A transaction that has the right to write from its beginning."""
        begun = super().begin_transaction(session, with_for_update=True)
        async with _turn(), begun as transaction:
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
