"""What became of a written report on its way, as doors show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.letters.tables import Letter
from models.matters.at_hand import find_visible
from models.people.access import Reader
from models.people.shown import officer_names
from models.programme.tables import WrittenReport
from models.reports.found import find_report, issues_of, links_of
from models.reports.putting_forward import wants_reply
from models.reports.tables import (
    AccuracyAnswer,
    AccuracyLink,
    ReportIssue,
    ReportVersion,
)
from models.rows import find, find_first
from models.shown import Shown


class Accuracy(StrEnum):
    """What became of asking the school whether the facts in a report are accurate."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    ACCURATE = "accurate"
    INACCURATE = "inaccurate"
    NO_ANSWER = "no_answer"

    @property
    def label(self) -> str:
        """The words for people."""
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Checked:
    """How the facts of a report stand, and by when the school can answer."""

    accuracy: Accuracy = Accuracy.NOT_ASKED
    answer_by: date | None = None


class Sent(Shown):
    """A version of a report that was put forward; its `letter` is with the school once issued."""

    version: int
    final: bool
    proposal: int
    letter: int | None
    issued_on: date | None


class Answer(Shown):
    """Somebody at the school who was asked about the facts, what they said, and the reply.

    `recorded_by` is the officer who put an answer on record that came by another way than the
    personal link. With `wants_reply` the final version waits for one.
    """

    id: int
    role: str
    name: str
    email: str
    reminded_at: AwareDatetime | None
    answer: AccuracyAnswer | None
    comments: str
    answered_at: AwareDatetime | None
    recorded_by: str | None
    reply: str
    replied_by: str | None
    replied_at: AwareDatetime | None
    wants_reply: bool


class Version(Shown):
    """The text of a report as somebody left it."""

    version: int
    dated: date
    sections: list[dict[str, str]]
    written_by: str
    written_at: AwareDatetime


def checked_of(session: Session, reports: Sequence[WrittenReport]) -> Mapping[int, Checked]:
    """How the facts of these reports stand, by the key of each. Two queries."""
    keys = [each.id for each in reports]
    asked = select(ReportIssue).where(
        col(ReportIssue.report_id).in_(keys), col(ReportIssue.answer_by).is_not(None)
    )
    issues = find(session, asked) if keys else []
    if not issues:
        return {}
    said: dict[int, list[AccuracyAnswer | None]] = {each.id: [] for each in issues}
    links = select(AccuracyLink.issue_id, AccuracyLink.answer).where(
        col(AccuracyLink.issue_id).in_(list(said))
    )
    for issue_id, answer in find(session, links):
        said[issue_id].append(answer)
    return {
        each.report_id: Checked(_accuracy(each, said[each.id]), each.answer_by) for each in issues
    }


def _accuracy(issue: ReportIssue, said: Sequence[AccuracyAnswer | None]) -> Accuracy:
    if AccuracyAnswer.INACCURATE in said:
        return Accuracy.INACCURATE
    if AccuracyAnswer.ACCURATE in said:
        return Accuracy.ACCURATE
    return Accuracy.ASKED if issue.final_deadline_id is None else Accuracy.NO_ANSWER


def sent_of(session: Session, reader: Reader, report_id: int) -> list[Sent]:
    """What was put forward of a report, the newest first; none of a record that is not to be seen.

    Raises NotFound.
    """
    issues = _seen(session, reader, report_id)
    return [
        Sent(
            version=each.version,
            final=each.final,
            proposal=each.proposal_id,
            letter=find_first(session, select(Letter.id).where(_carries(each))),
            issued_on=each.issued_on,
        )
        for each in reversed(issues)
    ]


def _carries(issue: ReportIssue) -> bool:
    return col(Letter.proposal_id) == issue.proposal_id  # type: ignore[return-value]


def _seen(session: Session, reader: Reader, report_id: int) -> list[ReportIssue]:
    find_report(session, report_id)
    issues = issues_of(session, report_id)
    seen = bool(issues) and find_visible(session, reader, issues[0].matter_id) is not None
    return issues if seen else []


def answers_of(session: Session, reader: Reader, report_id: int) -> list[Answer]:
    """Who was asked about the facts, and what they said; none where `sent_of` has none.

    Raises NotFound.
    """
    issues = _seen(session, reader, report_id)
    links = [link for each in issues for link in links_of(session, each.id)]
    people = [key for each in links for key in (each.recorded_by_id, each.replied_by_id) if key]
    names = officer_names(session, people)
    return [
        Answer(
            id=each.id,
            role=each.role,
            name=each.name,
            email=each.email,
            reminded_at=each.reminded_at,
            answer=each.answer,
            comments=each.comments,
            answered_at=each.answered_at,
            recorded_by=names[each.recorded_by_id][1] if each.recorded_by_id else None,
            reply=each.reply,
            replied_by=names[each.replied_by_id][1] if each.replied_by_id else None,
            replied_at=each.replied_at,
            wants_reply=wants_reply(each),
        )
        for each in links
    ]


def versions_of(session: Session, report_id: int) -> list[Version]:
    """Every version of a report, the newest first. Raises NotFound."""
    find_report(session, report_id)
    theirs = (
        select(ReportVersion)
        .where(ReportVersion.report_id == report_id)
        .order_by(col(ReportVersion.version).desc())
    )
    found = find(session, theirs)
    names = officer_names(session, [each.written_by_id for each in found])
    return [
        Version(
            version=each.version,
            dated=each.dated,
            sections=each.sections,
            written_by=names[each.written_by_id][1],
            written_at=each.written_at,
        )
        for each in found
    ]
