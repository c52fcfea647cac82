"""A school asks, support is commissioned, used and evaluated, in a real browser."""

from datetime import date

from tests.support.walk import Served, Walk, pictured

RECORD = "/schools/900002/record"


def test_support_from_the_request_to_what_it_brought(served: Served, walk: Walk) -> None:
    walk.sign_in("hos")
    walk.go("/providers")
    walk.follow("Add a provider")
    walk.type("Name", "Larch Teaching School Alliance")
    walk.type("What does it offer?", "Courses and coaching in early reading.")
    walk.type("How is its quality known?", "Designated; six schools praise it.")
    pictured(walk, "provider-form")
    walk.press("Save")
    walk.go(f"{RECORD}/support")
    walk.follow("Record a request for support")
    walk.type_day("When did the school ask?", date(2026, 11, 20))
    walk.type("Who asked?", "The headteacher")
    walk.type("What does the school need?", "Coaching in early reading.")
    pictured(walk, "request-form")
    walk.press("Save the request")
    walk.sees("The request has been recorded", "Waits for an answer")
    walk.follow("Answer it")
    walk.press("Save the answer")
    walk.sees("Choose an answer")
    pictured(walk, "answer-form")
    walk.choose("Accepted")
    walk.type("What is the school told?", "From next week.")
    walk.press("Save the answer")
    pictured(walk, "request")
    walk.follow("Commission support for it")
    walk.page.get_by_label("Or which provider?").select_option(
        label="Larch Teaching School Alliance"
    )
    walk.page.get_by_role("group", name="Who commissions it?").get_by_label("The school").check()
    walk.page.get_by_role("group", name="Who pays?").get_by_label("The council").check()
    walk.type("Cost in pounds (optional)", "1200")
    walk.type("What for?", "Early reading, as agreed with the headteacher.")
    walk.type("How many days are agreed?", "1.5")
    walk.type_day("First day", date(2026, 11, 23))
    walk.type_day("Last day", date(2027, 1, 29))
    pictured(walk, "commission-form")
    walk.press("Commission it")
    walk.sees("The support has been commissioned", "£1,200", "0 of 1.5 days used")
    walk.follow("Record days used")
    walk.type_day("When?", date(2026, 11, 23))
    walk.type("How many days?", "2")
    walk.type("What was done?", "Two classes were coached.")
    walk.press("Save the days")
    walk.sees("This is 0.5 days more than the 1.5 agreed")
    pictured(walk, "days-form")
    walk.type("Why more than was agreed? (only where it is)", "A third class asked.")
    walk.press("Save the days")
    walk.follow("Record its impact")
    walk.choose("The council", "Some difference")
    walk.type_day("When?", date(2026, 11, 23))
    walk.type("What did it bring, and how does one see it?", "Lessons have a clearer structure.")
    pictured(walk, "impact-form")
    walk.press("Save the evaluation")
    walk.sees("Impact, as the council says", "Not said yet")
    pictured(walk, "commission")
    walk.follow("End it early")
    pictured(walk, "end-form")
    walk.go(f"{RECORD}/support")
    walk.follow("Refer the school to a provider")
    walk.page.get_by_label("To which provider?").select_option(value="1")
    walk.type("What for?", "A course.")
    walk.type_day("When was the school referred?", date(2026, 11, 23))
    pictured(walk, "referral-form")
    walk.press("Save the referral")
    walk.follow("Say what came of it")
    pictured(walk, "outcome-form")
    for address in (
        "/commissions",
        "/support-requests",
        "/referrals",
        "/providers",
        "/providers/1",
    ):
        walk.go(address)
        pictured(walk, f"list{address.replace('/', '-')}")
    walk.go(f"{RECORD}/support")
    pictured(walk, "support-of-school")
