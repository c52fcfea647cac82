"""The picture of a school's levels: where its line runs, and which days are named below it."""

from datetime import UTC, date, datetime

from models.risk.level_changes import LevelChange
from models.risk.tables import AssessmentOccasion
from models.schools.tables import RiskLevel
from web.pages.risk.level_picture import draw

TODAY = date(2026, 11, 23)


def change(day: date, level: str) -> LevelChange:
    return LevelChange(
        id=1,
        on=day,
        before=None,
        level=RiskLevel(level),
        reason="",
        words="",
        occasion=AssessmentOccasion.ANNUAL,
        assessment=1,
        changed_by="hos@fernshire.example",
        changed_by_name="Harriet Osborne",
        at=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def test_nothing_is_drawn_of_a_school_that_was_not_assessed() -> None:
    assert draw([], TODAY) is None


def test_a_level_of_today_is_a_line_across() -> None:
    picture = draw([change(TODAY, "none")], TODAY)
    assert picture is not None
    assert picture.path == "M110 150 H750"
    assert picture.points == [(110, 150)]


def test_a_level_that_stays_has_a_point_and_no_step() -> None:
    changes = [("2026-09-04", "low"), ("2025-09-04", "low"), ("2024-09-04", "high")]
    history = [change(date.fromisoformat(day), level) for day, level in changes]
    picture = draw(history, date(2026, 9, 4))
    assert picture is not None
    assert picture.path == "M110 24 H430 V108 H750 V108 H750"
    assert picture.words == (
        "4 September 2024: first high risk. 4 September 2025: now low risk. "
        "4 September 2026: still low risk."
    )


def test_the_beginnings_of_school_years_are_named_where_there_is_room() -> None:
    picture = draw([change(date(2021, 3, 1), "low")], TODAY)
    assert picture is not None
    assert [tick.words for tick in picture.ticks] == [
        "1 March 2021",
        "Sep 2023",
        "Sep 2024",
        "23 November 2026",
    ]
    soon = draw([change(date(2026, 8, 1), "low")], TODAY)
    assert soon is not None
    assert [tick.words for tick in soon.ticks] == ["1 August 2026", "23 November 2026"]
