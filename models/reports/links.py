"""The personal link by which somebody at a school says whether the facts in a report are accurate.

It needs no account. Its secret stands in a mail and in one address, is kept as its SHA-256 alone,
opens this one question for one person, and ends with the day, with the answer or with the report.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import london_date
from models.database import read, write
from models.events import THE_CLOCK, append
from models.letters.tables import IssuedFile, Letter
from models.letters.told import LetterGoes
from models.matters.tables import Matter
from models.outbox import Message
from models.people.passwords import network
from models.people.tables import SignInFailure, digest, new_token
from models.programme.tables import WrittenReport
from models.refusals import NotIdentified, TooManyTries
from models.reports.events import AccuracyLinkSent
from models.reports.tables import AccuracyKey, AccuracyLink, ReportIssue, ReportState, ReportVersion
from models.reports.told import AccuracyReminder
from models.rows import add, by_key, find_first, find_one, get_row, kept, recent, remove

WINDOW = timedelta(minutes=15)
TRIES_FROM_ADDRESS = 30
WAIT = "Too many links that do not work were opened from here. Wait 15 minutes, then try again"
NO_LINK = "This link does not work."
_OF_LINKS = "report link "  # before the address of the network: not counted with sign-ins


class LinkState(StrEnum):
    """What a link is good for."""

    OPEN = "open"
    ANSWERED = "answered"
    ENDED = "ended"  # its day has passed
    WITHDRAWN = "withdrawn"  # the report was
    SHUT = "shut"  # its matter is restricted or closed


@dataclass(frozen=True)
class Opened:
    """Whose link it is, for which report, and what it is good for."""

    link: AccuracyLink
    issue: ReportIssue
    report: WrittenReport
    matter: Matter
    state: LinkState


@kept
def _by_digest(mark: str) -> SelectOfScalar[AccuracyKey]:
    return select(AccuracyKey).where(col(AccuracyKey.digest) == mark)


def opened(session: Session, mark: str, now: datetime) -> Opened:
    """What the link with this digest opens; raises NotIdentified for any other."""
    key = find_first(session, _by_digest(mark))
    if key is None or not compare_digest(key.digest, mark):
        raise NotIdentified(NO_LINK)
    return standing(session, get_row(session, AccuracyLink, key.link_id), now)


def standing(session: Session, link: AccuracyLink, now: datetime) -> Opened:
    """What a link is good for now."""
    issue = get_row(session, ReportIssue, link.issue_id)
    report = get_row(session, WrittenReport, issue.report_id)
    matter = get_row(session, Matter, issue.matter_id)
    return Opened(link, issue, report, matter, _state(link, issue, report, matter, now))


def _state(
    link: AccuracyLink, issue: ReportIssue, report: WrittenReport, matter: Matter, now: datetime
) -> LinkState:
    if matter.restricted or matter.closed_on is not None:
        return LinkState.SHUT
    if report.state is ReportState.WITHDRAWN:
        return LinkState.WITHDRAWN
    if link.answer is not None:
        return LinkState.ANSWERED
    assert issue.answer_by is not None  # noqa: S101 - somebody is asked by a day
    over = london_date(now) > issue.answer_by or report.state is not ReportState.ISSUED
    return LinkState.ENDED if over else LinkState.OPEN


def check_rate(engine: Engine, now: datetime, address: str) -> None:
    """Refuse whoever opens link after link that does not work; raises TooManyTries."""
    with read(engine) as session:
        place = col(SignInFailure.address) == _OF_LINKS + network(address)
        failures = select(func.count()).select_from(SignInFailure)
        lately = recent(SignInFailure.at, now, WINDOW)
        if find_one(session, failures.where(place, lately)) >= TRIES_FROM_ADDRESS:
            raise TooManyTries(WAIT, WINDOW)


def note_failure(engine: Engine, now: datetime, mark: str, address: str) -> None:
    """A link that does not work was opened, from this address of the network."""
    place = _OF_LINKS + network(address)
    with write(engine) as session:
        old = col(SignInFailure.address) == place, ~recent(SignInFailure.at, now, WINDOW)
        remove(session, SignInFailure, *old)
        add(session, SignInFailure, account=mark, address=place, at=now)


def document(session: Session, link: Opened) -> bytes:
    """The report as it was issued, as PDF."""
    mine = (
        select(IssuedFile.content)
        .join(Letter, col(Letter.id) == col(IssuedFile.letter_id))
        .where(col(Letter.proposal_id) == link.issue.proposal_id, IssuedFile.format == "pdf")
    )
    return find_one(session, mine)


def sections_issued(session: Session, link: Opened) -> list[dict[str, str]]:
    """What the report says in the version that the school has."""
    issue = link.issue
    theirs = select(ReportVersion.sections).where(
        ReportVersion.report_id == issue.report_id, ReportVersion.version == issue.version
    )
    sections: list[dict[str, str]] = find_one(session, theirs)
    return sections


# The secret of a mail -------------------------------------------------------------------------


def secret_for(engine: Engine, message: Message, now: datetime) -> str:
    """A fresh secret for the link that a message carries; empty for one that carries none.

    It is told once, to whoever puts the mail together. One that an earlier mail carried, which may
    have arrived, opens the same.
    """
    with read(engine) as session:
        if not carries_link(session, message, now):
            return ""
    with write(engine) as session:
        link = carries_link(session, message, now)
        if link is None:
            return ""
        secret = new_token()
        add(session, AccuracyKey, link_id=link.link.id, digest=digest(secret), made_at=now)
        made = AccuracyLinkSent(
            link.matter.id,
            link=link.link.id,
            report=link.report.id,
            role=link.link.role,
            to=message.to_name,
        )
        append(session, now, THE_CLOCK, made)
        return secret


def carries_link(session: Session, message: Message, now: datetime) -> Opened | None:
    """The link that a message carries while it is open: of a report's letter, or a reminder."""
    link = _link_of(session, message)
    found = standing(session, link, now) if link else None
    return found if found and found.state is LinkState.OPEN else None


def _link_of(session: Session, message: Message) -> AccuracyLink | None:
    told = message.tells
    if isinstance(told, AccuracyReminder):
        return by_key(session, AccuracyLink, told.link)
    if not isinstance(told, LetterGoes) or message.letter_id is None:
        return None
    return find_first(session, _of_letter(message.letter_id, told.role))


@kept
def _of_letter(letter: int, role: str) -> SelectOfScalar[AccuracyLink]:
    return (
        select(AccuracyLink)
        .join(ReportIssue, col(ReportIssue.id) == col(AccuracyLink.issue_id))
        .join(Letter, col(Letter.proposal_id) == col(ReportIssue.proposal_id))
        .where(col(Letter.id) == letter, col(AccuracyLink.role) == role)
    )
