"""Whatever is done in whatever order, no power comes into force without its preconditions.

The preconditions are read back from rows and dates here, in words of our own: nothing asks
`models.law`, nor the product's calendar.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, col, select

from models.approvals.tables import Decision, Proposal
from models.clocks import london_date
from models.database import connect, read, write
from models.escalations.tables import Escalation
from models.events import Event, verify
from models.inspections import recording as inspecting
from models.letters import serving
from models.letters.tables import Letter
from models.matters.tables import Deadline
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.record.verifying import examine
from models.refusals import Refused
from models.schools import contacts
from models.statutory import budgets, ending, following, preparing, secretary_of_state, using
from models.statutory.tables import Consultation, Power, ProposedPowers, WarningNotice
from models.upkeep import clock
from tests.support.carrying_out import carry_out
from tests.support.cases import APPROVER, BOARD, Case, somebody
from tests.support.council import NOW, SCHOOLS, found_council
from tests.support.databases import sqlite_url
from tests.support.policies import POLICY
from tests.support.statutory import inspected

SECTIONS = st.sampled_from(["63", "64", "65", "66"])
BY = st.sampled_from(["seo", "seo", "seo", "hos", "dcs", "legal", "viewer"])
# What the Act binds to two months after the compliance period.
BOUND = ("63", "64", "66")
BANK_HOLIDAYS = {
    *(date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26)),
    *(date(2027, 3, 29), date(2027, 5, 3), date(2027, 5, 31), date(2027, 8, 30)),
}
CLOSED = ("resolved", "withdrawn", "ended")
USING = {
    "63": "notice_of_arrangements",
    "64": "appointment_of_governors",
    "65": "notice_of_board",
    "66": "suspension_of_budget",
}
# What goes into the form of each power: sometimes whole, sometimes not.
WHOLE = {
    "arrangements": "Work with the Fernshire Schools Partnership.",
    "governors": [somebody("Una Marsh")],
    "members": BOARD,
}
# How many working days after the day of it a method counts as service.
COUNTS_AFTER = {
    "by_hand": 0,
    "left_at_address": 1,
    "first_class_post": 2,
    "recorded_delivery": 2,
}
NAMED = {"63": ("arrangements",), "64": ("governors",), "65": ("members",), "66": ()}


def working_days_after(day: date, count: int) -> date:
    """Counted by hand: from Monday to Friday, without the bank holidays above."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5 and day not in BANK_HOLIDAYS
    return day


def turn(case: Case) -> None:
    case.climb_to("performance_meetings")
    case.fail_step()
    case.issue()


def notice_given(case: Case) -> None:
    turn(case)
    case.warn(compliance_ends_on=date(2026, 11, 30))
    case.issue()


def eligible(case: Case) -> None:
    notice_given(case)
    case.fail_notice()
    case.change("advance")


def begun(case: Case) -> None:
    case.fail_step()


def in_category(case: Case) -> None:
    inspected(case, "special_measures")
    case.change("intervene", by="hos", reason="The report leaves no other way.")


def on_both_roads(case: Case) -> None:
    eligible(case)
    inspected(case, "significant_improvement")


STAGES: dict[str, Callable[[Case], None]] = {
    "begun": begun,
    "turn": turn,
    "given": notice_given,
    "eligible": eligible,
    "in_category": in_category,
    "on_both_roads": on_both_roads,
}
MOVED = ("power", "advance", "intervene")
# Letters that take effect on a power, or lead to one.
TAKEN = {"powers_after", "review_of", "end_of"}
# Mostly where there is most to be done wrong.
BEGIN = [*STAGES, "eligible", "eligible"]


