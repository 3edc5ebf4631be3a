"""Which servers a start takes: those that it remembers, or a refusal. Pure but for `look`.

What the machine has by now decides only at the first start of a home. From then on the home's
memory decides, and another server that is asked for by name is refused: it would come up empty
beside the cases.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.embedded.home import Home, LaunchError
from deploy.embedded.keeping.memory import EXTERNAL, KeptServer, Memory

AUTO: Final = "auto"
PREFIX: Final = "caseledger"
LOGS: Final = ("secantusd-rs", "secantusd-py")
TOPIC_FOLDER: Final = "kafka"
BETTER: Final = {"secantusd-py": "secantusd-rs", "tansu": "apache-kafka"}
BEGIN_ANEW: Final = "begin anew with `caseledger up --empty`, which puts aside what is here"


@dataclass(frozen=True)
class Asked:
    """What the environment asks for by name; empty where it asks for nothing."""

    mongo: str = ""
    kafka: str = ""
    prefix: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Asked":
        """Read `CASELEDGER_MONGO`, `CASELEDGER_KAFKA` and `CASELEDGER_DATABASE_PREFIX`."""
        words = [environ.get(f"CASELEDGER_{name}", "") for name in ("MONGO", "KAFKA")]
        mongo, kafka = ("" if word == AUTO else word for word in words)
        return cls(mongo, kafka, environ.get("CASELEDGER_DATABASE_PREFIX", ""))


@dataclass(frozen=True)
class There:
    """What lies in a home: the event logs whose data folder holds something, and Kafka's."""

    path: Path
    logs: tuple[str, ...] = ()
    topic: bool = False

    @classmethod
    def look(cls, home: Home) -> "There":
        """Look into the data folders."""
        logs = tuple(kind for kind in LOGS if holds_something(home.data(kind)))
        return cls(home.path, logs, holds_something(home.data(TOPIC_FOLDER)))

    def folder(self, kind: str) -> Path:
        """The data folder of a server of ours."""
        return Home(self.path).data(kind if kind in LOGS else TOPIC_FOLDER)


