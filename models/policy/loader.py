"""Reading a policy folder: `policy.toml`, `programme.toml`, `sharing.toml` and the two ladders."""

import re
from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.people.tables import Role
from models.policy.fairness import Fairness
from models.policy.files import PolicyError, check_templates, checked, read_toml
from models.policy.guidance import Guidance, WholeGuidance
from models.policy.programme import Programme
from models.policy.sharing import Sharing, named_besides
from models.policy.statutory import Days, Statutory
from models.schools.tables import ContactRole
from models.settings import DEFAULT_POLICY

Approvers = Annotated[tuple[Role, ...], Field(min_length=1)]
NationalBody = Literal["secretary_of_state", "ofsted"]
NATIONAL_BODIES: tuple[NationalBody, ...] = get_args(NationalBody)
Recipient = Literal[
    "headteacher",
    "chair_of_governors",
    "clerk",
    "trust",
    "sponsor",
    "diocese",
    "second_diocese",
    "foundation_appointer",
    "school_improvement_partner",
    "secretary_of_state",
    "ofsted",
]
STATUTORY = ("notice", "powers")
NEVER_APPROVE = (Role.VIEWER, Role.ADMINISTRATOR)
LADDERS = ("maintained", "academy")
KEY = re.compile("[a-z]+(_[a-z0-9]+)*")  # of a step, as it stands in rows and addresses
LONGEST_KEY = 40
SHARING = "sharing.toml"


class Approvable(StrEnum):
    """What needs approval and is not a step of a ladder."""

    START = "start"
    PASS_OVER = "pass_over"  # noqa: S105 - not a password
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    CONVERT = "convert"
    END = "end"
    LETTER = "letter"
    SCHOOL_LETTER = "school_letter"  # one that belongs to no escalation
    STATEMENT_OF_ACTION = "statement_of_action"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Letterhead(_Strict):
    """Who writes: printed at the top of every letter."""

    council: str
    department: str
    address: tuple[str, ...]
    telephone: str
    email: str
    website: str


class Body(_Strict):
    """A national body that letters go to.

    `takes_email` says where the body said that copies of notices may come by e-mail; empty where it
    is not known to have.
    """

    name: str
    email: str
    address: tuple[str, ...]
    takes_email: str = ""


class Reminders(_Strict):
    """When the case officer is reminded of a response that is due; times are London's."""

    working_days_before: tuple[Days, ...]
    on_the_day: bool
    every_working_days_after: Days
    overdue_also_to: tuple[Role, ...]
    at: time
    digest_at: time
    digest_working_days_ahead: Days

    @field_validator("at", "digest_at")
    @classmethod
    def _in_office_hours(cls, value: time) -> time:
        if not time(8) <= value < time(18):
            raise ValueError("must lie in office hours, 08:00 to 18:00")
        return value


class OtherLetters(_Strict):
    """Templates of the letters that belong to no single step."""

    acknowledgement: str
    resolution: str


