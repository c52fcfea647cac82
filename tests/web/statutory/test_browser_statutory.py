"""The statutory steps in a real browser: from the notice to compliance, and to a board.

Every page that is passed is checked by axe at the width of a desk and of a telephone.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page

from models.clocks import add_working_days
from models.database import write
from models.people.acting import Acting
from models.schools import contacts
from models.statutory.tables import Power
from tests.support.cases import Case
from tests.support.policies import POLICY
from tests.support.walk import DESK, Served, Walk, looker, pictured

SUPPORT = (
    "Is the school aware of the problem?",
    "Does it work well with its school improvement partner?",
    "Is a plan that was agreed within this case on track?",
)


@pytest.fixture
def case(served: Served) -> Case:
    """A church school's escalation at which the warning notice is the next step."""
    case = Case(served.engine, served.policy, served.council)
    case.started(school="church").climb_to("formal_governing_body")
    case.fail_step()
    case.change("pass_over")
    return case


@pytest.fixture
def walk(
    served: Served,
    page_at: Callable[[int], Page],
    assert_accessible: Callable[[Page], None],
) -> Walk:
    """Somebody at a browser who looks at every page."""
    return Walk(served, page_at(DESK), looker(assert_accessible))


def test_from_the_notice_to_compliance(served: Served, case: Case, walk: Walk) -> None:
    _record_support(walk, case)
    _give_notice(walk, case)
    _approve_notice(walk, case)
    _serve_letter(walk, case)
    walk.go(f"{_case(case)}/law")
    walk.sees("14 December 2026", "14 February 2027")
    walk.go(f"/warning-notices/{case.notice.id}/compliance")
    _judge(walk, "No, it did not comply")
    walk.sees("There is a problem", "15 December 2026")
    _judge(walk, "Yes, it complied")
    walk.go(f"{_case(case)}/law")
    walk.sees("judged on 23 November 2026 to have complied")


def test_from_the_notice_to_an_interim_executive_board(
    served: Served, case: Case, walk: Walk
) -> None:
    _addresses(served)
    walk.sign_in("seo")
    _give_notice(walk, case, support=False)
    _approve_notice(walk, case)
    _serve(walk, case)
    _to(served, case, datetime(2026, 12, 15, 10, tzinfo=UTC))
    walk.sign_in("seo")
    walk.go(_case(case))
    walk.follow("Judge compliance")
    _judge(walk, "No, it did not comply")
    walk.follow("Propose powers")
    walk.press("Propose")
    walk.sees("There is a problem")
    walk.page.locator("input[value='65']").check()
    walk.type("What are the reasons?", "The governing body is not able to act.")
    walk.press("Propose")
    _approve(walk, "dcs", "Send the notice of proposed powers")
    _serve(walk, case)
    _to(served, case, datetime(2026, 12, 23, 10, tzinfo=UTC))
    _move_to_powers(walk, case)
    _prepare_board(walk, case)
    _consult(walk, served, case)
    _use(walk, case)
    _to(served, case, datetime(2027, 1, 5, 10, tzinfo=UTC))
    walk.sign_in("seo")
    walk.go(f"{_case(case)}/law")
    walk.sees("Interim Executive Board", "In force")
    walk.go(f"{_case(case)}/secretary-of-state-notices/new")
    walk.page.get_by_label("The Secretary of State intends to act").check()
    walk.type_day("When did the local authority receive it?", served.now.date())
    walk.type("What does it say?", "She intends to appoint.")
    walk.press("Save the notice")
    walk.go(_case(case))
    walk.sees("sections 63, 64 and 66")


def test_from_special_measures_to_an_interim_executive_board(served: Served, walk: Walk) -> None:
    case = Case(served.engine, served.policy, served.council).started(school="church")
    _addresses(served)
    walk.sign_in("hos")
    walk.go(f"/schools/{served.council.church.urn}")
    walk.follow("Record the outcome of an inspection")
    walk.press("Save the outcome")
    walk.sees("There is a problem")
    walk.choose("The school requires special measures")
    walk.type_day("When was the report published?", served.now.date())
    walk.type("Where is this known from?", "Report 10012345.")
    walk.press("Save the outcome")
    walk.go(f"{_case(case)}/law")
    walk.sees("eligible for intervention, by section 62", "No later report has superseded it")
    pictured(walk, "roads")
    walk.go(_case(case))
    walk.follow("Move straight to the powers (sections 61 and 62)")
    walk.type("Reason", "The report leaves no other way.")
    walk.press("Propose")
    _approve(walk, "dcs", "Move straight to step vii")
    walk.sign_in("seo")
    _prepare_board(walk, case)
    _consult(walk, served, case)
    _use(walk, case)
    walk.go(f"{_case(case)}/law")
    walk.sees("Interim Executive Board", "In force")


