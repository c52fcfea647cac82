"""To whom letters go without a sharing decision of their own, and who authorises the others."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from models.people.tables import DESIGNATED, Role
from models.policy.statutory import Days
from models.schools.tables import ContactRole

if TYPE_CHECKING:
    from models.policy.whole import Ladder

LadderKey = Literal["maintained", "academy"]
ANYBODY = frozenset({*ContactRole, "secretary_of_state", "ofsted"})


class Standing(BaseModel):
    """A decision once for all: to these a letter may go, for a reason, until somebody reviews it.

    At the `steps` that it names, or where it names none at every step, in a letter on the school's
    own record and in those about risk levels. For schools of both `ladders` and in every letter,
    unless it names `ladders` or `letters` (by their templates).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Annotated[tuple[str, ...], Field(min_length=1)]
    ladders: Annotated[tuple[LadderKey, ...], Field(min_length=1)] = ("maintained", "academy")
    steps: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    because: Annotated[str, Field(min_length=1, max_length=500)]
    review_on: date

    @field_validator("to")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in ANYBODY:
                raise ValueError(f"nobody is called {name!r}; choose from {sorted(ANYBODY)}")
        return value

    def covers(self, role: str, ladder: str, step: str | None, letter: str) -> bool:
        """Whether a letter may go to somebody in a role, at a step of a ladder or at none.

        A school of another kind has no ladder: for it holds what names none.
        """
        of_any = set(self.ladders) == set(get_args(LadderKey))
        here = (not self.steps or step in self.steps) and (of_any or ladder in self.ladders)
        return here and role in self.to and (not self.letters or letter in self.letters)


class Sharing(BaseModel):
    """Standing decisions, and who authorises the others.

    A decision is put to the first of `authorised_by` that is not the proposer's own role.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    authorised_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    authorise_urgent_within_working_days: Days
    standing: tuple[Standing, ...]

    @field_validator("authorised_by")
    @classmethod
    def _designated(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        for role in value:
            if role not in DESIGNATED:
                chosen = ", ".join(sorted(DESIGNATED))
                raise ValueError(f"the role {role.value} is not designated; choose from {chosen}")
        return value

    def standing_for(
        self, role: str, ladder: str, step: str | None, letter: str
    ) -> Standing | None:
        """The first standing decision by which a letter may go to somebody; None where none is.

        `letter` is its template.
        """
        here = (each for each in self.standing if each.covers(role, ladder, step, letter))
        return next(here, None)


def named_besides(sharing: Sharing, ladders: "Mapping[str, Ladder]") -> list[Standing]:
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
