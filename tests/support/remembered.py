"""Scenes that many tests begin with, played once and then put back as rows.

A scene is a function that takes a case and acts on it by commands. What it does follows from the
rows that were there before, from its arguments and from the time; so with all three the same, the
rows that it added and changed are the same too.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from sqlalchemy import Engine, Table, insert, update

from models.database import write
from tests.support import databases

Rows = dict[Table, list[dict[str, Any]]]


@dataclass(frozen=True)
class Played:
    """What a scene did: the rows it added and changed, and where it left the case."""

    added: Rows
    changed: Rows
    reference: str
    now: datetime
    answer: Any


def remembered(scene: Callable[..., Any]) -> Callable[..., Any]:
    """The same scene, played only the first time that it would do the same."""
    kept: dict[Any, Played] = {}

    @wraps(scene)
    def play(*given: Any, **values: Any) -> Any:
        [case] = [each for each in given if hasattr(type(each), "climb_to")]
        plain = [each for each in given if isinstance(each, str)]
        before = databases.of_commands(databases.rows(case.engine))
        key = (_known(before), case.reference, case.now, repr((plain, sorted(values.items()))))
        if key not in kept:
            answer = scene(*given, **values)
            after = databases.of_commands(databases.rows(case.engine))
            kept[key] = Played(*_difference(before, after), case.reference, case.now, answer)
            return answer
        played = kept[key]
        _put_back(case.engine, played)
        case.reference, case.now = played.reference, played.now
        for each in given:
            if hasattr(type(each), "at"):
                each.at(case.now)
        return case if type(played.answer) is type(case) else played.answer

    return play


# Random in every test, and of no concern to a scene.
SECRETS = ("credential", "sign_in", "answer")


def _known(rows: Rows) -> bytes:
    """All that a scene can know, in short."""
    told = [(table.name, held) for table, held in rows.items() if table.name not in SECRETS]
    return hashlib.sha256(repr(told).encode()).digest()


def _key(table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _difference(before: Rows, after: Rows) -> tuple[Rows, Rows]:
    added: Rows = {}
    changed: Rows = {}
    for table, rows in after.items():
        known = {_key(table, row): row for row in before[table]}
        assert len(rows) >= len(known), f"a scene removed rows of {table.name}"
        for row in rows:
            earlier = known.get(_key(table, row))
            if earlier is None:
                added.setdefault(table, []).append(row)
            elif earlier != row:
                changed.setdefault(table, []).append(row)
    return added, changed


def _put_back(engine: Engine, played: Played) -> None:
    with write(engine) as session:
        connection = session.connection()
        for table, rows in played.added.items():
            connection.execute(insert(table), rows)
            if connection.dialect.name == "postgresql" and "id" in table.c:
                databases.count_on(connection, table)
        for table, rows in played.changed.items():
            for row in rows:
                mine = [column == row[column.name] for column in table.primary_key]
                connection.execute(update(table).where(*mine).values(row))
