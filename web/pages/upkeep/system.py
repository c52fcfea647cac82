"""The state of the system, and what to do where something is wrong."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.people.access import Act
from models.upkeep import condition, vital_signs
from models.upkeep.findings import Health
from notifications import signs
from web.pages.visits import Visitor, may
from web.unavailable import met_damage

router = APIRouter()
PREFECT = "http://127.0.0.1:4200/api"  # where `scc up` starts it unless told otherwise
WORST_FIRST = (Health.PROBLEM, Health.WARNING, Health.OK)


@router.get("/administration", dependencies=[may(Act.SEE_SYSTEM)])
def state(visit: Visitor) -> Response:
    """Every part, the troubled ones first."""
    door = visit.door
    url = door.settings.prefect_api_url or PREFECT
    damaged = met_damage(visit.request)
    found = condition.examine(
        door.engine,
        visit.policy,
        visit.now,
        reader=visit.reader,
        outside=[
            *signs.of_database(door.engine, door.settings, door.now, damaged=damaged),
            *vital_signs.of_prefect(door.engine, door.settings, url, door.now),
            condition.malware_scanner(door.settings),
        ],
    )
    return visit.page(
        "upkeep/system.html",
        title="State of the system",
        navigation="administration",
        findings=sorted(found, key=lambda finding: WORST_FIRST.index(finding.health)),
        troubled=sum(finding.health is not Health.OK for finding in found),
    )
