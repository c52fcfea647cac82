"""The endurance test: `scc up` under clients while it is killed, stopped and slowed.

    python -m tests.endurance --minutes 60 --clients 8 --home DIR

Everything is real: pages, Prefect, runner, delivery worker and a mail server. At the end it prints
a table; exit status 1 when anything was lost or was done twice, 2 when something is stuck.
"""

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import httpx
from sqlalchemy import Engine

from tests.endurance import council, found
from tests.endurance.clients import RACERS, Caller, Climber, Racer
from tests.endurance.forms import FormAnswerer
from tests.endurance.found import Waits
from tests.endurance.killer import Killer
from tests.endurance.ledger import Ledger
from tests.endurance.post import PostOffice
from tests.endurance.service import Service, Used
from tests.endurance.table import Result, lines

SCHOOLS_EACH = 12  # per client
DECIDED_IN_PREFECT = 2  # of them
SCHOOLS_RACED_FOR = 6
SETTLED = 15.0  # seconds from the first page until all parts are there
REST = 400.0  # seconds to come to rest in; the claims of a killed delivery worker end within 280
A_MINUTE = 60.0
LOOKS_AT_LOGS = 5.0  # seconds


def main() -> int:
    """Run it; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--home", type=Path, required=True, help="a folder that does not exist yet")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    schools = given.clients * SCHOOLS_EACH + SCHOOLS_RACED_FOR
    engine, tokens, code = council.found(given.home.absolute(), schools)
    with PostOffice() as post:
        service = Service(given.home.absolute(), post.url)
        try:
            result = _run(given, engine, (tokens, code), service, post)
        finally:
            service.stop()
            engine.dispose()
    print("\n".join(["", *lines(result)]))
    if not result.holds:
        return 1
    return 0 if result.comes_to_rest else 2


def _run(
    given: argparse.Namespace,
    engine: Engine,
    credentials: tuple[Mapping[str, str], str],
    service: Service,
    post: PostOffice,
) -> Result:
    print(f"Pages after {service.start():.0f} s on {service.url}", flush=True)
    time.sleep(SETTLED)
    before = service.used()
    ledger = Ledger()
    killer = Killer(service, post, random.Random(given.seed))
    tokens, code = credentials
    climbers, racer = _clients(given, tokens, service, ledger)
    chance = random.Random(given.seed)
    answerer = FormAnswerer(service, engine, code, ledger, chance)
    no_more_blows, no_more_work = threading.Event(), threading.Event()
    with ThreadPoolExecutor(len(climbers) + 3) as pool:
        blows = pool.submit(killer.run, no_more_blows)
        work = [pool.submit(each.run, no_more_work) for each in climbers]
        work.append(pool.submit(racer.run, no_more_work))
        in_prefect = [urn for each in climbers for urn in each.waiting[:DECIDED_IN_PREFECT]]
        work.append(pool.submit(answerer.run, no_more_work, in_prefect))
        try:
            _watch(service, ledger, given.minutes * 60, [blows, *work])
            no_more_blows.set()
            blows.result()
        finally:
            no_more_blows.set()
            no_more_work.set()
    for each in work:
        each.result()
    if service.supervisor() is None:
        service.start()
    return _at_rest(given, engine, service, post, ledger, killer, racer, answerer, before)


def _clients(
    given: argparse.Namespace, tokens: Mapping[str, str], service: Service, ledger: Ledger
) -> tuple[list[Climber], Racer]:
    chance = random.Random(given.seed)
    urns = range(council.FIRST_URN, council.FIRST_URN + given.clients * SCHOOLS_EACH)
    climbers = [
        Climber(
            Caller(service.url, tokens, ledger, f"client {number}"),
            list(urns[number * SCHOOLS_EACH : (number + 1) * SCHOOLS_EACH]),
            random.Random(chance.random()),
        )
        for number in range(given.clients)
    ]
    racers = [Caller(service.url, tokens, ledger, f"racer {each}") for each in range(RACERS)]
    raced_for = list(range(urns.stop, urns.stop + SCHOOLS_RACED_FOR))
    return climbers, Racer(racers, raced_for, random.Random(chance.random()))


def _watch(service: Service, ledger: Ledger, seconds: float, going: list[Future[None]]) -> None:
    """Look at the logs, and say each minute how far it has come; until one of those going ends."""
    begun = said = time.monotonic()
    while time.monotonic() < begun + seconds:
        if wait(going, LOOKS_AT_LOGS, FIRST_COMPLETED).done:
            return
        service.read_logs()
        if time.monotonic() > said + A_MINUTE:
            said = time.monotonic()
            passed = (said - begun) / 60
            print(f"{passed:.0f} min: {ledger.acknowledged:,} acknowledged", flush=True)


def _at_rest(
    given: argparse.Namespace,
    engine: Engine,
    service: Service,
    post: PostOffice,
    ledger: Ledger,
    killer: Killer,
    racer: Racer,
    answerer: FormAnswerer,
    before: Mapping[str, Used],
) -> Result:
    """Wait until nothing is under way any more, at most for so long, and look at everything."""
    begun = time.monotonic()
    after_a_minute: Waits | None = None
    while True:
        passed = time.monotonic() - begun
        waits = _waits(engine, service)
        letters, mails = found.letters(engine), found.mails(engine, post, service.url)
        stuck = letters.not_issued or mails.under_way or waits.missing or waits.two
        if after_a_minute is None and (passed >= A_MINUTE or not stuck):
            after_a_minute = waits
        if after_a_minute is not None and (not stuck or passed >= REST):
            break
        time.sleep(2)
    size, locked = service.read_logs()
    return Result(
        minutes=given.minutes,
        clients=given.clients,
        seed=given.seed,
        blows=killer.dealt,
        back=killer.back,
        not_replaced=killer.not_replaced,
        compared=ledger.compare(found.marks(engine)),
        repeated=ledger.repeated,
        trouble=ledger.trouble,
        forms_taken=answerer.given,
        forms_decided=found.answered_in_prefect(engine),
        letters=letters,
        mails=mails,
        waits_after_a_minute=after_a_minute,
        waits=waits,
        races=found.races(engine, racer.proposals),
        intact=_is_intact(service.home),
        ready=_ready(service),
        rest=passed,
        before=before,
        after=service.used(),
        logs=size,
        locked=locked,
    )


def _waits(engine: Engine, service: Service) -> Waits:
    """What waits in Prefect; all of it is missing while Prefect does not answer."""
    try:
        return found.waits(engine, service.prefect_url)
    except httpx.HTTPError:
        waiting = found.waiting(engine)
        return Waits(len(waiting), waiting, [])


def _is_intact(home: Path) -> bool:
    verify = [sys.executable, "-c", "from cli.main import run; run()", "verify"]
    return subprocess.run(verify, env={**os.environ, "SCC_HOME": str(home)}).returncode == 0


def _ready(service: Service) -> str:
    try:
        answer = httpx.get(f"{service.url}/health/ready", timeout=15, trust_env=False)
    except httpx.HTTPError as lost:
        return f"**no answer** ({type(lost).__name__})"
    return "200" if answer.is_success else f"**{answer.status_code}** {answer.text[:200]}"


if __name__ == "__main__":
    sys.exit(main())
