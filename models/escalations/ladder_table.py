"""The whole table of what may be done when and by whom, worked out from a policy.

`python -m models.escalations.ladder_table` writes it to docs/ladders.md; the tests walk every
row of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, product
from pathlib import Path

from models.escalations.proposing import BY_NAME, role_of
from models.escalations.tables import Status, StepState
from models.people.access import RULES
from models.people.tables import CASEWORK, Role
from models.policy import Approvable, Ladder, Policy, StepRule, load_policy
from models.policy.ladder import Standing, approvers, refusal, target
from models.proposed import Action
from models.settings import DEFAULT_POLICY

PAGE = Path(__file__).parents[2] / "docs" / "ladders.md"
FLAGS = {
    "head_performance_in_question": "the headteacher’s performance is in question",
    "not_engaging": "the academy does not engage with quality assurance",
}


@dataclass(frozen=True)
class Row:
    """One action at one place: `when` is the flags that it needs, None when it is refused."""

    standing: Standing
    action: Action
    when: dict[str, bool] | None
    about: StepRule
    approvers: tuple[str, ...]

    @property
    def is_notice(self) -> bool:
        """Whether it is a warning notice, which is given by a form of its own."""
        return self.action is Action.ADVANCE and self.about.kind == "notice"

    @property
    def needs_eligibility(self) -> bool:
        """Whether the law asks besides that the school is eligible for intervention (s.59(2))."""
        to_powers = self.action is Action.ADVANCE and self.about.kind == "powers"
        return to_powers or self.action in (Action.INTERVENE, Action.POWER)

    def allows(self, role: Role, **flags: bool) -> bool:
        """Whether an officer of this role may propose it with the flags standing like this."""
        if role not in RULES[role_of(self.action)] or self.when is None:
            return False
        return all(flags.get(name, False) is wanted for name, wanted in self.when.items())


def standings(ladder: Ladder) -> Iterator[Standing]:
    """Every place on a ladder, in every status of the escalation."""
    for status in Status:
        for step in ladder.steps:
            for state in StepState:
                here = Standing(ladder=ladder, status=status, step=step, state=state)
                yield here
                if state is StepState.AWAITING_RESPONSE:
                    yield replace(here, answered=True)
                    yield replace(here, overdue=True)
                    yield replace(here, overdue=True, answered=True)


def rows(policy: Policy, ladder: Ladder) -> Iterator[Row]:
    """Every action at every place of a ladder."""
    notice = next((step for step in ladder.steps if step.kind == "notice"), None)
    actions = (*BY_NAME, Action.POWER) if notice else BY_NAME
    for at in standings(ladder):
        if notice:
            who = approvers(policy, Action.ADVANCE, notice)
            yield Row(at, Action.ADVANCE, _when_a_notice(at, notice), notice, who)
        for action in actions:
            about = target(action, at)
            row = Row(at, action, _when(action, at), about, approvers(policy, action, about))
            if not row.is_notice:
                yield row


def _when_a_notice(at: Standing, notice: StepRule) -> dict[str, bool] | None:
    """At the step before, when that has failed; at the notice and the powers, a further one."""
    if at.step.statutory:
        return {} if at.status is Status.OPEN else None
    return _when(Action.ADVANCE, at) if at.ladder.after(at.step.key) == notice else None


def _when(action: Action, at: Standing) -> dict[str, bool] | None:
    """The fewest flags under which the action may be proposed."""
    choices: list[dict[str, bool]] = [{}]
    choices += [{name: value} for name in FLAGS for value in (True, False)]
    for wanted in choices:
        if all(refusal(action, each) is None for each in _all_with(at, wanted)):
            return wanted
    return None


def _all_with(at: Standing, wanted: dict[str, bool]) -> Iterator[Standing]:
    for performance, away in product((True, False), repeat=2):
        flags = {"head_performance_in_question": performance, "not_engaging": away}
        if wanted.items() <= flags.items():
            yield replace(at, head_performance_in_question=performance, not_engaging=away)


def page(policy: Policy) -> str:
    """The table as a Markdown page."""
    parts = [_INTRODUCTION, *_people(policy)]
    for ladder in policy.ladders.values():
        parts += [f"## {ladder.title}", *_steps(ladder)]
        for status in (Status.OPEN, Status.PAUSED):
            parts += [
                f"### While the escalation is {status.value}",
                *_places(policy, ladder, status),
            ]
    return "\n".join(parts)


_INTRODUCTION = """\
# The ladders: what may be done, when and by whom

`python -m models.escalations.ladder_table` writes this page from the policy and the rules in
`models/policy/ladder.py`, and the tests walk it: every status, step, state, role and action
through the real commands. What it does not allow is refused and changes nothing.

