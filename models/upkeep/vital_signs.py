"""Whether the system is alive: the one source of `/health/ready`, the administrator's page and
`scc doctor`, which so can say nothing different.

Each is looked at now, by what is there now: no part is asked how it believes to be.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, col, select

from models.approvals.tables import Decision, Proposal, ProposalState
from models.clocks import is_ahead, london_time, long_date
from models.database import can_be_written, read
from models.letters.tables import Letter, LetterState, LetterVersion
from models.matters.tables import Matter
from models.outbox import MailServer, Message, MessageState
from models.rows import by_key, find, find_one
from models.settings import Settings
from models.trouble import trouble_of
from models.upkeep import clock, schema
from models.upkeep.asking_prefect import Told, ask
from models.upkeep.findings import Finding, Health

CLOCK_IS_LATE = timedelta(minutes=10)
DELIVERY_IS_LATE = timedelta(minutes=2)
RUNNER_IS_LATE = timedelta(minutes=2)
LETTERS_ARE_LATE = timedelta(minutes=5)
WRITER_WAITS = 2.0  # seconds
LAST_MESSAGES = 10
FULL = 100_000_000  # bytes that are left
NEARLY_FULL = 1_000_000_000
CLOCK_ADVICE = "`scc up` keeps it going; `scc tick` is one pass by hand."
WRONG_CLOCK = (
    "Its last pass is stamped {}, which is still to come: this machine’s clock was wrong, or is "
    "now. The next pass puts it right."
)
RESTORE = "Stop `scc up`, then restore the last backup: `scc restore FILE`."


def of_database(
    engine: Engine,
    settings: Settings,
    now: datetime,
    *,
    damaged: bool = False,
    mail_server: str = "",
    mail_trouble: str | None = None,
) -> list[Finding]:
    """All that the database and the disk tell.

    `damaged` is whether somebody met damage in the database, `mail_server` the name under which
    the outbox keeps how the server in force has been, `mail_trouble` what is wrong with its URL.
    """
    found = [database(engine, damaged=damaged), disk(engine, settings)]
    if found[0].health is Health.PROBLEM:
        return found
    with read(engine) as session:
        return [
            *found,
            clock_pass(engine, now),
            delivery_worker(engine, now),
            *letters(session, now),
            mail(session, settings, mail_server, mail_trouble, now),
        ]


# The machine -------------------------------------------------------------------------------


def database(engine: Engine, *, damaged: bool = False) -> Finding:
    """Whether there is one with our tables that can be read and written to."""
    about = "database"
    if damaged:
        briefly = "The database is damaged."
        return Finding(about, Health.PROBLEM, f"{briefly} {RESTORE}", briefly)
    try:
        schema.check(engine)
        if not can_be_written(engine, WRITER_WAITS):
            briefly = "The database is locked."
            says = (
                f"{briefly} Another process has been writing for {WRITER_WAITS:.0f} seconds. "
                "Restoring a backup takes that long; otherwise find out which process it is."
            )
            return Finding(about, Health.PROBLEM, says, briefly)
    except schema.SchemaError as error:
        return Finding(about, Health.PROBLEM, str(error), str(error))
    except SQLAlchemyError as error:  # its own words may hold the address and more
        trouble = trouble_of(error)
        briefly = trouble.words if trouble else "The database cannot be used."
        return Finding(about, Health.PROBLEM, briefly, briefly)
    return Finding(about, Health.OK, "reachable, with the tables of this version")


def disk(engine: Engine, settings: Settings) -> Finding:
    """How much room is left where the data folder lies, and a SQLite database."""
    folders = {settings.home.absolute()}
    if engine.name == "sqlite" and engine.url.database:
        folders.add(Path(engine.url.database).absolute().parent)
    there = [folder for folder in folders if folder.exists()]
    if not there:
        return Finding("disk", Health.OK, "the data folder does not exist yet")
    left, folder = min((_left(folder), str(folder)) for folder in there)
    says = f"{left / 1e9:.1f} GB left in {folder}."
    advice = "Make room: when it is full nothing can be saved."
    if left < FULL:
        return Finding("disk", Health.PROBLEM, f"{says} {advice}", "The disk is full.")
    if left < NEARLY_FULL:
        return Finding("disk", Health.WARNING, f"{says} {advice}")
    return Finding("disk", Health.OK, says)


def _left(folder: Path) -> int:
    """The bytes that can still be written here; none where no file can be made any more."""
    files = os.statvfs(folder)
    return 0 if files.f_files and not files.f_favail else shutil.disk_usage(folder).free


# What goes on by itself --------------------------------------------------------------------


def clock_pass(engine: Engine, now: datetime) -> Finding:
    """When the clock last went round."""
    last = clock.last_pass(engine)
    if last is None:
        briefly = "The clock has never run."
        says = f"It has never run. {CLOCK_ADVICE}"
        return Finding("clock", Health.WARNING, says, briefly)
    if is_ahead(last, now):
        says = WRONG_CLOCK.format(_moment(last))
        return Finding("clock", Health.PROBLEM, says, says)
    minutes = max(0, int((now - last) / timedelta(minutes=1)))
    says = f"The last pass was {minutes} minutes ago."
    if now - last > CLOCK_IS_LATE:
        briefly = f"The clock last ran at {last.isoformat(timespec='seconds')}."
        return Finding("clock", Health.PROBLEM, f"{says} {CLOCK_ADVICE}", briefly)
    return Finding("clock", Health.OK, says)


def delivery_worker(engine: Engine, now: datetime) -> Finding:
    """When the delivery worker last gave a sign of life."""
    about, advice = "delivery worker", "`scc up` starts it; `scc deliver` is one pass by hand."
    last = clock.last_pass(engine, clock.DELIVERY)
    if last is None:
        says = f"It has never run, so nothing is sent automatically. {advice}"
        return Finding(about, Health.WARNING, says)
    if is_ahead(last, now):
        says = WRONG_CLOCK.format(_moment(last))
        return Finding(about, Health.PROBLEM, says, says)
    if now - last > DELIVERY_IS_LATE:
        ago = duration(now - last)
        says = (
            f"It gave its last sign of life {ago} ago: nothing is sent. {advice} One that hangs is "
            "ended by stopping `scc up` and starting it again; its log is delivery.log."
        )
        return Finding(about, Health.PROBLEM, says, f"Its last sign of life was {ago} ago.")
    return Finding(about, Health.OK, "it runs")


def letters(session: Session, now: datetime) -> Iterator[Finding]:
    """Letters that are not issued, and deliveries that an officer must decide about."""
    decided = select(func.max(Decision.at)).where(Decision.proposal_id == Letter.proposal_id)
    written = select(func.max(LetterVersion.written_at)).where(LetterVersion.letter_id == Letter.id)
    # A letter that nobody had to approve waits since it was written.
    at = func.coalesce(decided.scalar_subquery(), written.scalar_subquery())
    since = find(session, select(at).where(Letter.state == LetterState.APPROVED))
    late = [at for at in since if now - at > LETTERS_ARE_LATE or is_ahead(at, now)]
    if late:
        says = (
            f"{len(late)} approved and not issued for {duration(LETTERS_ARE_LATE)} or longer. The "
            "next pass of the clock tries again. If it does not help, the letter cannot be put "
            "together: its case officer is told, and the logs say why (runner.log, up.log)."
        )
        briefly = "Letters are approved and not issued."
        yield Finding("letters", Health.PROBLEM, says, briefly)
    elif since:
        says = f"{len(since)} just approved: they are issued within minutes."
        yield Finding("letters", Health.OK, says)
    else:
        yield Finding("letters", Health.OK, "every approved letter is issued")
    unknown = count(session, Message, col(Message.state) == MessageState.UNKNOWN)
    failed = count(session, Message, col(Message.state) == MessageState.FAILED)
    if unknown or failed:
        says = (
            f"{unknown} may or may not have arrived, {failed} were refused. "
            "An officer decides on each, on the page of its escalation."
        )
        yield Finding("deliveries", Health.WARNING, says)
    else:
        yield Finding("deliveries", Health.OK, "none failed, none unknown")


# Mail --------------------------------------------------------------------------------------


def mail(
    session: Session, settings: Settings, server: str, trouble: str | None, now: datetime
) -> Finding:
    """How mail leaves, by what became of the last messages."""
    if not settings.mail_url:
        says = (
            f"Mail is not configured: messages are kept in {settings.mail_folder.absolute()}. "
            "Set SCC_MAIL_URL to send them."
        )
        return Finding("mail", Health.WARNING, says)
    if trouble:
        return Finding("mail", Health.PROBLEM, f"Mail cannot leave as it is set: {trouble}")
    known = by_key(session, MailServer, server)
    if known is not None and known.wait_until is not None and known.asks_to_wait(now):
        says = (
            f"The mail server asks to be left alone until {_moment(known.wait_until)}: "
            f"“{known.said}” Messages wait, and leave by themselves then."
        )
        return Finding("mail", Health.WARNING, says)
    if known is not None and known.ailing_since is not None:
        return _ailing(known)
    last = _last_messages(session, server)
    if not last:
        says = (
            "No message has been given to the mail server yet: the first one will show how it is."
        )
        return Finding("mail", Health.OK, says)
    refused = sum(state is not MessageState.SENT for state in last)
    if refused == len(last):
        says = (
            f"None of the last {len(last)} messages was taken: see what the mail server said on "
            "the page of delivery problems."
        )
        return Finding("mail", Health.PROBLEM, says, "The mail server takes no messages.")
    if refused:
        says = f"{refused} of the last {len(last)} messages were not taken, the others were."
        return Finding("mail", Health.WARNING, says)
    return Finding("mail", Health.OK, "the mail server took what it was given last")


def _ailing(server: MailServer) -> Finding:
    since = _moment(server.ailing_since) if server.ailing_since else ""
    if server.taken_at and server.ailing_since and server.taken_at >= server.ailing_since:
        says = f"The mail server has been slow since {since}: messages are sent one at a time."
        return Finding("mail", Health.WARNING, says)
    said = f" It said: “{server.said}”" if server.said else ""
    says = (
        f"The mail server has taken no message since {since}.{said} Messages wait, and leave by "
        "themselves when it takes one again. If the server is well, check SCC_MAIL_URL."
    )
    return Finding("mail", Health.PROBLEM, says, "The mail server takes no messages.")


def _last_messages(session: Session, server: str) -> Sequence[MessageState]:
    """What became of the last messages that this server was given, the latest first."""
    theirs = col(Message.claimed_by).startswith(f"{server}#", autoescape=True)
    ended = (MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN)
    statement = (
        select(Message.state)
        .where(theirs, col(Message.state).in_(ended))
        .order_by(col(Message.settled_at).desc(), col(Message.id).desc())
    )
    return [MessageState(state) for state in find(session, statement.limit(LAST_MESSAGES))]


# Prefect -----------------------------------------------------------------------------------


def gates(session: Session) -> list[str]:
    """The runs in Prefect that the proposals which wait have, by the rows."""
    statement = select(Proposal.gate_run_id).where(*_waiting())
    return [run for run in find(session, statement) if run]


def _waiting() -> tuple[ColumnElement[bool], ...]:
    # Of restricted cases Prefect is told nothing, and an administrator not how many they are.
    hidden = select(Matter.id).where(col(Matter.restricted))
    awaiting = col(Proposal.state) == ProposalState.AWAITING
    return awaiting, col(Proposal.matter_id).not_in(hidden)


def of_prefect(engine: Engine, settings: Settings, url: str, now: datetime) -> list[Finding]:
    """Whether Prefect answers at `url`, and whether every proposal that waits waits there too."""
    with read(engine) as session:
        runs = gates(session)
    told = ask(settings, url, runs)
    with read(engine) as session:
        return [prefect(settings, url, answers=told.answers), runner(session, told, now)]


def prefect(settings: Settings, url: str, *, answers: bool) -> Finding:
    """Whether Prefect's server at `url` answers."""
    if answers:
        return Finding("Prefect", Health.OK, "answers")
    shown = settings.masked()["prefect_api_url"] or url
    says = f"{shown} does not answer. Cases, deadlines and letters go on meanwhile;"
    if settings.prefect_api_url:
        says = (
            f"{says} a server that `scc up` started is started again when it ends (its log is "
            "prefect.log), one that hangs or is of your own is for you to start again."
        )
        return Finding("Prefect", Health.PROBLEM, says, "Prefect does not answer.")
    return Finding("Prefect", Health.WARNING, f"{says} `scc up` starts it.")


