"""A notice is given when it is served: methods, agreement to e-mail, proof, what waits for it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.database import read, write
from models.letters.served import ServedOn, service_of_case
from models.letters.serving import undo_service
from models.letters.tables import Letter
from models.people.access import THE_MACHINE
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.rows import remove
from models.schools.contacts import NewContact, set_contact
from models.schools.email_service import say_email_service
from models.statutory.tables import Service, ServiceAsked
from tests.support.cases import Case
from tests.support.policies import POLICY
from tests.support.statutory import (
    ENDS_ON,
    GIVEN,
    act,
    at,
    blocked,
    eligible,
    facts,
    letters,
    of_kind,
    receive,
    reminded,
    roles,
    ticks,
    told,
    turn,
)

CHAIR = "chair_of_governors"
LAST = date(2026, 11, 29)  # the day before the compliance period ends


def issued(case: Case) -> Letter:
    """A warning notice of today that nobody has served yet."""
    turn(case).warn(compliance_ends_on=ENDS_ON)
    case.issue()
    [letter] = letters(case, "warning_notice")
    return letter


def agree(case: Case, by: str = "seo", **values: Any) -> Any:
    """The chair agrees to e-mail at the address of the contact."""
    given = {
        "role": CHAIR,
        "email": f"chair.of.governors@school-{case.matter.urn}.example",
        "agrees": True,
        "said_on": case.now.date(),
        "evidence": "The chair's letter of today.",
    }
    return act(case, say_email_service, by, urn=case.matter.urn, **{**given, **values})


def on(case: Case, role: str) -> ServedOn:
    """How far it is proven that the newest notice was served on somebody."""
    with read(case.engine) as session:
        notice = service_of_case(session, case.policy, THE_MACHINE, case.reference).items[-1]
    return next(each for each in notice.recipients if each.to == role)


def state(case: Case) -> str:
    with read(case.engine) as session:
        page = service_of_case(session, case.policy, THE_MACHINE, case.reference)
        return page.items[-1].state.value


# --- what is wanting, and until when


def test_a_notice_that_is_issued_is_not_given_until_it_is_served(case: Case) -> None:
    letter = issued(case)
    assert facts(case)[0] == ("notice_given", None)
    chair = on(case, CHAIR)
    assert (chair.addressee, chair.served_from, chair.unproven_since) == (True, None, GIVEN)
    assert "E-mail is not agreed: post the printed copy" in chair.wanting
    [asked] = of_kind(case, "service")
    assert (asked.due_on, asked.state) == (LAST, "open"), (
        "not after the last day that leaves a period"
    )
    assert "warning notice of 23 November 2026" in asked.rule
    case.now += timedelta(days=1)
    case.served(letter, method="by_hand")
    assert facts(case)[0] == ("notice_given", date(2026, 11, 24))
    assert on(case, CHAIR).wanting == ""
    assert of_kind(case, "service")[0].state == "met"
    assert state(case) == "proven"


def test_no_power_is_reached_while_service_is_unproven(case: Case) -> None:
    issued(case)
    case.now = at(date(2026, 12, 1))
    with pytest.raises(NotPossible, match=r"not proven to have been served.*record how and when"):
        case.judge_compliance(complied=False)
    assert set(blocked(case)) == {"63", "64", "65", "66"}
    assert "not proven to have been served" in blocked(case)["65"]
    case.served(letters(case, "warning_notice")[0], served_on=GIVEN)
    case.judge_compliance(complied=False)
    assert [on for _, on in facts(case)] == [GIVEN, date(2026, 12, 1), date(2026, 12, 1), None]


@pytest.mark.parametrize(
    ("served_on", "late"),
    # Posted on a Wednesday it counts on Friday; on a Thursday only on the Monday of its end.
    [(date(2026, 11, 25), False), (date(2026, 11, 26), True)],
)
def test_a_period_that_ends_before_the_notice_counts_as_served_is_none(
    case: Case, served_on: date, late: bool
) -> None:
    letter = issued(case)
    case.now = at(date(2026, 12, 1))
    case.served(letter, method="first_class_post", served_on=served_on)
    assert state(case) == ("too_late" if late else "proven")
    if late:
        with pytest.raises(
            NotPossible, match=r"30 November 2026, which left no time.*another notice"
        ):
            case.judge_compliance(complied=False)
        another = case.warn(compliance_ends_on=date(2026, 12, 22))
        case.issue()
        assert another.id == case.notice.id
    else:
        case.judge_compliance(complied=False)


def test_proposed_powers_run_from_their_service(case: Case) -> None:
    notice = issued(case)
    case.served(notice)
    case.now = at(date(2026, 12, 1))
    case.judge_compliance(complied=False)
    case.propose_powers("65")
    [letter] = letters(case, "proposed_powers")
    [service] = [each for each in services(case) if each.letter_id == letter.id]
    case.now = at(date(2026, 12, 2))
    undo(case, service.id)
    case.now = at(date(2026, 12, 9))
    assert "not proven to have been served" in blocked(case)["65"]
    case.served(letter, method="recorded_delivery", served_on=date(2026, 12, 2))
    assert facts(case)[3] == ("powers_proposed", None), "it counts from the 4th, and runs five days"
    case.now = at(date(2026, 12, 12))
    assert facts(case)[3] == ("powers_proposed", date(2026, 12, 12))
    assert not blocked(case)


def services(case: Case) -> list[Service]:
    with read(case.engine) as session:
        return list(session.exec(select(Service).order_by(col(Service.id))))


def undo(case: Case, service_id: int, by: str = "seo") -> Service:
    return act(case, undo_service, by, service_id=service_id, reason="It came back undelivered.")


# --- how


@pytest.mark.parametrize(
    ("method", "counts_from"),
    [
        ("by_hand", date(2026, 11, 27)),
        ("left_at_address", date(2026, 11, 30)),
        ("first_class_post", date(2026, 12, 1)),
        ("recorded_delivery", date(2026, 12, 1)),
    ],
)
def test_a_method_counts_from_its_day(case: Case, method: str, counts_from: date) -> None:
    letter = issued(case)
    case.now = at(date(2026, 11, 27))  # a Friday
    assert case.served(letter, method=method).counts_from == counts_from


def test_the_days_of_methods_are_settings_of_the_cases_own_policy(case: Case) -> None:
    letter = issued(case)
    statutory = POLICY.statutory.model_copy(update={"served_by_hand_working_days": 3})
    case.policy = POLICY.model_copy(update={"statutory": statutory})
    assert case.served(letter).counts_from == GIVEN, "by the edition under which it was opened"


def test_an_arrival_that_is_proven_counts_in_place_of_the_setting(case: Case) -> None:
    letter = issued(case)
    case.now = at(date(2026, 11, 27))
    sent = {"method": "recorded_delivery", "served_on": date(2026, 11, 24)}
    with pytest.raises(InvalidInput) as refused:
        case.served(letter, **sent, arrived_on=GIVEN)
    assert [field for field, _ in refused.value.errors] == ["arrived_on"]
    assert case.served(letter, **sent, arrived_on=date(2026, 11, 27)).counts_from == date(
        2026, 11, 27
    )


# --- by e-mail


def test_by_e_mail_only_where_it_was_agreed_at_that_address_by_that_day(case: Case) -> None:
    letter = issued(case)
    refusals = []

    def refused(**values: Any) -> str:
        with pytest.raises(InvalidInput) as refusal:
            case.served(letter, method="email", **values)
        [(field, message)] = refusal.value.errors
        assert field == "method"
        return message

    assert "had agreed by then to be served by e-mail at chair.of.governors@" in refused()
    agree(case, email="clerk@school-900001.example")
    refusals.append(refused())
    agree(case, role="headteacher")
    refusals.append(refused())
    case.now += timedelta(days=1)
    agree(case)
    refusals.append(refused(served_on=GIVEN))
    assert all("by post or by hand" in each for each in refusals)
    assert case.served(letter, method="email").counts_from == date(2026, 11, 25)
    assert on(case, CHAIR).takes_email == "Agreed on 24 November 2026"


def test_an_agreement_that_is_withdrawn_counts_until_that_day(case: Case) -> None:
    letter = issued(case)
    with pytest.raises(NotPossible, match="had not agreed"):
        agree(case, agrees=False)
    agree(case)
    case.now += timedelta(days=1)
    agree(case, agrees=False, evidence="By telephone.")
    with pytest.raises(InvalidInput, match="agreed"):
        case.served(letter, method="email")
    assert on(case, CHAIR).takes_email == ""
    assert case.served(letter, method="email", served_on=GIVEN).counts_from == date(2026, 11, 24)


def test_an_agreement_is_not_that_of_the_next_chair(case: Case) -> None:
    turn(case)
    agree(case)
    with case.acting("admin") as acting:
        pia = NewContact(
            name="Pia Holm", email="pia.holm@school.example", address=["1 High Street"]
        )
        set_contact(acting, case.matter.urn, CHAIR, pia)
    case.warn(compliance_ends_on=ENDS_ON)
    case.issue()
    [letter] = letters(case, "warning_notice")
    with pytest.raises(InvalidInput, match=r"at pia\.holm@school\.example"):
        case.served(letter, method="email")
    agree(case, email="Pia.Holm@school.example")
    assert case.served(letter, method="email").counts_from == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"role": "postman"}, "role"),
        ({"email": "two@a.example, b@a.example"}, "email"),
        ({"said_on": date(2026, 11, 24)}, "said_on"),
        ({"evidence": " "}, "evidence"),
    ],
)
def test_an_agreement_needs_all_its_parts(case: Case, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        agree(case.started(), **wrong)
    assert [name for name, _ in refused.value.errors] == [field]


def test_who_may_record_what(case: Case) -> None:
    letter = issued(case)
    for by in ("legal", "viewer", "admin"):
        with pytest.raises(NotAllowed):
            case.served(letter, by=by)
        with pytest.raises(NotAllowed):
            undo(case, 1, by)
    with pytest.raises(NotAllowed):
        agree(case, by="viewer")


# --- copies


def test_a_copy_is_shown_and_nothing_waits_for_it(case: Case) -> None:
    letter = issued(case)
    copies = roles(letter)[1:]
    assert copies == ["headteacher", "ofsted", "secretary_of_state"]
    case.served(letter, to="headteacher")
    assert of_kind(case, "service")[0].state == "open", (
        "a copy is not service on the governing body"
    )
    assert facts(case)[0] == ("notice_given", None)
    assert not on(case, "headteacher").addressee
    assert on(case, "headteacher").served_from == GIVEN
    case.served(letter)
    assert facts(case)[0] == ("notice_given", GIVEN)
    assert on(case, "ofsted").unproven_since == GIVEN


def test_a_national_body_takes_e_mail_where_the_policy_says_where_that_is_said(case: Case) -> None:
    ofsted = case.policy.bodies["ofsted"].model_copy(update={"takes_email": "Its guidance of 2026"})
    told_so = {"bodies": {**case.policy.bodies, "ofsted": ofsted}}
    case.policy = case.policy.model_copy(update=told_so)
    letter = issued(case)
    assert case.served(letter, to="ofsted", method="email").role == "ofsted"
    with pytest.raises(InvalidInput, match="Secretary of State had agreed"):
        case.served(letter, to="secretary_of_state", method="email")


# --- undone


def test_what_was_recorded_can_be_undone_and_is_asked_for_anew(case: Case) -> None:
    letter = issued(case)
    service = case.served(letter)
    case.now = at(date(2026, 11, 26))
    with pytest.raises(NotAllowed):
        undo(case, service.id, "legal")
    assert undo(case, service.id).undone_on == date(2026, 11, 26)
    assert case.kinds[-2:] == ["service_undone", "deadline_set"]
    assert facts(case)[0] == ("notice_given", None)
    first, again = of_kind(case, "service")
    assert (first.state, again.state, again.due_on) == ("met", "open", LAST)
    with pytest.raises(NotPossible, match="undone already"):
        undo(case, service.id)
    other = case.served(letter)
    second = case.served(letter)
    undo(case, second.id)
    assert facts(case)[0] == ("notice_given", date(2026, 11, 26)), (
        "the other record still proves it"
    )
    undo(case, other.id)
    assert facts(case)[0] == ("notice_given", None)


# --- the clock


def test_the_officer_is_chased_until_service_is_proven(case: Case) -> None:
    letter = issued(case)
    ticks(case, GIVEN, date(2026, 12, 8))
    [asked] = of_kind(case, "service")
    assert asked.state == "missed"
    days = reminded(case, asked)
    assert [day for day, _ in days] == ["2026-11-27", "2026-11-30", "2026-12-04"]
    assert days[-1][1] == {"seo@fernshire.example", "hos@fernshire.example"}
    case.now = at(date(2026, 12, 9))
    case.served(letter, served_on=date(2026, 11, 25))
    ticks(case, date(2026, 12, 9), date(2026, 12, 20))
    assert reminded(case, asked) == days
    assert of_kind(case, "service")[0].state == "met"


@pytest.mark.parametrize("how", ["withdraw", "hers", "complied", "another"])
def test_nobody_is_chased_about_a_notice_that_has_lost_its_point(case: Case, how: str) -> None:
    issued(case)
    match how:
        case "withdraw":
            case.change("withdraw")
        case "hers":
            told(case, "warning_notice")
        case "complied":
            case.judge_compliance(complied=True)
        case _:
            case.now = at(date(2026, 12, 1))
            case.warn(compliance_ends_on=date(2026, 12, 22))
    assert of_kind(case, "service")[0].state == "cancelled"
    assert state(case) == "not_asked"


def test_the_receipt_of_a_suspended_budget_proves_its_service(case: Case) -> None:
    power = eligible(case).used("66")
    assert of_kind(case, "service")[-1].state == "open"
    receive(case, power, case.now.date())
    assert of_kind(case, "service")[-1].state == "met"
    assert on(case, CHAIR).served_from == case.now.date()


# --- databases of before


def test_a_notice_that_was_issued_before_this_counts_from_the_day_it_bears(case: Case) -> None:
    letter = issued(case)
    with write(case.engine) as session:
        remove(session, ServiceAsked, col(ServiceAsked.letter_id) == letter.id)
    assert facts(case)[0] == ("notice_given", GIVEN)
    case.now = at(date(2026, 12, 1))
    case.judge_compliance(complied=False)
