"""Two hundred cases under faults, and a hundred kills, in an order that a printed seed decides."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from deploy.embedded.servers import Running
from tests.faults import hostile
from tests.faults.drive import CASE_S, flying
from tests.faults.frames import MONGO, Frame
from tests.faults.proxy import FaultProxy
from tests.faults.stack import SETTLE_S, Stack, stack
from tests.selection import SEED as RUN_SEED
from tests.support.telling import tell

pytestmark = [
    pytest.mark.rust_mongo,
    pytest.mark.real_kafka,
    pytest.mark.stack,
    pytest.mark.timeout(1800),
]
SEED = int(os.environ.get("CASELEDGER_SOAK_SEED") or os.environ[RUN_SEED])
CASES = int(os.environ.get("CASELEDGER_SOAK_CASES", "200"))
EXPORT = os.environ.get("CASELEDGER_SOAK_EXPORT", "")  # where to put what an auditor is given
KILLS = int(os.environ.get("CASELEDGER_KILLS", "100"))
WAVE = 25
POINTS = (
    ("intake-web", "appended"),
    ("review-web", "appended"),
    ("issuance-web", "appended"),
    ("sequencer", "assigned"),
    ("sequencer", "acked"),
    ("sequencer", "history-lost"),
    ("intake-worker", "handled"),
    ("review-worker", "handled"),
    ("issuance-worker", "reserved"),
    ("notify-worker", "handled"),
    ("projection", "handled"),
    ("worklists", "handled"),
    ("issuance-worker", "raise"),
)
PROCESSES = (
    *("intake-web", "review-web", "issuance-web", "sequencer", "projection", "worklists"),
    *("intake-worker", "review-worker", "issuance-worker", "notify-worker"),
)


@pytest.fixture
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, FaultProxy]]:
    proxies: list[FaultProxy] = []

    def front(mongo: Running) -> dict[str, str]:
        proxies.append(FaultProxy(("127.0.0.1", mongo.port), framing=MONGO))
        return {"FAULTS_WEB_LOG_URI": f"mongodb://{proxies[0].address}/?directConnection=true"}

    try:
        with stack(tmp_path_factory.mktemp("soak"), front=front) as one:
            yield one, proxies[0]
    finally:
        for proxy in proxies:
            proxy.close()


def test_soak(system: tuple[Stack, FaultProxy], request: pytest.FixtureRequest) -> None:
    """Everything that the rows do, one after the other and in between; all checkers at the end."""
    one, proxy = system
    tell(request, f"soak: CASELEDGER_SOAK_SEED={SEED} CASELEDGER_SOAK_CASES={CASES}")
    chance = random.Random(SEED)  # noqa: S311 - to be repeated
    began, told = time.monotonic(), []
    for first in range(0, CASES, WAVE):
        with flying(one, min(WAVE, CASES - first), within_s=CASE_S) as flight:
            while True:
                fault = chance.choice(_faults(one, proxy, chance))
                told.append(fault.__name__)
                fault()
                flight.after(chance.randrange(10, 40))
                if flight.landed:
                    break
    for point in one.faults.glob("*.*"):
        point.unlink()  # what was never reached
    one.wait_ready()
    one.check(within_s=2 * SETTLE_S)
    if EXPORT:
        words = ("-m", "deploy.cli", "audit", "export", EXPORT)
        subprocess.run((sys.executable, *words), env=one.child_environ(), check=True)
    seconds = time.monotonic() - began
    tell(request, f"soak: {CASES} cases, {len(told)} faults in {seconds:.0f} s: {' '.join(told)}")


def test_kills(system: tuple[Stack, FaultProxy], request: pytest.FixtureRequest) -> None:
    """Kill after kill while cases are under way: any process and both servers; all checkers."""
    one, _ = system
    tell(request, f"kills: CASELEDGER_SOAK_SEED={SEED} CASELEDGER_KILLS={KILLS}")
    chance, killed = random.Random(SEED), Counter[str]()  # noqa: S311 - to be repeated
    servers = {"kafka": one.kafka, "mongo": one.mongo}
    began = time.monotonic()
    while killed.total() < KILLS:
        with flying(one, WAVE, within_s=CASE_S) as flight:
            while killed.total() < KILLS and not flight.landed:
                flight.after(chance.randrange(5, 20))
                name = chance.choice((*PROCESSES, *servers))
                if server := servers.get(name):
                    server.kill()
                    server.start()
                else:
                    one.kill(name)
                killed[name] += 1
    one.wait_ready()
    one.check(within_s=2 * SETTLE_S)
    assert killed.total() == KILLS
    seconds = time.monotonic() - began
    tell(request, f"kills: {KILLS} in {seconds:.0f} s: {dict(killed)}")


def _faults(one: Stack, proxy: FaultProxy, chance: random.Random) -> list[Callable[[], None]]:
    def crash_point() -> None:
        one.arm(*chance.choice(POINTS), after=chance.randrange(4))

    def kill() -> None:
        one.kill(chance.choice(PROCESSES))

    def terminate() -> None:
        one.kill(chance.choice(PROCESSES), signal.SIGTERM)

    def lost_answer() -> None:
        proxy.lose_answer(_appends, times=2)

    def broker_restart() -> None:
        one.kafka.kill()
        one.kafka.start()

    def log_restart() -> None:
        one.mongo.kill()
        one.mongo.start()

    def repeats() -> None:
        found = hostile.records(one)
        if found:
            hostile.again(one, chance.sample(found, min(200, len(found))))

    def forged() -> None:
        found = hostile.records(one)
        if found:
            hostile.forge(one, found[-1])

    often: list[Callable[[], None]] = [crash_point, kill, lost_answer, repeats]
    return [*often, *often, terminate, broker_restart, log_restart, forged]


def _appends(frame: Frame) -> bool:
    return frame.name == "insert" and b"request_mac" in frame.raw
