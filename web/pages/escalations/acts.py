"""Where an act is done on the pages, and what the button to it says."""

from dataclasses import dataclass

from models.escalations.next_step import what_next
from models.escalations.possible import Situation
from models.law.powers import notification
from models.matters.possible import CaseAct, Look, Target

# Below the page of the case where no `{id}` stands in it.
ADDRESSES: dict[CaseAct | Look, str] = {
    CaseAct.DECIDE: "/proposals/{id}",
    CaseAct.SETTLE_DELIVERY: "/messages/{id}",
    CaseAct.RECORD_DISCUSSION: "discussions/new",
    CaseAct.RECORD_RESPONSE: "responses/new",
    CaseAct.JUDGE_RESPONSE: "/responses/{id}/judgement",
    CaseAct.RECORD_SUPPORT: "support/new",
    CaseAct.GIVE_WARNING_NOTICE: "warning-notices/new",
    CaseAct.JUDGE_COMPLIANCE: "/warning-notices/{id}/compliance",
    CaseAct.RECORD_SERVICE: "/letters/{id}/services/new",
    CaseAct.PROPOSE_POWERS: "/warning-notices/{id}/proposed-powers",
    CaseAct.PREPARE_POWER: "powers/new",
    CaseAct.RECORD_CONSULTATION: "/powers/{id}/consultations/new",
    CaseAct.RECORD_SECRETARY_OF_STATE_TOLD: "/powers/{id}/secretary-of-state",
    CaseAct.USE_POWER: "/powers/{id}/use",
    CaseAct.RECORD_RECEIPT: "/powers/{id}/receipt",
    Look.PROPOSAL: "/proposals/{id}",
    Look.CHANGES: "propose",
    Look.LAW: "law",
}
BUTTONS: dict[CaseAct | Look, str] = {
    CaseAct.DECIDE: "Read and decide",
    CaseAct.SETTLE_DELIVERY: "Look at the delivery",
    CaseAct.RESOLVE: "Propose to resolve",
    CaseAct.RESUME: "Propose to resume",
    CaseAct.RECORD_RESPONSE: "Record a response",
    CaseAct.JUDGE_RESPONSE: "Judge the response",
    CaseAct.GIVE_WARNING_NOTICE: "Give a warning notice",
    CaseAct.JUDGE_COMPLIANCE: "Judge compliance",
    CaseAct.RECORD_SERVICE: "Record how it was served",
    CaseAct.PROPOSE_POWERS: "Propose powers",
    CaseAct.PREPARE_POWER: "Prepare a power",
    CaseAct.RECORD_CONSULTATION: "Record the consultation",
    CaseAct.USE_POWER: "Propose to use it",
    CaseAct.RECORD_RECEIPT: "Record the receipt",
    Look.PROPOSAL: "Read the proposal",
    Look.CHANGES: "Propose a change",
    Look.LAW: "Warning notice and powers",
}
QUIETLY: dict[CaseAct | Look, str] = {
    Look.CHANGES: "Propose another change",
    CaseAct.INTERVENE: "Move straight to the powers (sections 61 and 62)",
}  # beside the step that comes next


@dataclass(frozen=True)
class NextStep:
    """What to do, why, and where; `others` are quieter links."""

    title: str
    why: str
    href: str | None
    button: str | None
    others: list[dict[str, str]]


def next_step(here: Situation) -> NextStep:
    """The next step to take, as a page offers it."""
    found, reference = what_next(here), here.case.matter.reference
    return NextStep(
        title=found.what,
        why=found.why,
        href=address(reference, found.act, found.id) if found.act else None,
        button=_button(here, found.act, found.id) if found.act else None,
        others=[_quiet_link(reference, each) for each in found.others],
    )


def address(reference: str, act: CaseAct | Look, key: int | None = None) -> str:
    """The page on which an act is done."""
    below = ADDRESSES.get(act, f"propose/{act.value}").format(id=key)
    return below if below.startswith("/") else f"/escalations/{reference}/{below}"


def _button(here: Situation, act: CaseAct | Look, key: int | None) -> str:
    if act is CaseAct.RECORD_DISCUSSION:
        return f"Record the {'meeting' if here.at.step.kind == 'meetings' else 'discussion'}"
    if act is CaseAct.RECORD_SECRETARY_OF_STATE_TOLD:
        [section] = [power.section for power in here.law.powers if power.id == key]
        consent = notification(section) == "consent"
        return "Record the consent" if consent else "Record the notification"
    return BUTTONS.get(act, "Propose it")


def _quiet_link(reference: str, to: Target) -> dict[str, str]:
    text = QUIETLY.get(to.act) or BUTTONS[to.act]
    return {"text": text, "href": address(reference, to.act, to.id)}
