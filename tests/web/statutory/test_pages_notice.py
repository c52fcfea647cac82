"""The pages of the warning notice, of compliance with it and of the powers proposed after it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.database import write
from models.people.acting import Acting
from models.schools import contacts
from models.statutory import giving
from models.statutory.tables import ProposedPowers, Support, WarningNotice
from notifications.issuing import issue_letters
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.pages_law import (
    CONTENT,
    ELIGIBLE,
    ENDS_ON,
    LAST_DAY,
    TODAY,
    address,
    at,
    command,
    count,
    decided,
    failed,
    given,
    law,
    one,
    press,
    summary,
    turn,
)
from tests.support.policies import POLICY
from tests.support.visitors import Page, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def support(case: Case, works: bool = True) -> None:
    """Put on record that support works, or that it does not."""
    command(
        case,
        giving.record_support,
        reference=case.reference,
        aware_of_problem=works,
        working_with_partner=works,
        plan_on_track=False,
        evidence="The minutes.",
    )


def day(name: str, when: date) -> dict[str, Any]:
    """A date in its three boxes."""
    return {f"{name}-day": when.day, f"{name}-month": when.month, f"{name}-year": when.year}


# The warning notice ------------------------------------------------------------------------


def questions(visitors: Visitors, case: Case, status: int = 200, **changed: Any) -> Page:
    """Answer every question of the notice, up to the answers to be checked."""
    answers = {**CONTENT, **changed}
    page = visitors.seo.get(address(case)).follow("Give a warning notice")
    page = page.submit(grounds=answers["grounds"])
    if "standards" in answers["grounds"]:
        page = page.submit(
            **{name: answers[name] for name in ("comparisons", "comparison", "why_powers")}
        )
    page = page.submit(matters=answers["matters"])
    page = page.submit(action_required=answers["action_required"])
    assert page.heading == "When does the compliance period end?"
    page, minded = page.submit(), {"action_minded": answers["action_minded"]}
    if case.all(Support):
        return page.submit(status, **minded)
    page = page.submit(**minded)
    assert page.heading == "How do school and improvement partner work together?"
    working = {"aware_of_problem": "yes", "working_with_partner": "no"}
    return page.submit(status, **working, support_evidence="The notes of June.")


def test_a_notice_is_proposed_signed_off_approved_and_given(visitors: Visitors, case: Case) -> None:
    check = questions(visitors, turn(case))
    assert check.heading == "Check your answers"
    for words in CONTENT.values():
        assert isinstance(words, list) or words in check.text
    assert "The compliance period ends at the end of Monday 14 December 2026" in check.text
    assert count(visitors.engine, WarningNotice) == 0
    proposed = press(check, "give")
    assert "The warning notice has been proposed and is waiting for a decision" in proposed.text
    assert "Why support is not enough" in proposed.text
    notice = one(visitors.engine, WarningNotice)
    assert {name: getattr(notice, name) for name in CONTENT} == CONTENT
    assert notice.compliance_ends_on == ENDS_ON
    for who in ("legal", "dcs"):
        read_by = getattr(visitors, who).get(proposed.path)
        assert "What the pupils attained before" in read_by.text
        assert "every warning notice is copied to the Chief Inspector (section 60(6))" in (
            read_by.text
        )
        assert "Edit the draft" not in read_by.links
        read_by.submit(decision="approve")
    visitors.seo.get(f"/letters/{notice.letter_id}/edit", 409)
    issue_letters(visitors.engine, case.policy, NOW)
    page = visitors.seo.get(address(case))
    first = "Serve the warning notice on the governing body, then record how and when"
    assert page.next_step == first
    assert "unproven since 23 November 2026. It must count by 13 December 2026" in page.text
    case.serve()
    page = visitors.seo.get(address(case))
    assert page.next_step == "Wait for the end of the compliance period on 14 December 2026"
    assert "End of the compliance period (section 60)" in page.text
    assert "Last day for sections 63, 64 and 66" in page.text


def test_sending_the_notice_twice_gives_one(visitors: Visitors, case: Case) -> None:
    check = questions(visitors, turn(case))
    press(check, "give")
    again = press(check, "give", status=422)
    assert "Another proposal for this escalation is waiting" in summary(again)
    assert count(visitors.engine, WarningNotice) == 1


def test_each_part_of_the_notice_is_wanted(visitors: Visitors, case: Case) -> None:
    page = visitors.seo.get(f"{address(turn(case))}/warning-notices/new")
    page = page.submit(422)
    assert page.errors == [("Choose at least one ground (section 60(2)).", "#grounds")]
    page = page.submit(grounds=["standards", "safety"])
    page = page.submit(422)
    assert [href for _, href in page.errors] == ["#comparisons", "#comparison", "#why_powers"]
    page = page.submit(comparisons="attainable", comparison="Low.", why_powers="No plan.")
    page = page.submit(422)
    assert page.errors[0][0].endswith("(section 60(4)(a)).")
    page = page.submit(matters="Results.").submit(422)
    assert page.errors[0][0].endswith("(section 60(4)(b)).")
    page = page.submit(action_required="A plan.")
    page = page.submit(422, compliance_ends_on=TODAY)
    assert page.errors == [
        (
            "The compliance period must end after 23 November 2026 (section 60(4)(c)).",
            "#compliance_ends_on-day",
        )
    ]
    page = page.submit(422, **{"compliance_ends_on-day": "31", "compliance_ends_on-month": "2"})
    assert page.errors[0][0] == "End of the compliance period must be a real date"
    page = page.submit(422, **dict.fromkeys(day("compliance_ends_on", TODAY), ""))
    assert page.errors == [
        (
            "Enter the date on which the compliance period ends (section 60(4)(c)).",
            "#compliance_ends_on-day",
        )
    ]
    page = page.submit(compliance_ends_on=ENDS_ON).submit(422)
    assert page.errors[0][0].endswith("(section 60(4)(d)).")
    page = page.submit(action_minded="A board.").submit(422)
    assert [href for _, href in page.errors] == ["#aware_of_problem", "#working_with_partner"]
    page = page.submit(422, aware_of_problem="no", working_with_partner="no")
    assert [href for _, href in page.errors] == ["#support_evidence"]
    assert page.submit(support_evidence="The notes of June.").heading == "Check your answers"


def test_an_answer_that_support_works_leads_to_the_reason(visitors: Visitors, case: Case) -> None:
    page = visitors.seo.get(f"{address(turn(case))}/warning-notices/new")
    for answers in (
        {"grounds": "safety"},
        {"matters": "A fire door was chained."},
        {"action_required": "Unchain it."},
        {},
        {"action_minded": "A board."},
        {"aware_of_problem": "yes", "working_with_partner": "yes", "support_evidence": "Notes."},
    ):
        page = page.submit(**answers)
    assert page.heading == "Why is support not enough?"
    page = page.submit(422).submit(why_support_is_not_enough="It is chained today.")
    press(page, "give")
    assert one(visitors.engine, Support).works


def test_other_answers_are_checked_while_there_is_no_date(visitors: Visitors, case: Case) -> None:
    form = f"{address(turn(case))}/warning-notices/new"
    page = visitors.seo.post(form, 422, {"question": "grounds"})
    assert page.errors == [("Choose at least one ground (section 60(2)).", "#grounds")]
    wanted = {**CONTENT, "question": "action_minded"}
    page = visitors.seo.post(form, 422, {**wanted, "grounds": "safety", "action_minded": " "})
    assert page.heading == "What is the local authority minded to do if it does not comply?"
    assert page.errors[0][0].endswith("(section 60(4)(d)).")
    page = visitors.seo.post(form, 422, {**wanted, "grounds": "safety", "check": "yes"})
    assert page.heading == "When does the compliance period end?"
    assert page.errors[0][1] == "#compliance_ends_on-day"


def test_the_dates_are_worked_out(visitors: Visitors, case: Case) -> None:
    page = visitors.seo.get(f"{address(turn(case))}/warning-notices/new")
    page = page.submit(grounds="safety").submit(matters="Results.").submit(action_required="Act.")
    assert "Monday 14 December 2026: 15 working days from today" in page.text
    assert f"could then be used until Sunday {LAST_DAY} (not a working day)" in page.text
    page = press(page, "work_out", **day("compliance_ends_on", date(2026, 12, 31)))
    assert page.heading == "When does the compliance period end?"
    assert "Thursday 31 December 2026: 26 working days from today" in page.text
    assert "could then be used until Sunday 28 February 2027" in page.text
    page = press(page, "work_out", status=422, **day("compliance_ends_on", date(2026, 11, 1)))
    assert page.errors[0][1] == "#compliance_ends_on-day"


def test_answers_are_changed_from_the_check(visitors: Visitors, case: Case) -> None:
    check = questions(visitors, turn(case), grounds=["safety"])
    assert "What are the standards low against?" not in check.text
    matters = press(check, "change", "matters")
    assert "The results of 2026." in matters.text
    check = matters.submit(matters="Two accidents.")
    assert check.heading == "Check your answers"
    assert "Two accidents." in check.text
    more = press(check, "change", "grounds").submit(422, grounds=["safety", "standards"])
    assert more.heading == "What are the standards low against?"
    check = more.submit(comparisons="comparable", comparison="Low.", why_powers="No plan.")
    assert "What pupils attain at comparable schools" in check.text
    back = visitors.seo.get(f"{address(case)}/warning-notices/new").submit(grounds="safety")
    assert press(back, "back").heading == "On which grounds is the notice given?"


def test_while_support_works_a_reason_is_wanted(visitors: Visitors, case: Case) -> None:
    support(turn(case))
    page = questions(visitors, case)
    assert page.heading == "Why is support not enough?"
    assert "The minutes." in page.text
    refused = page.submit(422)
    assert refused.errors == [("Enter why support is not enough", "#why_support_is_not_enough")]
    check = page.submit(why_support_is_not_enough="It came too late.")
    proposal = press(check, "give").path
    assert "It came too late." in visitors.legal.get(proposal).text
    assert one(visitors.engine, WarningNotice).why_support_is_not_enough == "It came too late."


def test_copies_are_named_with_their_reasons_and_a_missing_address(
    visitors: Visitors, case: Case
) -> None:
    page = questions(visitors, turn(case, school="church"), 422)
    text = page.text
    assert "Diocese The school is a Church of England school (section 60(6))" in text
    assert "Foundation appointer The school is a voluntary school" in text
    assert page.errors == [
        ("Diocese: the school’s contact has no e-mail address", "#to-diocese"),
        (
            "Foundation appointer: the school’s contact has no e-mail address",
            "#to-foundation_appointer",
        ),
    ]
    assert page.has("to-diocese")
    assert page.links["Add the contact: Diocese (opens in a new tab)"] == (
        "/schools/900003/contacts/diocese"
    )
    assert not page.tree.xpath("//button[@name='give']")
    for role in ("diocese", "foundation_appointer"):
        with write(visitors.engine) as session:
            contacts.set_contact(
                Acting(session, POLICY, visitors.council.admin, NOW),
                900003,
                role,
                contacts.NewContact(
                    name="The Secretary", email=f"{role}@diocese.example", address=[]
                ),
            )
    check = press(page, "check")
    assert "diocese@diocese.example" in check.text
    press(check, "give")
    assert count(visitors.engine, WarningNotice) == 1


def test_no_answer_breaks_the_notice(visitors: Visitors, case: Case) -> None:
    turn(case)
    form = f"{address(case)}/warning-notices/new"
    hostile = {"grounds": "nonsense", "comparisons": "nonsense", **day("compliance_ends_on", TODAY)}
    for button in ("give", "check", "change", "back", "work_out", "question"):
        for year in ("9999", "0", "x", "2027"):
            fields = {**hostile, "compliance_ends_on-year": year, button: "nonsense"}
            assert visitors.seo.client.post(form, data=fields).status_code in (200, 422)
    case.propose("pause")
    assert visitors.seo.post(form, 422, {**hostile, "give": "yes"}).heading == "Check your answers"


def test_a_notice_out_of_turn_is_refused(visitors: Visitors, case: Case) -> None:
    case.started()
    page = visitors.seo.get(f"{address(case)}/warning-notices/new", 409)
    assert "Step i" in page.text
    assert "can be given once the steps before it have run" in law(visitors, case).text


def test_the_generic_form_leads_to_the_notice(visitors: Visitors, case: Case) -> None:
    page = visitors.seo.get(f"{address(turn(case))}/propose/advance")
    assert page.path == f"{address(case)}/warning-notices/new"
    refused = visitors.seo.post(f"{address(case)}/propose/advance", 409, {"reason": "x"})
    assert "section 60(4)" in refused.text


# Compliance and proposed powers ------------------------------------------------------------


def test_compliance_is_judged_with_reasons(visitors: Visitors, case: Case) -> None:
    given(visitors, case)
    form = visitors.seo.get(address(case)).follow("Judge compliance")
    empty = form.submit(422)
    assert empty.errors == [
        ("Choose whether the governing body complied", "#complied"),
        ("Enter your reasons", "#reasons"),
    ]
    early = form.submit(422, complied="no", reasons="No plan.")
    assert "can be judged from 15 December 2026 (section 60(1)(c))" in summary(early)
    assert "No plan." in early.text
    done = form.submit(complied="yes", reasons="It adopted a plan.")
    assert "Your judgement on compliance has been recorded" in done.text
    assert done.next_step == "Propose to resolve the concern"
    again = form.submit(422, complied="yes", reasons="Again.")
    assert "has already been judged" in summary(again)
    assert case.all(WarningNotice)[0].judgement_reasons == "It adopted a plan."


def test_a_response_at_the_notice_is_not_judged(visitors: Visitors, case: Case) -> None:
    given(visitors, case)
    form = visitors.seo.get(f"{address(case)}/responses/new")
    assert "no response is judged" in form.text
    done = form.submit(received_on=TODAY, summary="We began.")
    assert "The response has been recorded" in done.text
    assert "Judge" not in visitors.seo.get(f"{address(case)}/discussions").links


def test_powers_are_proposed_after_the_notice(visitors: Visitors, case: Case) -> None:
    failed(visitors, case)
    page = visitors.seo.get(address(case))
    assert page.next_step == "Propose powers to the governing body"
    form = page.follow("Propose powers")
    assert "it runs for 5 working days" in form.text
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#sections", "#reasons"]
    proposed = form.submit(sections=["65", "66"], reasons="There is no plan.")
    assert proposed.heading == "Send the notice of proposed powers"
    assert one(visitors.engine, ProposedPowers).sections == ["65", "66"]
    waiting = visitors.seo.get(address(case))
    assert waiting.next_step == "Wait for the notice of proposed powers to be approved and issued"
    decided(visitors, case)
    assert visitors.seo.get(address(case)).next_step == (
        "Wait until the notice of proposed powers has run"
    )
    refused = visitors.seo.get(f"{address(case)}/propose/advance", 409)
    assert "not eligible for intervention" in refused.text
    at(visitors, case, ELIGIBLE)
    assert visitors.seo.get(address(case)).next_step == (
        "Propose to move to step vii: Use of intervention powers"
    )
