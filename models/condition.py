"""How the parts of the system are, and what to do where one is not well.

What a door alone can find out (whether Prefect answers, what is wrong with the mail URL) it finds
out and passes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, Engine, and_, func, or_
from sqlmodel import Session, col, select

from models import schema
from models.access import Reader, visible_to
from models.clocks import bank_holidays_known_until, london_date, long_date
from models.commands import clock
from models.database import read
from models.escalations import LIVE, Escalation, Proposal, ProposalState
from models.events import Event, EventKind
from models.letters import Letter, LetterState
from models.messages import Message, MessageState
from models.officers import Officer, Role
from models.policy import Policy
from models.settings import Settings

# The policy counts in working days up to a year ahead, so the calendar must reach as far.
BANK_HOLIDAYS_AHEAD = timedelta(days=365)
CLOCK_IS_LATE = timedelta(minutes=10)
DELIVERY_IS_LATE = timedelta(minutes=2)
OUTBOX_IS_LATE = timedelta(hours=1)
RUNNER_IS_LATE = timedelta(minutes=2)
BACKUP_IS_OLD = timedelta(days=7)
CLOCK_ADVICE = "`scc up` keeps it going; `scc tick` is one pass by hand."


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What was found of one part, and what to do about it."""

    about: str
    health: Health
    says: str


def examine(
    engine: Engine, policy: Policy, now: datetime, *, reader: Reader, outside: Iterable[Finding]
) -> list[Finding]:
    """Everything an administrator watches, for one who sees what `reader` sees.

    `outside` are the findings on Prefect, mail and the malware scanner.
    """
    with read(engine) as session:
        return [
            database(engine),
            clock_pass(engine, now),
            *outside,
            _runner(session, now),
            *letters(session),
            delivery_worker(engine, now),
            _outbox(session, reader, now),
            _approvers(session, policy),
            _case_officers(session, reader),
            _backups(session, now),
            bank_holidays(now),
            time_zone(),
        ]


# Of the machine ----------------------------------------------------------------------------


def database(engine: Engine) -> Finding:
    """That there is one with our tables; raises SchemaError or SQLAlchemyError if not."""
    schema.check(engine)
    return Finding("database", Health.OK, "reachable, with the tables of this version")


def prefect(settings: Settings, url: str, *, answers: bool) -> Finding:
    """Whether Prefect's server at `url` answers."""
    if answers:
        return Finding("Prefect", Health.OK, "answers")
    shown = settings.masked()["prefect_api_url"] or url
    says = f"{shown} does not answer. Cases, deadlines and letters go on meanwhile;"
    if settings.prefect_api_url:
        return Finding("Prefect", Health.PROBLEM, f"{says} start it, or set PREFECT_API_URL.")
    return Finding("Prefect", Health.WARNING, f"{says} `scc up` starts it.")


def mail(settings: Settings, trouble: str | None) -> Finding:
    """Whether mail is configured; `trouble` is what is wrong with its URL."""
    if not settings.mail_url:
        says = (
            f"Mail is not configured: messages are kept in {settings.mail_folder.absolute()}. "
            "Set SCC_MAIL_URL to send them."
        )
        return Finding("mail", Health.WARNING, says)
    if trouble:
        return Finding("mail", Health.PROBLEM, f"SCC_MAIL_URL cannot be used: {trouble}")
    return Finding("mail", Health.OK, "SCC_MAIL_URL is well formed (nothing was sent)")


def malware_scanner(settings: Settings, *, answers: bool | None = None) -> Finding:
    """Whether files are scanned; `answers` is whether the scanner gave an answer, if it was asked.

    Without one, and without a word that none is wanted, no file is kept but the demonstration's.
    """
    about = "malware scanner"
    if settings.scanner_switched_off:
        says = "Switched off by name (SCC_SCANNER): files are kept without a scan."
        return Finding(about, Health.WARNING, says)
    if not settings.scanner_command:
        says = (
            "None is set, so no file can be added to a case, but for the demonstration's. Set "
            "SCC_SCANNER to the command of one, or to “none” to keep files without a scan."
        )
        return Finding(about, Health.WARNING, says)
    if answers is None:
        return Finding(about, Health.OK, "SCC_SCANNER is set (`scc doctor` tries it)")
    if answers:
        return Finding(about, Health.OK, "answers, and finds a harmless file harmless")
    says = "SCC_SCANNER gives no answer that can be used: no file can be added until it does."
    return Finding(about, Health.PROBLEM, says)


