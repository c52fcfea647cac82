"""Climbing both ladders through the commands, and leaving them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import col, select

from models.approvals.approving import what_is_seen
from models.clocks import add_working_days, london_date, office_moment
from models.database import read, write
from models.escalations import recording
from models.escalations.deciding import Decided, decide
from models.escalations.tables import Response
from models.events import Event, verify
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter
from models.matters.tables import Deadline, Reminder
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.rows import add
from models.statutory.ending import end_power
from models.statutory.tables import Power, PowerState, WarningNotice
from models.statutory.using import use_power
from models.upkeep import clock
from tests.support.cases import Case, somebody
from tests.support.council import NOW


def later(days: int, hour: int = 10) -> datetime:
    """So many days after NOW, in winter time."""
    day = london_date(NOW) + timedelta(days=days)
    return datetime.combine(day, time(hour), UTC)


def test_a_head_of_service_opens_what_they_start(case: Case) -> None:
    case.started()
    assert (case.matter.reference, case.escalation.status) == ("ESC-2026-0001", "open")
    assert case.matter.opened_on == london_date(NOW)
    assert case.states["informal_headteacher"] == "approved"
    assert set(case.states.values()) == {"approved", "ahead"}
    assert case.kinds == ["escalation_started", "escalation_opened"]
    assert case.messages == []


def test_anybody_elses_start_waits_for_a_head_of_service(case: Case) -> None:
    case.started(by="seo")
    assert case.escalation.status == "proposed"
    [proposal] = case.awaiting
    assert (proposal.action, proposal.approvers) == ("start", ["head_of_service"])
    assert {message.to_email for message in case.messages} == {
        case.council.hos.email,
        case.council.hos2.email,
    }
    with pytest.raises(NotPossible, match="not been approved yet"):
        case.propose("withdraw")
    case.decide(proposal, "hos2")
    assert case.escalation.status == "open"
    assert case.escalation.head_of_service_id == case.council.hos2.id
    assert case.states["informal_headteacher"] == "approved"


def test_a_start_that_is_returned_leaves_the_school_free(case: Case) -> None:
    case.started(by="seo")
    case.decide(case.awaiting[0], "hos", "return", "Talk to them first.")
    assert case.escalation.status == "withdrawn"
    assert case.started().reference == "ESC-2026-0002"


def test_a_second_escalation_for_the_same_school_is_refused(case: Case) -> None:
    case.started()
    with pytest.raises(NotPossible, match="already has an escalation: ESC-2026-0001"):
        case.started()
    case.started(school="academy")
    assert case.reference == "ESC-2026-0002"


@pytest.mark.parametrize("action", ["resolve", "withdraw", "end"])
def test_a_closed_escalation_leaves_the_school_free(case: Case, action: str) -> None:
    case.started().discuss()
    case.change(action)
    assert case.matter.closed_on == london_date(NOW)
    assert case.awaiting == []
    assert case.deadline.state == "cancelled"
    assert {reminder.state for reminder in case.all(Reminder)} == {"cancelled"}
    case.started()
    assert case.reference == "ESC-2026-0002"


def test_an_independent_school_cannot_be_escalated(case: Case) -> None:
    with pytest.raises(InvalidInput, match="neither a maintained school nor an academy") as refused:
        case.started(school="independent")
    assert refused.value.errors[0][0] == "urn"


def test_all_faults_of_a_start_are_named_at_once(case: Case) -> None:
    with pytest.raises(InvalidInput) as refused:
        case.started(triggers=["gossip"], summary="", not_engaging=True)
    fields = [field for field, _ in refused.value.errors]
    assert fields == ["not_engaging", "triggers", "summary"]


def test_the_six_triggers_of_the_brief(case: Case) -> None:
    six = ["underperformance", "safety", "finance", "self_evaluation", "leadership", "specialism"]
    case.started(triggers=[*six, "other"])
    assert case.escalation.triggers == [*six, "other"]


@pytest.mark.parametrize("name", ["legal", "viewer", "admin"])
def test_roles_without_casework_start_nothing(case: Case, name: str) -> None:
    with pytest.raises(NotAllowed):
        case.started(by=name)


# --- the whole way up


def test_a_maintained_school_climbs_to_the_last_step(case: Case) -> None:
    case.started().climb_to("intervention")
    states = case.states
    assert states.pop("intervention") == "approved"
    assert set(states.values()) == {"unsatisfactory"}
    templates = [letter.template for letter in case.all(Letter) if letter.state == "issued"]
    assert [name for name in templates if name != "acknowledgement_of_response"] == [
        "formal_headteacher",
        "formal_governing_body",
        "invitation_to_meetings",
        "warning_notice",
        "proposed_powers",
    ]
    case.used("65")
    assert case.states["intervention"] == "carried_out"
    with pytest.raises(NotPossible, match="Step vii"):
        case.propose("advance")
    with read(case.engine) as session:
        assert verify(session) is None


def test_an_academy_climbs_to_ofsted(case: Case) -> None:
    case.started(school="academy").climb_to("ofsted").fail_step()
    assert set(case.states.values()) == {"unsatisfactory"}
    case.change("resolve")
    assert case.escalation.status == "resolved"


def test_to_whom_the_letters_about_an_academy_go(case: Case) -> None:
    case.started(school="academy").climb_to("ofsted")
    letters = {each.template: (each.to_role, each.copy_roles) for each in case.all(Letter)}
    assert letters["note_of_discussion"] == ("chair_of_governors", ["trust"])
    assert letters["formal_headteacher"] == ("headteacher", [])
    assert letters["formal_governing_body"] == ("chair_of_governors", ["headteacher", "trust"])
    copied = ["chair_of_governors", "trust"]
    for body in ("secretary_of_state", "ofsted"):
        assert letters[body] == (body, copied)


def test_a_silent_school_is_moved_on_once_its_day_has_passed(case: Case) -> None:
    case.started().discuss()
    case.now = later(14)
    with pytest.raises(NotPossible, match="awaits its response"):
        case.propose("advance")
    case.now = later(15)
    case.change("advance")
    assert case.states["informal_headteacher"] == "no_response"
    assert case.all(Deadline)[0].state == "missed"
    open_reminders = [each for each in case.all(Reminder) if each.state == "open"]
    assert open_reminders == []


def test_a_response_that_is_not_judged_holds_the_case(case: Case) -> None:
    case.started().discuss()
    case.now = later(15)
    response = case.respond()
    with pytest.raises(NotPossible, match="Judge the response at step i first"):
        case.propose("advance")
    with write(case.engine) as session:
        recording.judge_response(
            Acting(session, case.policy, case.council.seo, case.now),
            response.id,
            recording.ResponseJudgement(judgement="unsatisfactory", reason="No plan."),
        )
    assert case.states["informal_headteacher"] == "unsatisfactory"
    assert case.deadline.state == "missed"
    case.propose("advance")


def test_a_response_is_judged_once_and_a_further_one_may_change_it(case: Case) -> None:
    case.started().discuss()
    first = case.respond("satisfactory")
    with pytest.raises(NotPossible, match="judged satisfactory"):
        case.propose("advance")
    with pytest.raises(NotPossible, match="already been judged"), write(case.engine) as session:
        recording.judge_response(
            Acting(session, case.policy, case.council.seo, NOW),
            first.id,
            recording.ResponseJudgement(judgement="unsatisfactory", reason=""),
        )
    case.now = later(40)
    case.respond("unsatisfactory")
    assert case.states["informal_headteacher"] == "unsatisfactory"
    assert case.deadline.state == "met", "the first answer came in time, and that stays so"
    assert [response.judgement for response in case.all(Response)] == [
        "satisfactory",
        "unsatisfactory",
    ]


def test_a_judgement_must_be_one_of_two_words(case: Case) -> None:
    case.started().discuss()
    with pytest.raises(InvalidInput) as refused:
        case.respond("splendid")
    assert refused.value.errors[0][0] == "judgement"
    assert case.all(Response) == []


def test_a_response_cannot_come_before_it_is_awaited_or_tomorrow(case: Case) -> None:
    case.started()
    with pytest.raises(NotPossible, match="does not await a response"):
        case.respond()
    case.discuss()
    with pytest.raises(InvalidInput, match="today or in the past"):
        case.respond(received_on=london_date(NOW) + timedelta(days=1))
    with pytest.raises(InvalidInput, match="four digits"):
        case.respond(received_on=date(26, 11, 23))


def test_a_note_is_drafted_and_put_forward_with_each_discussion(case: Case) -> None:
    case.started().discuss()
    [note] = case.all(Letter)
    assert (note.template, note.state) == ("note_of_discussion", "draft")
    assert note.to_role == "headteacher"
    [proposal] = case.awaiting
    assert proposal.action == "letter"
    case.approve(proposal)
    [note] = case.all(Letter)
    assert (note.state, note.respond_by) == ("approved", case.due_on)
    case.issue()
    assert case.states["informal_headteacher"] == "awaiting_response"


def test_the_chair_is_met_before_the_headteacher(case: Case) -> None:
    case.started().climb_to("performance_meetings")
    with pytest.raises(NotPossible, match="meeting with the chair of governors comes first"):
        case.discuss("headteacher")
    case.discuss("chair_of_governors")
    assert case.states["performance_meetings"] == "approved"
    case.now = later(2)
    case.discuss("headteacher")
    assert case.states["performance_meetings"] == "awaiting_response"
    assert case.due_on == add_working_days(london_date(case.now), 10)
    assert "second meeting" in case.deadline.rule


# --- the statutory steps


def test_a_warning_notice_is_given_by_its_own_form(case: Case) -> None:
    case.started().climb_to("performance_meetings").fail_step()
    address = f"/escalations/{case.reference}/warning-notices"
    with pytest.raises(NotPossible, match=f"own form \\({address}\\)"):
        case.propose("advance")
    assert case.states["warning_notice"] == "ahead"
    case.warn()
    assert case.states["warning_notice"] == "approved"
    case.issue()
    assert case.states["warning_notice"] == "awaiting_response"


def test_no_warning_notice_before_the_steps_below_it(case: Case) -> None:
    case.started().discuss()
    case.respond("unsatisfactory")
    with pytest.raises(NotPossible, match="Step vi comes later"):
        case.warn()
    assert case.all(WarningNotice) == []


def test_the_text_of_a_warning_notice_is_not_edited(case: Case) -> None:
    case.started().climb_to("performance_meetings").fail_step()
    case.warn(approved=False)
    draft = case.all(Letter)[-1]
    with pytest.raises(NotPossible, match="follows from its form"), write(case.engine) as session:
        edit_letter(
            Acting(session, case.policy, case.council.seo, case.now),
            draft.id,
            DraftText(body="# Warning notice\n\nDo as you please."),
        )
    assert case.all(Letter)[-1].version == 1


def test_the_powers_need_all_four_facts_of_eligibility(case: Case) -> None:
    case.started().climb_to("warning_notice")
    case.issue()
    case.serve()
    case.now = office_moment(case.notice.compliance_ends_on + timedelta(days=1))
    with pytest.raises(NotPossible, match="It has not been judged whether") as refused:
        case.propose("advance")
    assert "has had no notice that powers are proposed" in refused.value.message
    assert "compliance period" not in refused.value.message, "it is over"
    case.judge_compliance(complied=False)
    with pytest.raises(NotPossible, match="no notice that powers are proposed"):
        case.propose("advance")
    case.propose_powers("64", "65")
    with pytest.raises(NotPossible, match="runs until the end of"):
        case.propose("advance")
    case.now += timedelta(days=10)
    case.change("advance")
    assert case.states["intervention"] == "approved"


def test_a_notice_that_was_complied_with_leads_to_no_powers(case: Case) -> None:
    case.started().climb_to("warning_notice")
    case.issue()
    case.judge_compliance(complied=True)
    assert case.states["warning_notice"] == "satisfactory"
    with pytest.raises(NotPossible, match="judged satisfactory"):
        case.propose("advance")
    assert {each.state for each in case.all(Deadline) if each.kind == "powers"} == {"cancelled"}
    case.change("resolve")


def test_at_the_notice_compliance_is_judged_and_no_response(case: Case) -> None:
    case.started().climb_to("warning_notice")
    case.issue()
    case.serve()
    with pytest.raises(NotPossible, match="compliance with the warning notice is judged"):
        case.respond("unsatisfactory")
    response = case.respond()
    assert (response.judgement, case.states["warning_notice"]) == (None, "awaiting_response")
    [compliance] = [each for each in case.all(Deadline) if each.kind == "compliance"]
    assert compliance.state == "open", "an answer is no compliance"
    with (
        pytest.raises(NotPossible, match="compliance with the warning notice is judged"),
        write(case.engine) as session,
    ):
        recording.judge_response(
            Acting(session, case.policy, case.council.seo, case.now),
            response.id,
            recording.ResponseJudgement(judgement="unsatisfactory", reason=""),
        )
    with pytest.raises(NotPossible, match="can be judged from"):
        case.judge_compliance(complied=False)
    case.now = office_moment(case.notice.compliance_ends_on + timedelta(days=1))
    case.judge_compliance(complied=False)
    assert case.states["warning_notice"] == "unsatisfactory"


def test_a_compliance_period_is_not_extended(case: Case) -> None:
    case.started().climb_to("warning_notice")
    case.issue()
    with pytest.raises(NotPossible, match=r"fixed by its warning notice .* not extended"):
        case.propose("extend", to=case.notice.compliance_ends_on + timedelta(days=7))


def test_the_days_of_the_law_run_on_through_a_pause(case: Case) -> None:
    case.started().climb_to("warning_notice")
    case.issue()

    def by_law() -> list[Deadline]:
        return case.all(Deadline)[-3:]

    set_by_law = [(each.kind, each.due_on) for each in by_law()]
    assert [kind for kind, _ in set_by_law] == ["compliance", "powers", "service"]
    case.change("pause")
    for deadline in by_law():
        assert (deadline.state, deadline.days_left) == ("open", None)
        reminders = [each for each in case.all(Reminder) if each.deadline_id == deadline.id]
        assert {each.state for each in reminders} == {"open"}
    case.now = office_moment(case.notice.compliance_ends_on + timedelta(days=1))
    clock.tick(case.engine, case.policy, case.now)
    case.change("resume")
    assert [(each.kind, each.due_on) for each in by_law()] == set_by_law
    assert [each.state for each in by_law()] == ["missed", "open", "missed"]


@pytest.mark.parametrize("action", ["resolve", "withdraw"])
def test_an_escalation_is_not_closed_over_a_power_in_force(case: Case, action: str) -> None:
    case.started().climb_to("intervention")
    power = case.prepare("64")
    case.ready(power)
    governors = [somebody("Una Marsh")]
    use = case.on_power(use_power, power.id, reason="Now.", governors=governors)
    case.approve(use)
    case.issue()
    with pytest.raises(NotPossible, match=r"power under section 64 is in force\. End it first"):
        case.propose(action)
    case.on_power(end_power, power.id, ended_on=london_date(case.now), reason="They are able now.")
    proposal = case.propose(action)
    assert case.approve(proposal).state == "approved"


def test_nothing_that_waited_closes_an_escalation_over_a_power(case: Case) -> None:
    """A power that came into force while a closing waited: the rules are asked again."""
    case.started().climb_to("intervention")
    proposal = case.propose("resolve")
    with write(case.engine) as session:
        add(
            session,
            Power,
            escalation_id=case.escalation.id,
            urn=case.school.urn,
            section="63",
            reason="It was used meanwhile.",
            details={"arrangements": "", "governors": [], "members": []},
            state=PowerState.IN_FORCE,
            prepared_by_id=case.council.seo.id,
            prepared_at=case.now,
        )
    with pytest.raises(NotPossible, match="power under section 63 is in force"):
        case.decide(proposal, "hos")
    assert case.escalation.status == "open"


# --- passing over


def test_the_meetings_are_passed_over_unless_the_performance_is_in_question(case: Case) -> None:
    case.started().climb_to("formal_governing_body").fail_step()
    with pytest.raises(NotPossible, match="only for when the headteacher"):
        case.propose("advance")
    case.change("pass_over", reason="The head is doing well.")
    assert case.states["performance_meetings"] == "passed_over"
    assert "step_passed_over" in case.kinds
    case.warn()
    assert case.escalation.step_key == "warning_notice"


def test_the_meetings_are_held_when_the_performance_is_in_question(case: Case) -> None:
    case.started(head_performance_in_question=True)
    case.climb_to("formal_governing_body").fail_step()
    with pytest.raises(NotPossible, match="Step v is needed"):
        case.propose("pass_over")
    assert case.propose("advance").step_key == "performance_meetings"


def test_a_flag_given_with_a_proposal_holds_only_once_approved(case: Case) -> None:
    case.started(head_performance_in_question=True)
    case.climb_to("formal_governing_body").fail_step()
    proposal = case.propose("pass_over", head_performance_in_question=False)
    assert case.escalation.head_performance_in_question is True
    case.decide(proposal, "hos", "return", "It is in question.")
    assert case.escalation.head_performance_in_question is True
    case.change("pass_over", head_performance_in_question=False)
    assert case.escalation.head_performance_in_question is False


def test_an_academy_that_does_not_engage_goes_straight_to_the_formal_steps(case: Case) -> None:
    case.started(school="academy")
    with pytest.raises(NotPossible, match="only when the academy does not engage"):
        case.propose("pass_over")
    case.change("pass_over", not_engaging=True, reason="Three letters went unanswered.")
    assert case.escalation.not_engaging is True
    assert case.states["informal_headteacher"] == "passed_over"
    case.change("pass_over")
    assert case.states["informal_governing_body"] == "passed_over"
    with pytest.raises(NotPossible, match="may not be passed over"):
        case.propose("pass_over")
    case.change("advance")
    assert case.states["formal_headteacher"] == "approved"


def test_a_maintained_school_cannot_skip_the_informal_steps(case: Case) -> None:
    case.started()
    with pytest.raises(NotPossible):
        case.propose("pass_over", not_engaging=True)


# --- pause, resume, extend


@pytest.mark.parametrize("gone", range(12))
def test_a_pause_keeps_the_working_days_that_were_left(case: Case, gone: int) -> None:
    case.started().discuss()
    assert case.due_on == date(2026, 12, 7)
    paused_on = add_working_days(london_date(NOW), gone)
    case.now = datetime.combine(paused_on, time(10), UTC)
    case.change("pause")
    left = max(0, 10 - gone)
    assert case.deadline.days_left == left
    assert {each.state for each in case.all(Reminder)} <= {"cancelled"}
    case.now = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)
    assert clock.tick(case.engine, case.policy, case.now).deadlines_missed == 0
    case.change("resume")
    assert case.deadline.days_left is None
    assert case.due_on == add_working_days(date(2027, 1, 4), left)
    kinds = [each.kind for each in case.all(Reminder) if each.state == "open"]
    assert kinds.count("overdue") == 1
    assert kinds.count("before") == (2 if left > 5 else 1 if left > 1 else 0)


def test_a_deadline_missed_before_the_pause_stays_missed_and_is_chased_again(case: Case) -> None:
    case.started().discuss()
    case.now = later(16)
    clock.tick(case.engine, case.policy, case.now)
    case.change("pause")
    assert [each for each in case.all(Reminder) if each.state == "open"] == []
    case.now = later(50)
    case.change("resume")
    assert (case.deadline.state, case.due_on) == ("missed", date(2026, 12, 7))
    [chaser] = [each for each in case.all(Reminder) if each.state == "open"]
    assert chaser.kind == "overdue"
    assert chaser.due_at > case.now


def test_nothing_is_added_while_paused(case: Case) -> None:
    case.started().discuss()
    case.change("pause")
    for attempt in (case.discuss, case.respond):
        with pytest.raises(NotPossible, match="paused"):
            attempt()
    with pytest.raises(NotPossible, match="Resume it first"):
        case.propose("extend", to=date(2027, 1, 20))


def test_an_extension_moves_the_day_and_opens_a_missed_deadline_again(case: Case) -> None:
    case.started().discuss()
    case.now = later(16)
    clock.tick(case.engine, case.policy, case.now)
    assert case.deadline.state == "missed"
    to = date(2026, 12, 21)
    case.change("extend", to=to)
    assert (case.deadline.state, case.due_on) == ("open", to)
    assert case.deadline.rule.startswith("Extended from 7 December 2026")
    due = {each.due_at.date() for each in case.all(Reminder) if each.state == "open"}
    assert due == {date(2026, 12, 14), date(2026, 12, 18), to, date(2026, 12, 30)}
    event = case.all(Event)[-1]
    assert event.facts["from"] == "2026-12-07"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (None, "Enter the new date"),
        (date(2026, 12, 7), "must be later than the one it replaces"),
        (date(2026, 11, 23), "must be later"),
        (date(2028, 1, 1), "within a year"),
    ],
)
def test_an_extension_needs_a_later_day(case: Case, to: date | None, why: str) -> None:
    case.started().discuss()
    with pytest.raises(InvalidInput, match=why) as refused:
        case.propose("extend", to=to)
    assert refused.value.errors[0][0] == "to"


def test_a_date_that_has_come_can_no_longer_be_approved(case: Case) -> None:
    case.started().discuss()
    proposal = case.propose("extend", to=date(2026, 12, 10))
    case.now = later(17)
    with pytest.raises(NotPossible, match="10 December 2026, has come"):
        case.decide(proposal, "hos")
    case.decide(proposal, "hos", "return", "Propose a later day.")
    assert case.due_on == date(2026, 12, 7)


def test_a_letter_never_asks_for_a_response_by_a_day_that_has_passed(case: Case) -> None:
    case.started().climb_to("informal_governing_body").fail_step()
    proposal = case.propose("advance", respond_by=date(2026, 12, 1))
    case.now = later(8)
    with pytest.raises(NotPossible, match="1 December 2026, has come"):
        case.decide(proposal, "hos")
    assert case.states["formal_headteacher"] == "proposed"


# --- conversion


@pytest.mark.parametrize(
    ("reached", "goes_on_at"),
    [
        ("informal_headteacher", "informal_headteacher"),
        ("formal_governing_body", "formal_governing_body"),
        ("performance_meetings", "formal_governing_body"),
        ("warning_notice", "formal_governing_body"),
        ("intervention", "formal_governing_body"),
    ],
)
def test_a_converted_school_moves_to_the_academy_ladder(
    case: Case, reached: str, goes_on_at: str
) -> None:
    case.started().climb_to(reached)
    case.change("convert")
    escalation = case.escalation
    assert (escalation.ladder, escalation.step_key) == ("academy", goes_on_at)
    states = case.states
    for statutory in ("performance_meetings", "warning_notice", "intervention"):
        assert states[statutory] == "fallen_away"
    assert states["secretary_of_state"] == "ahead"
    open_deadlines = [each for each in case.all(Deadline) if each.state == "open"]
    assert {each.step_key for each in open_deadlines} <= {goes_on_at}
    if reached != goes_on_at:
        assert case.propose("advance").step_key == "secretary_of_state"
    case.policy.ladder("academy").step(case.escalation.step_key)


def test_an_academy_does_not_convert(case: Case) -> None:
    case.started(school="academy")
    with pytest.raises(NotPossible, match="already on the academy ladder"):
        case.propose("convert")


@pytest.mark.parametrize("step", ["warning_notice", "formal_headteacher", "nowhere"])
def test_conversion_goes_on_at_a_step_that_was_reached(case: Case, step: str) -> None:
    case.started()
    with pytest.raises(InvalidInput) as refused:
        case.propose("convert", step=step)
    assert refused.value.errors[0][0] == "step"


# --- deadlines at every month's end


MONTH_ENDS = [
    date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    for year in (2027, 2028)
    for month in range(12)
]


def test_deadlines_from_every_month_end_are_whole_working_days(case: Case) -> None:
    case.started().climb_to("informal_governing_body").fail_step()
    for day in MONTH_ENDS:
        case.now = datetime.combine(day, time(11), UTC)
        proposal = case.propose("advance")
        with write(case.engine) as session:
            decide(
                Acting(session, case.policy, case.council.hos, case.now),
                proposal.id,
                Decided(
                    decision="approve",
                    seen=what_is_seen(session, case.policy, THE_MACHINE, proposal.id, day),
                ),
            )
            deadline = session.exec(select(Deadline).order_by(col(Deadline.id).desc())).first()
            assert deadline.due_on == _ten_working_days_after(day)
            assert deadline.rule.startswith("10 working days after the letter of ")
            session.rollback()
        case.decide(proposal, "hos", "return", "Next month.")


BANK_HOLIDAYS = {
    *(date(2026, 12, day) for day in (25, 28)),
    *(date(2027, *each) for each in ((1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30))),
    *(date(2027, 12, day) for day in (27, 28)),
    *(date(2028, *each) for each in ((1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28))),
    *(date(2028, 12, day) for day in (25, 26)),
}


def _ten_working_days_after(day: date) -> date:
    """Counted by hand from a list of bank holidays of our own."""
    left = 10
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in BANK_HOLIDAYS
    return day
