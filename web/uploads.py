"""Which routes take a file, and how much of one: said at the route, known before it is reached."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import Depends
from starlette.routing import compile_path
from starlette.types import Scope

from web.routes import Routes, standing_at

FRAME = 100_000  # bytes: the description of a file and what frames them


def upload(largest: int) -> Any:
    """At a route that takes a file of at most so many bytes: its body is handed on as it comes."""

    async def takes() -> None:
        """What the limit is of is the whole body, so it is asked before (`web.protection`)."""

    takes.longest = largest + FRAME  # type: ignore[attr-defined]
    return Depends(takes)


def uploads(routes: Routes) -> Callable[[Scope], int | None]:
    """What tells how long the body of a request may be where a file goes; None anywhere else."""
    taken: list[tuple[re.Pattern[str], set[str], int]] = [
        (compile_path(path)[0], set(route.methods or ()), longest)
        for path, route in routes
        for longest in standing_at(route, "longest")
    ]

    def longest_upload(scope: Scope) -> int | None:
        for address, methods, longest in taken:
            if scope["method"] in methods and address.match(scope["path"]):
                return longest
        return None

    return longest_upload
