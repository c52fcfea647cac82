"""Prefect's forms: what a waiting flow run asks an officer, and how the answer is taken.

Prefect's open-source server has one shared password, so its pages prove nobody's identity: every
form asks for the officer's own code. The code is deleted from Prefect's database before it is
used, and no log or state message has it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import httpx
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, FlowRunInput, State
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_paused_state
from prefect.runtime import flow_run
from prefect.states import Suspended
from pydantic import Field, SecretStr, ValidationError

from models.approvals.tables import DecisionWord
from models.refusals import ChangedSince, InvalidInput, Refused

Form = TypeVar("Form", bound=RunInput)

NOT_READ = "The answer did not fit the form. Fill in every field that is marked as needed."
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


@dataclass(frozen=True)
class Asking:
    """What a form asks: at which stage of approval, and of what (the fingerprint of it).

    It is part of the key by which a run waits. Prefect keeps an answer under the key of the form
    that was answered, so an answer always says what its giver was shown.
    """

    stage: int
    seen: str

    def key(self) -> str:
        """A new key, for a run that comes by the same key twice does not wait."""
        return f"stage-{self.stage}-of-{self.seen}-{uuid4().hex}"

    @classmethod
    def of_key(cls, key: str | None) -> "Asking | None":
        """What the form with this key asks; None when it is none of ours."""
        found = re.search(r"stage-(\d+)-of-([0-9a-f]*)-[0-9a-f]{32}", key or "")
        return cls(int(found[1]), found[2]) if found else None


@dataclass(frozen=True)
class Answer(Generic[Form]):
    """An answer, None when it does not fit the form; and what the form had asked."""

    entered: Form | None
    asking: Asking | None


def suspended(asking: Asking) -> State[Any]:
    """The state of a run that waits for an answer to this."""
    state: State[Any] = Suspended(pause_key=asking.key())
    state.state_details.run_input_keyset = dict(keyset_from_paused_state(state).items())
    return state


def asked(run: FlowRun) -> Asking | None:
    """What a suspended run asks."""
    return Asking.of_key(run.state.state_details.pause_key) if run.state else None


async def store_form(
    client: PrefectClient, run: FlowRun, state: State[Any], form: type[RunInput], description: str
) -> None:
    """Give a run the form for its suspended state, from outside; twice is once.

    What stands above the form comes first: without the form itself nobody can answer yet.
    """
    keys = keys_of(state)
    await _store(client, run.id, keys["description"], description)
    await _store(client, run.id, keys["schema"], _schema(form))


def _schema(form: type[RunInput]) -> dict[str, Any]:
    """A form as Prefect's pages read it: they look for references under `definitions`."""
    schema = form.model_json_schema(ref_template="#/definitions/{model}")
    return {**schema, "definitions": schema.pop("$defs", {})}


async def _store(client: PrefectClient, run_id: UUID, key: str, value: object) -> None:
    try:
        await client.create_flow_run_input(run_id, key, json.dumps(value))
    except httpx.HTTPStatusError as refused:
        if refused.response.status_code != HTTPStatus.CONFLICT:
            raise  # else another dispatcher stored the same


def keys_of(state: State[Any]) -> Mapping[str, str]:
    """Under which keys Prefect keeps the form of a suspended state, and its answer."""
    return state.state_details.run_input_keyset or {}


async def wait_for(form: type[RunInput], description: str, asking: Asking) -> None:
    """Suspend the flow run in hand until somebody fills in the form; never returns.

    The flow is run again from the top then, and `take_answer` has the answer.
    """
    asked_for = form.with_initial_data(description=description)
    await asuspend_flow_run(wait_for_input=asked_for, key=asking.key())


async def take_answer(form: type[Form]) -> Answer[Form] | None:
    """The answer that woke this flow run, if one did, and remove it from Prefect's database.

    Removed before it is used: a run that is killed in between waits once more, but no code is
    left lying there.
    """
    async with get_client() as client:
        kept = await remove_forms(client, UUID(flow_run.id))
    answers = [item for item in kept if is_answer(item)]
    if not answers:
        return None
    asking = Asking.of_key(answers[-1].key)
    try:
        return Answer(form.load_from_flow_run_input(answers[-1]), asking)
    except ValidationError:  # Prefect's own page would not have sent it
        return Answer(None, asking)


def is_answer(item: FlowRunInput) -> bool:
    """Whether what Prefect keeps of a run is an answer to its form."""
    return item.key.endswith("-response")


async def kept_forms(client: PrefectClient, run_id: UUID) -> list[FlowRunInput]:
    """A run's forms and answers in Prefect's database."""
    return await client.filter_flow_run_input(
        run_id, key_prefix="suspended-", limit=200, exclude_keys=set()
    )


async def remove_forms(client: PrefectClient, run_id: UUID) -> list[FlowRunInput]:
    """Remove a run's forms and answers from Prefect's database; what was there."""
    kept = await kept_forms(client, run_id)
    for item in kept:
        await client.delete_flow_run_input(run_id, item.key)
    return kept


def reason(refusal: Refused) -> str:
    """Why an answer was refused, with the name of each field that was at fault."""
    if isinstance(refusal, ChangedSince):
        return (
            "A letter, an address to which it goes, or what lets it go there "
            "was changed after this form was made. "
            "Read what is below again, then decide."
        )
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
