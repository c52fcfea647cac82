"""Flow runs as Prefect has them."""

from collections.abc import AsyncIterator

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

PAGE = 200


async def found(
    client: PrefectClient, runs: FlowRunFilter, deployments: DeploymentFilter | None = None
) -> AsyncIterator[FlowRun]:
    """Every flow run that the filters let through, page by page."""
    offset = 0
    while True:
        page = await client.read_flow_runs(
            flow_run_filter=runs,
            deployment_filter=deployments,
            sort=FlowRunSort.ID_DESC,
            limit=PAGE,
            offset=offset,
        )
        for run in page:
            yield run
        if len(page) < PAGE:
            return
        offset += PAGE
