"""Starting an escalation from Prefect's own form."""

from asyncio import to_thread
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.forms import NOT_READ, Asking, Identify, inline, plain, reason, take_answer, wait_for
from flows.record import Record, opened
from models.database import read, write
from models.escalations.starting import EscalationToStart, start
from models.inputs import refusing
from models.people.acting import Acting
from models.people.credentials import officer_by_code
from models.policy.triggers import Trigger, trigger_words
from models.record.audit import record_refused_code
from models.refusals import Refused
from models.rows import by_key
from models.schools.tables import School

STARTING = Asking(stage=0, seen="")


@flow(name="Start an escalation", flow_run_name="Start an escalation for URN {urn}")
async def start_an_escalation(
    urn: str,
    triggers: list[Trigger],
    summary: str,
    case_officer: str,
    head_performance_in_question: bool = False,
    not_engaging: bool = False,
    own_triggers: list[str] | None = None,
) -> State[Any]:
    """Start an escalation for a school, by the same rules as everywhere.

    The run then waits for your own code: press Resume on its page. The code is asked for there
    because what is entered here stays with the run.

    Args:
        urn: The school's unique reference number, six digits.
        triggers: Why the school causes concern.
        summary: The concern in a few sentences. It is quoted in letters to the school.
        case_officer: E-mail address of the officer who will hold the case.
        head_performance_in_question: Whether the headteacher's own performance is in question.
        not_engaging: For an academy - whether it does not engage with quality assurance.
        own_triggers: Triggers of the council's own, by their keys in its policy.
    """
    entered: dict[str, Any] = {
        "urn": urn,
        "triggers": [*(trigger.value for trigger in triggers), *(own_triggers or ())],
        "summary": summary,
        "case_officer": case_officer,
        "head_performance_in_question": head_performance_in_question,
        "not_engaging": not_engaging,
    }
    with opened() as record:
        answer = await take_answer(Identify)
        refused = NOT_READ if answer and answer.entered is None else ""
        if answer and answer.entered:
            try:
                return Completed(message=await to_thread(_start, record, answer.entered, entered))
            except Refused as refusal:
                await to_thread(_keep_refusal, record, answer.entered, refusal)
                refused = reason(refusal)
        description = await to_thread(_description, record, entered, refused)
        await wait_for(Identify, description, STARTING)
        raise AssertionError("a suspended run goes no further")


def _start(record: Record, answer: Identify, entered: dict[str, Any]) -> str:
    now = datetime.now(UTC)
    with write(record.engine) as session:
        officer = officer_by_code(session, answer.code.get_secret_value())
        with refusing():
            given = EscalationToStart(**entered)
        matter = start(Acting(session, record.policy, officer, now), given)
    return f"{matter.reference} was started by {officer.name}."


def _keep_refusal(record: Record, answer: Identify, refusal: Refused) -> None:
    with write(record.engine) as session:
        record_refused_code(
            session,
            now=datetime.now(UTC),
            code=answer.code.get_secret_value(),
            what="Prefect: start an escalation",
            refusal=refusal,
        )


def _description(record: Record, entered: dict[str, Any], refused: str) -> str:
    """What is about to be started, so that the officer signs what stands here."""
    with read(record.engine) as session:
        urn = entered["urn"]
        school = by_key(session, School, int(urn)) if urn.isdecimal() and len(urn) == 6 else None
    name = f"**{inline(school.name)}**" if school else "No school that is known here"
    reasons = ", ".join(trigger_words(record.policy, entered["triggers"]))
    parts = [
        f"**Not started.** {inline(refused)}" if refused else "",
        f"{name} (URN {inline(entered['urn'])}), because of {inline(reasons)}:",
        plain(entered["summary"]),
        f"Case officer: {inline(entered['case_officer'])}",
        "If an entry is wrong, cancel this run and start a new one.",
    ]
    return "\n\n".join(part for part in parts if part)
