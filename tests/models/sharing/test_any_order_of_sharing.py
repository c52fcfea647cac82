"""In whatever order decisions are asked, authorised, withdrawn, and letters approved and sent.

Nothing leaves without a decision in force, and nothing that was withdrawn leaves later.
"""

import shutil
import tempfile
from datetime import timedelta
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
from sqlmodel import col, select

from models.database import connect, read, write
from models.letters.deliveries import DeliverySettled, settle
from models.letters.tables import Letter, LetterState
from models.outbox import Message, MessageKind, MessageState
from models.record.verifying import examine
from models.refusals import Refused
from models.rows import change, get_row
from models.settings import Settings
from models.sharing.tables import SharingDecision, SharingUse
from notifications import outbox as notifications_outbox
from notifications.channels import Mail
from notifications.issuing import issue_letters
from notifications.outbox import deliver
from notifications.way_out import Delivery, Outcome, WayOut
from tests.support.cases import Case
from tests.support.council import NOW, found_council
from tests.support.databases import sqlite_url
from tests.support.policies import POLICY
from tests.support.sharing import POLICE, URGENT, ask, authorised, letter_on, proposal_of, withdraw

FATES = {
    "accept": Delivery(Outcome.SENT, 250, "Taken."),
    "refuse": Delivery(Outcome.FAILED, 550, "No."),
    "put off": Delivery(Outcome.RETRY, 451, "Later."),
    "lose": Delivery(Outcome.UNKNOWN, None, "The line went dead."),
}


class Sharing(RuleBasedStateMachine):
    """A case with decisions on it, letters that rest on them, and a mail server with moods."""

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
        self.fate = "accept"
        self.patched.setattr(notifications_outbox, "send_letter", self.take)
        self.patched.setattr(notifications_outbox, "send_mail", lambda *_, **__: FATES["accept"])
        for _ in range(2):  # without these a run would be half over before anything could leave
            letter_on(self.case, authorised(self.case))
        self.approve_letters()

    def take(self, mail: Mail, way: WayOut) -> Delivery:
        """What leaves for the police rests on a decision that is in force at that moment."""
        if mail.to_email == POLICE["email"]:
            with read(self.engine) as session:
                claimed = select(Message).where(
                    Message.state == MessageState.CLAIMED, Message.kind == MessageKind.LETTER
                )
                [message] = session.exec(claimed).all()
                uses = select(SharingDecision).join(
                    SharingUse, col(SharingUse.decision_id) == col(SharingDecision.id)
                )
                rests = uses.where(SharingUse.letter_id == message.letter_id)
                assert [each.in_force for each in session.exec(rests)] == [True]
        return FATES[self.fate]

    def attempt(self, act: Any, *arguments: Any, **values: Any) -> None:
        try:
            act(*arguments, **values)
        except Refused:
            return

    def rows(self, table: Any) -> list[Any]:
        with read(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    @rule(urgent=st.booleans())
    def ask(self, urgent: bool) -> None:
        self.attempt(ask, self.case, **(URGENT if urgent else {}))

    @precondition(lambda self: self.rows(SharingDecision))
    @rule(data=st.data(), word=st.sampled_from(["approve", "approve", "return"]))
    def authorise(self, data: st.DataObject, word: str) -> None:
        decision = data.draw(st.sampled_from(self.rows(SharingDecision)))
        proposal = proposal_of(self.case, decision)
        self.attempt(self.case.decide, proposal, "hos", word, "So it is.")

    @precondition(lambda self: self.rows(SharingDecision))
    @rule(data=st.data(), act=st.sampled_from([letter_on, letter_on, withdraw]))
    def act(self, data: st.DataObject, act: Any) -> None:
        self.attempt(act, self.case, data.draw(st.sampled_from(self.rows(SharingDecision))))

    @rule()
    def approve_letters(self) -> None:
        for proposal in self.case.awaiting:
            if proposal.asks.what == "shared_letter":
                self.attempt(self.case.decide, proposal, "hos")

    @rule()
    def issue(self) -> None:
        issue_letters(self.engine, POLICY, self.case.now)

    @rule(fate=st.sampled_from([*FATES, "accept"]), minutes=st.integers(1, 90))
    def mail_leaves(self, fate: str, minutes: int) -> None:
        self.fate = fate
        self.case.now += timedelta(minutes=minutes)
        deliver(self.engine, POLICY, self.settings, lambda: self.case.now)

    @rule()
    def a_worker_dies_with_one(self) -> None:
        pending = [each for each in self.rows(Message) if each.state is MessageState.PENDING]
        for each in [each for each in pending if each.kind is MessageKind.LETTER][:1]:
            lost = {"claimed_by": "mail:#1", "claim_ends_at": self.case.now}
            with write(self.engine) as session:
                change(session, Message, {"id": each.id}, state=MessageState.CLAIMED, **lost)

    @rule()
    def send_again(self) -> None:
        for each in self.rows(Message):
            if each.state in (MessageState.FAILED, MessageState.UNKNOWN):
                again = DeliverySettled(decision="send_again", reason="It did not arrive.")
                with self.case.acting() as acting:
                    self.attempt(settle, acting, each.id, again)

    @invariant()
    def no_letter_waits_on_what_holds_no_more(self) -> None:
        if not hasattr(self, "engine"):
            return
        with read(self.engine) as session:
            for use in session.exec(select(SharingUse)).all():
                holds = get_row(session, SharingDecision, use.decision_id).in_force
                letter = get_row(session, Letter, use.letter_id)
                assert holds or letter.state is not LetterState.APPROVED

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            with read(self.engine) as session:
                assert examine(session).intact
            self.engine.dispose()
            self.folder.cleanup()


def test_nothing_leaves_without_a_decision_and_nothing_withdrawn_leaves_later(
    sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sharing.template, Sharing.patched = sqlite_template, monkeypatch
    run_state_machine_as_test(
        Sharing,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
