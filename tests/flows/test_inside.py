"""Which runs the runner takes up in its own process, and how many at once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import FlowRun

from flows import inside
from flows.clock import clock
from flows.inside import Inside, Served
from flows.ladders import academy_ladder

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
CLOCK, LADDER = uuid4(), uuid4()


class Scheduled:
    """A stand-in for Prefect, which has these runs scheduled."""

    def __init__(self, runs: Sequence[FlowRun]) -> None:
        self.runs = runs

    async def get_scheduled_flow_runs_for_deployments(
        self, ids: list[UUID], scheduled_before: datetime
    ) -> list[FlowRun]:
        return [run for run in self.runs if run.next_scheduled_start_time <= scheduled_before]


def runs_of(deployment: UUID, how_many: int) -> list[FlowRun]:
    return [
        FlowRun(
            id=uuid4(), flow_id=uuid4(), deployment_id=deployment, next_scheduled_start_time=NOW
        )
        for _ in range(how_many)
    ]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The runs that were begun; they go on until the test is over."""
    begun: list[UUID] = []

    async def perform(_flow: object, run: FlowRun) -> None:
        begun.append(run.id)
        await asyncio.Event().wait()

    monkeypatch.setattr(inside, "_perform", perform)
    return begun


async def take_up(inside: Inside, runs: Sequence[FlowRun], now: datetime = NOW) -> None:
    await inside.take_up(Scheduled(runs), now)
    await asyncio.sleep(0)  # what was begun comes to its first wait


def taking(*, has_pool: bool = False) -> Inside:
    served = {
        CLOCK: Served(clock, "clock", has_pool),
        LADDER: Served(academy_ladder, "transitions", has_pool),
    }
    return Inside(served, {"clock": 1, "transitions": 3}, set())


async def test_each_lane_has_its_own_room(begun: list[UUID]) -> None:
    answers, passes = runs_of(LADDER, 5), runs_of(CLOCK, 2)
    here = taking()

    await take_up(here, [*answers, *passes])
    await take_up(here, [*answers, *passes])
    assert begun == [run.id for run in (*answers[:3], passes[0])]

    for task in here.under_way:
        task.cancel()
    await asyncio.gather(*here.under_way, return_exceptions=True)
    await take_up(here, [*answers[3:], passes[1]])
    assert begun[4:] == [run.id for run in (*answers[3:], passes[1])]
    for task in here.under_way:
        task.cancel()


async def test_where_there_is_a_work_pool_its_worker_comes_first(begun: list[UUID]) -> None:
    [run] = runs_of(LADDER, 1)
    here = taking(has_pool=True)

    await take_up(here, [run], NOW + timedelta(seconds=29))
    assert begun == []
    await take_up(here, [run], NOW + timedelta(seconds=30))
    assert begun == [run.id]
    for task in here.under_way:
        task.cancel()
