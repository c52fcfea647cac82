"""The `scc` command: every action that needs no page."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from cli import backup, demonstration, doctor, exporting, importing, testing_mail, up, verifying
from cli.answers import Answer, AsJson, CommandError, answering
from cli.database import opened, prepared
from cli.running import settings_in_force
from models.clocks import EARLIEST_YEAR, LATEST_YEAR, LONDON, london_time, long_date
from models.database import write
from models.evidence.keeping import sweep
from models.people import credentials
from models.people import officers as people_officers
from models.people.tables import Officer, Phase, Role
from models.policy import load_policy
from models.settings import Settings
from models.upkeep import clock
from notifications import outbox
from notifications.bulk import carry_on
from notifications.issuing import issue_letters

TOKEN_DAYS = credentials.TOKEN_LASTS.days

app = typer.Typer(
    name="scc",
    help="Schools Causing Concern: the escalation tracker of a council.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
officers = typer.Typer(help="The council's officers.", no_args_is_help=True)
app.add_typer(officers, name="officer")
exports = typer.Typer(help="What is known, as files.", no_args_is_help=True)
app.add_typer(exports, name="export")
app.add_typer(importing.imports, name="import")
app.command(name="test-mail")(testing_mail.run)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The officer's e-mail address.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]


def run() -> None:
    """The entry point of the `scc` command."""
    app()


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Schools Causing Concern {version('schools-causing-concern')}")
        raise typer.Exit


@app.callback()
def scc(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Schools Causing Concern: the escalation tracker of a council."""


