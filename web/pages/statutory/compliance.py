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
from web.pages.forms import STAYS, Form, Posted
from web.pages.statutory.wording import check_within_part_4
from web.pages.visits import Key, Visit, Visitor, may
from web.pages.wording import upper_first

router = APIRouter()


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
        form.check("complied", "reasons")
        with visit.write() as session:
            following.judge_compliance(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                notice_id=number,
                complied=form.yes("complied"),
                reasons=form.text("reasons"),
                words=form.text("words"),
            )
            reference = warning_notice(session, visit.policy, visit.reader, number).reference
    except STAYS as refusal:
        return _compliance(visit, number, form.refused(refusal))
    return visit.done(f"/escalations/{reference}", "compliance")


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
        form.check("sections", "reasons")
        with visit.write() as session:
            proposed = following.propose_powers(
                session,
                visit.policy,
                officer=visit.officer,
                now=visit.now,
                notice_id=number,
                sections=form.texts("sections"),
                reasons=form.text("reasons"),
                words=form.text("words"),
            )
            letter = letters_shown.letter(session, visit.policy, visit.reader, proposed.letter_id)
    except STAYS as refusal:
        return _proposed_powers(visit, number, form.refused(refusal))
    return visit.done(f"/proposals/{letter.proposal}", "powers_proposed")


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
