"""Which changes can be offered now: each with what must be confirmed before it is possible."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.escalations.proposed import CHANGES
from models.escalations.proposing import BY_NAME, check_change
from models.policy import StepRule
from models.policy.ladder import Standing, approvers, refusal, target
from models.proposed import Action
from models.refusals import NotPossible
from models.statutory.giving import check_turn
from models.statutory.legal import LawToday

# A fact that is recorded with a proposal, and how it is to stand.
Confirmation = tuple[str, bool]
CONFIRMATIONS: tuple[Confirmation, ...] = (
    ("head_performance_in_question", True),
    ("head_performance_in_question", False),
    ("not_engaging", True),
)


@dataclass(frozen=True)
class Offer:
    """A change that ladder and law allow now, perhaps once one thing is confirmed."""

    action: Action
    rule: StepRule
    approvers: tuple[str, ...]
    confirm: Confirmation | None = None

    @property
    def title(self) -> str:
        """The change in words, with the step it is about."""
        return CHANGES[self.action].called(self.rule.number, self.rule.title)

    @property
    def gives_notice(self) -> bool:
        """Whether it is the warning notice, which has a form of its own."""
        return _gives_notice(self.action, self.rule)


def offers(at: Standing, law_today: LawToday) -> list[Offer]:
    """Every change that may be proposed now, in the order of the policy's actions."""
    return list(_offers(at, law_today))


def _offers(at: Standing, law_today: LawToday) -> Iterator[Offer]:
    for action in BY_NAME:
        try:
            yield offer(action, at, law_today)
        except NotPossible:
            continue


def offer(action: Action, at: Standing, law_today: LawToday) -> Offer:
    """One change; raises NotPossible, in the words of its command, when it may not be proposed."""
    for confirm in (None, *CONFIRMATIONS):
        given = replace(at, **dict([confirm])) if confirm else at  # type: ignore[arg-type]
        if refusal(action, given) is None:
            rule = target(action, given)
            if _gives_notice(action, rule):
                check_turn(law_today, given)
            else:
                check_change(action, given, law_today)
            return Offer(action, rule, approvers(law_today.case.policy, action, rule), confirm)
    raise NotPossible(refusal(action, at) or "This cannot be proposed now.")


def _gives_notice(action: Action, rule: StepRule) -> bool:
    return action is Action.ADVANCE and rule.kind == "notice"
