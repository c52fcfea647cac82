"""Child processes that live and end together, and whoever ends them when we were killed."""

import os
import sys
from pathlib import Path
from threading import Event

from cli.processes import Child, Family, new_log
from tests.support.prefect_server import eventually


def test_who_stays_behind_understands_the_end_of_a_family_with_one_that_is_down(
    tmp_path: Path,
) -> None:
    """It has gone by the end: nothing that was told made it stumble."""
    commands = {"short": "pass", "long": "import time; time.sleep(60)"}
    short, long = (
        Child(name, [sys.executable, "-c", command], os.environ, new_log(tmp_path, name))
        for name, command in commands.items()
    )
    with Family([short, long], lambda _: None, Event()) as family:
        eventually(lambda: short.died() == 0, "the end of the short one")
    assert family.watch.returncode == 0
    assert not long.runs
