"""A written report, or its final version, is put forward to be sent to the school."""

from datetime import date

from sqlmodel import Session

from models.approvals.putting_forward import Asked, Draft, Way, place
from models.clocks import london_date, long_date
from models.events import append
from models.inputs import Input, Text
from models.letters.addressing import CHAIR, Addressing
from models.letters.in_words import InWords
from models.matters.at_hand import AtHand
from models.matters.deadlines import cancel_reminders
from models.people.access import Act
from models.people.acting import Acting
from models.policy.programme import ReportRule
from models.policy.wording import inside, the_role
from models.programme.tables import WrittenReport
from models.refusals import NotPossible
from models.reports import in_words
from models.reports.events import ReportPutForward
from models.reports.found import (
    author_of,
    find_report,
    first_issue,
    hands_in,
    links_of,
    rule_of,
    title_of,
)
from models.reports.proposed import SendReport
from models.reports.tables import AccuracyAnswer, AccuracyLink, ReportIssue, ReportState
from models.rows import add, change
from models.school_record.opening import enter_record
from models.schools.tables import ContactRole, School, SchoolKind
from models.text import check_printable, check_prose

FIRST, FINAL = "written_report", "final_report"
# What becomes of a report that is put forward, is returned, and is approved.
PROPOSED = {False: ReportState.PROPOSED, True: ReportState.FINAL_PROPOSED}
RETURNED = {False: ReportState.DRAFT, True: ReportState.ISSUED}
APPROVED = {False: ReportState.APPROVED, True: ReportState.FINAL_APPROVED}


class ReportToSend(Input):
    """Why it is to be sent, for whoever approves it; no letter prints it."""

    reason: Text = ""


