"""A file brings a category: its task, the report card and results are seen in a real browser."""

from datetime import date
from pathlib import Path

from tests.support.national_files import card, ees, england, graded, line, ofsted, result, written
from tests.support.walk import Served, Walk, pictured

SCHOOL = "/schools/900001"
NEW = "/administration/national-files/new"


def test_what_is_held_of_a_school_as_data(served: Served, walk: Walk, tmp_path: Path) -> None:
    mi = ofsted([line(900001, graded(), card(category="SM")), line(900002, card())])
    files = (written(tmp_path / "mi.csv", mi), written(tmp_path / "wrong.csv", ofsted([line("x")])))
    ks2 = written(tmp_path / "ks2.csv", ees([result(900001, "48"), england("62")]))
    walk.sign_in("admin")
    walk.go(NEW)
    for file in (files[1], files[0], ks2):
        walk.page.get_by_label("Which file?").set_input_files(file)
        walk.press("Take the file over")
        if file is files[1]:
            walk.sees("There is a problem", "Line 4: The URN is not a number of six digits.")
            pictured(walk, "national-file-refused")
        else:
            walk.sees("The file has been taken over")
            pictured(walk, f"national-file-{file.stem}")
            walk.go(NEW)
    walk.go("/administration/national-files")
    pictured(walk, "national-files")
    walk.sign_in("hos")
    walk.go(SCHOOL)
    walk.sees("The school requires special measures", "Needs attention", "14 points")
    pictured(walk, "school-with-data")
    walk.go(f"{SCHOOL}/record/actions")
    walk.sees("Say what the council does now", "Inspection report of 16 November 2026")
    walk.go("/inspections")
    pictured(walk, "inspections")
    walk.go("/results")
    pictured(walk, "results")
    walk.go(f"{SCHOOL}/inspections/new")
    walk.page.get_by_text("Grades of the report card").click()
    pictured(walk, "inspection-form")
    walk.choose("The school is in no category", "Not met")
    walk.page.get_by_label("Inclusion").select_option("strong_standard")
    walk.type_day("When was the report published?", date(2026, 11, 20))
    walk.type("Where is this known from?", "The report.")
    walk.press("Save the outcome")
    walk.sees("The outcome of the inspection has been recorded", "Not met")
    walk.go(f"{SCHOOL}/results")
    walk.follow("Correct Reading, writing and maths: expected standard, 2024 to 2025")
    walk.type("Result", "49")
    walk.type("Where is this known from?", "The school.")
    walk.press("Save the result")
    walk.sees("Enter why another entry is to count")
    pictured(walk, "result-form")
    walk.type("Why is another entry to count? (only if one is on record)", "A misprint.")
    walk.press("Save the result")
    walk.sees("The result has been recorded", "What was corrected")
    pictured(walk, "results-of-school")
    walk.go(f"{SCHOOL}/risk")
    walk.press("Assess during the year")
    walk.press("Start the assessment")
    walk.follow("Add evidence of the kind “Analysis of data”")
    walk.sees("What is held as data", "13 points below")
    pictured(walk, "evidence-form-with-data")
