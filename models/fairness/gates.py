"""What must be on record before something formal is proposed or approved, and whether it is.

Each gate binds as the policy of the case says: it warns the approvers, or it stops. A record serves
one approval: the next one of its kind at the same step needs another.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.approvals.tables import Decision, Proposal, ProposalState
from models.clocks import LONDON, long_date
from models.fairness.tables import FairnessKind, FairnessRecord
from models.law.powers import Section
from models.matters.at_hand import AtHand
from models.matters.case import Case
from models.policy import StepRule
from models.policy.fairness import Binds
from models.policy.programme import Programme
from models.proposed import Proposed
from models.refusals import NotPossible
from models.rows import Statement, find, kept, select_columns

LETTER = (FairnessKind.HEAD_TOLD, FairnessKind.MOMENT)
STATUTORY = (FairnessKind.EQUALITY_DUTY, FairnessKind.INFORMAL_RESOLUTION, *LETTER)
# By what is proposed; a step of a formal letter alone where it is a move to the next one.
WANTED = {"warning_notice": STATUTORY, "power": STATUTORY, "notice_of_powers": LETTER}
OF_A_POWER = (FairnessKind.EQUALITY_DUTY,)  # each power has its own
FRIDAY = 5


@dataclass(frozen=True)
class Subject:
    """What is to be proposed or approved: its word, its step, and the section of a power."""

    what: str
    rule: StepRule
    section: Section | None = None

    @property
    def wanted(self) -> tuple[FairnessKind, ...]:
        """What must be on record for it, whatever the time."""
        if self.what in ("advance", "start"):
            return LETTER if self.rule.kind == "letter" else ()
        return WANTED.get(self.what, ())

    def section_for(self, kind: FairnessKind) -> Section | None:
        """The section that a record of this kind has to name."""
        return self.section if kind in OF_A_POWER else None


@dataclass(frozen=True)
class Gate:
    """One thing that must be on record, and the record of it."""

    kind: FairnessKind
    binds: Binds
    record: FairnessRecord | None
    why: str = ""  # what makes it necessary at this time


@kept
def _recorded(matter: int, step: str) -> SelectOfScalar[FairnessRecord]:
    return (
        select(FairnessRecord)
        .where(col(FairnessRecord.matter_id) == matter, col(FairnessRecord.step_key) == step)
        .order_by(col(FairnessRecord.id).desc())
    )


@kept
def _approved(matter: int, step: str) -> Statement:
    return (
        select_columns(Proposal, Decision.at)
        .join(Decision, col(Decision.proposal_id) == col(Proposal.id))
        .where(col(Proposal.matter_id) == matter, col(Proposal.step_key) == step)
        .where(col(Proposal.state) == ProposalState.APPROVED)
    )


def subject_of(what: Proposed, rule: StepRule) -> Subject:
    """What the gates look at of something that is put forward."""
    return Subject(what.what, rule, getattr(what, "section", None))


def gates(case: Case, about: Subject, now: datetime, *, decided: int = 0) -> list[Gate]:
    """What must be on record for this, with the record where there is one.

    `decided` is the key of the proposal that is being approved, which spends nothing of its own.
    """
    if not about.wanted:
        return []
    records = find(case.session, _recorded(case.matter.id, about.rule.key))
    approved = find(case.session, _approved(case.matter.id, about.rule.key))
    found = []
    for kind in about.wanted:
        section = about.section_for(kind)
        spent = [
            at
            for proposal, at in approved
            if proposal.id != decided
            and kind in (other := subject_of(proposal.asks, about.rule)).wanted
            and other.section_for(kind) == section
        ]
        record = next(
            (
                each
                for each in records
                if (each.kind, each.section) == (kind, section)
                and all(each.recorded_at > at for at in spent)
            ),
            None,
        )
        why = bad_moment(case, now) if kind is FairnessKind.MOMENT else ""
        if why or kind is not FairnessKind.MOMENT:
            found.append(Gate(kind, getattr(case.policy.fairness, kind.value), record, why))
    return found


def check_proposing(case: Case, about: Subject, now: datetime) -> None:
    """Refuse to put forward what has to be on record first; raises NotPossible."""
    if _any_stops(case, about):
        asked = gates(case, about, now)
        _check(case, [each for each in asked if each.kind is not FairnessKind.MOMENT])


def check_approving(about: AtHand, proposal: Proposal, now: datetime) -> None:
    """The same when it is approved, and whether its letter may leave now; raises NotPossible."""
    if isinstance(about, Case):
        subject = subject_of(proposal.asks, about.rule_of(proposal.step))
        if _any_stops(about, subject):
            _check(about, gates(about, subject, now, decided=proposal.id))


def _any_stops(case: Case, about: Subject) -> bool:
    """Where the policy only has warnings, they are for whoever approves: no command reads them."""
    return any(getattr(case.policy.fairness, kind.value) == "stop" for kind in about.wanted)


def _check(case: Case, asked: list[Gate]) -> None:
    missing = [each for each in asked if each.binds == "stop" and each.record is None]
    if not missing:
        return
    reference = case.matter.reference
    says = "; ".join(f"{each.kind.label}{f' ({each.why})' if each.why else ''}" for each in missing)
    raise NotPossible(
        f"Not on record yet: {says}. Put it on record first (/escalations/{reference}/fairness)."
    )


def bad_moment(case: Case, now: datetime) -> str:
    """Why a formal letter should not leave now; "" when it may."""
    at = now.astimezone(LONDON)
    fairness = case.policy.fairness
    if at.isoweekday() == FRIDAY and at.time() >= fairness.not_on_friday_from:
        return f"it is Friday after {_hour(fairness.not_on_friday_from)}"
    programme = case.todays_policy.programme
    ends = _end_of_term(programme, at.date(), fairness.not_on_last_days_of_term)
    return f"the term ends on {long_date(ends)}" if ends else ""


def _hour(at: time) -> str:
    return "noon" if at == time(12) else f"{at:%H:%M}"


def _end_of_term(programme: Programme, today: date, last_days: int) -> date | None:
    """The last day of a term, where today is among so many school days before and at its end."""
    for year in programme.years:
        for term in year.terms:
            days: list[date] = []
            day = term.last_day
            while len(days) < last_days:
                if day.isoweekday() <= FRIDAY:
                    days.append(day)
                day -= timedelta(days=1)
            if today in days:
                return term.last_day
    return None
