"""Settings from the environment or a `.env` file; see docs/settings.md for each."""

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

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
        """Every setting as text, with passwords and keys hidden, for `scc doctor`."""
        shown = {name: str(value) for name, value in self.model_dump().items()}
        for name in ("secret_key", "oidc_client_secret"):
            if shown[name]:
                shown[name] = "(default)" if shown[name] == DEFAULT_SECRET else "********"
        for name in ("database_url", "mail_url", "alerts_url", "prefect_api_url"):
            shown[name] = _without_password(shown[name])
        return shown


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    if not at:
        return url
    account = credentials.partition(":")[0]
    return f"{scheme}{mark}{account}:********@{place}"
