"""Every status, step, state, role and action, through the real commands.

The table of docs/ladders.md says what is allowed; here exactly that happens, and all else is
refused and changes nothing. States are written as rows: many of them no officer could reach.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import groupby, product

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import Session

from models.clocks import london_date
from models.commands.deciding import decide
from models.commands.proposing import propose
from models.commands.recording import judge_response, record_discussion, record_response
from models.commands.starting import start
from models.database import connect
from models.deadlines import Deadline
from models.escalations import Action, Escalation, Response, Status, Step, StepState
from models.ladder import Standing
from models.ladder_table import FLAGS, PAGE, Row, page, rows
from models.officers import CASEWORK, Officer, Role
from models.policy import Policy
from models.refusals import AlreadyDecided, NotAllowed, NotPossible, Refused
from tests.council import NOW, Council, found_council

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
                session,
                self.policy,
                officer=self.council.hos,
                now=NOW,
                urn=school.urn,
                triggers=["safety"],
                summary="Attainment has fallen.",
                case_officer=self.council.seo.email,
            )
            self.id, self.reference = escalation.id, escalation.reference
            session.commit()

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
        common = {"escalation_id": self.id, "step_key": at.step.key}
        if at.state is StepState.AWAITING_RESPONSE:
            due_on = TODAY + timedelta(days=-1 if at.overdue else 10)
            due = {**common, "kind": "response", "due_on": due_on, "rule": "", "state": "open"}
            execute(insert(tables[Deadline]).values(due))
        if at.answered:
            given = {**common, "received_on": TODAY, "summary": "Yes."}
            by = {"recorded_by_id": self.council.seo.id, "recorded_at": NOW}
            execute(insert(tables[Response]).values(**given, **by))

    def unchanged(self) -> object:
        """A mark that moves with every row that is written."""
        if self.connection.dialect.name == "sqlite":
            driver = self.connection.connection.dbapi_connection
            return driver.total_changes
        return self.connection.exec_driver_sql(WRITTEN_IN_THIS_TRANSACTION).scalar_one()

    def propose(self, session: Session, officer: Officer, action: str, **values: object) -> object:
        given = {"reference": self.reference, "action": action, "reason": "It is needed."}
        return propose(session, self.policy, officer=officer, now=NOW, **given, **values)

    def refused(self, session: Session, call, *args: object, **values: object) -> Refused:
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
        more = MORE.get(row.action.value, {})
        flagged = row.action in (Action.ADVANCE, Action.PASS_OVER)
        for officer in self.asking(row.standing):
            every = flagged and officer.role in CASEWORK
            for flags in COMBINATIONS if every else COMBINATIONS[:1]:
                asked = {**more, **{name: True for name, flag in flags.items() if flag}}
                if row.allows(officer.role, **flags):
                    self._check_allowed(officer, row, asked)
                else:
                    what = (officer, row.action.value)
                    refusal = self.refused(session, self.propose, *what, **asked)
                    may = officer.role in CASEWORK
                    assert type(refusal) is (NotPossible if may else NotAllowed)
        if row.when is not None:
            self.check_deciding(row, more)

    def asking(self, at: Standing) -> list[Officer]:
        """An officer of each role; of the five who do casework, one at each step in turn.

        A ladder has more steps than that, so every role meets every status, state and action.
        """
        at_work = [officer for officer in self.officers if officer.role in CASEWORK]
        others = [officer for officer in self.officers if officer.role not in CASEWORK]
        return [at_work[at.ladder.steps.index(at.step) % len(at_work)], *others]

    def _check_allowed(self, officer: Officer, row: Row, asked: dict[str, object]) -> None:
        with self.undone() as session:
            proposal = self.propose(session, officer, row.action.value, **asked)
            assert proposal.state == "awaiting"
            assert proposal.step_key == row.about.key
            assert tuple(proposal.approvers) == row.approvers
            again = self.refused(session, self.propose, officer, row.action.value, **asked)
            assert type(again) is NotPossible

    def check_deciding(self, row: Row, more: dict[str, object]) -> None:
        """Each approver in turn and nobody else; not the proposer; nobody afterwards."""
        own = [self.council.hos] if Role.HEAD_OF_SERVICE in row.approvers else []
        for proposer in (self.council.seo, *own):
            with self.undone() as session:
                proposal = self.propose(session, proposer, row.action.value, **more, **row.when)
                for role in row.approvers:
                    right = self.approver(role, proposer)
                    others = [each for each in self.officers if each.role != role]
                    for officer in [proposer] if own == [proposer] else others:
                        self.refused(session, self.decide, officer, proposal.id)
                    self.decide(session, right, proposal.id)
                    late = self.refused(session, self.decide, right, proposal.id)
                    assert type(late) is AlreadyDecided
                session.expire_all()
                assert proposal.state == "approved"
                self._check_effect(session, row)

    def approver(self, role: str, proposer: Officer) -> Officer:
        """Somebody in this role who did not propose it."""
        everybody = self.council.officers.values()
        return next(each for each in everybody if each.role == role and each.id != proposer.id)

    def decide(self, session: Session, officer: Officer, proposal_id: int) -> None:
        decide(
            session,
            self.policy,
            officer=officer,
            now=NOW,
            proposal_id=proposal_id,
            decision="approve",
        )

    def _check_effect(self, session: Session, row: Row) -> None:
        escalation = session.get_one(Escalation, self.id)
        expected = AFTER.get(row.action.value, row.standing.status.value)
        assert escalation.status == expected
        steps = {
            step.key: step.state
            for step in session.exec(select(Step).where(Step.escalation_id == self.id)).scalars()
        }
        if row.action is Action.ADVANCE:
            assert (escalation.step_key, steps[row.about.key]) == (row.about.key, "approved")
        if row.action is Action.PASS_OVER:
            assert (escalation.step_key, steps[row.about.key]) == (row.about.key, "passed_over")
        if row.action is Action.CONVERT:
            assert escalation.ladder == "academy"

    def check_recording(self, session: Session, at: Standing) -> None:
        """Discussions, responses and judgements: open escalations, casework roles."""
        for officer in self.asking(at):
            may = officer.role in CASEWORK and at.status is Status.OPEN
            answerable = at.state in ("awaiting_response", *JUDGED)
            common = {"officer": officer, "now": NOW}
            here = {**common, "reference": self.reference}
            self._check(session, may, record_discussion, **here, **DISCUSSION)
            self._check(session, may and answerable, record_response, **here, **RESPONSE)
            if at.answered:
                answer = session.connection().execute(select(Response.id)).scalar_one()
                self._check(session, may, judge_response, **common, response_id=answer, **JUDGEMENT)

    def _check(self, session: Session, may: bool, command, **values: object) -> None:
        if may:
            with self.undone() as alone:
                command(alone, self.policy, **values)
        else:
            self.refused(session, command, self.policy, **values)


JUDGEMENT = {"judgement": "unsatisfactory", "reason": ""}
JUDGED = ("satisfactory", "unsatisfactory", "no_response")
DISCUSSION = {
    "held_on": TODAY,
    "with_whom": ["chair_of_governors", "headteacher"],
    "notes": "We met.",
    "agreed_actions": "",
}
RESPONSE = {"received_on": TODAY, "summary": "Yes.", "judgement": None}


@pytest.fixture
def connection(database_url: str) -> Iterator[tuple[Connection, Council]]:
    engine = connect(database_url)
    council = found_council(engine)
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection, council
        transaction.rollback()
    engine.dispose()


def walk(policy: Policy, connection: Connection, council: Council, ladder: str, only=None) -> int:
    """Walk a ladder's rows; how many places there were."""
    walk = Walk(connection, policy, council, ladder)
    walk.begin()
    places = 0
    table = rows(policy, policy.ladder(ladder))
    for at, here in groupby(table, key=lambda row: row.standing):
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
def test_every_row_of_the_table(connection, policy: Policy, ladder: str, place: int) -> None:
    key = policy.ladder(ladder).steps[place].key
    places = walk(policy, *connection, ladder, lambda at: at.step.key == key)
    assert places == len(Status) * (len(StepState) + 3)


