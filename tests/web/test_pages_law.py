"""The pages of the statutory steps, as the officers of a council use them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from models.clocks import long_date
from models.commands import directory, notices, powers, secretary_of_state
from models.database import read, write
from models.events import Event, EventKind
from models.law import powers as law_powers
from models.letters import Letter
from models.statutory import (
    BudgetReview,
    Consultation,
    Power,
    PowerState,
    ProposedPowers,
    Representation,
    Service,
    Support,
    WarningNotice,
)
from notifications.issuing import issue_letters
from tests.cases import Case
from tests.council import NOW, Council
from tests.remembered import remembered
from tests.web.visitors import Page, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TODAY = NOW.date()
ENDS_ON = date(2026, 12, 14)  # 15 working days after NOW
LAST_DAY = "14 February 2027"
AFTER = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
ELIGIBLE = datetime(2026, 12, 23, 10, 0, tzinfo=UTC)  # 5 working days after the proposed powers
CONTENT: dict[str, Any] = {
    "grounds": ["standards"],
    "comparisons": ["previous"],
    "comparison": "They fell from 70 to 41 per cent.",
    "why_powers": "The governing body has no plan.",
    "matters": "The results of 2026.",
    "action_required": "Adopt a plan by the end of term.",
    "action_minded": "To appoint an Interim Executive Board.",
}
BOARD = [
    {"name": "Ann Archer", "email": "ann@board.example", "address": [], "chair": True},
    {"name": "Bob Baker", "email": "bob@board.example", "address": []},
]


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def address(case: Case) -> str:
    return f"/escalations/{case.reference}"


def law(visitors: Visitors, case: Case, who: str = "seo") -> Page:
    """The page on which the escalation stands in law."""
    return getattr(visitors, who).get(f"{address(case)}/law")


def at(visitors: Visitors, case: Case, now: datetime) -> None:
    """Let it be another time for everybody."""
    visitors.at(now)
    case.now = now


@remembered
def turn(case: Case, **start: Any) -> Case:
    """An escalation at which the warning notice is the next step."""
    case.started(**start).climb_to("formal_governing_body")
    case.fail_step()
    case.change("pass_over")
    return case


def command(case: Case, run: Any, **values: Any) -> Any:
    """One command by the case officer."""
    with write(case.engine) as session:
        return run(session, case.policy, officer=case.council.seo, now=case.now, **values)


def support(case: Case, works: bool = True) -> None:
    """Put on record that support works, or that it does not."""
    command(
        case,
        notices.record_support,
        reference=case.reference,
        aware_of_problem=works,
        working_with_partner=works,
        plan_on_track=False,
        evidence="The minutes.",
    )


def decided(visitors: Visitors, case: Case) -> None:
    """Everything that waits is approved, and its letters are issued."""
    for proposal in case.awaiting:
        case.approve(proposal)
    issue_letters(visitors.engine, case.policy, case.now)


@remembered
def given(visitors: Visitors, case: Case, **start: Any) -> WarningNotice:
    """A warning notice that has been given."""
    turn(case, **start)
    values = {**CONTENT, "compliance_ends_on": ENDS_ON}
    command(case, notices.give_notice, reference=case.reference, **values)
    decided(visitors, case)
    return case.all(WarningNotice)[0]


@remembered
def failed(visitors: Visitors, case: Case, **start: Any) -> WarningNotice:
    """A notice that was not complied with."""
    notice = given(visitors, case, **start)
    at(visitors, case, AFTER)
    command(
        case,
        notices.judge_compliance,
        notice_id=notice.id,
        complied=False,
        reasons="No plan was adopted.",
    )
    return notice


@remembered
def eligible(visitors: Visitors, case: Case, **start: Any) -> WarningNotice:
    """A school that is eligible for intervention, at the step of the powers."""
    notice = failed(visitors, case, **start)
    command(
        case,
        notices.propose_powers,
        notice_id=notice.id,
        sections=["63", "64", "65", "66"],
        reasons="There is no plan.",
    )
    decided(visitors, case)
    at(visitors, case, ELIGIBLE)
    case.change("advance")
    return notice


def prepared(visitors: Visitors, case: Case, section: str, **values: Any) -> Power:
    """A power for which everything that must come first has been done."""
    values = {"reason": "There is no plan.", **values}
    power: Power = command(
        case, powers.prepare_power, reference=case.reference, section=section, **values
    )
    decided(visitors, case)
    for consultee in law_powers.consultees(power.section, case.council.maintained):
        command(
            case,
            powers.record_consultation,
            power_id=power.id,
            with_whom=consultee.role,
            consulted_on=case.now.date(),
            said="We object.",
        )
    command(
        case,
        powers.record_secretary_of_state_told,
        power_id=power.id,
        on=case.now.date(),
        evidence="A letter.",
    )
    return power


def in_force(visitors: Visitors, case: Case, section: str, **values: Any) -> Power:
    """A power that is used."""
    power = prepared(visitors, case, section, **values)
    command(case, powers.use_power, power_id=power.id, reason="It is needed.")
    decided(visitors, case)
    return power


def one(engine: Engine, table: Any) -> Any:
    """The only row of a table."""
    with read(engine) as session:
        return session.exec(select(table)).one()


def count(engine: Engine, table: Any) -> int:
    """How many rows a table has; of the record those that are no refusal."""
    statement = select(func.count()).select_from(table)
    if table is Event:
        statement = statement.where(Event.kind != EventKind.ACCESS_REFUSED)
    with read(engine) as session:
        return session.exec(statement).one()


def press(page: Page, name: str, value: str = "yes", status: int = 200, **typed: Any) -> Page:
    """Send the form of the page with one of its named buttons."""
    named = page.tree.xpath("//main//button[@name=$name and @value=$value]", name=name, value=value)
    assert len(named) == 1, f"there is no button {name}={value} on this page"
    [form] = [form for form in page.tree.forms if form.xpath("ancestor::main")]
    fields: dict[str, Any] = {}
    for field, text in form.form_values():
        fields.setdefault(field, []).append(text)
    for field, text in typed.items():
        assert field in {*form.fields.keys()}, f"there is no field {field} in this form"
        fields[field] = text
    return page.visitor.post(page.path, status, {**fields, name: value})


def summary(page: Page) -> str:
    """The error summary as a person reads it."""
    [listed] = page.tree.xpath("//*[contains(@class, 'govuk-error-summary__list')]")
    return " ".join(listed.text_content().split())


def day(name: str, when: date) -> dict[str, Any]:
    """A date in its three boxes."""
    return {f"{name}-day": when.day, f"{name}-month": when.month, f"{name}-year": when.year}


# The page of the law -----------------------------------------------------------------------


def test_the_four_facts_are_computed_and_dated(visitors: Visitors, case: Case) -> None:
    turn(case)
    page = law(visitors, case)
    assert "all four facts must hold" in page.text
    assert page.text.count("Does not hold") == 4
    assert not page.tree.xpath("//main//input[@type='checkbox']")


def test_the_facts_come_one_after_another(visitors: Visitors, case: Case) -> None:
    notice = given(visitors, case)
    page = law(visitors, case)
    assert "Holds since 23 November 2026" in page.text
    assert page.text.count("Does not hold") == 3
    assert f"Last day to use sections 63, 64 and 66: Sunday {LAST_DAY}" in page.text
    assert "The compliance period runs until the end of 14 December 2026" in page.text
    at(visitors, case, AFTER)
    assert "Holds since 15 December 2026" in law(visitors, case).text
    command(case, notices.judge_compliance, notice_id=notice.id, complied=False, reasons="No plan.")
    assert law(visitors, case).text.count("Does not hold") == 1
    command(case, notices.propose_powers, notice_id=notice.id, sections=["65"], reasons="No plan.")
    decided(visitors, case)
    at(visitors, case, ELIGIBLE)
    page = law(visitors, case)
    assert "The school is eligible for intervention: all four facts hold." in page.text
    assert "Does not hold" not in page.text


def test_the_last_day_and_what_stands_in_the_way(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    page = law(visitors, case)
    assert "Nothing: it can be used once it is prepared" in page.text
    assert "None: the two months do not apply to section 65" in page.text
    at(visitors, case, datetime(2027, 2, 15, 10, 0, tzinfo=UTC))
    page = law(visitors, case)
    assert f"The last day for section 63 was {LAST_DAY}" in page.text
    assert f"The last day to use sections 63, 64 and 66 was {LAST_DAY}" in page.text
    assert "the corresponding date" in page.text


def test_what_the_law_does_not_fix_is_said_to_be_a_setting(visitors: Visitors, case: Case) -> None:
    text = law(visitors, turn(case)).text
    assert "The Act sets no length for the compliance period. The form offers 15 working" in text
    assert "how long the notice of proposed powers must run. Here it is 5 working days" in text
    assert "How the Secretary of State is notified or asked for consent is not fixed" in text
    assert text.count("with legal services") == 3


def test_legal_reads_the_law_and_is_offered_nothing(visitors: Visitors, case: Case) -> None:
    given(visitors, case)
    page = law(visitors, case, "legal")
    assert "Warning notice given" in page.text
    offered = ("Judge compliance", "Propose powers", "Prepare a power", "Give a warning notice")
    assert not [words for words in page.links if words in offered]


# Support -----------------------------------------------------------------------------------


def test_support_is_recorded(visitors: Visitors, case: Case) -> None:
    case.started()
    form = law(visitors, case).follow("Record how the school is supported")
    answers = {"aware_of_problem": "yes", "working_with_partner": "yes", "plan_on_track": "no"}
    page = form.submit(**answers, evidence="The minutes of the meeting.")
    assert page.path == f"{address(case)}/law"
    assert "How the school is supported is on record" in page.text
    assert "A warning notice needs a written reason why support is not enough" in page.text
    [recorded] = case.all(Support)
    assert (recorded.aware_of_problem, recorded.plan_on_track) == (True, False)


def test_support_is_refused_question_by_question(visitors: Visitors, case: Case) -> None:
    case.started()
    page = visitors.seo.get(f"{address(case)}/support/new").submit(422)
    assert [href for _, href in page.errors] == [
        "#aware_of_problem",
        "#working_with_partner",
        "#plan_on_track",
        "#evidence",
    ]
    assert all(page.has(href.removeprefix("#")) for _, href in page.errors if href)


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
    return page.submit().submit(status, action_minded=answers["action_minded"])


def test_a_notice_is_proposed_signed_off_approved_and_given(visitors: Visitors, case: Case) -> None:
    check = questions(visitors, turn(case))
    assert check.heading == "Check your answers"
    for words in CONTENT.values():
        assert isinstance(words, list) or words in check.text
    assert "The compliance period ends at the end of Monday 14 December 2026" in check.text
    assert count(visitors.engine, WarningNotice) == 0
    proposed = press(check, "give")
    assert "The warning notice is proposed and waits for a decision" in proposed.text
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
    page = page.submit(compliance_ends_on=ENDS_ON).submit(422)
    assert page.errors[0][0].endswith("(section 60(4)(d)).")
    assert page.submit(action_minded="A board.").heading == "Check your answers"


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
            directory.set_contact(
                session,
                officer=visitors.council.admin,
                now=NOW,
                urn=900003,
                role=role,
                name="The Secretary",
                email=f"{role}@diocese.example",
                address=[],
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
    assert "The judgement on compliance is on record" in done.text
    assert done.next_step == "Propose to resolve the concern"
    again = form.submit(422, complied="yes", reasons="Again.")
    assert "was judged already" in summary(again)
    assert case.all(WarningNotice)[0].judgement_reasons == "It adopted a plan."


def test_a_response_at_the_notice_is_not_judged(visitors: Visitors, case: Case) -> None:
    given(visitors, case)
    form = visitors.seo.get(f"{address(case)}/responses/new")
    assert "no response is judged" in form.text
    done = form.submit(received_on=TODAY, summary="We began.")
    assert "The response is on record" in done.text
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


# Powers ------------------------------------------------------------------------------------


def test_a_power_is_prepared_by_its_section(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    choose = visitors.seo.get(address(case)).follow("Prepare a power")
    assert LAST_DAY in choose.text
    form = choose.follow("Section 63: Requirement to enter into arrangements")
    assert (
        "The governing body: the governing body must be consulted first (section 63(2))"
        in form.text
    )
    assert not form.has("members")
    empty = form.submit(422)
    assert empty.errors == [("Enter a reason", "#reason")]
    done = form.submit(reason="There is no plan.", arrangements="A contract with advisers.")
    assert "The power is being prepared" in done.text
    assert "The governing body has not been consulted (section 63(2))." in done.text
    assert "The Secretary of State has not been notified" in done.text
    again = form.submit(422, reason="Again.")
    assert "Section 63 is being prepared already" in summary(again)
    waiting = visitors.hos.get("/proposals")
    both = "Send the consultation about a power and the notification to the Secretary of State"
    assert both in waiting.links
    visitors.seo.get(f"{address(case)}/powers/new?section=99", 404)


def test_members_are_rows_and_each_wrong_box_is_named(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    form = visitors.seo.get(f"{address(case)}/powers/new?section=65")
    assert not form.has("members-3-name")
    more = press(form, "more", "members", **{"members-1-name": "Ann Archer"})
    assert more.has("members-3-name")
    assert more.tree.xpath("//input[@id='members-1-name']/@value") == ["Ann Archer"]
    wrong = more.submit(
        422,
        reason="There is no plan.",
        **{"members-1-email": "nonsense", "members-2-email": "bob@board.example"},
    )
    assert wrong.errors == [
        (
            "Member 1: e-mail address must be one e-mail address, like name@school.example.",
            "#members-1-email",
        ),
        ("Member 2: enter a name", "#members-2-name"),
    ]
    assert all(wrong.has(href.removeprefix("#")) for _, href in wrong.errors if href)
    done = wrong.submit(
        reason="There is no plan.",
        starts_on=date(2027, 1, 4),
        **{
            "members-1-email": "ann@board.example",
            "members-1-address": "1 Road\nTown",
            "members-1-is": ["chair", "governor"],
            "members-2-name": "Bob Baker",
            "governors-1-name": "Gil Grey",
            "governors-1-email": "gil@school.example",
        },
    )
    [power] = case.all(Power)
    assert power.starts_on == date(2027, 1, 4)
    [ann, bob] = power.details["members"]
    assert (ann["address"], ann["chair"], ann["governor"]) == (["1 Road", "Town"], True, True)
    assert (bob["name"], bob["chair"]) == ("Bob Baker", False)
    assert [person["name"] for person in power.details["governors"]] == ["Gil Grey"]
    assert "Ann Archer is a current governor of the school. Confirm" in done.text
    for _ in range(9):
        more = press(more, "more", "members")
    assert more.has("members-7-name")
    assert not more.has("members-8-name")


def test_a_consultation_is_recorded(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    command(case, powers.prepare_power, reference=case.reference, section="63", reason="No plan.")
    form = visitors.seo.get("/powers/1/consultations/new")
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#with", "#consulted_on-day"]
    future = form.submit(422, with_="chair_of_governors", consulted_on=date(2027, 1, 1))
    assert future.errors == [("The date must be today or in the past.", "#consulted_on-day")]
    done = form.submit(
        with_="chair_of_governors", consulted_on=ELIGIBLE.date(), said="We object.\nStrongly."
    )
    assert "The consultation is on record" in done.text
    assert "The governing body, 23 December 2026: We object. Strongly." in done.text
    assert one(visitors.engine, Consultation).said == "We object.\nStrongly."


def test_what_the_secretary_of_state_was_told_is_recorded(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    for section in ("64", "65"):
        command(
            case, powers.prepare_power, reference=case.reference, section=section, reason="No plan."
        )
    form = law(visitors, case).follow("Record the Secretary of State’s consent about section 65")
    assert "When was the consent received?" in form.text
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#on-day", "#evidence"]
    done = form.submit(on=ELIGIBLE.date(), evidence="A letter of that day.")
    assert "The Secretary of State’s consent is on record" in done.text
    form = done.follow("Record that the Secretary of State was notified about section 64")
    done = form.submit(on=ELIGIBLE.date(), evidence="An e-mail.")
    assert "That the Secretary of State was notified is on record" in done.text
    assert all(power.secretary_of_state_on == ELIGIBLE.date() for power in case.all(Power))


def test_a_power_is_used_by_the_director(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    power = prepared(visitors, case, "65", members=BOARD, starts_on=date(2027, 1, 4))
    page = visitors.seo.get(address(case))
    assert page.next_step == "Propose to use section 65: Interim Executive Board"
    form = page.follow("Propose to use it")
    assert form.tree.xpath("//input[@id='members-2-name']/@value") == ["Bob Baker"]
    empty = form.submit(422)
    assert empty.errors == [("Enter a reason", "#reason")]
    early = form.submit(422, reason="It is needed.", starts_on=date(2026, 12, 1))
    assert "cannot start on 1 December 2026" in summary(early)
    proposed = form.submit(reason="It is needed.")
    assert proposed.heading == "Use section 65: Interim Executive Board"
    director = visitors.dcs.get(proposed.path)
    assert "We object." in director.text
    assert "Ann Archer, ann@board.example, chair" in director.text
    director.submit(decision="approve")
    [used] = [each for each in case.all(Power) if each.id == power.id]
    assert used.state is PowerState.IN_FORCE
    refused = form.submit(422, reason="Again.")
    assert "in force already" in summary(refused)


def test_a_power_is_not_used_while_something_is_missing(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    command(case, powers.prepare_power, reference=case.reference, section="63", reason="No plan.")
    page = visitors.seo.get(address(case))
    assert page.next_step == "Consult the governing body about section 63"
    form = visitors.seo.get("/powers/1/use")
    assert "The governing body has not been consulted (section 63(2))." in form.text
    refused = form.submit(422, reason="Now.", arrangements="A contract.")
    assert "The governing body has not been consulted" in summary(refused)
    assert "The Secretary of State has not been notified" in summary(refused)
    assert "A contract." in refused.text
    at(visitors, case, datetime(2027, 2, 15, 10, 0, tzinfo=UTC))
    late = visitors.seo.get("/powers/1/use").submit(422, reason="Now.")
    assert f"The last day for section 63 was {LAST_DAY}" in summary(late)


def test_a_suspension_is_received_heard_reviewed_and_ended(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    in_force(visitors, case, "66")
    page = visitors.seo.get(address(case))
    assert page.next_step == "Record when the governing body received the notice of suspension"
    form = page.follow("Record the receipt")
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#received_on-day", "#evidence"]
    before = form.submit(422, received_on=TODAY, evidence="Signed.")
    assert "cannot be received before it was issued" in before.errors[0][0]
    done = form.submit(received_on=ELIGIBLE.date(), evidence="Signed.")
    assert "the suspension has taken effect" in done.text
    assert "31 March 2027" in done.text
    heard = done.follow("Record a representation about section 66")
    empty = heard.submit(422)
    assert [href for _, href in empty.errors] == ["#from", "#received_on-day", "#said"]
    done = heard.submit(from_="headteacher", received_on=ELIGIBLE.date(), said="It hurts.")
    assert "The headteacher: It hurts." in done.text
    assert one(visitors.engine, Representation).role == "headteacher"
    review = done.follow("Review the suspension about section 66")
    assert "It hurts." in review.text
    empty = review.submit(422)
    assert [href for _, href in empty.errors] == ["#outcome", "#reasons"]
    done = review.submit(outcome="end", reasons="The budget is sound.")
    assert "The decision on the review is drafted" in done.text
    assert one(visitors.engine, BudgetReview).outcome == "end"
    proposal = visitors.dcs.get(f"/proposals/{case.awaiting[-1].id}")
    assert "It hurts." in proposal.text
    decided(visitors, case)
    assert "Ended on 23 December 2026" in law(visitors, case).text
    refused = form.submit(422, received_on=ELIGIBLE.date(), evidence="Signed.")
    assert "Only the notice of a suspended budget" in summary(refused)


def test_a_power_ends(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    in_force(visitors, case, "63", arrangements="A contract.")
    form = law(visitors, case).follow("End it about section 63")
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#ended_on-day", "#reason"]
    early = form.submit(422, ended_on=TODAY, reason="Done.")
    assert early.errors[0][1] == "#ended_on-day"
    done = form.submit(ended_on=ELIGIBLE.date(), reason="It worked.")
    assert "The end of the power is on record" in done.text


def test_the_end_of_a_board_is_a_notice(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    in_force(visitors, case, "65", members=BOARD, starts_on=ELIGIBLE.date())
    page = visitors.seo.get(address(case))
    assert "sections 64 and 66 are locked (Schedule 6, paragraphs 14 and 12(3))" in page.text
    form = law(visitors, case).follow("End it about section 65")
    done = form.submit(ended_on=date(2027, 1, 29), reason="It worked.")
    assert "The notice of the end is drafted" in done.text
    assert "Ann Archer" in visitors.dcs.get(f"/proposals/{case.awaiting[-1].id}").text


# The Secretary of State --------------------------------------------------------------------


def test_an_intention_locks_powers_until_it_is_released(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    form = law(visitors, case).follow("Record a notice of the Secretary of State")
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#kind", "#received_on-day", "#summary"]
    page = form.submit(kind="intends_to_act", received_on=ELIGIBLE.date(), summary="She will.")
    lock = "The Secretary of State intends to act (sections 66A to 69)"
    assert "The notice of the Secretary of State is on record" in page.text
    assert lock in page.text
    assert "(section 70B(2))" in page.text
    assert lock in visitors.legal.get(address(case)).text
    release = page.follow("Record the release from this notice")
    empty = release.submit(422)
    assert [href for _, href in empty.errors] == ["#released_on-day", "#note"]
    early = release.submit(422, released_on=TODAY, note="A letter.")
    assert early.errors == [("The release cannot be earlier than the notice.", "#released_on-day")]
    done = release.submit(released_on=ELIGIBLE.date(), note="A letter.")
    assert "The release is on record" in done.text
    assert lock not in visitors.seo.get(address(case)).text
    again = release.submit(422, released_on=ELIGIBLE.date(), note="A letter.")
    assert "released already" in summary(again)


def test_her_warning_notice_ends_ours(visitors: Visitors, case: Case) -> None:
    given(visitors, case)
    command(
        case,
        secretary_of_state.record_secretary_of_state_notice,
        reference=case.reference,
        kind="warning_notice",
        received_on=TODAY,
        summary="Hers.",
    )
    page = visitors.seo.get(address(case))
    assert page.next_step == "The warning notice has no effect any more"
    assert "may give none until it is told that it may (section 60(4A))" in page.text
    page = page.follow("Warning notice and powers")
    assert "No longer in force" in page.text
    assert "Give a warning notice" not in page.links
    refused = visitors.seo.get(f"{address(case)}/warning-notices/new", 409)
    assert "section 60(4A)" in refused.text


# Service -----------------------------------------------------------------------------------


def test_a_letter_is_served(visitors: Visitors, case: Case) -> None:
    notice = given(visitors, case)
    letter = visitors.seo.get(f"/letters/{notice.letter_id}")
    form = letter.follow("Record that the letter was served")
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#role", "#method", "#served_on-day", "#evidence"]
    assert all(empty.has(href.removeprefix("#")) for _, href in empty.errors if href)
    early = form.submit(
        422, role="chair_of_governors", method="by_hand", served_on=date(2026, 11, 22), evidence="x"
    )
    assert early.errors == [("A letter cannot be served before its date.", "#served_on-day")]
    done = form.submit(
        role="chair_of_governors",
        method="recorded_delivery",
        served_on=TODAY,
        evidence="By Sam Ellison; receipt AB123.",
    )
    assert "The service of the letter is on record" in done.text
    assert "Recorded delivery, 23 November 2026" in done.text
    assert "receipt AB123." in done.text
    assert one(visitors.engine, Service).role == "chair_of_governors"
    assert "Record that the letter was served" not in visitors.legal.get(letter.path).links


def test_a_draft_is_not_served(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    with read(visitors.engine) as session:
        letter = session.exec(select(Letter.id)).first()
    visitors.seo.get(f"/letters/{letter}/services/new", 409)


# Who may not -------------------------------------------------------------------------------


ONE_DAY = {
    f"{day}-{part}": value
    for day in (
        "compliance_ends_on",
        "received_on",
        "released_on",
        "consulted_on",
        "on",
        "ended_on",
        "served_on",
        "starts_on",
    )
    for part, value in (("day", "23"), ("month", "12"), ("year", "2026"))
}
EVERYTHING = {
    **ONE_DAY,
    **dict.fromkeys(("aware_of_problem", "working_with_partner", "plan_on_track"), "yes"),
    **CONTENT,
    "give": "yes",
    "evidence": "x",
    "complied": "yes",
    "reasons": "x",
    "reason": "x",
    "section": "63",
    "sections": "63",
    "with": "chair_of_governors",
    "said": "x",
    "from": "headteacher",
    "outcome": "end",
    "kind": "intends_to_act",
    "summary": "x",
    "note": "x",
    "role": "chair_of_governors",
    "method": "by_hand",
}
OF_A_CASE = (
    "support/new",
    "warning-notices/new",
    "powers/new",
    "secretary-of-state-notices/new",
)
OF_A_POWER = (
    "consultations/new",
    "secretary-of-state",
    "use",
    "receipt",
    "representations/new",
    "reviews/new",
    "end",
)


def addresses(case: Case) -> list[str]:
    """Every form of the statutory steps."""
    return [
        *(f"{address(case)}/{form}" for form in OF_A_CASE),
        "/warning-notices/1/compliance",
        "/warning-notices/1/proposed-powers",
        *(f"/powers/1/{form}" for form in OF_A_POWER),
        "/secretary-of-state-notices/1/release",
    ]


def everything(visitors: Visitors, case: Case) -> None:
    """A notice, a power and a notice of the Secretary of State in one escalation."""
    eligible(visitors, case)
    command(case, powers.prepare_power, reference=case.reference, section="63", reason="No plan.")
    command(
        case,
        secretary_of_state.record_secretary_of_state_notice,
        reference=case.reference,
        kind="intends_to_act",
        received_on=case.now.date(),
        summary="She will.",
    )


@pytest.mark.parametrize("who", ["viewer", "legal", "admin"])
def test_a_role_that_may_not_is_refused_everywhere(
    visitors: Visitors, case: Case, who: str
) -> None:
    everything(visitors, case)
    visitor = getattr(visitors, who)
    before = count(visitors.engine, Event)
    letter = f"/letters/{case.all(WarningNotice)[0].letter_id}/services/new"
    for form in (*addresses(case), letter):
        assert "Your role" in visitor.get(form, 403).text
        assert "Your role" in visitor.post(form, 403, EVERYTHING).text
    assert count(visitors.engine, Event) == before


def test_an_academy_is_refused_everywhere(visitors: Visitors, case: Case) -> None:
    case.started(school="academy")
    page = visitors.seo.get(f"{address(case)}/law")
    steps = "the letter to the Secretary of State and the letter to Ofsted"
    assert steps in page.text
    assert "step v, the formal letter to the Secretary of State, and step vi" in page.text
    assert "Warning notice and powers" not in visitors.seo.get(address(case)).links
    assert not page.tree.xpath("//main//form")
    before = count(visitors.engine, Event)
    for form in OF_A_CASE:
        for refused in (
            visitors.seo.get(f"{address(case)}/{form}", 409),
            visitors.seo.post(f"{address(case)}/{form}", 409, EVERYTHING),
        ):
            assert steps in refused.text
    assert count(visitors.engine, Event) == before


def test_a_school_that_converted_is_refused_everywhere(visitors: Visitors, case: Case) -> None:
    everything(visitors, case)
    for proposal in case.awaiting:
        case.approve(proposal)
    case.change("convert")
    page = visitors.seo.get(f"{address(case)}/law")
    assert "the school became an academy" in page.text
    assert "No longer in force" in page.text
    assert "Never used" in page.text
    before = count(visitors.engine, Event)
    for form in addresses(case):
        for refused in (
            visitors.seo.get(form, 409),
            visitors.seo.post(form, 409, EVERYTHING),
        ):
            assert "the letter to Ofsted" in refused.text, form
    assert count(visitors.engine, Event) == before


def test_what_is_not_there_is_not_found(visitors: Visitors, case: Case) -> None:
    case.started()
    for form in addresses(case)[len(OF_A_CASE) :]:
        visitors.seo.get(form, 404)
        visitors.seo.post(form, 404, EVERYTHING)


# What waits --------------------------------------------------------------------------------


def test_a_use_that_waits_is_for_the_director(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    prepared(visitors, case, "66")
    command(case, powers.use_power, power_id=1, reason="It is needed.")
    title = "use section 66: Suspension of the right to a delegated budget"
    assert visitors.seo.get(address(case)).next_step == f"Wait for the decision whether to {title}"
    assert visitors.dcs.get(address(case)).next_step == f"Decide whether to {title}"


def test_after_the_last_power_the_case_is_to_be_ended(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    in_force(visitors, case, "63", arrangements="A contract.")
    assert "Resolve the concern" not in visitors.seo.get(f"{address(case)}/propose").links
    command(case, powers.end_power, power_id=1, ended_on=case.now.date(), reason="It worked.")
    page = visitors.seo.get(address(case))
    assert page.next_step == "Decide how the escalation goes on"
    assert "Resolve the concern" in page.follow("Propose a change").links


def test_a_board_is_shown_to_sit_until_the_day_on_which_it_ends(
    visitors: Visitors, case: Case
) -> None:
    case.started().climb_to("intervention")
    board = case.used("65")
    starts_on = board.starts_on
    assert starts_on is not None
    at(visitors, case, case.now + timedelta(days=10))
    ends_on = case.now.date() + timedelta(days=20)
    case.on_power(powers.end_power, board.id, ended_on=ends_on, reason="A new body is ready.")
    case.approve(case.awaiting[-1])
    locked = f"An Interim Executive Board has sat since {long_date(starts_on)}"
    at(visitors, case, case.now + timedelta(days=19))
    assert locked in law(visitors, case).text
    at(visitors, case, case.now + timedelta(days=1))
    assert locked not in law(visitors, case).text
