"""In whatever order appointments are planned, changed and called off, and whatever the mail does.

What everybody's calendar holds at the end agrees with what stands here, and nothing left twice.
"""

import shutil
import tempfile
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest
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
from sqlmodel import select

from models.appointments.tables import Appointment, AppointmentState, Asked
from models.database import connect, read, write
from models.outbox import Message, MessageKind, MessageState
from models.record.verifying import examine
from models.refusals import Refused
from models.rows import change
from models.schools.contacts import NewContact, set_contact
from models.settings import Settings
from notifications import channels
from notifications import outbox as notifications_outbox
from notifications.channels import Mail
from notifications.outbox import deliver
from notifications.way_out import Delivery, Outcome, WayOut
from tests.support.appointments import (
    DAY,
    Diary,
    cancel,
    invitations,
    invite,
    move,
    people,
    plan,
)
from tests.support.cases import Case
from tests.support.council import NOW, found_council
from tests.support.databases import sqlite_url
from tests.support.policies import POLICY
from tests.support.smtp import Received

SENDER = Address("Council", "council", "council.example")
ROLES = st.sampled_from([["headteacher"], ["chair_of_governors"], ["headteacher", "clerk"]])
# What the mail server does with a message: the last two arrived, and nobody here knows.
FATES = {
    "accept": Delivery(Outcome.SENT, 250, "Taken."),
    "refuse": Delivery(Outcome.FAILED, 550, "No."),
    "put off": Delivery(Outcome.RETRY, 451, "Later."),
    "lose": Delivery(Outcome.UNKNOWN, None, "The line went dead."),
    "lose what arrived": Delivery(Outcome.UNKNOWN, None, "The line went dead."),
}
ARRIVES = ("accept", "lose what arrived")