def test_an_academy_is_offered_none_of_it(served: Served, walk: Walk) -> None:
    academy = Case(served.engine, served.policy, served.council)
    academy.started(school="academy")
    walk.sign_in("seo")
    walk.go(f"{_case(academy)}/law")
    walk.sees("letter to the Secretary of State", "letter to Ofsted")
    walk.go(f"{_case(academy)}/warning-notices/new")
    walk.sees("No warning notice may be given to an academy")


def _case(case: Case) -> str:
    return f"/escalations/{case.reference}"


def _to(served: Served, case: Case, moment: datetime) -> None:
    """Go on to a moment, with the clock going round."""
    served.now = moment - timedelta(minutes=1)
    served.wait(minutes=1)
    case.now = served.now


def _addresses(served: Served) -> None:
    with write(served.engine) as session:
        for role in ("diocese", "foundation_appointer"):
            contacts.set_contact(
                Acting(session, POLICY, served.council.admin, served.now),
                served.council.church.urn,
                role,
                contacts.NewContact(
                    name=f"The secretary, {role.replace('_', ' ')}",
                    email=f"{role}@church.example",
                    address=["Cathedral Close", "Fernminster"],
                ),
            )


def _record_support(walk: Walk, case: Case) -> None:
    walk.sign_in("seo")
    walk.go(f"{_case(case)}/law")
    walk.follow("Record how the school is supported")
    walk.press("Save")
    walk.sees("There is a problem")
    for question in SUPPORT:
        walk.page.get_by_role("group", name=question).get_by_label("Yes").check()
    walk.type("What is the evidence?", "The minutes of 12 November 2026.")
    walk.press("Save")


def _give_notice(walk: Walk, case: Case, *, support: bool = True) -> None:
    """One question a page, an error on the way, and the check at the end."""
    walk.go(_case(case))
    walk.follow("Give a warning notice")
    walk.press("Continue")
    walk.sees("There is a problem", "Choose at least one ground")
    walk.choose("Low standards of performance")
    walk.press("Continue")
    walk.choose("What the pupils attained before")
    walk.type("How do the standards compare?", "They fell from 70 to 41 per cent.")
    walk.type("Why are they likely", "The governing body has adopted no plan.")
    walk.press("Continue")
    walk.type("Matters", "The results of 2026.")
    walk.press("Continue")
    walk.type("Action required", "Adopt a plan, and report on it each month.")
    walk.press("Continue")
    ends_on = add_working_days(walk.served.now.date(), 15)
    walk.type_day("End of the compliance period", ends_on)
    walk.press("Work out the dates")
    walk.sees("14 December 2026", "14 February 2027")
    walk.press("Continue")
    walk.type("Action the local", "To appoint an Interim Executive Board.")
    walk.press("Continue")
    if support:
        walk.press("Continue")
        walk.sees("There is a problem")
        walk.type("Why support is not enough", "Results have fallen for three years.")
        walk.press("Continue")
        walk.sees("Check your answers", "no e-mail address")
        _addresses(walk.served)
        walk.arrive_by(walk.page.get_by_role("button", name="Change the answer: On which matters"))
        walk.press("Continue")
        walk.press("Propose the warning notice")
    else:
        for question in SUPPORT[:2]:
            walk.page.get_by_role("group", name=question).get_by_label("No").check()
        walk.type("What is the evidence?", "The notes of the partner's visit in June.")
        walk.press("Continue")
        walk.sees("Check your answers", "section 60(6)")
        walk.press("Propose the warning notice")


def _approve_notice(walk: Walk, case: Case) -> None:
    """Legal signs it off, then the Director approves it, and notice and copies go out."""
    _approve(walk, "legal", "Move to step vi")
    _approve(walk, "dcs", "Move to step vi")
    walk.served.issue()
    walk.go(f"{_case(case)}/letters")
    walk.sees("Warning notice Issued")


def _approve(walk: Walk, who: str, title: str) -> None:
    walk.sign_in(who)
    walk.go("/proposals")
    walk.arrive_by(walk.page.locator("main").get_by_role("link", name=title).first)
    walk.choose("Approve")
    walk.press("Confirm the decision")
    walk.served.issue()


def _serve(walk: Walk, case: Case) -> None:
    """What comes next on the case: the notice is put into the chair's hands."""
    walk.sign_in("seo")
    walk.go(_case(case))
    walk.sees("on the governing body, then record how and when", "is unproven since")
    walk.follow("Record how it was served")
    walk.page.locator("input[name=to]").first.check()
    walk.choose("By hand")
    walk.type_day("When was it handed over", walk.served.now.date())
    walk.type("By whom", "By Sam Ellison, to the chair at the school.")
    walk.press("Save")
    walk.sees("Counts as served from")