While an escalation is proposed, only its start can be decided. Once it is resolved, withdrawn or
ended, nothing more can be proposed. While one proposal to move an escalation waits for a decision
there can be no other.

A warning notice is given by its own form, with all that section 60 of the Education and Inspections
Act 2006 asks for: `advance` to its step is refused and says so. From then on a further one may be
given, but not while the compliance period of the one before runs. `advance` to the powers, and each
`power`, are refused unless the school is eligible for intervention that day, by any road of section
59(2). While a published report puts the school into a category (sections 61 and 62), a Head of
Service may propose to go straight to the powers from any step (`intervene`). A `power` has a form
of its own too, and needs what its section asks for. While one is in force the escalation is neither
resolved nor withdrawn. Compliance with a notice is judged with the notice, once its period is over;
a response that is recorded there carries no judgement.
"""


def _people(policy: Policy) -> Iterator[str]:
    """Who proposes and records, and who approves what is not a step."""
    yield "## Who\n"
    at_work = ", ".join(role.label for role in Role if role in CASEWORK)
    yield f"These propose and record: {at_work}.\n"
    yield "Nobody approves what they proposed themselves. Where several approve, each does in turn,"
    yield "and they are different people.\n"
    yield "| To | approved by |"
    yield "|---|---|"
    yield "| move to a step, use a power | the step’s own approvers, in the tables below |"
    for approvable, roles in policy.approvers.items():
        yield f"| {_what(approvable)} | {_in_turn(roles)} |"
    yield ""


def _what(approvable: Approvable) -> str:
    if approvable is Approvable.SCHOOL_LETTER:
        return "send a letter that belongs to no escalation"
    if approvable is Approvable.STATEMENT_OF_ACTION:
        return "make a written statement of action after an adverse report"
    return Action(approvable.value).label


def _in_turn(roles: tuple[str, ...]) -> str:
    return ", then ".join(Role(role).label for role in roles)


def _steps(ladder: Ladder) -> Iterator[str]:
    yield "\n| Step | | approved by | response within | only if | may be passed over if |"
    yield "|---|---|---|---|---|---|"
    for step in ladder.steps:
        conditions = [FLAGS.get(name or "", "") for name in (step.only_if, step.may_pass_over_if)]
        cells = [step.number, step.title, _in_turn(step.approvers), _within(step), *conditions]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _within(step: StepRule) -> str:
    """How long the school has: of a power each has its own time, of a notice what it says."""
    days = f"{step.response_working_days} working days"
    return {"powers": "per power", "notice": f"as the notice says; {days} offered"}.get(
        step.kind, days
    )


def _places(policy: Policy, ladder: Ladder, status: Status) -> Iterator[str]:
    """One line for all steps and states at which the same may be proposed."""
    yield "\n| At step | when it is | may be proposed |"
    yield "|---|---|---|"
    steps: dict[tuple[str, str], list[str]] = {}
    for standing, at_once in groupby(rows(policy, ladder), key=lambda row: row.standing):
        if standing.status is status:
            allowed = ", ".join(said for row in at_once if (said := _said(row)))
            steps.setdefault((_state(standing), allowed), []).append(standing.step.number)
    states: dict[tuple[str, str], list[str]] = {}
    for (state, allowed), numbers in steps.items():
        states.setdefault((", ".join(numbers), allowed), []).append(state)
    for (at, allowed), those in states.items():
        yield f"| {at} | {'; '.join(those)} | {allowed} |"
    yield ""


def _said(row: Row) -> str:
    """The action with what it is about and what it needs; nothing when it is refused."""
    if row.when is None:
        return ""
    if row.is_notice:
        return "a further warning notice" if row.standing.step.statutory else "a warning notice"
    name = f"`{row.action.value}`"
    if row.action is Action.INTERVENE:
        name += " (a Head of Service; in a category by sections 61 and 62)"
    elif row.needs_eligibility:
        name += " (eligible for intervention)"
    if row.action is Action.PASS_OVER:
        name += " this step" if row.about == row.standing.step else " the next step"
    needs = [f"{'' if wanted else 'not: '}{FLAGS[flag]}" for flag, wanted in row.when.items()]
    return f"{name} ({needs[0]})" if needs else name


def _state(at: Standing) -> str:
    words = [at.state.value.replace("_", " ")]
    if at.answered:
        words.append("one is recorded and not judged")
    if at.overdue:
        words.append("overdue")
    return ", ".join(words)


if __name__ == "__main__":
    PAGE.write_text(page(load_policy(DEFAULT_POLICY)), "utf-8")