class Statute:
    """A case that begins at the warning notice, at its sequel or at the powers."""

    def __init__(self, file: Path, like: Case, school: str) -> None:
        self.engine = connect(sqlite_url(file))
        self.case = Case(self.engine, like.policy, like.council, like.reference, like.now)
        self.church = school == "church"

    def attempt(self, act: Callable[..., Any], *arguments: Any, **values: Any) -> Any:
        """Do it; what is refused has changed nothing at all."""
        self.case.now += timedelta(minutes=1)
        before = self.content()
        try:
            return act(*arguments, **values)
        except Refused:
            assert self.content() == before, "a command that was refused left something behind"
            return None

    def content(self) -> list[Any]:
        with read(self.engine) as session:
            connection = session.connection()
            tables = SQLModel.metadata.sorted_tables
            return [connection.execute(table.select()).all() for table in tables]

    def command(self, act: Callable[..., Any], by: str = "seo", **values: Any) -> Any:
        officer = self.case.council.officers[by]
        with write(self.engine) as session:
            acting = Acting(session, self.case.policy, officer, self.case.now)
            return carry_out(acting, act, **values)

    @property
    def today(self) -> date:
        return london_date(self.case.now)

    def some_power(self, which: int) -> int:
        """One of the powers, mostly; sometimes a number that none has."""
        every = self.case.all(Power)
        return every[which % len(every)].id if every else 1

    # --- what officers do

    def warn(self, by: str, days: int) -> None:
        ends_on = self.today + timedelta(days=days)
        self.attempt(self.case.warn, approved=False, by=by, compliance_ends_on=ends_on)

    def judge(self, by: str, complied: bool) -> None:
        if self.case.all(WarningNotice):
            self.attempt(self.case.judge_compliance, complied=complied, by=by)

    def propose_powers(self, by: str, section: str) -> None:
        for notice in self.case.all(WarningNotice):
            self.attempt(
                self.command,
                following.propose_powers,
                by,
                notice_id=notice.id,
                sections=[section],
                reasons="The governing body has not acted.",
            )

    def prepare(self, by: str, section: str, whole: bool, days: int) -> None:
        more = {name: WHOLE[name] for name in NAMED[section] if whole}
        starts_on = self.today + timedelta(days=days)
        self.attempt(self.case.prepare, section, by, starts_on=starts_on, **more)

    def consult(self, which: int, role: str, said: str = "We do not object.") -> None:
        self.attempt(
            self.case.on_power,
            preparing.record_consultation,
            self.some_power(which),
            with_whom=role,
            consulted_on=self.today,
            said=said,
        )

    def tell(self, which: int) -> None:
        self.attempt(
            self.case.on_power,
            preparing.record_secretary_of_state_told,
            self.some_power(which),
            on=self.today,
            evidence="A letter.",
        )

    def press_on(self, section: str, days: int, careless: str) -> None:
        """Everything for one power, one after the other, or all but one thing."""
        more = {name: WHOLE[name] for name in NAMED[section] if careless != "form"}
        starts_on = self.today + timedelta(days=days)
        self.attempt(self.case.prepare, section, starts_on=starts_on, **more)
        for place, power in enumerate(self.case.all(Power)):
            if (power.section, power.state) == (section, "prepared"):
                if careless != "tell":
                    self.tell(place)
                if careless != "consult":
                    self.consult(place, "chair_of_governors")
                    self.consult(place, "diocese")
                self.attempt(self.case.on_power, using.use_power, power.id, reason="Now.")
        self.approve_what_waits()

    def let_the_notice_fail(self, method: str) -> None:
        """Whatever comes between a notice and the powers, as far as it is possible."""
        self.approve_what_waits()
        self.attempt(self.case.issue)
        self.serve(method, 0, "seo")
        if self.case.all(WarningNotice):
            self.attempt(self.case.judge_compliance, complied=False)
            self.attempt(
                self.command,
                following.propose_powers,
                notice_id=self.case.notice.id,
                sections=["63", "66"],
                reasons="The governing body has not acted.",
            )
            self.approve_what_waits()
            self.attempt(self.case.issue)
            self.serve(method, 0, "seo")
            self.case.now += timedelta(days=9)
            self.attempt(self.case.propose, "advance")
            self.approve_what_waits()

    def serve(self, method: str, days: int, by: str) -> None:
        """A notice is put into the chair's hands, or so it is said; e-mail was agreed by nobody."""
        for letter in self.case.all(Letter):
            if letter.template in ("warning_notice", "proposed_powers"):
                served_on = self.today + timedelta(days=days)
                values = {"method": method, "served_on": served_on}
                self.attempt(self.case.served, letter, by=by, **values)

    def unserve(self, which: int) -> None:
        """A letter comes back."""
        self.attempt(self.command, serving.undo_service, service_id=which + 1, reason="It is back.")

    def approve_what_waits(self) -> None:
        for proposal in self.case.awaiting:
            if proposal.action in MOVED or TAKEN & set(proposal.details):
                for role in proposal.approvers[proposal.stage :]:
                    self.attempt(self.case.decide, proposal, APPROVER[role])

    def use(self, which: int, by: str, whole: bool, days: int) -> None:
        found = {power.id: power for power in self.case.all(Power)}
        number = self.some_power(which)
        section = found[number].section.value if found else "66"
        more = {name: WHOLE[name] for name in NAMED[section] if whole}
        starts_on = self.today + timedelta(days=days)
        values = {"reason": "Now.", "starts_on": starts_on, **more}
        self.attempt(self.case.on_power, using.use_power, number, by, **values)

    def receive(self, which: int, days: int) -> None:
        self.attempt(
            self.case.on_power,
            budgets.record_receipt,
            self.some_power(which),
            received_on=self.today + timedelta(days=days),
            evidence="Signed.",
        )

    def review(self, which: int, outcome: str) -> None:
        self.attempt(
            self.case.on_power,
            budgets.review_budget,
            self.some_power(which),
            outcome=outcome,
            reasons="The accounts.",
        )

    def end(self, which: int, days: int) -> None:
        self.attempt(
            self.case.on_power,
            ending.end_power,
            self.some_power(which),
            ended_on=self.today + timedelta(days=days),
            reason="It is done.",
        )

    def hear_from_the_secretary_of_state(self, kind: str) -> None:
        self.attempt(
            self.command,
            secretary_of_state.record_secretary_of_state_notice,
            reference=self.case.reference,
            kind=kind,
            received_on=self.today,
            summary="A letter.",
        )

    def release(self, number: int) -> None:
        self.attempt(
            self.command,
            secretary_of_state.release_secretary_of_state_notice,
            notice_id=number,
            released_on=self.today,
            note="An e-mail.",
        )

    def inspect(self, category: str, days: int, corrects: int) -> None:
        """A report; now and then it is said that an earlier entry was wrong."""
        values: dict[str, Any] = {"category": category}
        if corrects:
            values |= {"corrects": corrects, "reason": "The report was misread."}
        self.attempt(
            self.command,
            inspecting.record_inspection,
            urn=self.case.matter.urn,
            published_on=self.today - timedelta(days=days),
            source="The report.",
            **values,
        )

    def go_straight(self, by: str) -> None:
        self.attempt(self.case.propose, "intervene", by)
        self.approve_what_waits()

    def propose(self, action: str) -> None:
        self.attempt(self.case.propose, action)

    def close(self, action: str, now: int) -> None:
        """Not often: little happens afterwards."""
        if now == 4:
            proposal = self.attempt(self.case.propose, action)
            if proposal is not None:
                self.attempt(self.case.decide, proposal, "hos")

    def decide(self, decision: str, which: int) -> None:
        if self.case.awaiting:
            proposal = self.case.awaiting[-1 - which % len(self.case.awaiting)]
            by = APPROVER[proposal.approvers[proposal.stage]]
            self.attempt(self.case.decide, proposal, by, decision)

    def issue(self) -> None:
        self.attempt(self.case.issue)

    def time_goes_on(self, days: int) -> None:
        self.case.now = self.case.now + timedelta(days=days)
        clock.tick(self.engine, self.case.policy, self.case.now)

    # --- what must hold then

    def rows_are_as_the_record_says(self) -> None:
        with read(self.engine) as session:
            assert examine(session).differences == []

    def every_power_that_was_used_had_its_preconditions(self) -> None:
        with read(self.engine) as session:
            assert verify(session) is None
            events = list(session.exec(select(Event).order_by(col(Event.sequence))))
            facts = [json.loads(event.data) for event in events]
            for place, event in enumerate(events):
                if event.kind == "power_used":
                    power = session.get_one(Power, facts[place]["power"])
                    before = list(zip(events[:place], facts[:place], strict=True))
                    self._had_its_preconditions(session, power, before)

    def _had_its_preconditions(self, session: Session, power: Power, before: list[Any]) -> None:
        on = power.used_on
        assert on is not None
        notice = self._eligible_by(session, power.escalation_id, on, before)
        if notice is not None and power.section in BOUND:
            assert on <= notice.compliance_ends_on + relativedelta(months=2)
        self._director_approved(session, power)
        kinds = list(kinds_of(before))
        assert "escalation_converted" not in dict(kinds), "Part 4 is for no academy"
        if power.section in BOUND:
            assert not held_back(kinds, "intends_to_act"), "sections 66A to 69: locked"
        if power.section == "66":
            assert not held_back(kinds, "appointed_governors"), "section 67(6)"
        if power.section == "65":
            assert not held_back(kinds, "takes_over_board"), "section 70C"
        assert power.id in [
            facts["power"] for kind, facts in kinds if kind == "secretary_of_state_told"
        ]
        assert power.secretary_of_state_on is not None
        assert power.secretary_of_state_on <= on
        self._everybody_was_consulted(session, power, on)
        self._it_was_whole(session, power, on, kinds)

    def _eligible_by(
        self, session: Session, escalation_id: int, on: date, before: list[Any]
    ) -> WarningNotice | None:
        """The notice by section 60(1)(a) to (d); None where section 61 or 62 is the road."""
        if latest_report(list(kinds_of(before)), on) != "none":
            return None
        statement = (
            select(WarningNotice, Letter)
            .join(Letter, col(Letter.id) == col(WarningNotice.letter_id))
            .where(Letter.state == "issued", col(Letter.dated) <= on)
            .where(WarningNotice.escalation_id == escalation_id)
            .order_by(col(WarningNotice.id).desc())
        )
        issued = {facts["letter"] for kind, facts in kinds_of(before) if kind == "letter_issued"}
        notice = next(each for each, letter in session.exec(statement) if letter.id in issued)
        assert notice.compliance_ends_on < on
        assert notice.complied is False
        assert notice.judged_on is not None
        assert notice.compliance_ends_on < notice.judged_on <= on
        ceased = {facts["notice"] for kind, facts in kinds_of(before) if kind.endswith("_ceased")}
        assert notice.id not in ceased
        assert not hers_came_after(before, notice.letter_id), "section 60(4A) and (4B)"
        proposed = (
            select(col(Letter.dated), Letter.id)
            .join(ProposedPowers, col(ProposedPowers.letter_id) == col(Letter.id))
            .where(ProposedPowers.notice_id == notice.id)
        )
        given_on = [served(key, before) for _, key in session.exec(proposed) if key in issued]
        assert any(working_days_after(day, 5) < on for day in given_on if day)
        served_on = served(notice.letter_id, before)
        assert served_on is not None, "nobody proved that it was served"
        assert served_on < notice.compliance_ends_on, "served too late for its period"
        return notice

    def nobody_came_to_the_powers_without_a_road(self) -> None:
        """Step vii: by a report that counts that day, or by all that section 60(1) asks."""
        with read(self.engine) as session:
            events = list(session.exec(select(Event).order_by(col(Event.sequence))))
            told = [(event, json.loads(event.data)) for event in events]
            for place, (event, facts) in enumerate(told):
                if came_to_the_powers(event.kind, facts):
                    assert event.matter_id is not None
                    on = london_date(event.at)
                    notice = self._eligible_by(session, event.matter_id, on, told[:place])
                    assert notice is None or event.kind == "proposal_approved", "no report"

    def _director_approved(self, session: Session, power: Power) -> None:
        proposal = session.get_one(Proposal, power.proposal_id)
        assert proposal.state == "approved"
        decided = select(Decision).where(Decision.proposal_id == proposal.id)
        [decision] = session.exec(decided)
        officer = session.get_one(Officer, decision.officer_id)
        assert (officer.role, decision.decision) == ("director", "approve")
        assert officer.id != proposal.proposed_by_id

    def _everybody_was_consulted(self, session: Session, power: Power, on: date) -> None:
        if power.section not in ("63", "65"):
            return
        statement = select(Consultation).where(
            Consultation.power_id == power.id, col(Consultation.consulted_on) <= on
        )
        held = list(session.exec(statement))
        for role in ("chair_of_governors", *(["diocese"] if self.church else [])):
            told = [each for each in held if each.role == role]
            assert told, "not consulted"
            silent = not any(each.said for each in told)
            since = min([london_date(power.prepared_at), *(each.consulted_on for each in told)])
            assert not silent or working_days_after(since, 10) < on, "not answered yet"

    def _it_was_whole(
        self, session: Session, power: Power, on: date, kinds: list[tuple[str, Any]]
    ) -> None:
        letter = session.get_one(Letter, power.letter_id)
        assert letter.template == USING[power.section]
        assert letter.dated == on
        if power.section == "63":
            assert power.needs.arrangements
        if power.section == "64":
            assert power.needs.governors
        if power.section == "65":
            assert len({member.name for member in power.needs.members}) >= 2
            assert power.starts_on is not None
            assert on <= power.starts_on
        if power.section in ("64", "66"):
            assert not self._board_sat(session, on, kinds)

    def _board_sat(self, session: Session, on: date, kinds: list[tuple[str, Any]]) -> bool:
        used = {facts["power"] for kind, facts in kinds if kind == "power_used"}
        ended = {
            facts["power"]
            for kind, facts in kinds
            if kind == "power_ended" and date.fromisoformat(facts["ended_on"]) <= on
        }
        boards = [session.get_one(Power, key) for key in used - ended]
        return any(
            each.section == "65" and each.starts_on is not None and each.starts_on <= on
            for each in boards
        )

    def nothing_is_left_standing(self) -> None:
        with read(self.engine) as session:
            escalation = session.exec(select(Escalation)).one()
            states = [power.state for power in session.exec(select(Power))]
            if escalation.status in CLOSED or escalation.ladder == "academy":
                assert set(states) <= {"ended", "dropped"}
                assert not session.exec(RUNNING).all()
            sections = [
                power.section.value
                for power in session.exec(select(Power).where(Power.state == "in_force"))
            ]
            assert sections.count("65") <= 1
            assert sections.count("66") <= 1
            self._clocks_run(session, escalation)
            self._nothing_went_out_afterwards(session)

    def _clocks_run(self, session: Session, escalation: Escalation) -> None:
        """Nobody can miss the two months, or the review of a suspended budget."""
        if escalation.status in CLOSED or escalation.ladder == "academy":
            return
        deadlines = session.exec(select(Deadline)).all()
        due = {each.due_on for each in deadlines if each.kind == "powers" and each.state == "open"}
        statement = (
            select(WarningNotice)
            .join(Letter, col(Letter.id) == col(WarningNotice.letter_id))
            .where(col(Letter.state).in_(["approved", "issued"]))
            .order_by(col(WarningNotice.id).desc())
        )
        notice = session.exec(statement).first()
        waits = session.exec(
            select(Power.id)
            .where(col(Power.section).in_(BOUND))
            .where(col(Power.state).in_(["prepared", "proposed"]))
        ).all()
        used = session.exec(select(Power.id).where(col(Power.used_on).is_not(None))).all()
        if notice and not notice.complied and not notice.ceased_on and (waits or not used):
            last = notice.compliance_ends_on + relativedelta(months=2)
            assert due == {last} or (not due and last < self.today)
        suspended = select(Power).where(Power.section == "66", Power.state == "in_force")
        for power in session.exec(suspended.where(col(Power.effective_on).is_not(None))):
            reviews = [each for each in deadlines if each.kind == "budget_review"]
            assert reviews[-1].state in ("open", "missed"), power

    def _nothing_went_out_afterwards(self, session: Session) -> None:
        """No notice reaches an academy, and none of ours goes out over the Secretary of State's."""
        locked: set[int] = set()
        academy = False
        for event in session.exec(select(Event).order_by(col(Event.sequence))):
            facts = json.loads(event.data)
            if event.kind == "escalation_converted":
                academy = True
            if event.kind == "secretary_of_state_notice_recorded":
                locked |= {facts["notice"]} if facts["kind"] == "warning_notice" else set()
            if event.kind == "secretary_of_state_notice_released":
                locked -= {facts["notice"]}
            if event.kind == "letter_issued":
                template = session.get_one(Letter, facts["letter"]).template
                assert not (academy and template in STATUTORY)
                assert not (locked and template in ("warning_notice", "proposed_powers"))


