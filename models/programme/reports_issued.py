"""A report that the school has meets its duty of Table 1: not before, and not by being saved."""

from datetime import date, datetime

from sqlmodel import Session

from models.clocks import london_date
from models.events import THE_CLOCK, append
from models.letters.tables import Letter
from models.policy import Policy
from models.programme.duties import meet_report
from models.programme.tables import WrittenReport
from models.reports.events import ReportIssued
from models.reports.found import issue_of_proposal, rule_of
from models.reports.issued import note_issue
from models.rows import change, get_row


def follow_issue(session: Session, policy: Policy, letter: Letter, now: datetime) -> None:
    """A letter was issued, in this transaction: what follows where it carries a report."""
    issue = issue_of_proposal(session, letter.proposal_id) if letter.proposal_id else None
    if issue is None:
        return
    today = london_date(now)
    report = get_row(session, WrittenReport, issue.report_id)
    duty = None if issue.final else _meet(session, policy, report, today)
    followed = note_issue(session, policy, letter, issue, today, now)
    issued = ReportIssued(
        issue.matter_id,
        report=report.id,
        version=issue.version,
        final=issue.final,
        issued_on=today,
        answer_by=None if issue.final else letter.respond_by,
        duty=duty,
    )
    append(session, now, THE_CLOCK, issued, *followed)


def _meet(session: Session, policy: Policy, report: WrittenReport, today: date) -> int | None:
    rule = rule_of(policy, report)
    if rule is not None and not rule.counts:
        return None
    met = meet_report(session, report.urn, report.dated, report.wanted_duty_id, today)
    if met is not None:
        change(session, WrittenReport, {"id": report.id}, duty_id=met)
    return met
