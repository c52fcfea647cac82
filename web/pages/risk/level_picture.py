"""The history of a school's level as a picture: a line that steps from level to level.

Each level has a row of its own with its name, so that the line can be read without colour; the
table beside it says the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.risk.level_changes import LevelChange
from models.schools.tables import RiskLevel

LEFT, RIGHT = 110, 750  # where the first day and the last stand
TOP, ROW = 24, 42  # the row of the highest level, and how far one is from the next
LONG, SHORT = 180, 90  # what the words for a day need, of the two at the ends and of the others


@dataclass(frozen=True)
class Tick:
    """A day that is named below the picture; `anchor` is SVG's `text-anchor`."""

    x: int
    words: str
    anchor: str


@dataclass(frozen=True)
class Picture:
    """All that the drawing consists of, in its own units."""

    rows: list[tuple[int, str]]
    path: str
    points: list[tuple[int, int]]
    ticks: list[Tick]
    words: str
    left: int = LEFT
    right: int = RIGHT
    width: int = 760
    height: int = TOP + 4 * ROW + 24


def draw(history: Sequence[LevelChange], today: date) -> Picture | None:
    """The picture of a school's levels, given the latest first, until today; None without any."""
    if not history:
        return None
    changes = [(change.on, change.level) for change in reversed(history)]
    first, last = changes[0][0], max(today, changes[-1][0])
    points = [(_x(day, first, last), _y(level)) for day, level in changes]
    return Picture(
        rows=[(_y(level), level.label.capitalize()) for level in RiskLevel],
        path=" ".join([*_steps(points), f"H{RIGHT}"]),
        points=points,
        ticks=_ticks(first, last),
        words=" ".join(_sentences(changes)),
    )


def _x(day: date, first: date, last: date) -> int:
    days = max(1, (last - first).days)
    return LEFT + round((RIGHT - LEFT) * (day - first).days / days)


def _y(level: RiskLevel) -> int:
    return TOP + ROW * list(RiskLevel).index(level)


def _steps(points: Sequence[tuple[int, int]]) -> Iterator[str]:
    x, y = points[0]
    yield f"M{x} {y}"
    for x, y in points[1:]:
        yield f"H{x} V{y}"


def _ticks(first: date, last: date) -> list[Tick]:
    """The first and the last day, and each 1 September that has room between them."""
    ticks = [Tick(LEFT, long_date(first), "start")]
    free = LEFT + LONG
    for year in range(first.year, last.year + 1):
        september = date(year, 9, 1)
        x = _x(september, first, last)
        if first < september < last and free <= x <= RIGHT - LONG:
            ticks.append(Tick(x, f"{september:%b %Y}", "middle"))
            free = x + SHORT
    return [*ticks, Tick(RIGHT, long_date(last), "end")]


def _sentences(changes: Sequence[tuple[date, RiskLevel]]) -> Iterator[str]:
    before = None
    for day, level in changes:
        verb = "still" if level is before else "now"
        yield f"{long_date(day)}: {verb if before else 'first'} {level.label}."
        before = level