STATUTORY = ("warning_notice", "proposed_powers", *USING.values())
RUNNING = select(Deadline).where(
    Deadline.state == "open", col(Deadline.kind).in_(["compliance", "powers", "budget_review"])
)


def came_to_the_powers(kind: str, facts: dict[str, Any]) -> bool:
    """Whether an escalation came to step vii with this, straight or in its turn."""
    moved_on = (facts.get("action"), facts.get("step")) == ("advance", "intervention")
    return kind == "moved_to_powers" or (kind == "proposal_approved" and moved_on)


def hers_came_after(before: list[Any], letter_id: int) -> bool:
    """Whether the Secretary of State gave a notice once ours was out, or had one in force then."""
    kinds = list(kinds_of(before))
    [issued] = [
        place
        for place, (kind, facts) in enumerate(kinds)
        if kind == "letter_issued" and facts["letter"] == letter_id
    ]
    later = [
        kind
        for kind, facts in kinds[issued:]
        if kind == "secretary_of_state_notice_recorded" and facts["kind"] == "warning_notice"
    ]
    return bool(later or held_back(kinds[:issued], "warning_notice"))


def held_back(kinds: list[tuple[str, Any]], by: str) -> set[int]:
    """What the Secretary of State had told of this kind, and not released."""
    locks = [
        facts["notice"]
        for kind, facts in kinds
        if kind == "secretary_of_state_notice_recorded" and facts["kind"] == by
    ]
    released = [
        facts["notice"] for kind, facts in kinds if kind == "secretary_of_state_notice_released"
    ]
    return set(locks) - set(released)


