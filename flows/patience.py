"""The dispatcher's way to Prefect's server, which may be busy or away.

A server on SQLite answers 503 whenever it writes something else at that moment, its own log of
events after each of our calls, say (ours does so no more, see `flows/server.py`). Prefect's client
then waits for seconds, where a tenth of one is enough; and for a server that is away it waits for a
minute, where the next pass tries anyhow.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_KEY,
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    temporary_settings,
)

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds, before each time that a busy server is asked


class _PatientClient(PrefectClient):
    """Prefect's client, which asks a busy server again soon, and not after seconds."""

    async def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        for pause in PAUSES:
            try:
                return await super().request(*args, **kwargs)
            except httpx.HTTPStatusError as refused:
                if not _is_passing(refused.response):
                    raise
            await asyncio.sleep(pause)
        return await super().request(*args, **kwargs)


async def _say_at_once(response: httpx.Response) -> None:
    """Let Prefect's client not wait by itself when the server is busy."""
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        await response.aread()
        raise httpx.HTTPStatusError("It is busy", request=response.request, response=response)


def _is_passing(response: httpx.Response) -> bool:
    """Whether the server was busy, or did not know the token with which it is to be asked.

    After the latter the client has another: an emptied database knows no token of before.
    """
    if response.status_code == HTTPStatus.FORBIDDEN:
        return "CSRF" in response.text
    return response.status_code == HTTPStatus.SERVICE_UNAVAILABLE


@asynccontextmanager
async def patient_client() -> AsyncIterator[PrefectClient]:
    """A client for the server that the settings name.

    Within, Prefect's own retries are off: start no runner there, it would inherit that.
    """
    api = PREFECT_API_URL.value()
    keys: dict[str, Any] = {
        "auth_string": PREFECT_API_AUTH_STRING.value(),
        "api_key": PREFECT_API_KEY.value(),
        "httpx_settings": {"event_hooks": {"response": [_say_at_once]}},
    }
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
        async with _PatientClient(api, **keys) as client:
            yield client
