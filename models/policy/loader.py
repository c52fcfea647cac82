"""Reading a policy folder, as a whole: its general part, the files beside it and the ladders."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ValidationError,
)

from models.policy.programme import Programme
from models.policy.results import Results, results_file
from models.policy.sharing import Sharing, Standing
from models.policy.whole import LADDERS, Ladder, Policy
from models.settings import DEFAULT_POLICY, TEMPLATES

SHARING = "sharing.toml"


class PolicyError(Exception):
    """The policy cannot be used; the message names the file and the key."""


@cache
def load_policy(folder: Path) -> Policy:
    """The policy in a folder.

    Raises PolicyError with the file and the key where anything is missing, unknown or wrong:
    a policy is used whole or not at all.
    """
    content: dict[str, Any] = _read(folder / "policy.toml")
    content["ladders"] = {key: _ladder(folder / f"{key}.toml", key) for key in LADDERS}
    programme = folder / "programme.toml"
    content["programme"] = _checked(Programme, _read(programme), programme)
    template = content["programme"].level_letters.template
    _templates_exist(programme, (("level_letters.template", template),))
    content["results"] = _checked(Results, _read(path := results_file(folder)), path)
    content["sharing"] = _sharing(folder, content["ladders"])
    policy = _checked(Policy, content, folder / "policy.toml")
    for key, step in policy.programme.at_odds.from_step.items():
        if step not in policy.ladders[key]:
            raise PolicyError(f"{programme}: at_odds.from_step.{key}: there is no step {step!r}")
    letters = policy.letters.model_dump().items()
    _templates_exist(folder / "policy.toml", ((f"letters.{key}", name) for key, name in letters))
    return policy


def _ladder(path: Path, key: str) -> Ladder:
    ladder = _checked(Ladder, {"key": key, **_read(path)}, path)
    named = ((f"steps.{step.key}", name) for step in ladder.steps for name in step.templates)
    _templates_exist(path, named)
    return ladder


def _sharing(folder: Path, ladders: Mapping[str, Ladder]) -> Sharing:
    """The council's own `sharing.toml`; where it has none, the default, and whom its ladders name.

    Raises PolicyError where a ladder names somebody to whom no standing decision lets it write.
    """
    path = folder / SHARING
    if not path.is_file():
        given = _read(DEFAULT_POLICY / SHARING)
        sharing = _checked(Sharing, given, DEFAULT_POLICY / SHARING)
        return sharing.model_copy(
            update={"standing": (*sharing.standing, *_named(sharing, ladders))}
        )
    sharing = _checked(Sharing, _read(path), path)
    known = {step.key for ladder in ladders.values() for step in ladder.steps}
    for standing in sharing.standing:
        for key in standing.steps:
            if key not in known:
                raise PolicyError(f"{path}: standing.steps: no ladder has a step {key!r}")
    letters = (name for standing in sharing.standing for name in standing.letters)
    _templates_exist(path, (("standing.letters", name) for name in letters))
    missing = _named(sharing, ladders)
    if missing:
        [ladder], [step], who = missing[0].ladders, missing[0].steps, missing[0].to[0]
        raise PolicyError(
            f"{path}: standing: the step {step!r} of {ladder}.toml writes to {who!r}, and no "
            "standing decision says that it may. Add one."
        )
    return sharing


def _named(sharing: Sharing, ladders: Mapping[str, Ladder]) -> list[Standing]:
    """For whom a ladder names and no standing decision covers, one that would."""
    day = max((each.review_on for each in sharing.standing), default=date.max)
    return [
        Standing(
            to=(role,),
            ladders=(ladder.key,),
            steps=(step.key,),
            because="The council’s own ladder names them at this step.",
            review_on=day,
        )
        for ladder in ladders.values()
        for step in ladder.steps
        if not step.statutory
        for role in (step.to, *step.copies, *step.copies_where_known)
        if sharing.standing_for(role, ladder.key, step.key, step.letter or "") is None
    ]


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"{path}: the file is missing") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from None


Checked = TypeVar("Checked", bound=BaseModel)


def _checked(model: type[Checked], content: dict[str, object], path: Path) -> Checked:
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


def _templates_exist(path: Path, names: Iterable[tuple[str, str]]) -> None:
    for key, name in names:
        if not has_template(name):
            raise PolicyError(f"{path}: {key}: there is no letter template {name!r}")
