"""What `scc doctor` looks at, and what it advises."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from cli import prefect_events, running
from cli.answers import Answer, CommandError, database_trouble
from cli.database import opened, prepare_home
from cli.up import PREFECT_PORT
from models.database import damage
from models.files import scanner
from models.policy import PolicyError, load_policy
from models.settings import DEFAULT_SECRET, Settings, is_loopback
from models.upkeep import asking_prefect, condition, vital_signs
from models.upkeep.findings import Finding, Health
from models.upkeep.schema import SchemaError
from notifications import signs, ways


def examine(settings: Settings, now: datetime) -> list[Finding]:
    """Look at every part; connects to the database, to Prefect and to the way out of mail.

    Changes and sends nothing.
    """
    return [
        _data_folder(settings),
        *_database(settings, now),
        *_way_out(settings, now),
        *_prefect(settings, now),
        _running(settings),
        _policy(settings),
        _scanner(settings),
        _secret_key(settings),
        _council_sign_in(settings),
        condition.time_zone(),
        condition.bank_holidays(now),
    ]


def describe(settings: Settings, findings: list[Finding], answer: Answer) -> bool:
    """Tell what was found; whether there is no problem."""
    healthy = all(finding.health is not Health.PROBLEM for finding in findings)
    shown = {_variable(name): value for name, value in settings.masked().items()}
    answer.say("Settings in force")
    for name, value in shown.items():
        answer.say(f"  {name:<28} {value or '(not set)'}")
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
            yield from signs.of_database(engine, settings, now, damaged=bool(damage(engine)))
    except SchemaError as error:
        yield Finding(about, Health.PROBLEM, str(error))
    except SQLAlchemyError as error:
        yield Finding(about, Health.PROBLEM, database_trouble(error))
    except CommandError as error:
        yield Finding(about, Health.PROBLEM, str(error))


def _way_out(settings: Settings, now: datetime) -> list[Finding]:
    """What is found by trying it; what is wrong with how it is set is told with the database."""
    if ways.way_out(settings).trouble:
        return []
    if not _is_missing_file(settings):
        with suppress(SchemaError, SQLAlchemyError, CommandError), opened(settings) as engine:
            return signs.of_way_out(settings, now, engine).findings
    return signs.of_way_out(settings, now).findings


def _is_missing_file(settings: Settings) -> bool:
    """Opening a SQLite file creates it, and looking must change nothing."""
    return not settings.database_url and not (settings.home / "scc.db").exists()


def _running(settings: Settings) -> Finding:
    about, found = "running", running.find(settings.home)
    if found is None:
        return Finding(about, Health.OK, "`scc up` does not run on this data folder")
    prefect = found.prefect_api_url or "not started"
    says = f"`scc up` (process {found.process}): pages {found.base_url}, Prefect {prefect}"
    return Finding(about, Health.OK, says)


def _policy(settings: Settings) -> Finding:
    try:
        policy = load_policy(settings.policy)
    except PolicyError as error:
        return Finding("policy", Health.PROBLEM, str(error))
    except OSError as error:
        says = f"{settings.policy} cannot be read: {error.strerror}. Set SCC_POLICY."
        return Finding("policy", Health.PROBLEM, says)
    return Finding("policy", Health.OK, f"{policy.title}, {policy.edition}")


def _prefect(settings: Settings, now: datetime) -> Iterator[Finding]:
    url = (settings.prefect_api_url or f"http://127.0.0.1:{PREFECT_PORT}/api").rstrip("/")
    found = _with_waits(settings, url, now)
    yield from found
    if found[0].health is Health.OK:
        yield prefect_events.examine(settings, url)


def _with_waits(settings: Settings, url: str, now: datetime) -> list[Finding]:
    """What Prefect says; where there is no database, none of the proposals that wait in it."""
    if not _is_missing_file(settings):
        with suppress(SchemaError, SQLAlchemyError, CommandError), opened(settings) as engine:
            return vital_signs.of_prefect(engine, settings, url, now)
    answers = asking_prefect.ask(settings, url, []).answers
    return [vital_signs.prefect(settings, url, answers=answers)]


def _scanner(settings: Settings) -> Finding:
    command = settings.scanner_command
    return condition.malware_scanner(settings, answers=scanner.works(command) if command else None)


def _secret_key(settings: Settings) -> Finding:
    if settings.secret_key != DEFAULT_SECRET:
        return Finding("secret key", Health.OK, "set")
    host = urlsplit(settings.base_url).hostname or ""
    if is_loopback(host):
        return Finding("secret key", Health.OK, "the default, good enough on this machine alone")
    says = "Set SCC_SECRET_KEY: with the default nothing is served beyond this machine."
    return Finding("secret key", Health.PROBLEM, says)


def _council_sign_in(settings: Settings) -> Finding:
    about, trouble = "council accounts", settings.oidc_trouble()
    if trouble:
        says = f"{trouble} Until then officers can sign in with a password only."
        return Finding(about, Health.PROBLEM, says)
    if not settings.oidc_issuer:
        return Finding(about, Health.OK, "not set: officers sign in with a password")
    says = f"officers sign in at {settings.masked()['oidc_issuer']} (it was not asked)"
    return Finding(about, Health.OK, says)