@app.command(name="up")
def up_(
    demo: Annotated[bool, typer.Option("--demo", help="Load the demonstration first.")] = False,
    host: Annotated[str, typer.Option(help="Where the web application listens.")] = "127.0.0.1",
    port: Port = up.WEB_PORT,
    prefect_port: Port = up.PREFECT_PORT,
    no_prefect: Annotated[
        bool, typer.Option("--no-prefect", help="Serve pages and API alone.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the web application, the Prefect server and the flow runner until Ctrl-C."""
    with answering(as_json) as answer:
        plan = up.Plan(
            settings=Settings(),
            host=host,
            port=port,
            prefect_port=prefect_port,
            with_prefect=not no_prefect,
            demo=demo,
        )
        up.run(plan, answer)


@app.command()
def init(as_json: AsJson = False) -> None:
    """Create the database, or bring it up to date."""
    with answering(as_json) as answer:
        settings = Settings()
        with prepared(settings):
            shown = settings.masked()["database_url"]
            answer.say(f"The database is ready: {shown}")
            answer.give({"database": shown})


@app.command()
def demo(as_json: AsJson = False) -> None:
    """Load the demonstration council; a second time changes nothing."""
    with answering(as_json) as answer:
        settings = Settings()
        policy = load_policy(settings.policy)
        with prepared(settings) as engine:
            loaded = demonstration.load(engine, policy, settings, datetime.now(UTC))
            signs = demonstration.sign_ins(engine)
        if loaded:
            answer.say("The demonstration council is loaded. Start it with `scc up`.")
        else:
            answer.say("The demonstration council is already there; nothing has changed.")
        demonstration.describe(signs, answer)
        answer.give({"loaded": loaded, "officers": [sign.facts() for sign in signs]})


@app.command(name="doctor")
def doctor_(as_json: AsJson = False) -> None:
    """Check the settings, the database, Prefect, mail, the clock and the calendar."""
    with answering(as_json) as answer:
        settings = settings_in_force()
        findings = doctor.examine(settings, datetime.now(UTC))
        healthy = doctor.describe(settings, findings, answer)
    if not healthy:
        raise typer.Exit(1)


@officers.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The name as letters are signed with it.")],
    role: Annotated[Role, typer.Option()],
    phase: Annotated[Phase | None, typer.Option(help="Of a Service Manager.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add an officer; prints a link with which they set their password, once."""
    with answering(as_json) as answer:
        now = datetime.now(UTC)
        settings = settings_in_force()
        with opened(settings) as engine, write(engine) as session:
            officer = people_officers.add_officer(
                session, now=now, email=email, name=name, role=role, phase=phase
            )
            link = _link(session, settings, officer, now)
        answer.say(f"{officer.name} ({officer.email}) has been added as {officer.role.label}.")
        _say_link(answer, officer, link)
        answer.say(f"For the JSON API: scc token {officer.email}")
        answer.say(f"For approving in Prefect: scc code {officer.email}")
        answer.give(
            {
                "email": officer.email,
                "name": officer.name,
                "role": officer.role.value,
                "phase": officer.phase,
                "link": link,
            }
        )


@officers.command()
def link(email: Email, as_json: AsJson = False) -> None:
    """Make a new link to set a password or link a council account; the one before stops working."""
    with answering(as_json) as answer:
        now = datetime.now(UTC)
        settings = settings_in_force()
        with opened(settings) as engine, write(engine) as session:
            officer = _active(people_officers.find_officer(session, email))
            made = _link(session, settings, officer, now)
        _say_link(answer, officer, made)
        answer.give({"email": officer.email, "link": made})


def _link(session: Session, settings: Settings, officer: Officer, now: datetime) -> str:
    secret = credentials.issue_invitation(
        session, now=now, officer=officer, by=people_officers.AT_THE_MACHINE
    )
    return f"{settings.base_url.rstrip('/')}/set-password/{secret}"


def _say_link(answer: Answer, officer: Officer, link: str) -> None:
    hours = int(credentials.INVITATION_LASTS / timedelta(hours=1))
    answer.say(f"For {officer.name} alone, to set a password within {hours} hours, once:")
    answer.say(link)


@app.command()
def token(
    email: Email,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it works.")] = TOKEN_DAYS,
    as_json: AsJson = False,
) -> None:
    """Issue a new token for the JSON API, shown once."""
    with answering(as_json) as answer:
        now = datetime.now(UTC)
        lasts = timedelta(days=days)
        with opened(Settings()) as engine, write(engine) as session:
            officer = _active(people_officers.find_officer(session, email))
            issued = credentials.issue_token(session, now=now, officer=officer, lasts=lasts)
        answer.say(f"A new token for {officer.name}, shown this once, for {days} days:")
        answer.say(issued)
        expires = (now + lasts).isoformat(timespec="seconds")
        answer.give({"email": officer.email, "token": issued, "expires_at": expires})


@app.command()
def code(email: Email, as_json: AsJson = False) -> None:
    """Issue a new personal code for Prefect's forms, shown once; the one before stops working."""
    with answering(as_json) as answer:
        now = datetime.now(UTC)
        with opened(Settings()) as engine, write(engine) as session:
            officer = _active(people_officers.find_officer(session, email))
            issued = credentials.issue_code(session, now=now, officer=officer)
        answer.say(f"A new personal code for {officer.name}, shown this once:")
        answer.say(issued)
        answer.give({"email": officer.email, "code": issued})


@app.command()
def tick(
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Do all that is due by then: 2026-12-01T09:00 (London's time unless it has "
            "an offset). Now, unless given.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """One pass of the clock: all that is due is done; run twice, the second does nothing."""
    now = datetime.now(UTC) if as_of is None else _moment(as_of)
    with answering(as_json) as answer:
        settings = settings_in_force()
        policy = load_policy(settings.policy)
        with opened(settings) as engine:
            done = clock.tick(engine, policy, now)
            letters = issue_letters(engine, policy, now)
            if as_of is None:
                sweep(engine, settings, now)
                clock.stamp(engine, now)
        local = london_time(done.as_of)
        answer.say(f"As of {local:%A} {long_date(local)}, {local:%H:%M} in London:")
        answer.say(f"  deadlines missed    {done.deadlines_missed}")
        answer.say(f"  reminders queued    {done.reminders}")
        answer.say(f"  daily digests       {done.digests}")
        answer.say(f"  duties reminded of  {done.duties_reminded}")
        answer.say(f"  batches begun       {done.batches_begun}")
        answer.say(f"  evaluations         {done.evaluations_compiled}")
        answer.say(f"  levels asked of     {done.levels_asked_of}")
        answer.say(f"  schools reminded    {done.schools_reminded}")
        answer.say(f"  letters issued      {letters}")
        answer.say("`scc deliver` sends what is queued; `scc up` does so automatically.")
        answer.give(
            {
                "as_of": local.isoformat(),
                "reminders": done.reminders,
                "deadlines_missed": done.deadlines_missed,
                "digests": done.digests,
                "duties_reminded": done.duties_reminded,
                "batches_begun": done.batches_begun,
                "evaluations_compiled": done.evaluations_compiled,
                "levels_asked_of": done.levels_asked_of,
                "schools_reminded": done.schools_reminded,
                "letters_issued": letters,
            }
        )


@app.command()
def deliver(as_json: AsJson = False) -> None:
    """One pass of the outbox: send what waits to be sent."""
    with answering(as_json) as answer:
        settings = settings_in_force()
        policy = load_policy(settings.policy)
        with opened(settings) as engine:
            done = outbox.deliver(engine, policy, settings, lambda: datetime.now(UTC))
        where = "" if settings.mail_url else f" (kept in {settings.mail_folder.absolute()})"
        answer.say(f"  sent                {done.sent}{where}")
        answer.say(f"  to be tried again   {done.retry}")
        answer.say(f"  failed              {done.failed}")
        answer.say(f"  unknown             {done.unknown}")
        answer.say(f"  no longer needed    {done.dropped}")
        answer.give(
            {
                "sent": done.sent,
                "retry": done.retry,
                "failed": done.failed,
                "unknown": done.unknown,
                "dropped": done.dropped,
            }
        )


@app.command()
def work(as_json: AsJson = False) -> None:
    """One pass over the bulk work that waits: register files to read, letters to draft or issue."""
    with answering(as_json) as answer:
        settings = settings_in_force()
        policy = load_policy(settings.policy)
        with opened(settings) as engine:
            worked = carry_on(engine, policy, settings, lambda: datetime.now(UTC))
        answer.say(f"  done                {worked.done}")
        answer.say(f"  failed              {worked.failed}")
        answer.give({"done": worked.done, "failed": worked.failed})


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Recompute the chain of the record, and compare rows and files with what it says."""
    with answering(as_json) as answer:
        holds = verifying.run(Settings(), answer)
    if not holds:
        raise typer.Exit(1)


@exports.command("case")
def export_case(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="Like ESC-2026-0042.")],
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.zip")],
    as_json: AsJson = False,
) -> None:
    """Save everything that is known of one case as files in a zip."""
    with answering(as_json) as answer:
        exporting.run(Settings(), reference, file, now=datetime.now(UTC), answer=answer)


@app.command(name="backup")
def backup_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, a zip.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the backup that has this name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Save the database and the attached files to one file, while everything goes on."""
    with answering(as_json) as answer:
        whole = backup.make(Settings(), file, replace=force, now=datetime.now(UTC), answer=answer)
    if not whole:
        raise typer.Exit(1)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup made with `scc backup`.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace what is in the database without asking.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Replace everything by what a backup holds, while everything goes on."""
    with answering(as_json) as answer:
        backup.bring_back(Settings(), file, yes=yes, now=datetime.now(UTC), answer=answer)


def _active(officer: Officer) -> Officer:
    if not officer.active:
        raise CommandError(f"{officer.name} is no longer an officer here.")
    return officer


def _moment(typed: str) -> datetime:
    """The moment that was typed, in London's time unless it carries an offset.

    Of a time that the clocks show twice it is the first; one that they skip is read on winter
    time. Raises BadParameter for anything else.
    """
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        moment = None
    if moment is None or "T" not in typed.strip().upper().replace(" ", "T"):
        raise typer.BadParameter(
            f"{typed!r} is not a date and a time, such as 2026-12-01T09:00", param_hint="--as-of"
        )
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise typer.BadParameter(
            f"The year {moment.year} is out of reach: {EARLIEST_YEAR} to {LATEST_YEAR}",
            param_hint="--as-of",
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)
