"""Every status, step, state, role and action, through the real commands.

The table of docs/ladders.md says what is allowed; here exactly that happens, and all else is
refused and changes nothing. States are written as rows: many of them no officer could reach. What
needs a school that is eligible for intervention is refused first, and then again with the notices
of section 60 on record.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import groupby, product
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import Session

from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal
from models.clocks import london_date
from models.database import connect
from models.escalations.deciding import Decided, decide
from models.escalations.ladder_table import FLAGS, PAGE, Row, page, rows
from models.escalations.proposing import ChangeWanted, propose, role_of
from models.escalations.recording import (
    DiscussionHeld,
    ResponseJudgement,
    ResponseReceived,
    judge_response,
    record_discussion,
    record_response,
)
from models.escalations.starting import EscalationToStart, start
from models.escalations.tables import Escalation, Response, Status, Step, StepState
from models.law.powers import Section
from models.letters.tables import Letter
from models.matters.tables import Deadline
from models.people.access import RULES, THE_MACHINE
from models.people.acting import Acting
from models.people.tables import CASEWORK, Officer, Role
from models.policy import Policy
from models.policy.ladder import Standing
from models.proposed import Action
from models.refusals import AlreadyDecided, NotAllowed, NotPossible, Refused
from models.schools.tables import InspectionOutcome
from models.statutory.giving import NewWarningNotice, give_notice
from models.statutory.tables import Power, ProposedPowers, WarningNotice
from models.statutory.using import UseOfPower, use_power
from tests.support.cases import ANSWERS, NOTICE, somebody
from tests.support.council import NOW, Council, found_council

TODAY = london_date(NOW)
WRITTEN_IN_THIS_TRANSACTION = (
    "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
)
COMBINATIONS = [
    dict(zip(FLAGS, values, strict=True)) for values in product((False, True), repeat=2)
]
CLOSED = {"resolve": "resolved", "withdraw": "withdrawn", "end": "ended"}
AFTER = {**CLOSED, "pause": "paused", "resume": "open"}
MORE = {"extend": {"to": TODAY + timedelta(days=60)}}


@dataclass
class Walk:
    """One escalation in an open transaction that is never committed."""

    connection: Connection
    policy: Policy
    council: Council
    ladder: str

    @cached_property
    def officers(self) -> list[Officer]:
        """One officer of each role."""
        return list({officer.role: officer for officer in self.council.officers.values()}.values())

    def begin(self) -> None:
        """The escalation that every place is made from."""
        school = self.council.maintained if self.ladder == "maintained" else self.council.academy
        with Session(self.connection, autoflush=False) as session:
            escalation = start(
                Acting(session, self.policy, self.council.hos, NOW),
                EscalationToStart(
                    urn=school.urn,
                    triggers=["safety"],
                    summary="Attainment has fallen.",
                    case_officer=self.council.seo.email,
                ),
            )
            self.id, self.reference = escalation.id, escalation.reference
            session.commit()
        if self.ladder == "maintained":
            self.power_id = self.add(
                Power,
                urn=school.urn,
                section=Section.ADDITIONAL_GOVERNORS,
                reason="The governing body is not able to act.",
                details={"arrangements": "", "members": [], "governors": [somebody("Una Marsh")]},
                state="prepared",
                prepared_by_id=self.council.seo.id,
                prepared_at=NOW,
                secretary_of_state_on=TODAY,
                secretary_of_state_evidence="Letter of today.",
                received_evidence="",
                end_reason="",
            )

    def add(self, table: Any, **values: object) -> int:
        """One row, of this escalation where the table has a place for it; its key."""
        rows = table.__table__
        owned = {name: self.id for name in ("escalation_id", "matter_id") if name in rows.c}
        statement = insert(rows).values(**owned, **values)
        return self.connection.execute(statement).inserted_primary_key[0]

    def make_eligible(self) -> None:
        """The notices of section 60 as rows: given, not complied with, powers proposed."""
        proposal_id = self.add(
            Proposal,
            step_key="warning_notice",
            action="advance",
            reason="It is needed.",
            details={},
            approvers=["legal", "director"],
            stage=2,
            state="approved",
            proposed_by_id=self.council.seo.id,
            proposed_at=NOW,
        )
        given, proposed = (
            self.add(
                Letter,
                proposal_id=proposal_id,
                step_key=step,
                number=number,
                template=template,
                to_role="chair_of_governors",
                copy_roles=[],
                people=[],
                state="issued",
                version=1,
                dated=TODAY - timedelta(days=ago),
                signed_as="Director",
            )
            for number, step, template, ago in (
                (901, "warning_notice", "warning_notice", 60),
                (902, "intervention", "proposed_powers", 28),
            )
        )
        notice_id = self.add(
            WarningNotice,
            **NOTICE,
            proposal_id=proposal_id,
            letter_id=given,
            why_support_is_not_enough="",
            compliance_ends_on=TODAY - timedelta(days=30),
            complied=False,
            judged_on=TODAY - timedelta(days=29),
            judged_by_id=self.council.seo.id,
            judgement_reasons="No plan was written.",
            ceased_because="",
        )
        self.add(
            ProposedPowers,
            notice_id=notice_id,
            letter_id=proposed,
            sections=["64"],
            reasons="The governing body has not acted.",
            working_days=5,
        )

    def put_into_special_measures(self) -> None:
        """The outcome of an inspection as a row."""
        self.add(
            InspectionOutcome,
            urn=self.council.maintained.urn,
            category="special_measures",
            published_on=TODAY - timedelta(days=3),
            source="The report.",
            recorded_by_id=self.council.seo.id,
            recorded_at=NOW - timedelta(days=1),
            reason="",
        )

    @contextmanager
    def undone(self) -> Iterator[Session]:
        """A session whose changes are undone at the end."""
        savepoint = self.connection.begin_nested()
        with Session(self.connection, autoflush=False, expire_on_commit=False) as session:
            yield session
        savepoint.rollback()

    def stand(self, at: Standing) -> None:
        """Write the rows of this place: the steps below failed, those above lie ahead."""
        tables = {table: table.__table__ for table in (Escalation, Step, Deadline, Response)}
        execute = self.connection.execute
        for table in (Response, Deadline):
            execute(delete(tables[table]))
        values = {"status": at.status, "step_key": at.step.key}
        execute(update(tables[Escalation]).where(tables[Escalation].c.id == self.id).values(values))
        state = StepState.UNSATISFACTORY
        for step in at.ladder.steps:
            here = tables[Step].c
            state = at.state if step is at.step else state
            execute(
                update(tables[Step])
                .where(here.escalation_id == self.id, here.key == step.key)
                .values(state=state)
            )
            state = StepState.AHEAD if step is at.step else state
        common = {"step_key": at.step.key}
        if at.state is StepState.AWAITING_RESPONSE:
            due_on = TODAY + timedelta(days=-1 if at.overdue else 10)
            due = {
                **common,
                "matter_id": self.id,
                "kind": "response",
                "due_on": due_on,
                "rule": "",
                "state": "open",
            }
            execute(insert(tables[Deadline]).values(due))
        if at.answered:
            given = {**common, "escalation_id": self.id, "received_on": TODAY, "summary": "Yes."}
            by = {"recorded_by_id": self.council.seo.id, "recorded_at": NOW}
            execute(insert(tables[Response]).values(**given, **by))

    def unchanged(self) -> object:
        """A mark that moves with every row that is written."""
        if self.connection.dialect.name == "sqlite":
            driver = self.connection.connection.dbapi_connection
            return driver.total_changes
        return self.connection.exec_driver_sql(WRITTEN_IN_THIS_TRANSACTION).scalar_one()

    def propose(self, session: Session, officer: Officer, row: Row, **values: object) -> Proposal:
        """Put the row's change forward by its own command."""
        acting = Acting(session, self.policy, officer, NOW)
        if row.is_notice:
            ends_on = TODAY + timedelta(days=21)
            content = NewWarningNotice(**NOTICE, **ANSWERS, compliance_ends_on=ends_on)
            notice = give_notice(acting, self.reference, content)
            return session.get_one(Proposal, notice.proposal_id)
        if row.action is Action.POWER:
            proposal = use_power(acting, self.power_id, UseOfPower(reason="It is needed."))
            session.expire_all()  # each command has a session of its own
            return proposal
        return self.propose_by_name(session, officer, row.action.value, **values)

    def propose_by_name(
        self, session: Session, officer: Officer, action: str, **values: object
    ) -> Proposal:
        wanted = ChangeWanted(action=action, reason="It is needed.", **values)
        return propose(Acting(session, self.policy, officer, NOW), self.reference, wanted)

    def refused(
        self, session: Session, call: Callable[..., Any], *args: object, **values: object
    ) -> Refused:
        """The refusal of a call; the session and the database are as before."""
        before = self.unchanged()
        with pytest.raises(Refused) as refusal:
            call(session, *args, **values)
        assert self.unchanged() == before
        assert not {*session.new, *session.dirty, *session.deleted}
        assert refusal.value.message
        return refusal.value

    def check_proposing(self, session: Session, row: Row) -> None:
        """Every role that asks here, with every combination of the flags that count."""
        if row.is_notice and row.when is not None and not row.standing.step.statutory:
            self._check_pointed_to_the_form(session)
        if row.needs_eligibility and row.when is not None:
            self._check_refused_by_law(row)
            savepoint = self.connection.begin_nested()
            if row.action is Action.INTERVENE:
                self.put_into_special_measures()
            else:
                self.make_eligible()
            with Session(self.connection, autoflush=False, expire_on_commit=False) as eligible:
                self._check_asking(eligible, row)
            savepoint.rollback()
        else:
            self._check_asking(session, row)

    def _check_pointed_to_the_form(self, session: Session) -> None:
        """The generic command gives no warning notice, and says where one is given."""
        refusal = self.refused(session, self.propose_by_name, self.council.seo, "advance")
        assert type(refusal) is NotPossible
        assert f"/escalations/{self.reference}/warning-notices" in refusal.message

    def _check_refused_by_law(self, row: Row) -> None:
        """No notice was given: whatever the ladder says, the law says no."""
        with self.undone() as session, pytest.raises(NotPossible) as refusal:
            self.propose(session, self.who_proposes(row), row)
        if row.action is Action.INTERVENE:
            assert "No inspection that puts it into a category" in refusal.value.message
        else:
            assert "not eligible for intervention" in refusal.value.message
            assert "No warning notice has been given (section 60(1)(a))." in refusal.value.message

    def who_proposes(self, row: Row) -> Officer:
        """Somebody whose role lets them propose it."""
        return self.council.hos if row.action is Action.INTERVENE else self.council.seo

    def _check_asking(self, session: Session, row: Row) -> None:
        more = MORE.get(row.action.value, {})
        flagged = row.action in (Action.ADVANCE, Action.PASS_OVER) and not row.is_notice
        for officer in self.asking(row.standing):
            every = flagged and officer.role in CASEWORK
            for flags in COMBINATIONS if every else COMBINATIONS[:1]:
                asked = {**more, **{name: True for name, flag in flags.items() if flag}}
                if row.allows(officer.role, **flags):
                    self._check_allowed(officer, row, asked)
                else:
                    refusal = self._refusal(session, officer, row, asked)
                    may = officer.role in RULES[role_of(row.action)]
                    assert type(refusal) is (NotPossible if may else NotAllowed)
        if row.when is not None:
            self.check_deciding(row, more)

    def _refusal(
        self, session: Session, officer: Officer, row: Row, asked: dict[str, object]
    ) -> Refused:
        if row.action is not Action.POWER:
            return self.refused(session, self.propose, officer, row, **asked)
        # A power is completed with what it is given before the rules look at it as a whole.
        with self.undone() as alone, pytest.raises(Refused) as refusal:
            self.propose(alone, officer, row)
        assert refusal.value.message
        return refusal.value

    def asking(self, at: Standing) -> list[Officer]:
        """An officer of each role; of the five who do casework, one at each step in turn.

        A ladder has more steps than that, so every role meets every status, state and action.
        """
        at_work = [officer for officer in self.officers if officer.role in CASEWORK]
        others = [officer for officer in self.officers if officer.role not in CASEWORK]
        return [at_work[at.ladder.steps.index(at.step) % len(at_work)], *others]

    def _check_allowed(self, officer: Officer, row: Row, asked: dict[str, object]) -> None:
        with self.undone() as session:
            proposal = self.propose(session, officer, row, **asked)
            assert proposal.state == "awaiting"
            assert proposal.step_key == row.about.key
            assert tuple(proposal.approvers) == row.approvers
            again = self.refused(session, self.propose, officer, row, **asked)
            assert type(again) is NotPossible

    def check_deciding(self, row: Row, more: dict[str, object]) -> None:
        """Each approver in turn and nobody else; not the proposer; nobody afterwards."""
        own = [self.council.hos] if Role.HEAD_OF_SERVICE in row.approvers else []
        for proposer in (self.who_proposes(row), *own):
            with self.undone() as session:
                proposal = self.propose(session, proposer, row, **more, **row.when)
                for role in row.approvers:
                    right = self.approver(role, proposer)
                    others = [each for each in self.officers if each.role != role]
                    given = self.approval(session, proposal.id)
                    for officer in [proposer] if own == [proposer] else others:
                        self.refused(session, self.decide, officer, proposal.id, given)
                    self.decide(session, right, proposal.id, given)
                    late = self.refused(session, self.decide, right, proposal.id, given)
                    assert type(late) is AlreadyDecided
                session.expire_all()
                assert session.get_one(Proposal, proposal.id).state == "approved"
                self._check_effect(session, row)

    def approver(self, role: str, proposer: Officer) -> Officer:
        """Somebody in this role who did not propose it."""
        everybody = self.council.officers.values()
        return next(each for each in everybody if each.role == role and each.id != proposer.id)

    def approval(self, session: Session, proposal_id: int) -> Decided:
        """What approves a proposal as it stands now."""
        seen = what_is_seen(session, self.policy, THE_MACHINE, proposal_id, TODAY)
        return Decided(decision="approve", seen=seen)

    def decide(self, session: Session, officer: Officer, proposal_id: int, given: Decided) -> None:
        decide(Acting(session, self.policy, officer, NOW), proposal_id, given)

    def _check_effect(self, session: Session, row: Row) -> None:
        escalation = session.get_one(Escalation, self.id)
        expected = AFTER.get(row.action.value, row.standing.status.value)
        assert escalation.status == expected
        steps = {
            step.key: step.state
            for step in session.exec(select(Step).where(Step.escalation_id == self.id)).scalars()  # type: ignore[call-overload]
        }
        if row.action in (Action.ADVANCE, Action.INTERVENE):
            assert (escalation.step_key, steps[row.about.key]) == (row.about.key, "approved")
        if row.action is Action.PASS_OVER:
            assert (escalation.step_key, steps[row.about.key]) == (row.about.key, "passed_over")
        if row.action is Action.CONVERT:
            assert escalation.ladder == "academy"
        if row.action is Action.POWER:
            assert steps[row.about.key] == "carried_out"
            assert session.get_one(Power, self.power_id).state == "in_force"

    def check_recording(self, session: Session, at: Standing) -> None:
        """Discussions, responses and judgements: open escalations, casework roles.

        At the statutory steps no response is judged: compliance with the notice is.
        """
        for officer in self.asking(at):
            may = officer.role in CASEWORK and at.status is Status.OPEN
            answerable = at.state in ("awaiting_response", *JUDGED)
            self._check(session, officer, may, record_discussion, self.reference, DISCUSSION)
            able = may and answerable
            self._check(session, officer, able, record_response, self.reference, RESPONSE)
            if at.answered:
                answer = session.connection().execute(select(Response.id)).scalar_one()  # type: ignore[call-overload]
                judged = may and not at.step.statutory
                self._check(session, officer, judged, judge_response, answer, JUDGEMENT)
                self._check(session, officer, judged, record_response, self.reference, JUDGED_NOW)

    def _check(
        self,
        session: Session,
        officer: Officer,
        may: bool,
        command: Callable[..., Any],
        *given: object,
    ) -> None:
        def call(alone: Session) -> None:
            command(Acting(alone, self.policy, officer, NOW), *given)

        if may:
            with self.undone() as alone:
                call(alone)
        else:
            self.refused(session, call)


