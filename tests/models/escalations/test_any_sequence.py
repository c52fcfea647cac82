"""Whatever officers do, in whatever order: what must always hold, holds."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, select

from models.approvals.tables import Decision, Proposal
from models.clocks import london_date
from models.database import connect, read
from models.escalations.proposing import BY_NAME
from models.escalations.tables import Escalation, Step, StepState
from models.events import verify
from models.letters.tables import Letter
from models.matters.tables import STATUTORY, Deadline, Reminder
from models.people.tables import Officer
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import Refused
from models.upkeep import clock
from tests.support.cases import Case
from tests.support.council import NOW, OFFICERS, found_council
from tests.support.databases import sqlite_url

NAMES = st.sampled_from(sorted(OFFICERS))
AT_WORK = st.sampled_from(["seo", "seo", "hos", "sm"])
FLAGS = st.sampled_from([None, None, True, False])
BEYOND_APPROVED = {
    *(StepState.AWAITING_RESPONSE, StepState.NO_RESPONSE),
    *(StepState.SATISFACTORY, StepState.UNSATISFACTORY),
}
BEHIND = BEYOND_APPROVED - {StepState.AWAITING_RESPONSE} | {StepState.PASSED_OVER}
CLOSED = ("resolved", "withdrawn", "ended")


class Officers(RuleBasedStateMachine):
    """A few officers, two schools, and time that goes on."""

    template: Path
    policy: Policy

    @initialize(school=st.sampled_from(["maintained", "academy"]), reached=st.integers(0, 6))
    def begin(self, school: str, reached: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = shutil.copyfile(self.template, Path(self.folder.name) / "scc.db")
        self.engine = connect(sqlite_url(file))
        self.case = Case(self.engine, self.policy, found_council(self.engine), now=NOW)
        self.school = school
        steps = self.policy.ladder(school).steps
        self.case.started(school=school).climb_to(steps[reached % len(steps)].key)

    def teardown(self) -> None:
        with read(self.engine) as session:
            assert examine(session).differences == []
        self.engine.dispose()
        self.folder.cleanup()

    def attempt(self, act: Callable[..., Any], *arguments: object, **values: object) -> object:
        try:
            return act(*arguments, **values)
        except Refused:
            return None

    @rule(by=st.sampled_from(["hos", "seo"]))
    def start(self, by: str) -> None:
        self.attempt(self.case.started, by=by, school=self.school)

    @rule(by=AT_WORK, whom=st.sampled_from(["chair_of_governors", "headteacher", "clerk"]))
    def discuss(self, by: str, whom: str) -> None:
        self.attempt(self.case.discuss, whom, by=by)

    @rule(by=AT_WORK, judgement=st.sampled_from([None, "satisfactory", "unsatisfactory"]))
    def respond(self, by: str, judgement: str | None) -> None:
        self.attempt(self.case.respond, judgement, by=by)

    @rule()
    def let_the_step_fail(self) -> None:
        """So that random play climbs."""
        state = self.case.states[self.case.escalation.step_key]
        if state in ("approved", "awaiting_response"):
            self.attempt(self.case.issue)
            if self.case.rule.with_:
                self.attempt(self.case.discuss)
            if self.case.rule.kind == "notice":
                self.attempt(self.case.fail_notice)
            else:
                self.attempt(self.case.respond, "unsatisfactory")

    @rule(by=AT_WORK, head=FLAGS, away=FLAGS)
    def move_on(self, by: str, head: bool | None, away: bool | None) -> None:
        for action in ("advance", "pass_over"):
            flags = {"head_performance_in_question": head, "not_engaging": away}
            proposal = self.attempt(self.case.propose, action, by, **flags)
            if proposal is not None:
                self.attempt(self.case.approve, proposal)

    @rule(by=NAMES, approved=st.booleans())
    def warn(self, by: str, approved: bool) -> None:
        self.attempt(self.case.warn, by=by, approved=approved)

    @rule(
        by=NAMES,
        action=st.sampled_from([action.value for action in BY_NAME]),
        head=FLAGS,
        away=FLAGS,
        days=st.integers(1, 40),
    )
    def propose(
        self, by: str, action: str, head: bool | None, away: bool | None, days: int
    ) -> None:
        more = {"to": london_date(self.case.now) + timedelta(days=days)}
        flags = {"head_performance_in_question": head, "not_engaging": away}
        self.attempt(self.case.propose, action, by, **flags, **more)

    @precondition(lambda self: self.case.awaiting)
    @rule(data=st.data(), by=NAMES, decision=st.sampled_from(["approve", "approve", "return"]))
    def decide(self, data: st.DataObject, by: str, decision: str) -> None:
        proposal = data.draw(st.sampled_from(self.case.awaiting))
        self.attempt(self.case.decide, proposal, by, decision)

    @rule()
    def issue(self) -> None:
        self.attempt(self.case.issue)

    @rule(days=st.integers(0, 30), hour=st.integers(0, 23))
    def time_goes_on(self, days: int, hour: int) -> None:
        later = (self.case.now + timedelta(days=days)).replace(hour=hour)
        self.case.now = max(later, self.case.now)
        clock.tick(self.engine, self.policy, self.case.now)

    @invariant()
    def holds(self) -> None:
        with read(self.engine) as session:
            assert verify(session) is None
            escalations = session.exec(select(Escalation)).all()
            live = [each for each in escalations if each.status not in CLOSED]
            assert len(live) <= 1
            for escalation in escalations:
                mine = select(Step).where(Step.escalation_id == escalation.id)
                steps = {step.key: step.state for step in session.exec(mine)}
                self._steps_are_in_order(escalation, steps)
                self._formal_steps_have_their_letters(session, escalation, steps)
                self._deadlines_belong_to_the_step(session, escalation)
            for proposal in session.exec(select(Proposal)).all():
                self._decided_by_others(session, proposal)
            moves = [
                each.matter_id
                for each in session.exec(select(Proposal)).all()
                if each.state == "awaiting" and each.action != "letter"
            ]
            assert len(moves) == len(set(moves))

    def _steps_are_in_order(self, escalation: Escalation, steps: dict[str, StepState]) -> None:
        ladder = self.policy.ladder(escalation.ladder)
        place = [step.key for step in ladder.steps].index(escalation.step_key)
        for step in ladder.steps[:place]:
            assert steps[step.key] in BEHIND
        above = [steps[step.key] for step in ladder.steps[place + 1 :]]
        assert above.count(StepState.PROPOSED) <= 1
        assert set(above) <= {StepState.AHEAD, StepState.PROPOSED}
        if above[1:]:
            assert set(above[1:]) == {StepState.AHEAD}
        for step in ladder.steps:
            if steps[step.key] is StepState.PASSED_OVER:
                assert step.only_if or step.may_pass_over_if

    def _formal_steps_have_their_letters(
        self, session: Session, escalation: Escalation, steps: dict[str, StepState]
    ) -> None:
        mine = session.exec(select(Letter).where(Letter.matter_id == escalation.id)).all()
        for step in self.policy.ladder(escalation.ladder).steps:
            of_step = {each.state.value for each in mine if each.template == step.letter}
            if step.formal and steps[step.key] is StepState.APPROVED:
                assert "approved" in of_step
            if step.formal and steps[step.key] in BEYOND_APPROVED:
                assert "issued" in of_step
        for letter in mine:
            assert (letter.signed_by is not None) is (letter.state in ("approved", "issued"))

    def _deadlines_belong_to_the_step(self, session: Session, escalation: Escalation) -> None:
        mine = select(Deadline).where(Deadline.matter_id == escalation.id)
        for deadline in session.exec(mine).all():
            reminders = session.exec(select(Reminder).where(Reminder.deadline_id == deadline.id))
            still_to_come = [each for each in reminders if each.state == "open"]
            by_law = deadline.kind in STATUTORY
            if deadline.state == "open" or still_to_come:
                assert escalation.status in ("open", "paused")
                at = self.policy.ladder(escalation.ladder).step(escalation.step_key)
                assert at.statutory if by_law else deadline.step_key == escalation.step_key
            if by_law:
                # It runs on while paused, and its last day may come with nobody left to remind.
                assert deadline.days_left is None
                continue
            if escalation.status == "paused":
                assert not still_to_come
                assert deadline.state != "open" or deadline.days_left is not None
            if escalation.status == "open":
                assert deadline.days_left is None
                assert deadline.state != "open" or still_to_come

    def _decided_by_others(self, session: Session, proposal: Proposal) -> None:
        mine = select(Decision).where(Decision.proposal_id == proposal.id).order_by(Decision.stage)
        decisions = session.exec(mine).all()
        people = [each.officer_id for each in decisions]
        assert proposal.proposed_by_id not in people
        assert len(people) == len(set(people))
        roles = [session.get_one(Officer, each).role.value for each in people]
        assert roles == proposal.approvers[: len(roles)]
        words = [each.decision.value for each in decisions]
        if proposal.state == "approved":
            assert words == ["approve"] * len(proposal.approvers)
        elif proposal.state == "returned":
            assert words[-1:] == ["return"]
        else:
            assert set(words) <= {"approve"}


def test_any_sequence_of_commands(sqlite_template: Path, policy: Policy) -> None:
    Officers.template, Officers.policy = sqlite_template, policy
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Officers,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=checks,
        ),
    )
