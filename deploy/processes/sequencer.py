"""The sequencer: positions, publication and signed checkpoints.

`python -m deploy.processes.sequencer`. Here because it puts two packages together that know
nothing of each other: the relay gives the loop, the audit the checkpoints that it calls for.
"""

import os
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry

from deploy.processes.running import BAD_SETTINGS, Process, run
from shared.audit import Checkpointer, SigningKey
from shared.audit.cutting_over import cut_over_needed
from shared.config import Settings
from shared.messaging.worker.probes import Probes
from shared.relay.process.hooks import Hook
from shared.relay.process.sequencer import Sequencer

CHECKPOINT_LOOK_S = 0.5


def main() -> None:
    """Sequence until SIGTERM."""
    run("sequencer", work)


def work(process: Process) -> None:
    """Compose the sequencer with the checkpointer and its probes, and run it."""
    settings = process.settings
    key = SigningKey.load(process.secrets.checkpoint_key_path, settings.installation)
    if cut_over_needed(process.secrets):
        sys.stderr.write(
            "This log was written before its commits were signed: stop every writer and run"
            " `python -m deploy.processes.cutover` first.\n"
        )
        sys.exit(BAD_SETTINGS)
    checkpointer = Checkpointer(process.databases.log, key, settings.lanes, settings.checkpoint_s)
    hook = Hook("checkpoints", CHECKPOINT_LOOK_S, lambda _lanes: checkpointer.tick())
    name = name_of(settings)
    sequencer = Sequencer(process.databases, settings, process.secrets, [hook], name=name)
    probes = Probes(
        live=lambda: (True, {"live": True}),
        ready=lambda: ready(sequencer),
        registry=CollectorRegistry(),
        port=settings.health_port,
        host=settings.health_host,
    )
    probes.start()
    try:
        sequencer.run(process.stop)
    finally:
        probes.stop()


def name_of(settings: Settings) -> str:
    """What this process calls itself: another beside it must not overwrite what it says.

    Host and health port: the same after a restart, so that what it said before is replaced.
    """
    return f"sequencer-{socket.gethostname()}-{settings.health_port or os.getpid()}"


def ready(sequencer: Sequencer) -> tuple[bool, Mapping[str, Any]]:
    """Ready when lanes are held and Kafka takes what they have; says what is refused or held.

    A process without a lane is ready too where others hold them all: it stands by for them.
    """
    status = sequencer.status()
    problems = [lane["problem"] for lane in status["lanes"] if lane["problem"]]
    standby = not status["lanes"] and sequencer.stands_by(time.monotonic())
    good = (bool(status["lanes"]) or standby) and status["kafka"] == "ok"
    told = {"ready": good, "standby": standby, "kafka": status["kafka"], "problems": problems}
    return good, told


if __name__ == "__main__":
    main()