def runner(session: Session, told: Told, now: datetime) -> Finding:
    """The runner goes round every two seconds, and lets each proposal wait in Prefect."""
    about = "flow runner"
    before = col(Proposal.proposed_at) < now - RUNNER_IS_LATE
    without = count(session, Proposal, *_waiting(), col(Proposal.gate_run_id).is_(None), before)
    missing = told.missing or 0
    if without or missing:
        says = (
            f"{some(without + missing, 'proposal')} not known to Prefect. Officers can decide on "
            "the pages meanwhile. The runner makes what is missing within minutes; if it does not, "
            "it is not going round: `scc up` starts it, and its log is runner.log."
        )
        briefly = "Proposals that wait are missing in Prefect."
        return Finding(about, Health.PROBLEM if missing else Health.WARNING, says, briefly)
    if told.answers and told.missing is None:
        says = "Prefect does not say whether the waiting proposals are still waiting there."
        return Finding(about, Health.WARNING, says)
    return Finding(about, Health.OK, "every proposal waits in Prefect too")


# Words -------------------------------------------------------------------------------------


def count(session: Session, table: type[SQLModel], *conditions: ColumnElement[bool]) -> int:
    """How many rows there are of this kind."""
    return find_one(session, select(func.count()).select_from(table).where(*conditions))


def some(number: int, what: str) -> str:
    """“1 proposal is”, “2 proposals are”."""
    return f"{number} {what} is" if number == 1 else f"{number} {what}s are"


def duration(age: timedelta) -> str:
    """A time in words, rounded down."""
    hours = int(age / timedelta(hours=1))
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours > 1 else f"{int(age / timedelta(minutes=1))} minutes"


def _moment(at: datetime) -> str:
    local = london_time(at)
    return f"{long_date(local.date())}, {local:%H:%M}"
