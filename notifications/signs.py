"""The vital signs as every door asks for them: with what is known here of the mail server."""

from datetime import datetime

from sqlalchemy import Engine

from models.settings import Settings
from models.upkeep import vital_signs
from models.upkeep.findings import Finding
from notifications.channels import check_mail_url
from notifications.outbox import way_out


def of_database(
    engine: Engine, settings: Settings, now: datetime, *, damaged: bool = False
) -> list[Finding]:
    """What database and disk tell, of mail too; `damaged`: somebody met damage there."""
    trouble = check_mail_url(settings.mail_url)
    server = way_out(settings).name if settings.mail_url and not trouble else ""
    return vital_signs.of_database(
        engine, settings, now, damaged=damaged, mail_server=server, mail_trouble=trouble
    )
