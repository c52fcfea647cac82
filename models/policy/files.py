"""One file of a policy, read: what is missing, unknown or wrong is named with file and key."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from models.settings import TEMPLATES


class PolicyError(Exception):
    """The policy cannot be used; the message names the file and the key."""


def read_toml(path: Path) -> dict[str, object]:
    """What stands in a file; raises PolicyError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"{path}: the file is missing") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from None


Checked = TypeVar("Checked", bound=BaseModel)


def checked(model: type[Checked], content: dict[str, object], path: Path) -> Checked:
    """A part of the policy from what stands in a file; raises PolicyError."""
    try:
        return model.model_validate(content)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = "there is no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        where = f"{path}: {key}" if key else str(path)
        raise PolicyError(f"{where}: {message.removeprefix('Value error, ')}") from None


def has_template(name: str) -> bool:
    """Whether there is a letter template of this name."""
    return (TEMPLATES / "letters" / f"{name}.md.j2").is_file()


def check_templates(path: Path, names: Iterable[tuple[str, str]]) -> None:
    """Refuse letters, each named by its key, of which there is no template; raises PolicyError."""
    for key, name in names:
        if not has_template(name):
            raise PolicyError(f"{path}: {key}: there is no letter template {name!r}")
