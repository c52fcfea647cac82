"""How the parts of the system are, and what to do where one is not well.

What a door alone can find out (whether Prefect answers, what is wrong with the mail URL) it finds
out and passes.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine, and_, func, or_
from sqlmodel import Session, col, select

from models.clocks import bank_holidays_known_until, is_ahead, london_date, long_date
from models.database import read
from models.escalations.tables import LIVE, Escalation
from models.events import Event
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.outbox import Message, MessageState
from models.people.access import Reader
from models.people.tables import Officer, Role
from models.policy import Policy, Procedure
from models.policy.editions import read_edition
from models.policy.files import has_template
from models.refusals import NotPossible
from models.rows import find, find_first, find_one
from models.settings import Settings
from models.upkeep.events import BackupMade
from models.upkeep.findings import Finding, Health
from models.upkeep.vital_signs import count as how_many
from models.upkeep.vital_signs import duration, some

# The policy counts in working days up to a year ahead, so the calendar must reach as far.
BANK_HOLIDAYS_AHEAD = timedelta(days=365)
OUTBOX_IS_LATE = timedelta(hours=1)
BACKUP_IS_OLD = timedelta(days=7)


def examine(
    engine: Engine, policy: Policy, now: datetime, *, reader: Reader, outside: Iterable[Finding]
) -> list[Finding]:
    """Everything an administrator watches, for one who sees what `reader` sees.

    `outside` are the vital signs, and the findings on Prefect and the malware scanner.
    """
    with read(engine) as session:
        return [
            *outside,
            _outbox(session, reader, now),
            _approvers(session, policy),
            _editions(session),
            _case_officers(session, reader),
            _backups(session, now),
            standing_decisions(policy, now),
            bank_holidays(now),
            time_zone(),
        ]


# Of the machine ----------------------------------------------------------------------------


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


def standing_decisions(policy: Policy, now: datetime) -> Finding:
    """Whether any standing decision of the policy was to be looked at again by now."""
    overdue = [each for each in policy.sharing.standing if each.review_on < london_date(now)]
    if not overdue:
        return Finding("standing decisions", Health.OK, "none is due for its review")
    day = long_date(min(each.review_on for each in overdue))
    says = f"{len(overdue)} of the policy’s standing decisions were to be reviewed by {day}."
    advice = "They hold on: look at each, and give it its next day in sharing.toml."
    return Finding("standing decisions", Health.WARNING, f"{says} {advice}")


# Of what goes on by itself -----------------------------------------------------------------


def _outbox(session: Session, reader: Reader, now: datetime) -> Finding:
    """What waits, but for cases that the reader does not see: a count that rises tells of one."""
    theirs = select(Matter.id).where(visible_to(reader))
    waiting = and_(
        col(Message.state) == MessageState.PENDING,
        or_(col(Message.matter_id).is_(None), col(Message.matter_id).in_(theirs)),
    )
    count, oldest = find_one(
        session,
        select(func.count(), func.min(Message.queued_at)).select_from(Message).where(waiting),
    )
    if not count:
        return Finding("outbox", Health.OK, "nothing waits to be sent")
    if is_ahead(oldest, now):
        says = f"{some(count, 'message')} waiting to be sent, queued by a clock that was wrong."
        return Finding("outbox", Health.WARNING, says)
    age = now - oldest
    says = f"{some(count, 'message')} waiting to be sent, the oldest for {duration(age)}."
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
    there = set(find(session, active))
    wanted = _needed(policy, *_readable(session))
    lacking = [role for role in Role if role in wanted and role not in there]
    if not lacking:
        return Finding("approvers", Health.OK, "every role that approves something is filled")
    says = " ".join(
        f"Nobody is {role.label}: without one, nobody can approve {_listed(wanted[role])}."
        for role in lacking
    )
    advice = "Add an officer with that role, or change the policy."
    return Finding("approvers", Health.PROBLEM, f"{says} {advice}")


def _needed(*procedures: Procedure) -> dict[Role, list[str]]:
    """What each role approves, in words: by the policy, and by the editions of open cases."""
    wanted: dict[Role, dict[str, None]] = {}
    for procedure in procedures:
        for ladder in procedure.ladders.values():
            for step in ladder.steps:
                for role in step.approvers:
                    wanted.setdefault(role, {})[f"step {step.number} ({ladder.key})"] = None
        for what, roles in procedure.approvers.items():
            for role in roles:
                wanted.setdefault(role, {})[f"“{what.value.replace('_', ' ')}”"] = None
    return {role: list(named) for role, named in wanted.items()}


def _in_use(session: Session) -> list[str]:
    """The SHA-256 of every edition of the policy under which a case is open."""
    used = select(col(Escalation.edition)).where(
        col(Escalation.status).in_(LIVE), col(Escalation.edition).is_not(None)
    )
    return sorted(sha256 for sha256 in find(session, used.distinct()) if sha256)


def _readable(session: Session) -> list[Procedure]:
    """Those of them that can be read."""
    found = []
    for sha256 in _in_use(session):
        with suppress(NotPossible):
            found.append(read_edition(session, sha256))
    return found


def _editions(session: Session) -> Finding:
    """Whether open cases can go on under the policy that they were opened under."""
    about = "editions of the policy"
    missing: set[str] = set()
    for sha256 in _in_use(session):
        try:
            edition = read_edition(session, sha256)
        except NotPossible as unreadable:
            return Finding(about, Health.PROBLEM, unreadable.message)
        missing |= {name for name in edition.templates if not has_template(name)}
    if missing:
        says = (
            f"Letters of open cases are missing: {_listed(sorted(missing))}. Put their files back "
            "(templates/letters): a case goes on under the policy it was opened under."
        )
        return Finding(about, Health.PROBLEM, says)
    return Finding(about, Health.OK, "those of open cases can be read, with all their letters")


def _case_officers(session: Session, reader: Reader) -> Finding:
    left = how_many(
        session,
        Matter,
        col(Matter.id).in_(select(Escalation.id).where(col(Escalation.status).in_(LIVE))),
        col(Matter.officer_id).in_(select(Officer.id).where(~col(Officer.active))),
        visible_to(reader),
    )
    if not left:
        return Finding("case officers", Health.OK, "every open case has one who is here")
    says = (
        f"{some(left, 'case')} without a case officer: theirs has left. A Head of Service gives "
        "each to somebody else, on its page."
    )
    return Finding("case officers", Health.PROBLEM, says)


def _backups(session: Session, now: datetime) -> Finding:
    made = select(Event.at).where(Event.kind == BackupMade.kind)
    last = find_first(session, made.order_by(col(Event.sequence).desc()).limit(1))
    advice = "`scc backup FILE` makes one while everything goes on: let it run every night."
    if last is None:
        return Finding("backups", Health.WARNING, f"None has ever been made. {advice}")
    says = f"The last was made on {long_date(london_date(last))}."
    if is_ahead(last, now):
        return Finding("backups", Health.PROBLEM, f"{says} That day is still to come. {advice}")
    if now - last > BACKUP_IS_OLD:
        return Finding("backups", Health.WARNING, f"{says} {advice}")
    return Finding("backups", Health.OK, says)


def _listed(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
