"""Ofsted's file, taken over: what a line says, what stays, and what is told of a new category."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlmodel import col, select

from models.actions.tables import AgreedAction
from models.clocks import add_working_days
from models.database import read, write
from models.inspections.recording import Inspected, record_inspection
from models.matters.tables import Deadline, Matter
from models.national_files.importing import at_the_machine, import_file
from models.national_files.tables import NationalFinding, NationalImport
from models.outbox import Message
from models.people.acting import Acting
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import InvalidInput, NotAllowed
from models.schools.inspections_shown import Inspection, inspections
from models.schools.tables import InspectionOutcome
from tests.support.council import NOW, Council
from tests.support.national_files import (
    OFSTED,
    card,
    graded,
    line,
    ofsted,
    ungraded,
    written,
)
from tests.support.programme import Programme
from tests.support.school_records import SchoolRecord

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASHFIELD, ACADEMY = 900001, 900002
BAD = card(category="SM")


class Ofsted:
    """A council that is given the file again and again."""

    def __init__(self, engine: Engine, policy: Policy, council: Council, folder: Path) -> None:
        self.engine, self.policy, self.council = engine, policy, council
        self.file = folder / "mi.csv"
        self.record = SchoolRecord(engine, policy, council)

    def give(self, *lines: Mapping[str, str], **how: Any) -> NationalImport:
        return self.give_bytes(ofsted(lines, **how))

    def give_bytes(self, data: bytes) -> NationalImport:
        path = written(self.file, data)
        with write(self.engine) as session:
            acting = at_the_machine(session, self.policy, NOW)
            return import_file(acting, path, path.name)

    def refused(self, *lines: Mapping[str, str], **how: Any) -> str:
        with pytest.raises(InvalidInput) as refusal:
            self.give(*lines, **how)
        [(field, message)] = refusal.value.errors
        assert field == "file"
        assert self.rows(NationalImport) == []
        return message

    def of(self, urn: int = ASHFIELD) -> list[Inspection]:
        with read(self.engine) as session:
            return inspections(session, urn).items

    def rows(self, table: Any) -> list[Any]:
        with read(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def told(self) -> list[str]:
        return [each.to_email for each in self.rows(Message) if each.data["what"] == "new_category"]


@pytest.fixture
def mi(engine: Engine, policy: Policy, council: Council, tmp_path: Path) -> Ofsted:
    return Ofsted(engine, policy, council, tmp_path)


def test_a_report_card_is_held_with_its_areas(mi: Ofsted) -> None:
    done = mi.give(line(ASHFIELD, card(**{"Safeguarding standards": "Not met"})), line(999999))
    assert (done.lines, done.added, done.unknown, done.tasks) == (2, 1, 1, 0)
    [found] = mi.of()
    assert (found.framework, found.safeguarding) == ("report_card", "not_met")
    assert (found.category, found.published_on) == ("none", date(2026, 11, 16))
    assert found.inspected_on == date(2026, 10, 13)
    assert found.grades == {
        "inclusion": "strong_standard",
        "curriculum_and_teaching": "expected_standard",
        "achievement": "needs_attention",
        "attendance_and_behaviour": "exceptional",
        "personal_development_and_wellbeing": "strong_standard",
        "leadership_and_governance": "expected_standard",
    }
    assert found.source.endswith("https://reports.example/900001")
    assert found.national_import == done.id


def test_older_grades_are_kept_as_they_were(mi: Ofsted) -> None:
    mi.give(line(ASHFIELD, graded(), ungraded(), card()))
    newest, between, oldest = mi.of()
    assert [newest.counts, between.counts, oldest.counts] == [True, False, False]
    assert oldest.grades == {
        "overall_effectiveness": "good",
        "quality_of_education": "good",
        "behaviour_and_attitudes": "outstanding",
    }
    assert (oldest.framework, oldest.safeguarding) == ("graded", "met")
    assert (between.framework, between.outcome) == ("ungraded", "School remains Good")


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ([card(category="SM")], "special_measures"),
        ([card(category="RSI")], "significant_improvement"),
        ([graded(overall="4", category="SWK")], "significant_improvement"),
        ([graded(overall="4", category="SM"), ungraded()], "special_measures"),
        ([graded(overall="4"), card()], "none"),
        ([graded(overall="4", category="SM"), card()], "none"),
    ],
    ids=["card SM", "card RSI", "older", "a visit leaves it", "superseded", "both"],
)
def test_the_category_is_ofsteds_word(
    mi: Ofsted, said: list[dict[str, str]], category: str
) -> None:
    mi.give(line(ASHFIELD, *said))
    [counts] = [each for each in mi.of() if each.counts]
    assert counts.category == category


def test_a_report_on_the_school_before_it_is_not_its_own(mi: Ofsted) -> None:
    question = "Does the latest full inspection relate to the URN of the current school?"
    done = mi.give(line(ASHFIELD, BAD, {question: "No"}))
    assert mi.of() == []
    [found] = mi.rows(NationalFinding)
    assert (found.kind, found.urn, done.tasks) == ("no_report", ASHFIELD, 0)


def test_a_new_category_is_a_task_and_the_same_file_again_is_nothing(mi: Ofsted) -> None:
    Programme(mi.engine, mi.policy, mi.council).evaluates(mi.council.seo)
    first = mi.give(line(ASHFIELD, BAD), line(ACADEMY, card(category="RSI")))
    assert (first.added, first.tasks) == (2, 2)
    whose, other = mi.rows(AgreedAction)
    assert (whose.officer_id, whose.source) == (mi.council.seo.id, "inspection")
    assert other.officer_id == mi.council.hos.id
    due = [each.due_on for each in mi.rows(Deadline) if each.kind == "action"]
    assert due == [add_working_days(NOW.date(), 5)] * 2
    heads = [mi.council.hos.email, mi.council.hos2.email]
    assert mi.told() == [mi.council.seo.email, *heads]
    assert [each.officer_id for each in mi.rows(Matter)] == [
        mi.council.seo.id,
        mi.council.hos.id,
    ]
    again = mi.give(line(ASHFIELD, BAD), line(ACADEMY, card(category="RSI")))
    assert (again.added, again.changed, again.unchanged, again.tasks) == (0, 0, 2, 0)
    assert (len(mi.rows(AgreedAction)), len(mi.told())) == (2, 3)
    assert len(mi.rows(InspectionOutcome)) == 2


def test_the_statement_of_action_is_due_as_by_hand(mi: Ofsted) -> None:
    mi.give(line(ASHFIELD, BAD))
    by_file = [(each.kind, each.due_on) for each in mi.rows(Deadline)]
    assert ("statement_of_action", date(2026, 11, 30)) in by_file


def test_what_an_earlier_file_said_is_corrected_with_the_reason(mi: Ofsted) -> None:
    mi.give(line(ASHFIELD, card()))
    done = mi.give(line(ASHFIELD, BAD))
    assert (done.added, done.changed, done.tasks) == (0, 1, 1)
    now, before = mi.of()
    assert (now.corrects, before.corrected, now.counts) == (before.id, True, True)
    assert "says otherwise now" in now.reason
    back = mi.give(line(ASHFIELD, card()))
    assert (back.changed, back.tasks) == (1, 0)
    assert [each.category for each in mi.of() if each.counts] == ["none"]


def test_what_an_officer_entered_stays(mi: Ofsted) -> None:
    mi.record.inspect("none", published_on=date(2026, 11, 16))
    kept = mi.give(line(ASHFIELD, BAD))
    assert (kept.kept, kept.added, kept.changed, kept.tasks) == (1, 0, 0, 0)
    [found] = mi.rows(NationalFinding)
    assert (found.kind, found.urn, found.line) == ("kept", ASHFIELD, 4)
    assert [each.category for each in mi.of()] == ["none"]
    agrees = mi.give(line(ASHFIELD, card()))
    assert (agrees.kept, agrees.unchanged) == (0, 1)


def test_a_correction_by_hand_of_what_a_file_said_stays(mi: Ofsted) -> None:
    mi.give(line(ASHFIELD, BAD))
    [wrong] = mi.of()
    day = wrong.published_on
    mi.record.inspect(None, published_on=day, corrects=wrong.id, reason="It is another school’s.")
    again = mi.give(line(ASHFIELD, BAD))
    assert (again.kept, again.added, again.changed) == (1, 0, 0)
    assert [each.counts for each in mi.of()] == [False, False]


def test_the_record_speaks_of_every_row(mi: Ofsted) -> None:
    mi.give(line(ASHFIELD, graded(), card()), line(ACADEMY, BAD))
    with read(mi.engine) as session:
        assert examine(session).intact
    with mi.engine.begin() as connection:
        tampered = "UPDATE inspection_outcome SET category = 'special_measures' WHERE urn = 900001"
        connection.execute(text(tampered))
    with read(mi.engine) as session:
        found = examine(session).differences
    assert [each.column for each in found] == ["category", "category"]


def test_who_may_import(mi: Ofsted) -> None:
    path = written(mi.file, ofsted([line(ASHFIELD, card())]))
    for name in ("seo", "hos", "viewer", "dcs"):
        with write(mi.engine) as session:
            acting = Acting(session, mi.policy, mi.council.officers[name], NOW)
            with pytest.raises(NotAllowed, match="import the national files"):
                import_file(acting, path, path.name)


# Refused as a whole -------------------------------------------------------------------------

WRONG: dict[str, tuple[Mapping[str, str], str]] = {
    "URN": ({"URN": "12"}, "six digits"),
    "a day": (card(published="31/02/2026"), "“Publication date” is not a date"),
    "a day to come": (card(published="01/12/2030"), "today or in the past"),
    "a grade": (card(Inclusion="Strongish"), "“Inclusion” is none of the words"),
    "an older grade": (graded(overall="5"), "Latest OEIF overall effectiveness"),
    "a category": (card(category="XX"), "“XX”"),
    "safeguarding": (card(**{"Safeguarding standards": "Perhaps"}), "“Perhaps”"),
    "before there were any": (
        card(published="01/10/2025", **{"Inspection start date": "01/09/2025"}),
        "report cards of inspections since 10 November 2025",
    ),
    "a report before its inspection": (card(published="01/10/2026"), "cannot be after its report"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_line_that_is_wrong_refuses_the_whole_file(mi: Ofsted, what: str) -> None:
    said, why = WRONG[what]
    message = mi.refused(line(ACADEMY, BAD), line(ASHFIELD, said))
    assert "Nothing was taken over, because 1 line is not as expected. Line 5:" in message
    assert why in message
    assert mi.rows(InspectionOutcome) == mi.rows(Message) == []


def test_twenty_lines_are_named_and_the_others_counted(mi: Ofsted) -> None:
    message = mi.refused(*(line("x") for _ in range(25)))
    assert message.count("Line ") == 20
    assert "25 lines are" in message
    assert message.endswith("And 5 more.")


def test_a_school_stands_there_once(mi: Ofsted) -> None:
    message = mi.refused(line(ASHFIELD, card()), line(ASHFIELD, BAD))
    assert "Line 5: The URN is already in line 4." in message


def test_columns_are_found_by_name_wherever_they_stand(mi: Ofsted) -> None:
    mixed = [name.upper() for name in reversed(OFSTED)]
    rows = [{name.upper(): cell for name, cell in line(ASHFIELD, card()).items()}]
    assert mi.give(*rows, columns=mixed, above=(), encoding="utf-8-sig").added == 1


@pytest.mark.parametrize("name", ["Inclusion", "Most recent category of concern"])
def test_a_column_that_is_missing_is_named(mi: Ofsted, name: str) -> None:
    fewer = [each for each in OFSTED if each != name]
    assert f"missing: “{name}”" in mi.refused(line(ASHFIELD), columns=fewer)
    twice = [*OFSTED, name]
    assert f"“{name}” twice" in mi.refused(line(ASHFIELD), columns=twice)


WHOLE = ofsted([line(ASHFIELD, card()), line(ACADEMY, card())])
BROKEN = {
    "empty": (b"", "empty"),
    "only names": (ofsted([]), "no lines below"),
    "half": (WHOLE[:-300], "not as expected. Line 5: It has"),
    "open quote": (WHOLE + b'"900003,', "quote is left open"),
    "a page": (b"<!doctype html>", "web page"),
    "a spreadsheet": (b"PK\x03\x04", "spreadsheet"),
    "NUL": (WHOLE.replace(b"school", b"sch\0ol"), "NUL"),
    "no text": (WHOLE.replace("–".encode("cp1252"), b"\x81"), "no text"),
    "another list": (b"urn,name\r\n900001,Ash\r\n" * 40, "first 30 lines"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_is_none_changes_nothing(mi: Ofsted, what: str) -> None:
    data, why = BROKEN[what]
    with pytest.raises(InvalidInput) as refusal:
        mi.give_bytes(data)
    assert why in refusal.value.message
    assert mi.rows(InspectionOutcome) == mi.rows(NationalImport) == []


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, len(OFSTED) - 1), cell=st.text(max_size=12) | st.sampled_from(["4"]))
def test_whatever_stands_in_a_cell_it_is_taken_or_refused(
    mi: Ofsted, place: int, cell: str
) -> None:
    row = line(ASHFIELD, graded(), ungraded(), card()) | {OFSTED[place]: cell}
    try:
        done = mi.give_bytes(ofsted([row], encoding="utf-8"))
    except InvalidInput:
        return
    assert done.lines == 1
    with read(mi.engine) as session:
        assert examine(session).intact


def test_by_hand_a_category_is_the_same_task(mi: Ofsted) -> None:
    with mi.record.acting("sm") as acting:
        report = Inspected(
            category="special_measures", published_on=date(2026, 11, 16), source="The report."
        )
        record_inspection(acting, ACADEMY, report)
    [task] = mi.rows(AgreedAction)
    heads = [mi.council.hos.email, mi.council.hos2.email]
    assert (task.officer_id, mi.told()) == (mi.council.hos.id, heads)
    assert mi.give(line(ACADEMY, BAD)).tasks == 0
    assert len(mi.rows(AgreedAction)) == 1
