"""The vital signs as every door asks for them: with what is known here of the mail server."""

from datetime import datetime

from sqlalchemy import Engine

from models.settings import Settings
from models.upkeep import vital_signs
from models.upkeep.findings import Finding
from notifications.smtp import Smtp, password_sign_in
from notifications.ways import way_out


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
