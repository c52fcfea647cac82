"""Written reports on schools: drafted, changed, withdrawn.

How one reaches the school is in `models.reports`. Source: Barnsley, School Improvement and Quality
Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from models.approvals.putting_forward import Way
from models.clocks import past_day
from models.consultants.leading import Person, who_did
from models.events import append
from models.inputs import Day, Input, Reason, RowKey, Text, Urn, Word
from models.matters.deadlines import close_deadline
from models.matters.tables import Deadline, DeadlineState
from models.needs.asking import HowMuch, checked_answer, keep_answer
from models.needs.tables import NeedSource
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy
from models.policy.programme import ReportRule
from models.programme.duties import check_new_report, check_wanted, plan_again
from models.programme.events import ReportRecorded
from models.programme.tables import WRITTEN_REPORT, DutyKind, WrittenReport
from models.refusals import InvalidInput, NotPossible
from models.reports.events import ReportChanged, ReportWithdrawn
from models.reports.found import find_report, first_issue, issues_of
from models.reports.putting_forward import (
    ReportToSend,
    addressed,
    check_changing,
    put_forward,
)
from models.reports.tables import ReportState, ReportVersion
from models.rows import add, by_key, change, get_row
from models.school_record.opening import enter_record
from models.schools.contacts import find_school
from models.text import check_printable, check_prose


class SectionWritten(Input):
    """One section of a written report, by the title that the policy gives it."""

    title: Word
    text: Text


Sections = Annotated[list[SectionWritten], Field(max_length=50)]


class ReportWritten(HowMuch):
    """A written report on a school; `duty` is the planned one that it was, else the first due.

    `kind` is one of the policy's. With `put_forward` false it stays a draft.
    `author` is who wrote it, where that is not who records it.
    """

    urn: Urn
    dated: Day
    sections: Sections
    duty: RowKey | None = None
    kind: Word = WRITTEN_REPORT
    put_forward: bool = True
    author: Person | None = None


class ReportRewritten(Input):
    """What a report says from now on; its day where none is given stays."""

    sections: Sections
    dated: Day | None = None


def record_report(acting: Acting, given: ReportWritten) -> WrittenReport:
    """A written report on a school: a text for each section that the policy names, each once.

    It is put forward for approval at once, unless that is not wanted, or somebody whom it must
    reach has no address: then it is a draft. Its duty is done when it is issued. Raises NotAllowed,
    NotFound, InvalidInput (of the third section the field is `section-3`); NotPossible when the
    officer has a report of this kind and day on record, for a duty that is done or cancelled, and
    where the school's record is closed to them.
    """
    report = draft_report(acting, given)
    if not given.put_forward or not _reaches(acting, report):
        return report
    return put_forward(acting, report.id, ReportToSend())


def _reaches(acting: Acting, report: WrittenReport) -> bool:
    record = enter_record(acting, Act.RECORD_SUPPORT_WORK, report.urn)
    return Way(record, acting.officer, acting.now).reaches(addressed(record.school))


def draft_report(acting: Acting, given: ReportWritten) -> WrittenReport:
    """The same as a draft; raises what `record_report` does."""
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer, dated = acting.session, acting.officer, given.dated
    written = _each_once(given.sections)
    school = find_school(session, given.urn)
    past_day("dated", dated, acting.now)
    rule = _rule(acting.policy, given.kind)
    answer = checked_answer(given)
    author = who_did(acting, "author", given.author)
    texts = _checked_sections(rule.sections, written)
    check_new_report(session, school.urn, given.kind, dated, officer.id)
    if given.duty is not None:
        _check_duty(session, rule, school.urn, given.duty)
    number = add(
        session,
        WrittenReport,
        urn=school.urn,
        dated=dated,
        officer_id=officer.id,
        sections=texts,
        recorded_at=acting.now,
        kind=given.kind,
        state=ReportState.DRAFT,
        version=1,
        wanted_duty_id=given.duty,
        author_officer_id=author.officer_id,
        author_consultant_id=author.consultant_id,
        **answer.columns,
    )
    report = get_row(session, WrittenReport, number)
    _keep_version(acting, report)
    happened = ReportRecorded(
        None,
        report=number,
        urn=school.urn,
        school=school.name,
        dated=dated,
        author=author.name,
    )
    append(session, acting.now, officer.email, happened)
    keep_answer(acting, school, answer, NeedSource.REPORT, number, dated)
    return report


def change_report(acting: Acting, report_id: int, given: ReportRewritten) -> WrittenReport:
    """Another text for a draft; of a report that the school has, for its final version.

    Every version is kept. Raises NotAllowed, NotFound, InvalidInput, and NotPossible while it waits
    for approval or is on its way, and at its end.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session = acting.session
    report = find_report(session, report_id)
    check_rewriting(session, report)
    school = find_school(session, report.urn)
    dated = given.dated or report.dated
    past_day("dated", dated, acting.now)
    titles = [section["title"] for section in report.sections]
    texts = _checked_sections(titles, _each_once(given.sections))
    values = {"sections": texts, "dated": dated, "version": report.version + 1}
    change(session, WrittenReport, {"id": report.id, "version": report.version}, **values)
    changed = get_row(session, WrittenReport, report.id)
    _keep_version(acting, changed)
    happened = ReportChanged(
        None, report=report.id, urn=school.urn, school=school.name, version=changed.version
    )
    append(session, acting.now, acting.officer.email, happened)
    return changed


