"""`python -m bench.ops`: a table process by collection by command, for one case and for idleness.

The embedded system is started in a home of its own and carries a few cases of item 000-01, one
after the other; then nobody asks it for anything. What each process asks the event log server is
counted on its way there. Counts do not depend on who else uses the machine, except for what is
done by the clock: so the idle counts of the same time are told apart.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.load import accounting, figures
from bench.load.carrying import NOTICES_A_CASE, Callers, Carrier, Person
from bench.load.loading import callers
from bench.load.report import ran_on
from bench.load.system import START_S, NotSettledError, Place, System
from bench.ops.counting import Counts, Ways
from bench.ops.table import Found, document, show
from deploy.embedded import launch
from deploy.embedded.home import Home, State
from deploy.embedded.plan import make_plan
from deploy.embedded.probe import free_port
from deploy.embedded.supervisor import TICK_S, Child, Supervisor
from shared.config import Secrets, connect

RESULTS = Path(__file__).parents[1] / "results" / "ops.json"
SETTLE_S = 180.0
COUNTED = ("CASELEDGER_LOG_URI", "CASELEDGER_PORTAL_URI")


@dataclass(frozen=True)
class Counted:
    """The system that runs, and what came through on its ways to the event log server."""

    system: System
    ways: Ways
    supervisor: Supervisor

    def cpu_ms(self) -> dict[str, float]:
        """CPU time of each process up to now."""
        cares = self.supervisor.cares.items()
        roots = {care.process.pid: name for name, care in cares if care.process is not None}
        return dict(accounting.read(roots).cpu_ms)


def main(words: Sequence[str]) -> int:
    """Count, show, and write the file."""
    asked = _parser().parse_args(words)
    with tempfile.TemporaryDirectory(prefix="bench-ops-") as path:
        ports = str(free_port() // 2 + 10_000)
        environ = {**os.environ, "CASELEDGER_HOME": path, "CASELEDGER_PORT_BASE": ports}
        with running(Place(Home.from_env(environ), environ)) as counted:
            found = _measured(counted, cases=asked.cases, idle_s=asked.idle_s)
            whole = {"ran_on": ran_on(counted.system), **document(found)}
    show(found, shapes=asked.shapes)
    if asked.results:
        Path(asked.results).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return 0


def _measured(counted: Counted, *, cases: int, idle_s: float) -> Found:
    with callers(counted.system) as all_:
        _carry(counted.system, all_, "warm-up", 1)
        before, began = counted.ways.counts(), time.monotonic()
        _carry(counted.system, all_, "counted", cases)
        after, carried_s = counted.ways.counts(), time.monotonic() - began
    idle, cpu_ms, waited_s = _idle(counted, idle_s)
    percent = {name: figures.share(ms, waited_s) for name, ms in cpu_ms.items()}
    return Found(cases, after - before, carried_s, idle, waited_s, percent)


def _carry(system: System, all_: Callers, run: str, cases: int) -> None:
    sent = system.sent()
    for number in range(cases):
        Carrier(all_, Person(number, run)).to_the_end()
    system.settle(messages=sent + NOTICES_A_CASE * cases, within_s=SETTLE_S)


def _idle(counted: Counted, seconds: float) -> tuple[Counts, dict[str, float], float]:
    before, cpu_before, began = counted.ways.counts(), counted.cpu_ms(), time.monotonic()
    time.sleep(seconds)
    after, cpu_after, waited_s = counted.ways.counts(), counted.cpu_ms(), time.monotonic() - began
    used = {name: ms - cpu_before.get(name, 0.0) for name, ms in cpu_after.items()}
    return after - before, used, waited_s


@contextmanager
def running(place: Place) -> Iterator[Counted]:
    """The whole embedded system, each process with a way of its own to the event log server.

    Raises:
        NotSettledError: it is not ready in time.
    """
    with place.home.locked():
        launch.create_secrets(place.home)
        plan = make_plan(place.home, place.environ)
        names = [one.name for one in plan.children if any(way in one.environ for way in COUNTED)]
        ways = Ways(names, ("127.0.0.1", plan.ports.mongo))
        supervisor = Supervisor([_over(ways, child) for child in plan.children])
        settings = place.settings()
        databases = connect(settings, appname="bench-ops")
        state = State(os.getpid(), 0, services=plan.services)
        try:
            deadline = time.monotonic() + START_S * 2
            while not supervisor.all_ready:
                supervisor.step()
                if time.monotonic() > deadline:
                    raise NotSettledError(f"not ready: {_late(supervisor)}")
                time.sleep(TICK_S)
            secrets = Secrets.load(settings.secrets_dir)
            system = System(place, settings, secrets, databases, state)
            yield Counted(system, ways, supervisor)
        finally:
            databases.close()
            supervisor.stop()
            ways.close()


def _over(ways: Ways, child: Child) -> Child:
    """The child, told the address of its own way."""
    if child.name not in ways.ports:
        return child
    address = f"mongodb://127.0.0.1:{ways.ports[child.name]}/?directConnection=true"
    told = {name: address for name in COUNTED if name in child.environ}
    return replace(child, environ={**child.environ, **told})


def _late(supervisor: Supervisor) -> list[str]:
    return sorted(name for name, care in supervisor.cares.items() if not care.ready)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.ops", description=__doc__)
    parser.add_argument("--cases", type=int, default=4, help="cases that are counted")
    parser.add_argument("--idle-s", type=float, default=60.0, help="how long to watch it idle")
    parser.add_argument("--shapes", action="store_true", help="tell the filters' fields apart")
    parser.add_argument("--results", default=str(RESULTS), help="where the figures are written")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
