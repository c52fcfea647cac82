"""What a Prefect server says of itself and of the runs that wait, asked with little patience.

Only its HTTP API is used, so that those may ask who never load Prefect.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import httpx

from models.settings import Settings, is_loopback

PATIENCE = 2.0  # seconds for each of at most four questions
OVER = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")  # its words for a run that has ended
_ME = str(uuid4())  # to whom its token against forged requests is given


@dataclass(frozen=True)
class Told:
    """Whether the server answers, and how many runs it lacks: None where it does not tell."""

    answers: bool
    missing: int | None = None


def ask(settings: Settings, url: str, runs: Sequence[str]) -> Told:
    """Ask the server whose API is at `url` for itself, and for these runs: do they still wait?"""
    url = url.rstrip("/")
    try:
        beyond = not is_loopback(httpx.URL(url).host)  # on this machine without a proxy
        with httpx.Client(timeout=PATIENCE, trust_env=beyond, auth=account(settings)) as asking:
            if not asking.get(f"{url}/health").is_success:
                return Told(answers=False)
            return Told(answers=True, missing=_missing(asking, url, runs))
    except (httpx.HTTPError, httpx.InvalidURL):
        return Told(answers=False)


def _missing(asking: httpx.Client, url: str, runs: Sequence[str]) -> int | None:
    if not runs:
        return 0
    wanted = {"id": {"any_": list(runs)}, "state": {"type": {"not_any_": OVER}}}
    body = {"flow_runs": wanted}
    answer = asking.post(f"{url}/flow_runs/count", json=body)
    if answer.status_code == httpx.codes.FORBIDDEN:
        token = asking.get(f"{url}/csrf-token", params={"client": _ME}).json().get("token", "")
        proof = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": _ME}
        answer = asking.post(f"{url}/flow_runs/count", json=body, headers=proof)
    try:
        return len(runs) - int(answer.raise_for_status().json())
    except (httpx.HTTPStatusError, ValueError, TypeError):
        return None


def account(settings: Settings) -> tuple[str, str] | None:
    """Who asks: as the environment has it, or with the password that `scc up` made for ours."""
    name, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    if password:
        return name, password
    if settings.prefect_api_url:
        return None
    try:
        return "admin", settings.prefect_password_file.read_text().strip()
    except OSError:  # there is none, or it is not ours to read
        return None
