"""How long a Prefect server keeps its events, in which the names of schools stand."""

from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from models.settings import PREFECT_KEEPS_EVENTS, Settings, is_loopback
from models.upkeep.asking_prefect import account
from models.upkeep.findings import Finding, Health

ABOUT = "Prefect’s events"
PATIENCE = 3.0  # seconds
# What no server tells, whatever its settings.
NOT_TOLD = "It does not say what its backups and log files hold, or who reads them."
SET = (
    f"Set PREFECT_SERVER_EVENTS_RETENTION_PERIOD=PT{PREFECT_KEEPS_EVENTS.total_seconds():.0f}S on "
    "that server"
)
LOOK = f"So it is not known how long it keeps the names of schools. {SET}."


class _Events(BaseModel):
    retention_period: timedelta


class _Enabled(BaseModel):
    enabled: Any = None


class _Services(BaseModel):
    db_vacuum: _Enabled
    event_persister: _Enabled


class _Server(BaseModel):
    events: _Events
    services: _Services


class _Told(BaseModel):
    """What is read of the server's settings, by the names of Prefect 3.8."""

    server: _Server

    @property
    def kept(self) -> timedelta | None:
        """How long events are kept; None is for ever."""
        services = self.server.services
        if services.event_persister.enabled is False:
            return timedelta(0)
        vacuumed = services.db_vacuum.enabled
        # True and False, which it took before, both have events among what is removed.
        if not isinstance(vacuumed, bool) and "events" not in (vacuumed or ()):
            return None
        return self.server.events.retention_period


def examine(settings: Settings, url: str) -> Finding:
    """Ask a server that answers how long it keeps its events."""
    try:
        beyond = not is_loopback(httpx.URL(url).host)
        answer = httpx.get(
            f"{url}/admin/settings", timeout=PATIENCE, trust_env=beyond, auth=account(settings)
        )
        if answer.status_code == 401:
            says = "It wants its password: set PREFECT_API_AUTH_STRING here to have it asked."
            return Finding(ABOUT, Health.WARNING, f"{says} {LOOK}")
        told = _Told.model_validate_json(answer.raise_for_status().content)
    except (httpx.HTTPError, httpx.InvalidURL, ValidationError):
        return Finding(ABOUT, Health.WARNING, f"It does not show its settings. {LOOK}")
    return _found(told.kept)


def _found(kept: timedelta | None) -> Finding:
    if kept is not None and kept <= PREFECT_KEEPS_EVENTS:
        return Finding(ABOUT, Health.OK, f"kept for {_words(kept)}. {NOT_TOLD}")
    says = (
        f"It keeps them {'for ever' if kept is None else f'for {_words(kept)}'}, with the names of "
        "schools and the references of cases, also of those that are restricted since."
    )
    vacuum = "" if kept else ", and events in PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"
    return Finding(ABOUT, Health.WARNING, f"{says} {SET}{vacuum}. {NOT_TOLD}")


def _words(kept: timedelta) -> str:
    minutes = int(kept / timedelta(minutes=1))
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes and minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "no time"
