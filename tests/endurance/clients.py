"""Clients of the JSON API who take escalations up the ladder, whatever answers they get."""

import random
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx

from tests.endurance.ledger import Ledger, Outcome

PATIENCE = 15.0  # seconds for an answer; shorter than what is waited for a lock
PAUSE = (0.2, 1.5)  # seconds between two actions of a client
LEFT_WAITING = 0.2  # how much of its time a client spends on schools that are left waiting
ASKED_AGAIN = 60.0  # seconds in which an action is repeated with its key
RACERS = 20
BETWEEN_RACES = 20.0  # seconds
WITH = {"informal_headteacher": "headteacher", "informal_governing_body": "chair_of_governors"}
LAST_STEP = "formal_governing_body"


class Caller:
    """One connection to the API, which writes down what it is told."""

    def __init__(self, url: str, tokens: Mapping[str, str], ledger: Ledger, name: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=PATIENCE, trust_env=False)
        self._tokens, self.ledger, self._name = tokens, ledger, name
        self._numbers = count(1)

    def get(self, by: str, address: str, **query: Any) -> Any:
        """The answer to a question; None when there is none."""
        answer = self._ask("GET", by, address, params=query)
        return answer.json() if answer is not None and answer.is_success else None

    def act(self, by: str, address: str, text: str, body: Mapping[str, Any], *, key: bool) -> Any:
        """Do something, with a mark in its field `text`; the answer if it was acknowledged."""
        mark = f"mark {self._name} {next(self._numbers)}."
        headers = {"Idempotency-Key": mark} if key else {}
        give_up = time.monotonic() + (ASKED_AGAIN if key else 0)
        repeated = False
        while True:
            answer = self._ask("POST", by, address, json={**body, text: mark}, headers=headers)
            outcome = _outcome(answer)
            self.ledger.note(mark, outcome)
            if outcome is not Outcome.UNKNOWN or time.monotonic() > give_up:
                break
            repeated = True
            time.sleep(1)
        if repeated and outcome is not Outcome.UNKNOWN:
            self.ledger.note_repeated()
        done = answer is not None and outcome is Outcome.ACKNOWLEDGED
        return answer.json() if done and answer is not None else None

    def _ask(self, method: str, by: str, address: str, **options: Any) -> httpx.Response | None:
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self._tokens[by]}"}
        try:
            answer = self._http.request(method, address, headers=headers, **options)
        except httpx.HTTPError as lost:
            self.ledger.note_trouble(f"no answer ({type(lost).__name__})")
            return None
        if answer.status_code >= 500:
            told = ", with Retry-After" if "Retry-After" in answer.headers else ""
            self.ledger.note_trouble(f"{answer.status_code}{told}")
        return answer


def _outcome(answer: httpx.Response | None) -> Outcome:
    if answer is None:
        return Outcome.UNKNOWN
    if answer.is_success:
        return Outcome.ACKNOWLEDGED
    if answer.status_code < 500 or "Nothing was changed" in answer.text:
        return Outcome.REFUSED
    return Outcome.UNKNOWN


