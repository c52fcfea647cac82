"""A command by keywords alone, as tests that try one after the other call them."""

from collections.abc import Callable
from inspect import signature
from typing import Any, get_type_hints

from models.inputs import refusing
from models.people.acting import Acting


def carry_out(acting: Acting, command: Callable[..., Any], **values: Any) -> Any:
    """Run it with its keys, and with the rest as the one Input that it takes."""
    named = signature(command).parameters
    keys = {name: values.pop(name) for name in named if name in values}
    with refusing():
        given = {"given": get_type_hints(command)["given"](**values)} if "given" in named else {}
    return command(acting, **keys, **given)
