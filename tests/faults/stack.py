"""The whole system for fault tests: the launcher's own processes, on servers that we may break.

The launcher is the product's; the servers are the test's, so that they can be killed and started
again on the same data. Pauses are the product's settings, scaled down.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy.embedded import launch
from deploy.embedded.find import Kafka, Mongo, find_kafka, find_mongo
from deploy.embedded.home import Home, State
from deploy.embedded.plan import settings_environ
from deploy.embedded.servers import Running, start_kafka, start_mongo
from deploy.topology import PROCESSES, READ_MODELS, view_of
from shared.config import Databases, Secrets, Settings, connect
from shared.projection.comparing import compare
from shared.projection.parts import parts_of
from tests.faults import checkers
from tests.faults.history import History
from tests.support.ports import free_base
from tests.support.waiting import eventually

PATCHED = Path(__file__).parent / "patched"
SETTLE_S = 120.0
UP_TIMEOUT_S = 240
SCALED: Mapping[str, str] = {
    "CASELEDGER_COMPARE_S": "2",
    "CASELEDGER_SWEEP_S": "0.5",
    "CASELEDGER_BEAT_MS": "500",
    "CASELEDGER_LEASE_MS": "2500",
    "CASELEDGER_TIMER_POLL_MS": "500",
    "CASELEDGER_KAFKA_DELIVERY_MS": "6000",
    "CASELEDGER_COMMAND_TIMEOUT_MS": "8000",
    "CASELEDGER_DATABASE_TIMEOUT_MS": "8000",
    "CASELEDGER_PARK_AFTER": "2",
    "CASELEDGER_WEB_THREADS": "8",
    "CASELEDGER_DATABASE_POOL": "16",
}


@dataclass
class Stack:
    """A running system. `history` is of everything that was done to it, over all tests on it."""

    home: Home
    environ: dict[str, str]
    mongo: Running
    kafka: Running
    settings: Settings
    databases: Databases
    faults: Path
    history: History = field(default_factory=History)
    parked: set[str] = field(default_factory=set)

    # ---- processes

    def pid(self, name: str) -> int:
        """Process id of one of the launcher's children; waits until it runs."""

        def found() -> int:
            state = State.read(self.home)
            processes = state.processes if state else ()
            return next((one.pid for one in processes if one.name == name and one.pid), 0)

        return eventually(found, SETTLE_S)

    def names(self) -> list[str]:
        """The launcher's children."""
        state = State.read(self.home)
        return [one.name for one in state.processes] if state else []

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Signal a process; its id at that time. Where it just died by itself: the next one."""

        def struck() -> int:
            pid = self.pid(name)
            os.kill(pid, number)
            return pid

        return eventually(struck, SETTLE_S, ignoring=(ProcessLookupError,))

    def killed(self, name: str) -> None:
        """Kill a process and wait until the launcher's next one of that name is ready."""
        old = self.kill(name)
        eventually(lambda: self.pid(name) != old, SETTLE_S)
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until every process says that it is ready; nobody helps."""
        eventually(lambda: launch.status(self.home)["ready"], SETTLE_S, poll_s=0.5)

    def process(self, module: str, *words: str, **environ: str) -> "subprocess.Popen[bytes]":
        """One more process of ours beside those of the launcher; the caller ends it."""
        names = {one.words: one.name for one in PROCESSES}
        keys = self.home.keys / names[module, *words]
        with (self.home.logs / f"{module}.beside.log").open("ab") as out:
            return subprocess.Popen(
                (sys.executable, "-m", module, *words),
                env={
                    **self.child_environ(),
                    "CASELEDGER_SECRETS_DIR": str(keys),
                    **environ,
                },
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
            )

    def child_environ(self) -> dict[str, str]:
        """What the launcher tells its children."""
        return settings_environ(
            self.home,
            self.environ,
            Mongo("external", uri=self.mongo.address),
            Kafka("external", servers=self.kafka.address),
        )

    @property
    def services(self) -> dict[str, str]:
        """Address of each service."""
        state = State.read(self.home)
        assert state is not None
        return dict(state.services)

    # ---- faults from inside

    def arm(self, process: str, point: str, *, after: int = 0) -> "Armed":
        """Switch a point of `patched/sitecustomize.py` on; it acts once, `after` so many."""
        path = self.faults / f"{process}.{point}"
        path.write_text(str(after))
        return Armed(path)

    def weaken(self, *names: str) -> None:
        """Take protections away from all processes started from now on; none: give them back."""
        (self.faults / "weaken").write_text(" ".join(names))

    # ---- what must hold

    def findings(self) -> list[str]:
        """I1 to I7, I10 and I11 over everything that was ever done here."""
        log = checkers.read_log(self.databases)
        topic = checkers.read_topic(self.kafka.address, self.settings.topic, self.settings.lanes)
        held = checkers.all_of(self.history, self.databases, log, topic)
        return held + self.projection_findings() + self.liveness_findings()

    def projection_findings(self) -> list[str]:
        """I7: each read model is the fold of the log."""
        keys = Secrets.load(self.settings.secrets_dir)
        found = []
        for name in READ_MODELS:
            parts = parts_of(view_of(name), self.settings, keys, self.databases)
            found += [
                f"I7 {one['finding']} {one.get('case', '')}" for one in compare(parts).findings
            ]
        return found

    def liveness_findings(self) -> list[str]:
        """I10: nothing waits for a person: marks at the heads, nothing parked, all ready."""
        parked = [
            f"I10 parked {row['_id']}"
            for row in self.databases.work["parked"].find()
            if row["stream"] not in self.parked
        ]
        ready = [] if launch.status(self.home)["ready"] else ["I10 not all processes are ready"]
        return self.late() + parked + ready

    def late(self) -> list[str]:
        """Groups whose mark is not at the head of a lane; who never set a mark is at 0."""
        marks = {
            (m["group"], m["lane"]): m["position"] for m in self.databases.work["marks"].find()
        }
        heads = self.heads()
        workers = {name.removesuffix("-worker") for name in self.names() if "-worker" in name}
        return [
            f"I10 {group} is at {marks.get((group, lane), 0)} of {head} in lane {lane}"
            for group in sorted(workers.union(group for group, _ in marks))
            for lane, head in heads.items()
            if marks.get((group, lane), 0) < head
        ]

    def heads(self) -> dict[int, int]:
        """Highest position of each lane that has any."""
        rows = self.databases.log["ledger"].find({}, {"lane": 1, "position": 1})
        heads: dict[int, int] = {}
        for row in rows:
            heads[row["lane"]] = max(row["position"], heads.get(row["lane"], 0))
        return heads

    def check(self, *, within_s: float = SETTLE_S) -> None:
        """Wait until the system has healed itself; what still is wrong then fails the test.

        What the safety checkers find never goes away again, so waiting hides nothing.
        """
        self.wait_still(within_s)

        def clean() -> bool:
            found = self.findings()
            assert not found, "\n".join(found[:40])
            return True

        eventually(clean, within_s, poll_s=1.0, ignoring=(AssertionError, KafkaError, PyMongoError))

    def wait_still(self, within_s: float = SETTLE_S) -> None:
        """Wait until every commit has its position and every group has handled all of them."""
        eventually(lambda: not self.waiting(), within_s, poll_s=0.3, ignoring=(PyMongoError,))

    def waiting(self) -> list[str]:
        """The cheap part: commits without a position, and groups behind."""
        commits = self.databases.log["commits"].count_documents({})
        rows = self.databases.log["ledger"].count_documents({})
        missing = [f"{commits - rows} commits have no position"] if rows < commits else []
        return missing + self.liveness_findings()


@dataclass(frozen=True)
class Armed:
    """A point that was switched on."""

    path: Path

    def wait(self, timeout_s: float = SETTLE_S) -> None:
        """Wait until it acted."""
        eventually(lambda: not self.path.exists(), timeout_s)

    def off(self) -> None:
        """Switch it off."""
        self.path.unlink(missing_ok=True)


@contextmanager
def stack(
    folder: Path, *, front: Callable[[Running], Mapping[str, str]] | None = None, **environ: str
) -> Iterator[Stack]:
    """A system in a folder, on servers of its own; all of it ends here, whatever happened.

    `front` is asked for settings when the event log runs: its place to put a proxy before it.
    """
    base = free_base()
    mongo = start_mongo(
        find_mongo(os.environ),
        data=folder / "log",
        log=folder / "log.log",
        environ=os.environ,
        port=base + 7,
    )
    kafka = None
    home = Home((folder / "home").absolute())
    faults = folder / "faults"
    faults.mkdir()
    try:
        kafka = start_kafka(
            find_kafka(os.environ),
            data=folder / "kafka",
            log=folder / "kafka.log",
            environ=os.environ,
            port=base + 8,
            controller_port=base + 9,
        )
        own = (
            _environ(home, faults, mongo, kafka)
            | {"CASELEDGER_PORT_BASE": str(base)}
            | environ
            | dict(front(mongo) if front else {})
        )
        _up(own)
        one = _connected(home, own, mongo, kafka, faults)
        try:
            yield one
        finally:
            one.databases.close()
    finally:
        for server in (mongo, kafka):
            if server is not None and server.process is None:
                server.start()
        launch.down(home)
        for server in (kafka, mongo):
            if server is not None:
                server.kill()


def _up(environ: Mapping[str, str]) -> None:
    """As a person starts it; its daemon is then nobody's child here."""
    ran = subprocess.run(
        (sys.executable, "-m", "deploy.cli", "up", "--detach"),
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=UP_TIMEOUT_S,
        check=False,
    )
    if ran.returncode:
        logs = Path(environ["CASELEDGER_HOME"]) / "logs"
        tails = {log.name: log.read_text()[-1500:] for log in sorted(logs.glob("*.log"))}
        said = "\n".join(f"--- {name}\n{tail}" for name, tail in tails.items() if tail)
        raise AssertionError(f"{ran.stdout}\n{ran.stderr}\n{said}")


def _connected(
    home: Home, own: dict[str, str], mongo: Running, kafka: Running, faults: Path
) -> Stack:
    settings = Settings.from_env(
        settings_environ(
            home,
            own,
            Mongo("external", uri=mongo.address),
            Kafka("external", servers=kafka.address),
        )
    )
    databases = connect(settings, appname="fault-tests")
    return Stack(home, own, mongo, kafka, settings, databases, faults)


def _environ(home: Home, faults: Path, mongo: Running, kafka: Running) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("CASELEDGER_")}
    return {
        **own,
        **SCALED,
        "CASELEDGER_HOME": str(home.path),
        "CASELEDGER_MONGO": mongo.address,
        "CASELEDGER_KAFKA": kafka.address,
        "FAULTS_DIR": str(faults),
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(PATCHED), os.environ.get("PYTHONPATH", "")])
        ),
    }
