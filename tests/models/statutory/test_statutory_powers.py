"""The powers of sections 63 to 66: what must come first, the two months, several side by side."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models.clocks import add_working_days, long_date
from models.database import read
from models.events import verify
from models.matters.tables import Deadline
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.statutory import preparing, using
from models.statutory.tables import Power, PowerState
from tests.support.cases import BOARD, NEEDS, Case, somebody
from tests.support.statutory import (
    ENDS_ON,
    GIVEN,
    LAST_DAY,
    at,
    blocked,
    eligible,
    end,
    letters,
    of_kind,
    posted,
    receive,
    reminded,
    review,
    roles,
    suspended,
    text,
    ticks,
    turn,
    warned,
    with_contacts,
)

# --- each power


@pytest.mark.parametrize("section", ["63", "64", "65", "66"])
def test_each_power_is_used_and_holds_from_its_day(case: Case, section: str) -> None:
    eligible(case)
    power = case.used(section)
    assert power.state is PowerState.IN_FORCE
    assert power.used_on == date(2026, 12, 9)
    effective = {"63": power.used_on, "64": power.used_on, "65": date(2026, 12, 16), "66": None}
    assert power.effective_on == effective[section]
    assert case.states["intervention"] == "carried_out"
    [last] = of_kind(case, "powers")
    assert last.state == "met"


NOTICES = {
    "63": ("notice_of_arrangements", ["headteacher"]),
    "64": ("appointment_of_governors", ["headteacher", "person_1"]),
    "65": ("notice_of_board", ["secretary_of_state", "person_1", "person_2"]),
    "66": ("suspension_of_budget", ["headteacher"]),
}


@pytest.mark.parametrize("section", NOTICES)
def test_nothing_is_used_before_everybody_was_asked_and_told(case: Case, section: str) -> None:
    eligible(case)
    needs: dict[str, dict[str, Any]] = {
        "63": {"arrangements": "Work with the Fernshire Schools Partnership."},
        "64": {"governors": [somebody("Una Marsh")]},
        "65": {"members": BOARD, "starts_on": date(2027, 1, 4)},
        "66": {},
    }
    power = case.prepare(section)
    missing = f"(section {section}(2))" if section in ("63", "65") else "has not been notified"
    with pytest.raises(NotPossible) as refusal:
        case.on_power(using.use_power, power.id, reason="Now.", **needs[section])
    assert missing in refusal.value.message
    assert ("consent has not been received" in refusal.value.message) is (section == "65")
    if section in ("63", "65"):
        for wrong in ("headteacher", "diocese"):
            with pytest.raises(InvalidInput, match="Choose from: chair_of_governors"):
                consult(case, power, wrong)
        consult(case, power, "chair_of_governors")
        with pytest.raises(NotPossible, match="Secretary of State"):
            case.on_power(using.use_power, power.id, reason="Now.", **needs[section])
    else:
        with pytest.raises(InvalidInput, match="Nobody has to be consulted"):
            consult(case, power, "chair_of_governors")
    case.on_power(
        preparing.record_secretary_of_state_told, power.id, on=case.now.date(), evidence="A letter."
    )
    if needs[section]:
        with pytest.raises(NotPossible, match=f"section {section}"):
            case.on_power(using.use_power, power.id, reason="Now.")
    assert case.power(power.id).state is PowerState.PREPARED
    proposal = case.on_power(using.use_power, power.id, reason="Now.", **needs[section])
    assert proposal.approvers == ["director"]
    for by in ("hos", "aed", "legal", "seo"):
        with pytest.raises(NotAllowed):
            case.decide(proposal, by)
    assert case.power(power.id).state is PowerState.PROPOSED
    case.approve(proposal)
    case.issue()
    template, copies = NOTICES[section]
    [letter] = letters(case, template)
    assert roles(letter) == ["chair_of_governors", *copies]
    assert f"section {section}" in text(case, letter)
    assert len(posted(case, letter)) == len(copies) + 1


@pytest.mark.parametrize("section", ["63", "65"])
def test_those_consulted_are_waited_for_until_the_day_of_their_letter(
    case: Case, section: str
) -> None:
    eligible(case)
    power = case.prepare(section)
    prepared = case.now.date()
    case.approve(case.awaiting[-1])
    case.issue()
    [letter] = letters(case, "consultation")
    last = add_working_days(prepared, 10)
    assert f"Please write to us by ⟦{long_date(last)}⟧" in text(case, letter)
    case.now = at(prepared + timedelta(days=1))
    consult(case, power, "chair_of_governors", said="")
    told = {"on": case.now.date(), "evidence": "A letter."}
    case.on_power(preparing.record_secretary_of_state_told, power.id, **told)
    waits = (
        f"The governing body was asked to answer by {long_date(last)} and has not answered yet "
        rf"\(section {section}\(2\)\)"
    )
    needs = NEEDS[section](last)
    for day in (case.now.date(), last):
        case.now = at(day)
        with pytest.raises(NotPossible, match=waits):
            case.on_power(using.use_power, power.id, reason="Now.", **needs)
    case.now = at(last + timedelta(days=1))
    assert case.on_power(using.use_power, power.id, reason="Now.", **needs)


def test_whoever_was_consulted_without_a_letter_has_as_long_from_that_day(case: Case) -> None:
    eligible(case)
    power = case.prepare("63", arrangements="A contract.")
    case.now += timedelta(days=5)
    consult(case, power, "chair_of_governors", said="")
    told = {"on": case.now.date(), "evidence": "A letter."}
    case.on_power(preparing.record_secretary_of_state_told, power.id, **told)
    last = add_working_days(case.now.date(), 10)
    with pytest.raises(NotPossible, match=f"asked to answer by {long_date(last)} and has not"):
        case.on_power(using.use_power, power.id, reason="Now.")
    consult(case, power, "chair_of_governors")
    assert case.on_power(using.use_power, power.id, reason="Now."), "it has answered"


def consult(
    case: Case,
    power: Power,
    role: str,
    on: date | None = None,
    said: str = "They object to it.",
) -> None:
    case.on_power(
        preparing.record_consultation,
        power.id,
        with_whom=role,
        consulted_on=on or case.now.date(),
        said=said,
    )


def test_a_power_is_prepared_only_after_a_notice_and_one_of_a_kind_at_a_time(case: Case) -> None:
    turn(case)
    with pytest.raises(NotPossible, match=r"once a warning notice has been given \(section 60"):
        case.prepare("65")
    case.warn(compliance_ends_on=ENDS_ON)
    with pytest.raises(NotPossible, match="once a warning notice has been given"):
        case.prepare("65")
    case.issue()
    with pytest.raises(InvalidInput, match="Choose a section: 63, 64, 65, 66"):
        case.prepare("67")
    power = case.prepare("65", members=BOARD, starts_on=date(2027, 1, 4))
    with pytest.raises(NotPossible, match="already being prepared"):
        case.prepare("65")
    case.ready(power)
    with pytest.raises(NotPossible, match="moved to the step of the powers"):
        case.on_power(using.use_power, power.id, reason="Now.")


def test_what_prepares_a_power_is_not_older_than_the_notice(case: Case) -> None:
    eligible(case)
    power = case.prepare("65")
    before, tomorrow = GIVEN - timedelta(days=1), case.now.date() + timedelta(days=1)
    for day in (before, tomorrow):
        with pytest.raises(InvalidInput):
            consult(case, power, "chair_of_governors", on=day)
        with pytest.raises(InvalidInput):
            case.on_power(
                preparing.record_secretary_of_state_told, power.id, on=day, evidence="A letter."
            )
    consult(case, power, "chair_of_governors", on=GIVEN)


@pytest.mark.parametrize(
    ("section", "field", "given"),
    [
        ("63", "governors", [somebody("Una Marsh")]),
        ("66", "governors", [somebody("Una Marsh")]),
        ("64", "members", BOARD),
        ("66", "arrangements", "Work with a partner."),
    ],
)
def test_a_power_names_nobody_whom_its_section_does_not(
    case: Case, section: str, field: str, given: Any
) -> None:
    warned(case)
    with pytest.raises(InvalidInput) as refusal:
        case.prepare(section, **{field: given})
    assert [name for name, _ in refusal.value.errors] == [field]


def test_a_church_school_consults_its_diocese_and_copies_it_in(case: Case) -> None:
    with_contacts(case, "diocese", "foundation_appointer")
    eligible(case, school="church")
    power = case.prepare("65", members=BOARD, starts_on=date(2027, 1, 4))
    consult(case, power, "chair_of_governors")
    case.on_power(
        preparing.record_secretary_of_state_told, power.id, on=case.now.date(), evidence="Consent."
    )
    with pytest.raises(NotPossible, match="diocesan authority has not been consulted"):
        case.on_power(using.use_power, power.id, reason="Now.")
    consult(case, power, "diocese")
    case.approve(case.on_power(using.use_power, power.id, reason="Now."))
    case.issue()
    [letter] = letters(case, "notice_of_board")
    assert "diocese" in roles(letter)
    assert len(letters(case, "consultation")) == 2


# --- the two months


@pytest.mark.parametrize("section", ["63", "64", "66"])
def test_a_power_proposed_in_time_is_refused_the_day_after(case: Case, section: str) -> None:
    eligible(case)
    power = case.prepare(section)
    case.now = at(LAST_DAY, 22)
    case.ready(power)
    needs = {"63": {"arrangements": "A contract."}, "64": {"governors": [somebody("Una Marsh")]}}
    given = needs.get(section, {})
    proposal = case.on_power(using.use_power, power.id, reason="Now.", **given)
    case.now = at(LAST_DAY + timedelta(days=1), 0)
    with pytest.raises(NotPossible) as refusal:
        case.decide(proposal, "dcs")
    assert f"The last day for section {section} was 30 January 2027" in refusal.value.message
    assert "corresponding date" in refusal.value.message
    assert case.power(power.id).state is PowerState.PROPOSED
    assert letters(case, NOTICES[section][0])[0].state == "draft"
    case.decide(proposal, "dcs", "return", "Too late.")
    assert case.power(power.id).state is PowerState.PREPARED
    with pytest.raises(NotPossible, match="corresponding date"):
        case.on_power(using.use_power, power.id, reason="Now.", **given)
    assert "corresponding date" in blocked(case)[section]


@pytest.mark.parametrize("section", ["63", "64", "66"])
def test_a_power_is_used_on_the_very_last_day(case: Case, section: str) -> None:
    eligible(case)
    case.now = at(LAST_DAY, 23)
    assert case.used(section).used_on == LAST_DAY


def test_section_65_has_no_last_day(case: Case) -> None:
    eligible(case)
    case.now = at(date(2027, 11, 30))
    assert "65" not in blocked(case)
    assert set(blocked(case)) == {"63", "64", "66"}
    assert case.used("65").state is PowerState.IN_FORCE


def test_one_power_does_not_silence_the_last_day_of_another(case: Case) -> None:
    eligible(case)
    later = case.prepare("66")
    case.used("63")
    [last] = of_kind(case, "powers")
    assert last.state == "open", "section 66 is still being prepared"
    case.ready(later)
    case.approve(case.on_power(using.use_power, later.id, reason="Now."))
    assert [each.state for each in of_kind(case, "powers")] == ["met"]
    case.prepare("64")
    again = of_kind(case, "powers")[-1]
    assert (again.state, again.due_on) == ("open", LAST_DAY)
    ticks(case, date(2027, 1, 1), LAST_DAY)
    assert reminded(case, again)


# --- several powers, and closing


def test_several_powers_stand_side_by_side_and_keep_the_case_open(case: Case) -> None:
    eligible(case)
    used = [case.used(section) for section in ("63", "64", "66")]
    assert [power.state for power in case.all(Power)] == [PowerState.IN_FORCE] * 3
    for action in ("resolve", "withdraw"):
        with pytest.raises(NotPossible, match=r"section 63 is in force\. End it first"):
            case.propose(action)
    with pytest.raises(InvalidInput, match="today or in the past"):
        end(case, used[0], date(2026, 12, 10))
    for power in used[:2]:
        end(case, power, case.now.date())
        with pytest.raises(NotPossible, match="not in force"):
            end(case, power, case.now.date())
    with pytest.raises(NotPossible, match="section 66 is in force"):
        case.propose("resolve")
    budget = receive(case, used[2], case.now.date())
    case.approve(review(case, budget, "end"))
    case.change("resolve")
    assert case.escalation.status == "resolved"


def test_a_second_use_of_arrangements_is_a_power_of_its_own(case: Case) -> None:
    eligible(case)
    first, second = case.used("63"), case.used("63")
    assert first.id != second.id
    assert second.state is PowerState.IN_FORCE


def test_a_resolution_waits_no_more_when_a_power_came_first(case: Case) -> None:
    eligible(case)
    power = case.prepare("66")
    case.change("resolve")
    assert case.power(power.id).state is PowerState.DROPPED
    assert [each.state for each in of_kind(case, "powers")] == ["cancelled"]
    assert case.awaiting == []


def test_a_school_that_closes_ends_everything(case: Case) -> None:
    eligible(case)
    suspended(case)
    case.change("end")
    assert {power.state for power in case.all(Power)} == {PowerState.ENDED}
    assert "open" not in {each.state for each in case.all(Deadline)}


def test_the_engine_holds_every_event(case: Case, engine: Engine) -> None:
    eligible(case)
    suspended(case)
    with read(engine) as session:
        assert verify(session) is None