def check_rewriting(session: Session, report: WrittenReport) -> None:
    """Refuse to change what will not be sent again; raises NotPossible."""
    check_changing(report)
    if report.state is ReportState.ISSUED:
        first = first_issue(session, report.id)
        if first is None or first.answer_by is None:
            raise NotPossible(
                "The school has this report, and no final version follows. Write a new one."
            )


def withdraw_report(acting: Acting, report_id: int, given: Reason) -> WrittenReport:
    """A report counts no more: a draft, or one that the school has and whose facts were wrong.

    Its personal links end, and the duty that it met is due again. Raises NotAllowed, NotFound,
    InvalidInput, and NotPossible while it waits for approval or is on its way, and at its end.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, now = acting.session, acting.now
    report = find_report(session, report_id)
    check_changing(report)
    check_prose("reason", given.reason, most=2000)
    school = find_school(session, report.urn)
    issues = issues_of(session, report.id)
    matter = None
    if report.state is ReportState.ISSUED and issues:
        matter = enter_record(acting, Act.RECORD_SUPPORT_WORK, report.urn).matter.id
    values = {"state": ReportState.WITHDRAWN, "withdrawn_because": given.reason, "duty_id": None}
    change(session, WrittenReport, {"id": report.id, "state": report.state}, **values)
    if report.duty_id is not None:
        plan_again(session, report.duty_id)
    for issue in issues:
        for deadline in filter(None, (issue.deadline_id, issue.final_deadline_id)):
            _let_go(session, deadline)
    withdrawn = ReportWithdrawn(
        matter, report=report.id, urn=school.urn, school=school.name, reason=given.reason
    )
    append(session, now, acting.officer.email, withdrawn)
    return get_row(session, WrittenReport, report.id)


def _let_go(session: Session, deadline_id: int) -> None:
    deadline = by_key(session, Deadline, deadline_id)
    if deadline is not None and deadline.state in (DeadlineState.OPEN, DeadlineState.MISSED):
        close_deadline(session, deadline, met=False)


def _rule(policy: Policy, kind: str) -> ReportRule:
    kinds = policy.programme.report_kinds
    if kind not in kinds:
        raise InvalidInput("kind", f"Choose from: {', '.join(kinds)}.")
    return kinds[kind]


def _check_duty(session: Session, rule: ReportRule, urn: int, duty: int) -> None:
    if not rule.counts:
        raise InvalidInput("duty", "A report of this kind is none of those that are planned.")
    check_wanted(session, DutyKind.REPORT, urn, duty)


def _keep_version(acting: Acting, report: WrittenReport) -> None:
    add(
        acting.session,
        ReportVersion,
        report_id=report.id,
        version=report.version,
        dated=report.dated,
        sections=report.sections,
        written_by_id=acting.officer.id,
        written_at=acting.now,
    )


def _each_once(sections: Sequence[SectionWritten]) -> dict[str, str]:
    texts = {section.title: section.text for section in sections}
    if len(texts) < len(sections):
        raise InvalidInput("sections", "Send each section once.")
    return texts


def _checked_sections(wanted: Sequence[str], sections: dict[str, str]) -> list[dict[str, str]]:
    unknown = [title for title in sections if title not in wanted]
    if unknown:
        raise InvalidInput("sections", f"The sections of a report are: {', '.join(wanted)}.")
    errors: list[tuple[str, str]] = []
    for place, title in enumerate(wanted, start=1):
        field, text = f"section-{place}", sections.get(title, "")
        try:
            check_printable(field, check_prose(field, text))
        except InvalidInput as invalid:
            what = f"Enter the section “{title}”."
            wrong = f"“{title}”: {invalid.message}" if text.strip() else what
            errors.append((field, wrong))
    if errors:
        raise InvalidInput.many(errors)
    return [{"title": title, "text": sections[title]} for title in wanted]
