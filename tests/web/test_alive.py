"""How a process that serves pages shows that it does."""

import asyncio

from anyio import CapacityLimiter, Event, create_task_group

from web.alive import THREADS_WITHIN, Threads


def test_threads_that_all_wait_for_the_same_are_noticed_and_busy_ones_are_not() -> None:
    async def ask() -> None:
        limiter = CapacityLimiter(1)
        threads = Threads(limiter)
        assert await threads.answer(1000.0), "one is free"

        async def hold(let_go: Event) -> None:
            async with limiter:
                await let_go.wait()

        async with create_task_group() as serving:
            first, second = Event(), Event()
            serving.start_soon(hold, first)
            while limiter.available_tokens:
                await asyncio.sleep(0)
            serving.start_soon(hold, second)
            while not limiter.statistics().tasks_waiting:
                await asyncio.sleep(0)
            assert await threads.answer(2000.0), "it has begun to serve somebody"
            assert await threads.answer(2000.0 + THREADS_WITHIN - 1), "that may take long"
            assert not await threads.answer(2000.0 + THREADS_WITHIN), "but not for ever"
            first.set()
            while limiter.statistics().tasks_waiting:
                await asyncio.sleep(0)
            assert await threads.answer(3000.0), "it serves the next"
            second.set()
        assert await threads.answer(4000.0), "it is free again"

    asyncio.run(ask())
