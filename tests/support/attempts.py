"""Every act on a case as its own command, with all that has to be entered; nothing is kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from models.actions import following as following_actions
from models.appointments import planning
from models.clocks import london_date
from models.database import write
from models.escalations import deciding, guidance, holding, proposing, recording
from models.fairness.recording import record_fairness
from models.law.powers import consultees
from models.letters import deliveries, serving
from models.people.acting import Acting
from models.refusals import Refused
from models.statutory import (
    budgets,
    ending,
    following,
    giving,
    matching,
    preparing,
    secretary_of_state,
    using,
)
from models.statutory.tables import Power
from tests.support.carrying_out import carry_out
from tests.support.cases import ANSWERS, NEEDS, NOTICE, Case

REASON = {"reason": "It is needed."}
SUPPORT = {"aware_of_problem": True, "working_with_partner": False, "plan_on_track": False}
CHANGES = (
    "advance",
    "pass_over",
    "resolve",
    "withdraw",
    "pause",
    "resume",
    "extend",
    "convert",
    "end",
    "intervene",
)


class Undone(Exception):  # noqa: N818 - nothing went wrong
    """The command was accepted; what it did is undone."""


def refusal(case: Case, by: str, act: str, key: int | None, *, bare: bool = False) -> str | None:
    """What the command of an act says to an officer; None when it accepts.

    `bare` leaves out what a use of a power may bring with it.
    """
    try:
        with write(case.engine) as session:
            _attempt(case, session, by, act, key, bare=bare)
            raise Undone
    except Undone:
        return None
    except Refused as refused:
        return refused.message


def _attempt(
    case: Case, session: Session, by: str, act: str, key: int | None, *, bare: bool
) -> None:
    command, about, values = _commands(case, session, key, bare=bare)[act]()
    on = {about: key} if key is not None else {"reference": case.reference}
    acting = Acting(session, case.policy, case.council.officers[by], case.now)
    carry_out(acting, command, **on, **values)


Call = tuple[Callable[..., Any], str, dict[str, Any]]


def _commands(
    case: Case, session: Session, key: int | None, *, bare: bool
) -> dict[str, Callable[[], Call]]:
    today = london_date(case.now)

    def change(action: str) -> Call:
        to = {"to": today + timedelta(days=200)} if action == "extend" else {}
        return proposing.propose, "", {"action": action, **REASON, **to}

    def discussion() -> Call:
        met = list(case.rule.with_) or ["headteacher"]
        told = {"held_on": today, "with_whom": met, "notes": "We met.", "agreed_actions": "A plan."}
        if case.rule.kind == "meetings":
            told["held_by"] = case.council.aed.email
            told["with_whom"] = met[:1]
        return recording.record_discussion, "", told

    def consultation() -> Call:
        power = session.get_one(Power, key)
        roles = [each.role for each in consultees(power.section, case.school)]
        told = {"with_whom": (roles or ["nobody"])[0], "consulted_on": today, "said": "Yes."}
        return preparing.record_consultation, "power_id", told

    def use() -> Call:
        needs = {} if bare else NEEDS[session.get_one(Power, key).section](today)
        return using.use_power, "power_id", {**REASON, **needs}

    def preparation() -> Call:
        taken = set(session.exec(select(Power.section).where(Power.urn == case.school.urn)))
        section = next(each for each in ("63", "64", "65", "66") if each not in taken)
        return preparing.prepare_power, "", {"section": section, **REASON}

    def end() -> Call:
        starts = session.get_one(Power, key).effective_on or today
        return ending.end_power, "power_id", {"ended_on": max(today, starts), **REASON}

    at = {
        "on": today + timedelta(days=9),
        "starts": "10:00",
        "ends": "11:00",
        "place": "County Hall",
    }
    action = {
        "what": "Call the parents",
        "role": "headteacher",
        "due_on": today + timedelta(days=9),
        "why": "It was agreed.",
    }
    ends_on = today + timedelta(days=21)
    emails = [case.council.officers[name].email for name in ("seo", "hos", "hos2", "aed", "legal")]
    return {
        **{action: lambda action=action: change(action) for action in CHANGES},
        "decide": lambda: (deciding.decide, "proposal_id", {"decision": "return", **REASON}),
        "settle_delivery": lambda: (
            deliveries.settle,
            "message_id",
            {"decision": "sent", **REASON},
        ),
        "record_discussion": discussion,
        "plan_appointment": lambda: (
            planning.plan,
            "",
            {"kind": "meeting", **at, "with": ["headteacher"], "invite": False},
        ),
        "move_appointment": lambda: (planning.move, "appointment_id", at),
        "invite_to_appointment": lambda: (planning.invite, "appointment_id", {}),
        "cancel_appointment": lambda: (planning.cancel, "appointment_id", REASON),
        "record_action": lambda: (following_actions.add_action, "", action),
        "change_action": lambda: (following_actions.change_action, "action_id", action),
        "say_progress": lambda: (
            following_actions.say_progress,
            "action_id",
            {"said": "A draft is there."},
        ),
        "finish_action": lambda: (
            following_actions.finish_action,
            "action_id",
            {"done_on": today, "achieved": "The plan is good."},
        ),
        "drop_action": lambda: (following_actions.drop_action, "action_id", REASON),
        "record_response": lambda: (
            recording.record_response,
            "",
            {"received_on": today, "summary": "We will do better."},
        ),
        "judge_response": lambda: (
            recording.judge_response,
            "response_id",
            {"judgement": "satisfactory", **REASON},
        ),
        "choose_guidance": lambda: (
            guidance.choose_guidance,
            "",
            {"choice": "keep", **REASON},
        ),
        "record_fairness": lambda: (
            record_fairness,
            "",
            {
                "kind": "head_told",
                "step": "formal_headteacher",
                "done_on": today,
                "how": "telephone",
                **REASON,
            },
        ),
        "record_support": lambda: (
            giving.record_support,
            "",
            {**SUPPORT, "evidence": "The minutes of May."},
        ),
        "give_warning_notice": lambda: (
            giving.give_notice,
            "",
            {**NOTICE, **ANSWERS, "compliance_ends_on": ends_on},
        ),
        "judge_compliance": lambda: (
            following.judge_compliance,
            "notice_id",
            {"complied": True, "reasons": "The plan was written."},
        ),
        "propose_powers": lambda: (
            following.propose_powers,
            "notice_id",
            {"sections": ["65"], "reasons": "The governing body has not acted."},
        ),
        "record_service": lambda: (
            serving.record_service,
            "letter_id",
            {
                "to": "chair_of_governors",
                "method": "by_hand",
                "served_on": today,
                "evidence": "Handed over.",
            },
        ),
        "prepare_power": preparation,
        "record_consultation": consultation,
        "record_secretary_of_state_told": lambda: (
            preparing.record_secretary_of_state_told,
            "power_id",
            {"on": today, "evidence": "Letter of today."},
        ),
        "use_power": use,
        "record_matching_governor": lambda: (
            matching.record_matching_governor,
            "power_id",
            {"name": "Pia Holm", "appointed_on": today, "evidence": "A letter."},
        ),
        "record_receipt": lambda: (
            budgets.record_receipt,
            "power_id",
            {"received_on": today, "evidence": "Signed by the clerk."},
        ),
        "record_representation": lambda: (
            budgets.record_representation,
            "power_id",
            {"from_whom": "headteacher", "received_on": today, "said": "We object."},
        ),
        "review_budget": lambda: (
            budgets.review_budget,
            "power_id",
            {"outcome": "continue", "reasons": "The accounts of June."},
        ),
        "end_power": end,
        "record_secretary_of_state_notice": lambda: (
            secretary_of_state.record_secretary_of_state_notice,
            "",
            {"kind": "intends_to_act", "received_on": today, "summary": "A letter."},
        ),
        "release_secretary_of_state_notice": lambda: (
            secretary_of_state.release_secretary_of_state_notice,
            "notice_id",
            {"released_on": today, "note": "By letter."},
        ),
        "change_case_officer": lambda: (
            holding.change_case_officer,
            "",
            {"case_officer": case.council.seo2.email, **REASON},
        ),
        "restrict": lambda: (holding.restrict, "", {"officers": emails, **REASON}),
        "open_to_all": lambda: (holding.open_to_all, "", REASON),
    }
