"""Finding a written report, its kind, its author, and what of it is on its way."""

from dataclasses import dataclass

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.consultants.tables import Consultant
from models.people.tables import Officer
from models.policy import Policy
from models.policy.programme import ReportRule
from models.programme.tables import WrittenReport
from models.refusals import NotFound
from models.reports.tables import AccuracyLink, ReportIssue, ReportVersion
from models.rows import by_key, find, find_first, get_row, kept


@kept
def _issues(report: int) -> SelectOfScalar[ReportIssue]:
    return (
        select(ReportIssue)
        .where(col(ReportIssue.report_id) == report)
        .order_by(col(ReportIssue.id))
    )


@kept
def _links(issue: int) -> SelectOfScalar[AccuracyLink]:
    return (
        select(AccuracyLink)
        .where(col(AccuracyLink.issue_id) == issue)
        .order_by(col(AccuracyLink.id))
    )


@dataclass(frozen=True)
class Author:
    """Who wrote a report, as its letter and its page name them."""

    name: str
    title: str
    email: str | None = None  # of an officer

    @property
    def spoken(self) -> str:
        """Name and title in a sentence."""
        return f"{self.name}, {self.title}" if self.title else self.name


def find_report(session: Session, report_id: int) -> WrittenReport:
    """The report with this key as it is now; raises NotFound."""
    report = by_key(session, WrittenReport, report_id)
    if report is None:
        raise NotFound(f"There is no report {report_id}.")
    return report


def author_of(session: Session, report: WrittenReport) -> Author:
    """Who wrote it: a consultant, another officer, or the officer who drafted it."""
    if report.author_consultant_id is not None:
        consultant = get_row(session, Consultant, report.author_consultant_id)
        return Author(consultant.name, consultant.organisation)
    officer = get_row(session, Officer, report.author_officer_id or report.officer_id)
    return Author(officer.name, officer.role.label, officer.email)


def hands_in(session: Session, report: WrittenReport) -> list[str]:
    """E-mail addresses of everybody who wrote what it says, or a reply to what was said of it."""
    wrote = select(ReportVersion.written_by_id).where(ReportVersion.report_id == report.id)
    replied = (
        select(AccuracyLink.replied_by_id)
        .join(ReportIssue, col(ReportIssue.id) == col(AccuracyLink.issue_id))
        .where(ReportIssue.report_id == report.id, col(AccuracyLink.replied_by_id).is_not(None))
    )
    consultants = select(Consultant.officer_id).where(
        Consultant.id == report.author_consultant_id, col(Consultant.officer_id).is_not(None)
    )
    keys = {report.officer_id, report.author_officer_id, *find(session, consultants)}
    keys |= {*find(session, wrote), *find(session, replied)}
    named = (
        select(Officer.email).where(col(Officer.id).in_(keys - {None})).order_by(col(Officer.id))
    )
    return list(find(session, named))


def rule_of(policy: Policy, report: WrittenReport) -> ReportRule | None:
    """What the policy says of reports of its kind; None where it has no such kind any more."""
    return policy.programme.report_kinds.get(report.kind)


def title_of(policy: Policy, kind: str) -> str:
    """What a kind of report is called, also one that the policy has no more."""
    rule = policy.programme.report_kinds.get(kind)
    named = kind.replace("_", " ")
    return rule.title if rule else f"{named[:1].upper()}{named[1:]}"


def issues_of(session: Session, report_id: int) -> list[ReportIssue]:
    """All that was put forward of a report, in that order."""
    return find(session, _issues(report_id))


def first_issue(session: Session, report_id: int) -> ReportIssue | None:
    """What the school has of a report for the first time; None while it has nothing from here."""
    issued = (each for each in issues_of(session, report_id) if not each.final and each.issued_on)
    return next(issued, None)


def links_of(session: Session, issue_id: int) -> list[AccuracyLink]:
    """Who is asked whether the facts are accurate, in the order of the letter's recipients."""
    return find(session, _links(issue_id))


def issue_of_proposal(session: Session, proposal_id: int) -> ReportIssue | None:
    """What a proposal puts forward, where it is a report."""
    return find_first(session, select(ReportIssue).where(ReportIssue.proposal_id == proposal_id))
