"""Reading a policy folder, as a whole: its general part, the files beside it and the ladders."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from models.policy.files import PolicyError, check_templates, checked, read_toml
from models.policy.programme import Programme
from models.policy.results import Results, results_file
from models.policy.sharing import Sharing, named_besides
from models.policy.whole import LADDERS, Ladder, Policy
from models.settings import DEFAULT_POLICY

SHARING = "sharing.toml"


@cache
def load_policy(folder: Path) -> Policy:
    """The policy in a folder.

    Raises PolicyError with the file and the key where anything is missing, unknown or wrong:
    a policy is used whole or not at all.
    """
    content: dict[str, Any] = read_toml(folder / "policy.toml")
    content["ladders"] = {key: _ladder(folder / f"{key}.toml", key) for key in LADDERS}
    programme = folder / "programme.toml"
    content["programme"] = checked(Programme, read_toml(programme), programme)
    template = content["programme"].level_letters.template
    check_templates(programme, (("level_letters.template", template),))
    content["results"] = checked(Results, read_toml(path := results_file(folder)), path)
    content["sharing"] = _sharing(folder, content["ladders"])
    policy = checked(Policy, content, folder / "policy.toml")
    for key, step in policy.programme.at_odds.from_step.items():
        if step not in policy.ladders[key]:
            raise PolicyError(f"{programme}: at_odds.from_step.{key}: there is no step {step!r}")
    letters = policy.letters.model_dump().items()
    check_templates(folder / "policy.toml", ((f"letters.{key}", name) for key, name in letters))
    return policy


def _ladder(path: Path, key: str) -> Ladder:
    ladder = checked(Ladder, {"key": key, **read_toml(path)}, path)
    named = ((f"steps.{step.key}", name) for step in ladder.steps for name in step.templates)
    check_templates(path, named)
    return ladder


def _sharing(folder: Path, ladders: Mapping[str, Ladder]) -> Sharing:
    """The council's own `sharing.toml`; where it has none, the default, and whom its ladders name.

    Raises PolicyError where a ladder names somebody to whom no standing decision lets it write.
    """
    path = folder / SHARING
    if not path.is_file():
        given = read_toml(DEFAULT_POLICY / SHARING)
        sharing = checked(Sharing, given, DEFAULT_POLICY / SHARING)
        return sharing.model_copy(
            update={"standing": (*sharing.standing, *named_besides(sharing, ladders))}
        )
    sharing = checked(Sharing, read_toml(path), path)
    known = {step.key for ladder in ladders.values() for step in ladder.steps}
    for standing in sharing.standing:
        for key in standing.steps:
            if key not in known:
                raise PolicyError(f"{path}: standing.steps: no ladder has a step {key!r}")
    letters = (name for standing in sharing.standing for name in standing.letters)
    check_templates(path, (("standing.letters", name) for name in letters))
    missing = named_besides(sharing, ladders)
    if missing:
        [ladder], [step], who = missing[0].ladders, missing[0].steps, missing[0].to[0]
        raise PolicyError(
            f"{path}: standing: the step {step!r} of {ladder}.toml writes to {who!r}, and no "
            "standing decision says that it may. Add one."
        )
    return sharing
