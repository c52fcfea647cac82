"""The state of the system, and what to do where something is wrong."""

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from models import condition
from models.access import Act
from models.condition import Finding, Health
from models.settings import Settings, is_loopback
from notifications.channels import check_mail_url
from web.pages.visits import Visitor, may

router = APIRouter()
PATIENCE = 2.0  # seconds
PREFECT = "http://127.0.0.1:4200/api"  # where `scc up` starts it unless told otherwise
WORST_FIRST = (Health.PROBLEM, Health.WARNING, Health.OK)


@router.get("/administration", dependencies=[may(Act.SEE_SYSTEM)])
def state(visit: Visitor) -> Response:
    """Every part, the troubled ones first."""
    settings = visit.door.settings
    found = condition.examine(
        visit.door.engine,
        visit.policy,
        visit.now,
        reader=visit.reader,
        outside=[
            _prefect(settings),
            condition.mail(settings, check_mail_url(settings.mail_url)),
            condition.malware_scanner(settings),
        ],
    )
    return visit.page(
        "administration/system.html",
        title="State of the system",
        navigation="administration",
        findings=sorted(found, key=lambda finding: WORST_FIRST.index(finding.health)),
        troubled=sum(finding.health is not Health.OK for finding in found),
    )


def _prefect(settings: Settings) -> Finding:
    url = settings.prefect_api_url or PREFECT
    return condition.prefect(settings, url, answers=_answers(f"{url.rstrip('/')}/health"))


def _answers(url: str) -> bool:
    """Whether something answers well at this address; on this machine without a proxy."""
    try:
        beyond = not is_loopback(httpx.URL(url).host)
        return httpx.get(url, timeout=PATIENCE, trust_env=beyond).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
