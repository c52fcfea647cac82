"""From an adverse report to the authority's written statement of action, in a real browser."""

from datetime import date

from tests.support.walk import Walk, pictured


def test_special_measures_and_the_statement_of_action(walk: Walk) -> None:
    walk.sign_in("seo")
    walk.go("/schools/900001/inspections/new")
    walk.choose("The school requires special measures")
    walk.type_day("When was the report published?", date(2026, 11, 20))
    walk.type("Where is this known from?", "Report 10012345.")
    walk.press("Save the outcome")
    walk.sees("due by 4 December 2026")
    pictured(walk, "school-statement")
    walk.follow("Written statement of action")
    walk.follow("Draft the written statement of action")
    walk.press("Draft the statement")
    walk.sees("Enter how parents are informed and their views heard")
    pictured(walk, "statement-form")
    walk.type("What will the authority do?", "A review of governance.\n\nA consultant headteacher.")
    walk.type("Within which period?", "By 29 January 2027.")
    walk.type("How are parents informed", "A meeting at the school on 3 December.")
    walk.press("Draft the statement")
    walk.sees("The statement has been drafted and is waiting for approval")
    walk.sign_in("dcs")
    walk.go("/proposals")
    walk.follow("Send the written statement of action")
    walk.choose("Approve")
    walk.press("Confirm the decision")
    walk.served.issue()
    walk.go("/schools/900001/record")
    walk.sees("Made on 23 November 2026", "Issued")
    pictured(walk, "record-statement")
    walk.follow("The letter")
    pictured(walk, "statement-letter")