def served(letter: int, before: list[Any]) -> date | None:
    """The first day that counts as service of a letter on the chair, of what was not undone."""
    days: dict[int, date] = {}
    for event, facts in before:
        if event.kind == "service_undone":
            days.pop(facts["service"], None)
        mine = (facts.get("letter"), facts.get("to")) == (letter, "chair_of_governors")
        if event.kind == "letter_served" and mine:
            on = date.fromisoformat(facts["served_on"])
            days[facts["service"]] = working_days_after(on, COUNTS_AFTER[facts["method"]])
    return min(days.values(), default=None)


def latest_report(kinds: list[tuple[str, Any]], on: date) -> str:
    """What the report says that was published last by a day, of those that nobody corrected."""
    reports = {
        facts["inspection"]: facts for kind, facts in kinds if kind.startswith("inspection_")
    }
    for facts in list(reports.values()):
        reports.pop(facts.get("corrects"), None)
    published = [facts for facts in reports.values() if facts["published_on"] <= on.isoformat()]
    latest = max(published, key=lambda facts: facts["published_on"], default=None)
    return latest["category"] if latest else "none"


def kinds_of(before: list[Any]) -> Iterator[tuple[str, Any]]:
    """What had happened, and the facts of it."""
    return ((event.kind, facts) for event, facts in before)