JUDGEMENT = ResponseJudgement(judgement="unsatisfactory")
JUDGED = ("satisfactory", "unsatisfactory", "no_response")
DISCUSSION = DiscussionHeld(
    held_on=TODAY,
    with_whom=["chair_of_governors"],
    notes="We met.",
    held_by="aed@fernshire.example",
)
RESPONSE = ResponseReceived(received_on=TODAY, summary="Yes.")
JUDGED_NOW = ResponseReceived(received_on=TODAY, summary="Yes.", judgement="unsatisfactory")


@pytest.fixture
def connection(database_url: str) -> Iterator[tuple[Connection, Council]]:
    engine = connect(database_url)
    council = found_council(engine)
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection, council
        transaction.rollback()
    engine.dispose()


_tables: dict[str, list[Row]] = {}  # by ladder: the policy is one, and they are thousands of rows


def table_of(policy: Policy, ladder: str) -> list[Row]:
    if ladder not in _tables:
        _tables[ladder] = list(rows(policy, policy.ladder(ladder)))
    return _tables[ladder]


def walk(
    policy: Policy,
    connection: Connection,
    council: Council,
    ladder: str,
    only: Callable[[Standing], bool] | None = None,
) -> int:
    """Walk a ladder's rows; how many places there were."""
    walk = Walk(connection, policy, council, ladder)
    walk.begin()
    places = 0
    for at, here in groupby(table_of(policy, ladder), key=lambda row: row.standing):
        if only is None or only(at):
            places += 1
            savepoint = connection.begin_nested()
            walk.stand(at)
            with Session(connection, autoflush=False, expire_on_commit=False) as session:
                for row in here:
                    walk.check_proposing(session, row)
                walk.check_recording(session, at)
            savepoint.rollback()
    return places