class Post(RuleBasedStateMachine):
    """A case with its appointments, a mail server with moods, and everybody's calendar."""

    template: Path
    patched: pytest.MonkeyPatch

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = shutil.copyfile(self.template, Path(self.folder.name) / "scc.db")
        self.engine = connect(sqlite_url(file))
        self.case = Case(self.engine, POLICY, found_council(self.engine), now=NOW).started()
        self.settings = Settings(
            _env_file=None,
            home=Path(self.folder.name),
            mail_url="mailto://127.0.0.1:1?from=a@b.example",
        )
        self.diary, self.fate = Diary(), "accept"
        with self.case.acting() as acting:
            clerk = NewContact(name="The clerk", email="clerk@school-900001.example", address=[])
            set_contact(acting, 900001, "clerk", clerk)
        plan(self.case, **{"with": ["headteacher", "chair_of_governors"]})
        self.patched.setattr(notifications_outbox, "send_letter", self.take)
        self.patched.setattr(notifications_outbox, "send_mail", lambda *_, **__: FATES["accept"])

    def take(self, mail: Mail, way: WayOut) -> Delivery:
        """What the mail server does with an invitation."""
        if self.fate in ARRIVES:
            content = channels._message(mail, SENDER).as_bytes()
            self.diary.take(Received(SENDER.addr_spec, (mail.to_email,), content))
        return FATES[self.fate]

    def attempt(self, act: Any, *arguments: Any, **values: Any) -> None:
        try:
            act(self.case, *arguments, **values)
        except Refused:
            return

    @property
    def appointments(self) -> list[Appointment]:
        with read(self.engine) as session:
            return list(session.exec(select(Appointment).order_by(Appointment.id)))  # type: ignore[arg-type]

    @rule(whom=ROLES, now=st.booleans(), days=st.integers(0, 3))
    def plan(self, whom: list[str], now: bool, days: int) -> None:
        on = DAY + timedelta(days=days)
        self.attempt(plan, **{"with": whom, "invite": now, "on": on})

    @precondition(lambda self: self.appointments)
    @rule(data=st.data(), whom=ROLES, place=st.sampled_from(["The school", "County Hall"]))
    def move(self, data: st.DataObject, whom: list[str], place: str) -> None:
        key = data.draw(st.sampled_from(self.appointments)).id
        starts = data.draw(st.sampled_from(["9am", "2pm"]))
        self.attempt(move, key, place=place, starts=starts, **{"with": whom})

    @precondition(lambda self: self.appointments)
    @rule(data=st.data(), act=st.sampled_from([invite, cancel, cancel]))
    def act(self, data: st.DataObject, act: Any) -> None:
        self.attempt(act, data.draw(st.sampled_from(self.appointments)).id)

    @rule(fate=st.sampled_from([*FATES, "accept", "accept"]), minutes=st.integers(1, 90))
    def mail_leaves(self, fate: str, minutes: int) -> None:
        self.fate = fate
        self.case.now += timedelta(minutes=minutes)
        deliver(self.engine, POLICY, self.settings, lambda: self.case.now)

    @rule()
    def a_worker_dies_with_one(self) -> None:
        pending = [each for each in invitations(self.engine) if each.state is MessageState.PENDING]
        for each in pending[:1]:
            lost = {"claimed_by": "mail:#1", "claim_ends_at": self.case.now}
            with write(self.engine) as session:
                change(session, Message, {"id": each.id}, state=MessageState.CLAIMED, **lost)

    @precondition(lambda self: len(self.appointments) > 1)
    @rule()
    def the_case_is_put_off_and_taken_up(self) -> None:
        self.attempt(Case.change, "pause")
        self.attempt(Case.change, "resume")

    @precondition(lambda self: self.case.now.date() < DAY)
    @rule(data=st.data())
    def the_day_comes_and_is_recorded(self, data: st.DataObject) -> None:
        if data.draw(st.integers(0, 5)):
            return  # or there would be little before it
        self.case.now = NOW + timedelta(days=10, hours=8)
        self.attempt(Case.discuss, held_on=DAY)

    @invariant()
    def nothing_leaves_twice(self) -> None:
        if hasattr(self, "diary"):
            assert len(set(self.diary.seen)) == len(self.diary.seen)

    def teardown(self) -> None:
        self.fate = "accept"
        for _ in range(6):
            self.case.now += timedelta(minutes=70)
            deliver(self.engine, POLICY, self.settings, lambda: self.case.now)
        assert not {each.state for each in invitations(self.engine)} & {
            MessageState.PENDING,
            MessageState.CLAIMED,
        }
        for each in self.appointments:
            self.agrees(each)
        self.nothing_leaves_twice()
        with read(self.engine) as session:
            assert examine(session).intact
        self.engine.dispose()
        self.folder.cleanup()

    def agrees(self, appointment: Appointment) -> None:
        """Of whoever was reached last, the calendar has what stands here."""
        standing = self.diary.standing(appointment.uid)
        stands = appointment.state is AppointmentState.PLANNED
        over = appointment.ends_at <= self.case.now or appointment.state is AppointmentState.HELD
        for person in people(self.engine, appointment.id):
            if person.asked is None:
                assert person.email not in standing
                continue
            newest = self.newest(person.id, person.sequence)
            if newest.state in (MessageState.FAILED, MessageState.UNKNOWN) or over:
                continue
            if stands and person.comes and person.asked is Asked.REQUEST:
                assert newest.state is MessageState.SENT
                now = (appointment.starts_at, appointment.place)
                assert standing[person.email] == now
            elif person.asked is Asked.CANCEL:
                assert person.email not in standing

    def newest(self, attendee: int, sequence: int | None) -> Message:
        key = f"invitation:{attendee}:{sequence}"
        [found] = [each for each in invitations(self.engine) if each.key == key]
        assert found.kind is MessageKind.INVITATION
        return found


def test_calendars_agree_whatever_happens(
    sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Post.template, Post.patched = sqlite_template, monkeypatch
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Post,
        settings=settings(
            max_examples=20,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
