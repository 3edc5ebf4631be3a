"""The servers of a start, found on this machine as the home's memory and the environment say."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.embedded.find import Kafka, Mongo, ServerMissingError, find_kafka, find_mongo
from deploy.embedded.home import Home
from deploy.embedded.keeping.deciding import (
    BETTER,
    LOGS,
    Asked,
    There,
    check_version,
    choose,
    remarks,
    unused,
)
from deploy.embedded.keeping.memory import Memory


@dataclass(frozen=True)
class ServersTaken:
    """The servers to start with, and the environment in which everything is told of them."""

    mongo: Mongo
    kafka: Kafka
    environ: Mapping[str, str]
    memory: Memory
    notes: tuple[str, ...]


def taken_by(home: Home, environ: Mapping[str, str], *, moved: bool = False) -> ServersTaken:
    """Choose the servers of a start; nothing is started and nothing is written.

    Raises:
        LaunchError: other servers are asked for than those that hold the cases.
        ServerMissingError: a server is not on this machine.
    """
    kept, there = Memory.read(home), There.look(home)
    chosen = choose(kept, Asked.from_env(environ), there, moved=moved)
    told = chosen.environ(environ)
    mongo, kafka = _mongo(told, there), find_kafka(told)
    now = Memory.of(mongo, kafka, chosen.prefix)
    if kept is not None:
        for before, server in ((kept.mongo, now.mongo), (kept.kafka, now.kafka)):
            check_version(before if before.kind == server.kind else None, server.version, there)
    notes = (*remarks(kept, now, have=_better(environ, now)), *unused(there, now))
    return ServersTaken(mongo, kafka, told, now, notes)


def _mongo(environ: Mapping[str, str], there: There) -> Mongo:
    """The event log; where the one with the cases is missing, the sentence says what it holds."""
    try:
        return find_mongo(environ)
    except ServerMissingError as missing:
        kind = environ["CASELEDGER_MONGO"]
        if kind not in there.logs:
            raise
        sentence = f"The cases of this home are in {kind} ({there.folder(kind)}). {missing}"
        raise ServerMissingError(sentence) from missing


def _better(environ: Mapping[str, str], now: Memory) -> frozenset[str]:
    """The better servers that this machine has beside those that are taken."""
    found = set()
    for server, look in ((now.mongo, find_mongo), (now.kafka, find_kafka)):
        better = BETTER.get(server.kind)
        if better is None:
            continue
        variable = "CASELEDGER_MONGO" if server.kind in LOGS else "CASELEDGER_KAFKA"
        try:
            found.add(look({**environ, variable: better}).kind)
        except ServerMissingError:
            continue
    return frozenset(found)