class Climber:
    """One client with schools of its own, each of which it takes up the ladder again and again.

    What is proposed at every second school it does not decide, so that much waits.
    """

    def __init__(self, caller: Caller, urns: list[int], chance: random.Random) -> None:
        self._caller, self._chance = caller, chance
        self._climbing, self.waiting = urns[::2], urns[1::2]
        self._cases: dict[int, str] = {}  # the escalation of each school, as far as it is known

    def run(self, stop: threading.Event) -> None:
        """One action after the other, until told to stop."""
        while not stop.wait(self._chance.uniform(*PAUSE)):
            waits = self._chance.random() < LEFT_WAITING
            self.step(self._chance.choice(self.waiting if waits else self._climbing))

    def step(self, urn: int) -> None:
        """Whatever comes next at a school."""
        reference = self._cases.get(urn) or self._find(urn)
        if reference is None:
            return
        case = self._caller.get("seo", f"/escalations/{reference}")
        if case is None:
            return
        if case["status"] not in ("open", "proposed"):
            self._cases.pop(urn)
            return
        listed = self._caller.get("seo", f"/escalations/{reference}/proposals", per_page=200)
        waiting = [
            each for each in (listed or {"items": []})["items"] if each["state"] == "awaiting"
        ]
        if waiting:
            # It waits a little first, in Prefect as well.
            if urn in self._climbing and self._chance.random() < 0.6:
                self.approve(waiting[-1]["id"])
        else:
            self._go_on(reference, case["step"])

    def approve(self, proposal: int) -> None:
        """As a Head of Service, as it stands now."""
        shown = self._caller.get("hos", f"/proposals/{proposal}")
        if shown is not None:
            body = {"decision": "approve", "seen": shown["seen"]}
            self._act("hos", f"/proposals/{proposal}/decision", "reason", body)

    def _go_on(self, reference: str, step: Mapping[str, Any]) -> None:
        today = datetime.now(UTC).date().isoformat()
        key, state = step["key"], step["state"]
        if state in ("satisfactory", "unsatisfactory"):
            action = "advance" if state == "unsatisfactory" else "resolve"
            self._act("seo", f"/escalations/{reference}/proposals", "reason", {"action": action})
        elif state == "approved" and key in WITH:
            held = {"held_on": today, "with": [WITH[key]]}
            self._act("seo", f"/escalations/{reference}/contacts", "notes", held)
        elif state in ("carried_out", "awaiting_response"):
            judgement = "satisfactory" if key == LAST_STEP else "unsatisfactory"
            answer = {"received_on": today, "judgement": judgement}
            self._act("seo", f"/escalations/{reference}/responses", "summary", answer)

    def _act(self, by: str, address: str, text: str, body: Mapping[str, Any]) -> Any:
        return self._caller.act(by, address, text, body, key=self._chance.random() < 0.5)

    def _find(self, urn: int) -> str | None:
        """The open escalation of a school; it is started if there is none."""
        listed = self._caller.get("seo", "/escalations", urn=urn, status="open")
        if listed is None:
            return None
        if listed["items"]:
            self._cases[urn] = listed["items"][0]["reference"]
        else:
            new = {"urn": urn, "triggers": ["safety"], "case_officer": "seo@fernshire.example"}
            started = self._act("hos", "/escalations", "summary", new)
            if started is not None:
                self._cases[urn] = started["reference"]
        return self._cases.get(urn)


class Racer:
    """Lets twenty approve the same proposal at once; `proposals` are those that were raced for."""

    def __init__(self, callers: list[Caller], urns: list[int], chance: random.Random) -> None:
        self._callers, self._urns = callers, urns
        self._climber = Climber(callers[0], urns, chance)  # who is never asked to approve
        self.proposals: dict[int, int] = {}  # and how many were told that it was theirs

    def run(self, stop: threading.Event) -> None:
        """One race after the other, each at a school whose proposal waits."""
        rested = time.monotonic()
        while not stop.wait(0.5):
            for urn in self._urns:
                waiting = self._caller_finds(urn)
                if waiting is None:
                    self._climber.step(urn)
                elif time.monotonic() > rested:
                    self._race(waiting)
                    rested = time.monotonic() + BETWEEN_RACES
                if stop.is_set():
                    return

    def _caller_finds(self, urn: int) -> int | None:
        caller = self._callers[0]
        listed = caller.get("hos", "/proposals", state="awaiting", per_page=200)
        for each in (listed or {"items": []})["items"]:
            if each["urn"] == urn:
                return int(each["id"])
        return None

    def _race(self, proposal: int) -> None:
        shown = self._callers[0].get("hos", f"/proposals/{proposal}")
        if shown is None or shown["state"] != "awaiting":
            return
        body = {"decision": "approve", "seen": shown["seen"]}

        def decide(numbered: tuple[int, Caller]) -> bool:
            by, caller = ("hos", "hos2")[numbered[0] % 2], numbered[1]
            address = f"/proposals/{proposal}/decision"
            return caller.act(by, address, "reason", body, key=False) is not None

        with ThreadPoolExecutor(RACERS) as pool:
            won = sum(pool.map(decide, enumerate(self._callers)))
        self.proposals[proposal] = self.proposals.get(proposal, 0) + won
