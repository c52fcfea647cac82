"""The vital signs as every door asks for them: with what is known here of the mail server."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from models.clocks import london_time
from models.database import read
from models.settings import Settings
from models.upkeep import vital_signs
from models.upkeep.findings import Finding, Health
from notifications import circuit
from notifications.folder import Folder
from notifications.graph import Graph
from notifications.smtp import Smtp, password_sign_in
from notifications.tokens import OURS
from notifications.ways import way_out


@dataclass(frozen=True)
class TriedOut:
    """Which way mail leaves, in a sentence, and what was found of it without sending."""

    says: str
    findings: list[Finding]


def of_way_out(settings: Settings, now: datetime, engine: Engine | None = None) -> TriedOut:
    """Tries the way out that is set; takes some seconds where nobody answers.

    One that asked to be left alone, by what the database knows, is not tried.
    """
    way = way_out(settings)
    says = {
        Folder: f"Messages are kept in {settings.mail_folder.absolute()}: no mail server is set.",
        Graph: "Messages leave through Microsoft Graph.",
    }.get(type(way), "Messages leave by a mail server (SMTP).")
    if way.trouble:
        trouble = f"Mail cannot leave as it is set: {way.trouble} {OURS}"
        return TriedOut(says, [Finding("way out", Health.PROBLEM, trouble)])
    if engine is not None:
        with read(engine) as session:
            until = circuit.left_alone_until(session, way.name, now)
        if until is not None:
            asked = f"It asked to be left alone until {london_time(until):%H:%M}: it was not tried."
            return TriedOut(says, [Finding("way out", Health.WARNING, asked)])
    return TriedOut(says, way.examine(now))


def of_database(
    engine: Engine, settings: Settings, now: datetime, *, damaged: bool = False
) -> list[Finding]:
    """What database and disk tell, of mail too; `damaged`: somebody met damage there."""
    way = way_out(settings)
    found = vital_signs.of_database(
        engine, settings, now, damaged=damaged, mail_server=way.name, mail_trouble=way.trouble
    )
    if isinstance(way, Smtp) and way.has_password_at_microsoft:
        found.append(password_sign_in(way, now))
    return found
