"""Which planned duty is met by what a form is to record: the address of the form names it."""

from typing import Annotated

from web.door import at_once, key


def duty_met(duty: str = "") -> int | None:
    """The key of the duty that an address names, if it names one."""
    return key(duty) if duty else None


Duty = Annotated[int | None, at_once(duty_met)]