class StepRule(_Strict):
    """One step of a ladder, as the policy has it."""

    key: str
    number: str
    title: str
    kind: Literal["discussion", "letter", "meetings", "notice", "powers"]
    to: Recipient
    copies: tuple[Recipient, ...] = ()
    copies_where_known: tuple[Recipient, ...] = ()
    with_: tuple[str, ...] = Field(default=(), alias="with")
    # Of those, with whom a discussion carries the step out: with any of them where none is named.
    carried_out_with: tuple[str, ...] = ()
    held_by: tuple[Role, ...] = ()  # who may hold its meetings: anybody where none is named
    letter: str | None = None
    invitation: str | None = None
    approvers: Approvers
    response_working_days: Days
    only_if: Literal["head_performance_in_question"] | None = None
    may_pass_over_if: Literal["not_engaging"] | None = None

    @property
    def formal(self) -> bool:
        """Whether approving the step sends a letter, whose response is then awaited."""
        return self.kind in ("letter", "notice")

    @property
    def essential(self) -> tuple[str, ...]:
        """Those of whom one at least takes part in a discussion that carries the step out."""
        return self.carried_out_with or self.with_

    @property
    def statutory(self) -> bool:
        """Whether the step is one of Part 4 of the Act: a warning notice, or its powers."""
        return self.kind in STATUTORY

    @property
    def letter_on_approval(self) -> str | None:
        """The template whose draft travels with the proposal; none for a discussion."""
        return self.letter if self.formal else self.invitation

    @property
    def templates(self) -> tuple[str, ...]:
        """Every template that the step names."""
        return tuple(name for name in (self.letter, self.invitation) if name)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind in ("discussion", "meetings") and not self.with_:
            raise ValueError(f"with: a step of kind {self.kind} must say with whom it is held")
        if (self.letter is None) != (self.kind == "powers"):
            raise ValueError("letter: needed for every step but that of the powers")
        if self.kind in STATUTORY and (self.copies or self.copies_where_known):
            raise ValueError("copies: the law says who has a copy of a statutory letter")
        if self.kind == "notice" and self.approvers != (Role.LEGAL, Role.DIRECTOR):
            raise ValueError("approvers: a warning notice is signed off by legal, then director")
        if self.kind == "powers" and self.approvers[-1] is not Role.DIRECTOR:
            raise ValueError("approvers: the use of powers is approved by the director last")
        if (self.invitation is not None) != (self.kind == "meetings"):
            raise ValueError("invitation: needed for meetings, and for nothing else")
        if self.held_by and self.kind != "meetings":
            raise ValueError("held_by: for meetings, and for nothing else")
        if self.carried_out_with and self.kind != "discussion":
            raise ValueError("carried_out_with: for a discussion, and for nothing else")
        if not set(self.carried_out_with) <= set(self.with_):
            raise ValueError("carried_out_with: everybody in it must stand in with as well")
        allowed = {*ContactRole, "governing_body"}
        for name in self.with_:
            if name not in allowed:
                raise ValueError(f"with: nobody is called {name!r}")
        return self

    @field_validator("key")
    @classmethod
    def _a_word(cls, value: str) -> str:
        if not KEY.fullmatch(value) or len(value) > LONGEST_KEY:
            raise ValueError(f"must be lower case words joined by _, at most {LONGEST_KEY} letters")
        return value

    @field_validator("approvers")
    @classmethod
    def _approvers_can_approve(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        return _fit_to_approve(value)


class Ladder(_Strict):
    """The steps of one kind of school, in their order."""

    key: Literal["maintained", "academy"]
    title: str
    steps: Annotated[tuple[StepRule, ...], Field(min_length=1)]

    @field_validator("steps")
    @classmethod
    def _told_apart(cls, value: tuple[StepRule, ...]) -> tuple[StepRule, ...]:
        keys = [step.key for step in value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"two steps have the key {twice!r}")
        if value[0].kind != "discussion":
            raise ValueError(
                "the first step must be of kind 'discussion': starting sends no letter"
            )
        return value

    @model_validator(mode="after")
    def _as_the_law_has_it(self) -> Self:
        """Part 4 of the Act, for maintained schools: one notice, then the powers, at the end."""
        last = STATUTORY if self.key == "maintained" else ()
        wanted = dict(zip((step.key for step in self.steps[-2:]), last, strict=False))
        for step in self.steps:
            kind = wanted.get(step.key)
            if kind is not None and step.kind != kind:
                raise ValueError(f"steps.{step.key}: kind: it must be {kind!r}, here at the end")
            if kind is None and step.statutory:
                raise ValueError(
                    f"steps.{step.key}: kind: only the last two steps of maintained schools may "
                    "be of this kind"
                )
        return self

    @cached_property
    def _places(self) -> dict[str, int]:
        return {step.key: place for place, step in enumerate(self.steps)}

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def step(self, key: str) -> StepRule:
        """The step with this key; KeyError when the ladder has none."""
        return self.steps[self._places[key]]

    def after(self, key: str) -> StepRule | None:
        """The step that comes next, or None at the top."""
        place = self._places[key] + 1
        return self.steps[place] if place < len(self.steps) else None

    def following(self, key: str) -> tuple[StepRule, ...]:
        """All steps still to come after this one."""
        return self.steps[self._places[key] + 1 :]


class Procedure(_Strict):
    """What a case goes by from its first day to its last: see `models.policy.editions`."""

    title: str
    edition: str
    guidance: Guidance
    approvers: dict[Approvable, Approvers]
    reminders: Reminders
    statutory: Statutory
    letters: OtherLetters
    fairness: Fairness = Fairness()
    ladders: dict[Literal["maintained", "academy"], Ladder]

    def ladder(self, key: str) -> Ladder:
        """The ladder of maintained schools or of academies."""
        return self.ladders[key]  # type: ignore[index]

    @field_validator("ladders")
    @classmethod
    def _begin_alike(cls, value: dict[str, Ladder]) -> dict[str, Ladder]:
        """A school that becomes an academy goes on at a step that it has reached."""
        first, other = (value[key].steps[0].key for key in LADDERS)
        if first != other:
            raise ValueError(
                f"both ladders must begin with the same step, not with {first!r} and {other!r}: "
                "there a case can go on when its school becomes an academy"
            )
        return value

    @property
    def templates(self) -> set[str]:
        """Every letter template that it names."""
        steps = (step for ladder in self.ladders.values() for step in ladder.steps)
        named = {name for step in steps for name in step.templates}
        return named | {self.letters.acknowledgement, self.letters.resolution}


class Policy(Procedure):
    """One council's policy, whole and checked."""

    guidance: WholeGuidance
    letterhead: Letterhead
    bodies: dict[NationalBody, Body]
    programme: Programme
    sharing: Sharing

    @field_validator("approvers")
    @classmethod
    def _complete(cls, value: dict[Approvable, Approvers]) -> dict[Approvable, Approvers]:
        # A policy of before there were such letters says nothing of them.
        value = {
            Approvable.SCHOOL_LETTER: (Role.HEAD_OF_SERVICE,),
            Approvable.STATEMENT_OF_ACTION: (Role.DIRECTOR,),
            **value,
        }
        missing = [name.value for name in Approvable if name not in value]
        if missing:
            raise ValueError(f"nobody is named to approve: {', '.join(missing)}")
        for roles in value.values():
            _fit_to_approve(roles)
        return value

    @field_validator("bodies")
    @classmethod
    def _all_bodies(cls, value: dict[str, Body]) -> dict[str, Body]:
        missing = [name for name in NATIONAL_BODIES if name not in value]
        if missing:
            raise ValueError(f"no address for: {', '.join(missing)}")
        return value


def _fit_to_approve(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    for role in roles:
        if role in NEVER_APPROVE:
            raise ValueError(f"the role {role.value} cannot approve anything")
    return roles


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
    content["sharing"] = _sharing(folder, content["ladders"])
    policy = checked(Policy, content, folder / "policy.toml")
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
