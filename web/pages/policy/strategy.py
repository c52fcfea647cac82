"""The council's strategy for schools causing concern, for everybody: no case, no school, no name.

Nobody signs in to read it, and it reads no row: all that stands there is the policy's.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from models.policy import Ladder, Policy, StepRule
from models.policy.programme import Frequency, LevelRule
from models.policy.triggers import triggers_of
from models.policy.wording import the_role
from models.refusals import NotFound
from web.door import AtDoor
from web.pages.wording import upper_first
from web.rendering import render
from web.rules import anybody

router = APIRouter()
_PARTS = {"year": "a year", "term": "a term", "half_term": "a half-term", "month": "a month"}
_CONDITIONS = {
    "head_performance_in_question": "only if the headteacher’s performance is in question",
}
_HOW = {
    "discussion": "A discussion",
    "letter": "A letter",
    "meetings": "Meetings",
    "notice": "A warning notice (section 60 of the Education and Inspections Act 2006)",
    "powers": "One or more powers of sections 63 to 66 of the Education and Inspections Act 2006",
}


@dataclass(frozen=True)
class ToldStep:
    """A step of a ladder as the public reads it."""

    number: str
    title: str
    how: str
    to: str
    answer_within: str


@router.get("/strategy", dependencies=[anybody])
def strategy(door: AtDoor) -> Response:
    """The strategy, where the council has switched this page on."""
    if not door.settings.public_strategy:
        raise NotFound("There is no such page.")
    policy = door.policy
    page = render(
        "policy/strategy.html",
        title="Our strategy for schools causing concern",
        council=policy.letterhead.council,
        policy=policy,
        triggers={ladder: _triggers(policy, ladder) for ladder in policy.ladders},
        levels=[(policy.programme.levels[level], level) for level in policy.programme.levels],
        table=[_column(rule) for rule in policy.programme.levels.values()],
        ladders=[(ladder.title, _steps(ladder)) for ladder in policy.ladders.values()],
    )
    return Response(page, media_type="text/html")


def _triggers(policy: Policy, ladder: str) -> list[str]:
    return [upper_first(words) for _, words in triggers_of(policy, ladder)]


def _column(rule: LevelRule) -> tuple[str, str, str, str]:
    """One level of Table 1: its title, visits, reports, and meetings of the strategy group."""
    most = "Up to " if rule.visits_are_at_most else ""
    meetings = (
        "If required" if rule.sisg_if_required else _often(rule.sisg) if rule.sisg else "None"
    )
    return rule.title, most + _often(rule.visits), _often(rule.reports), meetings


def _often(frequency: Frequency) -> str:
    return f"{frequency.times} {_PARTS[frequency.per]}"


def _steps(ladder: Ladder) -> list[ToldStep]:
    return [_step(rule) for rule in ladder.steps]


def _within(rule: StepRule) -> str:
    days = f"{rule.response_working_days} working days"
    if rule.kind == "notice":
        return f"The notice says: as a rule {days}"
    return "What is decided says" if rule.kind == "powers" else days


def _step(rule: StepRule) -> ToldStep:
    condition = _CONDITIONS.get(rule.only_if or "")
    return ToldStep(
        number=rule.number,
        title=rule.title + (f", {condition}" if condition else ""),
        how=_HOW[rule.kind],
        to=upper_first(the_role(rule.to)),
        answer_within=_within(rule),
    )
