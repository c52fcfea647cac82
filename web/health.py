"""Whether the service is up, for whoever watches it; no token, and nothing secret."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from models.upkeep import vital_signs
from models.upkeep.findings import Finding, Health
from notifications import signs
from web.door import open_door
from web.rules import anybody
from web.unavailable import met_damage

READY = "ready"
WITHIN = 8.0  # seconds: no part is waited for any longer
NOT_WELL = "It is not well: the administrator’s page and `scc doctor` say more."

router = APIRouter(prefix="/health", include_in_schema=False)
# Threads of its own: those that serve pages may all be waiting for what is asked here.
_asking = ThreadPoolExecutor(4, thread_name_prefix="health")


@router.get("/live", dependencies=[anybody])
async def live() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "live"})


@router.get("/ready", dependencies=[anybody])
async def ready(request: Request) -> JSONResponse:
    """Each part with `ready` or what is wrong with it; 503 unless all are."""
    door = open_door(request)
    damaged = met_damage(request)
    told = door.engine, door.settings
    asked: dict[str, Callable[[], list[Finding]]] = {
        "database": lambda: signs.of_database(*told, door.now, damaged=damaged)
    }
    if url := door.settings.prefect_api_url:
        asked["Prefect"] = lambda: vital_signs.of_prefect(*told, url, door.now)
    parts = await _parts(asked)
    whole = all(part == READY for part in parts.values())
    return JSONResponse(
        {"status": READY if whole else "not ready", "parts": parts}, 200 if whole else 503
    )


async def _parts(asked: dict[str, Callable[[], list[Finding]]]) -> dict[str, str]:
    loop = asyncio.get_running_loop()
    answers = {name: loop.run_in_executor(_asking, ask) for name, ask in asked.items()}
    await asyncio.wait(answers.values(), timeout=WITHIN)
    parts: dict[str, str] = {}
    for name, answer in answers.items():
        if not answer.done():
            answer.cancel()
            parts[name] = f"It gave no answer within {WITHIN:.0f} seconds."
        elif answer.exception() is not None:
            parts[name] = NOT_WELL
        else:
            parts |= _told(answer.result())
    return parts


def _told(findings: Iterable[Finding]) -> dict[str, str]:
    return {
        found.about: READY if _is_ready(found) else found.briefly or NOT_WELL for found in findings
    }


def _is_ready(found: Finding) -> bool:
    """What is to be looked at some time keeps nothing from working, but a clock that stands."""
    never = found.about == "clock" and found.health is not Health.OK
    return found.health is not Health.PROBLEM and not never