DAYS = st.integers(-1, 12)
WHICH = st.integers(0, 5)
METHODS = st.sampled_from(["by_hand", "by_hand", "by_hand", *COUNTS_AFTER, "email"])
MOVES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "issue": {},
    "time_goes_on": {"days": st.sampled_from([0, 1, 1, 1, 2, 3, 5, 8, 13, 30, 62])},
    "warn": {"by": BY, "days": DAYS},
    "judge": {"by": BY, "complied": st.sampled_from([False, False, False, True])},
    "propose_powers": {"by": BY, "section": SECTIONS},
    "let_the_notice_fail": {"method": METHODS},
    "serve": {"method": METHODS, "days": st.sampled_from([0, 0, 0, -1, -3, -9]), "by": BY},
    "unserve": {"which": WHICH},
    "prepare": {"by": BY, "section": SECTIONS, "whole": st.booleans(), "days": DAYS},
    "consult": {
        "which": WHICH,
        "role": st.sampled_from(["chair_of_governors", "diocese"]),
        "said": st.sampled_from(["We do not object.", ""]),
    },
    "tell": {"which": WHICH},
    "use": {"which": WHICH, "by": BY, "whole": st.booleans(), "days": DAYS},
    "press_on": {
        "section": SECTIONS,
        "days": st.integers(0, 12),
        "careless": st.sampled_from(["", "", "consult", "tell", "form"]),
    },
    "receive": {"which": WHICH, "days": st.integers(-3, 1)},
    "review": {"which": WHICH, "outcome": st.sampled_from(["continue", "end"])},
    "end": {"which": WHICH, "days": DAYS},
    "hear_from_the_secretary_of_state": {
        "kind": st.sampled_from(
            ["intends_to_act", "warning_notice", "appointed_governors", "takes_over_board"]
        )
    },
    "release": {"number": st.integers(1, 3)},
    "inspect": {
        "category": st.sampled_from(["special_measures", "significant_improvement", "none"]),
        "days": st.sampled_from([0, 0, 1, 40]),
        "corrects": st.sampled_from([0, 0, 0, 1, 2]),
    },
    "go_straight": {"by": st.sampled_from(["hos", "hos", "seo"])},
    "propose": {"action": st.sampled_from(["advance", "pause", "resume"])},
    "decide": {"decision": st.sampled_from(["approve", "approve", "return"]), "which": WHICH},
    "approve_what_waits": {},
    "close": {
        "action": st.sampled_from(["resolve", "withdraw", "convert", "end"]),
        "now": st.integers(0, 4),
    },
}
# So that play gets far.
OFTEN = ["go_straight", "let_the_notice_fail", "press_on", "press_on", "press_on"]
MOVE = st.one_of(
    *(st.tuples(st.just(name), st.fixed_dictionaries(MOVES[name])) for name in [*MOVES, *OFTEN])
)


