"""A school's own record: a letter, a deadline and a file that belong to no escalation."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals import shown as approvals_shown
from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal, ProposalState
from models.clocks import add_working_days, london_date, office_moment
from models.database import read, write
from models.escalations.deciding import Decided, decide
from models.escalations.holding import NewCaseOfficer, change_case_officer, open_to_all
from models.events import verify
from models.evidence import keeping
from models.evidence.shown import evidence_of
from models.inputs import Reason
from models.letters.shown import letters_of
from models.letters.tables import Letter, LetterState
from models.matters.shown import deadlines, deadlines_of
from models.matters.tables import Deadline, DeadlineState, Matter, MatterKind, Reminder
from models.outbox import Message, MessageKind
from models.people.access import THE_MACHINE, reader
from models.people.tables import Officer, Phase
from models.policy import Policy
from models.record.timeline import timeline
from models.record.verifying import examine
from models.refusals import (
    ChangedSince,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotPossible,
)
from models.rows import change
from models.school_record.agreeing import DeadlineAgreed, Outcome, agree_deadline, settle_agreed
from models.schools.tables import Contact
from models.settings import Settings
from models.upkeep.clock import tick
from notifications.composing import Composer
from notifications.issuing import issue_letters
from tests.support.council import NOW, Council
from tests.support.evidence_samples import pdf
from tests.support.school_records import SchoolRecord

TODAY = london_date(NOW)
URN = 900001
REFERENCE = "SCH-900001"
WORDS = "Thank you for the plan that you sent us.\n\nWe look forward to hearing how it goes."


class Record(SchoolRecord):
    """The record of the council's maintained school, as these tests ask of it."""

    def write(self, by: str = "seo", **values: Any) -> int:
        """Put a letter forward; its proposal's number."""
        given = {"subject": "Your plan", "words": WORDS, "reason": "Thanks."}
        return self.letter(by, **{**given, **values}).id

    def decide(self, proposal_id: int, by: str, decision: str = "approve", **values: Any) -> None:
        with self.acting(by) as acting:
            seen = what_is_seen(acting.session, self.policy, THE_MACHINE, proposal_id, TODAY)
            decide(acting, proposal_id, Decided(**{"decision": decision, "seen": seen, **values}))

    def agree(self, by: str = "seo", **values: Any) -> int:
        given = {"what": "Send the action plan", "due_on": TODAY + timedelta(days=28)}
        with self.acting(by) as acting:
            return agree_deadline(acting, self.urn, DeadlineAgreed(**{**given, **values})).id

    def end(self, deadline_id: int, by: str = "seo", *, done: bool = True, note: str = "") -> None:
        with self.acting(by) as acting:
            settle_agreed(acting, deadline_id, Outcome(done=done, note=note))

    def one(self, table: Any) -> Any:
        with read(self.engine) as session:
            return session.exec(select(table)).one()

    def all(self, table: Any) -> list[Any]:
        with read(self.engine) as session:
            return list(session.exec(select(table)))

    @property
    def told(self) -> list[str]:
        """The same in sentences."""
        with read(self.engine) as session:
            found = timeline(session, self.policy, THE_MACHINE, REFERENCE)
            return [each.sentence for each in found.items][::-1]


@pytest.fixture
def record(engine: Engine, policy: Policy, council: Council) -> Record:
    return Record(engine, policy, council)


def test_the_first_letter_opens_the_record_and_the_second_is_on_the_same(record: Record) -> None:
    record.write()
    record.write(by="seo2", to="chair_of_governors")
    matter = record.one(Matter)
    assert (matter.kind, matter.reference, matter.urn) == (MatterKind.SCHOOL, REFERENCE, URN)
    assert matter.officer_id == record.council.seo.id
    assert [letter.number for letter in record.all(Letter)] == [1, 2]
    assert record.kinds == [
        "school_record_opened",
        *("change_proposed", "letter_drafted"),
        *("change_proposed", "letter_drafted"),
    ]


