"""The guard before a warning notice: is the school aware, and does it work well with its partner?

Source: The SIP's Brief, part 4: the authority should refrain from a notice while the school is
aware of the problem and works well with its improvement partner. Silence is no answer, and an old
answer is asked again.
"""

from datetime import date
from typing import Protocol

from models.clocks import add_working_days, london_date
from models.events import append
from models.matters.case import Case
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add
from models.statutory.events import SupportRecorded
from models.statutory.legal import latest_support
from models.statutory.tables import Support
from models.text import check_prose

ASKED = {
    "aware_of_problem": "Choose whether the school is aware of the problem",
    "working_with_partner": "Choose whether the school works well with its improvement partner",
}


class Answers(Protocol):
    """What a notice's form asks; None where it was left open."""

    @property
    def aware_of_problem(self) -> bool | None:
        """Whether the school is aware of the problem."""

    @property
    def working_with_partner(self) -> bool | None:
        """Whether it works well with its improvement partner."""

    @property
    def plan_on_track(self) -> bool | None:
        """Whether a plan that was agreed within the case is on track."""

    @property
    def support_evidence(self) -> str:
        """How that is known."""


def fresh_answer(case: Case, today: date) -> Support | None:
    """The latest answer, unless there is none or it is too old to count."""
    support = latest_support(case)
    if support is None:
        return None
    counts_for = case.policy.statutory.guard_working_days
    too_old = add_working_days(london_date(support.recorded_at), counts_for) < today
    return None if too_old else support


def take_answers(acting: Acting, case: Case, given: Answers) -> None:
    """Put on record what the form of a notice was answered; nothing where it was left open.

    Raises InvalidInput where there is no answer that counts, or half of one.
    """
    if all(getattr(given, name) is None for name in (*ASKED, "plan_on_track")):
        if fresh_answer(case, acting.today) is None:
            raise InvalidInput.many([(name, f"{says}.") for name, says in ASKED.items()])
        return
    missing = [(name, f"{says}.") for name, says in ASKED.items() if getattr(given, name) is None]
    if missing:
        raise InvalidInput.many(missing)
    check_prose("support_evidence", given.support_evidence)
    answers = {name: bool(getattr(given, name)) for name in (*ASKED, "plan_on_track")}
    support_id = add(
        acting.session,
        Support,
        escalation_id=case.escalation.id,
        **answers,
        evidence=given.support_evidence,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    recorded = SupportRecorded(case.escalation.id, support=support_id, **answers)
    append(acting.session, acting.now, acting.officer.email, recorded)


def check_still_answered(case: Case, today: date) -> None:
    """Refuse to approve a notice whose answer has become too old; raises NotPossible."""
    if fresh_answer(case, today) is None:
        days = case.policy.statutory.guard_working_days
        raise NotPossible(
            "Whether the school is aware of the problem and works well with its improvement "
            f"partner was not answered within the last {days} working days. Record it again "
            f"(/escalations/{case.matter.reference}/support/new)."
        )
