"""Settings from the environment or a `.env` file; see docs/settings.md for each."""

import re
from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DEFAULT_SECRET = "for-demonstration-only"  # noqa: S105 - refused beyond loopback
DEFAULT_POLICY = Path(__file__).parent / "policy" / "default"
TEMPLATES = Path(__file__).parent.parent / "templates"


class Settings(BaseSettings):
    """What is in force for one process. Names are those of the environment, less `SCC_`."""

    model_config = SettingsConfigDict(env_prefix="SCC_", env_file=".env", extra="ignore")

    home: Path = Path("var")
    database_url: str = ""
    mail_url: str = ""
    alerts_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = DEFAULT_SECRET
    policy: Path = DEFAULT_POLICY
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    prefect_api_url: str = Field(default="", validation_alias="PREFECT_API_URL")

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL in force: SQLite in `home` unless one is set."""
        return self.database_url or f"sqlite:///{(self.home / 'scc.db').absolute()}"

    @property
    def mail_folder(self) -> Path:
        """Where messages are kept as .eml files while no mail server is configured."""
        return self.home / "mail"

    def masked(self) -> dict[str, str]:
        """Every setting as text, for `scc doctor`; nothing that could be secret is shown.

        Passwords and keys stand in many places of a URL (an Apprise URL may be one great
        secret), so what is shown of one is what is known to be harmless.
        """
        shown = {name: str(value) for name, value in self.model_dump().items()}
        for name in ("secret_key", "oidc_client_secret"):
            if shown[name]:
                shown[name] = "(default)" if shown[name] == DEFAULT_SECRET else HIDDEN
        shown["database_url"] = _database_without_password(self.database)
        shown["mail_url"] = _scheme_and_host(self.mail_url)
        shown["alerts_url"] = " ".join(map(_scheme, re.split(r"[\s,]+", self.alerts_url.strip())))
        for name in ("base_url", "prefect_api_url", "oidc_issuer"):
            shown[name] = _without_account(shown[name])
        return shown


HIDDEN = "********"


def _database_without_password(url: str) -> str:
    try:
        return make_url(url).set(query={}).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return HIDDEN


def _scheme(url: str) -> str:
    scheme, mark, _ = url.partition("://")
    if not url:
        return ""
    return f"{scheme}://{HIDDEN}" if mark else HIDDEN


def _scheme_and_host(url: str) -> str:
    """A mail server by name; of anything but a plain mail URL its scheme alone."""
    scheme, _, rest = url.partition("://")
    account, at, place = rest.partition("?")[0].rpartition("@")
    host = re.match(r"[\w.-]+", place)
    if scheme not in ("mailto", "mailtos") or host is None or "/" in account:
        return _scheme(url)
    return f"{scheme}://{'…@' if at else ''}{host[0]}"


def _without_account(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    _, at, place = rest.partition("?")[0].rpartition("@")
    return f"{scheme}{mark}{HIDDEN}@{place}" if at else url.partition("?")[0]