def test_a_letter_goes_out_once_a_head_of_service_approved_it(record: Record) -> None:
    proposal_id = record.write(copies=["chair_of_governors"])
    assert issue_letters(record.engine, record.policy, record.now) == 0
    record.decide(proposal_id, by="hos")
    assert issue_letters(record.engine, record.policy, record.now) == 1
    letter = record.one(Letter)
    assert (letter.state, letter.step_key, letter.respond_by) == (LetterState.ISSUED, None, None)
    assert letter.signed_by == record.council.hos.name
    posted = [each for each in record.all(Message) if each.kind is MessageKind.LETTER]
    assert [each.data["role"] for each in posted] == ["headteacher", "chair_of_governors"]
    with read(record.engine) as session:
        mail = Composer(session, record.policy, Settings(_env_file=None), record.now).compose(
            posted[0]
        )
    assert mail is not None
    assert mail.subject == "Your plan"
    assert "We look forward to hearing how it goes." in mail.text
    assert [each.filename for each in mail.attachments] == ["SCH-900001-1.pdf"]
    assert record.told[1:] == [
        "A proposal was made to send a letter.",
        "Letter 1 (letter to the school) was drafted for the headteacher.",
        "The proposal to send a letter was approved.",
        "Letter 1 (letter to the school) was issued.",
    ]


def test_nobody_approves_their_own_letter_or_what_they_did_not_see(record: Record) -> None:
    mine = record.write(by="hos")
    with pytest.raises(NotAllowed, match="You made this proposal"):
        record.decide(mine, by="hos")
    with pytest.raises(NotAllowed, match="decided by: Head of Service"):
        record.decide(mine, by="seo")
    with pytest.raises(ChangedSince):
        record.decide(mine, by="hos2", seen="another")
    with pytest.raises(InvalidInput, match="seen"):
        record.decide(mine, by="hos2", seen=None)
    with write(record.engine) as session:
        here = {"urn": URN, "role": "headteacher"}
        changed = {"source": record.council.hos2.email, "changed_at": NOW + timedelta(minutes=1)}
        change(session, Contact, here, **changed)
    with pytest.raises(NotAllowed, match="changed the contact of the headteacher"):
        record.decide(mine, by="hos2")


def test_a_returned_letter_is_withdrawn_and_its_writer_told(record: Record) -> None:
    proposal_id = record.write()
    record.decide(proposal_id, by="hos", decision="return", reason="Say which plan.")
    assert record.one(Proposal).state is ProposalState.RETURNED
    assert record.one(Letter).state is LetterState.WITHDRAWN
    told = [each for each in record.all(Message) if each.data["what"] == "proposal_returned"]
    assert [each.to_email for each in told] == [record.council.seo.email]
    with read(record.engine) as session:
        mail = Composer(session, record.policy, Settings(_env_file=None), record.now).compose(
            told[0]
        )
    assert mail is not None
    assert "Say which plan." in mail.text
    assert "Step" not in mail.text