def time_zone() -> Finding:
    """Whether this machine knows when the clocks change."""
    try:
        summer = datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(ZoneInfo("Europe/London"))
    except ZoneInfoNotFoundError:
        summer = None
    if summer is None or summer.hour != 13:
        says = "Europe/London is not known: install the tzdata package."
        return Finding("time zone", Health.PROBLEM, says)
    return Finding("time zone", Health.OK, "Europe/London is known")


def bank_holidays(now: datetime) -> Finding:
    """How far the calendar reaches."""
    today, until = london_date(now), bank_holidays_known_until()
    says = f"Bank holidays are known until {long_date(until)}."
    advice = "Update the govuk-bank-holidays package, so that deadlines are counted right."
    if until < today:
        return Finding("bank holidays", Health.PROBLEM, f"{says} {advice}")
    if until < today + BANK_HOLIDAYS_AHEAD:
        return Finding("bank holidays", Health.WARNING, f"{says} {advice}")
    return Finding("bank holidays", Health.OK, says)


# Of what goes on by itself -----------------------------------------------------------------


def clock_pass(engine: Engine, now: datetime) -> Finding:
    """When the clock last went round."""
    last = clock.last_pass(engine)
    if last is None:
        return Finding("clock", Health.WARNING, f"It has never gone round. {CLOCK_ADVICE}")
    minutes = int((now - last) / timedelta(minutes=1))
    says = f"The last pass was {minutes} minutes ago."
    if now - last > CLOCK_IS_LATE:
        return Finding("clock", Health.WARNING, f"{says} {CLOCK_ADVICE}")
    return Finding("clock", Health.OK, says)


def delivery_worker(engine: Engine, now: datetime) -> Finding:
    """When the delivery worker last gave a sign of life."""
    about, advice = "delivery worker", "`scc up` starts it; `scc deliver` is one pass by hand."
    last = clock.last_pass(engine, clock.DELIVERY)
    if last is None:
        says = f"It has never run, so nothing is sent by itself. {advice}"
        return Finding(about, Health.WARNING, says)
    if now - last > DELIVERY_IS_LATE:
        says = (
            f"It gave its last sign of life {_duration(now - last)} ago: nothing is sent. {advice}"
        )
        return Finding(about, Health.WARNING, says)
    return Finding(about, Health.OK, "it runs")


def _runner(session: Session, now: datetime) -> Finding:
    """The runner goes round every two seconds, and gives each proposal its flow run."""
    left = _count(
        session,
        Proposal,
        col(Proposal.state) == ProposalState.AWAITING,
        col(Proposal.gate_run_id).is_(None),
        col(Proposal.proposed_at) < now - RUNNER_IS_LATE,
        # Of these Prefect is told nothing, and an administrator not even how many they are.
        col(Proposal.escalation_id).not_in(select(Escalation.id).where(col(Escalation.restricted))),
    )
    if not left:
        return Finding("flow runner", Health.OK, "every proposal waits in Prefect too")
    says = (
        f"{_some(left, 'proposal')} not known to Prefect: the runner is not going round. Officers "
        "can decide on the pages meanwhile. `scc up` starts it; its log is runner.log."
    )
    return Finding("flow runner", Health.WARNING, says)


def letters(session: Session) -> Iterator[Finding]:
    """Letters that are not issued, and deliveries that an officer must decide about."""
    approved = _count(session, Letter, col(Letter.state) == LetterState.APPROVED)
    unknown = _count(session, Message, col(Message.state) == MessageState.UNKNOWN)
    failed = _count(session, Message, col(Message.state) == MessageState.FAILED)
    if approved:
        says = f"{approved} approved and not yet issued. The next pass of the clock issues them."
        yield Finding("letters", Health.WARNING, says)
    else:
        yield Finding("letters", Health.OK, "every approved letter is issued")
    if unknown or failed:
        says = (
            f"{unknown} may or may not have arrived, {failed} were refused. "
            "An officer decides on each, on the page of its escalation."
        )
        yield Finding("deliveries", Health.WARNING, says)
    else:
        yield Finding("deliveries", Health.OK, "none failed, none unknown")


