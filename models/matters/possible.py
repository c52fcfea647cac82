"""What can be done on a case now, and what comes next: how doors are told.

Which rules say so stands with the commands; `models.escalations.possible` asks them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from models.people.access import Act, require
from models.people.tables import Officer
from models.refusals import Refused
from models.shown import Shown


class CaseAct(StrEnum):
    """What an officer does on a case; those that are proposed bear the names of the actions."""

    ADVANCE = "advance"
    PASS_OVER = "pass_over"  # noqa: S105 - not a password
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    CONVERT = "convert"
    END = "end"
    INTERVENE = "intervene"
    DECIDE = "decide"
    RECORD_DISCUSSION = "record_discussion"
    PLAN_APPOINTMENT = "plan_appointment"
    MOVE_APPOINTMENT = "move_appointment"
    INVITE_TO_APPOINTMENT = "invite_to_appointment"
    CANCEL_APPOINTMENT = "cancel_appointment"
    RECORD_ACTION = "record_action"
    CHANGE_ACTION = "change_action"
    SAY_PROGRESS = "say_progress"
    FINISH_ACTION = "finish_action"
    DROP_ACTION = "drop_action"
    RECORD_RESPONSE = "record_response"
    JUDGE_RESPONSE = "judge_response"
    CHOOSE_GUIDANCE = "choose_guidance"
    RECORD_FAIRNESS = "record_fairness"
    RECORD_SUPPORT = "record_support"
    GIVE_WARNING_NOTICE = "give_warning_notice"
    JUDGE_COMPLIANCE = "judge_compliance"
    RECORD_SERVICE = "record_service"
    PROPOSE_POWERS = "propose_powers"
    PREPARE_POWER = "prepare_power"
    RECORD_CONSULTATION = "record_consultation"
    RECORD_SECRETARY_OF_STATE_TOLD = "record_secretary_of_state_told"
    USE_POWER = "use_power"
    RECORD_MATCHING_GOVERNOR = "record_matching_governor"
    RECORD_RECEIPT = "record_receipt"
    RECORD_REPRESENTATION = "record_representation"
    REVIEW_BUDGET = "review_budget"
    END_POWER = "end_power"
    RECORD_SECRETARY_OF_STATE_NOTICE = "record_secretary_of_state_notice"
    RELEASE_SECRETARY_OF_STATE_NOTICE = "release_secretary_of_state_notice"
    SETTLE_DELIVERY = "settle_delivery"
    CHANGE_CASE_OFFICER = "change_case_officer"
    RESTRICT = "restrict"
    OPEN_TO_ALL = "open_to_all"


class Look(StrEnum):
    """What is opened to see how to go on; from there it is done."""

    PROPOSAL = "read_proposal"
    CHANGES = "choose_change"
    LAW = "read_law"


class Possible(Shown):
    """An act, and whether this officer may do it now; `why` is what its command would say if not.

    `id` is the key of what it is done to (the response, action, notice, power, letter, proposal
    or delivery), null where that is the case. An act that is allowed may still be refused for what
    is entered.
    """

    act: CaseAct
    id: int | None
    allowed: bool
    why: str | None


class Target(Shown):
    """What is done, or opened, and to which row; a null `id` is the case."""

    act: CaseAct | Look
    id: int | None = None


class Next(Shown):
    """The next step to take: what, why, and where; `others` are quieter ways.

    `act` is null while there is only to wait, or where this officer may not take it.
    """

    what: str
    why: str
    act: CaseAct | Look | None = None
    id: int | None = None
    others: tuple[Target, ...] = ()


@dataclass(frozen=True)
class Gate:
    """An act and what is asked before it, as its command asks: the role, `rule`, then `way`.

    Both raise what the command would. `way` is whether its letter could be addressed and be
    decided: a form opens without, and says what is missing.
    """

    act: CaseAct
    role: Act
    rule: Callable[[], object]
    id: int | None = None
    way: Callable[[], object] | None = None

    def asked(self, officer: Officer) -> "Asked":
        """Whether this officer may do it now, and why not."""
        by_rule = False
        try:
            require(officer, self.role)
            self.rule()
            by_rule = True
            if self.way is not None:
                self.way()
        except Refused as refused:
            why = refused.message
            return Asked(Possible(act=self.act, id=self.id, allowed=False, why=why), by_rule)
        return Asked(Possible(act=self.act, id=self.id, allowed=True, why=None), by_rule)


@dataclass(frozen=True)
class Asked:
    """What is said of an act; `by_rule` when there is at most an address or an approver wanting."""

    says: Possible
    by_rule: bool
