"""Whether the service is up, for whoever watches it; no token, and nothing secret."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from models import schema
from models.commands.clock import last_pass
from web.door import AtDoor, Door

LONGEST_WITHOUT_CLOCK = timedelta(minutes=10)
READY = "ready"

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
async def live() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "live"})


@router.get("/ready")
def ready(door: AtDoor) -> JSONResponse:
    """Each part with `ready` or what is wrong with it; 503 unless all are."""
    parts = {"database": _database(door)}
    parts["clock"] = _clock(door) if parts["database"] == READY else "The database is not ready."
    whole = all(part == READY for part in parts.values())
    return JSONResponse(
        {"status": READY if whole else "not ready", "parts": parts}, 200 if whole else 503
    )


def _database(door: Door) -> str:
    try:
        schema.check(door.engine)
    except schema.SchemaError as error:
        return str(error)
    except SQLAlchemyError:
        return "The database cannot be reached."  # its own words may hold the address and more
    return READY


def _clock(door: Door) -> str:
    last = last_pass(door.engine)
    if last is None:
        return "The clock has never gone round."
    if door.now - last > LONGEST_WITHOUT_CLOCK:
        return f"The clock last went round at {last.isoformat(timespec='seconds')}."
    return READY
