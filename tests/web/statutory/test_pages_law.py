"""The page of the law: its facts, the Secretary of State, service, who may not, what waits."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.clocks import long_date
from models.database import read
from models.events import Event
from models.letters.tables import Letter
from models.statutory import ending, following, preparing, secretary_of_state, using
from models.statutory.tables import Service, Support, WarningNotice
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.pages_law import (
    AFTER,
    CONTENT,
    ELIGIBLE,
    LAST_DAY,
    TODAY,
    address,
    at,
    command,
    count,
    decided,
    eligible,
    given,
    in_force,
    law,
    prepared,
    summary,
    turn,
)
from tests.support.visitors import Page, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def of_notice(page: Page) -> str:
    """What the page says of the road of section 60."""
    _, _, after = page.text.partition("Section 60: ")
    return after.partition("Section 60A: ")[0]


# The page of the law -----------------------------------------------------------------------


def test_the_four_facts_are_computed_and_dated(visitors: Visitors, case: Case) -> None:
    turn(case)
    page = law(visitors, case)
    assert "all facts of at least one road must hold" in page.text
    assert of_notice(page).count("Does not hold") == 5  # the road, and its facts
    assert not page.tree.xpath("//main//input[@type='checkbox']")


def test_the_facts_come_one_after_another(visitors: Visitors, case: Case) -> None:
    notice = given(visitors, case)
    page = law(visitors, case)
    assert "Holds since 23 November 2026" in page.text
    assert of_notice(page).count("Does not hold") == 4
    assert f"Last day to use sections 63, 64 and 66: Sunday {LAST_DAY}" in page.text
    assert "The compliance period runs until the end of 14 December 2026" in page.text
    at(visitors, case, AFTER)
    assert "Holds since 15 December 2026" in law(visitors, case).text
    command(
        case, following.judge_compliance, notice_id=notice.id, complied=False, reasons="No plan."
    )
    assert of_notice(law(visitors, case)).count("Does not hold") == 2
    command(
        case, following.propose_powers, notice_id=notice.id, sections=["65"], reasons="No plan."
    )
    decided(visitors, case)
    at(visitors, case, ELIGIBLE)
    page = law(visitors, case)
    assert "The school is eligible for intervention, by section 60." in page.text
    assert "Does not hold" not in of_notice(page)


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
    assert "How the school is supported has been recorded" in page.text
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


# The Secretary of State --------------------------------------------------------------------


def test_an_intention_locks_powers_until_it_is_released(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    form = law(visitors, case).follow("Record a notice of the Secretary of State")
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#kind", "#received_on-day", "#summary"]
    page = form.submit(kind="intends_to_act", received_on=ELIGIBLE.date(), summary="She will.")
    lock = "The Secretary of State intends to act (sections 66A to 69)"
    assert "The Secretary of State’s notice has been recorded" in page.text
    assert lock in page.text
    assert "(section 70B(2))" in page.text
    assert lock in visitors.legal.get(address(case)).text
    release = page.follow("Record the release from this notice")
    empty = release.submit(422)
    assert [href for _, href in empty.errors] == ["#released_on-day", "#note"]
    early = release.submit(422, released_on=TODAY, note="A letter.")
    assert early.errors == [("The release cannot be earlier than the notice.", "#released_on-day")]
    done = release.submit(released_on=ELIGIBLE.date(), note="A letter.")
    assert "The release has been recorded" in done.text
    assert lock not in visitors.seo.get(address(case)).text
    again = release.submit(422, released_on=ELIGIBLE.date(), note="A letter.")
    assert "already been released" in summary(again)


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
    assert page.next_step == "The warning notice no longer has effect"
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
    assert [href for _, href in empty.errors] == ["#to", "#method", "#served_on-day", "#evidence"]
    assert all(empty.has(href.removeprefix("#")) for _, href in empty.errors if href)
    early = form.submit(
        422, to="chair_of_governors", method="by_hand", served_on=date(2026, 11, 22), evidence="x"
    )
    assert early.errors == [("A letter cannot be served before its date.", "#served_on-day")]
    done = form.submit(
        to="chair_of_governors",
        method="recorded_delivery",
        served_on=TODAY,
        evidence="By Sam Ellison; receipt AB123.",
    )
    assert "The service of the letter has been recorded" in done.text
    assert "Recorded delivery, 23 November 2026; counts from 25 November 2026" in done.text
    assert "receipt AB123." in done.text
    with read(visitors.engine) as session:
        services = session.exec(select(Service).order_by(Service.id)).all()
    assert services[-1].role == "chair_of_governors"
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
    command(
        case, preparing.prepare_power, reference=case.reference, section="63", reason="No plan."
    )
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
    command(case, using.use_power, power_id=1, reason="It is needed.")
    title = "use section 66: Suspension of the right to a delegated budget"
    assert (
        visitors.seo.get(address(case)).next_step == f"Wait for the decision on whether to {title}"
    )
    assert visitors.dcs.get(address(case)).next_step == f"Decide whether to {title}"


def test_after_the_last_power_the_case_is_to_be_ended(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    in_force(visitors, case, "63", arrangements="A contract.")
    assert "Resolve the concern" not in visitors.seo.get(f"{address(case)}/propose").links
    command(case, ending.end_power, power_id=1, ended_on=case.now.date(), reason="It worked.")
    page = visitors.seo.get(address(case))
    assert page.next_step == "Decide how the escalation should continue"
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
    case.on_power(ending.end_power, board.id, ended_on=ends_on, reason="A new body is ready.")
    case.approve(case.awaiting[-1])
    locked = f"An Interim Executive Board has sat since {long_date(starts_on)}"
    at(visitors, case, case.now + timedelta(days=19))
    assert locked in law(visitors, case).text
    at(visitors, case, case.now + timedelta(days=1))
    assert locked not in law(visitors, case).text
