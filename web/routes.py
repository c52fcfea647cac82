"""Every route of the application, and what it says of itself: asked once, at the start."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import Mount

Routes = Iterator[tuple[str, APIRoute]]


def every_route(app: Starlette, below: str = "") -> Routes:
    """Each route with its whole address, also those of applications mounted in this one."""
    for found in iter_route_contexts(app.routes):
        route = found.original_route
        if isinstance(route, APIRoute):
            yield f"{below}{found.path}", route
        elif isinstance(route, Mount) and isinstance(route.app, Starlette):
            yield from every_route(route.app, below + route.path)


def standing_at(route: APIRoute, name: str) -> list[Any]:
    """What the dependencies of a route carry under this name."""
    calls: list[Callable[..., Any] | None] = [each.call for each in route.dependant.dependencies]
    return [getattr(call, name) for call in calls if hasattr(call, name)]
