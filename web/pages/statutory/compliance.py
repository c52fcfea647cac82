"""After a warning notice: was it complied with, and which powers are proposed if not."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.approvals.titles import section_title
from models.law.powers import Section
from models.letters import shown as letters_shown
from models.matters.at_hand import see_row
from models.matters.case import Case, find_case
from models.people.access import Act
from models.statutory import following, tables
from models.statutory.notices_shown import WarningNotice, warning_notice
from models.statutory.shown import eligibility
from models.statutory.words import why_powers
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.statutory.wording import check_within_part_4
from web.pages.visits import Key, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_COMPLIANCE = says("compliance", "Your judgement on compliance has been recorded")
SAYS_POWERS_PROPOSED = says(
    "powers_proposed", "The notice of proposed powers is drafted and is waiting for a decision"
)


router = APIRouter()

JUDGEMENT = Asked(
    following.ComplianceJudgement,
    complied=("Judgement", "Choose whether the governing body complied"),
    reasons=("Reasons", "Enter your reasons"),
    words=("What the school is told", "Enter what the letter says to the school"),
)
POWERS = Asked(
    following.PowersToPropose,
    sections=("Powers", "Choose at least one power"),
    reasons=("Reasons", "Enter your reasons"),
    words=("What the school is told", "Enter what the letter says to the school"),
)


@router.get(
    "/warning-notices/{id}/compliance",
    dependencies=[may(Act.JUDGE_COMPLIANCE, of=tables.WarningNotice)],
)
def compliance(visit: Visitor, number: Key) -> Response:
    """The form for the judgement on compliance."""
    return _compliance(visit, number, Form())


@router.post(
    "/warning-notices/{id}/compliance",
    dependencies=[may(Act.JUDGE_COMPLIANCE, of=tables.WarningNotice)],
)
def judge_compliance(visit: Visitor, number: Key, form: Posted) -> Response:
    """Judge whether the governing body complied to the authority's satisfaction."""
    try:
        given = form.filled(JUDGEMENT)
        with visit.acting() as acting:
            following.judge_compliance(acting, number, given)
            notice = warning_notice(acting.session, visit.policy, visit.reader, number)
    except STAYS as refusal:
        return _compliance(visit, number, form.refused(refusal, JUDGEMENT))
    return visit.done(f"/escalations/{notice.reference}", SAYS_COMPLIANCE)


def _compliance(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        notice, case = _find(session, visit, number)
        check_within_part_4(case)
    return visit.page(
        "statutory/compliance_form.html",
        title="Judge compliance",
        form=form,
        case=case,
        notice=notice,
        over=visit.today > notice.compliance_ends_on,
    )


@router.get(
    "/warning-notices/{id}/proposed-powers",
    dependencies=[may(Act.PROPOSE_POWERS, of=tables.WarningNotice)],
)
def proposed_powers(visit: Visitor, number: Key) -> Response:
    """The form for the notice that powers are proposed."""
    with visit.read() as session:
        words = why_powers(see_row(session, visit.reader, tables.WarningNotice, number))
    return _proposed_powers(visit, number, Form.of(words=words))


@router.post(
    "/warning-notices/{id}/proposed-powers",
    dependencies=[may(Act.PROPOSE_POWERS, of=tables.WarningNotice)],
)
def propose_powers(visit: Visitor, number: Key, form: Posted) -> Response:
    """Draft the notice that powers are proposed, and put it forward."""
    try:
        given = form.filled(POWERS)
        with visit.acting() as acting:
            proposed = following.propose_powers(acting, number, given)
            letter = letters_shown.letter(
                acting.session, visit.policy, visit.reader, proposed.letter_id
            )
    except STAYS as refusal:
        return _proposed_powers(visit, number, form.refused(refusal, POWERS))
    return visit.done(f"/proposals/{letter.proposal}", SAYS_POWERS_PROPOSED)


def _proposed_powers(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        notice, case = _find(session, visit, number)
        check_within_part_4(case)
        found = eligibility(
            session, visit.policy, visit.reader, notice.reference, today=visit.today
        )
    return visit.page(
        "statutory/proposed_powers_form.html",
        title="Propose powers",
        form=form,
        case=case,
        notice=notice,
        sections=[
            (section.value, upper_first(section_title(section)), found.last_day_for_powers[section])
            for section in Section
        ],
        days_of_notice=case.policy.statutory.notice_of_powers_working_days,
    )


def _find(session: Session, visit: Visit, number: int) -> tuple[WarningNotice, Case]:
    notice = warning_notice(session, visit.policy, visit.reader, number)
    return notice, find_case(session, visit.policy, visit.reader, notice.reference)