def put_forward(acting: Acting, report_id: int, given: ReportToSend) -> WrittenReport:
    """Draft the letter with a report, or with its final version, and put it forward for approval.

    A draft is put forward to be issued for the first time; once the school has said whether the
    facts are accurate, or its day has passed, the final version. Raises NotFound, NotAllowed,
    InvalidInput, and NotPossible by where the report stands, or where an address is missing.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, now = acting.session, acting.now
    report = find_report(session, report_id)
    record = enter_record(acting, Act.RECORD_SUPPORT_WORK, report.urn)
    rule, first = check_putting_forward(record, report, acting)
    check_printable("reason", check_prose("reason", given.reason, required=False))
    reason = given.reason or f"To send the school our {_named(record, report)}."
    final = first is not None
    facts = _facts(record, report, rule, first)
    asked = SendReport(
        report=report.id,
        version=report.version,
        final=final,
        answer_working_days=0 if final else rule.accuracy_working_days,
        written_by=tuple(hands_in(session, report)),
    )
    draft = Draft(FINAL if final else FIRST, addressed(record.school), (facts,))
    placed = place(record, acting.officer, now, Asked(asked, reason), rule.approvers, [draft])
    add(
        session,
        ReportIssue,
        matter_id=record.matter.id,
        report_id=report.id,
        version=report.version,
        final=final,
        proposal_id=placed.proposal_id,
        author_id=report.officer_id,
    )
    change(session, WrittenReport, {"id": report.id}, state=PROPOSED[final])
    forward = ReportPutForward(
        record.matter.id, report=report.id, version=report.version, final=final
    )
    append(session, now, acting.officer.email, forward, *placed.happenings)
    if first is not None and first.deadline_id is not None:
        cancel_reminders(session, [first.deadline_id])
    return find_report(session, report.id)


def check_putting_forward(
    record: AtHand, report: WrittenReport, acting: Acting
) -> tuple[ReportRule, ReportIssue | None]:
    """The rule of its kind, and of a final version what the school has; raises NotPossible."""
    rule = rule_of(acting.policy, report)
    first = check_sending(record.session, report, acting.today)
    if rule is None:
        raise NotPossible(
            "The policy has no reports of this kind any more. Write it as a report of another kind."
        )
    Way(record, acting.officer, acting.now).check(rule.approvers, addressed(record.school))
    return rule, first


def check_sending(session: Session, report: WrittenReport, today: date) -> ReportIssue | None:
    """Refuse what is not a draft, nor ready for its final version; raises NotPossible.

    None for a draft; else what the school has already.
    """
    if report.state is ReportState.DRAFT:
        return None
    first = first_issue(session, report.id) if report.state is ReportState.ISSUED else None
    if first is None or first.answer_by is None:
        raise NotPossible(_NOT_NOW[report.state])
    links = links_of(session, first.id)
    if any(each.answer is None for each in links) and today <= first.answer_by:
        raise NotPossible(
            f"The school has until {long_date(first.answer_by)} to say whether the facts are "
            "accurate. The final version comes after that, or when everybody has answered."
        )
    if any(wants_reply(each) for each in links):
        raise NotPossible("Reply to what the school said of the facts first.")
    return first


_SENT = "The school has this report, and it was not asked whether the facts are accurate."
_WAITS = "It waits for approval already. To change it, have its proposal returned."
_LEAVES = "It is approved, and is issued within a minute or two."
_NOT_NOW = {
    ReportState.PROPOSED: _WAITS,
    ReportState.APPROVED: _LEAVES,
    ReportState.ISSUED: _SENT,
    ReportState.FINAL_PROPOSED: _WAITS,
    ReportState.FINAL_APPROVED: _LEAVES,
    ReportState.FINAL: "The school has the final version of this report.",
    ReportState.WITHDRAWN: "This report was withdrawn.",
}


def check_changing(report: WrittenReport) -> None:
    """Refuse to change a report that is on its way, or at its end; raises NotPossible."""
    if report.state not in (ReportState.DRAFT, ReportState.ISSUED):
        raise NotPossible(_NOT_NOW[report.state])


def wants_reply(link: AccuracyLink) -> bool:
    """Whether something was said of the facts to which nobody has replied."""
    said = link.answer is AccuracyAnswer.INACCURATE or bool(link.comments)
    return said and link.replied_at is None


def addressed(school: School) -> Addressing:
    """The headteacher, with a copy to the chair of governors and, of an academy, to its trust."""
    trust, sponsor = ContactRole.TRUST.value, ContactRole.SPONSOR.value
    if school.kind is not SchoolKind.ACADEMY:
        return Addressing(ContactRole.HEADTEACHER.value, (CHAIR,))
    must = (CHAIR, trust) if school.trust else (CHAIR,)
    return Addressing(ContactRole.HEADTEACHER.value, must, (trust, sponsor))


def _named(record: AtHand, report: WrittenReport) -> str:
    title = inside(title_of(record.todays_policy, report.kind))
    return f"{title} of {long_date(report.dated)}"


def _facts(
    record: AtHand, report: WrittenReport, rule: ReportRule, first: ReportIssue | None
) -> InWords:
    asks = first is None and bool(rule.accuracy_working_days)
    told = in_words.ReportInWords(
        title=rule.title,
        called=inside(rule.title),
        dated=long_date(report.dated),
        author=author_of(record.session, report).spoken,
        sections=[in_words.SectionInWords(**section) for section in report.sections],
        asks="yes" if asks else "",
    )
    if first is None:
        return in_words.ReportLetter(report=told)
    checked = _checked(record.session, first)
    return in_words.FinalReportLetter(report=told, facts=checked)


def _checked(session: Session, first: ReportIssue) -> in_words.FinalInWords:
    assert first.issued_on is not None and first.answer_by is not None  # noqa: S101, PT018
    links = links_of(session, first.id)
    silent = [the_role(each.role) for each in links if each.answer is None]
    return in_words.FinalInWords(
        said=[_said(each) for each in links if each.answer is not None],
        silent=" or ".join(filter(None, [", ".join(silent[:-1]), *silent[-1:]])),
        first_issued=long_date(first.issued_on),
        answer_by=long_date(first.answer_by),
    )


def _said(link: AccuracyLink) -> in_words.SaidInWords:
    assert link.answered_at is not None  # noqa: S101 - it was answered
    return in_words.SaidInWords(
        who=f"{link.name}, {link.role.replace('_', ' ')},",
        accurate="yes" if link.answer is AccuracyAnswer.ACCURATE else "",
        on=long_date(london_date(link.answered_at)),
        comments=link.comments,
        reply=link.reply,
    )
