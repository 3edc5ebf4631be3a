"""`make containers`: the system in containers, as docker-compose.yml ships it, for five minutes.

In production mode, with an issuer that is a container of its own: a case walked over the published
ports; the main process of the database, of the broker and of one of ours (by a seed) killed in turn
and the database cut off the network, each in the middle of a case; a stream parked and redriven;
the portal's first page and what pages are drawn with; the papers of a case; `audit verify` and
`reconcile` inside; everything removed; then the contract tests of log and messaging on containers.

The last line says what was done. It ends with 0 where that went well, with 1 where anything failed,
and with 3 where it cannot run on this machine: the sentence says why.
"""

import http.client
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import httpx

from deploy.demo.client import Client
from deploy.embedded.find import servers_cache
from deploy.topology import PROCESSES
from tests.containers.commands import ROOT, Failed, NotHere, eventually, run
from tests.containers.engine import alone, compose_program, engine
from tests.containers.images import images
from tests.containers.parked import parked_and_redriven
from tests.containers.showing import give_papers, show_pages
from tests.containers.system import System
from tests.containers.walking import Walk, callers
from tests.running.stages import NOT_HERE
from tests.selection import SEED

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
CUT_S = 15.0  # longer than a request may wait for the log
TESTS = ("tests/contract", "tests/integration/messaging/test_worker.py")
TESTS_S = 300
# a server that somebody gave by its address is no container
NOT_GIVEN = {"CASELEDGER_TEST_MONGO_URI": "", "CASELEDGER_TEST_KAFKA": ""}
SERVERS = 2  # that their fixtures start
READY_S = 120


# a process that asks the command line for a token, and prints how that ended
OUR_TOKEN = (
    "import subprocess, sys;"
    "print(subprocess.run([sys.executable, '-P', '-m', 'deploy.cli', 'token', '--as', 'officer'],"
    " capture_output=True).returncode)"
)


@dataclass
class Stage:
    """What was done so far; the last line is made from it."""

    began: float = field(default_factory=time.monotonic)
    containers: int = 0
    closed: int = 0
    kills: int = 0
    tests: str = "no tests"
    left: int = 0

    def say(self, sentence: str) -> None:
        """One line, with the seconds since the beginning."""
        sys.stdout.write(f"[{time.monotonic() - self.began:5.0f} s] {sentence}\n")
        sys.stdout.flush()

    def last_line(self) -> str:
        """Everything that was done."""
        seconds = time.monotonic() - self.began
        return (
            f"containers: {self.containers} containers started, {self.closed} cases closed,"
            f" {self.kills} killed, MongoDB cut off once, {self.tests}, {seconds:.0f} s,"
            f" {self.left} volumes left"
        )


def main() -> int:
    """Run the stage; its exit code."""
    for number in SIGNALS:
        signal.signal(number, _interrupted)
    cache = servers_cache(os.environ).parent / "containers"
    stage = Stage()
    try:
        with ExitStack() as ending:
            run_stage(stage, cache, ending)
    except NotHere as reason:
        stage.say(f"not run: {reason}")
        return NOT_HERE
    except Failed as failure:
        stage.say(f"FAILED: {failure}")
        return 1
    stage.say(stage.last_line())
    return 0


def _interrupted(number: int, _frame: FrameType | None) -> None:
    for one in SIGNALS:  # what was started is removed whatever else comes
        signal.signal(one, signal.SIG_IGN)
    raise Failed(f"ended by signal {number}")


def run_stage(stage: Stage, cache: Path, ending: ExitStack) -> None:
    """All of it; `ending` removes what was started, however this ends."""
    ending.enter_context(alone(cache))
    how = ending.enter_context(engine(cache))
    program = compose_program()
    stage.say(f"{how}, {' '.join(program)}")
    named = images(cache)
    stage.say("stand-ins: " + (", ".join(named.values()) or "none, the published images"))
    folder = ROOT / "build" / "containers"
    folder.mkdir(parents=True, exist_ok=True)
    before = _all_volumes()
    system = System(program, folder, named)
    system.write_settings()
    ending.callback(system.down)
    system.down()
    system.up()
    stage.say(f"{len(system.containers())} containers are up and healthy, or ended with 0")
    use(stage, system)
    stage.containers = system.started()
    system.down()
    stage.say("removed")
    contract_tests(stage, named)
    stage.left = len(_all_volumes() - before)
    if stage.left or system.volumes():
        raise Failed(f"volumes are left: {sorted(_all_volumes() - before)}")


def _all_volumes() -> set[str]:
    return set(run("docker", "volume", "ls", "-q", timeout_s=20).split())


