"""More lanes and partitions for a log, with all writers stopped.

`python -m deploy.processes.lanes NUMBER`, with the sequencer's secrets and database role, after
every service and every sequencer was stopped; Kafka and the event log run. The embedded system has
`caseledger relay lanes NUMBER`, which starts its servers for it. Killed at any place, it is run
again.
"""

import os
import sys
from datetime import timedelta

from deploy.processes.running import BAD_SETTINGS, Process, run
from shared.audit import Checkpointer, SigningKey
from shared.config.wall_clock import utc_now
from shared.eventlog.lanes.count import raise_lanes, signed_lanes, with_lanes
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import options_of
from shared.kafka.ports import BrokerAway, TopicRefused

MOST_LANES = 4096
SILENCE = timedelta(seconds=15)


class NotWidened(Exception):
    """The log cannot get this number of lanes; one sentence says why."""


def main(argv: list[str]) -> None:
    """Read the command line and add the lanes; what this process was told of them is no matter."""
    os.environ.pop("CASELEDGER_LANES", None)
    if len(argv) != 1 or not argv[0].isdecimal():
        sys.exit("usage: python -m deploy.processes.lanes NUMBER")

    def work(process: Process) -> None:
        try:
            had = widen(process, int(argv[0]))
        except (NotWidened, TopicRefused, BrokerAway) as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(BAD_SETTINGS)
        sys.stdout.write(f"The log had {had} lanes and has {argv[0]}.\n")

    run("lanes", work)


def widen(process: Process, number: int) -> int:
    """Give topic, log and head note `number` lanes; the number that the log had.

    In this order: a start after any step says what is left to do. New streams use the new number,
    and those that are there keep the lane of their first commit.

    Raises:
        NotWidened: it would have fewer, a sequencer works on it, or the note could not be signed.
        TopicRefused, BrokerAway: the topic cannot get the partitions.
    """
    had = process.settings.lanes
    if not had <= number <= MOST_LANES:
        raise NotWidened(f"The log has {had} lanes: it gets more, up to {MOST_LANES}, never fewer.")
    log = process.databases.log
    oldest = utc_now() - SILENCE
    talking = [
        str(beat["_id"]).removeprefix("beat/")
        for beat in log["lanes"].find({"_id": {"$regex": "^beat/"}})
        if beat["at"] > oldest and not beat.get("stopped", False)
    ]
    if talking:
        raise NotWidened(f"Stop every writer first: {', '.join(talking)} is at work.")
    settings = with_lanes(process.settings, number)
    KafkaBroker(options_of(settings)).widen_topic()
    raise_lanes(log, number)
    key = SigningKey.load(process.secrets.checkpoint_key_path, settings.installation)
    checkpointer = Checkpointer(log, key, number, settings.checkpoint_s)
    checkpointer.tick()
    if signed_lanes(log, key.public) != number:
        raise NotWidened("The head note could not be signed: see the lines above.")
    return had


if __name__ == "__main__":
    main(sys.argv[1:])
