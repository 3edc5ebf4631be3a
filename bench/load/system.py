"""The embedded system under measurement: started in a home of its own, watched, counted."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import monitoring
from pymongo.database import Database

from bench.load import accounting
from bench.load.figures import COUNTED_AS
from deploy.embedded import launch
from deploy.embedded.find import find_kafka, find_mongo
from deploy.embedded.home import Home, State
from deploy.embedded.plan import make_plan, settings_environ
from deploy.embedded.supervisor import TICK_S, Supervisor
from deploy.topology import READ_MODELS, SERVICES, view_of
from shared.config import Databases, Secrets, Settings, connect
from shared.messaging.stores.marks import Marks
from shared.messaging.stores.parking import Parking
from shared.messaging.timers.feeding import FOLLOWER
from shared.projection.generations import Generations
from shared.relay.ledger.ledger import Ledger

LAUNCHER = "launcher"
SERVERS = frozenset({"mongo", "kafka"})
START_S = 120.0
SETTLE_POLL_S = 0.25


def live_groups(views: Database[dict[str, Any]]) -> list[str]:
    """The consumer group of each read model's live generation."""
    return [f"{name}.{Generations(view_of(name), views).live()}" for name in READ_MODELS]


class NotSettledError(Exception):
    """What was to follow did not come in time; the message says what is behind."""


class OwnOperations(monitoring.CommandListener):
    """Counts what this process asks of the database, so that it can be taken off again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        with self._lock:
            self._counts[COUNTED_AS.get(event.command_name, "command")] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing is counted twice."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """It was counted when it started."""

    def counts(self) -> dict[str, int]:
        """What was asked so far, by the server's kinds."""
        with self._lock:
            return dict(self._counts)


OWN = OwnOperations()


def count_own_operations() -> None:
    """Count the operations of every client that this process makes from now on."""
    monitoring.register(OWN)


@dataclass(frozen=True)
class Place:
    """Where the system lives: its home and the environment that names it and its ports."""

    home: Home
    environ: Mapping[str, str]

    def settings(self) -> Settings:
        """The settings that the processes of this system have; slow answers are waited for."""
        mongo, kafka = find_mongo(self.environ), find_kafka(self.environ)
        patient = {
            "CASELEDGER_DATABASE_TIMEOUT_MS": "120000",
            "CASELEDGER_COMMAND_TIMEOUT_MS": "120000",
        }
        return Settings.from_env(settings_environ(self.home, self.environ, mongo, kafka) | patient)

    def servers(self) -> dict[str, str]:
        """The kinds and versions of the servers, as the launcher finds them."""
        mongo, kafka = find_mongo(self.environ), find_kafka(self.environ)
        return {"event_log": mongo.kind, "kafka": kafka.kind}


@dataclass
class System:
    """What runs, as the measurement sees it. `sent_before` messages were in the sinks before."""

    place: Place
    settings: Settings
    secrets: Secrets
    databases: Databases
    state: State
    marks: Marks = field(init=False)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.marks = Marks(self.databases.work)
        self.ledger = Ledger(self.databases.log)

    @property
    def roots(self) -> dict[int, str]:
        """Pid and name of every process that is watched, the launcher among them."""
        state = State.read(self.place.home)
        assert state is not None
        return {state.pid: LAUNCHER} | {one.pid: one.name for one in state.processes}

    @property
    def restarts(self) -> int:
        """How often a process had to be started again."""
        state = State.read(self.place.home)
        return 0 if state is None else sum(one.restarts for one in state.processes)

    def read(self) -> accounting.Reading:
        """CPU time up to now."""
        return accounting.read(self.roots)

    def operations(self) -> dict[str, int]:
        """What the event log counted up to now, by its own names of kinds."""
        answered = self.databases.log.client.admin.command("serverStatus")
        return {kind: int(count) for kind, count in answered["opcounters"].items()}

    def sent(self) -> int:
        """How many messages are in the sinks: mails and text messages."""
        outbox = self.settings.outbox_dir
        mails = sum(name.endswith(".eml") for name in _names(outbox / "mail"))
        texts = outbox / "sms.jsonl"
        return mails + (texts.read_bytes().count(b"\n") if texts.exists() else 0)

    def groups(self) -> list[str]:
        """Every consumer group that has marks: reactions, timers, the live read models."""
        return [*SERVICES, FOLLOWER, *live_groups(self.databases.views)]

    def heads(self) -> list[int]:
        """The last position of each lane."""
        return [self.ledger.head(lane) for lane in range(self.settings.lanes)]

    def behind(self) -> dict[str, int]:
        """Who has how many positions to go; empty when every mark is at its lane's head."""
        heads = self.heads()
        marks = {(group, lane): position for group, lane, position in self.marks.all()}
        found: dict[str, int] = {}
        for lane, head in enumerate(heads):
            published = self.databases.log["lanes"].find_one({"_id": f"mark/{lane}"})
            places = {"published": int(published["position"]) if published else 0}
            places |= {group: marks.get((group, lane), 0) for group in self.groups()}
            for name, position in places.items():
                if position != head:
                    found[f"{name}|{lane}"] = head - position
        return found

    def parked(self) -> int:
        """How many streams are parked."""
        return len(Parking(self.databases.work).all(None))

    def settle(self, *, messages: int, within_s: float) -> float:
        """Wait until everything that follows is done; the seconds it took.

        Raises:
            NotSettledError: it did not happen in time, or a stream is parked.
        """
        began = time.monotonic()
        heads: list[int] = []
        while True:
            now, late, sent = self.heads(), self.behind(), self.sent()
            if not late and sent >= messages and now == heads:
                break
            heads = now
            if time.monotonic() - began > within_s:
                raise NotSettledError(f"behind: {late}; {sent} of {messages} messages are sent")
            time.sleep(SETTLE_POLL_S)
        if parked := self.parked():
            raise NotSettledError(f"{parked} streams are parked")
        return time.monotonic() - began


@contextmanager
def running(place: Place) -> Iterator[System]:
    """The whole embedded system, started as its users start it, stopped in order afterwards."""
    state = launch.up_detached(place.home, place.environ, progress=lambda _: None)
    try:
        with _opened(place) as (settings, secrets, databases):
            yield System(place, settings, secrets, databases, state)
    finally:
        launch.down(place.home)


@contextmanager
def sequencing(place: Place) -> Iterator[tuple[Settings, Secrets, Databases]]:
    """The servers and the sequencer alone: while a log is filled nobody else follows it."""
    with place.home.locked():
        launch.create_secrets(place.home)
        plan = make_plan(place.home, place.environ)
        wanted = SERVERS | {"prepare", "sequencer"}
        supervisor = Supervisor([child for child in plan.children if child.name in wanted])
        try:
            deadline = time.monotonic() + START_S
            while not supervisor.all_ready:
                supervisor.step()
                if time.monotonic() > deadline:
                    raise NotSettledError(f"the servers are not ready after {START_S:.0f} s")
                time.sleep(TICK_S)
            with _opened(place) as opened:
                yield opened
        finally:
            supervisor.stop()


@contextmanager
def _opened(place: Place) -> Iterator[tuple[Settings, Secrets, Databases]]:
    settings = place.settings()
    databases = connect(settings, appname="bench-load")
    try:
        yield settings, Secrets.load(settings.secrets_dir), databases
    finally:
        databases.close()


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()] if folder.exists() else []
