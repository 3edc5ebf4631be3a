"""`caseledger relay lanes`: how many lanes the log has, and more of them."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import SERVER_MISSING, CommandError, Json, answer, bad_use, reporting, say

if TYPE_CHECKING:
    from deploy.embedded.home import Home
    from deploy.embedded.servers import Running
    from deploy.processes.running import Process

Number = Annotated[
    int | None,
    typer.Argument(min=1, help="How many lanes the log is to have; none: say how many it has."),
]


def lanes(number: Number = None, *, as_json: Json = False) -> None:
    """Give the log more lanes, and its topic more partitions; the system must be stopped.

    Streams that are there keep the lane of their first commit, new ones use the new number. In
    production: `python -m deploy.processes.lanes NUMBER`, with the sequencer's secrets.
    """
    with reporting(as_json=as_json):
        if number is None:
            _say_how_many(as_json=as_json)
        from deploy.processes.lanes import NotWidened, widen
        from shared.kafka.ports import BrokerAway, TopicRefused

        with _servers_alone() as process:
            try:
                had = widen(process, int(number or 0))
            except (NotWidened, TopicRefused) as error:
                raise bad_use(str(error)) from error
            except BrokerAway as error:
                raise CommandError(str(error), exit_code=SERVER_MISSING) from error
        answer({"lanes": number, "before": had}, as_json=as_json, show=_show)


def _say_how_many(*, as_json: bool) -> None:
    from deploy.cli.session import opened

    with opened() as session:
        answer({"lanes": session.settings.lanes}, as_json=as_json, show=_show)


@contextmanager
def _servers_alone() -> "Iterator[Process]":
    """The embedded system's two servers and none of its processes, in its own folder.

    Raises:
        LaunchError: the system runs, or other servers hold its cases.
        ServerMissingError: a server does not start.
    """
    from contextlib import ExitStack

    from deploy.embedded import launch
    from deploy.embedded.home import Home, Ports, State
    from deploy.embedded.keeping.taking import taken_by
    from deploy.embedded.plan import settings_environ
    from deploy.embedded.servers import start_kafka, start_mongo
    from deploy.processes.running import Process
    from shared.config import Secrets, Settings, connect
    from shared.config.logging import configure
    from shared.eventlog.lanes.count import lane_count, with_lanes

    told = {key: value for key, value in os.environ.items() if key != "CASELEDGER_LANES"}
    home, ports = Home.from_env(told), Ports.from_env(told)
    taken = taken_by(home, told)  # the servers that hold this home's cases, and no others
    mongo, kafka, environ = taken.mongo, taken.kafka, taken.environ
    with home.locked(), ExitStack() as stack:
        launch.end_left_overs(home)
        running: list[Running] = []
        stack.callback(State(pid=0, started=0).write, home)
        if mongo.kind != "external":
            data, log = home.data(mongo.kind), home.logs / "mongo.log"
            started = start_mongo(mongo, data=data, log=log, environ=environ, port=ports.mongo)
            running.append(started)
            stack.callback(started.stop)
            _note(home, running)
        if kafka.kind != "external":
            data, log = home.data("kafka"), home.logs / "kafka.log"
            port = ports.kafka
            started = start_kafka(
                kafka, data=data, log=log, environ=environ, port=port, controller_port=port + 1
            )
            running.append(started)
            stack.callback(started.stop)
            _note(home, running)
        settings = Settings.from_env(settings_environ(home, environ, mongo, kafka))
        configure("WARNING", process="caseledger")
        secrets = Secrets.load(settings.secrets_dir)
        databases = connect(settings, appname="caseledger-cli")
        stack.callback(databases.close)
        number = lane_count(settings, secrets, databases)()
        settings = with_lanes(settings, number)
        yield Process("lanes", settings, secrets, databases, threading.Event())


def _note(home: "Home", running: "Sequence[Running]") -> None:
    """Write down which servers run, so that the next start ends them if this process is killed."""
    from deploy.embedded import osproc
    from deploy.embedded.home import Seen, State

    seen = [
        Seen(
            name="kafka" if one.data.name == "kafka" else "mongo",
            pid=one.pid,
            started=osproc.start_time(one.pid),
            state="ready",
            restarts=0,
            log=str(one.log),
        )
        for one in running
    ]
    own = os.getpid()
    State(pid=own, started=osproc.start_time(own), processes=tuple(seen)).write(home)


def _show(found: Mapping[str, Any]) -> None:
    before = f" (it had {found['before']})" if "before" in found else ""
    say(f"The log has {found['lanes']} lanes{before}.")
