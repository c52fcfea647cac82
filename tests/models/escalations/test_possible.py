"""What is said to be possible is what the commands do: states, roles and acts, each tried.

Every act that is named is attempted by its own command. What may be done is accepted, what may
not is refused in the very words that were given as the reason.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from models.clocks import office_moment
from models.database import read, write
from models.escalations.next_step import what_next
from models.escalations.possible import Situation
from models.matters.case import find_case
from models.matters.possible import CaseAct, Next, Possible
from models.outbox import Message
from models.people.access import reader
from models.refusals import NotFound
from models.rows import change
from models.statutory.using import use_power
from tests.support.appointments import plan
from tests.support.attempts import CHANGES, refusal
from tests.support.cases import BOARD, Case
from tests.support.statutory import (
    LAST_DAY,
    at,
    eligible,
    end,
    failed,
    inspected,
    suspended,
    told,
    turn,
    warned,
    with_contacts,
)

# Every act that is said of each case, whatever stands there; the others are done to a row.
OF_THE_CASE = {
    *CHANGES,
    "record_discussion",
    "plan_appointment",
    "record_action",
    "record_response",
    "record_fairness",
    "choose_guidance",
    "record_support",
    "give_warning_notice",
    "prepare_power",
    "record_secretary_of_state_notice",
    "change_case_officer",
    "restrict",
    "open_to_all",
}
ANY_TIME = {"resolve", "withdraw", "end"}
MEETING = {"record_discussion", "plan_appointment"}
AT_WORK = {*ANY_TIME, *MEETING, "pause", "convert", "record_fairness"}
AFTER_NOTICE = {"give_warning_notice", "propose_powers", "prepare_power"}
FOLLOWING = {"change_action", "say_progress", "finish_action", "drop_action"}
PREPARING = {"record_consultation", "record_secretary_of_state_told"}
IN_FORCE = AT_WORK - {"resolve", "withdraw"}
IN_LAW = {"record_support", "record_secretary_of_state_notice"}


def proposed(case: Case) -> None:
    case.started(by="seo")


def approved(case: Case) -> None:
    case.started()


def planned(case: Case) -> None:
    plan(case.started(), invite=False)


def invited(case: Case) -> None:
    plan(case.started())


def acted(case: Case) -> None:
    case.started().act_on("Send the plan")


def closed_with_an_action(case: Case) -> None:
    acted(case)
    case.change("withdraw")


def awaiting(case: Case) -> None:
    case.started().discuss()


def answered(case: Case) -> None:
    awaiting(case)
    case.respond()


def in_category(case: Case) -> None:
    awaiting(case)
    inspected(case, "special_measures")


def straight_to_powers(case: Case) -> None:
    in_category(case)
    case.change("intervene", by="hos")


def overdue(case: Case) -> None:
    awaiting(case)
    case.now = office_moment(case.due_on + timedelta(days=1))


def unsatisfactory(case: Case) -> None:
    case.started().fail_step()


def satisfactory(case: Case) -> None:
    awaiting(case)
    case.respond("satisfactory")


def advance_waits(case: Case) -> None:
    unsatisfactory(case)
    case.propose("advance")


def paused(case: Case) -> None:
    awaiting(case)
    case.change("pause")


def resolved(case: Case) -> None:
    satisfactory(case)
    case.change("resolve")


def conditional_step(case: Case) -> None:
    case.started().climb_to("formal_governing_body").fail_step()


def academy(case: Case) -> None:
    case.started(school="academy").fail_step()


def meetings(case: Case) -> None:
    case.started().climb_to("performance_meetings")
    case.discuss("chair_of_governors")


def notice_waits(case: Case) -> None:
    turn(case).warn(approved=False)


def notice_goes_out(case: Case) -> None:
    turn(case).warn()


def period_over(case: Case) -> None:
    notice = warned(case)
    case.now = office_moment(notice.compliance_ends_on + timedelta(days=1))


def unserved(case: Case) -> None:
    turn(case).warn()
    case.issue()


def served_too_late(case: Case) -> None:
    unserved(case)
    case.now = office_moment(case.notice.compliance_ends_on)
    case.serve()


def complied(case: Case) -> None:
    warned(case)
    case.judge_compliance(complied=True)


def superseded(case: Case) -> None:
    warned(case)
    told(case, "warning_notice")


def powers_proposed(case: Case) -> None:
    failed(case)
    case.propose_powers("65")


def prepared(case: Case) -> None:
    eligible(case).prepare("63")


def locked(case: Case) -> None:
    case.ready(eligible(case).prepare("64"))
    told(case, "intends_to_act")


def ready(case: Case) -> None:
    case.ready(eligible(case).prepare("65"))


def too_late(case: Case) -> None:
    case.ready(eligible(case).prepare("64"))
    case.now = at(LAST_DAY + timedelta(days=2))


def use_waits(case: Case) -> None:
    ready(case)
    case.on_power(use_power, 1, reason="Now.", members=BOARD, starts_on=date(2026, 12, 20))


def not_received(case: Case) -> None:
    eligible(case).used("66")


def budget_suspended(case: Case) -> None:
    suspended(eligible(case))


def governors_of_hers(case: Case) -> None:
    budget_suspended(case)
    told(case, "appointed_governors")


def others_may_appoint(case: Case) -> None:
    with_contacts(case, "diocese", "foundation_appointer")
    eligible(case, school="church").used("64")


def board_comes(case: Case) -> None:
    case.ready(eligible(case).prepare("66"))
    case.used("65")
    case.serve()


def power_ended(case: Case) -> None:
    power = eligible(case).used("63")
    end(case, power, case.now.date())


def converted(case: Case) -> None:
    warned(case)
    case.change("convert")


def no_diocese(case: Case) -> None:
    turn(case, school="church")


def nobody_decides(case: Case) -> None:
    satisfactory(case)
    for letter in case.awaiting:
        case.approve(letter)
    case.restrict(by="dcs")


def refused_delivery(case: Case) -> None:
    case.started().climb_to("formal_headteacher").issue()
    with write(case.engine) as session:
        change(session, Message, {"kind": "letter"}, state="failed")


# What a case officer may do at each of these places, in the words of docs/ladders.md and the Act.
PLACES: dict[Callable[[Case], None], set[str]] = {
    proposed: set(),
    approved: AT_WORK | IN_LAW,
    planned: AT_WORK | IN_LAW | {"move_appointment", "invite_to_appointment", "cancel_appointment"},
    invited: AT_WORK | IN_LAW | {"move_appointment", "cancel_appointment"},
    acted: AT_WORK | IN_LAW | FOLLOWING,
    closed_with_an_action: FOLLOWING,
    awaiting: AT_WORK | IN_LAW | {"extend", "record_response"},
    answered: AT_WORK | IN_LAW | {"record_response", "judge_response"},
    in_category: AT_WORK | IN_LAW | {"extend", "record_response"},
    straight_to_powers: AT_WORK | IN_LAW | {"prepare_power", "give_warning_notice"},
    overdue: AT_WORK | IN_LAW | {"advance", "extend", "record_response"},
    unsatisfactory: AT_WORK | IN_LAW | {"advance", "record_response"},
    satisfactory: AT_WORK | IN_LAW | {"record_response"},
    advance_waits: IN_LAW | MEETING | {"record_fairness", "record_response"},
    paused: ANY_TIME | {"resume", "convert", "record_secretary_of_state_notice"},
    resolved: set(),
    conditional_step: AT_WORK | IN_LAW | {"pass_over", "record_response"},
    academy: AT_WORK - {"convert"} | {"advance", "record_response"},
    meetings: AT_WORK | IN_LAW,
    notice_waits: IN_LAW | MEETING | {"record_fairness", "record_response"},
    notice_goes_out: AT_WORK | IN_LAW,
    warned: {"record_service"}
    | AT_WORK
    | IN_LAW
    | {"record_response", "judge_compliance", "prepare_power"},
    unserved: {"record_service"}
    | AT_WORK
    | IN_LAW
    | {"record_response", "judge_compliance", "prepare_power"},
    served_too_late: {"record_service"}
    | AT_WORK
    | IN_LAW
    | {"record_response", "judge_compliance", "prepare_power", "give_warning_notice"},
    period_over: {"record_service"}
    | AT_WORK
    | IN_LAW
    | {"record_response", "judge_compliance", "prepare_power", "give_warning_notice"},
    complied: {"record_service"} | AT_WORK | IN_LAW | {"record_response", "give_warning_notice"},
    superseded: {"record_service"}
    | AT_WORK
    | IN_LAW
    | {"record_response", "release_secretary_of_state_notice"},
    powers_proposed: {"record_service"} | AT_WORK | IN_LAW | AFTER_NOTICE | {"record_response"},
    prepared: {"record_service"} | AT_WORK | IN_LAW | AFTER_NOTICE | PREPARING,
    locked: {"record_service"}
    | AT_WORK
    | IN_LAW
    | AFTER_NOTICE
    | {"record_secretary_of_state_told", "release_secretary_of_state_notice"},
    ready: {"record_service"} | AT_WORK | IN_LAW | AFTER_NOTICE | PREPARING | {"use_power"},
    too_late: {"record_service"}
    | AT_WORK
    | IN_LAW
    | AFTER_NOTICE
    | {"record_secretary_of_state_told"},
    use_waits: {"record_service"}
    | IN_LAW
    | MEETING
    | {"record_fairness", "propose_powers", "prepare_power"},
    not_received: {"record_service"} | IN_FORCE | IN_LAW | AFTER_NOTICE | {"record_receipt"},
    budget_suspended: {"record_service"}
    | IN_FORCE
    | IN_LAW
    | AFTER_NOTICE
    | {"record_representation", "review_budget"},
    governors_of_hers: {"record_service"}
    | IN_FORCE
    | IN_LAW
    | AFTER_NOTICE
    | {
        "record_representation",
        "review_budget",
        "end_power",
        "release_secretary_of_state_notice",
    },
    others_may_appoint: {"record_service"}
    | IN_FORCE
    | IN_LAW
    | AFTER_NOTICE
    | {"record_matching_governor", "end_power"},
    board_comes: {"record_service"}
    | IN_FORCE
    | IN_LAW
    | AFTER_NOTICE
    | {"record_secretary_of_state_told", "end_power"},
    power_ended: {"record_service"} | AT_WORK | IN_LAW | AFTER_NOTICE,
    converted: {"record_service"} | AT_WORK - {"convert"} | {"advance", "record_response"},
    no_diocese: AT_WORK | IN_LAW | {"record_response"},
    nobody_decides: IN_LAW | MEETING | {"record_fairness"},
    refused_delivery: AT_WORK | IN_LAW | {"extend", "record_response", "settle_delivery"},
}
# Where no action can be agreed any more; it can be wherever an escalation is not closed.
CLOSED = (resolved, closed_with_an_action)
# What comes next there for the case officer.
NEXT: dict[Callable[[Case], None], tuple[str, str | None]] = {
    approved: ("Hold the discussion with the headteacher, then record it", "record_discussion"),
    answered: ("Judge the response", "judge_response"),
    overdue: ("Decide what to do next: no response has come", "choose_change"),
    conditional_step: ("Decide whether step v is needed", "choose_change"),
    straight_to_powers: ("Prepare a power", "prepare_power"),
    paused: ("Resume the escalation when the reason for the pause has gone", "resume"),
    resolved: ("Nothing more to do", None),
    advance_waits: ("Wait for the decision on whether to move to step ii: ", "read_proposal"),
    no_diocese: ("Give a warning notice", "give_warning_notice"),
    unserved: ("Serve the warning notice on the governing body, then record", "record_service"),
    served_too_late: ("Give another warning notice", "give_warning_notice"),
    period_over: ("Judge whether the governing body complied", "judge_compliance"),
    ready: ("Propose to use section 65: Interim Executive Board", "use_power"),
    board_comes: ("Propose to use section 66: ", None),
    refused_delivery: ("Say what became of the letter to ", "settle_delivery"),
}
# Where others are asked too: what their roles let them do is the same at every other place.
OTHERS = {
    awaiting: ("viewer", "admin", "sm"),
    in_category: ("hos", "dcs"),
    straight_to_powers: ("hos",),
    advance_waits: ("hos", "legal", "dcs"),
    notice_waits: ("legal", "dcs"),
    prepared: ("hos", "legal"),
    nobody_decides: ("dcs", "hos"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_what_is_possible_is_what_the_commands_do(case: Case, place: Callable) -> None:
    place(case)
    for by in ("seo", *OTHERS.get(place, ())):
        found = look(case, by)
        if found is None:
            assert (place, by) == (nobody_decides, "hos")
            continue
        possible, following = found
        acts = [(each.act.value, each.id) for each in possible]
        assert len(set(acts)) == len(acts)
        assert {act for act, key in acts if key is None} == OF_THE_CASE
        for each in possible:
            bare = not each.allowed
            said = refusal(case, by, each.act.value, each.id, bare=bare)
            assert said == each.why, (by, each)
            assert each.allowed is (said is None)
        check_next(possible, following)
        if by == "seo":
            agreeing = set() if place in CLOSED else {"record_action"}
            allowed = {each.act.value for each in possible if each.allowed}
            assert allowed == PLACES[place] | agreeing
            what, act = NEXT.get(place, (following.what, following.act))
            assert (following.what.startswith(what), following.act) == (True, act)


def look(case: Case, by: str) -> tuple[list[Possible], Next] | None:
    """What an officer is told; None where they do not see the case."""
    officer = case.council.officers[by]
    with read(case.engine) as session:
        try:
            found = find_case(session, case.policy, reader(officer), case.reference)
        except NotFound:
            return None
        here = Situation(found, officer, case.now)
        return here.possible, what_next(here)


def check_next(possible: list[Possible], following: Next) -> None:
    """The step that comes next can be taken, or it says what its command would say."""
    why_not = {(each.act, each.id): each.why for each in possible}
    if isinstance(following.act, CaseAct):
        refused = why_not[following.act, following.id]
        assert refused is None or refused in following.why
    for other in following.others:
        assert why_not.get((other.act, other.id)) is None


def test_every_act_is_allowed_at_one_of_these_places() -> None:
    """So that the places above tell each act's rule from one that always refuses."""
    seniors = {"intervene", "decide", "change_case_officer", "restrict", "open_to_all"}
    elsewhere = {"choose_guidance"}  # once the policy names another: test_guidance.py
    never = set(CaseAct) - set().union(*PLACES.values()) - seniors - elsewhere - {"record_action"}
    assert never == set()