STEPS = [
    *(("maintained", place) for place in range(7)),
    *(("academy", place) for place in range(6)),
]


@pytest.mark.parametrize(("ladder", "place"), STEPS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_row_of_the_table(
    connection: tuple[Connection, Council], policy: Policy, ladder: str, place: int
) -> None:
    key = policy.ladder(ladder).steps[place].key
    places = walk(policy, *connection, ladder, lambda at: at.step.key == key)
    assert places == len(Status) * (len(StepState) + 3)


PLACES = ("open", "paused")


@pytest.mark.parametrize("ladder", ["maintained", "academy"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_agrees_where_a_response_is_awaited(
    connection: tuple[Connection, Council], policy: Policy, ladder: str
) -> None:
    key = policy.ladder(ladder).steps[3].key

    def chosen(at: Standing) -> bool:
        here = at.step.key == key and at.status in PLACES
        return here and at.state is StepState.AWAITING_RESPONSE

    assert walk(policy, *connection, ladder, chosen) == 8


def test_the_page_is_what_the_policy_says(policy: Policy) -> None:
    assert PAGE.read_text("utf-8") == page(policy), (
        "run `python -m models.escalations.ladder_table`"
    )


def allowed(table: list[Row], **where: object) -> set[str]:
    """What an officer may propose at these places, without any flag."""
    return {
        "warning_notice" if row.is_notice else row.action.value
        for row in table
        if all(getattr(row.standing, name) == value for name, value in where.items())
        and row.allows(Role.OFFICER)
    }


def test_the_table_itself_says_what_the_policy_document_says(policy: Policy) -> None:
    """Rules of the ladders in so many words, so that table and code cannot be wrong together."""
    tables = {ladder.key: list(rows(policy, ladder)) for ladder in policy.ladders.values()}
    for ladder in policy.ladders.values():
        table = tables[ladder.key]
        for status in ("proposed", "resolved", "withdrawn", "ended"):
            assert allowed(table, status=status) == set()
        assert allowed(table, status="paused") >= {"resume", "resolve", "withdraw"}
        assert not {"advance", "pass_over", "extend"} & allowed(table, status="paused")
        for state in ("approved", "satisfactory"):
            open_here = {"status": "open", "state": state}
            assert "advance" not in allowed(table, **open_here)
        last = {"status": "open", "step": ladder.steps[-1]}
        assert "advance" not in allowed(table, **last)
        failed = {"status": "open", "state": "unsatisfactory"}
        for step, after in zip(ladder.steps, ladder.steps[1:], strict=False):
            conditional, notice = after.only_if is not None, after.kind == "notice"
            here = allowed(table, **failed, step=step)
            assert ("advance" in here) is not (conditional or notice)
            assert ("pass_over" in here) is conditional
            assert ("warning_notice" in here) is (notice or step.statutory)
    waiting = {"status": "open", "state": "awaiting_response"}
    assert "advance" not in allowed(tables["maintained"], **waiting, overdue=False)
    assert "advance" not in allowed(tables["maintained"], **waiting, answered=True)
    assert "convert" not in allowed(tables["academy"])
    assert not {"warning_notice", "power"} & allowed(tables["academy"])
    lawful = {
        (row.action.value, row.standing.step.number)
        for table in tables.values()
        for row in table
        if row.when is not None and row.needs_eligibility
    }
    before = {("intervene", number) for number in ("i", "ii", "iii", "iv", "v", "vi")}
    assert lawful == {("advance", "vi"), ("power", "vii"), *before}
    assert not [
        row
        for row in tables["maintained"]
        if row.action is Action.INTERVENE and row.allows(Role.OFFICER)
    ]
    statutory = [row for row in tables["maintained"] if row.standing.step.statutory]
    assert "extend" not in allowed(statutory)


def test_only_the_informal_steps_of_an_academy_may_be_skipped(policy: Policy) -> None:
    skippable = {
        (row.standing.ladder.key, row.about.number)
        for ladder in policy.ladders.values()
        for row in rows(policy, ladder)
        if row.action is Action.PASS_OVER and row.when is not None
    }
    assert skippable == {("academy", "i"), ("academy", "ii"), ("maintained", "v")}
