"""What this service signs in with at Microsoft: a secret or a certificate, never shown.

A file with either is refused while anybody else can read it.
"""

import os
import re
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from models.settings import Settings, is_safe_address

MOST = 65536  # bytes of such a file
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_CLIENT = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# Those stand for any tenant, and an application signs in at one.
_OF_NOBODY = ("common", "organizations", "consumers")
_BLOCK = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


class CredentialTrouble(Exception):  # noqa: N818 - what is to be put right, in plain words
    """Why there is nothing to sign in with; never with any of the secret."""


@dataclass(frozen=True)
class Secret:
    """A client secret."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its private key, both PEM; `ends` is aware."""

    key: str = field(repr=False)
    certificate: str
    ends: datetime


def trouble_of(settings: Settings) -> str | None:
    """Why an application cannot be signed in with these settings; reads no file."""
    given = (
        settings.mail_client_secret,
        settings.mail_client_secret_file,
        settings.mail_certificate_file,
    )
    if not _TENANT.fullmatch(settings.mail_tenant) or settings.mail_tenant in _OF_NOBODY:
        return "Set SCC_MAIL_TENANT to the tenant’s ID or one of its domains."
    if not _CLIENT.fullmatch(settings.mail_client_id):
        return "Set SCC_MAIL_CLIENT_ID to the application’s ID: 32 digits with four hyphens."
    if sum(map(bool, given)) != 1:
        return (
            "Set one of SCC_MAIL_CLIENT_SECRET, SCC_MAIL_CLIENT_SECRET_FILE and "
            "SCC_MAIL_CERTIFICATE_FILE."
        )
    if not settings.mail_authority.startswith("https://"):
        return "SCC_MAIL_AUTHORITY must begin with https://."
    if not is_safe_address(settings.mail_graph):
        return "SCC_MAIL_GRAPH must begin with https://."
    return None


def credential(settings: Settings) -> Secret | Certificate:
    """What to sign in with, read now; raises CredentialTrouble."""
    if settings.mail_certificate_file:
        return _certificate(Path(settings.mail_certificate_file))
    if settings.mail_client_secret_file:
        name = "SCC_MAIL_CLIENT_SECRET_FILE"
        text = _read(Path(settings.mail_client_secret_file), name).strip()
    else:
        name, text = "SCC_MAIL_CLIENT_SECRET", settings.mail_client_secret
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise CredentialTrouble(f"What {name} gives is no client secret: it is one line of signs.")
    return Secret(text)


def _certificate(file: Path) -> Certificate:
    # Not at the head: most processes sign in with no certificate, and it takes long to load.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_pem_private_key,
    )

    name = "SCC_MAIL_CERTIFICATE_FILE"
    blocks = {match[1]: match[0] for match in _BLOCK.finditer(_read(file, name))}
    certificate = blocks.pop("CERTIFICATE", "")
    key = next((block for what, block in blocks.items() if what.endswith("PRIVATE KEY")), "")
    try:
        ours = load_pem_private_key(key.encode(), None)
        theirs = x509.load_pem_x509_certificate(certificate.encode())
    except (ValueError, TypeError):
        raise CredentialTrouble(
            f"{name} needs a certificate and its private key, both PEM, the key without a password."
        ) from None
    public = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if not isinstance(ours, RSAPrivateKey):
        raise CredentialTrouble(f"The key in {name} is no RSA key: Entra takes no other.")
    if ours.public_key().public_bytes(*public) != theirs.public_key().public_bytes(*public):
        raise CredentialTrouble(f"The key in {name} is not that of its certificate.")
    plain = ours.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Certificate(plain, certificate, theirs.not_valid_after_utc)


def _read(file: Path, name: str) -> str:
    """A file of ours alone; looked at while it is open, so that it is the one that is read."""
    try:
        # A pipe would make whoever opens it wait.
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise CredentialTrouble(f"{name}: {file} cannot be read: {reason}.") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise CredentialTrouble(f"{name}: {file} is no file.")
        if found.st_mode & 0o077:
            raise CredentialTrouble(
                f"{name}: others than its owner can get at {file}. Run `chmod 600 {file}`."
            )
        if found.st_uid not in (os.geteuid(), 0):
            raise CredentialTrouble(
                f"{name}: {file} belongs to somebody else. Run `chown` for the user of the service."
            )
        content = os.read(handle, MOST + 1)
    finally:
        os.close(handle)
    try:
        if len(content) > MOST:
            raise ValueError
        return content.decode("utf-8-sig")
    except ValueError:
        raise CredentialTrouble(f"{name}: {file} is no text of a few lines.") from None