def use(stage: Stage, system: System) -> None:
    """Walk cases, and break something in the middle of each but the first."""
    seed = int(os.environ.get(SEED) or random.randrange(1_000_000))  # noqa: S311 - no secret
    ours = random.Random(seed).choice([one.name for one in PROCESSES])  # noqa: S311
    stage.say(f"{SEED}={seed} draws {ours}")
    services = {name: system.address(name) for name in ("intake", "review", "issuance", "notify")}
    issuer = f"{system.address('issuer')}/token"
    receipts: list[str] = []
    with callers(services, issuer, system.gateway_key()) as client:
        receipts += walked(stage, client, "nothing is broken", lambda: None)
        for victim in ("mongo", "kafka", ours):
            receipts += walked(
                stage, client, f"{victim} is killed", lambda one=victim: system.kill(one)
            )
            stage.kills += 1
            system.wait_until_healthy()
        receipts += walked(stage, client, "mongo is cut off", lambda: cut(system))
        system.wait_until_healthy()
        receipts += parked_and_redriven(system, client)
        stage.closed += 1
        stage.say("a case is closed: its stream was parked, and redriven by the operator")
        refuse_strangers(system, client.http)
        show_pages(system.address("portal"), client.http)
        papers = give_papers(client)
        stage.say(f"the portal gives its pages, issuance {papers} papers of a case, signed")
    stage.say("all healthy again")
    audited(stage, system, receipts)


def walked(stage: Stage, client: Client, what: str, hurt: Callable[[], None]) -> list[str]:
    """Carry a case to its end, with a misfortune after it was paid for; its receipts."""
    walk = Walk(client)
    walk.begin()
    hurt()
    receipts = walk.end()
    stage.closed += 1
    stage.say(f"a case is closed: {what}")
    return receipts


def cut(system: System) -> None:
    """MongoDB off the network: a web process must say so, and nothing may be lost."""
    network = system.network()
    system.cut_off("mongo")
    try:
        until = time.monotonic() + CUT_S
        eventually(
            lambda: _ready(system) == http.HTTPStatus.SERVICE_UNAVAILABLE,
            READY_S,
            lambda: "intake is ready while MongoDB is off the network",
        )
        time.sleep(max(0.0, until - time.monotonic()))
    finally:
        system.connect("mongo", network)
    eventually(
        lambda: _ready(system) == http.HTTPStatus.OK,
        READY_S,
        lambda: "intake is not ready again",
    )


def _ready(system: System) -> int:
    try:
        return httpx.get(
            f"{system.address('intake')}/readyz", timeout=5, trust_env=False
        ).status_code
    except httpx.TransportError:
        return 0


def refuse_strangers(system: System, caller: httpx.Client) -> None:
    """No token, and one whose signature is forged, open nothing; in production we give none."""
    path = f"{system.address('notify')}/v1/progress"
    good = caller.get(f"{system.address('issuer')}/token", params={"as": "auditor"}).text
    forged = f"{good[:-8]}{'A' * 8}"
    answers = {
        "without a token": caller.get(path).status_code,
        "with a forged token": caller.get(
            path, headers={"Authorization": f"Bearer {forged}"}
        ).status_code,
    }
    if set(answers.values()) != {http.HTTPStatus.UNAUTHORIZED}:
        raise Failed(f"strangers are answered {answers}")
    ours = system.inside("review-worker", "python", "-P", "-c", OUR_TOKEN).strip()
    if ours != "2":
        raise Failed(f"a container asked for a token of our own issuer ended with {ours}")


def audited(stage: Stage, system: System, receipts: list[str]) -> None:
    """The auditor verifies and proves inside, the operator reconciles; all must be right."""
    for tool, words in (("auditor", "verify"), ("operator", "reconcile")):
        found = system.command_line(tool, "audit", words)
        if found.get("ok") is not True:
            raise Failed(f"audit {words} says {found}")
    eventually(
        lambda: system.command_line("auditor", "audit", "proof", "--hash", receipts[-1]).get("ok"),
        READY_S,
        lambda: f"receipt {receipts[-1]} cannot be proved",
    )
    stage.say(f"audit verify and reconcile find nothing, the last of {len(receipts)} is proved")


def contract_tests(stage: Stage, named: dict[str, str]) -> None:
    """The contract tests of log and messaging, each server a container of its fixture."""
    words = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *TESTS)
    lines = run(*words, timeout_s=TESTS_S, environ=named | NOT_GIVEN).strip().splitlines()
    for server in ("event log", "kafka"):
        if not any(line.startswith(f"{server}: ") and "(container)" in line for line in lines):
            raise Failed(f"the {server} of the contract tests was no container")
    stage.containers += SERVERS
    stage.tests = f"contract tests on {SERVERS} containers: {lines[-1].strip('= ')}"
    stage.say(stage.tests)


if __name__ == "__main__":
    sys.exit(main())