def test_who_decides_is_the_policys_own_line(record: Record) -> None:
    approvers = {**record.policy.approvers, "school_letter": ("assistant_director", "director")}
    record.policy = record.policy.model_copy(update={"approvers": approvers})
    proposal_id = record.write()
    with pytest.raises(NotAllowed):
        record.decide(proposal_id, by="hos")
    record.decide(proposal_id, by="aed")
    record.decide(proposal_id, by="dcs")
    assert record.one(Letter).state is LetterState.APPROVED


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"to": "mayor"}, ["to"]),
        ({"copies": ["mayor"]}, ["copies"]),
        ({"copies": ["headteacher"]}, ["copies"]),
        ({"copies": ["clerk", "clerk"]}, ["copies"]),
        ({"subject": " ", "words": "", "reason": ""}, ["subject", "words", "reason"]),
        ({"subject": "Two\nlines"}, ["subject"]),
        ({"words": "Not printable: \U0001f600"}, ["words"]),
        ({"subject": "s" * 151}, ["subject"]),
    ],
)
def test_what_cannot_be_written_is_refused_whole(
    record: Record, given: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        record.write(**given)
    assert [name for name, _ in refused.value.errors] == fields
    assert record.all(Matter) == []


def test_a_letter_needs_an_address_and_a_school(record: Record) -> None:
    with pytest.raises(NotPossible, match="no e-mail address for its clerk"):
        record.write(to="clerk")
    with pytest.raises(NotFound, match="six digits"):
        Record(record.engine, record.policy, record.council, urn=123456).write()
    assert record.all(Matter) == []


@pytest.mark.parametrize("role", ["viewer", "admin", "legal"])
def test_who_may_not_write_may_not(record: Record, role: str) -> None:
    with pytest.raises(NotAllowed):
        record.write(by=role)
    with pytest.raises(NotAllowed):
        record.agree(by=role)


def test_of_an_agreed_deadline_whoever_looks_after_the_record_is_reminded(record: Record) -> None:
    deadline_id = record.agree()
    deadline = record.one(Deadline)
    assert (deadline.kind, deadline.rule) == ("agreed", "Send the action plan")
    before = office_moment(add_working_days(TODAY, 1)) + timedelta(days=200)
    reminders = sorted(each.due_at for each in record.all(Reminder))
    assert len(reminders) == 4  # 5 days and 1 day before, on the day, and the first chaser
    assert reminders[-1] < before
    record.now = reminders[0]
    assert tick(record.engine, record.policy, record.now).reminders == 1
    reminder = next(each for each in record.all(Message) if each.kind is MessageKind.REMINDER)
    assert reminder.to_email == record.council.seo.email
    assert "“Send the action plan”" in record.told[-1]
    with read(record.engine) as session:
        mail = Composer(session, record.policy, Settings(_env_file=None), record.now).compose(
            reminder
        )
    assert mail is not None
    assert mail.subject.startswith("SCH-900001: ")
    assert "Send the action plan" in mail.text
    assert "/schools/900001/record" in mail.text
    assert "response" not in mail.text
    record.end(deadline_id)
    assert record.one(Deadline).state is DeadlineState.MET
    assert tick(record.engine, record.policy, reminders[-1] + timedelta(days=30)).reminders == 0


def test_a_missed_deadline_is_chased_until_it_is_settled(record: Record) -> None:
    deadline_id = record.agree(due_on=TODAY + timedelta(days=7))
    record.now = NOW + timedelta(days=30)
    assert tick(record.engine, record.policy, record.now).deadlines_missed == 1
    assert record.one(Deadline).state is DeadlineState.MISSED
    with read(record.engine) as session:
        [found] = deadlines(session, record.policy, THE_MACHINE, today=TODAY).items
        assert (found.overdue, found.step, found.reference) == (True, None, REFERENCE)
    chased = [each for each in record.all(Message) if each.kind is MessageKind.REMINDER]
    assert {each.to_email for each in chased} >= {
        record.council.seo.email,
        record.council.hos.email,
    }
    with pytest.raises(InvalidInput) as refused:
        record.end(deadline_id, done=False)
    assert refused.value.errors == [("note", "Cannot be empty.")]
    record.end(deadline_id, done=False, note="The school sent it to Ofsted instead.")
    with pytest.raises(NotPossible, match="already been settled"):
        record.end(deadline_id)
    assert record.one(Deadline).state is DeadlineState.CANCELLED
    assert record.told[-1] == "The deadline “Send the action plan” is no longer wanted."


def test_the_digest_tells_of_an_agreed_deadline(record: Record) -> None:
    record.agree(due_on=TODAY + timedelta(days=3))
    record.now = office_moment(add_working_days(TODAY, 1)) + timedelta(minutes=30)
    assert tick(record.engine, record.policy, record.now).digests == 1
    [digest] = [each for each in record.all(Message) if each.kind is MessageKind.DIGEST]
    with read(record.engine) as session:
        mail = Composer(session, record.policy, Settings(_env_file=None), record.now).compose(
            digest
        )
    assert mail is not None
    assert "Send the action plan" in mail.text


def test_a_deadline_of_a_ladder_is_not_settled_here(record: Record, case: Any) -> None:
    case.started().discuss()
    with pytest.raises(NotFound, match="There is no deadline"):
        record.end(case.deadline.id)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_deadline_is_ahead_and_within_a_year(record: Record, days: int) -> None:
    with pytest.raises(InvalidInput, match="within a year"):
        record.agree(due_on=TODAY + timedelta(days=days))


def test_a_file_is_put_on_the_record_once(record: Record, tmp_path: Path) -> None:
    record.agree()
    settings = Settings(_env_file=None, home=tmp_path, scanner="none")
    plan = pdf()

    def put() -> None:
        upload = keeping.Upload("plan.pdf", io.BytesIO(plan))
        with (
            keeping.receive(
                record.engine,
                record.policy,
                settings,
                officer=record.council.seo,
                now=record.now,
                reference=REFERENCE,
                upload=upload,
            ) as received,
            record.acting("seo") as acting,
        ):
            described = keeping.Described(description="The action plan.")
            keeping.add_evidence(acting, REFERENCE, received, described)

    put()
    with read(record.engine) as session:
        [file] = evidence_of(session, record.policy, THE_MACHINE, REFERENCE).items
    assert (file.reference, file.step, file.name) == (REFERENCE, None, "plan.pdf")
    assert record.told[-1] == "The file “plan.pdf” was added as evidence."
    with pytest.raises(NotPossible, match="already on the school’s record"):
        put()


# --- who sees it


@pytest.mark.parametrize("role", ["seo2", "sm", "aed", "hos2"])
def test_a_restricted_record_is_as_if_it_were_not_there(record: Record, role: str) -> None:
    proposal_id = record.write()
    deadline_id = record.agree()
    record.restrict("seo")
    officer = record.council.officers[role]
    with read(record.engine) as session:
        eyes = reader(officer)
        with pytest.raises(NotFound):
            letters_of(session, record.policy, eyes, REFERENCE)
        with pytest.raises(NotFound):
            deadlines_of(session, record.policy, eyes, REFERENCE, today=TODAY)
        assert deadlines(session, record.policy, eyes, today=TODAY).total == 0
        assert approvals_shown.waiting_count(session, officer, TODAY) == 0
    with pytest.raises(NotPossible, match="Ask the Director"):
        record.write(by=role)
    with pytest.raises(NotFound, match="There is no deadline"):
        record.end(deadline_id, by=role)
    with pytest.raises(NotFound, match="There is no proposal"):
        record.decide(proposal_id, by=role)


def test_those_who_are_named_go_on(record: Record) -> None:
    proposal_id = record.write()
    record.restrict("seo")
    record.decide(proposal_id, by="hos")
    assert record.one(Letter).state is LetterState.APPROVED
    assert record.one(Matter).restricted
    assert record.kinds[-2:] == ["case_restricted", "proposal_approved"]


def test_its_events_and_mails_speak_of_a_record(record: Record, tmp_path: Path) -> None:
    record.agree()
    record.restrict("seo")
    with record.acting("dcs") as acting:
        open_to_all(acting, REFERENCE, Reason(reason="It is settled."))
    with record.acting("hos") as acting:
        given = NewCaseOfficer(case_officer=record.council.seo2.email, reason="Leave.")
        change_case_officer(acting, REFERENCE, given)
    restricted, lifted, changed = record.told[-3:]
    assert restricted.startswith("The record was restricted to ")
    assert lifted == "The restriction on the record was lifted."
    assert changed.startswith("The officer who looks after the record was changed from ")
    with read(record.engine) as session:
        message = session.exec(select(Message).order_by(col(Message.id).desc())).first()
        settings = Settings(home=tmp_path, _env_file=None)
        mail = Composer(session, record.policy, settings, record.now).compose(message)
    assert mail is not None
    assert mail.subject == f"{REFERENCE}: Sofia Eze now looks after this record"


def test_it_cannot_be_restricted_past_who_decides(record: Record) -> None:
    record.write(by="hos")
    with pytest.raises(NotPossible, match="nobody named could decide"):
        record.restrict("seo")


def test_of_the_other_phase_nobody_writes(record: Record) -> None:
    """The academy is a secondary school."""
    with write(record.engine) as session:
        change(session, Officer, {"id": record.council.sm.id}, phase=Phase.PRIMARY)
    academy = Record(record.engine, record.policy, record.council, urn=900002)
    with pytest.raises(NotAllowed, match="Service Manager of the other phase"):
        academy.write(by="sm")


def test_the_chain_says_every_row(record: Record) -> None:
    proposal_id = record.write()
    record.agree()
    record.decide(proposal_id, by="hos")
    issue_letters(record.engine, record.policy, record.now)
    record.restrict("seo")
    with read(record.engine) as session:
        assert verify(session) is None
        assert examine(session).intact
