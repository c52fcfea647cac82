"""What a flow needs at hand: the settings, the policy and the database in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from models.database import connect
from models.policy import Policy, load_policy
from models.settings import Settings


@dataclass(frozen=True)
class Record:
    """One process's way to the record."""

    settings: Settings
    policy: Policy
    engine: Engine


@contextmanager
def opened() -> Iterator[Record]:
    """The record as the environment names it, for as long as a flow run lasts."""
    settings = Settings()
    engine = connect(settings.database)
    try:
        yield Record(settings, load_policy(settings.policy), engine)
    finally:
        engine.dispose()