def _serve_letter(walk: Walk, case: Case) -> None:
    """By e-mail, which the chair has to have agreed to first."""
    walk.sign_in("seo")
    walk.go(f"{_case(case)}/law")
    walk.sees("Service unproven", "E-mail is not agreed: post the printed copy or hand it over")
    pictured(walk, "service")
    walk.go(f"/letters/{case.notice.letter_id}")
    walk.follow("Record that the letter was served")
    _by_email(walk)
    walk.press("Save")
    walk.sees("There is a problem", "It is not on record that the chair of governors had agreed")
    walk.go(f"/schools/{case.matter.urn}")
    walk.follow("Record or withdraw an agreement to e-mail")
    walk.press("Save")
    walk.sees("There is a problem")
    walk.choose("Chair of governors")
    walk.type("Which e-mail address", f"chair.of.governors@school-{case.matter.urn}.example")
    walk.choose("They agree")
    walk.type_day("When did they say so?", walk.served.now.date())
    walk.type("How is that known?", "The chair's letter of today, on the school's own record.")
    walk.press("Save")
    walk.sees("Chair of governors: agrees to e-mail (counts today)")
    pictured(walk, "email-service")
    walk.go(f"/letters/{case.notice.letter_id}/services/new")
    _by_email(walk)
    walk.press("Save")
    walk.sees("E-mail, 23 November 2026; counts from 24 November 2026")
    pictured(walk, "served")
    undoing = walk.page.locator("main a").filter(has_text="It was not served so")
    walk.arrive_by(undoing.first)
    walk.type("Why does it not count?", "It was sent to the address of last year.")
    walk.press("Save")
    walk.sees("The record of service has been undone", "Service unproven")
    walk.follow("Record that the letter was served")
    walk.page.locator("input[name=to]").first.check()
    walk.choose("Recorded delivery")
    walk.type_day("When was it handed over", walk.served.now.date())
    walk.type("By whom", "By Sam Ellison. Receipt AB 1234 5678 9GB.")
    walk.press("Save")
    walk.sees("Recorded delivery")


def _by_email(walk: Walk) -> None:
    walk.page.locator("input[name=to]").first.check()
    walk.choose("E-mail")
    walk.type_day("When was it handed over", walk.served.now.date())
    walk.type("By whom", "Sent by Sam Ellison.")


def _judge(walk: Walk, outcome: str) -> None:
    walk.choose(outcome)
    walk.type("What are the reasons?", "The plan and its first report.")
    walk.press("Save the judgement")


def _move_to_powers(walk: Walk, case: Case) -> None:
    walk.sign_in("seo")
    walk.go(f"{_case(case)}/law")
    walk.sees("eligible for intervention")
    walk.go(_case(case))
    walk.follow("Propose it")
    walk.type("Reason", "The governing body did not comply.")
    walk.press("Propose")
    _approve(walk, "dcs", "Move to step vii")


def _prepare_board(walk: Walk, case: Case) -> None:
    walk.sign_in("seo")
    walk.go(_case(case))
    walk.follow("Prepare a power")
    walk.go(f"{_case(case)}/powers/new?section=65")
    walk.press("Prepare the power")
    walk.sees("There is a problem")
    walk.type("Why is this power needed?", "The governing body is not able to act.")
    walk.type_day("When does the board start?", date(2027, 1, 18))
    for number, name in enumerate(("Ann Archer", "Bob Baker"), start=1):
        walk.page.locator(f"#members-{number}-name").fill(name)
        email = f"{name.split()[0].lower()}@board.example"
        walk.page.locator(f"#members-{number}-email").fill(email)
    walk.press("Prepare the power")
    walk.sees("The Secretary of State's consent has not been received (section 65)")


def _consult(walk: Walk, served: Served, case: Case) -> None:
    [board] = case.all(Power)
    for number in range(2):
        walk.go(f"/powers/{board.id}/consultations/new")
        walk.page.locator("input[name=with]").nth(number).check()
        walk.type_day("When?", served.now.date())
        walk.type("What did they say?", "We do not object.")
        walk.press("Save the consultation")
    walk.go(f"/powers/{board.id}/secretary-of-state")
    walk.type_day("When was the consent received?", served.now.date())
    walk.type("What is the evidence?", "Letter of today.")
    walk.press("Save the consent")


def _use(walk: Walk, case: Case) -> None:
    [board] = case.all(Power)
    walk.go(f"/powers/{board.id}/use")
    walk.page.get_by_label("Reason", exact=True).fill("A board can act at once.")
    walk.press("Propose")
    _approve(walk, "dcs", "Use section 65")
