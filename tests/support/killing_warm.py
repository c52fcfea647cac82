"""What the server of forks plays once before it forks, so that its children compile nothing anew.

A child lives for one command and compiles all of its statements; hundreds of children did.
"""

import tempfile
from pathlib import Path

from models.database import connect
from models.upkeep.clock import tick
from tests.support import compiled, databases
from tests.support.cases import Case
from tests.support.council import found_council
from tests.support.killing import POLICY


def play() -> None:
    """A case from its start to the use of a power, on a database that is thrown away."""
    compiled.share()
    with tempfile.TemporaryDirectory() as folder:
        file = databases.migrated_file(Path(folder) / "scc.db")
        engine = connect(databases.sqlite_url(file))
        case = Case(engine, POLICY, found_council(engine)).started(by="seo")
        case.approve(case.awaiting[-1])
        case.climb_to("intervention").used("66")
        tick(engine, POLICY, case.now)
        engine.dispose()


play()
