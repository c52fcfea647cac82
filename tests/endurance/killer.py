"""Kills, stops and slows what runs, at moments and in an order that a seed decides."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import psutil

from tests.endurance.post import PostOffice
from tests.endurance.service import PARTS, Service

PAUSE = (6.0, 18.0)  # seconds between two blows
STOPPED = (5.0, 20.0)  # seconds until a stopped part goes on
LEFT_STOPPED = 75.0  # seconds that a part has to be replaced in
MAIL_AILS = 40.0  # seconds
# How often each blow is dealt, of all of them.
WEIGHTS = {
    "kill": 50,
    "kill a flow run": 10,
    "kill the supervisor": 6,
    "stop for a while": 10,
    "stop and leave": 6,
    "delete Prefect's database": 5,
    "mail slow": 5,
    "mail answers 451": 5,
    "mail down": 3,
}


class Killer:
    """Deals one blow after the other; `dealt` counts them, the longest waits stand in `back`."""

    def __init__(self, service: Service, post: PostOffice, chance: random.Random) -> None:
        self._service, self._post, self._chance = service, post, chance
        self.dealt: Counter[str] = Counter()
        self.back: list[float] = []  # seconds from the start of a killed `scc up` to a page
        self.not_replaced = 0  # parts that hung and were left alone
        self._stop = threading.Event()
        self._mail_ails_until = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; what was stopped goes on then, and the mail server is well."""
        self._stop = stop
        blows: dict[str, Callable[[], str]] = {
            "kill": self._kill,
            "kill a flow run": self._kill_flow_run,
            "kill the supervisor": self._kill_supervisor,
            "stop for a while": lambda: self._stop_part(self._chance.uniform(*STOPPED)),
            "stop and leave": lambda: self._stop_part(LEFT_STOPPED),
            "delete Prefect's database": self._forget_prefect,
            "mail slow": lambda: self._mail("hold"),
            "mail answers 451": lambda: self._mail("defer_body"),
            "mail down": lambda: self._mail("drop_at_once"),
        }
        while not stop.wait(self._chance.uniform(*PAUSE)):
            self._heal_mail()
            [name] = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
            with suppress(psutil.Error):
                what = blows[name]()
                self.dealt[what] += 1
                print(f"  {time.strftime('%H:%M:%S')} {what}", flush=True)
        self._post.behaviour = "accept"

    def _kill(self) -> str:
        name = self._chance.choice(list(PARTS))
        part = self._one_of(name)
        if part is not None:
            part.kill()
            return f"kill: {name}"
        return f"kill: {name} (it was down)"

    def _one_of(self, name: str) -> psutil.Process | None:
        processes = self._service.processes(name)
        return self._chance.choice(processes) if processes else None

    def _kill_flow_run(self) -> str:
        runs = self._service.flow_runs()
        if not runs:
            return self._kill()
        self._chance.choice(runs).kill()
        return "kill: a flow run"

    def _kill_supervisor(self) -> str:
        self._service.read_logs()  # those of before may not be kept
        self._service.kill_supervisor()
        self.back.append(self._service.start())
        return "kill: supervisor"

    def _stop_part(self, seconds: float) -> str:
        """SIGSTOP; it goes on after a while, unless somebody has replaced it by then."""
        name = self._chance.choice(list(PARTS))
        part = self._one_of(name)
        if part is None:
            return self._kill()
        part.suspend()
        give_up = time.monotonic() + seconds
        while part.is_running() and time.monotonic() < give_up and not self._stop.wait(0.5):
            if part.status() == psutil.STATUS_ZOMBIE:
                break
        if part.is_running() and part.status() == psutil.STATUS_STOPPED:
            self.not_replaced += seconds == LEFT_STOPPED and not self._stop.is_set()
            part.resume()
        return f"stop {'and leave' if seconds == LEFT_STOPPED else 'for a while'}: {name}"

    def _forget_prefect(self) -> str:
        self._service.forget_prefect()
        return "delete Prefect's database"

    def _mail(self, behaviour: str) -> str:
        self._post.behaviour = behaviour
        self._mail_ails_until = time.monotonic() + MAIL_AILS
        return f"mail: {behaviour}"

    def _heal_mail(self) -> None:
        if time.monotonic() > self._mail_ails_until:
            self._post.behaviour = "accept"
