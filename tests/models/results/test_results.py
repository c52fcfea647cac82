"""Results of schools: entered and corrected by hand, and read in a national file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from models.database import read, write
from models.inputs import refusing
from models.national_files.importing import at_the_machine, import_file
from models.national_files.tables import NationalFile, NationalFinding, NationalImport
from models.people.acting import Acting
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed, NotFound
from models.results import recording, shown
from models.results.tables import SchoolResult
from tests.support.council import NOW, Council
from tests.support.national_files import EES, card, ees, england, line, ofsted, result, written

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASHFIELD, ACADEMY = 900001, 900002
KS2 = {"school_year": 2024, "measure": "ks2_expected", "value": 48.0, "source": "The school."}


class Results:
    """A council whose results are entered by hand and read in files."""

    def __init__(self, engine: Engine, policy: Policy, council: Council, folder: Path) -> None:
        self.engine, self.policy, self.council, self.folder = engine, policy, council, folder

    def enter(self, by: str = "seo", urn: object = ASHFIELD, **values: Any) -> SchoolResult:
        with refusing():
            given = recording.ResultEntered(**{**KS2, **values})
        with write(self.engine) as session:
            acting = Acting(session, self.policy, self.council.officers[by], NOW)
            return recording.record_result(acting, urn, given)

    def give(self, *lines: Mapping[str, str], **how: Any) -> NationalImport:
        return self.give_bytes(ees(lines, **how))

    def give_bytes(self, data: bytes) -> NationalImport:
        path = written(self.folder / "ks2.csv", data)
        with write(self.engine) as session:
            acting = at_the_machine(session, self.policy, NOW)
            return import_file(acting, path, path.name, NationalFile.RESULTS)

    def of(self, urn: int = ASHFIELD, *, history: bool = False) -> list[shown.SchoolResult]:
        with read(self.engine) as session:
            return shown.results_of(session, self.policy, urn, history=history).items

    def rows(self, table: Any) -> list[Any]:
        with read(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def intact(self) -> bool:
        with read(self.engine) as session:
            return examine(session).intact


@pytest.fixture
def results(engine: Engine, policy: Policy, council: Council, tmp_path: Path) -> Results:
    return Results(engine, policy, council, tmp_path)


def test_a_result_stands_beside_the_national_figure(results: Results) -> None:
    results.enter(benchmark=62.0)
    [found] = results.of()
    assert (found.key_stage, found.in_words, found.benchmark_in_words) == ("ks2", "48%", "62%")
    assert (found.difference, found.against) == (-14.0, "14 points below")
    assert results.intact()


def test_a_later_entry_counts_with_its_reason_and_nothing_is_deleted(results: Results) -> None:
    first = results.enter()
    with pytest.raises(InvalidInput) as refusal:
        results.enter(value=49.0)
    assert [field for field, _ in refusal.value.errors] == ["reason"]
    second = results.enter("sm", value=49.0, reason="Two pupils were counted twice.")
    assert [each.id for each in results.of()] == [second.id]
    assert [(each.id, each.counts) for each in results.of(history=True)] == [
        (second.id, True),
        (first.id, False),
    ]
    results.enter(value=None, reason="It is another school’s.")
    assert results.of() == []
    assert len(results.of(history=True)) == 3
    assert results.intact()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no measure": ({"measure": "ks9"}, "measure"),
    "too much": ({"value": 101.0}, "value"),
    "no number": ({"value": float("nan")}, "value"),
    "endless": ({"measure": "ks4_progress_8", "value": float("inf")}, "value"),
    "nothing": ({"value": None}, "value"),
    "a benchmark": ({"benchmark": -1.0}, "benchmark"),
    "no source": ({"source": " "}, "source"),
    "a reason for nothing": ({"reason": "Because."}, "reason"),
    "a year to come": ({"school_year": 2027}, "school_year"),
    "no year": ({"school_year": 24}, "school_year"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_result_is_refused_at_its_field(results: Results, what: str) -> None:
    values, field = WRONG[what]
    with pytest.raises(InvalidInput) as refusal:
        results.enter(**values)
    assert [each for each, _ in refusal.value.errors] == [field]
    assert results.rows(SchoolResult) == []


def test_who_may_record_one_and_of_which_school(results: Results) -> None:
    for name in ("viewer", "legal"):
        with pytest.raises(NotAllowed, match="record a school’s results"):
            results.enter(name)
    with pytest.raises(NotFound):
        results.enter(urn=900999)


def test_a_file_brings_values_and_the_national_figure(results: Results) -> None:
    done = results.give(
        result(ASHFIELD, "48"),
        result(ASHFIELD, "70", subject="Writing"),
        result(ASHFIELD, "51") | {"breakdown": "Disadvantaged"},
        result(ACADEMY, "c"),
        result(999999, "60"),
        england("62"),
    )
    assert (done.lines, done.added, done.unknown, done.left_out) == (6, 1, 1, 4)
    [found] = results.of()
    assert (found.value, found.benchmark, found.school_year) == (48.0, 62.0, 2024)
    assert found.national_import == done.id
    assert results.enter(urn=ACADEMY).benchmark == 62.0, "by hand the same figure is known"
    assert results.intact()


def test_the_same_file_again_changes_nothing(results: Results) -> None:
    lines = [result(ASHFIELD, "48"), result(ACADEMY, "71"), england("62")]
    results.give(*lines)
    again = results.give(*lines)
    assert (again.added, again.changed, again.unchanged, again.kept) == (0, 0, 2, 0)
    assert len(results.rows(SchoolResult)) == 2


def test_a_revised_file_counts_and_the_one_before_stays(results: Results) -> None:
    results.give(result(ASHFIELD, "48"))
    revised = results.give(result(ASHFIELD, "49"), england("62"))
    assert (revised.added, revised.changed) == (0, 1)
    assert [(each.value, each.counts) for each in results.of(history=True)] == [
        (49.0, True),
        (48.0, False),
    ]
    figure = results.give(result(ASHFIELD, "49"), england("61"))
    assert (figure.changed, [each.benchmark for each in results.of()]) == (1, [61.0])


def test_what_an_officer_entered_stays_and_is_named(results: Results) -> None:
    results.give(result(ASHFIELD, "48"))
    results.enter(value=50.0, reason="The school had a review of marking.")
    done = results.give(result(ASHFIELD, "49"))
    assert (done.kept, done.changed) == (1, 0)
    [found] = results.rows(NationalFinding)
    assert (found.urn, found.line) == (ASHFIELD, 2)
    assert "expected standard, 2024 to 2025: 49%" in found.what
    assert [each.value for each in results.of()] == [50.0]
    assert results.give(result(ASHFIELD, "50")).unchanged == 1
    assert results.intact()


def test_what_an_officer_entered_is_spoken_of_by_the_record(results: Results) -> None:
    results.enter()
    with results.engine.begin() as connection:
        connection.execute(text("UPDATE school_result SET value = 88"))
    assert not results.intact()


LINES: dict[str, tuple[Mapping[str, str], str]] = {
    "a number": ({"expected_standard_pupil_percent": "many"}, "“many”"),
    "a percentage": ({"expected_standard_pupil_percent": "101"}, "“101”"),
    "no number": ({"expected_standard_pupil_percent": "nan"}, "“nan”"),
    "a URN": ({"school_urn": "x"}, "six digits"),
    "a year": ({"time_period": "2024"}, "no school year"),
    "years apart": ({"time_period": "202427"}, "no school year"),
}


@pytest.mark.parametrize("what", LINES)
def test_a_line_that_is_wrong_refuses_the_whole_file(results: Results, what: str) -> None:
    said, why = LINES[what]
    with pytest.raises(InvalidInput) as refusal:
        results.give(result(ACADEMY, "71"), result(ASHFIELD, "48") | said)
    assert "Line 3: " in refusal.value.message
    assert why in refusal.value.message
    assert results.rows(SchoolResult) == results.rows(NationalImport) == []


def test_two_figures_of_one_measure_are_refused(results: Results) -> None:
    for lines in ([result(ASHFIELD, "48"), result(ASHFIELD, "49")], [england("61"), england("62")]):
        with pytest.raises(InvalidInput, match="Line 2 has another value"):
            results.give(*lines)


def test_a_file_without_the_measures_says_what_was_looked_for(results: Results) -> None:
    fewer = [name for name in EES if name != "subject"]
    with pytest.raises(InvalidInput, match="None of the measures of the policy"):
        results.give(result(ASHFIELD, "48"), columns=fewer)
    with pytest.raises(InvalidInput, match="This is another file: Ofsted"):
        results.give_bytes(ofsted([line(ASHFIELD, card())]))


@pytest.mark.parametrize("year", ["202425", "2024/25", "2024/2025", "2024-25"])
def test_years_as_the_service_writes_them(results: Results, year: str) -> None:
    results.give(result(ASHFIELD, "48") | {"time_period": year})
    assert [each.school_year for each in results.of()] == [2024]


def test_the_list_across_schools(results: Results) -> None:
    results.give(result(ASHFIELD, "48"), result(ACADEMY, "71"), england("62"))
    with read(results.engine) as session:

        def listed(**filters: Any) -> list[int]:
            return [each.urn for each in shown.results(session, results.policy, **filters).items]

        assert set(listed()) == {ASHFIELD, ACADEMY}
        assert listed(below=True) == listed(query="ashfield") == [ASHFIELD]
        assert listed(school_year=2023) == listed(measure="ks2_higher") == []
        with pytest.raises(InvalidInput):
            listed(measure="ks9")