@dataclass(frozen=True)
class Chosen:
    """The servers to take, as words for `CASELEDGER_MONGO` and `CASELEDGER_KAFKA`; the prefix."""

    mongo: str
    kafka: str
    prefix: str

    def environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The environment with these words in it."""
        return {
            **environ,
            "CASELEDGER_MONGO": self.mongo,
            "CASELEDGER_KAFKA": self.kafka,
            "CASELEDGER_DATABASE_PREFIX": self.prefix,
        }


def choose(memory: Memory | None, asked: Asked, there: There, *, moved: bool = False) -> Chosen:
    """Decide which servers a start takes.

    `moved`: the operator has moved the databases or Kafka by hand and asks for the new place; that
    the log there is this home's own is checked when it can be read (`deploy.belonging`).

    Raises:
        LaunchError: another server, address or prefix is asked for than the one that holds the
            cases, or it cannot be told which one does; in one sentence that names both.
    """
    mongo = memory.mongo if memory else _of_folders(there)
    kafka = memory.kafka if memory else _topic_of_folders(there)
    moved = moved and memory is not None
    return Chosen(
        _server("MONGO", mongo, asked.mongo, there, moved=moved),
        _server("KAFKA", kafka, asked.kafka, there, moved=moved),
        _prefix(memory.prefix if memory else "", asked.prefix, there, moved=moved),
    )


def check_version(kept: KeptServer | None, now: str, there: There) -> None:
    """Refuse a server that is older than the one that wrote the data.

    Raises:
        LaunchError: naming both versions and the folder.
    """
    if kept is None or kept.kind == "tansu" or not kept.version or not now:
        return
    if _order(now) < _order(kept.version):
        raise LaunchError(
            f"The data in {there.folder(kept.kind)} were written by {kept.kind} {kept.version}, and"
            f" this installation has {now}, which is older: start the newer installation.",
            exit_code=2,
        )


def remarks(kept: Memory | None, now: Memory, *, have: frozenset[str]) -> tuple[str, ...]:
    """What a person who starts should hear of the choice, a line each.

    `have`: the better servers that this machine has.
    """
    said = []
    for what, server in (("the event log", now.mongo), ("Kafka", now.kafka)):
        better = BETTER.get(server.kind)
        if better in have:
            said.append(f"{better} is on this machine too: {_how(what, server.kind, better)}")
    pairs = [] if kept is None else [(kept.mongo, now.mongo), (kept.kafka, now.kafka)]
    said.extend(
        f"{server.kind} is {server.version} now, it was {before.version}"
        for before, server in pairs
        if before.kind == server.kind and before.version != server.version and before.version
    )
    return tuple(said)


def unused(there: There, now: Memory) -> tuple[str, ...]:
    """The data folders that hold something and are not used by this start, a line each."""
    beside = (kind for kind in there.logs if kind != now.mongo.kind)
    return tuple(f"{there.folder(kind)} holds data of {kind} that are not used" for kind in beside)


def _how(what: str, kind: str, better: str | None) -> str:
    """How to go over to the better server."""
    if kind in LOGS:
        return f"{what} stays {kind}; carry it over with `caseledger move-log --to {better}`"
    return f"{what} stays {kind}; change it with `CASELEDGER_KAFKA={better} caseledger up --moved`"


def holds_something(folder: Path) -> bool:
    """Whether a data folder is there and not empty."""
    try:
        with os.scandir(folder) as entries:
            return any(True for _ in entries)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _of_folders(there: There) -> KeptServer | None:
    """The event log of a home that remembers nothing yet, by what lies in it."""
    if len(there.logs) > 1:
        both = " and ".join(f"{kind} ({there.folder(kind)})" for kind in there.logs)
        raise LaunchError(
            f"This home has data of {both}, and nothing says which of them are its cases: move the "
            "folder that is not out of the home, then start again.",
            exit_code=2,
        )
    return KeptServer(there.logs[0]) if there.logs else None


def _topic_of_folders(there: There) -> KeptServer | None:
    """The Kafka of a home that remembers nothing yet. Tansu leaves no folder: any may come."""
    return KeptServer("apache-kafka") if there.topic else None


def _server(
    variable: str, kept: KeptServer | None, asked: str, there: There, *, moved: bool
) -> str:
    """The word to start with, of what is remembered and what is asked for."""
    if kept is None:
        return asked or AUTO
    if not asked and kept.bare:
        raise LaunchError(
            f"{_held(variable, kept, there)}, and its password is not kept here: give the address "
            f"again in CASELEDGER_{variable}.",
            exit_code=2,
        )
    if not asked:
        return str(kept)
    if kept.is_named_by(asked) or moved or not _is_a_server(variable, asked):
        return asked  # what is no server at all is refused where servers are found
    raise LaunchError(
        f"{_held(variable, kept, there)}, but CASELEDGER_{variable} asks for {_public(asked)}: "
        f"{_ways(variable, kept, asked)}.",
        exit_code=2,
    )


def _held(variable: str, kept: KeptServer, there: There) -> str:
    """Where the cases, or the topic, of this home are: the server, and the folder that says so."""
    what = "The cases of this home are" if variable == "MONGO" else "The topic of this home is"
    on_disk = kept.kind not in {EXTERNAL, "tansu"}
    where = f"{there.folder(kept.kind)}" if on_disk else f"{there.path} remembers it"
    return f"{what} in {kept} ({where})"


def _ways(variable: str, kept: KeptServer, asked: str) -> str:
    """What can be done instead, in the words of the command line."""
    ways = ["leave the variable out"]
    if variable == "MONGO" and kept.kind in LOGS and asked in LOGS:
        ways.append(f"carry them over with `caseledger move-log --to {asked}`")
    elif variable == "MONGO":
        ways.append("say `caseledger up --moved` once you have moved the databases there yourself")
    else:
        ways.append("say `caseledger up --moved`: the topic is then filled again from the log")
    return ", ".join([*ways, f"or {BEGIN_ANEW}"])


def _prefix(kept: str, asked: str, there: There, *, moved: bool) -> str:
    if not kept or not asked or asked == kept or moved:
        return asked or kept or PREFIX
    raise LaunchError(
        f"The databases of this home begin with {kept!r} ({there.path} remembers it), but "
        f"CASELEDGER_DATABASE_PREFIX asks for {asked!r}: leave the variable out, or {BEGIN_ANEW}.",
        exit_code=2,
    )


def _is_a_server(variable: str, word: str) -> bool:
    """Whether the word is a kind or has the form of an address."""
    if variable == "MONGO":
        return word in LOGS or word.startswith(("mongodb://", "mongodb+srv://"))
    return word in {"apache-kafka", "tansu"} or ":" in word


def _public(asked: str) -> str:
    """What was asked for, without user and password."""
    return re.sub(r"//[^/@]*@", "//", asked)


def _order(version: str) -> tuple[tuple[int, ...], bool, tuple[int, ...]]:
    """A key by which versions compare: 0.5.3-beta.196 comes before 0.5.3."""
    found = re.match(r"([\d.]*)(.*)", version)
    main, rest = found.groups() if found else ("", "")
    numbers = [tuple(map(int, re.findall(r"\d+", part))) for part in (main, rest)]
    return numbers[0], not rest, numbers[1]
