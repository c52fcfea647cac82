"""Settings from the environment or a `.env` file; see docs/settings.md for each."""

import os
import re
from datetime import timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DEFAULT_SECRET = "for-demonstration-only"  # noqa: S105 - refused beyond loopback
NO_SCANNER = "none"
MOST_BY_ITSELF = 4  # processes that serve pages where nobody has said how many: each takes memory
# How long a Prefect server keeps its events, in which the names of schools stand: ours is told.
PREFECT_KEEPS_EVENTS = timedelta(hours=1)
DEFAULT_POLICY = Path(__file__).parent / "policy" / "default"
TEMPLATES = Path(__file__).parent.parent / "templates"


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Settings(BaseSettings):
    """What is in force for one process. Names are those of the environment, less `SCC_`."""

    model_config = SettingsConfigDict(env_prefix="SCC_", env_file=".env", extra="ignore")

    home: Path = Path("var")
    database_url: str = Field(default="", repr=False)
    mail_url: str = Field(default="", repr=False)
    # The application as which mail leaves through Microsoft 365; see docs/mail.md.
    mail_tenant: str = ""
    mail_client_id: str = ""
    mail_client_secret: str = Field(default="", repr=False)
    mail_client_secret_file: str = ""
    mail_certificate_file: str = ""
    mail_authority: str = "https://login.microsoftonline.com"
    mail_graph: str = "https://graph.microsoft.com"
    alerts_url: str = Field(default="", repr=False)
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = Field(default=DEFAULT_SECRET, repr=False)
    policy: Path = DEFAULT_POLICY
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    scanner: str = ""
    public_strategy: bool = False  # whether anybody may read the strategy without signing in
    trusted_proxies: str = ""
    hosts: str = ""
    prefect_host: str = "127.0.0.1"
    # How many processes of `scc up` serve the pages.
    web_processes: int = Field(default_factory=lambda: min(cores(), MOST_BY_ITSELF), ge=1, le=64)
    bound_to: str = ""  # where the web application listens, as `scc up` tells it
    prefect_api_url: str = Field(default="", validation_alias="PREFECT_API_URL")

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL in force: SQLite in `home` unless one is set."""
        return self.database_url or f"sqlite:///{(self.home / 'scc.db').absolute()}"

    @property
    def mail_folder(self) -> Path:
        """Where messages are kept as .eml files while no mail server is configured."""
        return self.home / "mail"

    @property
    def damage_mark(self) -> Path:
        """The file that is there when a request has met damage in the database.

        So all processes that serve pages know it. It goes when the database was found whole.
        """
        return self.home / "damaged"

    @property
    def evidence_folder(self) -> Path:
        """Where the bytes of evidence lie, by their SHA-256."""
        return self.home / "evidence"

    @property
    def scanner_command(self) -> str:
        """The malware scanner's command; empty where none is set or it is switched off by name."""
        return "" if self.scanner_switched_off else self.scanner.strip()

    @property
    def scanner_switched_off(self) -> bool:
        """Whether files are kept without a scan because somebody said so."""
        return self.scanner.strip().lower() == NO_SCANNER

    @property
    def register_folder(self) -> Path:
        """Where files of the national register lie until they are applied, by their SHA-256."""
        return self.home / "register"

    def goes_by(self, name: str) -> bool:
        """Whether the service is called by this name or address: by no other is it answered.

        A web site whose name is made to point here (DNS rebinding) comes by its own.
        """
        return is_loopback(name) or name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        """The host of the base URL, and what is named besides; with or without a port."""
        return frozenset(map(_host, [self.base_url, *re.split(r"[\s,]+", self.hosts)])) - {""}

    @property
    def prefect_folder(self) -> Path:
        """Where a Prefect server of ours keeps what it knows."""
        return self.home / "prefect"

    @property
    def prefect_database(self) -> Path:
        """The database of a Prefect server of ours; there is none where another one is used."""
        return self.prefect_folder / "prefect.db"

    @property
    def prefect_password_file(self) -> Path:
        """The password of a Prefect server of ours that others can reach."""
        return self.home / "prefect-password"

    @property
    def council_sign_in(self) -> bool:
        """Whether officers can sign in with their council's account."""
        return bool(self.oidc_issuer) and not self.oidc_trouble()

    def oidc_trouble(self) -> str:
        """What is wrong with the settings of the council's identity provider; nothing if unset."""
        values = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(values) and not all(values):
            return "Set all of SCC_OIDC_ISSUER, SCC_OIDC_CLIENT_ID and SCC_OIDC_CLIENT_SECRET."
        if self.oidc_issuer and not is_safe_address(self.oidc_issuer):
            return "SCC_OIDC_ISSUER must begin with https://."
        return ""

    def masked(self) -> dict[str, str]:
        """Every setting as text, for `scc doctor`; nothing that could be secret is shown.

        Passwords and keys stand in many places of a URL (an Apprise URL may be one great
        secret), so what is shown of one is what is known to be harmless.
        """
        shown = {name: str(value) for name, value in self.model_dump().items()}
        for name in ("secret_key", "oidc_client_secret", "mail_client_secret"):
            if shown[name]:
                shown[name] = "(default)" if shown[name] == DEFAULT_SECRET else HIDDEN
        shown["database_url"] = _database_without_password(self.database)
        shown["scanner"] = _program(self.scanner)
        shown["mail_url"] = _scheme_and_host(self.mail_url)
        shown["alerts_url"] = " ".join(map(_scheme, re.split(r"[\s,]+", self.alerts_url.strip())))
        for name in URLS:
            shown[name] = _without_account(shown[name])
        return shown


HIDDEN = "********"
URLS = ("base_url", "prefect_api_url", "oidc_issuer", "mail_authority", "mail_graph")


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine and nobody else's."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host(address: str) -> str:
    """The host of a URL, of a host with its port, or of a bare address."""
    try:
        return str(ip_address(address))
    except ValueError:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""


def is_safe_address(url: str) -> bool:
    """Whether nobody between can read what is sent to an address: HTTPS, or this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "http":
        return is_loopback(host)
    return parts.scheme == "https" and bool(host)


def _database_without_password(url: str) -> str:
    try:
        return make_url(url).set(query={}).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return HIDDEN


def _program(command: str) -> str:
    """A command by its first word: what follows may hold a key."""
    program, *arguments = command.split(maxsplit=1) or [""]
    return f"{program} …" if arguments else program


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
    plain = ("mailto", "mailtos", "xoauth2", "graph")
    if scheme not in plain or host is None or "/" in account:
        return _scheme(url)
    return f"{scheme}://{'…@' if at else ''}{host[0]}"


def _without_account(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    _, at, place = rest.partition("?")[0].rpartition("@")
    return f"{scheme}{mark}{HIDDEN}@{place}" if at else url.partition("?")[0]
