"""The pages of the powers of sections 63 to 66: prepared, used, reviewed and ended."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.statutory import preparing
from models.statutory.tables import BudgetReview, Consultation, Power, PowerState, Representation
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.pages_law import (
    ELIGIBLE,
    LAST_DAY,
    TODAY,
    address,
    at,
    command,
    decided,
    eligible,
    in_force,
    law,
    one,
    prepared,
    press,
    summary,
)
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOARD = [
    {"name": "Ann Archer", "email": "ann@board.example", "address": [], "chair": True},
    {"name": "Bob Baker", "email": "bob@board.example", "address": []},
]


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


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
    assert "Section 63 is already being prepared" in summary(again)
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
    right = {"members-1-email": "ann@board.example", "members-2-name": "Bob Baker"}
    wrong = wrong.submit(422, **right, **{"members-1-address": "1 Road" * 20})
    assert wrong.errors == [
        (
            "Member 1: address must be 100 characters or fewer. This is 120.",
            "#members-1-address",
        )
    ]
    done = wrong.submit(
        reason="There is no plan.",
        starts_on=date(2027, 1, 18),
        **{
            "members-1-address": "1 Road\nTown",
            "members-1-is": ["chair", "governor"],
            "governors-1-name": "Gil Grey",
            "governors-1-email": "gil@school.example",
        },
    )
    [power] = case.all(Power)
    assert power.starts_on == date(2027, 1, 18)
    [ann, bob] = power.needs.members
    assert (ann.address, ann.chair, ann.governor) == (["1 Road", "Town"], True, True)
    assert (bob.name, bob.chair) == ("Bob Baker", False)
    assert [person.name for person in power.needs.governors] == ["Gil Grey"]
    assert "Ann Archer is a current governor of the school. Confirm" in done.text
    for _ in range(9):
        more = press(more, "more", "members")
    assert more.has("members-7-name")
    assert not more.has("members-8-name")


def test_a_consultation_is_recorded(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    command(
        case, preparing.prepare_power, reference=case.reference, section="63", reason="No plan."
    )
    form = visitors.seo.get("/powers/1/consultations/new")
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#with", "#consulted_on-day"]
    future = form.submit(422, with_="chair_of_governors", consulted_on=date(2027, 1, 1))
    assert future.errors == [("The date must be today or in the past.", "#consulted_on-day")]
    done = form.submit(
        with_="chair_of_governors", consulted_on=ELIGIBLE.date(), said="We object.\nStrongly."
    )
    assert "The consultation has been recorded" in done.text
    assert "The governing body, 23 December 2026: We object. Strongly." in done.text
    assert one(visitors.engine, Consultation).said == "We object.\nStrongly."


def test_what_the_secretary_of_state_was_told_is_recorded(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    for section in ("64", "65"):
        command(
            case,
            preparing.prepare_power,
            reference=case.reference,
            section=section,
            reason="No plan.",
        )
    form = law(visitors, case).follow("Record the Secretary of State’s consent about section 65")
    assert "When was the consent received?" in form.text
    empty = form.submit(422)
    assert [href for _, href in empty.errors] == ["#on-day", "#evidence"]
    done = form.submit(on=ELIGIBLE.date(), evidence="A letter of that day.")
    assert "The Secretary of State’s consent has been recorded" in done.text
    form = done.follow("Record that the Secretary of State was notified about section 64")
    done = form.submit(on=ELIGIBLE.date(), evidence="An e-mail.")
    assert "The notification to the Secretary of State has been recorded" in done.text
    assert all(power.secretary_of_state_on == ELIGIBLE.date() for power in case.all(Power))


def test_a_power_is_used_by_the_director(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    power = prepared(visitors, case, "65", members=BOARD, starts_on=date(2027, 1, 18))
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
    assert "already in force" in summary(refused)


def test_a_power_is_not_used_while_something_is_missing(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    command(
        case, preparing.prepare_power, reference=case.reference, section="63", reason="No plan."
    )
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


def test_a_box_that_was_emptied_takes_back_what_was_prepared(
    visitors: Visitors, case: Case
) -> None:
    eligible(visitors, case)
    power = prepared(visitors, case, "63", arrangements="A contract.")
    form = visitors.seo.get(f"/powers/{power.id}/use")
    assert "A contract." in form.text
    refused = form.submit(422, reason="Now.", arrangements="")
    assert "arrangements" in summary(refused)
    assert case.power(power.id).state is PowerState.PREPARED


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
    assert "The suspension has taken effect" in done.text
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
    assert "The decision on the review has been drafted" in done.text
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
    review = visitors.seo.get("/powers/1/reviews/new")  # to which nothing leads
    refused = review.submit(422, outcome="end", reasons="It worked.")
    assert "not suspended under this power" in summary(refused)
    done = form.submit(ended_on=ELIGIBLE.date(), reason="It worked.")
    assert "The end of the power has been recorded" in done.text


def test_the_end_of_a_board_is_a_notice(visitors: Visitors, case: Case) -> None:
    eligible(visitors, case)
    in_force(visitors, case, "65", members=BOARD, starts_on=ELIGIBLE.date())
    page = visitors.seo.get(address(case))
    assert "sections 64 and 66 are locked (Schedule 6, paragraphs 14 and 12(3))" in page.text
    form = law(visitors, case).follow("End it about section 65")
    done = form.submit(ended_on=date(2027, 1, 29), reason="It worked.")
    assert "The notice that ends the power has been drafted" in done.text
    assert "Ann Archer" in visitors.dcs.get(f"/proposals/{case.awaiting[-1].id}").text
