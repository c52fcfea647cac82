"""One warning notice of section 60: found, put into words, whether it stands; its clocks."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from models.approvals.tables import Proposal
from models.clocks import long_date
from models.happened import Happened
from models.law import powers as powers_law
from models.letters.addressing import Addressing
from models.matters.case import Case
from models.matters.deadlines import set_deadline
from models.matters.tables import DeadlineKind
from models.policy import StepRule
from models.refusals import InvalidInput, NotPossible
from models.rows import find_one
from models.statutory.in_words import NoticeGiven
from models.statutory.legal import given_notice
from models.statutory.tables import WarningNotice

# The clocks of a notice; the review of a suspended budget runs on without it.
CLOCKS = (DeadlineKind.COMPLIANCE, DeadlineKind.POWERS)


def of_proposal(session: Session, proposal: Proposal) -> WarningNotice:
    """The notice that a proposal is about."""
    return find_one(session, select(WarningNotice).where(WarningNotice.proposal_id == proposal.id))


def check_failed(notice: WarningNotice) -> None:
    """Refuse what may only follow a notice that stands and was not complied with."""
    check_stands(notice)
    if notice.complied is None:
        raise NotPossible(
            "Judge first whether the governing body complied: the notice that powers are proposed "
            "says that it did not (section 60(1)(c) and (d))."
        )


def stands(notice: WarningNotice) -> bool:
    """Whether anything may still rest on a notice: it has not ceased, nor been complied with."""
    return notice.ceased_on is None and not notice.complied


def check_stands(notice: WarningNotice) -> None:
    """Refuse whatever rests on a notice that ceased or was complied with; raises NotPossible."""
    if notice.ceased_on is not None:
        raise NotPossible(f"The warning notice has ceased to have effect: {notice.ceased_because}.")
    if notice.complied:
        raise NotPossible("The governing body complied with the warning notice.")


def notice_in_words(case: Case) -> NoticeGiven:
    """The notice that was given and stands, for the letters that follow from it."""
    given = given_notice(case)
    if given is None or not stands(given.notice):
        return NoticeGiven()
    notice = given.notice
    return NoticeGiven(
        given_on=long_date(given.served_from or given.dated),
        compliance_ended_on=long_date(notice.compliance_ends_on),
        not_complied_words=notice.judgement_words if notice.complied is False else "",
    )


def notice_rule(case: Case) -> StepRule:
    """The ladder's rule for the step of the warning notice."""
    return next(step for step in case.ladder.steps if step.kind == "notice")


def powers_rule(case: Case) -> StepRule:
    """The ladder's rule for the step of the powers."""
    return next(step for step in case.ladder.steps if step.kind == "powers")


def to_both(powers: StepRule) -> Addressing:
    """The governing body, with a copy for the headteacher."""
    return Addressing(powers.to, ("headteacher",))


def set_last_day(case: Case, compliance_ends_on: date, now: datetime) -> Happened:
    """Put the last day for sections 63, 64 and 66 onto the clock."""
    last_day = powers_law.last_day(powers_law.Section.ARRANGEMENTS, compliance_ends_on)
    assert last_day is not None  # noqa: S101 - section 63 has one
    return set_deadline(
        case.session,
        case.policy,
        case.matter.id,
        step_key=powers_rule(case).key,
        kind=DeadlineKind.POWERS,
        due_on=last_day,
        rule=f"Two months after the compliance period that ends on {long_date(compliance_ends_on)} "
        "(sections 63, 64 and 66)",
        now=now,
    )


def word_of(field: str, name: str, words: Any) -> Any:
    """The word of the law with this name; raises InvalidInput, naming the words there are."""
    try:
        return words(name)
    except ValueError:
        known = ", ".join(words)
        raise InvalidInput(field, f"Choose from: {known}.") from None