PLACES = ("open", "paused")


@pytest.mark.parametrize("ladder", ["maintained", "academy"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_agrees_where_a_response_is_awaited(
    connection, policy: Policy, ladder: str
) -> None:
    key = policy.ladder(ladder).steps[3].key

    def chosen(at: Standing) -> bool:
        here = at.step.key == key and at.status in PLACES
        return here and at.state is StepState.AWAITING_RESPONSE

    assert walk(policy, *connection, ladder, chosen) == 8


def test_the_page_is_what_the_policy_says(policy: Policy) -> None:
    assert PAGE.read_text("utf-8") == page(policy), "run `python -m models.ladder_table`"


def allowed(policy: Policy, ladder: str, **where: object) -> set[str]:
    """What an officer may propose at these places, without any flag."""
    return {
        row.action.value
        for row in rows(policy, policy.ladder(ladder))
        if all(getattr(row.standing, name) == value for name, value in where.items())
        and row.allows(Role.OFFICER)
    }


def test_the_table_itself_says_what_the_policy_document_says(policy: Policy) -> None:
    """Rules of the ladders in so many words, so that table and code cannot be wrong together."""
    for ladder in policy.ladders.values():
        for status in ("proposed", "resolved", "withdrawn", "ended"):
            assert allowed(policy, ladder.key, status=status) == set()
        assert allowed(policy, ladder.key, status="paused") >= {"resume", "resolve", "withdraw"}
        assert not {"advance", "pass_over", "extend"} & allowed(policy, ladder.key, status="paused")
        for state in ("approved", "satisfactory"):
            open_here = {"status": "open", "state": state}
            assert "advance" not in allowed(policy, ladder.key, **open_here)
        last = {"status": "open", "step": ladder.steps[-1]}
        assert "advance" not in allowed(policy, ladder.key, **last)
        failed = {"status": "open", "state": "unsatisfactory"}
        for step, after in zip(ladder.steps, ladder.steps[1:], strict=False):
            conditional = after.only_if is not None
            here = allowed(policy, ladder.key, **failed, step=step)
            assert ("advance" in here) is not conditional
            assert ("pass_over" in here) is conditional
    waiting = {"status": "open", "state": "awaiting_response"}
    assert "advance" not in allowed(policy, "maintained", **waiting, overdue=False)
    assert "advance" not in allowed(policy, "maintained", **waiting, answered=True)
    assert "convert" not in allowed(policy, "academy")


def test_only_the_informal_steps_of_an_academy_may_be_skipped(policy: Policy) -> None:
    skippable = {
        (row.standing.ladder.key, row.about.number)
        for ladder in policy.ladders.values()
        for row in rows(policy, ladder)
        if row.action is Action.PASS_OVER and row.when is not None
    }
    assert skippable == {("academy", "i"), ("academy", "ii"), ("maintained", "v")}