class Beginnings:
    """The databases from which sequences start: each is made once, and copied then."""

    def __init__(self, empty: Path, policy: Policy, folder: Path) -> None:
        self.empty, self.policy, self.folder = empty, policy, folder
        self.made: dict[str, Case] = {}

    @contextmanager
    def begun(self, school: str, stage: str) -> Iterator[Statute]:
        """A copy of this beginning."""
        name = f"{school}-{stage}.db"
        if name not in self.made:
            self.made[name] = self._make(name, school, stage)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(shutil.copyfile(self.folder / name, Path(folder) / "scc.db"))
            statute = Statute(file, self.made[name], school)
            yield statute
            statute.engine.dispose()

    def _make(self, name: str, school: str, stage: str) -> Case:
        engine = connect(sqlite_url(Path(shutil.copyfile(self.empty, self.folder / name))))
        case = Case(engine, self.policy, found_council(engine), now=NOW)
        with write(engine) as session:
            for role in ("diocese", "foundation_appointer"):
                contacts.set_contact(
                    Acting(session, POLICY, case.council.admin, NOW),
                    SCHOOLS["church"][0],
                    role,
                    contacts.NewContact(
                        name=f"The {role}", email=f"{role}@church.example", address=[]
                    ),
                )
        STAGES[stage](case.started(school=school))
        engine.dispose()
        return case


@pytest.fixture(scope="module")
def beginnings(
    sqlite_template: Path, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> Beginnings:
    """Every beginning, as it is asked for."""
    return Beginnings(sqlite_template, policy, tmp_path_factory.mktemp("beginnings"))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    school=st.sampled_from(["maintained", "church"]),
    stage=st.sampled_from(BEGIN),
    moves=st.lists(MOVE, min_size=30, max_size=30),
)
def test_any_sequence_of_statutory_commands(
    beginnings: Beginnings, school: str, stage: str, moves: list[tuple[str, dict[str, Any]]]
) -> None:
    with beginnings.begun(school, stage) as statute:
        for name, values in moves:
            getattr(statute, name)(**values)
        statute.every_power_that_was_used_had_its_preconditions()
        statute.nobody_came_to_the_powers_without_a_road()
        statute.nothing_is_left_standing()
        statute.rows_are_as_the_record_says()
