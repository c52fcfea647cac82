"""From a report of section 61 to a suspended budget, and to its end, in a real browser.

Every page that is passed is checked by axe at the width of a desk and of a telephone; the letters
go out over SMTP.
"""

from models.statutory.tables import Power
from tests.support.cases import Case
from tests.support.smtp import SmtpServer
from tests.support.walk import Served, Walk, pictured

HEAD = "headteacher@school-900001.example"
REGIONAL_DIRECTOR = "regional.director@education.example"
SECTION_61 = ("the school requires significant improvement", "No later report has superseded it")
CHAIR = "chair.of.governors@school-900001.example"


def test_from_significant_improvement_to_a_suspended_budget(served: Served, walk: Walk) -> None:
    case = Case(served.engine, served.policy, served.council).started()
    with SmtpServer() as post:
        served.settings = served.settings.model_copy(update={"mail_url": post.url})
        _move_straight_to_the_powers(walk, case)
        _weigh_equality(walk, case)
        _prepare(walk, case)
        _notify(walk, case, post)
        _suspend(walk, case, post)
    _receive(walk, case)
    _end_at_the_governing_bodys_request(walk, case)


def _address(case: Case) -> str:
    return f"/escalations/{case.reference}"


def _power(case: Case) -> Power:
    [power] = case.all(Power)
    return power


def _approve(walk: Walk, who: str, title: str, *shown: str) -> None:
    walk.sign_in(who)
    walk.go("/proposals")
    walk.arrive_by(walk.page.locator("main").get_by_role("link", name=title))
    walk.sees(*shown)
    walk.choose("Approve")
    walk.press("Confirm the decision")
    walk.served.issue()


def _move_straight_to_the_powers(walk: Walk, case: Case) -> None:
    walk.sign_in("hos")
    walk.go("/schools/900001")
    walk.follow("Record the outcome of an inspection")
    walk.choose("The school requires significant improvement")
    walk.type_day("When was the report published?", walk.served.now.date())
    walk.type("Where is this known from?", "Report 10012345.")
    walk.press("Save the outcome")
    walk.go(f"{_address(case)}/law")
    walk.sees("eligible for intervention, by section 61", "No later report has superseded it")
    walk.go(_address(case))
    walk.follow("Move straight to the powers (sections 61 and 62)")
    walk.type("Reason", "The governors spend what the school does not have.")
    walk.press("Propose")
    _approve(walk, "dcs", "Move straight to step vii", "The governors spend", *SECTION_61)


def _weigh_equality(walk: Walk, case: Case) -> None:
    walk.sign_in("seo")
    walk.go(_address(case))
    walk.follow("Put equality and fairness on record")
    walk.page.get_by_label("Regard to the public sector equality duty").check()
    walk.page.get_by_label("For which step?").select_option("intervention")
    walk.page.get_by_label("For which power?").select_option("66")
    walk.type_day("When was it considered or done?", walk.served.now.date())
    walk.type("What was considered or said, and why?", "No group is worse off by it.")
    walk.press("Put it on record")
    walk.sees("It has been put on record", "No group is worse off by it.")


def _prepare(walk: Walk, case: Case) -> None:
    walk.go(_address(case))
    walk.follow("Prepare a power")
    walk.follow("Section 66: Suspension of the right to a delegated budget")
    walk.sees("Nobody has to be consulted first", "The Secretary of State must be notified first")
    walk.type("Why is this power needed?", "The budget is overspent for the third year.")
    walk.type("What is the power for?", "That the governors act on the recovery plan.")
    walk.type("What was considered of capability", "The headteacher has warned the governors.")
    walk.press("Prepare the power")
    walk.sees("The power is being prepared", "The Secretary of State has not been notified")


def _notify(walk: Walk, case: Case, post: SmtpServer) -> None:
    _approve(walk, "hos", "Send the notification to the Secretary of State")
    assert set(_letters(post)) == {REGIONAL_DIRECTOR}
    walk.sign_in("seo")
    walk.go(f"/powers/{_power(case).id}/secretary-of-state")
    walk.type_day("When was the Secretary of State notified?", walk.served.now.date())
    walk.type("What is the evidence?", "The letter of today, sent by e-mail.")
    walk.press("Save the notification")


def _suspend(walk: Walk, case: Case, post: SmtpServer) -> None:
    walk.go(f"/powers/{_power(case).id}/use")
    walk.page.get_by_label("Reason", exact=True).fill("The next budget is due in a month.")
    walk.press("Propose")
    shown = ("No group is worse off by it.", "That the governors act", "has warned the governors")
    _approve(walk, "dcs", "Use section 66: Suspension", *shown)
    letters = _letters(post)
    assert set(letters) == {REGIONAL_DIRECTOR, CHAIR, HEAD}
    assert letters[CHAIR] == letters[HEAD] != letters[REGIONAL_DIRECTOR]


def _letters(post: SmtpServer) -> dict[str, str]:
    """The subjects of the letters that arrived, by recipient: what officers hear has no PDF."""
    return {
        each.recipients[0]: str(each.message["Subject"])
        for each in post.messages
        if any(part.get_content_type() == "application/pdf" for part in each.message.walk())
    }


def _receive(walk: Walk, case: Case) -> None:
    walk.sign_in("seo")
    walk.go(f"/powers/{_power(case).id}/receipt")
    walk.type_day("When did the governing body receive the notice?", walk.served.now.date())
    walk.type("What is the evidence?", "The clerk's receipt.")
    walk.press("Save the receipt")
    walk.go(f"{_address(case)}/law")
    walk.sees("Suspension of the right to a delegated budget", "In force", "31 March 2027")
    pictured(walk, "budget-suspended")


def _end_at_the_governing_bodys_request(walk: Walk, case: Case) -> None:
    """The Secretary of State has appointed governors: section 67(6)."""
    walk.follow("Record a notice of the Secretary of State")
    walk.choose("The Secretary of State has appointed additional governors")
    walk.type_day("When did the local authority receive it?", walk.served.now.date())
    walk.type("What does it say?", "Two governors are appointed.")
    walk.press("Save the notice")
    walk.go(f"{_address(case)}/law")
    walk.sees("section 67(6)")
    walk.go(f"/powers/{_power(case).id}/end")
    walk.type_day("When does it end?", walk.served.now.date())
    walk.type("Why does it end?", "The governing body asked for it.")
    walk.press("End the power")
    walk.go(f"{_address(case)}/law")
    walk.sees("Ended")
