"""Prefect's forms: what a waiting flow run asks an officer, and how the answer is taken.

Prefect's open-source server has one shared password, so its pages prove nobody's identity: every
form asks for the officer's own code. The code is deleted from Prefect's database before it is
used, and no log or state message has it.
"""

import re
from typing import TypeVar
from uuid import UUID, uuid4

from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRunInput
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field, SecretStr

from models.escalations import DecisionWord
from models.refusals import InvalidInput, Refused

Form = TypeVar("Form", bound=RunInput)

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")


class Decide(RunInput):
    """What an approver answers to a proposal."""

    decision: DecisionWord = Field(title="Your decision")
    reason: str = Field(
        default="", title="Reason", description="Needed when you return the proposal."
    )
    code: SecretStr = Field(
        title="Your own code", description="The personal code that proves who you are."
    )


class Identify(RunInput):
    """Who starts an escalation."""

    code: SecretStr = Field(
        title="Your own code", description="The personal code that proves who you are."
    )


async def wait_for(form: type[RunInput], description: str, stage: int = 0) -> None:
    """Suspend the flow run in hand until somebody fills in the form; never returns.

    The flow is run again from the top then, and `take_answer` has the answer. The key is new each
    time, for a run that comes by the same key twice does not wait; it carries the stage, so that
    whoever looks at the waiting run can tell what it waits for.
    """
    asking = form.with_initial_data(description=description)
    await asuspend_flow_run(wait_for_input=asking, key=f"stage-{stage}-{uuid4().hex}")


def stage_of(pause_key: str | None) -> int | None:
    """The stage for which a suspended run waits, from its key."""
    found = re.match(r"stage-(\d+)-", pause_key or "")
    return int(found[1]) if found else None


async def take_answer(form: type[Form]) -> Form | None:
    """The answer that woke this flow run, if one did, and remove it from Prefect's database.

    Removed before it is used: a run that is killed in between waits once more, but no code is
    left lying there.
    """
    async with get_client() as client:
        kept = await remove_forms(client, UUID(flow_run.id))
    answers = [item for item in kept if item.key.endswith("-response")]
    return form.load_from_flow_run_input(answers[-1]) if answers else None


async def remove_forms(client: PrefectClient, run_id: UUID) -> list[FlowRunInput]:
    """Remove a run's forms and answers from Prefect's database; what was there."""
    kept = await client.filter_flow_run_input(
        run_id, key_prefix="suspended-", limit=200, exclude_keys=set()
    )
    for item in kept:
        await client.delete_flow_run_input(run_id, item.key)
    return kept


def reason(refusal: Refused) -> str:
    """Why an answer was refused, with the name of each field that was at fault."""
    if not isinstance(refusal, InvalidInput):
        return refusal.message
    return " ".join(
        f"{field.replace('_', ' ').capitalize()}: {message}" for field, message in refusal.errors
    )


def plain(text: str) -> str:
    """Text that somebody typed, as a quotation in a form's description and never as its markup."""
    lines = _MARKUP.sub(r"\\\1", text).splitlines() or [""]
    return "\n".join(f"> {line}  " for line in lines)


def inline(text: str) -> str:
    """A name or a short text within a line of a form's description."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