def _outbox(session: Session, reader: Reader, now: datetime) -> Finding:
    """What waits, but for cases that the reader does not see: a count that rises tells of one."""
    theirs = select(Escalation.id).where(visible_to(reader))
    waiting = and_(
        col(Message.state) == MessageState.PENDING,
        or_(col(Message.escalation_id).is_(None), col(Message.escalation_id).in_(theirs)),
    )
    count, oldest = session.exec(
        select(func.count(), func.min(Message.queued_at)).select_from(Message).where(waiting)
    ).one()
    if not count:
        return Finding("outbox", Health.OK, "nothing waits to be sent")
    age = now - oldest
    says = f"{_some(count, 'message')} waiting to be sent, the oldest for {_duration(age)}."
    if age <= OUTBOX_IS_LATE:
        return Finding("outbox", Health.OK, says)
    advice = (
        "What officers are told leaves in office hours. Letters leave at once: if they are among "
        "those on the page of delivery problems, see what the mail server said there."
    )
    return Finding("outbox", Health.WARNING, f"{says} {advice}")


# Of people ---------------------------------------------------------------------------------


def _approvers(session: Session, policy: Policy) -> Finding:
    """A step whose approver nobody is cannot be taken."""
    active = select(Officer.role).where(col(Officer.active)).distinct()
    there = set(session.exec(active))
    wanted = _needed(policy)
    lacking = [role for role in Role if role in wanted and role not in there]
    if not lacking:
        return Finding("approvers", Health.OK, "every role that approves something is filled")
    says = " ".join(
        f"Nobody is {role.label}: without one, nobody can approve {_listed(wanted[role])}."
        for role in lacking
    )
    advice = "Add an officer with that role, or change the policy."
    return Finding("approvers", Health.PROBLEM, f"{says} {advice}")


def _needed(policy: Policy) -> dict[Role, list[str]]:
    """What each role approves, in words."""
    wanted: dict[Role, list[str]] = {}
    for ladder in policy.ladders.values():
        for step in ladder.steps:
            for role in step.approvers:
                wanted.setdefault(role, []).append(f"step {step.number} ({ladder.key})")
    for what, roles in policy.approvers.items():
        for role in roles:
            wanted.setdefault(role, []).append(f"“{what.value.replace('_', ' ')}”")
    return wanted


def _case_officers(session: Session, reader: Reader) -> Finding:
    left = _count(
        session,
        Escalation,
        col(Escalation.status).in_(LIVE),
        col(Escalation.case_officer_id).in_(select(Officer.id).where(~col(Officer.active))),
        visible_to(reader),
    )
    if not left:
        return Finding("case officers", Health.OK, "every open case has one who is here")
    says = (
        f"{_some(left, 'case')} without a case officer: theirs has left. A Head of Service gives "
        "each to somebody else, on its page."
    )
    return Finding("case officers", Health.PROBLEM, says)


def _backups(session: Session, now: datetime) -> Finding:
    made = select(Event.at).where(Event.kind == EventKind.BACKUP_MADE)
    last = session.exec(made.order_by(col(Event.sequence).desc()).limit(1)).first()
    advice = "`scc backup FILE` makes one while everything goes on: let it run every night."
    if last is None:
        return Finding("backups", Health.WARNING, f"None was ever made. {advice}")
    says = f"The last was made on {long_date(london_date(last))}."
    if now - last > BACKUP_IS_OLD:
        return Finding("backups", Health.WARNING, f"{says} {advice}")
    return Finding("backups", Health.OK, says)


def _count(
    session: Session,
    table: type[Letter | Message | Proposal | Escalation],
    *conditions: ColumnElement[bool],
) -> int:
    return session.exec(select(func.count()).select_from(table).where(*conditions)).one()


def _some(count: int, what: str) -> str:
    return f"{count} {what} is" if count == 1 else f"{count} {what}s are"


def _listed(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _duration(age: timedelta) -> str:
    hours = int(age / timedelta(hours=1))
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours > 1 else f"{int(age / timedelta(minutes=1))} minutes"
