"""`scc test-mail`: a test message to an officer, and what became of it."""

from datetime import UTC, datetime

import typer

from cli.answers import AsJson, CommandError, answering
from cli.database import opened
from cli.running import settings_in_force
from models.database import read, write
from models.outbox import MessageState
from models.people.officers import find_officer
from models.policy import load_policy
from models.upkeep import testing_mail
from notifications import outbox

WAITS = (MessageState.PENDING, MessageState.CLAIMED)


def run(
    email: str = typer.Argument(metavar="EMAIL", help="The officer's e-mail address."),
    as_json: AsJson = False,
) -> None:
    """Send a test message to an officer, in one pass of the outbox, and say what became of it."""
    with answering(as_json) as answer:
        settings, now = settings_in_force(), datetime.now(UTC)
        policy = load_policy(settings.policy)
        with opened(settings) as engine:
            with write(engine) as session:
                officer = find_officer(session, email)
                if not officer.active:
                    raise CommandError(f"{officer.name} is no longer an officer here.")
                number = testing_mail.queue(session, now, officer)
            outbox.deliver(engine, policy, settings, lambda: datetime.now(UTC))
            with read(engine) as session:
                became = testing_mail.became(session, number)
        waits = became.state in WAITS
        word = "still waiting to be sent" if waits else became.state.value
        answer.say(f"The test message to {officer.email} is {word}. {became.detail}".rstrip())
        answer.give({"email": officer.email, "state": became.state, "detail": became.detail})
    if became.state is not MessageState.SENT:
        raise typer.Exit(1)
