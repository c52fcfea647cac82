"""What `scc doctor` looks at, and what it advises."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine, func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from cli.answers import Answer, CommandError, database_trouble
from cli.database import opened, prepare_home
from cli.up import PREFECT_PORT, answers, is_loopback
from models.clocks import bank_holidays_known_until, london_date, long_date
from models.commands import clock
from models.database import read
from models.letters import Letter, LetterState
from models.messages import Message, MessageState
from models.policy import PolicyError, load_policy
from models.schema import SchemaError
from models.settings import DEFAULT_SECRET, Settings
from notifications.channels import check_mail_url

# The policy counts in working days up to a year ahead, so the calendar must reach as far.
BANK_HOLIDAYS_AHEAD = timedelta(days=365)
CLOCK_IS_LATE = timedelta(minutes=10)


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


def examine(settings: Settings, now: datetime) -> list[Finding]:
    """Look at every part; connects to the database and to Prefect, and changes nothing."""
    return [
        _data_folder(settings),
        *_database(settings, now),
        _policy(settings),
        _prefect(settings),
        _mail(settings),
        _secret_key(settings),
        _time_zone(),
        _bank_holidays(now),
    ]


def describe(settings: Settings, findings: list[Finding], answer: Answer) -> bool:
    """Tell what was found; whether there is no problem."""
    healthy = all(finding.health is not Health.PROBLEM for finding in findings)
    shown = {_variable(name): value for name, value in settings.masked().items()}
    answer.say("Settings in force")
    for name, value in shown.items():
        answer.say(f"  {name:<24} {value or '(not set)'}")
    answer.say("Checks")
    for finding in findings:
        answer.say(f"  {finding.health.value:<8} {finding.about}: {finding.says}")
    checks = [
        {"check": finding.about, "state": finding.health.value, "detail": finding.says}
        for finding in findings
    ]
    answer.give({"healthy": healthy, "settings": shown, "checks": checks})
    return healthy


def _variable(name: str) -> str:
    return "PREFECT_API_URL" if name == "prefect_api_url" else f"SCC_{name.upper()}"


def _data_folder(settings: Settings) -> Finding:
    about = "data folder"
    if not settings.home.exists():
        says = f"{settings.home.absolute()} does not exist yet. Run `scc init`."
        return Finding(about, Health.WARNING, says)
    try:
        prepare_home(settings)
    except CommandError as error:
        return Finding(about, Health.PROBLEM, str(error))
    return Finding(about, Health.OK, str(settings.home.absolute()))


def _database(settings: Settings, now: datetime) -> Iterator[Finding]:
    about = "database"
    if _is_missing_file(settings):
        yield Finding(about, Health.PROBLEM, "There is none yet. Run `scc init`.")
        return
    try:
        with opened(settings) as engine:
            yield Finding(about, Health.OK, "reachable, with the tables of this version")
            yield _clock(engine, now)
            yield from _letters(engine)
    except SchemaError as error:
        yield Finding(about, Health.PROBLEM, str(error))
    except SQLAlchemyError as error:
        yield Finding(about, Health.PROBLEM, database_trouble(error))
    except CommandError as error:
        yield Finding(about, Health.PROBLEM, str(error))


def _is_missing_file(settings: Settings) -> bool:
    """Opening a SQLite file creates it, and looking must change nothing."""
    return not settings.database_url and not (settings.home / "scc.db").exists()


def _clock(engine: Engine, now: datetime) -> Finding:
    last = clock.last_pass(engine)
    about, advice = "clock", "`scc up` keeps it going; `scc tick` is one pass by hand."
    if last is None:
        return Finding(about, Health.WARNING, f"It has never gone round. {advice}")
    minutes = int((now - last) / timedelta(minutes=1))
    says = f"The last pass was {minutes} minutes ago."
    if now - last > CLOCK_IS_LATE:
        return Finding(about, Health.WARNING, f"{says} {advice}")
    return Finding(about, Health.OK, says)


def _letters(engine: Engine) -> Iterator[Finding]:
    with read(engine) as session:
        approved = _count(session, Letter, LetterState.APPROVED)
        unknown = _count(session, Message, MessageState.UNKNOWN)
        failed = _count(session, Message, MessageState.FAILED)
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


def _count(session: Session, table: type[Letter | Message], state: object) -> int:
    return session.exec(select(func.count()).select_from(table).where(table.state == state)).one()


def _policy(settings: Settings) -> Finding:
    try:
        policy = load_policy(settings.policy)
    except PolicyError as error:
        return Finding("policy", Health.PROBLEM, str(error))
    except OSError as error:
        says = f"{settings.policy} cannot be read: {error.strerror}. Set SCC_POLICY."
        return Finding("policy", Health.PROBLEM, says)
    return Finding("policy", Health.OK, f"{policy.title}, {policy.edition}")


def _prefect(settings: Settings) -> Finding:
    url = settings.prefect_api_url or f"http://127.0.0.1:{PREFECT_PORT}/api"
    if answers(f"{url.rstrip('/')}/health"):
        return Finding("Prefect", Health.OK, "answers")
    shown = settings.masked()["prefect_api_url"] or url
    says = f"{shown} does not answer. Cases, deadlines and letters go on meanwhile;"
    if settings.prefect_api_url:
        return Finding("Prefect", Health.PROBLEM, f"{says} check PREFECT_API_URL.")
    return Finding("Prefect", Health.WARNING, f"{says} `scc up` starts it.")


def _mail(settings: Settings) -> Finding:
    if not settings.mail_url:
        says = (
            f"Mail is not configured: messages are kept in {settings.mail_folder.absolute()}. "
            "Set SCC_MAIL_URL to send them."
        )
        return Finding("mail", Health.WARNING, says)
    trouble = check_mail_url(settings.mail_url)
    if trouble:
        return Finding("mail", Health.PROBLEM, f"SCC_MAIL_URL cannot be used: {trouble}")
    return Finding("mail", Health.OK, "SCC_MAIL_URL is well formed (nothing was sent)")


def _secret_key(settings: Settings) -> Finding:
    if settings.secret_key != DEFAULT_SECRET:
        return Finding("secret key", Health.OK, "set")
    host = urlsplit(settings.base_url).hostname or ""
    if is_loopback(host):
        return Finding("secret key", Health.OK, "the default, good enough on this machine alone")
    says = "Set SCC_SECRET_KEY: with the default nothing is served beyond this machine."
    return Finding("secret key", Health.PROBLEM, says)


def _time_zone() -> Finding:
    try:
        summer = datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(ZoneInfo("Europe/London"))
    except ZoneInfoNotFoundError:
        summer = None
    if summer is None or summer.hour != 13:
        says = "Europe/London is not known: install the tzdata package."
        return Finding("time zone", Health.PROBLEM, says)
    return Finding("time zone", Health.OK, "Europe/London is known")


def _bank_holidays(now: datetime) -> Finding:
    today, until = london_date(now), bank_holidays_known_until()
    says = f"Bank holidays are known until {long_date(until)}."
    advice = "Update the govuk-bank-holidays package, so that deadlines are counted right."
    if until < today:
        return Finding("bank holidays", Health.PROBLEM, f"{says} {advice}")
    if until < today + BANK_HOLIDAYS_AHEAD:
        return Finding("bank holidays", Health.WARNING, f"{says} {advice}")
    return Finding("bank holidays", Health.OK, says)
